//! An organisation with its key record in a signed zone.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "tests take what they need, and panic where something is wrong"
)]

use std::sync::Arc;

use veraid_aws_lc_rs::PROVIDER;
use veraid_core::{
    OrganisationCredential, Profile, ServiceOid, Timestamp, TrustAnchors, UserName, ValidityPeriod,
    Verifier,
};
use veraid_dnssec::DnssecChain;
use veraid_issuer::{
    CertificateRequest, CertificateUse, Organisation, ProvedPublicKey, SerialNumber, SoftwareKey,
};
use veraid_testkit::{MockChain, RsaKey, default_instant, fixed_zones};

pub(crate) const NOW: Timestamp = default_instant();
pub(crate) const DAY: u64 = 86_400;

/// VeraId's service for tests.
pub(crate) fn service() -> ServiceOid {
    "1.3.6.1.4.1.58708.1.1".parse().unwrap()
}

/// The public test key number `index` of this size, as a key that signs.
pub(crate) fn key(bits: usize, index: usize) -> Arc<SoftwareKey> {
    Arc::new(SoftwareKey::from_pkcs8_der(RsaKey::fixed(bits, index).pkcs8_der()).unwrap())
}

pub(crate) fn serial(number: u8) -> SerialNumber {
    SerialNumber::from_random([number; 16])
}

/// From an hour ago for 30 days.
pub(crate) fn certificate_period() -> ValidityPeriod {
    ValidityPeriod::new(NOW.saturating_sub(3600), NOW.saturating_add(30 * DAY)).unwrap()
}

/// The widest use of the organisation's certificate that the profile allows.
pub(crate) fn widest_use(profile: Profile) -> CertificateUse {
    let intermediate_levels = match profile {
        Profile::VeraId => 0,
        Profile::DomainAuth => 3,
    };
    CertificateUse::Issue { intermediate_levels }
}

/// A request for the holder of `key`, with serial number 2, valid as long as the organisation's
/// certificate.
pub(crate) fn member_request(
    user: Option<&UserName>,
    key: &SoftwareKey,
) -> CertificateRequest<'static> {
    // Tests are short-lived.
    CertificateRequest {
        user: user.map(|user| &*Box::leak(Box::new(user.clone()))),
        public_key: Box::leak(Box::new(ProvedPublicKey::from_private_key(key))),
        validity: certificate_period(),
        serial_number: serial(2),
    }
}

/// An organisation, its chain and certificate, and a verifier that trusts the chain's root.
pub(crate) struct Fixture {
    pub(crate) organisation: Organisation,
    pub(crate) identity: OrganisationCredential,
    pub(crate) verifier: Verifier,
    pub(crate) key: Arc<SoftwareKey>,
}

impl Fixture {
    pub(crate) fn new(profile: Profile) -> Self {
        Self::with(profile, key(2048, 0), Some(&service()))
    }

    pub(crate) fn with(
        profile: Profile,
        key: Arc<SoftwareKey>,
        service: Option<&ServiceOid>,
    ) -> Self {
        let organisation =
            Organisation::new("example.com", profile, key.clone(), PROVIDER).unwrap();
        let record = organisation.key_record(DAY, service).unwrap();
        let chain = fixed_zones().owner(&organisation.key_record_owner()).txt(&[&record]).build();
        let certificate = organisation
            .issue_certificate_for(widest_use(profile), certificate_period(), serial(1))
            .unwrap();
        let identity = OrganisationCredential::new(parsed(&chain), certificate).unwrap();
        Self { organisation, identity, verifier: verifier(&chain), key }
    }
}

pub(crate) fn parsed(chain: &MockChain) -> DnssecChain {
    DnssecChain::parse(chain.messages.iter().map(Vec::as_slice)).unwrap()
}

pub(crate) fn verifier(chain: &MockChain) -> Verifier {
    let anchors = TrustAnchors::from_presentation(&chain.trust_anchors).unwrap();
    Verifier::with_crypto(anchors, PROVIDER)
}
