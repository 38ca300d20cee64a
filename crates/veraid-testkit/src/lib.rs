//! An in-memory DNSSEC root and everything below it that a VeraId, DomainAuth or Kliento test needs.
//!
//! [`Scenario`] makes a whole bundle in one call. Each layer can be made alone, too: [`HierarchyBuilder`] signs zones
//! from the root down to a TXT record, [`CertificateBuilder`] issues certificates, [`SignedDataBuilder`] signs content,
//! and [`der_writer`] writes whatever none of them would. [`Fault`] names what can be wrong and makes it. The same input always gives the same octets, signatures
//! included.
//!
//! **For tests and development only.** Fixed keys, which are the default, are public: they come with this crate. To a
//! verifier that trusts their anchors a bundle made here is as good as any, so never make one trust them outside a test.
//!
//! Where others can reach such a verifier, as on a developer's machine, zones can have throw-away keys of a secret seed
//! ([`HierarchyBuilder::key_seed`], [`ZoneKey::from_seed`]): who does not know the seed cannot sign for them. No `Debug`
//! shows a seed or a private key. They are still no keys for production: seed and keys stay in memory after use, RSA
//! keys sign without blinding, by an implementation whose private operations leak through their timing, and nothing
//! keeps a key from being lost or copied. Keys of organisations and members ([`RsaKey`]) are always the public ones.
//!
//! Functions panic where a test asks for something that cannot be written.
//!
//! ```
//! use veraid_testkit::{Fault, Scenario, default_instant, period};
//!
//! // Organisation, member, signature, member id bundle and trust anchors, at any time.
//! let at = default_instant().saturating_add(365 * 86_400);
//! let around = period(at.saturating_sub(60), at.saturating_add(600));
//! let scenario = Scenario {
//!     organisation: "example.org".into(),
//!     user: Some("bob".into()),
//!     at,
//!     signature_period: around,
//!     certificate_period: around,
//!     rrsig_period: around,
//!     ..Scenario::default()
//! };
//! let bundle = scenario.build();
//! assert_eq!(bundle.der, scenario.build().der);
//! assert!(bundle.trust_anchors.starts_with(". IN DS "));
//! assert!(bundle.member_id_bundle().len() < bundle.der.len());
//!
//! // Another token of the same organisation, without signing its zones again.
//! let second = Scenario { user: None, ..scenario.clone() }.build_on(&bundle.chain);
//! assert_eq!(second.trust_anchors, bundle.trust_anchors);
//!
//! // Everything that can be wrong with it, by name.
//! for fault in Fault::ALL.iter().filter(|fault| fault.applies_to(scenario.profile)) {
//!     println!("{fault}: {}", fault.description());
//! }
//! assert_ne!(Fault::SignatureBitFlipped.build(&scenario).der, bundle.der);
//! ```
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "nothing here reads what a stranger wrote; a panic is a test that fails"
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
pub use zone::{Rrset, RrsigFields, Zone, rrsig_rdata, signed_octets, txt_rdata};
pub use zone_key::{ZoneAlgorithm, ZoneKey, key_tag};
