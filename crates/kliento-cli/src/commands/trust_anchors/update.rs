//! `kliento trust-anchors update`.

use std::path::{Path, PathBuf};

use clap::Args;
use kliento_inspect::json::to_line;
use veraid_aws_lc_rs::PROVIDER;
use veraid_trust_anchors::AnchorFile;

use super::file::{SignatureArguments, conclude, read, usable};
use crate::arguments::times::{self, InstantArg};
use crate::arguments::{Output, OutputArgument};
use crate::io::files::{self, Existing, Form, Readers, file_name};
use crate::io::input;
use crate::outcome::{Outcome, Stop, UsageError};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento trust-anchors update --from root-anchors.xml --signature root-anchors.p7s \\
      --out /etc/kliento/trust-anchors.xml --force
  kliento trust-anchors update --from /etc/bind/bind.keys --out trust-anchors.xml";

#[derive(Debug, Args)]
pub(crate) struct TrustAnchorsUpdate {
    /// IANA's root-anchors.xml, Unbound's root.key, BIND's trust anchors, or DS and DNSKEY records;
    /// `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: PathBuf,
    #[command(flatten)]
    pub(crate) signature: SignatureArguments,
    #[command(flatten)]
    pub(crate) instant: InstantArg,
    /// Where to write the trust anchors, for --trust-anchors and for services.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Replace the file if it exists.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

pub(crate) fn run(arguments: &TrustAnchorsUpdate) -> Result<Outcome, Stop> {
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

/// Reads the file that is about to be replaced, if there is one; standard output is not a file.
fn read_if_there(path: &Path) -> Result<(AnchorFile, Vec<u8>), Stop> {
    if input::is_stdin(path) {
        return Err(UsageError::new("standard output has no trust anchors").into());
    }
    read(path)
}
