//! `kliento token sign`.

use base64ct::{Base64, Encoding};
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use kliento::{Timestamp, Token, TokenBundle, ValidityPeriod, service_oid};
use kliento_inspect::header_line_bytes;
use kliento_inspect::text::{escape_for_terminal, grouped, line};
use kliento_issuer::{TokenIssuer, policy};
use veraid_issuer::PolicyError;

use crate::arguments::signer::{self, Signer, SigningIdentity};
use crate::arguments::{SignerArguments, WriteArguments, times};
use crate::failure;
use crate::io::files::{self, Existing, Form, Readers, file_name};
use crate::io::input;
use crate::outcome::{Outcome, Stop, UsageError};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento token sign --org example.com --audience https://api.example.com --key org.pem --chain chain.der
  kliento token sign --org example.com --user alice --audience https://api.example.com \\
      --claim role=deploy --claim run=42 --ttl 5m --key org.pem --chain chain.der --out token.header
  kliento token sign --member-bundle alice.id --key alice.pem --audience https://api.example.com
  kliento token sign --member-bundle ops.id --key ops.pem --user carol --audience https://api.example.com";

#[derive(Debug, Args)]
pub(crate) struct TokenSign {
    /// The audience: the server that the token is for, exactly as that server writes it.
    #[arg(long, value_name = "AUDIENCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) audience: String,
    /// A claim, NAME=VALUE; may be given several times.
    #[arg(long = "claim", value_name = "NAME=VALUE")]
    pub(crate) claims: Vec<String>,
    /// The lifetime of the token from now on, like 30s or 10m; at most 1h.
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = times::parse_duration)]
    pub(crate) ttl: u64,
    /// The number of seconds before now at which the token starts, for servers whose clocks are
    /// behind; at most an hour together with --ttl [default: 60, or what --ttl leaves of the hour].
    #[arg(long, value_name = "SECONDS")]
    pub(crate) back_date: Option<u64>,
    #[command(flatten)]
    pub(crate) signer: SignerArguments,
    /// The form of the token.
    #[arg(long, value_name = "FORM", value_enum, default_value_t = TokenForm::Header)]
    pub(crate) output: TokenForm,
    #[command(flatten)]
    pub(crate) write: WriteArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenForm {
    /// The value of an Authorization header: `Kliento` and Base64.
    Header,
    /// Base64 alone.
    Base64,
    /// Binary DER.
    Der,
}

pub(crate) fn run(arguments: &TokenSign) -> Result<Outcome, Stop> {
    let existing = Existing::of(arguments.write.force);
    let out = arguments.write.out.as_deref();
    files::check_destination(out, existing)?;
    input::check_stdin_once(signer::inputs(&arguments.signer))?;
    let token = token(arguments)?;
    let at = signer::instant(&arguments.signer);
    let wanted = period(arguments, at)?;
    let signer = Signer::read(&arguments.signer, at, wanted, &service_oid())?;

    let failed = |error| failure::issue(&error, ValidityPeriod::at(at));
    let Signer { key, at, verifier, identity } = signer;
    let issuer = match identity {
        SigningIdentity::Organisation(organisation, user) => {
            TokenIssuer::for_organisation(*organisation, key, at, &verifier)
                .and_then(|issuer| issuer.on_behalf_of(user.as_ref()))
        }
        SigningIdentity::Member(bundle) => TokenIssuer::for_member(&bundle, key, at, &verifier),
        SigningIdentity::Delegate(bundle, user) => {
            TokenIssuer::for_member(&bundle, key, at, &verifier)
                .and_then(|issuer| issuer.on_behalf_of(user.as_ref()))
        }
    }
    .map_err(failed)?;
    let period = times::not_before(wanted, issuer.signatures().validity().start(), at);
    let bundle = issuer.issue(&token, period).map_err(failed)?;

    let (bytes, form) = match arguments.output {
        TokenForm::Header => (format!("{}\n", bundle.to_auth_header()).into_bytes(), Form::Text),
        TokenForm::Base64 => {
            (format!("{}\n", Base64::encode_string(&bundle.to_der())).into_bytes(), Form::Text)
        }
        TokenForm::Der => (bundle.to_der(), Form::Octets),
    };
    // Anyone who can read a token can use it.
    files::deliver(out, bytes, form, Readers::Owner, existing, || {
        facts(arguments, &token, &issuer, &bundle, period)
    })
}

fn token(arguments: &TokenSign) -> Result<Token, UsageError> {
    let mut token = Token::new(arguments.audience.as_str())
        .map_err(|error| UsageError::new(format!("--audience: {error}")))?;
    for claim in &arguments.claims {
        let Some((name, value)) = claim.split_once('=') else {
            return Err(UsageError::new(format!(
                "claim {} has no `=`: write it as --claim NAME=VALUE",
                escape_for_terminal(claim)
            )));
        };
        if token.claims().get(name).is_some() {
            return Err(UsageError::new(format!(
                "claim {} is given twice: leave one of them out",
                escape_for_terminal(name)
            )));
        }
        token = token.with_claim(name, value);
    }
    Ok(token)
}

/// The token's period, from the back-dating before `at` until the end of the lifetime: at most an
/// hour.
fn period(arguments: &TokenSign, at: Timestamp) -> Result<ValidityPeriod, Stop> {
    let limit = policy::MAX_TOKEN_SECONDS;
    let room = limit.saturating_sub(arguments.ttl);
    let back_date = arguments.back_date.unwrap_or(policy::BACK_DATING_SECONDS.min(room));
    let seconds = arguments.ttl.saturating_add(back_date);
    if seconds > limit {
        let failure = failure::policy(&PolicyError::SignedPeriodTooLong { seconds, limit });
        return Err(failure
            .with_fix("a token lasts at most an hour, including its back-dating: give `--ttl 1h` or less, and leave out --back-date or give less")
            .into());
    }
    let start = at.saturating_sub(back_date);
    Ok(ValidityPeriod::new(start, at.saturating_add(arguments.ttl))
        .unwrap_or(ValidityPeriod::at(at)))
}

fn facts(
    arguments: &TokenSign,
    token: &Token,
    issuer: &TokenIssuer,
    bundle: &TokenBundle,
    period: ValidityPeriod,
) -> String {
    let mut text = String::new();
    if let Some(out) = &arguments.write.out {
        text = format!("wrote {}\n", file_name(out));
    }
    line(&mut text, "organisation", issuer.signatures().organisation().as_str());
    let user = bundle.as_signature_bundle().unverified().user();
    line(&mut text, "user", user.filter(|&user| user != "@").unwrap_or("none (a bot)"));
    line(&mut text, "audience", token.audience());
    line(&mut text, "valid from", &period.start().to_string());
    line(&mut text, "valid until", &period.end().to_string());
    let bytes = header_line_bytes(&bundle.to_auth_header());
    line(&mut text, "header", &format!("{} bytes", grouped(bytes)));
    text
}
