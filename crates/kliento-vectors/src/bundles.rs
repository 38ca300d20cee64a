//! Bundles as a whole: their fields, their profile, and member id bundles.

use veraid_testkit::{
    CertificateParts, Customisation, Digest, Issuer, MockBundle, RsaKey, Scenario, SetOrder,
    Signer, TestProfile, bundle, chain_field, common_name_only, der_writer, member_id_bundle_der,
    txt_rdata, version_field,
};

use crate::json::Json;
use crate::scenario::{DAY, PROFILES, common_seconds, member, organisation, period_before_now};
use crate::variation::{vary, vary_bundle};
use crate::vector::{Vector, label};

const CHAPTER: &str = "DomainAuth, \"Signature Bundle\"";
const MEMBER_ID: &str = "DomainAuth, \"Member Id Bundle\"";

pub(super) fn vectors() -> Vec<Vector> {
    [valid(), fields(), profiles(), member_ids()].concat()
}

fn valid() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for profile in PROFILES {
        for scenario in [member(profile), organisation(profile)] {
            let signer = match scenario.signer {
                Signer::Member => "member",
                Signer::Organisation => "organisation",
            };
            let mut vector = vary(
                "valid",
                signer,
                &format!("The {signer} signs for alice@example.com."),
                CHAPTER,
                &scenario,
                &Customisation::new(),
            );
            vector.derived_from = None;
            vectors.push(vector.fact("plaintext", Json::octets(&scenario.content)));
            let bot = Scenario { user: None, ..scenario };
            vectors.push(vary(
                "valid",
                &format!("{signer}-bot"),
                &format!("The {signer} signs, for the organisation's bot."),
                "DomainAuth, \"Member Certificate\"",
                &bot,
                &Customisation::new(),
            ));
        }
    }
    vectors
}

/// The four fields of a signature bundle.
fn parts(bundle: &MockBundle) -> [Vec<u8>; 4] {
    [
        version_field(0),
        chain_field(&bundle.chain.messages, SetOrder::Sorted),
        der_writer::retag(0xA2, &bundle.organisation_certificate),
        der_writer::retag(0xA3, &bundle.content_info),
    ]
}

/// The header of a definite length of 65,535 octets at most, padded to four octets.
fn with_padded_length(der: &[u8]) -> Vec<u8> {
    let body = veraid_testkit::contents(der);
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[der[0], 0x84], length.as_slice(), body].concat()
}

fn indefinite(der: &[u8]) -> Vec<u8> {
    [&[der[0], 0x80], veraid_testkit::contents(der), &[0, 0]].concat()
}

