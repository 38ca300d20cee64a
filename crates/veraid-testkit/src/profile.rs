//! The differences between VeraId and DomainAuth in how bundles are written.

use base64ct::{Base64, Base64Unpadded, Encoding as _};

use crate::digest::Digest;
use crate::distinguished_name::CommonName;
use crate::rsa_key::RsaKey;

/// The name of a bot in certificates and attributions.
pub const BOT: &str = "@";

/// A protocol: VeraId or DomainAuth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TestProfile {
    /// VeraId as deployed.
    #[default]
    VeraId,
    /// DomainAuth, the Internet-Draft.
    DomainAuth,
}

impl TestProfile {
    /// The name of the TXT RRset of `organisation`.
    #[must_use]
    pub fn owner(self, organisation: &str) -> String {
        match self {
            Self::VeraId => format!("_veraid.{organisation}"),
            Self::DomainAuth => format!("_domainauth.{organisation}"),
        }
    }

    /// The common name of `organisation`, given without a final dot.
    #[must_use]
    pub fn organisation_common_name(self, organisation: &str) -> CommonName {
        match self {
            Self::VeraId => CommonName::bmp(organisation),
            Self::DomainAuth => CommonName::utf8(&format!("{organisation}.")),
        }
    }

    /// The common name of a user, or of a bot if `user` is `None`.
    #[must_use]
    pub fn member_common_name(self, user: Option<&str>) -> CommonName {
        let name = user.unwrap_or(BOT);
        match self {
            Self::VeraId => CommonName::bmp(name),
            Self::DomainAuth => CommonName::utf8(name),
        }
    }
}

/// The text of a TXT record that names `key`, for one service or for any.
///
/// As in VeraId, the hash of the key follows from its size. Keys of sizes without a number of their
/// own get that of 2048 bits.
#[must_use]
pub fn organisation_key_record(
    profile: TestProfile,
    key: &RsaKey,
    ttl_override_seconds: u32,
    service: Option<&str>,
) -> String {
    let (number, digest) = match key.bits() {
        3072 => (2, Digest::Sha384),
        4096 => (3, Digest::Sha512),
        _ => (1, Digest::Sha256),
    };
    let key_id = digest.of(&key.spki_der());
    let fields = match profile {
        TestProfile::VeraId => format!("{number} {}", Base64::encode_string(&key_id)),
        TestProfile::DomainAuth => {
            format!("0 {number} {number} {}", Base64Unpadded::encode_string(&key_id))
        }
    };
    match service {
        Some(service) => format!("{fields} {ttl_override_seconds} {service}"),
        None => format!("{fields} {ttl_override_seconds}"),
    }
}
