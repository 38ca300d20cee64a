//! Issues what VeraId, DomainAuth and Kliento verifiers believe: from an organisation's key to a token bundle.
//!
//! 1. [`Organisation`] turns a key into the TXT record to publish and into the organisation's certificate.
//! 2. [`CertificateAuthority`] issues members' certificates for keys that [`ProvedPublicKey`] has proof of, and under DomainAuth
//!    those of intermediates.
//! 3. [`SignatureIssuer`] signs content for any service, [`TokenIssuer`] Kliento tokens, with the organisation's key or a member's.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use kliento::{Profile, Timestamp, Token, TrustAnchors, ValidityPeriod, Verifier};
//! use kliento_issuer::{
//!     Organisation, OrganisationId, SerialNumber, SoftwareKey, TokenIssuer, parse_dnssec_chain,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (pem, chain_der, now) = ("", Vec::new(), Timestamp::from_unix_seconds(0));
//! # let random_octets = [0; 16];
//! let key = Arc::new(SoftwareKey::from_pkcs8_pem(pem)?);
//! let organisation = Organisation::new("example.com", Profile::VeraId, key.clone())?;
//! println!("{} TXT {}", organisation.key_record_owner(), organisation.key_record(86_400, None)?);
//!
//! // Once the record is published and its chain fetched:
//! let verifier = Verifier::with_crypto(TrustAnchors::iana(), veraid_aws_lc_rs::PROVIDER);
//! let a_day = ValidityPeriod::new(now, now.saturating_add(86_400))?;
//! let certificate =
//!     organisation.issue_certificate(a_day, SerialNumber::from_random(random_octets))?;
//! let identity = OrganisationId::new(parse_dnssec_chain(&chain_der)?, certificate)?;
//! let issuer = TokenIssuer::for_organisation(identity, key, now, &verifier)?;
//!
//! let token = Token::new("https://api.example.com")?.with_claim("role", "deploy");
//! let bundle = issuer.issue(&token, issuer.period(now, 600)?)?;
//! println!("Authorization: {}", bundle.to_auth_header());
//! # Ok(())
//! # }
//! ```
//!
//! What is issued is strict DER, and ordinary untrusted values: check them like anyone's. Time and serial numbers are arguments; only
//! AWS-LC draws randomness of its own, for keys and for RSASSA-PSS.

mod authority;
mod certificate;
mod certificate_request;
mod der_writer;
mod error;
mod organisation;
pub mod policy;
mod proof_of_possession;
mod secret;
mod serial_number;
mod signature;
mod signing_key;
mod software_key;
mod token;
mod unsigned;

pub use authority::{CertificateAuthority, CertificateRequest};
pub use certificate::UnsignedCertificate;
pub use certificate_request::UnsignedCertificateRequest;
pub use error::{IssueError, KeyError, PolicyError, ProofError};
pub use organisation::{CertificateUse, Organisation};
pub use policy::IssuingPolicy;
pub use proof_of_possession::{Challenge, ProvedPublicKey};
pub use secret::Secret;
pub use serial_number::SerialNumber;
pub use signature::{Content, SignatureIssuer, UnsignedSignatureBundle};
pub use signing_key::{SigningError, SigningKey};
pub use software_key::{EncryptionRandomness, KeySize, SoftwareKey};
pub use token::{TokenIssuer, UnsignedTokenBundle};
pub use veraid_core::{
    Certificate, MemberIdBundle, OrganisationId, ServiceOid, SignatureBundle, UserName,
    parse_dnssec_chain,
};
