//! The public keys of organisations, and the text of key records that name them.

use base64ct::{Base64, Base64Unpadded, Encoding};
use veraid_dnssec::crypto::{CryptoProvider, DigestAlgorithm};

use crate::algorithm::AlgorithmProblem;
use crate::algorithm::RsaPublicKey;
use crate::certificate::Certificate;
use crate::certificate::problem::CertificateProblem;
use crate::oid::ServiceOid;
use crate::profile::Profile;

/// A public key that key records can name: RSA of 2048, 3072 or 4096 bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationKey {
    spki: Vec<u8>,
    algorithm: u8,
    digest: DigestAlgorithm,
}

impl OrganisationKey {
    /// Parses a SubjectPublicKeyInfo in DER (RFC 5280 section 4.1.2.7) and nothing after it.
    ///
    /// # Errors
    ///
    /// [`AlgorithmProblem`] if it is malformed, if the key is not rsaEncryption with NULL
    /// parameters, or if key records cannot name a key of its size.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, AlgorithmProblem> {
        Self::new(der, &RsaPublicKey::from_spki_der(der)?)
    }

    /// The key of a certificate.
    pub(crate) fn of(certificate: &Certificate) -> Result<Self, CertificateProblem> {
        Self::new(certificate.subject_public_key_info(), certificate.public_key()?)
            .map_err(CertificateProblem::Algorithm)
    }

    fn new(spki: &[u8], key: &RsaPublicKey) -> Result<Self, AlgorithmProblem> {
        key.check_organisation()?;
        let bits = key.bits();
        let (algorithm, digest) = match bits {
            2048 => (1, DigestAlgorithm::Sha256),
            3072 => (2, DigestAlgorithm::Sha384),
            4096 => (3, DigestAlgorithm::Sha512),
            _ => return Err(AlgorithmProblem::KeySize { bits }),
        };
        Ok(Self { spki: spki.to_vec(), algorithm, digest })
    }

    /// The SubjectPublicKeyInfo in DER.
    #[must_use]
    pub fn as_spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// The hash that goes with the size of the key and that its key records use: SHA-256, SHA-384
    /// or SHA-512.
    #[must_use]
    pub const fn digest_algorithm(&self) -> DigestAlgorithm {
        self.digest
    }

    /// The number of the key's algorithm in key records: 1 for 2048 bits, 2 for 3072, 3 for 4096.
    pub(crate) const fn algorithm_number(&self) -> u8 {
        self.algorithm
    }

    /// The text of the key record that names this key: one character-string of a TXT record.
    ///
    /// It is for `service`, or for any service if that is `None`. Verification may look back
    /// `ttl_override_seconds` from the end of the requested period. DomainAuth allows 1 to
    /// [`MAX_VALIDITY_SECONDS`](crate::MAX_VALIDITY_SECONDS); VeraId caps a larger value at that.
    #[must_use]
    pub fn record_text(
        &self,
        profile: Profile,
        ttl_override_seconds: u64,
        service: Option<&ServiceOid>,
        crypto: CryptoProvider,
    ) -> String {
        let id = encode_key_id(&crypto.digest(self.digest, &self.spki), profile);
        let algorithm = self.algorithm;
        let fields = match profile {
            Profile::VeraId => format!("{algorithm} {id} {ttl_override_seconds}"),
            // The digest types have the numbers of the key sizes that they belong to.
            Profile::DomainAuth => format!("0 {algorithm} {algorithm} {id} {ttl_override_seconds}"),
        };
        service.map_or(fields.clone(), |service| format!("{fields} {service}"))
    }
}

/// Encodes a digest of a key as in key records: Base64, padded under VeraId and unpadded under
/// DomainAuth.
pub(crate) fn encode_key_id(digest: &[u8], profile: Profile) -> String {
    match profile {
        Profile::VeraId => Base64::encode_string(digest),
        Profile::DomainAuth => Base64Unpadded::encode_string(digest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::signature_bundle::SignatureBundle;

    fn bundle(vector: &str) -> SignatureBundle {
        let path = format!("{}/../../test-vectors/js/{vector}", env!("CARGO_MANIFEST_DIR"));
        let json: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let der = Base64::decode_vec(json["input"].as_str().unwrap()).unwrap();
        SignatureBundle::from_der(&der).unwrap()
    }

    #[test]
    fn writes_the_key_records_that_deployed_software_publishes() {
        for (vector, number) in [
            ("rsa-2048-user.json", "1"),
            ("organisation-rsa-3072-sha-384.json", "2"),
            ("organisation-rsa-4096-sha-512.json", "3"),
        ] {
            let bundle = bundle(vector);
            let key = OrganisationKey::of(bundle.organisation_certificate()).unwrap();
            let text = key.record_text(Profile::VeraId, 3600, None, veraid_aws_lc_rs::PROVIDER);
            assert!(text.starts_with(&format!("{number} ")) && text.ends_with(" 3600"), "{text}");
            let published = |message: &[u8]| {
                message.windows(text.len()).any(|octets| octets == text.as_bytes())
            };
            assert!(bundle.chain().messages().any(published), "{vector}: {text}");
        }
    }

    #[test]
    fn rejects_keys_that_no_record_can_name() {
        assert_eq!(OrganisationKey::from_spki_der(b""), Err(AlgorithmProblem::KeyForm));
        let bundle = bundle("rsa-2048-user.json");
        let spki = bundle.organisation_certificate().subject_public_key_info();
        assert!(OrganisationKey::from_spki_der(spki).is_ok());
        let longer = [spki, b"\0"].concat();
        assert_eq!(OrganisationKey::from_spki_der(&longer), Err(AlgorithmProblem::KeyForm));
    }
}