fn fields() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for profile in PROFILES {
        let scenario = member(profile);
        let made = scenario.build();
        let [version, chain, certificate, signature] = parts(&made);
        let der = "X.690 section 10.1";
        let cases: Vec<(&str, &str, &'static str, Vec<u8>)> = vec![
            (
                "indefinite-length",
                "The bundle has an indefinite length.",
                der,
                indefinite(&made.der),
            ),
            (
                "padded-length",
                "The bundle's length is encoded in more octets than necessary.",
                der,
                with_padded_length(&made.der),
            ),
            (
                "trailing-octet",
                "One extra octet follows the bundle.",
                CHAPTER,
                [made.der.as_slice(), &[0]].concat(),
            ),
            (
                "cut-off",
                "The bundle's last octet is missing.",
                CHAPTER,
                made.der[..made.der.len() - 1].to_vec(),
            ),
            ("empty", "The bundle has no bytes at all.", CHAPTER, vec![]),
            ("empty-sequence", "The bundle is an empty SEQUENCE.", CHAPTER, vec![0x30, 0]),
            ("set", "The bundle is a SET.", CHAPTER, der_writer::retag(0x31, &made.der)),
            (
                "fifth-field",
                "The bundle has a fifth field.",
                CHAPTER,
                bundle(&[
                    version.clone(),
                    chain.clone(),
                    certificate.clone(),
                    signature.clone(),
                    vec![0xA4, 0],
                ]),
            ),
            (
                "no-version",
                "The version is missing.",
                CHAPTER,
                bundle(&[chain.clone(), certificate.clone(), signature.clone()]),
            ),
            (
                "version-1",
                "The version is 1.",
                CHAPTER,
                bundle(&[version_field(1), chain.clone(), certificate.clone(), signature.clone()]),
            ),
            (
                "version-padded",
                "The version 0 is encoded in two octets.",
                "X.690 section 8.3.2",
                bundle(&[
                    der_writer::context_primitive(0, &[0, 0]),
                    chain.clone(),
                    certificate.clone(),
                    signature.clone(),
                ]),
            ),
            (
                "version-explicit",
                "The version has an EXPLICIT tag.",
                CHAPTER,
                bundle(&[
                    der_writer::context_constructed(0, &der_writer::integer(0)),
                    chain.clone(),
                    certificate.clone(),
                    signature.clone(),
                ]),
            ),
            (
                "fields-swapped",
                "Chain and certificate have changed places.",
                CHAPTER,
                bundle(&[version.clone(), certificate.clone(), chain.clone(), signature.clone()]),
            ),
            (
                "no-signature",
                "The signature is missing.",
                CHAPTER,
                bundle(&[version.clone(), chain.clone(), certificate.clone()]),
            ),
            (
                "chain-of-integers",
                "The chain contains an INTEGER.",
                CHAPTER,
                bundle(&[
                    version.clone(),
                    der_writer::context_constructed(1, &der_writer::integer(0)),
                    certificate.clone(),
                    signature.clone(),
                ]),
            ),
        ];
        for (case, description, spec, input) in cases {
            vectors.push(
                vary_bundle("fields", case, description, spec, &scenario, &made)
                    .input(input)
                    .malformed(1004),
            );
        }
        let garbage = {
            let mut made = made.clone();
            made.chain.messages.push(b"not a DNS message".to_vec());
            made.der = made.reassemble();
            made
        };
        vectors.push(
            vary_bundle(
                "fields",
                "chain-with-garbage",
                "One OCTET STRING of the chain is not a DNS message.",
                CHAPTER,
                &scenario,
                &garbage,
            )
            .malformed(1005),
        );
        let mut unsorted = made.clone();
        unsorted.chain.messages.sort();
        unsorted.chain.messages.reverse();
        unsorted.chain_order = SetOrder::AsGiven;
        unsorted.der = unsorted.reassemble();
        let vector = vary_bundle(
            "fields",
            "chain-not-sorted",
            "The chain's messages are in descending order: this is BER but not DER, and only VeraId accepts it.",
            "X.690 section 11.6",
            &scenario,
            &unsorted,
        );
        vectors.push(strict(profile, vector));
    }
    vectors
}

/// A bundle with BER that VeraId tolerates and DomainAuth's DER does not allow.
pub(super) fn strict(profile: TestProfile, vector: Vector) -> Vector {
    match profile {
        TestProfile::VeraId => vector,
        TestProfile::DomainAuth => vector.malformed(1006),
    }
}

fn profiles() -> Vec<Vector> {
    let spec = "Decisions, \"Two profiles\"";
    let mut vectors = Vec::new();
    for profile in PROFILES {
        for accepted in PROFILES {
            let scenario = member(profile);
            let mut vector = vary(
                "profile",
                &format!("only-{}", label(accepted)),
                &format!(
                    "The verifier accepts {} only; the bundle is for {}.",
                    label(accepted),
                    label(profile)
                ),
                spec,
                &scenario,
                &Customisation::new(),
            );
            vector.accepted_profile = Some(accepted);
            vectors.push(if profile == accepted { vector } else { vector.invalid(2103) });
        }
    }
    // The chain of a DomainAuth bundle, with the organisation's answer for VeraId beside it.
    let scenario = member(TestProfile::DomainAuth);
    let other = member(TestProfile::VeraId).chain();
    let add = |made: &mut veraid_testkit::MockChain| {
        made.messages.push(other.messages.last().unwrap().clone());
    };
    vectors.push(vary(
        "profile",
        "both-owners",
        "The chain has key records for both profiles; DomainAuth takes precedence.",
        spec,
        &scenario,
        &Customisation::new().chain(add),
    ));
    let bad = Scenario { records: Some(vec![txt_rdata(&[b"v=spf1 -all"])]), ..scenario.clone() };
    vectors.push(
        vary(
            "profile",
            "no-fallback",
            "The chain has key records for both profiles, and only VeraId's record names the key.",
            spec,
            &bad,
            &Customisation::new().chain(add),
        )
        .invalid(2111),
    );
    vectors
}

