//! The definition of an authority, and certificates with equal issuer and serial number.

use veraid_testkit::{
    CertificateBuilder, CertificateParts, Customisation, Digest, Extension, Issuer, RsaKey,
    TestProfile, common_name_only,
};

use crate::certificates::{assemble, authority_name, top};
use crate::scenario::{PROFILES, member, organisation};
use crate::variation::{vary, vary_bundle};
use crate::vector::Vector;

const USAGE: &str = "RFC 5280 section 4.2.1.3";
const CMS: &str = "RFC 5652 section 5.1";

pub(super) fn vectors() -> Vec<Vector> {
    PROFILES.into_iter().flat_map(|profile| [usages(profile), distinct(profile)].concat()).collect()
}

/// Certificates below the organisation that sign in its name. This requires an authority; where
/// there is a KeyUsage, cA alone is not enough.
fn usages(profile: TestProfile) -> Vec<Vector> {
    let scenario = organisation(profile);
    let key = RsaKey::fixed(2048, 2);
    let organisation = top(profile, 1);
    let organisation_der = organisation.sign(&scenario.organisation_key, Digest::Sha256);
    // Bits of KeyUsage, then the codes under VeraId and under DomainAuth; 0 is valid.
    let cases: [(&str, &str, &[u8], [u16; 2]); 4] = [
        ("delegate-usage-both", "digitalSignature and keyCertSign", &[0, 5], [2504, 0]),
        ("delegate-usage-signature", "digitalSignature only", &[0], [2504, 2504]),
        ("delegate-usage-cert-sign", "keyCertSign only", &[5], [2213, 2213]),
        ("delegate-usage-crl", "digitalSignature and cRLSign", &[0, 6], [2504, 2504]),
    ];
    cases
        .into_iter()
        .map(|(case, words, bits, [veraid, domainauth])| {
            let staff = CertificateBuilder::intermediate(
                authority_name(profile),
                &key,
                &organisation.as_issuer(),
                scenario.certificate_period,
                0,
            )
            .extension(Extension::key_usage(bits))
            .sign(&scenario.organisation_key, Digest::Sha256);
            let bundle = assemble(
                &scenario,
                Some(&organisation_der),
                std::slice::from_ref(&staff),
                &staff,
                &key,
                Some("alice"),
            );
            let vector = vary_bundle(
                "delegate",
                case,
                &format!(
                    "A certificate below the organisation's with cA TRUE and a KeyUsage of {words} attributes its signature to alice."
                ),
                USAGE,
                &scenario,
                &bundle,
            );
            match if profile == TestProfile::VeraId { veraid } else { domainauth } {
                0 => vector,
                code => vector.invalid(code),
            }
        })
        .collect()
}

fn distinct(profile: TestProfile) -> Vec<Vector> {
    let by_member = member(profile);
    let by_organisation = organisation(profile);
    let serial = by_member.organisation_certificate().serial;
    let junk = {
        let made = by_organisation.build();
        let issuer = Issuer::of(&made.organisation_certificate);
        let mut junk = by_organisation.member_certificate(&issuer);
        junk.serial = CertificateParts::of(&made.organisation_certificate).serial;
        junk.subject = common_name_only(&profile.member_common_name(Some("bob")));
        junk.sign(&RsaKey::fixed(2048, 4), Digest::Sha256)
    };
    vec![
        vary(
            "attached",
            "member-serial-of-organisation",
            "The member's certificate has the same issuer and serial number as the organisation's.",
            CMS,
            &by_member,
            &Customisation::new().member(|c| c.serial.clone_from(&serial)),
        )
        .invalid(2202),
        vary(
            "attached",
            "junk-serial-of-organisation",
            "The organisation signs, and an attached certificate, signed by another key, has the same issuer and serial number as the organisation's.",
            CMS,
            &by_organisation,
            &Customisation::new().signed_data(|s| s.certificates = Some(vec![junk.clone()])),
        )
        .invalid(2202),
        vary(
            "attached",
            "member-attached-twice",
            "The member's certificate is attached twice.",
            CMS,
            &by_member,
            &Customisation::new().signed_data(|s| {
                let certificates = s.certificates.get_or_insert_default();
                certificates.extend_from_within(..);
            }),
        ),
    ]
}
