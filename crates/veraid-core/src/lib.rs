#![cfg_attr(feature = "rust-crypto", doc = include_str!("../README.md"))]
// The example in the README needs that feature.
#![cfg_attr(
    not(feature = "rust-crypto"),
    doc = "Verifies VeraId and DomainAuth signatures offline."
)]

mod algorithm;
mod asn1_time;
mod bundle_head;
mod cache;
mod certificate;
mod chain_set;
mod der_reader;
mod der_writer;
mod error;
mod issuing_path;
mod key_record;
mod member_id_bundle;
mod name;
mod oid;
mod organisation_credential;
mod organisation_key;
mod parse_error;
mod policy;
mod precis;
mod profile;
mod proved_organisation;
mod signature_bundle;
mod signature_metadata;
mod signed_data;
mod unicode;
mod unverified;
mod verification;
mod verified_signature;
mod verifier;
mod visibility;
mod window;

pub use algorithm::{AlgorithmProblem, RsaPublicKey, check_member_key};
pub use cache::limits::{CacheCounters, CacheLimits, CacheStats};
pub use cache::lookup::{CacheLookup, CachedBundle};
pub use certificate::Certificate;
pub use certificate::common_name::CommonNameProblem;
pub use certificate::problem::{CertificateProblem, CertificateRole};
pub use chain_set::{encode_dnssec_chain, parse_dnssec_chain};
pub use error::{NoCommonSecond, VerifyError};
pub use issuing_path::IssuingPath;
pub use key_record::{KeyRecord, KeyRecordError, RecordForm};
pub use member_id_bundle::{MemberIdBundle, VerifiedMemberId};
pub use name::problem::NameProblem;
pub use name::{Member, OrganisationName, UserName};
pub use oid::{OidError, ServiceOid};
pub use organisation_credential::{OrganisationCredential, VerifiedOrganisationId};
pub use organisation_key::OrganisationKey;
pub use parse_error::{BundleParseError, DerProblem, Deviation};
pub use policy::VerificationPolicy;
pub use profile::{MAX_VALIDITY_SECONDS, Profile};
pub use signature_bundle::SignatureBundle;
pub use signed_data::error::{ContentProblem, SignedDataError, SigningCertificateProblem};
pub use unverified::Unverified;
pub use veraid_dnssec::{
    ChainError, Limits, Timestamp, TrustAnchors, ValidityPeriod, ValidityPeriods, crypto,
};
pub use verified_signature::{Proof, ProvedCertificate, SignatureKind, VerifiedSignature};
pub use verifier::Verifier;
