//! VeraId and DomainAuth: attribute content to a domain name, or to a user of it, offline.
//!
//! A [`SignatureBundle`] holds a DNSSEC chain that proves which key an organisation has, the organisation's certificate,
//! and a signature by it or by a member whose certificate it issued. [`SignatureBundle::verify`] gives a
//! [`VerifiedSignature`]: the [`Member`] and the content. Nothing is fetched.
//!
//! ```no_run
//! use veraid_core::{ServiceOid, SignatureBundle, Timestamp, TrustAnchors, ValidityPeriod, Verifier};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "rust-crypto")] {
//! # let (der, now) = (Vec::new(), Timestamp::from_unix_seconds(0));
//! let verifier = Verifier::new(TrustAnchors::iana());
//! let service: ServiceOid = "1.3.6.1.4.1.58708.1.1".parse()?;
//! let signature =
//!     SignatureBundle::from_der(&der)?.verify(&service, ValidityPeriod::at(now), &verifier)?;
//! println!("{} signed {} octets", signature.member(), signature.plaintext().len());
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! The crate reads no clock, file, network or environment: time, trust anchors and cryptography are arguments.

mod algorithm;
mod asn1_time;
mod bundle_head;
mod certificate;
mod chain_set;
mod der_reader;
mod der_writer;
mod error;
mod key_record;
mod member_id_bundle;
mod memory;
mod name;
mod oid;
mod organisation_id;
mod organisation_key;
mod profile;
mod recollection;
mod remembered;
mod signature_bundle;
mod signature_metadata;
mod signed_data;
mod unverified;
mod verification;
mod verifier;
mod window;

pub use algorithm::check_member_key;
pub use certificate::{Certificate, CommonNameProblem};
pub use chain_set::{encode_dnssec_chain, parse_dnssec_chain};
pub use error::{
    AlgorithmProblem, CertificateProblem, CertificateRole, ContentProblem, DerProblem, Deviation,
    KeyRecordError, NoCommonSecond, ParseError, SignedDataError, SigningCertificateProblem,
    VerifyError,
};
pub use key_record::KeyRecord;
pub use member_id_bundle::{MemberIdBundle, VerifiedMemberId};
pub use memory::{MemoryCounters, MemoryCounts, MemoryLimits};
pub use name::{Member, NameProblem, OrganisationName, UserName};
pub use oid::{OidError, ServiceOid};
pub use organisation_id::{OrganisationId, VerifiedOrganisationId};
pub use organisation_key::OrganisationKey;
pub use profile::{MAX_VALIDITY_SECONDS, Profile};
pub use signature_bundle::{Recalled, SignatureBundle};
pub use unverified::Unverified;
pub use veraid_dnssec::{
    ChainError, Limits, Timestamp, TrustAnchors, ValidityPeriod, ValidityPeriods, crypto,
};
pub use verification::{Proof, ProvedCertificate, SignatureKind, VerifiedSignature};
pub use verifier::{VerificationPolicy, Verifier};
