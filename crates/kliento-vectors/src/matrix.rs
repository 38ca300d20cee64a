//! docs/conformance-matrix.md: each sentence with a requirement word, and the evidence that it is
//! kept.
//!
//! The sentences are in conformance/, in the project's own words. A row that names a vector or
//! a test that does not exist is an error, and so are a missing sentence and a verdict without what
//! it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use kliento_conformance::{Authority, Glob, VectorProfile, discover};
use veraid_testkit::TestProfile;

use crate::authority::Citation;
use crate::folder::{self, test_vectors};
use crate::vector::Vector;

mod row;
mod tests_of_tree;

use row::{Row, RowStatus};
use tests_of_tree::names_of_tests;

/// A document whose sentences are counted.
struct Document {
    title: &'static str,
    about: &'static str,
    /// The letter that begins the numbers of its sentences.
    letter: char,
    sentences: u16,
    profile: VectorProfile,
    rows: &'static str,
}

const DOCUMENTS: [Document; 2] = [
    Document {
        title: "draft-narea-domainauth-00",
        about: "The Internet-Draft \"DomainAuth Version 1\" of 1 April 2025, which has expired and has no\n\
            successor.",
        letter: 'D',
        sentences: 119,
        profile: VectorProfile::DomainAuth,
        rows: include_str!("../conformance/draft-narea-domainauth-00.txt"),
    },
    Document {
        title: "VeraId specification",
        about: "\"VeraId V1 Specification\", the page at veraid.net/spec, of February 2025. Where it is silent,\n\
            the reference implementations decide (its section 10.1); where they contradict it, this project\n\
            follows the deployed behaviour and says so.",
        letter: 'V',
        sentences: 219,
        profile: VectorProfile::VeraId,
        rows: include_str!("../conformance/veraid-specification-1.txt"),
    },
];

/// The properties of a vector that the matrix needs.
struct Known {
    id: String,
    /// `None` for chains, which have no profile.
    profile: Option<VectorProfile>,
    authority: Authority,
}

const FEEDBACK: &str = include_str!("../../../docs/draft-feedback.md");

/// The text of the conformance matrix, for generated and other vectors.
///
/// # Errors
///
/// The first row that is wrong, or a vector that docs/draft-feedback.md names and that does not
/// exist.
pub(super) fn text(vectors: &[Vector], cited: &[(&str, Citation)]) -> Result<String, String> {
    let generated = vectors.iter().zip(cited).map(|(vector, (_, citation))| Known {
        id: vector.id.clone(),
        profile: vector.profile.map(|profile| match profile {
            TestProfile::VeraId => VectorProfile::VeraId,
            TestProfile::DomainAuth => VectorProfile::DomainAuth,
        }),
        authority: citation.authority,
    });
    let mut known: Vec<_> = generated.collect();
    for folder in ["js", "public"] {
        let found = discover(&test_vectors().join(folder)).map_err(|error| error.to_string())?;
        known.extend(found.into_iter().map(|(_, vector)| Known {
            id: vector.id().to_owned(),
            profile: vector.profile,
            authority: vector.authority,
        }));
    }
    let mut tests = BTreeSet::new();
    for folder in [folder::crates(), folder::root().join("xtask/src")] {
        tests.extend(names_of_tests(&folder)?);
    }
    check_mentions(FEEDBACK, &known)
        .map_err(|problem| format!("docs/draft-feedback.md: {problem}"))?;
    render(&known, &tests)
}

fn render(vectors: &[Known], tests: &BTreeSet<String>) -> Result<String, String> {
    let mut tables = String::new();
    let mut counts = Vec::new();
    let mut named = BTreeSet::new();
    let mut problems = Vec::new();
    for document in &DOCUMENTS {
        let rows = row::parse(document.rows, document.sentences)
            .map_err(|problem| format!("{}: {problem}", document.title))?;
        counts.push(count(&rows));
        let (title, about) = (document.title, document.about);
        _ = write!(
            tables,
            "\n## {title}\n\n{about}\n\n| | section | level | requirement | verdict | evidence | note |\n|---|---|---|---|---|---|---|\n"
        );
        for row in &rows {
            let number = row.number(document.letter);
            let shown =
                shown_by(row, document, vectors, tests, &mut named).unwrap_or_else(|problem| {
                    problems.push(format!("{number}: {problem}"));
                    String::new()
                });
            let Row { section, level, asks, verdict, note, .. } = row;
            _ = writeln!(
                tables,
                "| {number} | {section} | {level} | {asks} | {verdict} | {shown} | {note} |"
            );
        }
    }
    if !problems.is_empty() {
        return Err(problems.join("\n"));
    }
    Ok(format!("{}{}{tables}", head(&counts), by_authority(vectors, &named)))
}

/// Checks that every vector that a text names, as `area::rule::case` with or without `*`, exists.
fn check_mentions(text: &str, vectors: &[Known]) -> Result<(), String> {
    let is_pattern = |span: &&str| {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-:*".contains(c);
        span.contains("::") && span.chars().all(is_plain)
    };
    for pattern in text.split('`').skip(1).step_by(2).filter(is_pattern) {
        let glob = Glob::new(pattern);
        if !vectors.iter().any(|known| glob.matches(&known.id)) {
            return Err(format!("no vector matches {pattern}"));
        }
    }
    Ok(())
}

/// The number of sentences for each verdict.
fn count(rows: &[Row]) -> BTreeMap<RowStatus, u16> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.verdict).or_default() += row.sentences();
    }
    counts
}

