//! Test vectors: strict parsing, and discovery in folders.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::answer::{Answer, Facts};

/// The value of the member `schema` in vectors that this crate reads.
pub const SCHEMA: &str = "kliento.vector/v2";

/// The version of the protocol between this crate and an implementation under test: the form of
/// questions, and the names of facts in answers.
pub const PROTOCOL: u8 = 2;

/// A test vector: a question, the expected answer, and documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vector {
    /// The distinguishing feature of the vector.
    pub description: String,
    /// The authority of the tested rule.
    pub authority: Authority,
    /// The document and section of that authority.
    pub spec: String,
    /// The id of the valid vector that it differs from in one respect.
    pub derived_from: Option<String>,
    /// The software that made the input, if it is not this project's.
    pub origin: Option<String>,
    /// The protocol that the input is made for.
    pub profile: Option<VectorProfile>,
    /// The question to the implementation.
    pub question: Question,
    /// The expected answer.
    pub expect: Answer,
}

/// A question to an implementation: a vector without its expected answer and documentation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The protocol version of the question: [`PROTOCOL`].
    pub protocol: u8,
    /// Area, rule and case.
    pub id: String,
    /// The object to verify.
    pub operation: Operation,
    /// DS records of the root in presentation format: the only trust anchors.
    pub trust_anchors: Vec<String>,
    /// The instant to verify at, unless there is a period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The period to verify in, unless there is an instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// The service of the verifier; Kliento's if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The audience of the verifier (tokens).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// The maximum signed period to accept, in seconds (tokens); 3,600 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_validity: Option<u64>,
    /// The leeway in seconds; 0 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leeway: Option<u64>,
    /// The only profile to accept; both if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_profile: Option<VectorProfile>,
    /// True if organisation certificates from other issuers are accepted; false if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreign_issuers: Option<bool>,
    /// The name whose records are to be verified, with its final dot (chains).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The type of those records (chains).
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub record_type: Option<String>,
    /// The input in Base64; a chain is a `SET OF OCTET STRING`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// The value of an Authorization header, instead of `input`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The content of a detached signature, in Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plaintext: Option<String>,
}

/// The kind of document that a vector's expected answer follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Authority {
    /// The Internet-Draft draft-narea-domainauth.
    Draft,
    /// VeraId and Kliento as published: their specification and overview, or the reference
    /// implementations where these are silent.
    VeraId,
    /// An RFC or ITU-T recommendation that both protocols build on.
    Rfc,
    /// This project, in docs/decisions.md: another implementation may decide otherwise, and then
    /// declares it.
    Decision,
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Draft => "draft",
            Self::VeraId => "veraid",
            Self::Rfc => "rfc",
            Self::Decision => "decision",
        })
    }
}

/// The object to verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Operation {
    /// A Kliento token bundle, or the header with one.
    VerifyToken,
    /// A signature bundle.
    VerifyBundle,
    /// A member id bundle.
    VerifyMemberIdBundle,
    /// A DNSSEC chain.
    VerifyChain,
}

/// A profile, as vectors name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum VectorProfile {
    /// VeraId.
    VeraId,
    /// DomainAuth.
    DomainAuth,
}

/// A period: both ends in RFC 3339, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Its first second.
    pub from: String,
    /// Its last second.
    pub until: String,
}

/// The reason that a vector cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", file.display())]
pub struct VectorError {
    /// The file or folder.
    pub file: PathBuf,
    /// The problem with it.
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    schema: String,
    description: String,
    authority: Authority,
    spec: String,
    derived_from: Option<String>,
    origin: Option<String>,
    profile: Option<VectorProfile>,
    expect: Facts,
}

/// The members of a vector that are not part of the question.
const ABOUT: [&str; 8] =
    ["schema", "description", "authority", "spec", "derived_from", "origin", "profile", "expect"];

impl Vector {
    /// Parses a vector.
    ///
    /// # Errors
    ///
    /// The problem, if the text is not a JSON object with exactly the members of a vector.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let mut question: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
        let about: Map<String, Value> =
            ABOUT.into_iter().filter_map(|name| question.remove_entry(name)).collect();
        let about: About =
            serde_json::from_value(about.into()).map_err(|error| error.to_string())?;
        if about.schema != SCHEMA {
            return Err(format!("`schema` is {:?}, not {SCHEMA:?}", about.schema));
        }
        if question.insert("protocol".into(), PROTOCOL.into()).is_some() {
            return Err("unknown field `protocol`".into());
        }
        let question: Question =
            serde_json::from_value(question.into()).map_err(|error| error.to_string())?;
        let expect = Answer::from_facts(about.expect)?;
        if question.input.is_some() == question.header.is_some() {
            return Err("there must be either `input` or `header`".into());
        }
        if question.at.is_some() == question.period.is_some() {
            return Err("there must be either `at` or `period`".into());
        }
        Ok(Self {
            description: about.description,
            authority: about.authority,
            spec: about.spec,
            derived_from: about.derived_from,
            origin: about.origin,
            profile: about.profile,
            question,
            expect,
        })
    }

    /// Reads a vector from a file.
    ///
    /// # Errors
    ///
    /// [`VectorError`] if it cannot be read or is not a vector.
    pub fn from_file(file: &Path) -> Result<Self, VectorError> {
        let text = fs::read_to_string(file).map_err(|error| error.to_string());
        text.and_then(|text| Self::from_json(&text))
            .map_err(|problem| VectorError { file: file.to_owned(), problem })
    }

    /// Area, rule and case.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.question.id
    }

    /// The first part of the id.
    #[must_use]
    pub fn area(&self) -> &str {
        self.id().split("::").next().unwrap_or_default()
    }
}

