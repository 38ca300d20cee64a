//! Faults in certificates and in the path between them; names are elsewhere.

use super::change::Change;
use super::table::Fault;
use crate::certificate::{CertificateBuilder, Issuer};
use crate::der_reader::CertificateParts;
use crate::der_writer::{bit_string, oid, sequence};
use crate::digest::Digest;
use crate::distinguished_name::{CommonName, common_name_only};
use crate::extension::{BasicConstraints, Extension};
use crate::fixed_keys::FixedKey as _;
use crate::mock_bundle::MockBundle;
use crate::rsa_key::{RsaKey, pss_algorithm_der};
use crate::scenario::{Scenario, period};
use crate::times::x509_time;
use veraid_zones::{ZoneAlgorithm, ZoneKey};

const DAY: u64 = 86_400;

pub(super) fn change(fault: Fault) -> Option<Change> {
    member(fault).or_else(|| organisation(fault)).or_else(|| path(fault))
}

fn member(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::MemberCertificateIssuedByOtherKey => Change::Member(|c, s| {
            let tbs_certificate = c.tbs_certificate(s.digest);
            c.signature = Some(other_key().sign_pss(s.digest, &tbs_certificate));
        }),
        Fault::MemberCertificateIssuerOther => {
            Change::Member(|c, _| c.issuer = common_name_only(&CommonName::utf8("other.example.")))
        }
        Fault::MemberCertificateSelfSigned => Change::Member(|c, s| {
            c.issuer.clone_from(&c.subject);
            set_authority_key(c, &s.member_key.key_identifier());
            let tbs_certificate = c.tbs_certificate(s.digest);
            c.signature = Some(s.member_key.sign_pss(s.digest, &tbs_certificate));
        }),
        Fault::MemberCertificateAuthorityKeyOther => {
            Change::Member(|c, _| set_authority_key(c, &[7; 32]))
        }
        Fault::MemberCertificateVersionOther => Change::Member(|c, _| c.version = Some(0)),
        Fault::MemberCertificateSerialPadded => Change::Member(|c, _| c.serial.insert(0, 0)),
        Fault::MemberCertificateSerialNegative => Change::Member(|c, _| c.serial[0] |= 0x80),
        Fault::MemberCertificateAlgorithmsDiffer => Change::Member(|c, s| {
            let other = if s.digest == Digest::Sha384 { Digest::Sha512 } else { Digest::Sha384 };
            c.inner_algorithm = Some(pss_algorithm_der(other));
        }),
        Fault::MemberCertificatePathLength => Change::Member(|c, _| {
            *c = c.clone().basic_constraints(Some(BasicConstraints::PathLengthOnly(0)));
        }),
        Fault::MemberCertificateKeyUsage => {
            // keyEncipherment.
            Change::Member(|c, _| c.extensions.push(Extension::key_usage(&[2])))
        }
        Fault::MemberCertificateCriticalExtension => {
            Change::Member(|c, _| c.extensions.push(Extension::unknown_critical()))
        }
        Fault::MemberCertificateNameConstraints => Change::Member(|c, s| {
            c.extensions.push(Extension::name_constraints(&s.organisation));
        }),
        Fault::MemberCertificateExtensionRepeated => Change::Member(|c, _| {
            let first = c.extensions[0].clone();
            c.extensions.push(first);
        }),
        Fault::MemberCertificateInverted => Change::Member(|c, _| {
            std::mem::swap(&mut c.not_before, &mut c.not_after);
        }),
        Fault::MemberCertificateExpired => Change::Member(expire),
        Fault::MemberCertificateNotYetValid => {
            Change::Member(|c, s| c.not_before = x509_time(s.at.saturating_add(1)))
        }
        Fault::MemberCertificateOver90Days => Change::Member(stretch),
        Fault::MemberKeyOf1024Bits => Change::Scenario(|s| s.member_key = RsaKey::fixed(1024, 0)),
        Fault::MemberKeyExponentOf3 => {
            Change::Scenario(|s| s.member_key = RsaKey::fixed_with_exponent_3())
        }
        Fault::MemberKeyOnCurve => {
            Change::Member(|c, _| c.subject_public_key_info = p256_public_key())
        }
        Fault::MemberKeyForPssAlone => Change::Member(|c, s| {
            let algorithm = pss_algorithm_der(Digest::Sha256);
            c.subject_public_key_info = s.member_key.spki_der_with_algorithm(&algorithm);
        }),
        _ => return None,
    })
}

