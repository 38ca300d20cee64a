//! Proof of possession: the applicant for a certificate has the private half of the key.

use veraid_core::crypto::{CryptoProvider, DigestAlgorithm, SignatureAlgorithm};
use veraid_core::{OrganisationName, RsaPublicKey, UserName, check_member_key};

use crate::certificate_request::{ReceivedRequest, signature_algorithm};
use crate::error::{IssueError, PolicyError, ProofError};
use crate::member_name::member_id;
use crate::signing_key::SigningKey;
use crate::unsigned::SignerKey;

/// The public key of a member or intermediate, with proof that the applicant has the private key.
///
/// An authority that certifies keys without proof can be made to certify somebody else's key under
/// the applicant's name. Signatures by the key's real holder could then be presented as the
/// applicant's. So the constructors either check a signature by the private key or say in their
/// name that nothing was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedPublicKey {
    subject_public_key_info: Vec<u8>,
    /// The member that the certificate request names.
    requested_name: Option<String>,
}

impl ProvedPublicKey {
    /// Takes the key of a PKCS#10 certificate request in DER (RFC 2986) whose signature is valid.
    ///
    /// The signature is checked over the received bytes: RSASSA-PSS with SHA-2 and a salt as long
    /// as the hash, or PKCS#1 v1.5 with SHA-2. The request's only common name is the member that
    /// the certificate is for, as `alice`, `alice@example.com`, or for a bot `example.com` or `@`.
    /// Authorities refuse to issue one for another member, since requests can be copied.
    ///
    /// # Errors
    ///
    /// [`ProofError`] if the bytes are not such a request, or not signed with the key's private
    /// half.
    pub fn from_certificate_request(
        der: &[u8],
        crypto: CryptoProvider,
    ) -> Result<Self, ProofError> {
        let request = ReceivedRequest::parse(der)?;
        check_member_key(request.subject_public_key_info).map_err(ProofError::Key)?;
        let algorithm = signature_algorithm(request.signature_algorithm)
            .ok_or(ProofError::AlgorithmNotAllowed)?;
        let spki = request.subject_public_key_info;
        let key = RsaPublicKey::from_spki_der(spki).map_err(ProofError::Key)?;
        crypto
            .signatures
            .verify(algorithm, key.as_public_key(), request.to_be_signed, request.signature)
            .map_err(|_| ProofError::InvalidSignature)?;
        let requested_name = Some(request.common_name);
        Ok(Self { subject_public_key_info: spki.to_vec(), requested_name })
    }

    /// Takes a key whose holder has signed `challenge`.
    ///
    /// Draw a fresh challenge for each applicant, and accept each only once. The signature is
    /// RSASSA-PSS with SHA-256, SHA-384 or SHA-512 and a salt as long as the hash, over
    /// [`Challenge::to_be_signed`].
    ///
    /// # Errors
    ///
    /// [`ProofError::Key`] or [`ProofError::InvalidSignature`].
    pub fn from_challenge(
        challenge: &Challenge,
        subject_public_key_info: &[u8],
        signature: &[u8],
        crypto: CryptoProvider,
    ) -> Result<Self, ProofError> {
        check_member_key(subject_public_key_info).map_err(ProofError::Key)?;
        let key = RsaPublicKey::from_spki_der(subject_public_key_info).map_err(ProofError::Key)?;
        let message = challenge.to_be_signed(subject_public_key_info);
        let is_valid = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512]
            .into_iter()
            .any(|digest| {
                let (algorithm, key) = (SignatureAlgorithm::RsaPss(digest), key.as_public_key());
                crypto.signatures.verify(algorithm, key, &message, signature).is_ok()
            });
        if is_valid {
            Ok(Self::without_proof(subject_public_key_info))
        } else {
            Err(ProofError::InvalidSignature)
        }
    }

    /// Takes a key without any proof, for authorities that know by other means who has its private
    /// half.
    #[must_use]
    pub fn without_proof(subject_public_key_info: &[u8]) -> Self {
        let subject_public_key_info = subject_public_key_info.to_vec();
        Self { subject_public_key_info, requested_name: None }
    }

    /// The SubjectPublicKeyInfo in DER.
    #[must_use]
    pub fn as_spki_der(&self) -> &[u8] {
        &self.subject_public_key_info
    }

    /// The common name of the certificate request, if there was one.
    #[must_use]
    pub fn requested_name(&self) -> Option<&str> {
        self.requested_name.as_deref()
    }

    /// Checks that a certificate request, if there was one, is for this member.
    pub(crate) fn check_requested_for(
        &self,
        user: Option<&UserName>,
        organisation: &OrganisationName,
    ) -> Result<(), PolicyError> {
        let Some(requested) = self.requested_name() else { return Ok(()) };
        let is_organisation = |domain: &str| {
            let domain = domain.strip_suffix('.').unwrap_or(domain);
            domain.eq_ignore_ascii_case(organisation.as_str())
        };
        let is_for_member = match (user, requested.rsplit_once('@')) {
            (None, Some(("", domain))) => domain.is_empty() || is_organisation(domain),
            (None, Some(_)) => false,
            (None, None) => is_organisation(requested),
            (Some(user), Some((name, domain))) => name == user.as_str() && is_organisation(domain),
            (Some(user), None) => requested == user.as_str(),
        };
        if is_for_member {
            return Ok(());
        }
        Err(PolicyError::RequestForAnother {
            // Enough for people to see the difference: the applicant chooses the length.
            requested: requested.chars().take(256).collect(),
            member: member_id(user, organisation),
        })
    }
}

/// A challenge from an authority, to be signed with the applicant's private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge([u8; 32]);

impl Challenge {
    /// Creates a challenge from 32 random bytes: fresh ones for each applicant.
    #[must_use]
    pub const fn from_random(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes to hand out.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The message to sign: a fixed line of text, the challenge and the SubjectPublicKeyInfo in
    /// DER.
    ///
    /// It begins with a letter, so it can be neither a certificate nor signed attributes, whatever
    /// the challenge is. The key is part of it, because another RSA key can be constructed to match
    /// a given signature.
    #[must_use]
    pub fn to_be_signed(&self, subject_public_key_info: &[u8]) -> Vec<u8> {
        [PURPOSE, &self.0, subject_public_key_info].concat()
    }

    /// Signs the challenge.
    ///
    /// # Errors
    ///
    /// [`IssueError::Signer`] or [`IssueError::InvalidSignature`] from the key.
    pub fn answer(
        &self,
        key: &dyn SigningKey,
        crypto: CryptoProvider,
    ) -> Result<Vec<u8>, IssueError> {
        let message = self.to_be_signed(key.public_key_der());
        let signature = key.sign(&message)?;
        SignerKey::of(key, crypto)?.check(&message, &signature)?;
        Ok(signature)
    }
}

const PURPOSE: &[u8] = b"Kliento: proof of possession of a private key, version 1\n";
