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
mod customisation;
mod der_reader;
pub mod der_writer;
mod digest;
mod distinguished_name;
mod extension;
mod fault;
mod hierarchy;
mod key_seed;
mod message;
mod mock_bundle;
mod mock_chain;
mod profile;
mod rsa_key;
mod scenario;
#[cfg(feature = "server")]
mod server;
mod signed_attribute;
mod signed_data;
mod times;
mod zone;
mod zone_key;

pub use bundle::{bundle, chain_field, member_id_bundle_der, signature_bundle_der, version_field};
pub use certificate::{CertificateBuilder, Issuer};
pub use customisation::Customisation;
pub use der_reader::{CertificateParts, children, contents};
pub use der_writer::SetOrder;
pub use digest::{Digest, DigestParameters};
pub use distinguished_name::{
    CommonName, StringKind, attribute_type_and_value, common_name_only, distinguished_name,
};
pub use extension::{BasicConstraints, Extension};
pub use fault::{Area, BundleFormat, Expected, Fault, FaultyBundle};
pub use hierarchy::{Hierarchy, HierarchyBuilder, KeySplit, ZoneKeys};
pub use message::{ANSWER_FLAGS, Compression, MessageBuilder, Record, answer_message};
pub use mock_bundle::MockBundle;
pub use mock_chain::{ChainLink, MockChain, dnssec_chain_der, dnssec_chain_der_in_order};
pub use profile::{BOT, TestProfile, organisation_key_record};
pub use rsa_key::{RsaKey, pkcs1_algorithm_der, pss_algorithm_der, pss_algorithm_der_with};
pub use scenario::{
    AUDIENCE, Binding, Encapsulation, KLIENTO_SERVICE, Scenario, Signer, TEST_SERVICE,
    default_instant, kliento_token, period,
};
#[cfg(feature = "server")]
pub use server::{AskedQuestion, DnsServer, RunningServer, ServerFault, ServerTransport};
pub use signed_attribute::{
    CONTENT_TYPE, ID_DATA, ID_SIGNED_DATA, MEMBER_ATTRIBUTION, MESSAGE_DIGEST, SIGNATURE_METADATA,
    SIGNING_CERTIFICATE, algorithm_protection_attribute, attribute, attribution_attribute,
    certificate_identifier, content_type_attribute, message_digest_attribute, metadata_attribute,
    signing_certificate_attribute, signing_certificate_attribute_of, signing_time_attribute,
};
pub use signed_data::{Content, SignedDataBuilder, content_info, issuer_and_serial_number};
pub use times::{generalized_time_text, x509_time};
pub use zone::{Rrset, RrsigFields, Zone, rrsig_rdata, signed_bytes, txt_rdata};
pub use zone_key::{ZoneAlgorithm, ZoneKey, key_tag};
