//! `kliento token sign`.

use base64ct::{Base64, Encoding};
use kliento::{Timestamp, Token, TokenBundle, ValidityPeriod, service_oid};
use kliento_issuer::{TokenIssuer, policy};
use veraid_issuer::PolicyError;

use crate::cli::{TokenForm, TokenSign};
use crate::escape_for_terminal::{escape_for_terminal, grouped};
use crate::failure::Failure;
use crate::files::{Existing, Form, Readers, file_name};
use crate::inspect::header_bytes;
use crate::outcome::{Outcome, Stop, UsageError};
use crate::signer::{self, Signer, SigningIdentity};
use crate::verify_token::line;
use crate::{files, input, times};

pub(crate) fn run(arguments: &TokenSign) -> Result<Outcome, Stop> {
    let existing = Existing::of(arguments.write.force);
    let out = arguments.write.out.as_deref();
    files::check_destination(out, existing)?;
    input::check_stdin_once(signer::inputs(&arguments.signer))?;
    let token = token(arguments)?;
    let at = signer::instant(&arguments.signer);
    let wanted = period(arguments, at)?;
    let signer = Signer::read(&arguments.signer, at, wanted, &service_oid())?;

    let failed = |error| Failure::issue(&error, ValidityPeriod::at(at));
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
        let failure = Failure::policy(&PolicyError::SignedPeriodTooLong { seconds, limit });
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
    let bytes = header_bytes(&bundle.to_auth_header());
    line(&mut text, "header", &format!("{} bytes", grouped(bytes)));
    text
}
