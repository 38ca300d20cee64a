//! `kliento trust-anchors show`.

use std::path::PathBuf;

use clap::Args;

use super::file::{conclude, read};
use super::report::Report;
use crate::arguments::OutputArgument;
use crate::arguments::times::{self, InstantArg};
use crate::outcome::{Outcome, Stop};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento trust-anchors show
  kliento trust-anchors show --from /var/lib/unbound/root.key --output json";

#[derive(Debug, Args)]
pub(crate) struct TrustAnchorsShow {
    /// IANA's root-anchors.xml, Unbound's root.key, BIND's trust anchors, or DS and DNSKEY records;
    /// `-` is standard input [default: the built-in ones].
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) instant: InstantArg,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

pub(crate) fn run(arguments: &TrustAnchorsShow) -> Result<Outcome, Stop> {
    let at = times::instant(arguments.instant.at);
    let made = match &arguments.from {
        Some(path) => read(path).map(|(file, _)| Report::of_file(&file, path, at)),
        None => Ok(Report::built_in(at)),
    };
    conclude(&arguments.output, made)
}
