//! The generated test vectors: everything in test-vectors/ except the folder that another
//! implementation made.
//!
//! Every vector is made from the keys of `veraid-testkit`, and states the result that the rules
//! require, without asking a verifier. The runner in `crates/kliento/tests` checks verifiers
//! against the vectors.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "no untrusted input is read here; a panic means that a vector cannot be made"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding as _};
use kliento_conformance::{Exceptions, SCHEMA};
use veraid_dnssec::{Question, Timestamp, ValidityPeriod};
use veraid_testkit::{
    AUDIENCE, Customisation, HierarchyBuilder, KLIENTO_SERVICE, MockBundle, MockChain, Scenario,
    Signer, TestProfile, ZoneAlgorithm, ZoneKey, ZoneKeys, default_instant, dnssec_chain_der,
};

mod authorities;
mod authority;
mod binding;
mod bundle_limits;
mod bundles;
mod certificates;
mod characters;
mod dnssec;
mod foreign_issuers;
mod headers;
mod hostile;
mod json;
mod key_records;
mod limits;
mod matrix;
mod member_ids;
mod names;
pub(crate) mod public;
mod root_roll;
mod signed_data;
mod tokens;
mod windows;

use authority::Citation;
use json::Json;

/// The folders of test-vectors/ that contain only generated files.
const FOLDERS: [&str; 5] = ["dnssec", "bundle", "token", "header", "member-id"];

/// Both profiles, for rules that differ or that each must keep.
const PROFILES: [TestProfile; 2] = [TestProfile::VeraId, TestProfile::DomainAuth];

/// The instant of nearly all vectors: 2026-11-22T12:00:00Z.
const NOW: Timestamp = default_instant();

const DAY: u64 = 86_400;

/// The path from test-vectors/ to the conformance matrix, which the vectors decide.
const MATRIX: &str = "../docs/conformance-matrix.md";

