//! `kliento trust-anchors check`.

use std::path::{Path, PathBuf};

use clap::Args;
use kliento::{Timestamp, TrustAnchors, ValidityPeriod};
use kliento_inspect::Failure;
use veraid_aws_lc_rs::PROVIDER;
use veraid_dnssec::{ChainVerifier, Link};
use veraid_trust_anchors::AnchorFile;

use super::file::{SignatureArguments, conclude, usable};
use super::report::{ProvedChain, Report};
use crate::arguments::OutputArgument;
use crate::arguments::times::{self, InstantArg};
use crate::commands::chain::subject;
use crate::io::input;
use crate::outcome::{Outcome, Stop, UsageError};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento trust-anchors check --from root-anchors.xml --signature root-anchors.p7s
  kliento trust-anchors check --from root-anchors.xml --chain chain.der";

#[derive(Debug, Args)]
pub(crate) struct TrustAnchorsCheck {
    /// IANA's root-anchors.xml, Unbound's root.key, BIND's trust anchors, or DS and DNSKEY records;
    /// `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: PathBuf,
    /// A chain that the file must prove, as written by `kliento chain fetch`.
    #[arg(long, value_name = "FILE")]
    pub(crate) chain: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) signature: SignatureArguments,
    #[command(flatten)]
    pub(crate) instant: InstantArg,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

pub(crate) fn run(arguments: &TrustAnchorsCheck) -> Result<Outcome, Stop> {
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

/// Proves the key records of a chain with the anchors of the file alone.
fn prove(file: &AnchorFile, path: &Path, at: Timestamp) -> Result<ProvedChain, Stop> {
    let chain = input::parsed_chain(path)?;
    let Some(subject) = subject(&chain) else {
        let problem = format!("{} has no key records to prove", input::name_of(path));
        return Err(UsageError::new(problem).into());
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
        key_tag: proved.links().first().map(Link::key_tag),
        proved_by_built_in: prove(&TrustAnchors::iana()).is_ok(),
    })
}
