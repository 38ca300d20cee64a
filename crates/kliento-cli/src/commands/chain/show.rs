//! `kliento chain show`.

mod messages;

use std::path::PathBuf;

use clap::Args;
use kliento::ValidityPeriod;
use kliento_inspect::Failure;
use kliento_inspect::json::{PeriodJson, to_line};
use kliento_inspect::text::{algorithm_name, escape_for_terminal, grouped, line};
use serde::Serialize;
use veraid_dnssec::VerifiedRrset;

use super::presentation::presentation;
use super::subject::{Subject, subject};
use crate::arguments::times::{self, InstantArg};
use crate::arguments::{AnchorsArgument, Output, OutputArgument, trust};
use crate::io::input;
use crate::outcome::{Outcome, Stop};
use messages::{MessageView, RecordView};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento chain show chain.der
  kliento chain show chain.der --at 2026-11-22T12:00:00Z --trust-anchors trust-anchors.ds
  kliento chain show chain.der --no-verify --output json";

#[derive(Debug, Args)]
pub(crate) struct ChainShow {
    /// DNS messages as a SET OF OCTET STRING in DER; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) input: PathBuf,
    /// Show the chain without verifying anything.
    #[arg(long)]
    pub(crate) no_verify: bool,
    #[command(flatten)]
    pub(crate) instant: InstantArg,
    #[command(flatten)]
    pub(crate) anchors: AnchorsArgument,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

pub(crate) fn run(arguments: &ChainShow) -> Result<Outcome, Stop> {
    let anchors = arguments.anchors.trust_anchors.as_ref();
    input::check_stdin_once([Some(&arguments.input), anchors])?;
    let at = times::instant(arguments.instant.at);
    let anchors = trust::anchors(&arguments.anchors)?;
    let report = match input::chain(&arguments.input) {
        Err(stop) => Report { failure: Some(stop.into_failure()?), ..Report::default() },
        Ok(chain) => {
            let subject = subject(&chain);
            let (mut proved, mut failure) = (None, None);
            if let Some(subject) = subject.as_ref().filter(|_| !arguments.no_verify) {
                let asked = ValidityPeriod::at(at);
                let verifier = trust::chain_verifier(anchors, subject.profile);
                match chain.verify(&subject.question, asked, &verifier) {
                    Ok(rrset) => proved = Some(rrset),
                    Err(error) => failure = Some(Failure::chain_invalid(&error, asked)),
                }
            }
            Report { messages: messages::of(&chain, at), subject, proved, failure }
        }
    };
    let stdout = match arguments.output.form {
        Output::Text => report.to_text(),
        Output::Json => to_line(&report.to_json()),
    };
    Ok(Outcome::report(stdout, report.failure.as_ref()))
}

/// The facts to show.
#[derive(Debug, Default)]
struct Report {
    messages: Vec<MessageView>,
    /// The subject whose key records the chain claims to prove.
    subject: Option<Subject>,
    proved: Option<VerifiedRrset>,
    failure: Option<Failure>,
}

impl Report {
    fn to_text(&self) -> String {
        let mut text = match (&self.failure, &self.proved) {
            (Some(failure), _) => {
                format!("{}\n{}", failure.class().status().to_uppercase(), failure.to_text())
            }
            (None, Some(_)) => "VALID\n".to_owned(),
            (None, None) => "UNVERIFIED: nothing here is proved\n".to_owned(),
        };
        match &self.subject {
            Some(Subject { organisation, profile, .. }) => {
                line(&mut text, "organisation", organisation.as_str());
                line(&mut text, "profile", &profile.to_string());
            }
            None if !self.messages.is_empty() => {
                line(&mut text, "organisation", "none: no message has key records");
            }
            None => {}
        }
        if let Some(rrset) = &self.proved {
            for rdata in rrset.rdata() {
                let record = presentation(rrset.question().record_type, rdata);
                line(&mut text, "key record", &record);
            }
            for period in rrset.validity().iter() {
                line(&mut text, "valid", &period.to_string());
            }
        }
        let total = self.messages.iter().map(|message| message.bytes).sum();
        if !self.messages.is_empty() {
            let count = self.messages.len();
            text.push_str(&format!("\nmessages: {count}, {} bytes\n", grouped(total)));
        }
        for (index, message) in self.messages.iter().enumerate() {
            let question =
                message.question.as_deref().unwrap_or("not an answer to a single question");
            let bytes = grouped(message.bytes);
            text.push_str(&format!(
                "  {index}  {}  {bytes} bytes\n",
                escape_for_terminal(question)
            ));
            for record in &message.records {
                text.push_str(&format!("       {}\n", escape_for_terminal(&record.to_text())));
            }
        }
        text
    }

    fn to_json(&self) -> ChainJson<'_> {
        let status = match (&self.failure, &self.proved) {
            (Some(failure), _) => failure.class().status(),
            (None, Some(_)) => "valid",
            (None, None) => "unverified",
        };
        let proved = self.proved.as_ref();
        ChainJson {
            schema: "kliento.chain/v1",
            status,
            organisation: self.subject.as_ref().map(|subject| subject.organisation.as_str()),
            profile: self.subject.as_ref().map(|subject| subject.profile.to_string()),
            key_records: proved.map(|rrset| {
                let record_type = rrset.question().record_type;
                rrset.rdata().map(|rdata| presentation(record_type, rdata)).collect()
            }),
            validity: proved.map(|rrset| rrset.validity().iter().map(PeriodJson::from).collect()),
            messages: &self.messages,
            error: self.failure.as_ref(),
        }
    }
}

impl RecordView {
    fn to_text(&self) -> String {
        let beginning = format!("{} {} {}", self.owner, self.ttl, self.record_type);
        match &self.signature {
            Some(rrsig) => format!(
                "{beginning} over {}, key tag {}, {}, from {} until {}",
                rrsig.type_covered,
                rrsig.key_tag,
                algorithm_name(rrsig.algorithm),
                rrsig.inception,
                rrsig.expiration
            ),
            None => format!("{beginning}  {} bytes", grouped(self.bytes)),
        }
    }
}

/// `kliento.chain/v1`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ChainJson<'a> {
    schema: &'static str,
    status: &'static str,
    /// The organisation that the questions name; proved if the status is `valid`.
    organisation: Option<&'a str>,
    profile: Option<String>,
    key_records: Option<Vec<String>>,
    validity: Option<Vec<PeriodJson>>,
    messages: &'a [MessageView],
    error: Option<&'a Failure>,
}
