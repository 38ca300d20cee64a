//! A whole signature bundle in one call.

use veraid_dnssec::{Timestamp, ValidityPeriod};

use crate::certificate::{CertificateBuilder, Issuer};
use crate::customisation::Customisation;
use crate::der_writer::SetOrder;
use crate::digest::Digest;
use crate::extension::BasicConstraints;
use crate::fixed_keys::fixed_zones;
use crate::mock_bundle::MockBundle;
use crate::profile::{BOT, TestProfile, organisation_key_record};
use crate::rsa_key::RsaKey;
use crate::signed_data::{Content, SignedDataBuilder};
use crate::times::default_rrsig_period;
use veraid_zones::MockChain;
use veraid_zones::ZoneAlgorithm;
use veraid_zones::txt_rdata;
use veraid_zones::{Hierarchy, ZoneKeys};

/// The Kliento service.
pub const KLIENTO_SERVICE: &str = "1.3.6.1.4.1.58708.3.0";
/// VeraId's service for tests.
pub const TEST_SERVICE: &str = "1.3.6.1.4.1.58708.1.1";
/// The audience of the default token.
pub const AUDIENCE: &str = "https://api.example.com";

/// The party that signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Signer {
    /// The user or bot.
    #[default]
    Member,
    /// The organisation, which attributes the signature to the user or bot.
    Organisation,
}

/// The encapsulation of the content, if any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Encapsulation {
    /// In one primitive OCTET STRING.
    #[default]
    Primitive,
    /// In a constructed OCTET STRING of chunks of so many octets, as the JavaScript library writes
    /// it with 65,536.
    Constructed(usize),
    /// Not encapsulated: the signature is detached.
    Detached,
}

/// The binding of a signature to its signer's certificate (RFC 5035).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Binding {
    /// The signature does not name the certificate, as deployed software writes it.
    #[default]
    Unbound,
    /// The signature names the certificate.
    Bound,
}

/// The description of a bundle. The default is a Kliento token of alice@example.com, valid at
/// 2026-11-22T12:00:00Z.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The protocol.
    pub profile: TestProfile,
    /// The organisation's domain name, without a final dot.
    pub organisation: String,
    /// The user; `None` means a bot.
    pub user: Option<String>,
    /// The party that signs.
    pub signer: Signer,
    /// The service that the signature is for.
    pub service: String,
    /// The content.
    pub content: Vec<u8>,
    /// The encapsulation of the content.
    pub encapsulation: Encapsulation,
    /// The binding: whether a signed attribute names the signer's certificate, as in this project's
    /// issuer.
    pub binding: Binding,
    /// The instant that a verifier would verify for.
    pub at: Timestamp,
    /// The period of the signature.
    pub signature_period: ValidityPeriod,
    /// The period of all certificates.
    pub certificate_period: ValidityPeriod,
    /// The period of all RRSIGs.
    pub rrsig_period: ValidityPeriod,
    /// The TTL override in the TXT record.
    pub ttl_override_seconds: u32,
    /// The service that the TXT record is bound to; `None` means any.
    pub record_service: Option<String>,
    /// Additional TXT records, of one character-string each.
    pub extra_records: Vec<String>,
    /// The data of all TXT records, in place of those above.
    pub records: Option<Vec<Vec<u8>>>,
    /// The organisation's key.
    pub organisation_key: RsaKey,
    /// The user's or bot's key.
    pub member_key: RsaKey,
    /// The common names of certificates between the organisation's and the member's, from the top.
    pub intermediates: Vec<String>,
    /// The hash in certificates, of the content, and of the signature.
    pub digest: Digest,
    /// The keys of the root zone.
    pub root_keys: ZoneKeys,
    /// The keys of the top-level domain.
    pub tld_keys: ZoneKeys,
    /// The keys of the zones below.
    pub zone_keys: ZoneKeys,
    /// The order of the chain's messages in the bundle.
    pub chain_order: SetOrder,
}

