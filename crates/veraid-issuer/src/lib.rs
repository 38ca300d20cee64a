#![doc = include_str!("../README.md")]

mod certificate;
mod certificate_authority;
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

pub use certificate::UnsignedCertificate;
pub use certificate_authority::{CertificateAuthority, CertificateRequest};
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
    Certificate, MemberIdBundle, OrganisationCredential, ServiceOid, SignatureBundle, UserName,
    parse_dnssec_chain,
};
