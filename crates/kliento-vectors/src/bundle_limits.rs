//! Limits of whole bundles, each at its edge and one beyond: the signature checks of chain,
//! certificates and content together, and the counts of the CMS structure.

use veraid_testkit::{
    Customisation, Digest, DigestParameters, Scenario, TestProfile, children, contents, der_writer,
    period,
};

use crate::limits::in_windows;
use crate::scenario::{NOW, PROFILES, member};
use crate::variation::{vary, vary_bundle};
use crate::vector::Vector;

const SPEC: &str = "Decisions, \"Limits\"";

pub(super) fn vectors() -> Vec<Vector> {
    PROFILES.into_iter().flat_map(|profile| [checks(profile), counts(profile)].concat()).collect()
}

/// Eight RRsets with up to eight RRSIGs each, every one of which adds requested seconds; then the
/// certificates of organisation and member, and the content.
fn checks(profile: TestProfile) -> Vec<Vector> {
    let scenario = Scenario { organisation: "a.example.com".into(), ..member(profile) };
    [(5_u64, 64_u64), (6, 65)]
        .into_iter()
        .map(|(last, count)| {
            let customisation = Customisation::new().chain(|chain| {
                for place in 0..8 {
                    let count = if place == 7 { last } else { 8 };
                    chain.messages[place] = in_windows(&chain.links[place], count);
                }
            });
            let vector = vary(
                "limit",
                &format!("limit-bundle-checks-{count}"),
                &format!("The chain, certificates and content require {count} signature checks."),
                SPEC,
                &scenario,
                &customisation,
            )
            .period(period(NOW, NOW.saturating_add(79)));
            if count > 64 {
                vector.invalid(2007).stage("signed-data")
            } else {
                vector.holds(period(NOW, NOW.saturating_add(10 * last - 1)))
            }
        })
        .collect()
}

fn counts(profile: TestProfile) -> Vec<Vector> {
    let scenario = member(profile);
    let mut vectors = Vec::new();
    for count in [8_usize, 9] {
        let mut made = scenario.build();
        made.content_info = with_digest_algorithms(&made.content_info, count);
        made.der = made.reassemble();
        let vector = vary_bundle(
            "limit",
            &format!("limit-digest-algorithms-{count}"),
            &format!("{count} digest algorithms are listed, and one is used."),
            SPEC,
            &scenario,
            &made,
        );
        vectors.push(if count > 8 { vector.malformed(1004) } else { vector });
        // Two signers are already rejected; from nine on they are not even read.
        let signers = Customisation::new().signed_data(move |signed| {
            let signer = signed.signer_info(&member(profile).member_key);
            signed.signer_infos = Some(vec![signer; count]);
        });
        let case = format!("limit-signers-{count}");
        let description = format!("There are {count} SignerInfos.");
        let vector = vary("limit", &case, &description, SPEC, &scenario, &signers);
        vectors.push(if count > 8 { vector.malformed(1004) } else { vector.invalid(2304) });
    }
    for octets in [128_usize, 129] {
        let service = format!("1.3{}", ".1".repeat(octets - 1));
        let bound = Scenario { service: service.clone(), ..scenario.clone() };
        let case = format!("limit-service-{octets}");
        let description = format!("The service OID has {octets} octets.");
        let mut vector = vary("limit", &case, &description, SPEC, &bound, &Customisation::new());
        // A service that is too long cannot be requested.
        if octets <= 128 {
            vector.service = Some(service);
        }
        vectors.push(if octets > 128 { vector.malformed(1004) } else { vector });
    }
    vectors
}

/// The ContentInfo with `count` digest algorithms, all but one of which do not exist. They are not
/// part of the signed data.
fn with_digest_algorithms(content_info: &[u8], count: usize) -> Vec<u8> {
    let [content_type, content] = children(content_info)[..] else { panic!("not a ContentInfo") };
    let signed_data = contents(content);
    let mut fields: Vec<Vec<u8>> = children(signed_data).into_iter().map(<[u8]>::to_vec).collect();
    let mut algorithms: Vec<_> = (1..count)
        .map(|number| der_writer::sequence(&[&der_writer::oid(&format!("1.2.3.{number}"))]))
        .collect();
    algorithms.push(Digest::Sha256.algorithm_der(DigestParameters::Absent));
    fields[1] = der_writer::set_of(&algorithms, der_writer::SetOrder::Sorted);
    let signed_data = der_writer::sequence(&[&fields.concat()]);
    der_writer::sequence(&[content_type, &der_writer::context_constructed(0, &signed_data)])
}
