//! Trust anchors as text and JSON.

use std::path::Path;

use kliento::{Timestamp, TrustAnchors, ValidityPeriod};
use kliento_inspect::Failure;
use kliento_inspect::text::{algorithm_name, escape_for_terminal, line};
use serde::Serialize;
use veraid_aws_lc_rs::PROVIDER;
use veraid_dnssec::TrustAnchor;
use veraid_trust_anchors::{AnchorFile, Entry, State, VerifiedSignature};

use crate::io::input;

/// The remaining time below which a trust anchor gives a warning: 90 days, in which the root
/// announces and makes changes to its key.
const SOON_SECONDS: u64 = 90 * 86_400;

/// The facts about a set of trust anchors.
#[derive(Debug)]
pub(super) struct Report {
    source: String,
    format: Option<String>,
    at: Timestamp,
    rows: Vec<Row>,
    /// Built-in trust anchors that are not in the file; `None` if nothing was compared.
    only_built_in: Option<Vec<Row>>,
    pub(super) signature: Option<VerifiedSignature>,
    pub(super) chain: Option<ProvedChain>,
    added: Vec<u16>,
    removed: Vec<u16>,
    pub(super) written: Option<String>,
}

/// A chain that the anchors of the file prove.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProvedChain {
    pub(super) organisation: String,
    /// The tag of the root's key that signed its keys.
    pub(super) key_tag: Option<u16>,
    pub(super) proved_by_built_in: bool,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    key_tag: u16,
    algorithm: u8,
    digest_type: u8,
    digest: Vec<u8>,
    validity: ValidityPeriod,
    line: Option<usize>,
    state: Option<State>,
    skipped: Option<String>,
    built_in: bool,
}

impl Row {
    fn of_anchor(anchor: &TrustAnchor) -> Self {
        let ds = anchor.ds_rdata(PROVIDER);
        Self {
            key_tag: anchor.key_tag(),
            algorithm: anchor.algorithm(),
            digest_type: ds.get(3).copied().unwrap_or(0),
            digest: ds.get(4..).unwrap_or_default().to_vec(),
            validity: anchor.validity(),
            line: None,
            state: None,
            skipped: None,
            built_in: true,
        }
    }

    fn of_entry(entry: &Entry, built_in: &[Self]) -> Self {
        let mut row = Self {
            key_tag: entry.key_tag(),
            algorithm: entry.algorithm(),
            digest_type: entry.digest_type(),
            digest: entry.digest().to_vec(),
            validity: entry.validity(),
            line: Some(entry.line()),
            state: entry.state(),
            skipped: entry.skip_reason().map(|reason| reason.to_string()),
            built_in: false,
        };
        row.built_in = built_in.iter().any(|other| other.is_same_key(&row));
        row
    }

    fn is_same_key(&self, other: &Self) -> bool {
        (self.key_tag, self.algorithm, self.digest_type, &self.digest)
            == (other.key_tag, other.algorithm, other.digest_type, &other.digest)
    }

    fn is_trusted_at(&self, at: Timestamp) -> bool {
        self.skipped.is_none() && self.validity.contains(at)
    }

    fn until(&self) -> Option<Timestamp> {
        (self.validity.end() != Timestamp::MAX).then(|| self.validity.end())
    }

    fn digest_text(&self) -> String {
        self.digest.iter().map(|octet| format!("{octet:02X}")).collect()
    }

    /// The state of the key at `at`: trusted, or the reason why not.
    fn standing(&self, at: Timestamp) -> String {
        match &self.skipped {
            Some(reason) => format!("skipped: {reason}"),
            None if self.is_trusted_at(at) => "trusted".into(),
            None if self.validity.end() < at => "expired".into(),
            None => "not valid yet".into(),
        }
    }
}

fn built_in() -> Vec<Row> {
    TrustAnchors::iana().iter().map(Row::of_anchor).collect()
}

impl Report {
    pub(super) fn built_in(at: Timestamp) -> Self {
        Self::new("built in (IANA's)".into(), None, at, built_in())
    }