impl Default for Scenario {
    fn default() -> Self {
        let at = default_instant();
        Self {
            profile: TestProfile::VeraId,
            organisation: "example.com".into(),
            user: Some("alice".into()),
            signer: Signer::Member,
            service: KLIENTO_SERVICE.into(),
            content: kliento_token(AUDIENCE, &[]),
            encapsulation: Encapsulation::Primitive,
            binding: Binding::Unbound,
            at,
            signature_period: period(at.saturating_sub(60), at.saturating_add(600)),
            certificate_period: period(at.saturating_sub(86_400), at.saturating_add(30 * 86_400)),
            rrsig_period: default_rrsig_period(),
            ttl_override_seconds: 3600,
            record_service: None,
            extra_records: vec![],
            records: None,
            organisation_key: RsaKey::fixed(2048, 0),
            member_key: RsaKey::fixed(2048, 1),
            intermediates: vec![],
            digest: Digest::Sha256,
            root_keys: ZoneKeys::ksk_and_zsk(ZoneAlgorithm::RsaSha256),
            tld_keys: ZoneKeys::combined(ZoneAlgorithm::EcdsaP256),
            zone_keys: ZoneKeys::combined(ZoneAlgorithm::EcdsaP256),
            chain_order: SetOrder::Sorted,
        }
    }
}

impl Scenario {
    /// The default scenario for `profile`.
    #[must_use]
    pub fn of(profile: TestProfile) -> Self {
        Self { profile, ..Self::default() }
    }

    /// The default scenario, signed by `signer`.
    #[must_use]
    pub fn signed_by(signer: Signer) -> Self {
        Self { signer, ..Self::default() }
    }

    /// Builds the bundle.
    #[must_use]
    pub fn build(&self) -> MockBundle {
        self.build_with(&Customisation::new())
    }

    /// Builds the bundle on an existing chain, which is not changed: only certificates and content
    /// are signed.
    ///
    /// The chain may come from [`chain`](Self::chain), [`chain_on`](Self::chain_on), or a
    /// [`HierarchyBuilder`](crate::HierarchyBuilder) with the [`key_record`](Self::key_record),
    /// such as one with keys of its own.
    ///
    /// ```
    /// use veraid_testkit::{HierarchyBuilder, Scenario, ZoneAlgorithm};
    ///
    /// // One chain for any number of bundles of an organisation.
    /// let alice = Scenario::default();
    /// let chain = alice.chain();
    /// let bob = Scenario { user: Some("bob".into()), ..Scenario::default() };
    /// assert_eq!(bob.build_on(&chain).der, bob.build().der);
    ///
    /// // Zones with throw-away keys.
    /// let p256 = ZoneAlgorithm::EcdsaP256;
    /// let chain = HierarchyBuilder::new([7; 32], alice.rrsig_period)
    ///     .owner(&alice.profile.owner(&alice.organisation))
    ///     .txt(&[&alice.key_record()])
    ///     .zone_algorithms(p256, p256, p256)
    ///     .build();
    /// assert_eq!(alice.build_on(&chain).trust_anchors, chain.trust_anchors);
    /// ```
    #[must_use]
    pub fn build_on(&self, chain: &MockChain) -> MockBundle {
        self.build_from(&Customisation::new(), chain.clone())
    }

    /// Builds the bundle with its parts changed, each before it is signed.
    #[must_use]
    pub fn build_with(&self, customisation: &Customisation<'_>) -> MockBundle {
        let mut hierarchy = self.hierarchy();
        customisation.apply_to_hierarchy(&mut hierarchy);
        let mut chain = hierarchy.sign();
        customisation.apply_to_chain(&mut chain);
        self.build_from(customisation, chain)
    }

