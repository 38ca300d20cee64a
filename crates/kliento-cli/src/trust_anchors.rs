//! `kliento trust-anchors`.

mod report;

use std::path::Path;

use kliento::{Timestamp, TrustAnchors, ValidityPeriod};
use kliento_inspect::Failure;
use kliento_inspect::json::to_line;
use veraid_aws_lc_rs::PROVIDER;
use veraid_dnssec::ChainVerifier;
use veraid_trust_anchors::{AnchorFile, Authorities, Signature, VerifiedSignature};

use crate::cli::{
    Output, OutputArgument, SignatureArguments, TrustAnchorsCheck, TrustAnchorsShow,
    TrustAnchorsUpdate,
};
use crate::files::{self, Existing, Form, Readers, file_name};
use crate::outcome::{Outcome, Stop};
use crate::show_chain::subject;
use crate::{failure, input, times};
use report::{ProvedChain, Report};

pub(crate) fn show(arguments: &TrustAnchorsShow) -> Result<Outcome, Stop> {
    let at = times::instant(arguments.instant.at);
    let made = match &arguments.from {
        Some(path) => read(path).map(|(file, _)| Report::of_file(&file, path, at)),
        None => Ok(Report::built_in(at)),
    };
    conclude(&arguments.output, made)
}

pub(crate) fn check(arguments: &TrustAnchorsCheck) -> Result<Outcome, Stop> {
    input::check_stdin_once([
        Some(&arguments.from),
        arguments.chain.as_ref(),
        arguments.signature.signature.as_ref(),
        arguments.signature.ca.as_ref(),
    ])?;
    let at = times::instant(arguments.instant.at);
    conclude(&arguments.output, check_file(arguments, at))
}

fn check_file(arguments: &TrustAnchorsCheck, at: Timestamp) -> Result<Report, Stop> {
    let (file, mut report) = usable(&arguments.from, &arguments.signature, at)?;
    report.compare();
    if let Some(path) = &arguments.chain {
        report.chain = Some(prove(&file, path, at)?);
    }
    Ok(report)
}

pub(crate) fn update(arguments: &TrustAnchorsUpdate) -> Result<Outcome, Stop> {
    input::check_stdin_once([
        Some(&arguments.from),
        arguments.signature.signature.as_ref(),
        arguments.signature.ca.as_ref(),
    ])?;
    let at = times::instant(arguments.instant.at);
    let existing = Existing::of(arguments.force);
    files::check_destination(Some(&arguments.out), existing)?;
    let made = usable(&arguments.from, &arguments.signature, at);
    let (file, mut report) = match made {
        Ok(made) => made,
        Err(stop) => return conclude(&arguments.output, Err(stop)),
    };
    report.compare();
    if let Ok((before, _)) = read_if_there(&arguments.out) {
        report.changes(&before);
    }
    let source = format!("kliento trust-anchors update --from {}", input::name_of(&arguments.from));
    let xml = file.to_xml(&source, PROVIDER).into_bytes();
    report.written = Some(file_name(&arguments.out));
    let form = arguments.output.form;
    files::deliver(Some(&arguments.out), xml, Form::Text, Readers::Usual, existing, || match form {
        Output::Text => report.to_text(),
        Output::Json => to_line(&report.to_json()),
    })
}

/// Reads a file, of which at least one trust anchor must be valid at `at`, and so must the
/// signature if there is one.
fn usable(
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
fn read(path: &Path) -> Result<(AnchorFile, Vec<u8>), Stop> {
    let bytes = input::anchors(path)?;
    let file = AnchorFile::read(&bytes, PROVIDER)
        .map_err(|error| failure::anchors(&error, input::name_of(path)))?;
    Ok((file, bytes))
}

/// Reads the file that is about to be replaced, if there is one; standard output is not a file.
fn read_if_there(path: &Path) -> Result<(AnchorFile, Vec<u8>), Stop> {
    if input::is_stdin(path) {
        return Err(crate::outcome::UsageError::new("standard output has no trust anchors").into());
    }
    read(path)
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

/// Proves the key records of a chain with the anchors of the file alone.
fn prove(file: &AnchorFile, path: &Path, at: Timestamp) -> Result<ProvedChain, Stop> {
    let chain = input::parsed_chain(path)?;
    let Some(subject) = subject(&chain) else {
        let problem = format!("{} has no key records to prove", input::name_of(path));
        return Err(crate::outcome::UsageError::new(problem).into());
    };
    let asked = ValidityPeriod::at(at);
    let prove = |anchors: &TrustAnchors| {
        let verifier = ChainVerifier::new(anchors.clone(), PROVIDER);
        chain.verify(&subject.question, asked, &verifier)
    };
    let proved = prove(file.trust_anchors())
        .map_err(|error| Failure::chain_invalid(&error, asked).in_file(&input::name_of(path)))?;
    Ok(ProvedChain {
        organisation: subject.organisation.as_str().to_owned(),
        key_tag: proved.links().first().map(veraid_dnssec::Link::key_tag),
        proved_by_built_in: prove(&TrustAnchors::iana()).is_ok(),
    })
}

fn conclude(output: &OutputArgument, made: Result<Report, Stop>) -> Result<Outcome, Stop> {
    match (made, output.form) {
        (Ok(report), Output::Text) => Ok(Outcome::valid(report.to_text())),
        (Ok(report), Output::Json) => Ok(Outcome::valid(to_line(&report.to_json()))),
        (Err(Stop::Failed(failure)), Output::Json) => {
            let json = to_line(&report::ReportJson::failed(&failure));
            Ok(Outcome::report(json, Some(&failure)))
        }
        (Err(stop), _) => Err(stop),
    }
}