    pub(super) fn of_file(file: &AnchorFile, path: &Path, at: Timestamp) -> Self {
        let known = built_in();
        let rows = file.entries().map(|entry| Row::of_entry(entry, &known)).collect();
        Self::new(input::name_of(path), Some(file.format().to_string()), at, rows)
    }

    const fn new(source: String, format: Option<String>, at: Timestamp, rows: Vec<Row>) -> Self {
        Self {
            source,
            format,
            at,
            rows,
            only_built_in: None,
            signature: None,
            chain: None,
            added: Vec::new(),
            removed: Vec::new(),
            written: None,
        }
    }

    /// Compares with the built-in trust anchors.
    pub(super) fn compare(&mut self) {
        let is_missing =
            |row: &Row| !self.rows.iter().any(|own| own.is_same_key(row) && own.skipped.is_none());
        self.only_built_in = Some(built_in().into_iter().filter(is_missing).collect());
    }

    /// Compares with the file to replace.
    pub(super) fn changes(&mut self, before: &AnchorFile) {
        let usable = |row: &&Row| row.skipped.is_none();
        let before: Vec<Row> = before.entries().map(|entry| Row::of_entry(entry, &[])).collect();
        let missing_in = |rows: &[Row], row: &Row| {
            !rows.iter().filter(usable).any(|other| other.is_same_key(row))
        };
        let tags = |rows: &[Row], others: &[Row]| -> Vec<u16> {
            rows.iter()
                .filter(usable)
                .filter(|row| missing_in(others, row))
                .map(|row| row.key_tag)
                .collect()
        };
        self.added = tags(&self.rows, &before);
        self.removed = tags(&before, &self.rows);
    }

    /// Warnings of what needs attention soon.
    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let soon = self.at.saturating_add(SOON_SECONDS);
        for row in self.rows.iter().filter(|row| row.is_trusted_at(self.at)) {
            if let Some(until) = row.until().filter(|until| *until <= soon) {
                warnings.push(format!("key tag {} expires at {until}", row.key_tag));
            }
        }
        let pending = self.rows.iter().filter(|row| row.state == Some(State::AddPend));
        warnings.extend(pending.map(|row| {
            format!(
                "key tag {} is not trusted yet; check the file again in some weeks",
                row.key_tag
            )
        }));
        if self.only_built_in.is_some() && !self.rows.iter().any(|row| row.built_in) {
            warnings
                .push("no key of the file is built in: chains of the public root may fail".into());
        }
        if let Some(signature) = &self.signature
            && signature.validity().end() <= soon
        {
            let end = signature.validity().end();
            warnings.push(format!("the signature's certificates expire at {end}"));
        }
        warnings
    }

    pub(super) fn to_text(&self) -> String {
        let mut text = match &self.written {
            Some(file) => format!("wrote {file}\n"),
            None => String::new(),
        };
        line(&mut text, "source", &self.source);
        if let Some(format) = &self.format {
            line(&mut text, "format", format);
        }
        line(&mut text, "at", &self.at.to_string());
        if let Some(signature) = &self.signature {
            let time = signature.signed_at().map(|time| format!(" at {time}")).unwrap_or_default();
            line(&mut text, "signed by", &format!("{}{time}", signature.signer()));
        }
        for row in &self.rows {
            self.write_row(&mut text, row, row.built_in);
        }
        for row in self.only_built_in.iter().flatten() {
            text.push_str("\nbuilt in, and not trusted by the file:\n");
            self.write_row(&mut text, row, true);
        }
        for (label, tags) in [("added", &self.added), ("removed", &self.removed)] {
            for tag in tags {
                line(&mut text, label, &format!("key tag {tag}"));
            }
        }
        if let Some(chain) = &self.chain {
            let tag = chain.key_tag.map(|tag| format!(", root key {tag}")).unwrap_or_default();
            line(&mut text, "chain", &format!("proves {}{tag}", chain.organisation));
        }
        for warning in self.warnings() {
            line(&mut text, "warning", &warning);
        }
        text
    }

    fn write_row(&self, text: &mut String, row: &Row, built_in: bool) {
        let line_number = row.line.map(|line| format!(", line {line}")).unwrap_or_default();
        let beside = if built_in && row.line.is_some() { ", also built in" } else { "" };
        text.push_str(&format!(
            "\n  key tag {}, {}{beside}{line_number}\n",
            row.key_tag,
            algorithm_name(row.algorithm)
        ));
        let mut own = |label: &str, value: &str| {
            text.push_str(&format!("    {label:<12}{}\n", escape_for_terminal(value)));
        };
        own("status", &row.standing(self.at));
        own(&format!("digest {}", row.digest_type), &row.digest_text());
        if row.validity != ValidityPeriod::ALWAYS {
            own("valid from", &row.validity.start().to_string());
            own("valid until", &row.until().map_or("no end".into(), |until| until.to_string()));
        }
        if let Some(state) = row.state {
            own("state", &state.to_string());
        }
    }

    pub(super) fn to_json(&self) -> ReportJson<'_> {
        let rows = |rows: &[Row]| rows.iter().map(|row| RowJson::of(row, self.at)).collect();
        ReportJson {
            status: "valid",
            source: Some(&self.source),
            format: self.format.as_deref(),
            at: Some(self.at.to_string()),
            anchors: Some(rows(&self.rows)),
            only_built_in: self.only_built_in.as_deref().map(rows),
            signature: self.signature.as_ref().map(|signature| SignatureJson {
                signer: signature.signer().to_owned(),
                signed_at: signature.signed_at().map(|time| time.to_string()),
                valid_until: signature.validity().end().to_string(),
            }),
            chain: self.chain.as_ref(),
            added: self.written.is_some().then_some(&self.added),
            removed: self.written.is_some().then_some(&self.removed),
            warnings: Some(self.warnings()),
            ..ReportJson::default()
        }
    }
}

