//! Faults in the signed attributes: their presence, number and values.

use super::change::Change;
use super::table::Fault;
use crate::certificate::{CertificateBuilder, Issuer};
use crate::der_reader::{children, contents};
use crate::der_writer::{PRINTABLE_STRING, SetOrder, UTF8_STRING, oid, sequence, tlv, utf8_string};
use crate::digest::Digest;
use crate::profile::BOT;
use crate::rsa_key::RsaKey;
use crate::scenario::TEST_SERVICE;
use crate::signed_attribute::{
    CONTENT_TYPE, ID_SIGNED_DATA, MEMBER_ATTRIBUTION, MESSAGE_DIGEST, SIGNATURE_METADATA,
    algorithm_protection_attribute, attribute, attribution_attribute, certificate_identifier,
    content_type_attribute, metadata_attribute, signing_certificate_attribute,
    signing_certificate_attribute_of, signing_time_attribute,
};
use crate::signed_data::SignedDataBuilder;

pub(super) fn change(fault: Fault) -> Option<Change> {
    any(fault)
        .or_else(|| signing_certificate(fault))
        .or_else(|| metadata(fault))
        .or_else(|| attribution(fault))
}

fn any(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::SignedAttributesNotSorted => Change::SignedData(|signed, _| {
            let mut attributes = signed.signed_attributes();
            attributes.sort();
            attributes.reverse();
            signed.signed_attributes = Some(attributes);
            signed.attribute_order = SetOrder::AsGiven;
        }),
        Fault::UnsignedAttributeAdded => Change::SignedData(|signed, _| {
            signed.unsigned_attributes = vec![signing_time_attribute(&signed.start)];
        }),
        Fault::ContentTypeAttributeMissing => {
            Change::SignedData(|signed, _| remove(signed, CONTENT_TYPE))
        }
        Fault::ContentTypeAttributeOther => Change::SignedData(|signed, _| {
            replace(signed, CONTENT_TYPE, content_type_attribute(ID_SIGNED_DATA));
        }),
        Fault::MessageDigestMissing => {
            Change::SignedData(|signed, _| remove(signed, MESSAGE_DIGEST))
        }
        Fault::AlgorithmProtectionOther => Change::SignedData(|signed, _| {
            let digest = signed.digest;
            let other = if digest == Digest::Sha512 { Digest::Sha256 } else { Digest::Sha512 };
            let protection = algorithm_protection_attribute(
                other,
                signed.digest_parameters,
                signed.signature_digest,
            );
            signed.extra_signed_attributes.push(protection);
        }),
        _ => return None,
    })
}

fn signing_certificate(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::SigningCertificateOther => Change::SignedData(|signed, _| {
            let other = signing_certificate_attribute(b"another certificate");
            signed.signing_certificate = Some(other);
        }),
        Fault::SigningCertificateDigestOther => Change::SignedData(|signed, _| {
            // SHA-224.
            let algorithm = sequence(&[&oid("2.16.840.1.101.3.4.2.4")]);
            let identifier = certificate_identifier(Some(&algorithm), &[7; 28], None);
            signed.signing_certificate =
                Some(signing_certificate_attribute_of(&[identifier], None));
        }),
        Fault::SigningCertificateSeveral => Change::SignedData(|signed, _| {
            let identifier = |certificate: &[u8]| {
                certificate_identifier(None, &Digest::Sha256.of(certificate), None)
            };
            let identifiers =
                [identifier(&signed.signer_certificate), identifier(b"another certificate")];
            signed.signing_certificate = Some(signing_certificate_attribute_of(&identifiers, None));
        }),
        _ => return None,
    })
}

