//! `kliento bundle sign`.

use kliento_issuer::service_with_rules;
use std::path::PathBuf;

use base64ct::{Base64, Encoding};
use clap::{Args, ValueEnum};
use kliento::{Timestamp, ValidityPeriod};
use kliento_inspect::text::{grouped, line};
use veraid_core::ServiceOid;
use veraid_issuer::{Content, SignatureIssuer};

use crate::arguments::signer::{self, Signer, SigningIdentity};
use crate::arguments::{SignerArguments, WriteArguments, times};
use crate::failure;
use crate::io::files::{self, Existing, Form, Readers, file_name};
use crate::io::input;
use crate::outcome::{Outcome, Stop, UsageError};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento bundle sign --service 1.3.6.1.4.1.58708.1.1 --org example.com --key org.pem \\
      --chain chain.der --in document.pdf --detached --ttl 5d --out signature.der
  kliento bundle sign --service 1.3.6.1.4.1.58708.1.1 --member-bundle alice.id --key alice.pem \\
      --output base64 < document.txt";

#[derive(Debug, Args)]
pub(crate) struct BundleSign {
    /// The service to sign for.
    #[arg(long, value_name = "OID")]
    pub(crate) service: ServiceOid,
    /// The content to sign; `-` is standard input.
    #[arg(long = "in", value_name = "FILE", default_value = "-")]
    pub(crate) content: PathBuf,
    /// Leave the content out of the bundle, to be sent separately.
    #[arg(long)]
    pub(crate) detached: bool,
    /// The lifetime of the signature from now on, like 30s, 10m, 1h or 5d [default: 1h].
    #[arg(long, value_name = "DURATION", value_parser = times::parse_duration, conflicts_with = "until")]
    pub(crate) ttl: Option<u64>,
    /// The last second at which the signature is valid.
    #[arg(long, value_name = "TIME", value_parser = times::parse)]
    pub(crate) until: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) signer: SignerArguments,
    /// The form of the bundle.
    #[arg(long, value_name = "FORM", value_enum, default_value_t = BundleForm::Der)]
    pub(crate) output: BundleForm,
    #[command(flatten)]
    pub(crate) write: WriteArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BundleForm {
    /// Binary DER.
    Der,
    /// Base64 on one line.
    Base64,
}

/// The default lifetime of a signature (one hour).
const USUAL_SECONDS: u64 = 3_600;

pub(crate) fn run(arguments: &BundleSign) -> Result<Outcome, Stop> {
    let existing = Existing::of(arguments.write.force);
    let out = arguments.write.out.as_deref();
    files::check_destination(out, existing)?;
    let content = std::iter::once(Some(&arguments.content));
    input::check_stdin_once(content.chain(signer::inputs(&arguments.signer)))?;
    let at = signer::instant(&arguments.signer);
    let period = period(arguments, at)?;
    let signer = Signer::read(&arguments.signer, at, period, &arguments.service)?;

    let failed = |error| failure::issue(&error, ValidityPeriod::at(at));
    let Signer { key, at, verifier, identity } = signer;
    let service = service_with_rules(arguments.service.clone());
    let issuer = match identity {
        SigningIdentity::Organisation(organisation, user) => {
            SignatureIssuer::for_organisation(*organisation, key, service, at, &verifier)
                .and_then(|issuer| issuer.on_behalf_of(user.as_ref()))
        }
        SigningIdentity::Member(bundle) => {
            SignatureIssuer::for_member(&bundle, key, service, at, &verifier)
        }
        SigningIdentity::Delegate(bundle, user) => {
            SignatureIssuer::for_member(&bundle, key, service, at, &verifier)
                .and_then(|issuer| issuer.on_behalf_of(user.as_ref()))
        }
    }
    .map_err(failed)?;
    let plaintext = input::content(&arguments.content)?;
    let content = if arguments.detached {
        Content::Detached(&plaintext)
    } else {
        Content::Attached(&plaintext)
    };
    let bundle = issuer.issue(content, period).map_err(failed)?;

    let (bytes, form) = match arguments.output {
        BundleForm::Der => (bundle.to_der(), Form::Octets),
        BundleForm::Base64 => {
            (format!("{}\n", Base64::encode_string(bundle.as_der())).into_bytes(), Form::Text)
        }
    };
    files::deliver(out, bytes, form, Readers::Usual, existing, || {
        let mut text = String::new();
        if let Some(out) = &arguments.write.out {
            text = format!("wrote {}\n", file_name(out));
        }
        line(&mut text, "organisation", issuer.organisation().as_str());
        let user = bundle.unverified().user();
        line(&mut text, "user", user.filter(|&user| user != "@").unwrap_or("none (a bot)"));
        line(&mut text, "service", &arguments.service.to_string());
        let form = if arguments.detached { "detached" } else { "attached" };
        line(&mut text, "plaintext", &format!("{} bytes, {form}", grouped(plaintext.len())));
        line(&mut text, "valid from", &period.start().to_string());
        line(&mut text, "valid until", &period.end().to_string());
        text
    })
}

fn period(arguments: &BundleSign, at: Timestamp) -> Result<ValidityPeriod, UsageError> {
    let usual = || at.saturating_add(arguments.ttl.unwrap_or(USUAL_SECONDS));
    let until = arguments.until.unwrap_or_else(usual);
    ValidityPeriod::new(at, until).map_err(|_| {
        UsageError::new(format!("--until {until} is before the signature starts at {at}"))
    })
}
