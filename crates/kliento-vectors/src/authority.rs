//! The authority that decides a vector, and its citation.
//!
//! Each family of the generator names the document of its rule, usually a section of the DomainAuth
//! draft. Under VeraId another document decides, and some cases of a family are this project's own
//! choice under either profile. [`resolve`] settles this in one place: [`RULES`] first, then for
//! VeraId [`VERAID`], then the family's own document.

use std::collections::BTreeSet;

use kliento_conformance::{Authority, Exceptions, Glob};
use veraid_testkit::TestProfile;

mod rules;

use rules::{RULES, VERAID};

/// Titles of the sections of draft-narea-domainauth-00 that vectors cite, by number.
const DRAFT: &[(&str, &str)] = &[
    ("3", "DNS Integration"),
    ("3.1", "DNSSEC Configuration"),
    ("3.2", "TXT Record"),
    ("3.3", "TTL Override"),
    ("3.4", "DNSSEC Chain Serialisation"),
    ("4", "X.509 Certificate Profile"),
    ("4.1", "Organisation Certificate"),
    ("4.2", "Member Certificate"),
    ("4.3", "Intermediate Certificate"),
    ("5", "Member Id Bundle"),
    ("6", "CMS SignedData Structure"),
    ("6.1.1", "Member Signatures"),
    ("6.1.2", "Organisation Signatures"),
    ("6.2", "Signature Metadata"),
    ("7", "Signature Bundle"),
    ("7.1", "Verification Procedure"),
    ("8", "Cryptographic Algorithms"),
    ("8.1", "Digital Signature Algorithms"),
    ("8.2", "Hash Functions"),
    ("9", "Maximum Validity Period"),
    ("10", "Data Serialisation"),
    ("11", "Test Service"),
    ("13.2", "Phishing Attacks"),
];

/// The sections of Kliento's overview at veraid.net that vectors cite.
const KLIENTO: [&str; 3] =
    ["How Kliento Extends VeraId", "Verification Process", "Security Properties"];

const DECISIONS: &str = include_str!("../../../docs/decisions.md");

/// VeraId's specification on the reference implementations: where it is silent, they decide.
const REFERENCE: &str = "VeraId specification, section 10.1";

/// The authority that decides, and the place where its rule is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Citation {
    pub(super) authority: Authority,
    pub(super) text: String,
}

/// The citation of the vector `id`, whose family names `spec`.
///
/// # Errors
///
/// A document or section that is not known, or a vector of VeraId for which only the draft is
/// named.
pub(super) fn resolve(
    id: &str,
    profile: Option<TestProfile>,
    spec: &str,
) -> Result<Citation, String> {
    let is_veraid = profile == Some(TestProfile::VeraId);
    let of = |rules: &[(&'static str, &[&str])]| find(rules, id);
    let spec = match of(RULES) {
        Some(rule) => rule,
        None if is_veraid && spec.starts_with("DomainAuth, ") => of(VERAID)
            .ok_or_else(|| format!("{id} is of VeraId but cites {spec}: name the authority"))?,
        None => spec,
    };
    cite(spec).map_err(|problem| format!("{id}: {problem}"))
}

fn find<'a>(rules: &[(&'a str, &[&str])], id: &str) -> Option<&'a str> {
    let fits = |globs: &[&str]| globs.iter().any(|glob| Glob::new(*glob).matches(id));
    rules.iter().find(|(_, globs)| fits(globs)).map(|(spec, _)| *spec)
}

/// Several documents are separated by `; `; the first decides.
fn cite(spec: &str) -> Result<Citation, String> {
    let parts: Vec<Citation> = spec.split("; ").map(cite_one).collect::<Result<_, _>>()?;
    let text = parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("; ");
    let authority = parts.first().map(|part| part.authority).ok_or("missing citation")?;
    Ok(Citation { authority, text })
}

fn cite_one(spec: &str) -> Result<Citation, String> {
    let (document, place) = spec.split_once(", ").unwrap_or((spec, ""));
    let title = place.trim_matches('"');
    let (authority, text) = match document {
        "DomainAuth" => {
            let section = DRAFT.iter().find(|(_, known)| *known == title);
            let (number, _) = section.ok_or_else(|| format!("the draft has no section {place}"))?;
            (Authority::Draft, format!("draft-narea-domainauth-00, section {number} ({title})"))
        }
        "VeraId" if is_section(place) => {
            (Authority::VeraId, format!("VeraId specification, {place}"))
        }
        "Kliento" if KLIENTO.contains(&title) => {
            (Authority::VeraId, format!("Kliento overview, {place}"))
        }
        "Decisions" if DECISIONS.contains(&format!("\n## {title}\n")) => {
            (Authority::Decision, format!("docs/decisions.md, {place}"))
        }
        _ if spec.starts_with("RFC ") || spec.starts_with("X.690 ") => {
            (Authority::Rfc, spec.to_owned())
        }
        _ => {
            return Err(format!(
                "{spec} is not a document that vectors can cite, with its section"
            ));
        }
    };
    Ok(Citation { authority, text })
}

/// Returns true if a place in VeraId's specification is a section number or an appendix.
fn is_section(place: &str) -> bool {
    let number = place.strip_prefix("section ").is_some_and(|number| {
        number.split('.').all(|part| part.parse::<u8>().is_ok_and(|part| part > 0))
    });
    number || ["appendix A", "appendix B"].contains(&place)
}

/// Checks the tables against all vectors, given as id and citation.
///
/// Every pattern must match a vector, or it has no effect. The answers of the reference
/// implementations define what they decide, so the implementation that is tested may not have an
/// exception for such a vector.
///
/// A literal reading of the draft may differ only on vectors that decisions decide: an exception
/// for any other vector would mean that its authority is wrong.
pub(super) fn check(
    vectors: &[(&str, Citation)],
    reference: &Exceptions,
    literal: &Exceptions,
) -> Result<(), String> {
    let ids: BTreeSet<&str> = vectors.iter().map(|(id, _)| *id).collect();
    let mut problems = Vec::new();
    for (spec, globs) in RULES.iter().chain(VERAID) {
        for glob in *globs {
            let pattern = Glob::new(*glob);
            if !ids.iter().any(|id| pattern.matches(id)) {
                problems.push(format!(
                    "no vector matches {glob}, for which {spec} is listed as the authority"
                ));
            }
        }
    }
    for (id, citation) in vectors {
        if citation.text == REFERENCE && reference.patterns().any(|glob| glob.matches(id)) {
            problems.push(format!(
                "{id} cites the reference implementations, but has an exception for @relaycorp/veraid"
            ));
        }
        if citation.authority != Authority::Decision
            && literal.patterns().any(|glob| glob.matches(id))
        {
            problems.push(format!(
                "{id} has the authority {}, but a literal reading of the draft says otherwise",
                citation.authority
            ));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}
