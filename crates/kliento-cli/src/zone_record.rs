//! `kliento zone record`.

mod formats;

use kliento::Profile;
use veraid_core::OrganisationName;
use veraid_issuer::Organisation;

use crate::cli::ZoneRecord;
use crate::failure::Failure;
use crate::outcome::{Outcome, Stop, UsageError};
use crate::{input, keys, names};

/// The maximum octets of one character-string (RFC 1035 section 3.3); VeraId accepts only records
/// with a single one.
pub(crate) const MAX_CHARACTER_STRING: usize = 255;

/// A TXT record with one character-string, which has neither quotes nor backslashes.
#[derive(Debug)]
struct TxtRecord<'a> {
    /// Without the final dot.
    owner: String,
    /// The owner as the zone file writes it.
    relative_owner: String,
    organisation: &'a OrganisationName,
    ttl: u32,
    text: String,
}

pub(crate) fn run(arguments: &ZoneRecord) -> Result<Outcome, Stop> {
    let inputs = [Some(&arguments.key.file), arguments.key.passphrase_file.as_ref()];
    input::check_stdin_once(inputs)?;
    let profile = Profile::from(arguments.profile);
    let organisation = names::organisation(&arguments.organisation, profile)?;
    let key = keys::public_half(&arguments.key)?;
    let issue_failed = |error| Failure::issue_alone(&error);
    let issuer = Organisation::new(organisation.as_str(), profile, key, veraid_aws_lc_rs::PROVIDER)
        .map_err(issue_failed)?;
    let kliento = kliento::service_oid();
    let service = arguments.service.as_ref().unwrap_or(&kliento);
    let service = (!arguments.any_service).then_some(service);
    let text = issuer.key_record(arguments.ttl_override, service).map_err(issue_failed)?;
    if text.len() > MAX_CHARACTER_STRING {
        return Err(UsageError::new(format!(
            "record would have {} octets, and a character-string has at most {MAX_CHARACTER_STRING}: give a shorter --service",
            text.len()
        ))
        .into());
    }
    let owner = issuer.key_record_owner();
    let zone = match &arguments.zone {
        Some(zone) => zone_of(zone, &organisation)?,
        None => organisation.clone(),
    };
    let relative_owner = owner
        .strip_suffix(zone.as_str())
        .and_then(|relative| relative.strip_suffix('.'))
        .unwrap_or(&owner)
        .to_owned();
    let record = TxtRecord {
        owner,
        relative_owner,
        organisation: &organisation,
        ttl: arguments.dns_ttl,
        text,
    };
    Ok(Outcome::valid(formats::write(&record, arguments.format)))
}

/// A zone that can contain the record: the organisation's domain or one above it.
fn zone_of(zone: &str, organisation: &OrganisationName) -> Result<OrganisationName, Stop> {
    let zone = names::organisation(zone, Profile::VeraId)?;
    let is_at_or_above = organisation
        .as_str()
        .strip_suffix(zone.as_str())
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if !is_at_or_above {
        return Err(UsageError::new(format!(
            "zone {zone} cannot hold records of {organisation}: give --zone {organisation} or a domain above it"
        ))
        .into());
    }
    Ok(zone)
}
