//! `kliento member cert`.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use kliento::{Profile, Timestamp, ValidityPeriod};
use kliento_inspect::Failure;
use veraid_aws_lc_rs::PROVIDER;
use veraid_core::Certificate;
use veraid_issuer::{CertificateAuthority, CertificateRequest, PolicyError, ProvedPublicKey};

use crate::arguments::{CertificateFile, IssuingProfile, KeyArguments, names, times};
use crate::io::certificates::{self, Issued};
use crate::io::input::{self, name_of};
use crate::io::keys::{self, AnyKey};
use crate::outcome::{Outcome, Stop, UsageError};
use crate::{clock, failure};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento member cert --org-cert org.crt --key org.pem --user alice --request alice.csr --out alice.crt
  kliento member cert --org-cert org.crt --key org.pem --bot --member-key ci.pem --days 7 --out ci.crt
  kliento member cert --org-cert org.crt --key org.pem --user ops --request ops.csr --intermediate 0 --out ops.crt
  kliento member cert --member-bundle ops.id --key ops.pem --user bob --request bob.csr --out bob.crt";

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("member").required(true))]
#[command(group = ArgGroup::new("issuer").required(true))]
#[command(group = ArgGroup::new("public key").required(true))]
pub(crate) struct MemberCert {
    /// The certificate of the issuing organisation.
    #[arg(long, value_name = "FILE", group = "issuer")]
    pub(crate) org_cert: Option<PathBuf>,
    /// The member id bundle of the issuing intermediate (DomainAuth).
    #[arg(long, value_name = "FILE", group = "issuer")]
    pub(crate) member_bundle: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) key: KeyArguments,
    /// The name of the user.
    #[arg(long, value_name = "NAME", group = "member")]
    pub(crate) user: Option<String>,
    /// Certify a bot instead of a user: it speaks for the organisation itself.
    #[arg(long, group = "member")]
    pub(crate) bot: bool,
    /// The member's PKCS#10 certificate request, which proves that the member has the private key;
    /// see `kliento key request`.
    #[arg(long, value_name = "FILE", group = "public key")]
    pub(crate) request: Option<PathBuf>,
    /// The member's private key, of which only the public half is used; or a public key, with
    /// --without-proof.
    #[arg(long, value_name = "FILE", group = "public key")]
    pub(crate) member_key: Option<PathBuf>,
    /// Certify a public key without proof that the member has the private key.
    #[arg(long, requires = "member_key", conflicts_with = "request")]
    pub(crate) without_proof: bool,
    /// The file with the passphrase of the member's private key.
    #[arg(long, value_name = "FILE", requires = "member_key", conflicts_with = "request")]
    pub(crate) member_passphrase_file: Option<PathBuf>,
    /// Make the member an intermediate with at most this many levels of intermediates below it
    /// (DomainAuth).
    #[arg(long, value_name = "PATHLEN", value_parser = clap::value_parser!(u8).range(..=3))]
    pub(crate) intermediate: Option<u8>,
    /// The protocol that the certificate is for [default: that of the issuer's certificate].
    #[arg(long, value_enum, conflicts_with = "member_bundle")]
    pub(crate) profile: Option<IssuingProfile>,
    /// The first second at which the certificate is valid [default: an hour ago, or that of the
    /// issuer's certificate if later].
    #[arg(long, value_name = "TIME", value_parser = times::parse)]
    pub(crate) from: Option<Timestamp>,
    /// The number of days for which the certificate is valid [default: as long as the issuer's
    /// certificate, at most 90 days].
    #[arg(long, value_name = "DAYS", conflicts_with = "until", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) days: Option<u32>,
    /// The last second in which it is valid.
    #[arg(long, value_name = "TIME", value_parser = times::parse)]
    pub(crate) until: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) write: CertificateFile,
}

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
    .map_err(|error| failure::issue_alone(&error))?;
    let name = user.as_ref().map_or("a bot", |user| user.as_str()).to_owned();
    Ok(Issued { certificate, name, period })
}

/// The issuer: the organisation, or the intermediate whose bundle is given.
fn authority(arguments: &MemberCert) -> Result<CertificateAuthority, Stop> {
    let failed = |error| failure::issue_alone(&error).into();
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
    Err(failure::policy(&PolicyError::IssuerNotValid { period, issuer: valid }))
}