/// Writes all vectors and the conformance matrix, and removes files in the vectors' folders that
/// are not generated.
///
/// # Errors
///
/// A vector that contradicts another, or a file that cannot be written.
pub(crate) fn write() -> Result<(), String> {
    let root = root();
    let files = generate()?;
    for path in existing(&root)?.difference(&files.keys().cloned().collect()) {
        fs::remove_file(root.join(path)).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    for (path, text) in &files {
        let path = root.join(path);
        let folder = path.parent().ok_or("a vector has no folder")?;
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        // Unchanged files keep their modification time, so that builds that depend on them are not
        // repeated.
        if fs::read_to_string(&path).ok().as_ref() != Some(text) {
            fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    println!("{} vectors and the conformance matrix", files.len().saturating_sub(1));
    Ok(())
}

/// Compares the files in test-vectors/ with the output of [`write()`].
///
/// # Errors
///
/// The first few files that differ, are missing or are stale.
pub(crate) fn check() -> Result<(), String> {
    const SHOWN: usize = 5;
    let root = root();
    let files = generate()?;
    let found = existing(&root)?;
    let mut problems: Vec<String> = files
        .iter()
        .filter_map(|(path, text)| match fs::read_to_string(root.join(path)) {
            Ok(there) if there == *text => None,
            Ok(_) => Some(format!("{} differs", path.display())),
            Err(_) => Some(format!("{} is missing", path.display())),
        })
        .collect();
    let stale = found.iter().filter(|path| !files.contains_key(*path));
    problems.extend(stale.map(|path| format!("{} is stale", path.display())));
    if problems.is_empty() {
        return Ok(());
    }
    let shown = problems.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n  ");
    Err(format!(
        "{} files differ from the output of `cargo xtask vectors`:\n  {shown}",
        problems.len()
    ))
}

/// The vectors on which an implementation is known to differ.
fn exceptions(name: &str) -> Result<Exceptions, String> {
    let file = root().join("exceptions").join(name);
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    Exceptions::from_json(&text).map_err(|error| format!("{}: {error}", file.display()))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors")
}

/// Every file in the generated folders, relative to `root`.
fn existing(root: &Path) -> Result<BTreeSet<PathBuf>, String> {
    let mut files = BTreeSet::new();
    for folder in FOLDERS {
        let Ok(entries) = fs::read_dir(root.join(folder)) else { continue };
        for entry in entries {
            let entry = entry.map_err(|error| format!("{folder}: {error}"))?;
            files.insert(Path::new(folder).join(entry.file_name()));
        }
    }
    Ok(files)
}

/// All values, or every problem on a line of its own: a new family is often wrong in one way many
/// times.
fn all_or_problems<T>(
    results: impl IntoIterator<Item = Result<T, String>>,
) -> Result<Vec<T>, String> {
    let (mut values, mut problems) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(problems.join("\n")) }
}

/// The text of every vector by its file.
fn generate() -> Result<BTreeMap<PathBuf, String>, String> {
    let vectors: Vec<Vector> = [
        dnssec::vectors(),
        key_records::vectors(),
        certificates::vectors(),
        signed_data::vectors(),
        names::vectors(),
        characters::vectors(),
        windows::vectors(),
        bundles::vectors(),
        tokens::vectors(),
        headers::vectors(),
        limits::vectors(),
        bundle_limits::vectors(),
        member_ids::vectors(),
        hostile::vectors(),
        binding::vectors(),
        foreign_issuers::vectors(),
        authorities::vectors(),
        root_roll::vectors(),
    ]
    .concat();
    let mut results: BTreeMap<&str, Outcome> = BTreeMap::new();
    for vector in &vectors {
        if results.insert(&vector.id, vector.outcome()).is_some() {
            return Err(format!("two vectors have the id {}", vector.id));
        }
    }
    let cited = vectors.iter().map(|vector| Ok((vector.id.as_str(), vector.citation()?)));
    let cited = all_or_problems(cited)?;
    let (reference, literal) = ("relaycorp-veraid-3.1.2.json", "python-draft.json");
    authority::check(&cited, &exceptions(reference)?, &exceptions(literal)?)?;
    let mut files = BTreeMap::new();
    let mut problems = Vec::new();
    for (vector, (_, citation)) in vectors.iter().zip(&cited) {
        match (&vector.derived_from, vector.outcome()) {
            (Some(parent), _) if results.get(parent.as_str()) != Some(&Outcome::Valid) => {
                problems.push(format!("{} derives from {parent}, which is not valid", vector.id));
            }
            (None, Outcome::Malformed | Outcome::Invalid) => {
                problems.push(format!("{} has no parent vector", vector.id));
            }
            _ => {}
        }
        if files.insert(vector.path()?, vector.to_json(citation).to_string()).is_some() {
            problems.push(format!("another vector has the same file as {}", vector.id));
        }
    }
    if !problems.is_empty() {
        return Err(problems.join("\n"));
    }
    files.insert(MATRIX.into(), matrix::text(&vectors, &cited)?);
    Ok(files)
}

/// One vector: an operation, its inputs, and the result that it must have.
#[derive(Clone, Debug)]
struct Vector {
    /// The id: area, rule and case.
    id: String,
    description: String,
    spec: &'static str,
    derived_from: Option<String>,
    operation: &'static str,
    profile: Option<TestProfile>,
    trust_anchors: String,
    when: ValidityPeriod,
    service: Option<String>,
    audience: Option<String>,
    max_validity: Option<u64>,
    leeway: Option<u64>,
    accepted_profile: Option<TestProfile>,
    accepts_foreign_issuers: bool,
    question: Option<Question>,
    carrier: Carrier,
    plaintext: Option<Vec<u8>>,
    expect: Expect,
}

/// The data to verify.
#[derive(Clone, Debug)]
enum Carrier {
    Input(Vec<u8>),
    Header(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Valid,
    Malformed,
    Invalid,
}

#[derive(Clone, Debug)]
enum Expect {
    Valid(Vec<(&'static str, Json)>),
    Failure { outcome: Outcome, stage: &'static str, code: u16 },
}

impl Vector {
    /// A vector that is valid until another expectation is set.
    fn new(
        id: impl Into<String>,
        description: impl Into<String>,
        spec: &'static str,
        operation: &'static str,
        input: Vec<u8>,
        trust_anchors: &str,
    ) -> Self {
        Self {
            id: id.into(),
            description: description.into(),
            spec,
            derived_from: None,
            operation,
            profile: None,
            trust_anchors: trust_anchors.into(),
            when: ValidityPeriod::at(NOW),
            service: None,
            audience: None,
            max_validity: None,
            leeway: None,
            accepted_profile: None,
            accepts_foreign_issuers: false,
            question: None,
            carrier: Carrier::Input(input),
            plaintext: None,
            expect: Expect::Valid(vec![]),
        }
    }

    /// A signature bundle, verified for the Kliento service.
    fn bundle(
        id: impl Into<String>,
        description: impl Into<String>,
        spec: &'static str,
        profile: TestProfile,
        bundle: &MockBundle,
    ) -> Self {
        let input = bundle.der.clone();
        let anchors = &bundle.trust_anchors;
        Self {
            profile: Some(profile),
            service: Some(KLIENTO_SERVICE.into()),
            ..Self::new(id, description, spec, "verify-bundle", input, anchors)
        }
    }

    /// A token bundle, verified for the default audience.
    fn token(
        id: impl Into<String>,
        description: impl Into<String>,
        spec: &'static str,
        profile: TestProfile,
        bundle: &MockBundle,
    ) -> Self {
        Self {
            operation: "verify-token",
            service: None,
            audience: Some(AUDIENCE.into()),
            ..Self::bundle(id, description, spec, profile, bundle)
        }
    }

    /// A member id bundle, verified for the Kliento service.
    fn member_id(
        id: impl Into<String>,
        description: impl Into<String>,
        spec: &'static str,
        profile: TestProfile,
        bundle: &MockBundle,
    ) -> Self {
        Self {
            operation: "verify-member-id-bundle",
            carrier: Carrier::Input(bundle.member_id_bundle()),
            ..Self::bundle(id, description, spec, profile, bundle)
        }
    }

    /// A chain, verified for the records that it was made for.
    fn chain(
        id: impl Into<String>,
        description: impl Into<String>,
        spec: &'static str,
        chain: &MockChain,
        question: Question,
    ) -> Self {
        let input = dnssec_chain_der(&chain.messages);
        Self {
            question: Some(question),
            ..Self::new(id, description, spec, "verify-chain", input, &chain.trust_anchors)
        }
    }

    fn from(mut self, parent: impl Into<String>) -> Self {
        self.derived_from = Some(parent.into());
        self
    }

    fn at(mut self, at: Timestamp) -> Self {
        self.when = ValidityPeriod::at(at);
        self
    }

    fn period(mut self, period: ValidityPeriod) -> Self {
        self.when = period;
        self
    }

    fn input(mut self, input: Vec<u8>) -> Self {
        self.carrier = Carrier::Input(input);
        self
    }

    fn header(mut self, header: impl Into<String>) -> Self {
        self.carrier = Carrier::Header(header.into());
        self
    }

    fn plaintext(mut self, plaintext: &[u8]) -> Self {
        self.plaintext = Some(plaintext.to_vec());
        self
    }

    fn leeway(mut self, seconds: u64) -> Self {
        self.leeway = Some(seconds);
        self
    }

    /// Sets the policy to accept organisation certificates of other issuers.
    fn accepting_foreign_issuers(mut self) -> Self {
        self.accepts_foreign_issuers = true;
        self
    }

    /// Expects input that does not parse, with this project's code.
    fn malformed(mut self, code: u16) -> Self {
        let stage = if matches!(code, 1002 | 1003) { "header" } else { "parse" };
        self.expect = Expect::Failure { outcome: Outcome::Malformed, stage, code };
        self
    }

    /// Expects input that parses and is invalid, with this project's code. The stage follows from
    /// the code.
    fn invalid(mut self, code: u16) -> Self {
        let stage = match code {
            2103 | 2000..=2099 => "dnssec-chain",
            2111..=2113 | 2150 => "key-record",
            2101 | 2102 | 2200..=2299 | 2502 => "certificate",
            2402..=2404 => "window",
            3000..=3999 => "token",
            _ => "signed-data",
        };
        self.expect = Expect::Failure { outcome: Outcome::Invalid, stage, code };
        self
    }

    /// Expects the failure at another stage than the code implies.
    fn stage(mut self, name: &'static str) -> Self {
        if let Expect::Failure { stage, .. } = &mut self.expect {
            *stage = name;
        }
        self
    }

    fn fact(mut self, name: &'static str, value: Json) -> Self {
        if let Expect::Valid(facts) = &mut self.expect {
            facts.retain(|(known, _)| *known != name);
            facts.push((name, value));
        }
        self
    }

    /// Expects the subject and signer of `scenario`.
    fn signed_as(self, scenario: &Scenario) -> Self {
        let user = scenario.user.as_deref();
        let organisation = scenario.organisation.as_str();
        let vector = self.names(user, organisation);
        if vector.operation == "verify-member-id-bundle" {
            return vector;
        }
        vector.signed_by(scenario.signer)
    }

    fn names(self, user: Option<&str>, organisation: &str) -> Self {
        let subject = match user {
            Some(user) => format!("{user}@{organisation}"),
            None => organisation.to_owned(),
        };
        self.fact("subject", Json::text(subject))
            .fact("organisation", Json::text(organisation))
            .fact("user", user.map_or(Json::Null, Json::text))
    }

    fn signed_by(self, signer: Signer) -> Self {
        let kind = match signer {
            Signer::Member => "member",
            Signer::Organisation => "organisation",
        };
        self.fact("signer", Json::text(kind))
    }

    /// Expects validity in this run of seconds.
    fn holds(self, period: ValidityPeriod) -> Self {
        self.fact("validFrom", Json::text(period.start()))
            .fact("validUntil", Json::text(period.end()))
    }

    /// Expects validity in this run of seconds; `None` if the vector is never valid, which a later
    /// call states.
    fn holds_if_ever(self, period: Option<ValidityPeriod>) -> Self {
        match period {
            Some(period) => self.holds(period),
            None => self,
        }
    }

    fn outcome(&self) -> Outcome {
        match self.expect {
            Expect::Valid(_) => Outcome::Valid,
            Expect::Failure { outcome, .. } => outcome,
        }
    }

    fn path(&self) -> Result<PathBuf, String> {
        match self.id.split("::").collect::<Vec<_>>()[..] {
            [area, _, case] if FOLDERS.contains(&area) => {
                Ok(Path::new(area).join(format!("{case}.json")))
            }
            _ => Err(format!("{} is not in the form area::rule::case", self.id)),
        }
    }

    fn citation(&self) -> Result<Citation, String> {
        authority::resolve(&self.id, self.profile, self.spec)
    }

    fn to_json(&self, citation: &Citation) -> Json {
        let anchors = self.trust_anchors.lines().map(Json::text).collect();
        let mut members = vec![
            ("schema", Json::text(SCHEMA)),
            ("id", Json::text(&self.id)),
            ("description", Json::text(&self.description)),
            ("authority", Json::text(citation.authority)),
            ("spec", Json::text(&citation.text)),
            ("derived_from", self.derived_from.as_ref().map_or(Json::Null, Json::text)),
            ("operation", Json::text(self.operation)),
            ("profile", self.profile.map_or(Json::Null, |profile| Json::text(label(profile)))),
            ("trust_anchors", Json::List(anchors)),
        ];
        if self.when.start() == self.when.end() {
            members.push(("at", Json::text(self.when.start())));
        } else {
            members.push(("period", period_json(self.when)));
        }
        let texts = [("service", &self.service), ("audience", &self.audience)];
        members.extend(
            texts
                .into_iter()
                .filter_map(|(name, value)| value.as_ref().map(|value| (name, Json::text(value)))),
        );
        let numbers = [("max_validity", self.max_validity), ("leeway", self.leeway)];
        members.extend(
            numbers.into_iter().filter_map(|(name, value)| Some((name, Json::Number(value?)))),
        );
        if let Some(profile) = self.accepted_profile {
            members.push(("accepted_profile", Json::text(label(profile))));
        }
        if self.accepts_foreign_issuers {
            members.push(("foreign_issuers", Json::True));
        }
        if let Some(question) = &self.question {
            members.push(("name", Json::text(&question.name)));
            members.push(("type", Json::text(question.record_type)));
        }
        members.push(match &self.carrier {
            Carrier::Input(octets) => ("input", Json::octets(octets)),
            Carrier::Header(header) => ("header", Json::text(header)),
        });
        if let Some(plaintext) = &self.plaintext {
            members.push(("plaintext", Json::octets(plaintext)));
        }
        members.push(("expect", self.expect.to_json()));
        Json::object(members)
    }
}

impl Expect {
    fn to_json(&self) -> Json {
        match self {
            Self::Valid(facts) => {
                let result = ("result", Json::text("valid"));
                Json::object(std::iter::once(result).chain(facts.iter().cloned()))
            }
            Self::Failure { outcome, stage, code } => {
                let result = match outcome {
                    Outcome::Malformed => "malformed",
                    _ => "invalid",
                };
                Json::object([
                    ("result", Json::text(result)),
                    ("stage", Json::text(*stage)),
                    ("code", Json::text(format!("KL{code}"))),
                ])
            }
        }
    }
}

fn period_json(period: ValidityPeriod) -> Json {
    Json::object([("from", Json::text(period.start())), ("until", Json::text(period.end()))])
}

/// The name of a profile in vectors.
const fn label(profile: TestProfile) -> &'static str {
    match profile {
        TestProfile::VeraId => "veraid",
        TestProfile::DomainAuth => "domainauth",
    }
}

/// The default scenario with zones of one P-256 key each, so that files stay small.
fn member(profile: TestProfile) -> Scenario {
    Scenario { root_keys: ZoneKeys::combined(ZoneAlgorithm::EcdsaP256), ..Scenario::of(profile) }
}

/// The default scenario for small files, signed by the organisation for alice.
fn organisation(profile: TestProfile) -> Scenario {
    Scenario { signer: Signer::Organisation, ..member(profile) }
}

/// The id of the valid bundle that `scenario` differs from in one respect.
fn parent(scenario: &Scenario) -> String {
    let signer = match scenario.signer {
        Signer::Member => "member",
        Signer::Organisation => "organisation",
    };
    format!("bundle::valid::{signer}-{}", label(scenario.profile))
}

/// The seconds in which all parts of `scenario` are valid, if there are any.
fn common_seconds(scenario: &Scenario) -> Option<ValidityPeriod> {
    let periods = [scenario.signature_period, scenario.certificate_period, scenario.rrsig_period];
    let start = periods.iter().map(|period| period.start()).max().unwrap();
    let end = periods.iter().map(|period| period.end()).min().unwrap();
    ValidityPeriod::new(start, end).ok()
}

/// A signature bundle that differs from its parent in one respect; expected to be valid unless
/// changed later.
fn vary(
    rule: &str,
    case: &str,
    description: &str,
    spec: &'static str,
    scenario: &Scenario,
    customisation: &Customisation<'_>,
) -> Vector {
    vary_bundle(rule, case, description, spec, scenario, &scenario.build_with(customisation))
}

/// A vector as from [`vary`], for a bundle that is already built.
fn vary_bundle(
    rule: &str,
    case: &str,
    description: &str,
    spec: &'static str,
    scenario: &Scenario,
    bundle: &MockBundle,
) -> Vector {
    let id = format!("bundle::{rule}::{case}-{}", label(scenario.profile));
    Vector::bundle(id, description, spec, scenario.profile, bundle)
        .from(parent(scenario))
        .signed_as(scenario)
        .holds_if_ever(common_seconds(scenario))
}

/// A builder of zones with one P-256 key each, with the record `text` at `_veraid.example.com`.
fn small_zones() -> HierarchyBuilder {
    let root = ZoneKeys::combined(ZoneAlgorithm::EcdsaP256);
    HierarchyBuilder::new().zone_keys(".", root)
}

fn base64(octets: &[u8]) -> String {
    Base64::encode_string(octets)
}

fn days_around_now(before: u64, after: u64) -> ValidityPeriod {
    seconds_around_now(before * DAY, after * DAY)
}

fn seconds_around_now(before: u64, after: u64) -> ValidityPeriod {
    ValidityPeriod::new(NOW.saturating_sub(before), NOW.saturating_add(after)).unwrap()
}

/// The period from `from` seconds before now to `until` seconds before now.
fn period_before_now(from: u64, until: u64) -> ValidityPeriod {
    ValidityPeriod::new(NOW.saturating_sub(from), NOW.saturating_sub(until)).unwrap()
}
