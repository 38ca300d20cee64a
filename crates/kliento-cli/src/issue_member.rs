//! `kliento member cert`.

use kliento::{Profile, Timestamp, ValidityPeriod};
use kliento_issuer::{CertificateAuthority, CertificateRequest};
use veraid_core::Certificate;

use crate::cli::MemberCert;
use crate::failure::Failure;
use crate::keys::AnyKey;
use crate::outcome::{Outcome, Stop, UsageError};
use crate::{certificates, clock, input, keys, names};

pub(crate) fn run(arguments: &MemberCert) -> Result<Outcome, Stop> {
    certificates::check_destination(&arguments.write)?;
    input::check_stdin_once([
        Some(&arguments.issuer),
        Some(&arguments.key.file),
        arguments.key.passphrase_file.as_ref(),
        Some(&arguments.member_key),
        arguments.member_passphrase_file.as_ref(),
    ])?;
    let user = arguments.user.as_deref().map(names::user).transpose()?;
    let issuer = certificates::read(&arguments.issuer)?;
    let period = period(arguments, &issuer, clock::now())?;
    let profile = arguments.profile.map_or_else(|| profile_of(&issuer), Profile::from);
    let key = keys::signing(&arguments.key)?;
    let member_key =
        AnyKey::read(&arguments.member_key, arguments.member_passphrase_file.as_deref())?;
    let request = CertificateRequest {
        user: user.as_ref(),
        public_key: member_key.public_key_der(),
        validity: period,
        serial_number: certificates::serial_number()?,
    };
    let certificate = CertificateAuthority::new(issuer, profile, key)
        .and_then(|authority| match arguments.intermediate {
            Some(path_length) => authority.issue_intermediate(request, path_length),
            None => authority.issue_member(request),
        })
        .map_err(|error| Failure::issue_alone(&error))?;
    let name = user.as_ref().map_or("a bot", |user| user.as_str());
    certificates::deliver(&certificate, name, period, &arguments.write)
}

/// What was asked for, and for the rest as long as the issuer's certificate is valid, at most 90 days.
fn period(
    arguments: &MemberCert,
    issuer: &Certificate,
    now: Timestamp,
) -> Result<ValidityPeriod, UsageError> {
    let usual_start = now.saturating_sub(certificates::BACK_DATING_SECONDS);
    let from = arguments.from.unwrap_or_else(|| usual_start.max(issuer.not_before()));
    let until = match (arguments.until, arguments.days) {
        (Some(until), _) => until,
        (None, Some(days)) => certificates::days_after(from, days),
        (None, None) => {
            certificates::days_after(from, certificates::USUAL_DAYS).min(issuer.not_after())
        }
    };
    certificates::period(from, until)
}

/// DomainAuth writes the organisation with the final dot, and deployed VeraId software without. Below an intermediate, whose name is a
/// user's, there is DomainAuth alone.
fn profile_of(issuer: &Certificate) -> Profile {
    match issuer.common_name() {
        Ok(name) if issuer.is_self_issued() && !name.ends_with('.') => Profile::VeraId,
        _ => Profile::DomainAuth,
    }
}
