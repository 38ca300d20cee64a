//! `kliento bundle sign`.

use base64ct::{Base64, Encoding};
use kliento::{Timestamp, ValidityPeriod};
use kliento_issuer::service_with_rules;
use veraid_issuer::{Content, SignatureIssuer};

use crate::cli::{BundleForm, BundleSign};
use crate::escape_for_terminal::grouped;
use crate::failure::Failure;
use crate::files::{Existing, Form, Readers, file_name};
use crate::outcome::{Outcome, Stop, UsageError};
use crate::signer::{self, Signer, SigningIdentity};
use crate::verify_token::line;
use crate::{files, input};

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

    let failed = |error| Failure::issue(&error, ValidityPeriod::at(at));
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