fn head(counts: &[BTreeMap<RowStatus, u16>]) -> String {
    let mut text = String::from(
        "# Conformance matrix\n\nGenerated by `cargo xtask vectors` from `crates/kliento-vectors/conformance`; edits here are lost.\n\n\
        Read this page to see how closely this project follows a specification, and where that is tested.\n\n\
        Every sentence with MUST, SHOULD or MAY in two documents, in this project's words, and the\n\
        evidence that it is followed: patterns for the ids of [test vectors](../test-vectors/README.md),\n\
        with the number of matches, or the name of a test. [Decisions](decisions.md) has the reasons.\n\
        [Draft feedback](draft-feedback.md) lists what the draft should settle.\n\n\
        | verdict | meaning |",
    );
    for document in &DOCUMENTS {
        _ = write!(text, " {} |", document.title);
    }
    text.push_str("\n|---|---|---|---|\n");
    for verdict in RowStatus::ALL {
        _ = write!(text, "| {verdict} | {} |", verdict.meaning());
        for counts in counts {
            _ = write!(text, " {} |", counts.get(&verdict).copied().unwrap_or_default());
        }
        text.push('\n');
    }
    text.push_str("| all | |");
    for document in &DOCUMENTS {
        _ = write!(text, " {} |", document.sentences);
    }
    text.push('\n');
    text
}

/// A table with the number of vectors that each authority decides, and of those that a row names.
fn by_authority(vectors: &[Known], named: &BTreeSet<&str>) -> String {
    let mut counts = BTreeMap::<Authority, (usize, usize)>::new();
    for vector in vectors {
        let (all, of_rows) = counts.entry(vector.authority).or_default();
        *all += 1;
        *of_rows += usize::from(named.contains(vector.id.as_str()));
    }
    let mut text = String::from(
        "\nThe vectors by [whose rule decides them](../test-vectors/README.md#whose-rule). Those that no row\n\
        names decide sentences without a requirement word.\n\n| authority | vectors | named below |\n|---|---|---|\n",
    );
    for (authority, (all, of_rows)) in counts {
        _ = writeln!(text, "| `{authority}` | {all} | {of_rows} |");
    }
    text
}

/// The evidence of a row as text; the ids that it names go into `named`.
fn shown_by<'a>(
    row: &Row,
    document: &Document,
    vectors: &'a [Known],
    tests: &BTreeSet<String>,
    named: &mut BTreeSet<&'a str>,
) -> Result<String, String> {
    let mut items = Vec::new();
    for pattern in &row.vectors {
        let glob = Glob::new(pattern);
        // A row names vectors without the profile, which is the document's; chains have none.
        let suffixed =
            ["-veraid", "-domainauth"].map(|suffix| Glob::new(format!("{pattern}{suffix}")));
        let fits = |known: &&Known| {
            let is_of_document = known.profile.is_none_or(|profile| profile == document.profile);
            is_of_document
                && (glob.matches(&known.id) || suffixed.iter().any(|g| g.matches(&known.id)))
        };
        let ids: Vec<&str> = vectors.iter().filter(fits).map(|known| known.id.as_str()).collect();
        match ids.as_slice() {
            [] => return Err(format!("no vector of this profile matches {pattern}")),
            [_] => items.push(format!("`{pattern}`")),
            ids => items.push(format!("`{pattern}` ({})", ids.len())),
        }
        named.extend(ids);
    }
    for test in &row.tests {
        if !tests.contains(test) {
            return Err(format!("unknown test {test}"));
        }
        items.push(format!("test `{test}`"));
    }
    Ok(items.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_must_exist_under_the_profile_of_the_document() {
        let known =
            |id: &str, profile| Known { id: id.into(), profile, authority: Authority::Draft };
        let vectors = [
            known("bundle::a::b-veraid", Some(VectorProfile::VeraId)),
            known("bundle::a::b-domainauth", Some(VectorProfile::DomainAuth)),
            known("dnssec::a::b", None),
        ];
        let tests = BTreeSet::from(["it_holds".to_owned()]);
        let draft = &DOCUMENTS[0];
        let shown = |evidence: &str| {
            let line = format!("1 | 1 | MUST | It holds. | does | {evidence} |");
            let rows = row::parse(&line, 1).unwrap();
            let mut named = BTreeSet::new();
            let text = shown_by(&rows[0], draft, &vectors, &tests, &mut named);
            text.map(|text| (text, named.into_iter().collect::<Vec<_>>()))
        };
        assert_eq!(
            shown("bundle::a::b"),
            Ok(("`bundle::a::b`".into(), vec!["bundle::a::b-domainauth"]))
        );
        assert_eq!(
            shown("*::a::* test it_holds"),
            Ok((
                "`*::a::*` (2), test `it_holds`".into(),
                vec!["bundle::a::b-domainauth", "dnssec::a::b"]
            ))
        );
        assert_eq!(
            shown("bundle::a::b-veraid"),
            Err("no vector of this profile matches bundle::a::b-veraid".into())
        );
        assert_eq!(
            shown("bundle::a::c"),
            Err("no vector of this profile matches bundle::a::c".into())
        );
        assert_eq!(shown("test it_fails"), Err("unknown test it_fails".into()));
    }

    #[test]
    fn vectors_that_a_text_names_exist() {
        let id = "bundle::a::b-veraid".to_owned();
        let vectors = [Known { id, profile: None, authority: Authority::Draft }];
        let check = |text: &str| check_mentions(text, &vectors);
        assert_eq!(check("`bundle::a::*` and `A ::= B`, `std::fs::Read` and bundle::c::d"), Ok(()));
        assert_eq!(check("`x`, `bundle::a::c`"), Err("no vector matches bundle::a::c".into()));
    }
}