impl Question {
    /// Formats the question as one line of JSON, without a line break.
    #[must_use]
    pub fn to_line(&self) -> String {
        // Texts, numbers and lists of them can always be encoded in JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Names in a folder of vectors that are not vectors: the schema, and folders of other things.
const NO_VECTORS: [&str; 3] = ["schema.json", "exceptions", "keys"];

/// Finds all vectors below a folder, by file name.
///
/// Vectors are the files that end in `.json`, except `schema.json` and files in folders called
/// `exceptions` or `keys`.
///
/// # Errors
///
/// The first file that is not a vector, cannot be read or has the id of another; or that there are
/// no vectors.
pub fn discover(folder: &Path) -> Result<Vec<(PathBuf, Vector)>, VectorError> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    if files.is_empty() {
        let problem = "there are no vectors in this folder".to_owned();
        return Err(VectorError { file: folder.to_owned(), problem });
    }
    let mut ids = BTreeMap::new();
    let mut vectors = Vec::with_capacity(files.len());
    for file in files {
        let vector = Vector::from_file(&file)?;
        if let Some(other) = ids.insert(vector.id().to_owned(), file.clone()) {
            let problem = format!("{} is also the id of {}", vector.id(), other.display());
            return Err(VectorError { file, problem });
        }
        vectors.push((file, vector));
    }
    Ok(vectors)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), VectorError> {
    let fail =
        |error: std::io::Error| VectorError { file: folder.to_owned(), problem: error.to_string() };
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let path = entry.path();
        if NO_VECTORS.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        // The type of the entry itself: following a link to a folder above would loop for ever.
        if entry.file_type().map_err(fail)?.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTOR: &str = r#"{"schema": "kliento.vector/v2", "id": "token::rule::case", "description": "d", "authority": "rfc",
        "spec": "s", "derived_from": null,
        "operation": "verify-token", "profile": "veraid", "trust_anchors": [". IN DS 1 13 2 00"], "at": "2026-11-22T12:00:00Z",
        "audience": "a", "input": "AAAA", "expect": {"result": "malformed", "stage": "parse", "code": "KL1004"}}"#;

    #[test]
    fn a_question_is_the_vector_without_the_fields_for_its_reader() {
        let vector = Vector::from_json(VECTOR).unwrap();
        assert_eq!(
            vector.question.to_line(),
            r#"{"protocol":2,"id":"token::rule::case","operation":"verify-token","trust_anchors":[". IN DS 1 13 2 00"],"at":"2026-11-22T12:00:00Z","audience":"a","input":"AAAA"}"#
        );
        assert_eq!(vector.area(), "token");
    }

    #[test]
    fn rejects_unknown_members_and_two_inputs_or_none() {
        let with = |from, to| Vector::from_json(&VECTOR.replace(from, to)).unwrap_err();
        assert!(with(r#""audience""#, r#""audiense""#).contains("unknown field `audiense`"));
        assert_eq!(
            with(r#""input""#, r#""header": "", "input""#),
            "there must be either `input` or `header`"
        );
        assert_eq!(with(r#""input": "AAAA", "#, ""), "there must be either `input` or `header`");
        assert_eq!(
            with(r#""audience""#, r#""period": {"from": "", "until": ""}, "audience""#),
            "there must be either `at` or `period`"
        );
    }

    #[test]
    fn rejects_vectors_of_another_form_and_a_protocol_within() {
        let with = |from, to| Vector::from_json(&VECTOR.replace(from, to)).unwrap_err();
        assert_eq!(
            with("vector/v2", "vector/v1"),
            "`schema` is \"kliento.vector/v1\", not \"kliento.vector/v2\""
        );
        assert_eq!(with(r#""schema": "kliento.vector/v2", "#, ""), "missing field `schema`");
        assert!(with(r#""rfc""#, r#""ietf""#).starts_with("unknown variant `ietf`"));
        assert_eq!(
            with(r#""audience""#, r#""protocol": 2, "audience""#),
            "unknown field `protocol`"
        );
    }
}
