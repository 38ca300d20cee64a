//! The rows of the catalogue.

use base64ct::{Base64, Encoding};
use kliento_conformance::{Operation, PROTOCOL, Question};
use veraid_testkit::attack::Attack;
use veraid_testkit::{AUDIENCE, KLIENTO_SERVICE, default_instant};

use crate::work::Work;

/// An attack: its inputs and their required results.
pub(crate) struct Row {
    pub(crate) id: &'static str,
    pub(crate) says: &'static str,
    pub(crate) cases: Vec<Case>,
}

/// The required result of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Valid,
    Invalid,
    Malformed,
    /// Invalid or malformed: which of them depends on the position of the error.
    Refused,
}

impl Verdict {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Malformed => "malformed",
            Self::Refused => "refused",
        }
    }
}

/// Inputs of a row with one verdict.
pub(crate) enum Case {
    /// Every vector whose id matches, `*` being any run of characters.
    Vectors { glob: &'static str, verdict: Verdict },
    /// Inputs that are made here.
    Made(Made),
    /// A property instead of an input.
    Property { says: &'static str, holds: fn() -> Result<(), String> },
    /// The reason why the row, or a part of it, is not about verification.
    NotHere(&'static str),
}

/// Inputs that are made for a row.
pub(crate) struct Made {
    pub(crate) name: String,
    pub(crate) verdict: Verdict,
    /// The number of the kind of error.
    pub(crate) code: Option<u16>,
    /// The exact work, if it is fixed.
    pub(crate) work: Option<Work>,
    pub(crate) make: Box<dyn Fn() -> Vec<Input> + Send + Sync>,
}

impl Made {
    pub(crate) fn new(
        name: impl Into<String>,
        verdict: Verdict,
        code: Option<u16>,
        make: impl Fn() -> Vec<Input> + Send + Sync + 'static,
    ) -> Self {
        let make = Box::new(make);
        Self { name: name.into(), verdict, code, work: None, make }
    }

    /// Requires exactly this work.
    pub(crate) fn taking(mut self, work: Work) -> Case {
        self.work = Some(work);
        Case::Made(self)
    }
}

/// An input and the question about it.
pub(crate) struct Input(pub(crate) Question);

impl Input {
    /// A token bundle.
    pub(crate) fn token(der: &[u8], trust_anchors: &str) -> Self {
        Self::of(Operation::VerifyToken, der, trust_anchors)
    }

    /// A signature bundle of Kliento's service.
    pub(crate) fn bundle(der: &[u8], trust_anchors: &str) -> Self {
        Self::of(Operation::VerifyBundle, der, trust_anchors)
    }

    /// A member id bundle.
    pub(crate) fn member_id(der: &[u8], trust_anchors: &str) -> Self {
        Self::of(Operation::VerifyMemberIdBundle, der, trust_anchors)
    }

    fn of(operation: Operation, octets: &[u8], trust_anchors: &str) -> Self {
        Self(Question {
            protocol: PROTOCOL,
            id: String::new(),
            operation,
            trust_anchors: trust_anchors.lines().map(str::to_owned).collect(),
            at: Some(default_instant().to_string()),
            period: None,
            service: Some(KLIENTO_SERVICE.to_owned()),
            audience: Some(AUDIENCE.to_owned()),
            max_validity: None,
            leeway: None,
            accepted_profile: None,
            foreign_issuers: None,
            name: None,
            record_type: None,
            input: Some(Base64::encode_string(octets)),
            header: None,
            plaintext: None,
        })
    }
}

impl From<&Attack> for Input {
    fn from(attack: &Attack) -> Self {
        Self::token(&attack.der, &attack.trust_anchors)
    }
}

pub(crate) fn valid(glob: &'static str) -> Case {
    Case::Vectors { glob, verdict: Verdict::Valid }
}

pub(crate) fn invalid(glob: &'static str) -> Case {
    Case::Vectors { glob, verdict: Verdict::Invalid }
}

pub(crate) fn malformed(glob: &'static str) -> Case {
    Case::Vectors { glob, verdict: Verdict::Malformed }
}

pub(crate) fn row(id: &'static str, says: &'static str, cases: Vec<Case>) -> Row {
    Row { id, says, cases }
}
