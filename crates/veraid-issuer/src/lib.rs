#![doc = include_str!("../README.md")]

mod certificate;
mod certificate_authority;
mod certificate_request;
mod content;
mod der_writer;
mod error;
mod member_name;
mod organisation;
mod policy;
mod proof_of_possession;
#[cfg(feature = "software-keys")]
mod secret;
mod serial_number;
mod service;
mod signature;
mod signing_key;
#[cfg(feature = "software-keys")]
mod software_key;
mod unsigned;

pub use certificate::UnsignedCertificate;
pub use certificate_authority::{CertificateAuthority, CertificateRequest};
pub use certificate_request::UnsignedCertificateRequest;
pub use content::Content;
#[cfg(feature = "software-keys")]
pub use error::KeyError;
pub use error::{IssueError, PolicyError, ProofError, ServiceError};
pub use organisation::{CertificateUse, Organisation};
pub use policy::MAX_COMMON_NAME_CHARS;
pub use proof_of_possession::{Challenge, ProvedPublicKey};
#[cfg(feature = "software-keys")]
pub use secret::Secret;
pub use serial_number::SerialNumber;
pub use service::{Service, ServiceRules};
pub use signature::{SignatureIssuer, UnsignedSignatureBundle};
pub use signing_key::{SigningError, SigningKey};
#[cfg(feature = "software-keys")]
pub use software_key::{EncryptionRandomness, KeySize, SoftwareKey};
pub use veraid_core::{
    Certificate, MemberIdBundle, OrganisationCredential, ServiceOid, SignatureBundle, UserName,
    parse_dnssec_chain,
};
