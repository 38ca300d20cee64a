//! Files of trust anchors, and the signature over them.

use std::path::{Path, PathBuf};

use clap::Args;
use kliento::Timestamp;
use kliento_inspect::json::to_line;
use veraid_aws_lc_rs::PROVIDER;
use veraid_trust_anchors::{AnchorFile, Authorities, Signature, VerifiedSignature};

use super::report::{Report, ReportJson};
use crate::arguments::{Output, OutputArgument};
use crate::failure;
use crate::io::input;
use crate::outcome::{Outcome, Stop};

/// A detached signature over the file.
#[derive(Debug, Args)]
pub(crate) struct SignatureArguments {
    /// The detached CMS signature over the file, such as IANA's root-anchors.p7s; without it, the
    /// origin of the file is unknown.
    #[arg(long, value_name = "FILE")]
    pub(crate) signature: Option<PathBuf>,
    /// Certificates of the authorities that may have certified the signer, in PEM or DER [default:
    /// ICANN's].
    #[arg(long, value_name = "FILE", requires = "signature")]
    pub(crate) ca: Option<PathBuf>,
    /// The e-mail address in the signer's certificate.
    #[arg(long, value_name = "ADDRESS", default_value = Signature::IANA)]
    pub(crate) signer: String,
}

/// Reads a file, of which at least one trust anchor must be valid at `at`, and so must the
/// signature if there is one.
pub(super) fn usable(
    path: &Path,
    signature: &SignatureArguments,
    at: Timestamp,
) -> Result<(AnchorFile, Report), Stop> {
    let (file, bytes) = read(path)?;
    let verified = verify(&bytes, signature, at)?;
    let mut report = Report::of_file(&file, path, at);
    report.signature = verified;
    if !file.entries().any(|entry| entry.is_trusted_at(at)) {
        return Err(failure::no_anchor_at(at).in_file(&input::name_of(path)).into());
    }
    Ok((file, report))
}

/// Reads a file of trust anchors, and keeps its bytes.
pub(super) fn read(path: &Path) -> Result<(AnchorFile, Vec<u8>), Stop> {
    let bytes = input::anchors(path)?;
    let file = AnchorFile::read(&bytes, PROVIDER)
        .map_err(|error| failure::anchors(&error, input::name_of(path)))?;
    Ok((file, bytes))
}

fn verify(
    bytes: &[u8],
    arguments: &SignatureArguments,
    at: Timestamp,
) -> Result<Option<VerifiedSignature>, Stop> {
    let Some(path) = &arguments.signature else { return Ok(None) };
    let authorities = match &arguments.ca {
        Some(ca) => Authorities::read(&input::certificate(ca)?)
            .map_err(|error| failure::anchors_signature(&error, input::name_of(ca)))?,
        None => Authorities::icann(),
    };
    Signature::new(&input::certificate(path)?)
        .verify(bytes, &arguments.signer, &authorities, at, PROVIDER)
        .map(Some)
        .map_err(|error| failure::anchors_signature(&error, input::name_of(path)).into())
}

pub(super) fn conclude(
    output: &OutputArgument,
    made: Result<Report, Stop>,
) -> Result<Outcome, Stop> {
    match (made, output.form) {
        (Ok(report), Output::Text) => Ok(Outcome::valid(report.to_text())),
        (Ok(report), Output::Json) => Ok(Outcome::valid(to_line(&report.to_json()))),
        (Err(Stop::Failed(failure)), Output::Json) => {
            let json = to_line(&ReportJson::failed(&failure));
            Ok(Outcome::report(json, Some(&failure)))
        }
        (Err(stop), _) => Err(stop),
    }
}
