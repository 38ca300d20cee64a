//! `kliento member cert`.

use std::path::Path;

use kliento::{Profile, Timestamp, ValidityPeriod};
use veraid_aws_lc_rs::PROVIDER;
use veraid_core::Certificate;
use veraid_issuer::{CertificateAuthority, CertificateRequest, PolicyError, ProvedPublicKey};

use crate::certificates::Issued;
use crate::cli::MemberCert;
use crate::failure::Failure;
use crate::input::name_of;
use crate::keys::AnyKey;
use crate::outcome::{Outcome, Stop, UsageError};
use crate::{certificates, clock, input, keys, names};

pub(crate) fn run(arguments: &MemberCert) -> Result<Outcome, Stop> {
    certificates::check_destination(&arguments.write)?;
    certificates::deliver(issue(arguments), &arguments.write)
}

fn issue(arguments: &MemberCert) -> Result<Issued, Stop> {
    input::check_stdin_once([
        arguments.org_cert.as_ref(),
        arguments.member_bundle.as_ref(),
        Some(&arguments.key.file),
        arguments.key.passphrase_file.as_ref(),
        arguments.request.as_ref(),
        arguments.member_key.as_ref(),
        arguments.member_passphrase_file.as_ref(),
    ])?;
    let user = arguments.user.as_deref().map(names::user).transpose()?;
    let authority = authority(arguments)?;
    let period = period(arguments, authority.certificate(), clock::now())?;
    let public_key = public_key(arguments)?;
    let request = CertificateRequest {
        user: user.as_ref(),
        public_key: &public_key,
        validity: period,
        serial_number: certificates::serial_number()?,
    };
    let certificate = match arguments.intermediate {
        Some(path_length) => authority.issue_intermediate(request, path_length),
        None => authority.issue_member(request),
    }
    .map_err(|error| Failure::issue_alone(&error))?;
    let name = user.as_ref().map_or("a bot", |user| user.as_str()).to_owned();
    Ok(Issued { certificate, name, period })
}

/// The issuer: the organisation, or the intermediate whose bundle is given.
fn authority(arguments: &MemberCert) -> Result<CertificateAuthority, Stop> {
    let failed = |error| Failure::issue_alone(&error).into();
    if let Some(path) = &arguments.member_bundle {
        let bundle = input::member_bundle(path)?;
        let key = keys::signing(&arguments.key)?;
        return CertificateAuthority::for_intermediate(&bundle, key, PROVIDER).map_err(failed);
    }
    let Some(path) = &arguments.org_cert else {
        return Err(UsageError::new("give --org-cert, or --member-bundle").into());
    };
    let certificate = certificates::read(path)?;
    let profile = arguments
        .profile
        .map_or_else(|| CertificateAuthority::profile_of(&certificate), Profile::from);
    let key = keys::signing(&arguments.key)?;
    CertificateAuthority::new(certificate, profile, key, PROVIDER).map_err(failed)
}

/// The member's public key: proved by a request or a private key, or certified without proof if
/// that is asked for.
fn public_key(arguments: &MemberCert) -> Result<ProvedPublicKey, Stop> {
    if let Some(path) = &arguments.request {
        return keys::certificate_request(path);
    }
    let Some(path) = &arguments.member_key else {
        return Err(UsageError::new("give --request, or --member-key").into());
    };
    match AnyKey::read(path, arguments.member_passphrase_file.as_deref())? {
        AnyKey::Private(key, _) => Ok(ProvedPublicKey::from_private_key(&key)),
        AnyKey::Public(spki) if arguments.without_proof => {
            Ok(ProvedPublicKey::without_proof(&spki))
        }
        AnyKey::Public(_) => Err(no_proof(path).into()),
    }
}

fn no_proof(path: &Path) -> UsageError {
    UsageError::new(format!(
        "{} is a public key, and nothing proves that the member has the private one: give a certificate request with --request (the member makes one with `kliento key request`), or --without-proof if you know by other means",
        name_of(path)
    ))
}

/// The requested period, or else as long as the issuer's certificate is valid, at most 90 days.
fn period(
    arguments: &MemberCert,
    issuer: &Certificate,
    now: Timestamp,
) -> Result<ValidityPeriod, Stop> {
    if arguments.from.is_none() {
        check_valid_at(issuer, now)?;
    }
    let usual_start = now.saturating_sub(certificates::BACK_DATING_SECONDS);
    let from = arguments.from.unwrap_or_else(|| usual_start.max(issuer.not_before()));
    let until = match (arguments.until, arguments.days) {
        (Some(until), _) => until,
        (None, Some(days)) => certificates::days_after(from, days),
        (None, None) => {
            certificates::days_after(from, certificates::USUAL_DAYS).min(issuer.not_after())
        }
    };
    Ok(certificates::period(from, until)?)
}

/// Checks the issuer's certificate if the new one is to be valid from now on.
fn check_valid_at(issuer: &Certificate, now: Timestamp) -> Result<(), Failure> {
    let valid = ValidityPeriod::new(issuer.not_before(), issuer.not_after()).ok();
    if valid.is_some_and(|valid| valid.intersection(ValidityPeriod::at(now)).is_some()) {
        return Ok(());
    }
    let period = ValidityPeriod::at(now);
    Err(Failure::policy(&PolicyError::IssuerNotValid { period, issuer: valid }))
}