fn metadata(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::MetadataMissing => {
            Change::SignedData(|signed, _| remove(signed, SIGNATURE_METADATA))
        }
        Fault::MetadataWithoutValue => Change::SignedData(|signed, _| {
            replace(signed, SIGNATURE_METADATA, attribute(SIGNATURE_METADATA, &[]));
        }),
        Fault::MetadataRepeated => Change::SignedData(|signed, _| {
            let second = metadata_attribute(TEST_SERVICE, &signed.start, &signed.end);
            signed.extra_signed_attributes.push(second);
        }),
        Fault::MetadataTwoValues => Change::SignedData(|signed, _| {
            let value = |service: &str| {
                let whole = metadata_attribute(service, &signed.start, &signed.end);
                contents(children(&whole)[1]).to_vec()
            };
            let values = [value(&signed.service), value(TEST_SERVICE)];
            replace(signed, SIGNATURE_METADATA, attribute(SIGNATURE_METADATA, &values));
        }),
        Fault::MetadataUnsigned => Change::SignedData(|signed, _| {
            let metadata = metadata_attribute(&signed.service, &signed.start, &signed.end);
            remove(signed, SIGNATURE_METADATA);
            signed.unsigned_attributes = vec![metadata];
        }),
        // Times are YYYYMMDDHHMMSSZ.
        Fault::MetadataFraction => Change::SignedData(|s, _| s.start.insert_str(14, ".781")),
        Fault::MetadataFractionAfterComma => {
            Change::SignedData(|s, _| s.start.insert_str(14, ",781"))
        }
        Fault::MetadataOffset => Change::SignedData(|s, _| s.start.replace_range(14.., "+0000")),
        Fault::MetadataLocalTime => Change::SignedData(|s, _| s.start.truncate(14)),
        Fault::MetadataWithoutSeconds => {
            Change::SignedData(|s, _| s.start.replace_range(12..14, ""))
        }
        Fault::MetadataWithoutMinutes => {
            Change::SignedData(|s, _| s.start.replace_range(10..14, ""))
        }
        Fault::MetadataSecond60 => Change::SignedData(|s, _| s.start.replace_range(12..14, "60")),
        Fault::MetadataMonth13 => Change::SignedData(|s, _| s.start.replace_range(4..6, "13")),
        Fault::SignedPeriodInverted => Change::SignedData(|signed, _| {
            std::mem::swap(&mut signed.start, &mut signed.end);
        }),
        _ => return None,
    })
}

fn attribution(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::AttributionByMember => {
            Change::SignedData(|signed, _| signed.attribution = Some("bob".into()))
        }
        Fault::AttributionByDelegate => Change::Bundle(|made, s| {
            let key = RsaKey::fixed(2048, 2);
            let delegate = CertificateBuilder::intermediate(
                s.profile.member_common_name(Some("staff")),
                &key,
                &Issuer::of(&made.organisation_certificate),
                s.certificate_period,
                0,
            )
            .sign(&s.organisation_key, s.digest);
            made.content_info = s
                .signed_data_by(&delegate)
                .certificates(std::slice::from_ref(&delegate))
                .attribution(s.user.as_deref().unwrap_or(BOT))
                .sign(&key);
        }),
        Fault::AttributionMissing => Change::SignedData(|signed, _| signed.attribution = None),
        Fault::AttributionUnsigned => Change::SignedData(|signed, _| {
            let member = signed.attribution.take().expect("the organisation signs");
            signed.unsigned_attributes = vec![attribution_attribute(&member)];
        }),
        Fault::AttributionRepeated => Change::SignedData(|signed, _| {
            signed.extra_signed_attributes.push(attribution_attribute("bob"));
        }),
        Fault::AttributionTwoValues => Change::SignedData(|signed, _| {
            attribute_to(signed, &[utf8_string("alice"), utf8_string("bob")])
        }),
        Fault::AttributionStringTypeOther => Change::SignedData(|signed, _| {
            attribute_to(signed, &[tlv(PRINTABLE_STRING, &[b"alice"])]);
        }),
        Fault::AttributionNotUtf8 => Change::SignedData(|signed, _| {
            attribute_to(signed, &[tlv(UTF8_STRING, &[b"ali\xFFce"])])
        }),
        _ => return None,
    })
}

fn remove(signed: &mut SignedDataBuilder, object_identifier: &str) {
    let mut attributes = signed.signed_attributes();
    attributes.retain(|attribute| !is(attribute, object_identifier));
    signed.signed_attributes = Some(attributes);
}

fn replace(signed: &mut SignedDataBuilder, object_identifier: &str, by: Vec<u8>) {
    let mut attributes = signed.signed_attributes();
    let place = attributes.iter().position(|attribute| is(attribute, object_identifier));
    attributes[place.expect("the attribute is there")] = by;
    signed.signed_attributes = Some(attributes);
}

fn is(attribute: &[u8], object_identifier: &str) -> bool {
    children(attribute)[0] == oid(object_identifier)
}

fn attribute_to(signed: &mut SignedDataBuilder, values: &[Vec<u8>]) {
    replace(signed, MEMBER_ATTRIBUTION, attribute(MEMBER_ATTRIBUTION, values));
}
