//! `kliento chain verify`.

use std::path::PathBuf;

use base64ct::{Base64, Encoding};
use clap::Args;
use kliento_inspect::Failure;
use kliento_inspect::json::{PeriodJson, to_line};
use kliento_inspect::text::line;
use serde::Serialize;
use veraid_dnssec::{ChainVerifier, Name, Question, RecordType, VerifiedRrset};

use super::presentation::presentation;
use crate::arguments::times::{self, PeriodArgs};
use crate::arguments::{AnchorsArgument, Output, OutputArgument, trust};
use crate::io::input;
use crate::outcome::{Outcome, Stop};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento chain verify chain.der --name _veraid.example.com --type TXT
  kliento chain verify chain.der --name _443._tcp.example.com --type TLSA --at 1795348800
  kliento chain verify chain.der --name example.com --type TYPE65280 \\
      --from 2026-11-01T00:00:00Z --until 2026-11-30T23:59:59Z --output json";

#[derive(Debug, Args)]
pub(crate) struct ChainVerify {
    /// DNS messages as a SET OF OCTET STRING in DER; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// The domain name that owns the records.
    #[arg(long)]
    pub(crate) name: Name,
    /// The type of the records: a mnemonic, or TYPE and a number.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) record_type: RecordType,
    #[command(flatten)]
    pub(crate) when: PeriodArgs,
    #[command(flatten)]
    pub(crate) anchors: AnchorsArgument,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

pub(crate) fn run(arguments: &ChainVerify) -> Result<Outcome, Stop> {
    let anchors = arguments.anchors.trust_anchors.as_ref();
    input::check_stdin_once([Some(&arguments.input), anchors])?;
    let verifier =
        ChainVerifier::new(trust::anchors(&arguments.anchors)?, veraid_aws_lc_rs::PROVIDER);
    let period = times::period(&arguments.when)?;
    let question = Question { name: arguments.name.clone(), record_type: arguments.record_type };
    let verified = input::chain(&arguments.input).and_then(|chain| {
        chain
            .verify(&question, period, &verifier)
            .map_err(|error| Failure::chain_invalid(&error, period).into())
    });
    match (verified, arguments.output.form) {
        (Ok(rrset), Output::Text) => Ok(Outcome::valid(to_text(&rrset))),
        (Ok(rrset), Output::Json) => Ok(Outcome::valid(to_line(&ChainVerification::valid(&rrset)))),
        (Err(Stop::Failed(failure)), Output::Json) => {
            let verification = ChainVerification::failed(&failure);
            Ok(Outcome::report(to_line(&verification), Some(&failure)))
        }
        (Err(stop), _) => Err(stop),
    }
}

fn to_text(rrset: &VerifiedRrset) -> String {
    let mut text = String::from("VALID\n");
    let Question { name, record_type } = rrset.question();
    line(&mut text, "name", &name.to_string());
    line(&mut text, "type", &record_type.to_string());
    for rdata in rrset.rdata() {
        line(&mut text, "record", &presentation(*record_type, rdata));
    }
    for period in rrset.validity().iter() {
        line(&mut text, "valid", &period.to_string());
    }
    text
}

/// `kliento.chain-verification/v1`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ChainVerification<'a> {
    schema: &'static str,
    status: &'static str,
    name: Option<String>,
    r#type: Option<String>,
    records: Option<Vec<String>>,
    validity: Option<Vec<PeriodJson>>,
    error: Option<&'a Failure>,
}

impl<'a> ChainVerification<'a> {
    const SCHEMA: &'static str = "kliento.chain-verification/v1";

    pub(crate) fn valid(rrset: &VerifiedRrset) -> Self {
        Self {
            schema: Self::SCHEMA,
            status: "valid",
            name: Some(rrset.question().name.to_string()),
            r#type: Some(rrset.question().record_type.to_string()),
            records: Some(rrset.rdata().map(Base64::encode_string).collect()),
            validity: Some(rrset.validity().iter().map(PeriodJson::from).collect()),
            error: None,
        }
    }

    pub(crate) fn failed(failure: &'a Failure) -> Self {
        Self {
            schema: Self::SCHEMA,
            status: failure.class().status(),
            error: Some(failure),
            ..Self::default()
        }
    }
}
