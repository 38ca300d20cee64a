#![doc = include_str!("../README.md")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "no untrusted input is read here; a panic is a failed test"
)]

pub mod attack;
mod bundle;
mod certificate;
mod chain_der;
mod customisation;
mod der_reader;
pub mod der_writer;
mod digest;
mod distinguished_name;
mod extension;
mod fault;
mod fixed_keys;
mod mock_bundle;
mod profile;
mod rsa_key;
mod scenario;
#[cfg(feature = "server")]
mod server_fault;
mod signed_attribute;
mod signed_data;
mod times;

pub use bundle::{bundle, chain_field, member_id_bundle_der, signature_bundle_der, version_field};
pub use certificate::{CertificateBuilder, Issuer};
pub use chain_der::{dnssec_chain_der, dnssec_chain_der_in_order};
pub use customisation::Customisation;
pub use der_reader::{CertificateParts, children, contents};
pub use der_writer::SetOrder;
pub use digest::{Digest, DigestParameters};
pub use distinguished_name::{
    CommonName, StringKind, attribute_type_and_value, common_name_only, distinguished_name,
};
pub use extension::{BasicConstraints, Extension};
pub use fault::{Area, BundleFormat, Expected, Fault, FaultyBundle};
pub use fixed_keys::{FixedKey, fixed_zones};
pub use mock_bundle::MockBundle;
pub use profile::{BOT, TestProfile, organisation_key_record};
pub use rsa_key::{RsaKey, pkcs1_algorithm_der, pss_algorithm_der, pss_algorithm_der_with};
pub use scenario::{
    AUDIENCE, Binding, Encapsulation, KLIENTO_SERVICE, Scenario, Signer, TEST_SERVICE,
    default_instant, kliento_token, period,
};
#[cfg(feature = "server")]
pub use server_fault::{FaultyServer, ServerFault};
pub use signed_attribute::{
    CONTENT_TYPE, ID_DATA, ID_SIGNED_DATA, MEMBER_ATTRIBUTION, MESSAGE_DIGEST, SIGNATURE_METADATA,
    SIGNING_CERTIFICATE, algorithm_protection_attribute, attribute, attribution_attribute,
    certificate_identifier, content_type_attribute, message_digest_attribute, metadata_attribute,
    signing_certificate_attribute, signing_certificate_attribute_of, signing_time_attribute,
};
pub use signed_data::{Content, SignedDataBuilder, content_info, issuer_and_serial_number};
pub use times::{generalized_time_text, x509_time};
// The zones that everything here is built on are part of this crate's API.
pub use veraid_zones::{
    ANSWER_FLAGS, ChainLink, Compression, Hierarchy, HierarchyBuilder, KeySplit, MessageBuilder,
    MockChain, Record, Rrset, RrsigFields, Zone, ZoneAlgorithm, ZoneKey, ZoneKeys, answer_message,
    key_tag, rrsig_rdata, signed_bytes, txt_rdata,
};
#[cfg(feature = "server")]
pub use veraid_zones::{AskedQuestion, DnsServer, RunningServer, ServerTransport};