/// `kliento.trust-anchors/v1`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReportJson<'a> {
    schema: &'static str,
    status: &'static str,
    source: Option<&'a str>,
    format: Option<&'a str>,
    at: Option<String>,
    anchors: Option<Vec<RowJson>>,
    /// Null if nothing was compared.
    only_built_in: Option<Vec<RowJson>>,
    signature: Option<SignatureJson>,
    chain: Option<&'a ProvedChain>,
    added: Option<&'a Vec<u16>>,
    removed: Option<&'a Vec<u16>>,
    warnings: Option<Vec<String>>,
    error: Option<&'a Failure>,
}

impl Default for ReportJson<'_> {
    fn default() -> Self {
        Self {
            schema: "kliento.trust-anchors/v1",
            status: "",
            source: None,
            format: None,
            at: None,
            anchors: None,
            only_built_in: None,
            signature: None,
            chain: None,
            added: None,
            removed: None,
            warnings: None,
            error: None,
        }
    }
}

impl<'a> ReportJson<'a> {
    pub(super) fn failed(failure: &'a Failure) -> Self {
        Self { status: failure.class().status(), error: Some(failure), ..Self::default() }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RowJson {
    key_tag: u16,
    algorithm: u8,
    digest_type: u8,
    digest: String,
    valid_from: String,
    /// Null if there is no end.
    valid_until: Option<String>,
    state: Option<String>,
    line: Option<usize>,
    built_in: bool,
    /// True if the key is a trust anchor at the requested instant.
    trusted: bool,
    skipped: Option<String>,
}

impl RowJson {
    fn of(row: &Row, at: Timestamp) -> Self {
        Self {
            key_tag: row.key_tag,
            algorithm: row.algorithm,
            digest_type: row.digest_type,
            digest: row.digest_text(),
            valid_from: row.validity.start().to_string(),
            valid_until: row.until().map(|until| until.to_string()),
            state: row.state.map(|state| state.to_string()),
            line: row.line,
            built_in: row.built_in,
            trusted: row.is_trusted_at(at),
            skipped: row.skipped.clone(),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SignatureJson {
    signer: String,
    signed_at: Option<String>,
    valid_until: String,
}