fn member_ids() -> Vec<Vector> {
    let mut vectors = Vec::new();
    let make =
        |rule: &str, case: &str, description: &str, scenario: &Scenario, made: &MockBundle| {
            let profile = scenario.profile;
            let holds =
                Scenario { signature_period: scenario.certificate_period, ..scenario.clone() };
            let id = format!("member-id::{rule}::{case}-{}", label(profile));
            Vector::member_id(id, description, MEMBER_ID, profile, made)
                .from(format!("member-id::valid::member-{}", label(profile)))
                .signed_as(scenario)
                .holds_if_ever(common_seconds(&holds))
        };
    for profile in PROFILES {
        let scenario = member(profile);
        let made = scenario.build();
        let mut first =
            make("valid", "member", "The bundle belongs to alice@example.com.", &scenario, &made);
        first.derived_from = None;
        let bot = Scenario { user: None, ..scenario.clone() };
        vectors.push(first);
        vectors.push(make("valid", "bot", "The bundle belongs to a bot.", &bot, &bot.build()));
        let other_key = Customisation::new().member(|certificate| {
            let tbs = certificate.tbs_certificate(Digest::Sha256);
            certificate.signature = Some(RsaKey::fixed(2048, 3).sign_pss(Digest::Sha256, &tbs));
        });
        vectors.push(
            make(
                "signature",
                "signed-by-other-key",
                "The member's certificate is signed by a key other than the organisation's.",
                &scenario,
                &scenario.build_with(&other_key),
            )
            .invalid(2217),
        );
        vectors.push(
            make(
                "name",
                "user-with-at-sign",
                "The member's common name is `a@b`.",
                &scenario,
                &Scenario { user: Some("a@b".into()), ..scenario.clone() }.build(),
            )
            .invalid(2501)
            .stage("certificate"),
        );
        let namesake = match profile {
            TestProfile::VeraId => "example.com",
            TestProfile::DomainAuth => "example.com.",
        };
        vectors.push(
            make(
                "name",
                "user-called-like-the-organisation",
                "The member's common name is the organisation's name, so its signatures would look like the organisation's.",
                &scenario,
                &Scenario { user: Some(namesake.into()), ..scenario.clone() }.build(),
            )
            .invalid(2503),
        );
        let version_1 = member_id_bundle_der(
            1,
            &made.chain.messages,
            &made.organisation_certificate,
            made.member_certificate.as_ref().unwrap(),
            None,
            SetOrder::Sorted,
        );
        vectors.push(
            make("fields", "version-1", "The version is 1.", &scenario, &made)
                .input(version_1)
                .malformed(1004),
        );
        if profile == TestProfile::DomainAuth {
            vectors.push(
                make(
                    "certificates",
                    "intermediate-with-members-serial",
                    "An intermediate certificate has the same issuer and serial number as the member's, which is not in the fifth field.",
                    &scenario,
                    &with_twin(&scenario, &made),
                )
                .invalid(2202),
            );
        }
        let trailing = [made.member_id_bundle(), vec![0]].concat();
        vectors.push(
            make(
                "fields",
                "trailing-octet",
                "One extra octet follows the bundle.",
                &scenario,
                &made,
            )
            .input(trailing)
            .malformed(1004),
        );
        vectors.push(
            make(
                "time",
                "certificate-expired",
                "The certificates have expired.",
                &scenario,
                &Scenario { certificate_period: period_before_now(2 * DAY, 1), ..scenario.clone() }
                    .build(),
            )
            .invalid(2402),
        );
        let intermediate = Scenario { intermediates: vec!["staff".into()], ..scenario.clone() };
        let vector = make(
            "path",
            "intermediate",
            "An intermediate certificate, attached in the fifth field, issued the member's. VeraId has four fields.",
            &intermediate,
            &intermediate.build(),
        );
        vectors.push(match profile {
            TestProfile::VeraId => vector.malformed(1004),
            TestProfile::DomainAuth => vector,
        });
        let mut missing = intermediate.build();
        missing.intermediate_certificates.clear();
        vectors.push(
            make(
                "path",
                "intermediate-missing",
                "The certificate that issued the member's is not attached.",
                &intermediate,
                &missing,
            )
            .invalid(2215),
        );
    }
    vectors
}

/// The bundle with an intermediate certificate for bob that has the member's issuer and serial
/// number.
fn with_twin(scenario: &Scenario, made: &MockBundle) -> MockBundle {
    let member = made.member_certificate.as_ref().unwrap();
    let mut twin = scenario.member_certificate(&Issuer::of(&made.organisation_certificate));
    twin.serial = CertificateParts::of(member).serial;
    twin.subject = common_name_only(&scenario.profile.member_common_name(Some("bob")));
    let twin = twin.sign(&scenario.organisation_key, Digest::Sha256);
    MockBundle { intermediate_certificates: vec![twin], ..made.clone() }
}
