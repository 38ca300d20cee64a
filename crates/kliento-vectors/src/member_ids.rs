//! Member id bundles: the certificates allowed in their fifth field, and their limits.

use veraid_dnssec::RecordType;
use veraid_testkit::{
    CertificateBuilder, CommonName, Customisation, Digest, MessageBuilder, MockBundle, Record,
    RsaKey, Scenario, TestProfile,
};

use crate::dnssec::question;
use crate::limits::fitted;
use crate::scenario::{PROFILES, common_seconds, member};
use crate::vector::{Vector, label};

const SPEC: &str = "DomainAuth, \"Member Id Bundle\"";
const LIMITS: &str = "Decisions, \"Limits\"";

pub(super) fn vectors() -> Vec<Vector> {
    PROFILES
        .into_iter()
        .flat_map(|profile| [fifth_field(profile), sizes(profile)].concat())
        .collect()
}

fn make(
    rule: &str,
    case: &str,
    description: &str,
    spec: &'static str,
    scenario: &Scenario,
    made: &MockBundle,
) -> Vector {
    let profile = scenario.profile;
    // Only the certificates are signed.
    let holds = Scenario { signature_period: scenario.certificate_period, ..scenario.clone() };
    let id = format!("member-id::{rule}::{case}-{}", label(profile));
    Vector::member_id(id, description, spec, profile, made)
        .from(format!("member-id::valid::member-{}", label(profile)))
        .signed_as(scenario)
        .holds_if_ever(common_seconds(&holds))
}

/// Unrelated certificates beside those of a member for whom the organisation itself vouches. VeraId
/// has no such field.
fn fifth_field(profile: TestProfile) -> Vec<Vector> {
    let scenario = member(profile);
    let with = |count: usize| {
        let mut made = scenario.build();
        made.intermediate_certificates = (0..count)
            .map(|index| {
                let name = CommonName::utf8(&format!("unrelated {index}"));
                let key = RsaKey::fixed(2048, 4);
                CertificateBuilder::new(name, &key, scenario.certificate_period)
                    .sign(&key, Digest::Sha256)
            })
            .collect();
        made
    };
    let with_outcome = |vector: Vector| match profile {
        TestProfile::VeraId => vector.malformed(1004),
        TestProfile::DomainAuth => vector,
    };
    let mut repeated = scenario.build();
    repeated.intermediate_certificates = repeated.member_certificate.iter().cloned().collect();
    let same_serial = scenario.build_with(&Customisation::new().member(|c| {
        c.serial = scenario.organisation_certificate().serial;
    }));
    let spec = match profile {
        TestProfile::VeraId => "VeraId, section 7.1",
        TestProfile::DomainAuth => SPEC,
    };
    vec![
        with_outcome(make(
            "path",
            "intermediate-not-needed",
            "The fifth field has an unrelated certificate; the organisation issued the member's. VeraId has four fields.",
            spec,
            &scenario,
            &with(1),
        )),
        with_outcome(make(
            "path",
            "intermediate-is-the-member",
            "The fifth field contains the member's certificate again. VeraId has four fields.",
            spec,
            &scenario,
            &repeated,
        )),
        make(
            "path",
            "member-id-serial-of-organisation",
            "The member's certificate has the same issuer and serial number as the organisation's.",
            "RFC 5280 section 4.1.2.2",
            &scenario,
            &same_serial,
        )
        .invalid(2202),
        with_outcome(make(
            "limit",
            "limit-intermediates-8",
            "The fifth field has 8 certificates.",
            LIMITS,
            &scenario,
            &with(8),
        )),
        make(
            "limit",
            "limit-intermediates-9",
            "The fifth field has 9 certificates.",
            LIMITS,
            &scenario,
            &with(9),
        )
        .malformed(1004),
    ]
}

fn sizes(profile: TestProfile) -> Vec<Vector> {
    let scenario = member(profile);
    let padded = |more: usize| {
        let mut made = scenario.build();
        let other = question("x.example", "TXT");
        let padding = Record::new(&other.name, RecordType::new(65_280), 60, vec![0; more]);
        made.chain.messages.push(MessageBuilder::new(&other).answer(padding).build());
        made
    };
    [65_536_usize, 65_537]
        .into_iter()
        .map(|octets| {
            let made = fitted(octets, padded, |made| made.member_id_bundle().len());
            let case = format!("limit-octets-{octets}");
            let description = format!("The bundle has {octets} bytes.");
            let vector = make("limit", &case, &description, LIMITS, &scenario, &made);
            if octets > 65_536 { vector.malformed(1001) } else { vector }
        })
        .collect()
}
