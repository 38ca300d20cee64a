//! The result of an inspection.

use kliento::{ValidityPeriod, VerifiedToken};
use veraid_core::{NoCommonSecond, Proof, VerifiedSignature};

use crate::failure::Failure;

/// The result of an inspection.
#[derive(Debug)]
pub(super) enum Verdict {
    Token(Box<VerifiedToken>),
    Signature(Box<VerifiedSignature>),
    /// Invalid, with the evidence side by side if the periods of all of it are known.
    Failed(Failure, Option<Box<NoCommonSecond>>),
    /// Not verified, as requested.
    Unverified,
}

impl Verdict {
    pub(super) fn proof(&self) -> Option<&Proof> {
        match self {
            Self::Token(token) => Some(token.proof()),
            Self::Signature(signature) => Some(signature.proof()),
            Self::Failed(..) | Self::Unverified => None,
        }
    }

    pub(super) fn validity(&self) -> Option<ValidityPeriod> {
        match self {
            Self::Token(token) => Some(token.validity()),
            Self::Signature(signature) => Some(signature.validity()),
            Self::Failed(..) | Self::Unverified => None,
        }
    }
}
