//! Faults in the fields of bundles.

use super::change::Change;
use super::table::Fault;
use crate::bundle::{bundle, chain_field, member_id_bundle_der, version_field};
use crate::der_reader::contents;
use crate::der_writer::{SetOrder, context_primitive, retag};
use crate::mock_bundle::MockBundle;
use crate::scenario::Scenario;

pub(super) fn change(fault: Fault) -> Option<Change> {
    Some(match fault {
        Fault::BundleEmpty => Change::Octets(|_| vec![]),
        Fault::BundleCutOff => Change::Octets(|made| made.der[..made.der.len() - 1].to_vec()),
        Fault::BundleTrailingOctet => Change::Octets(|made| [made.der.as_slice(), &[0]].concat()),
        Fault::BundleLengthIndefinite => {
            Change::Octets(|made| [&[made.der[0], 0x80], contents(&made.der), &[0, 0]].concat())
        }
        Fault::BundleLengthPadded => Change::Octets(with_padded_length),
        Fault::BundleVersionMissing => Change::Octets(|made| {
            let [_, chain, certificate, signature] = fields(made);
            bundle(&[chain, certificate, signature])
        }),
        Fault::BundleVersionOther => Change::Octets(|made| with_version(made, version_field(1))),
        Fault::BundleVersionPadded => {
            Change::Octets(|made| with_version(made, context_primitive(0, &[0, 0])))
        }
        Fault::BundleFieldsSwapped => Change::Octets(|made| {
            let [version, chain, certificate, signature] = fields(made);
            bundle(&[version, certificate, chain, signature])
        }),
        Fault::BundleFieldAdded => {
            Change::Octets(|made| bundle(&[&fields(made)[..], &[vec![0xA4, 0]]].concat()))
        }
        Fault::BundleSignatureMissing => Change::Octets(|made| bundle(&fields(made)[..3])),
        Fault::BundleChainNotSorted => Change::Bundle(|made, _| {
            let octets = |message: &Vec<u8>| (message.len(), message.clone());
            // Elements of a SET OF are sorted by their encoding, in which the length comes first.
            made.chain.messages.sort_by_key(octets);
            made.chain.messages.reverse();
            made.chain_order = SetOrder::AsGiven;
        }),
        Fault::MemberIdVersionOther => Change::MemberId(|made, _| {
            let member = made.member_certificate.as_deref().expect("a member signs");
            let organisation = &made.organisation_certificate;
            member_id_bundle_der(
                1,
                &made.chain.messages,
                organisation,
                member,
                None,
                made.chain_order,
            )
        }),
        Fault::MemberIdIntermediates => Change::MemberId(|_, s| {
            let below = Scenario { intermediates: vec!["staff".into()], ..s.clone() };
            below.build().member_id_bundle()
        }),
        _ => return None,
    })
}

/// The four fields of a signature bundle.
fn fields(made: &MockBundle) -> [Vec<u8>; 4] {
    [
        version_field(0),
        chain_field(&made.chain.messages, made.chain_order),
        retag(0xA2, &made.organisation_certificate),
        retag(0xA3, &made.content_info),
    ]
}

fn with_version(made: &MockBundle, version: Vec<u8>) -> Vec<u8> {
    let [_, chain, certificate, signature] = fields(made);
    bundle(&[version, chain, certificate, signature])
}

fn with_padded_length(made: &MockBundle) -> Vec<u8> {
    let body = contents(&made.der);
    let length = u32::try_from(body.len()).expect("bundles have less than 4 GiB").to_be_bytes();
    // The length takes four octets, where bundles need two or three.
    [&[made.der[0], 0x84], length.as_slice(), body].concat()
}
