//! Hash functions and the names that X.509 and CMS have for them.

use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::der_writer::{null, oid, sequence};

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Digest {
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-384 (FIPS 180-4).
    Sha384,
    /// SHA-512 (FIPS 180-4).
    Sha512,
}

/// The form of the parameters in a hash function's AlgorithmIdentifier (RFC 5754 section 2 allows
/// both).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DigestParameters {
    /// Left out.
    Absent,
    /// NULL.
    Null,
}

impl Digest {
    /// The digest of `data`.
    #[must_use]
    pub fn of(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(data).to_vec(),
            Self::Sha384 => Sha384::digest(data).to_vec(),
            Self::Sha512 => Sha512::digest(data).to_vec(),
        }
    }

    /// The length of a digest, in octets.
    #[must_use]
    pub const fn output_len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The object identifier in dotted form.
    #[must_use]
    pub const fn object_identifier(self) -> &'static str {
        match self {
            Self::Sha256 => "2.16.840.1.101.3.4.2.1",
            Self::Sha384 => "2.16.840.1.101.3.4.2.2",
            Self::Sha512 => "2.16.840.1.101.3.4.2.3",
        }
    }

    /// The AlgorithmIdentifier of this hash function in DER.
    #[must_use]
    pub fn algorithm_der(self, parameters: DigestParameters) -> Vec<u8> {
        let name = oid(self.object_identifier());
        match parameters {
            DigestParameters::Absent => sequence(&[&name]),
            DigestParameters::Null => sequence(&[&name, &null()]),
        }
    }
}
