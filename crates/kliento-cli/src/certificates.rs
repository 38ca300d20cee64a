//! Certificates from files and into them.

use std::path::Path;

use der::pem::LineEnding;
use kliento::{Timestamp, ValidityPeriod};
use kliento_issuer::SerialNumber;
use veraid_core::Certificate;

use crate::cli::CertificateFile;
use crate::failure::Failure;
use crate::files::{Existing, Form, Readers};
use crate::input::name_of;
use crate::outcome::{Outcome, Stop, UsageError};
use crate::shown::shown;
use crate::verify_token::line;
use crate::{files, input, randomness};

const CERTIFICATE: &str = "CERTIFICATE";
const DAY: u64 = 86_400;

/// How long certificates are valid if nobody says (90 days: DomainAuth allows no more).
pub(crate) const USUAL_DAYS: u32 = 90;

/// How long before the present certificates start if nobody says (an hour: for machines whose clocks are behind).
pub(crate) const BACK_DATING_SECONDS: u64 = 3_600;

/// Reads a certificate in PEM or DER.
pub(crate) fn read(path: &Path) -> Result<Certificate, Stop> {
    let octets = input::certificate(path)?;
    let decoded = match der::pem::decode_label(&octets) {
        Ok(CERTIFICATE) => der::pem::decode_vec(&octets).ok().map(|(_, der)| der),
        Ok(label) => {
            let (name, label) = (name_of(path), shown(label));
            return Err(UsageError::new(format!(
                "{name} has {label} in PEM; give the file with the CERTIFICATE"
            ))
            .into());
        }
        Err(_) => None,
    };
    Certificate::from_der(decoded.as_deref().unwrap_or(&octets)).map_err(|error| {
        Failure::malformed(&error)
            .in_file(&name_of(path))
            .with_mend(format!("give one certificate, in PEM or DER; {} is none", name_of(path)))
            .into()
    })
}

/// The seconds that a certificate is valid.
pub(crate) fn period(from: Timestamp, until: Timestamp) -> Result<ValidityPeriod, UsageError> {
    ValidityPeriod::new(from, until).map_err(|_| {
        UsageError::new(format!("it would be valid from {from}, which is after its end at {until}"))
    })
}

/// The instant so many days later.
pub(crate) fn days_after(from: Timestamp, days: u32) -> Timestamp {
    from.saturating_add(u64::from(days).saturating_mul(DAY))
}

/// A fresh serial number.
pub(crate) fn serial_number() -> Result<SerialNumber, Stop> {
    Ok(SerialNumber::from_random(randomness::octets()?))
}

/// Checks where a certificate is to go.
pub(crate) fn check_destination(file: &CertificateFile) -> Result<(), UsageError> {
    files::check_destination(Some(&file.out), Existing::of(file.force))
}

/// Writes a certificate, and tells what it says.
pub(crate) fn deliver(
    certificate: &Certificate,
    name: &str,
    period: ValidityPeriod,
    file: &CertificateFile,
) -> Result<Outcome, Stop> {
    let der = certificate.as_der();
    let (octets, form) = if file.pem {
        let pem = der::pem::encode_string(CERTIFICATE, LineEnding::LF, der).map_err(|error| {
            UsageError::new(format!("the certificate cannot be written: {error}"))
        })?;
        (pem.into_bytes(), Form::Text)
    } else {
        (der.to_vec(), Form::Octets)
    };
    let existing = Existing::of(file.force);
    files::deliver(Some(&file.out), octets, form, Readers::Usual, existing, || {
        let mut text = format!("wrote {}\n", files::file_name(&file.out));
        line(&mut text, "certificate", name);
        line(&mut text, "valid from", &period.start().to_string());
        line(&mut text, "valid until", &period.end().to_string());
        text
    })
}
