//! `kliento zone record`.

mod formats;

use clap::Args;
use kliento::Profile;
use veraid_core::{OrganisationName, ServiceOid};
use veraid_issuer::Organisation;

use crate::arguments::{IssuingProfile, PublicKeyArguments, names};
use crate::failure;
use crate::io::{input, keys};
use crate::outcome::{Outcome, Stop, UsageError};
use formats::{RecordFormat, TxtRecord};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento zone record --org example.com --key org.pem
  kliento zone record --org dept.example.com --zone example.com --key org.public.pem --format cloudflare
  kliento zone record --org example.com --key org.pem --any-service --ttl-override 3600 --format raw";

/// The longest TTL in the DNS (RFC 2181 section 8).
const MAX_TTL: i64 = 0x7FFF_FFFF;

#[derive(Debug, Args)]
pub(crate) struct ZoneRecord {
    /// The organisation's domain.
    #[arg(long = "org", value_name = "ORG")]
    pub(crate) organisation: String,
    #[command(flatten)]
    pub(crate) key: PublicKeyArguments,
    /// The number of seconds that verification may look back: the maximum by which signatures
    /// outlive the DNSSEC chain.
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    pub(crate) ttl_override: u64,
    /// The service that the key is for [default: Kliento's, 1.3.6.1.4.1.58708.3.0].
    #[arg(long, value_name = "OID")]
    pub(crate) service: Option<ServiceOid>,
    /// Let the key sign for any service.
    #[arg(long, conflicts_with = "service")]
    pub(crate) any_service: bool,
    /// The protocol that the record is for.
    #[arg(long, value_enum, default_value_t = IssuingProfile::Veraid)]
    pub(crate) profile: IssuingProfile,
    /// The zone that contains the record [default: the organisation's domain].
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<String>,
    /// The record's TTL: the number of seconds that resolvers may keep it (at most 2147483647: RFC
    /// 2181 section 8).
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u32).range(..=MAX_TTL))]
    pub(crate) dns_ttl: u32,
    /// The form of the record.
    #[arg(long, value_name = "FORM", value_enum, default_value_t = RecordFormat::Bind)]
    pub(crate) format: RecordFormat,
}

/// The maximum octets of one character-string (RFC 1035 section 3.3); VeraId accepts only records
/// with a single one.
pub(crate) const MAX_CHARACTER_STRING: usize = 255;

pub(crate) fn run(arguments: &ZoneRecord) -> Result<Outcome, Stop> {
    let inputs = [Some(&arguments.key.file), arguments.key.passphrase_file.as_ref()];
    input::check_stdin_once(inputs)?;
    let profile = Profile::from(arguments.profile);
    let organisation = names::organisation(&arguments.organisation, profile)?;
    let key = keys::public_half(&arguments.key)?;
    let issue_failed = |error| failure::issue_alone(&error);
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
