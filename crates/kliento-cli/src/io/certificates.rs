//! Reads and writes certificate files.

use std::path::Path;

use der::pem::LineEnding;
use kliento::{Timestamp, ValidityPeriod};
use kliento_inspect::Failure;
use kliento_inspect::json::to_line;
use kliento_inspect::text::{escape_for_terminal, line};
use serde::Serialize;
use veraid_core::Certificate;
use veraid_issuer::{MAX_COMMON_NAME_CHARS, SerialNumber};

use crate::arguments::{CertificateFile, Output};
use crate::io::files::{self, Existing, Form, Readers};
use crate::io::input::{self, is_stdin, name_of};
use crate::outcome::{Outcome, Stop, UsageError, progress};
use crate::randomness;

const CERTIFICATE: &str = "CERTIFICATE";
const DAY: u64 = 86_400;

/// The default lifetime of certificates (90 days: DomainAuth allows no more).
pub(crate) const USUAL_DAYS: u32 = 90;

/// The default back-dating of certificates (an hour: for machines whose clocks are behind).
pub(crate) const BACK_DATING_SECONDS: u64 = 3_600;

/// Reads a certificate in PEM or DER.
pub(crate) fn read(path: &Path) -> Result<Certificate, Stop> {
    let bytes = input::certificate(path)?;
    let decoded = match der::pem::decode_label(&bytes) {
        Ok(CERTIFICATE) => der::pem::decode_vec(&bytes).ok().map(|(_, der)| der),
        Ok(label) => {
            let (name, label) = (name_of(path), escape_for_terminal(label));
            return Err(UsageError::new(format!(
                "{name} contains {label} in PEM; give the file with the CERTIFICATE"
            ))
            .into());
        }
        Err(_) => None,
    };
    Certificate::from_der(decoded.as_deref().unwrap_or(&bytes)).map_err(|error| {
        Failure::malformed(&error)
            .in_file(&name_of(path))
            .with_fix(format!("give one certificate, in PEM or DER; {} is not one", name_of(path)))
            .into()
    })
}

/// The validity period of a certificate, from its first and last second.
pub(crate) fn period(from: Timestamp, until: Timestamp) -> Result<ValidityPeriod, UsageError> {
    ValidityPeriod::new(from, until).map_err(|_| {
        UsageError::new(format!("it would be valid from {from}, which is after its end at {until}"))
    })
}

/// The instant `days` days after `from`.
pub(crate) fn days_after(from: Timestamp, days: u32) -> Timestamp {
    from.saturating_add(u64::from(days).saturating_mul(DAY))
}

/// A fresh serial number.
pub(crate) fn serial_number() -> Result<SerialNumber, Stop> {
    Ok(SerialNumber::from_random(randomness::bytes()?))
}

/// Checks the output file of a certificate.
pub(crate) fn check_destination(file: &CertificateFile) -> Result<(), UsageError> {
    if is_stdin(&file.out) && file.output.form == Output::Json {
        return Err(UsageError::new("standard output cannot be both the certificate and JSON"));
    }
    files::check_destination(Some(&file.out), Existing::of(file.force))
}

/// A certificate that was issued.
pub(crate) struct Issued {
    pub(crate) certificate: Certificate,
    /// The name in it, or `a bot`.
    pub(crate) name: String,
    pub(crate) period: ValidityPeriod,
}

/// Writes a certificate, with its facts on standard output and warnings on standard error.
pub(crate) fn deliver(
    issued: Result<Issued, Stop>,
    file: &CertificateFile,
) -> Result<Outcome, Stop> {
    let issued = match (issued, file.output.form) {
        (Ok(issued), _) => issued,
        (Err(Stop::Failed(failure)), Output::Json) => {
            return Ok(Outcome::report(
                to_line(&CertificateJson::failed(&failure)),
                Some(&failure),
            ));
        }
        (Err(stop), _) => return Err(stop),
    };
    let der = issued.certificate.as_der();
    let (bytes, form) = if file.pem {
        let pem = der::pem::encode_string(CERTIFICATE, LineEnding::LF, der).map_err(|error| {
            UsageError::new(format!("the certificate cannot be written: {error}"))
        })?;
        (pem.into_bytes(), Form::Text)
    } else {
        (der.to_vec(), Form::Octets)
    };
    let warnings = issued.warnings();
    for warning in &warnings {
        progress(&format!("warning: {}", escape_for_terminal(warning)));
    }
    let existing = Existing::of(file.force);
    files::deliver(Some(&file.out), bytes, form, Readers::Usual, existing, || {
        match file.output.form {
            Output::Text => issued.to_text(file),
            Output::Json => to_line(&issued.to_json(&warnings)),
        }
    })
}

impl Issued {
    /// Properties of the certificate that some software may not accept.
    fn warnings(&self) -> Vec<String> {
        let characters = self.certificate.common_name().unwrap_or_default().chars().count();
        let limit = MAX_COMMON_NAME_CHARS;
        if characters > limit {
            vec![format!(
                "the common name has {characters} characters; RFC 5280 allows {limit}, and software other than VeraId's may reject the certificate"
            )]
        } else {
            Vec::new()
        }
    }

    fn to_text(&self, file: &CertificateFile) -> String {
        let mut text = format!("wrote {}\n", files::file_name(&file.out));
        line(&mut text, "certificate", &self.name);
        line(&mut text, "valid from", &self.period.start().to_string());
        line(&mut text, "valid until", &self.period.end().to_string());
        text
    }

    fn to_json<'a>(&'a self, warnings: &'a [String]) -> CertificateJson<'a> {
        CertificateJson {
            schema: CertificateJson::SCHEMA,
            status: "issued",
            name: self.certificate.common_name().ok(),
            valid_from: Some(self.period.start().to_string()),
            valid_until: Some(self.period.end().to_string()),
            warnings,
            error: None,
        }
    }
}

/// `kliento.certificate/v1`: the certificate that was issued, or the failure.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CertificateJson<'a> {
    schema: &'static str,
    status: &'static str,
    /// The common name: `@` for a bot.
    name: Option<&'a str>,
    valid_from: Option<String>,
    valid_until: Option<String>,
    warnings: &'a [String],
    error: Option<&'a Failure>,
}

impl<'a> CertificateJson<'a> {
    const SCHEMA: &'static str = "kliento.certificate/v1";

    fn failed(failure: &'a Failure) -> Self {
        Self {
            schema: Self::SCHEMA,
            status: failure.class().status(),
            name: None,
            valid_from: None,
            valid_until: None,
            warnings: &[],
            error: Some(failure),
        }
    }
}
