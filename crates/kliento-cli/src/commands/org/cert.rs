//! `kliento org cert`.

use clap::Args;
use kliento::{Profile, Timestamp};
use veraid_issuer::{CertificateUse, Organisation};

use crate::arguments::{CertificateFile, IssuingProfile, KeyArguments, names, times};
use crate::io::certificates::{self, Issued};
use crate::io::{input, keys};
use crate::outcome::{Outcome, Stop};
use crate::{clock, failure};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento org cert --org example.com --key org.pem --out org.crt
  kliento org cert --org example.com --key org.pem --profile domainauth --days 30 --pem --out org.crt.pem
  kliento org cert --org example.com --key org.pem --profile domainauth --intermediate-levels 1 --out org.crt";

#[derive(Debug, Args)]
pub(crate) struct OrganisationCert {
    /// The organisation's domain.
    #[arg(long = "org", value_name = "ORG")]
    pub(crate) organisation: String,
    #[command(flatten)]
    pub(crate) key: KeyArguments,
    /// The protocol that the certificate is for.
    #[arg(long, value_enum, default_value_t = IssuingProfile::Veraid)]
    pub(crate) profile: IssuingProfile,
    /// Allow at most this many levels of intermediates between the organisation and its members
    /// (DomainAuth) [default: 0].
    #[arg(long, value_name = "LEVELS", value_parser = clap::value_parser!(u8).range(..=3))]
    pub(crate) intermediate_levels: Option<u8>,
    /// Make a certificate that signs content and cannot issue others (DomainAuth).
    #[arg(long, conflicts_with = "intermediate_levels")]
    pub(crate) sign_only: bool,
    /// The first second at which the certificate is valid [default: an hour ago, for clocks that
    /// are behind].
    #[arg(long, value_name = "TIME", value_parser = times::parse)]
    pub(crate) from: Option<Timestamp>,
    /// The number of days for which the certificate is valid [default: 90].
    #[arg(long, value_name = "DAYS", conflicts_with = "until", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) days: Option<u32>,
    /// The last second in which it is valid.
    #[arg(long, value_name = "TIME", value_parser = times::parse)]
    pub(crate) until: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) write: CertificateFile,
}

pub(crate) fn run(arguments: &OrganisationCert) -> Result<Outcome, Stop> {
    certificates::check_destination(&arguments.write)?;
    certificates::deliver(issue(arguments), &arguments.write)
}

fn issue(arguments: &OrganisationCert) -> Result<Issued, Stop> {
    let key = &arguments.key;
    input::check_stdin_once([Some(&key.file), key.passphrase_file.as_ref()])?;
    let profile = Profile::from(arguments.profile);
    let from = arguments
        .from
        .unwrap_or_else(|| clock::now().saturating_sub(certificates::BACK_DATING_SECONDS));
    let days = arguments.days.unwrap_or(certificates::USUAL_DAYS);
    let until = arguments.until.unwrap_or_else(|| certificates::days_after(from, days));
    let period = certificates::period(from, until)?;
    let name = names::organisation(&arguments.organisation, profile)?;
    let key = keys::signing(&arguments.key)?;
    let certificate_use = if arguments.sign_only {
        CertificateUse::SignOnly
    } else {
        CertificateUse::Issue { intermediate_levels: arguments.intermediate_levels.unwrap_or(0) }
    };
    let failed = |error| failure::issue_alone(&error);
    let organisation = Organisation::new(name.as_str(), profile, key, veraid_aws_lc_rs::PROVIDER)
        .map_err(failed)?;
    let certificate = organisation
        .issue_certificate_for(certificate_use, period, certificates::serial_number()?)
        .map_err(failed)?;
    Ok(Issued { certificate, name: name.to_string(), period })
}
