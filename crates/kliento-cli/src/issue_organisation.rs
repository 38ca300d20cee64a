//! `kliento org cert`.

use kliento::Profile;
use veraid_issuer::{CertificateUse, Organisation};

use crate::certificates::Issued;
use crate::cli::OrganisationCert;
use crate::failure::Failure;
use crate::outcome::{Outcome, Stop};
use crate::{certificates, clock, input, keys, names};

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
    let failed = |error| Failure::issue_alone(&error);
    let organisation = Organisation::new(name.as_str(), profile, key, veraid_aws_lc_rs::PROVIDER)
        .map_err(failed)?;
    let certificate = organisation
        .issue_certificate_for(certificate_use, period, certificates::serial_number()?)
        .map_err(failed)?;
    Ok(Issued { certificate, name: name.to_string(), period })
}