    fn build_from(&self, customisation: &Customisation<'_>, chain: MockChain) -> MockBundle {
        let mut organisation = self.organisation_certificate();
        customisation.apply_to_organisation(&mut organisation);
        let organisation_certificate = organisation.sign(&self.organisation_key, self.digest);

        let (intermediate_certificates, issuer, issuer_key) = self.intermediates(&organisation);
        let member_certificate = (self.signer == Signer::Member).then(|| {
            let mut member = self.member_certificate(&issuer);
            customisation.apply_to_member(&mut member);
            member.sign(&issuer_key, self.digest)
        });

        let mut signed_data = self.signed_data(
            &organisation_certificate,
            member_certificate.as_deref(),
            &intermediate_certificates,
        );
        customisation.apply_to_signed_data(&mut signed_data);
        let content_info = signed_data.sign(self.signing_key());

        let mut bundle = MockBundle {
            der: vec![],
            trust_anchors: chain.trust_anchors.clone(),
            chain,
            organisation_certificate,
            member_certificate,
            intermediate_certificates,
            content_info,
            plaintext: self.content.clone(),
            organisation_key: self.organisation_key,
            member_key: self.member_key,
            chain_order: self.chain_order,
        };
        bundle.der = bundle.reassemble();
        bundle
    }

    /// The DNSSEC chain alone.
    #[must_use]
    pub fn chain(&self) -> MockChain {
        self.hierarchy().sign()
    }

    /// The DNSSEC chain alone, reusing messages of `signed` as [`Hierarchy::sign_on`] does. For
    /// another organisation, these are those of the zones above.
    ///
    /// ```
    /// use veraid_testkit::Scenario;
    ///
    /// let first = Scenario::default().build();
    /// let second = Scenario { organisation: "other.com".into(), ..Scenario::default() };
    /// let chain = second.chain_on(&first.chain);
    /// assert_eq!(chain.messages, second.chain().messages);
    /// assert_eq!(second.build_on(&chain).trust_anchors, first.trust_anchors);
    /// ```
    #[must_use]
    pub fn chain_on(&self, signed: &MockChain) -> MockChain {
        self.hierarchy().sign_on(signed)
    }

    /// The zones before they are signed.
    #[must_use]
    pub fn hierarchy(&self) -> Hierarchy {
        fixed_zones()
            .owner(&self.profile.owner(&self.organisation))
            .zone_algorithms(
                self.root_keys.algorithm,
                self.tld_keys.algorithm,
                self.zone_keys.algorithm,
            )
            .key_split(self.root_keys.split, self.tld_keys.split, self.zone_keys.split)
            .period(self.rrsig_period)
            .txt_rdata(self.txt_records())
            .hierarchy()
    }

    /// The text of the TXT record that names the organisation's key.
    #[must_use]
    pub fn key_record(&self) -> String {
        organisation_key_record(
            self.profile,
            &self.organisation_key,
            self.ttl_override_seconds,
            self.record_service.as_deref(),
        )
    }

    /// The organisation's certificate before it is signed.
    #[must_use]
    pub fn organisation_certificate(&self) -> CertificateBuilder {
        let common_name = self.profile.organisation_common_name(&self.organisation);
        let path_length = self.intermediates.len() as u64;
        CertificateBuilder::organisation(
            common_name,
            &self.organisation_key,
            self.certificate_period,
        )
        .basic_constraints(Some(BasicConstraints::AuthorityWithPathLength(path_length)))
    }

    /// The member's certificate before it is signed.
    #[must_use]
    pub fn member_certificate(&self, issuer: &Issuer) -> CertificateBuilder {
        let common_name = self.profile.member_common_name(self.user.as_deref());
        CertificateBuilder::member(common_name, &self.member_key, issuer, self.certificate_period)
    }

    fn txt_records(&self) -> Vec<Vec<u8>> {
        self.records.clone().unwrap_or_else(|| {
            let texts =
                std::iter::once(self.key_record()).chain(self.extra_records.iter().cloned());
            texts.map(|text| txt_rdata(&[text.as_bytes()])).collect()
        })
    }