fn organisation(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::OrganisationCertificateNoAuthority => {
            Change::Organisation(|c, _| *c = c.clone().basic_constraints(None))
        }
        Fault::OrganisationCertificateBitFlipped => Change::Organisation(|c, s| {
            let mut signature = s.organisation_key.sign_pss(s.digest, &c.tbs_certificate(s.digest));
            signature[100] ^= 1;
            c.signature = Some(signature);
        }),
        Fault::OrganisationCertificateStretched => Change::Organisation(|c, s| {
            let tbs_certificate = c.tbs_certificate(s.digest);
            c.signature = Some(s.organisation_key.sign_pss(s.digest, &tbs_certificate));
            c.not_after = x509_time(s.certificate_period.end().saturating_add(DAY));
        }),
        Fault::OrganisationCertificateForeign => Change::Organisation(|c, s| {
            let key = other_key();
            c.issuer = common_name_only(&CommonName::utf8("Some Authority"));
            set_authority_key(c, &key.key_identifier());
            c.signature = Some(key.sign_pss(s.digest, &c.tbs_certificate(s.digest)));
        }),
        Fault::OrganisationCertificateCriticalExtension => {
            Change::Organisation(|c, _| c.extensions.push(Extension::unknown_critical()))
        }
        Fault::OrganisationCertificateExpired => Change::Organisation(expire),
        Fault::OrganisationCertificateOver90Days => Change::Organisation(stretch),
        Fault::OrganisationKeyOf1024Bits => {
            Change::Scenario(|s| s.organisation_key = RsaKey::fixed(1024, 0))
        }
        Fault::OrganisationKeyOf2056Bits => {
            Change::Scenario(|s| s.organisation_key = RsaKey::fixed(2056, 0))
        }
        _ => return None,
    })
}

fn path(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::CertificatesTooMany => Change::SignedData(|signed, _| {
            const MOST: usize = 8;
            let attached = signed.certificates.get_or_insert_default();
            let member = attached[0].clone();
            // The member's certificate with another last octet: a different certificate, by the
            // same issuer.
            attached.extend((1..=MOST as u8).map(|number| {
                let mut other = member.clone();
                *other.last_mut().expect("certificates are not empty") ^= number;
                other
            }));
        }),
        Fault::MemberCertificateMissing => {
            Change::SignedData(|signed, _| signed.certificates = Some(vec![]))
        }
        Fault::CertificateSerialRepeated => Change::Bundle(|made, s| {
            let member = made.member_certificate.clone().expect("a member signs");
            let mut twin = CertificateBuilder::member(
                s.profile.member_common_name(Some("twin")),
                &s.member_key,
                &Issuer::of(&made.organisation_certificate),
                s.certificate_period,
            );
            twin.serial = CertificateParts::of(&member).serial;
            let twin = twin.sign(&s.organisation_key, s.digest);
            attach(made, s, &member, &[member.clone(), twin]);
        }),
        Fault::IntermediateCertificate => {
            Change::Scenario(|s| s.intermediates = vec!["staff".into()])
        }
        Fault::IntermediateBeyondPathLength => Change::Organisation(|c, _| {
            let none = BasicConstraints::AuthorityWithPathLength(0);
            *c = c.clone().basic_constraints(Some(none));
        }),
        Fault::IntermediateNoAuthority => Change::Bundle(|made, s| {
            let member = made.member_certificate.clone().expect("a member signs");
            let key = RsaKey::fixed(2048, 2);
            let staff = CertificateBuilder::member(
                s.profile.member_common_name(Some("staff")),
                &key,
                &Issuer::of(&made.organisation_certificate),
                s.certificate_period,
            );
            attach(made, s, &member, &[member.clone(), staff.sign(&s.organisation_key, s.digest)]);
        }),
        Fault::IntermediateMissing => Change::SignedData(|signed, _| {
            // The member's comes first.
            signed.certificates.get_or_insert_default().truncate(1);
        }),
        _ => return None,
    })
}

/// Signs again as the subject of `signer`, with these certificates attached.
fn attach(made: &mut MockBundle, scenario: &Scenario, signer: &[u8], certificates: &[Vec<u8>]) {
    made.content_info =
        scenario.signed_data_by(signer).certificates(certificates).sign(&scenario.member_key);
}

fn other_key() -> RsaKey {
    RsaKey::fixed(2048, 5)
}

fn set_authority_key(certificate: &mut CertificateBuilder, identifier: &[u8]) {
    *certificate = certificate
        .clone()
        .without_extension(Extension::AUTHORITY_KEY_IDENTIFIER)
        .extension(Extension::authority_key_identifier(identifier));
}

fn expire(certificate: &mut CertificateBuilder, scenario: &Scenario) {
    certificate.not_after = x509_time(scenario.at.saturating_sub(1));
}

/// 90 days and a second, from a day before the instant.
fn stretch(certificate: &mut CertificateBuilder, scenario: &Scenario) {
    let start = scenario.at.saturating_sub(DAY);
    let period = period(start, start.saturating_add(90 * DAY + 1));
    *certificate = certificate.clone().period(period);
}

fn p256_public_key() -> Vec<u8> {
    let point = ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, 0).public_key();
    let algorithm = sequence(&[&oid("1.2.840.10045.2.1"), &oid("1.2.840.10045.3.1.7")]);
    sequence(&[&algorithm, &bit_string(&[&[4], point.as_slice()].concat())])
}