    /// The intermediate certificates, and the issuer of the member's certificate with its key.
    fn intermediates(&self, organisation: &CertificateBuilder) -> (Vec<Vec<u8>>, Issuer, RsaKey) {
        const FIRST_KEY: usize = 2;
        let mut certificates = Vec::new();
        let mut issuer = organisation.as_issuer();
        let mut issuer_key = self.organisation_key;
        for (position, common_name) in self.intermediates.iter().enumerate() {
            let key = RsaKey::fixed(2048, FIRST_KEY + position);
            let path_length = (self.intermediates.len() - position - 1) as u64;
            let certificate = CertificateBuilder::intermediate(
                self.profile.member_common_name(Some(common_name)),
                &key,
                &issuer,
                self.certificate_period,
                path_length,
            );
            certificates.push(certificate.sign(&issuer_key, self.digest));
            issuer = certificate.as_issuer();
            issuer_key = key;
        }
        (certificates, issuer, issuer_key)
    }

    fn signed_data(
        &self,
        organisation_certificate: &[u8],
        member_certificate: Option<&[u8]>,
        intermediate_certificates: &[Vec<u8>],
    ) -> SignedDataBuilder {
        let builder = self.signed_data_by(member_certificate.unwrap_or(organisation_certificate));
        match member_certificate {
            Some(member) => {
                builder.certificates(&[&[member.to_vec()], intermediate_certificates].concat())
            }
            None => builder.attribution(self.user.as_deref().unwrap_or(BOT)),
        }
    }

    /// The unfinished signature by the subject of `signer_certificate`, without certificates or
    /// attribution.
    pub(crate) fn signed_data_by(&self, signer_certificate: &[u8]) -> SignedDataBuilder {
        let builder = SignedDataBuilder::new(
            self.encapsulated_content(),
            signer_certificate,
            &self.service,
            self.signature_period,
        );
        let builder =
            SignedDataBuilder { digest: self.digest, signature_digest: self.digest, ..builder };
        match self.binding {
            Binding::Unbound => builder,
            Binding::Bound => builder.bound(),
        }
    }

    fn encapsulated_content(&self) -> Content {
        let content = self.content.clone();
        match self.encapsulation {
            Encapsulation::Primitive => Content::Attached(content),
            Encapsulation::Constructed(octets) => {
                Content::AttachedConstructed(content.chunks(octets).map(<[u8]>::to_vec).collect())
            }
            Encapsulation::Detached => Content::Detached(content),
        }
    }

    pub(crate) fn signing_key(&self) -> &RsaKey {
        match self.signer {
            Signer::Member => &self.member_key,
            Signer::Organisation => &self.organisation_key,
        }
    }
}

/// The instant that tests use: 2026-11-22T12:00:00Z.
#[must_use]
pub const fn default_instant() -> Timestamp {
    Timestamp::from_unix_seconds(1_795_348_800)
}

/// A Kliento token: JSON with the audience and, if there are any, claims.
///
/// The texts are not escaped, so they must not need escapes.
#[must_use]
pub fn kliento_token(audience: &str, claims: &[(&str, &str)]) -> Vec<u8> {
    if claims.is_empty() {
        return format!(r#"{{"audience":"{audience}"}}"#).into_bytes();
    }
    let members: Vec<_> =
        claims.iter().map(|(name, value)| format!(r#""{name}":"{value}""#)).collect();
    format!(r#"{{"audience":"{audience}","claims":{{{}}}}}"#, members.join(",")).into_bytes()
}

/// The period from `start` to `end`, both included.
///
/// # Panics
///
/// If it ends before it starts.
#[must_use]
pub fn period(start: Timestamp, end: Timestamp) -> ValidityPeriod {
    ValidityPeriod::new(start, end).expect("tests give periods that start before they end")
}
