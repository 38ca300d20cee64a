//! B: the bundle and its DER.

use veraid_testkit::der_writer::{
    context_constructed, context_primitive, octet_string, retag, tlv,
};
use veraid_testkit::{MockBundle, Scenario, SetOrder, bundle, chain_field, version_field};

use crate::catalogue::{Case, Input, Made, Row, Verdict, invalid, malformed, valid};
use crate::der::{each, high_tag_number, indefinite_length, padded_length};
use crate::properties;

/// Malformed DER at any position.
fn der(
    name: &'static str,
    make: impl Fn(&MockBundle) -> Vec<Input> + Send + Sync + 'static,
) -> Case {
    let make = move || make(&Scenario::default().build());
    Case::Made(Made::new(name, Verdict::Malformed, Some(1004), make))
}

/// The bundle with these fields in place of version, chain, certificate and signature.
fn fields(made: &MockBundle, change: impl Fn(&mut Vec<Vec<u8>>)) -> Vec<Input> {
    let mut fields = vec![
        version_field(0),
        chain_field(&made.chain.messages, SetOrder::Sorted),
        retag(0xA2, &made.organisation_certificate),
        retag(0xA3, &made.content_info),
    ];
    change(&mut fields);
    vec![Input::token(&bundle(&fields), &made.trust_anchors)]
}

/// Replaces every object identifier.
fn oids(name: &'static str, change: fn(&[u8]) -> Vec<u8>) -> Case {
    Case::Made(Made::new(name, Verdict::Refused, None, move || {
        let made = Scenario::default().build();
        each(&made, |tag, value| (tag == 0x06).then(|| tlv(6, &[&change(value)])))
    }))
}

fn version(octets: &'static [u8]) -> Case {
    der("another version", move |made| {
        fields(made, |fields| fields[0] = context_primitive(0, octets))
    })
}

pub(crate) fn rows() -> Vec<Row> {
    [lengths(), forms(), confusion()].into_iter().flatten().collect()
}

fn lengths() -> Vec<Row> {
    vec![
        Row {
            id: "B01",
            says: "a token bundle of 16,384 octets, and one of an octet more",
            cases: vec![valid("*::limit-octets-16384"), malformed("*::limit-octets-16385")],
        },
        Row {
            id: "B02",
            says: "a bundle that ends too early, wherever that is",
            cases: vec![
                malformed("bundle::fields::empty-*"),
                malformed("bundle::fields::cut-off-*"),
                der("every beginning", |made| {
                    let beginnings = (0..made.der.len()).map(|end| &made.der[..end]);
                    beginnings.map(|der| Input::token(der, &made.trust_anchors)).collect()
                }),
            ],
        },
        Row {
            id: "B03",
            says: "octets after the bundle's end",
            cases: vec![
                malformed("*::trailing-octet*"),
                der("whole elements", |made| {
                    let der = made.der.as_slice();
                    let more = [&[5_u8, 0][..], &[0, 0], &[0xFF; 16], der];
                    more.map(|more| Input::token(&[der, more].concat(), &made.trust_anchors)).into()
                }),
            ],
        },
        Row {
            id: "B04",
            says: "an indefinite length, at every constructed element",
            cases: vec![
                malformed("*::indefinite-length-*"),
                malformed("bundle::tolerance::constructed-indefinite-*"),
                der("every element", |made| each(made, indefinite_length)),
            ],
        },
        Row {
            id: "B05",
            says: "a length that takes more octets than it must, at every element",
            cases: vec![
                malformed("bundle::fields::padded-length-*"),
                der("every element", |made| each(made, padded_length)),
            ],
        },
        Row {
            id: "B06",
            says: "a length of 2^32 or 2^64 less one, at every element",
            cases: vec![
                der("32 bits", |made| {
                    each(made, |tag, value| {
                        Some([&[tag, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], value].concat())
                    })
                }),
                der("64 bits", |made| {
                    let length = [0x88, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
                    each(made, |tag, value| Some([&[tag], length.as_slice(), value].concat()))
                }),
            ],
        },
        Row {
            id: "B07",
            says: "elements that nest thousands deep",
            cases: vec![
                valid("bundle::limit::limit-depth-16-*"),
                malformed("bundle::limit::limit-depth-17-*"),
            ],
        },
    ]
}

fn forms() -> Vec<Row> {
    vec![
        Row {
            id: "B08",
            says: "a tag whose number takes octets of its own, at every element",
            cases: vec![der("every element", |made| each(made, high_tag_number))],
        },
        Row {
            id: "B09",
            says: "another version, or a number that is none",
            cases: vec![
                malformed("*::version-1-*"),
                malformed("bundle::fields::version-padded-*"),
                malformed("bundle::fields::no-version-*"),
                version(&[0xFF]),
                version(&[1, 0, 0, 0, 0, 0, 0, 0, 0]),
                version(&[]),
            ],
        },
        Row {
            id: "B10",
            says: "explicit tags where they are implicit",
            cases: vec![
                malformed("bundle::fields::version-explicit-*"),
                der("every field", |made| {
                    let explicit = [
                        context_constructed(1, &tlv(0x31, &[&octet_string(&[0; 12])])),
                        context_constructed(2, &made.organisation_certificate),
                        context_constructed(3, &made.content_info),
                    ];
                    (1..)
                        .zip(explicit)
                        .flat_map(|(place, field)| {
                            fields(made, |fields| fields[place].clone_from(&field))
                        })
                        .collect()
                }),
            ],
        },
        Row {
            id: "B11",
            says: "fields out of order, repeated, or one too many",
            cases: vec![
                malformed("bundle::fields::fields-swapped-*"),
                malformed("bundle::fields::fifth-field-*"),
                malformed("bundle::fields::no-signature-*"),
                malformed("bundle::fields::set-*"),
                der("every field twice", |made| {
                    (0..4)
                        .flat_map(|place| {
                            fields(made, |fields| fields.insert(place, fields[place].clone()))
                        })
                        .collect()
                }),
            ],
        },
        Row {
            id: "B12",
            says: "a chain that is not sorted (DomainAuth refuses), or empty, or no chain",
            cases: vec![
                malformed("bundle::fields::chain-not-sorted-domainauth"),
                valid("bundle::fields::chain-not-sorted-veraid"),
                invalid("dnssec::incomplete::no-messages"),
                malformed("bundle::fields::chain-of-integers-*"),
                malformed("bundle::fields::chain-with-garbage-*"),
                Case::Made(Made::new("empty", Verdict::Invalid, Some(2001), || {
                    let made = Scenario::default().build();
                    fields(&made, |fields| fields[1] = chain_field(&[], SetOrder::Sorted))
                })),
            ],
        },
        Row {
            id: "B13",
            says: "hundreds of messages",
            cases: vec![
                valid("dnssec::limit::limit-messages-64"),
                malformed("dnssec::limit::limit-messages-65"),
            ],
        },
        Row {
            id: "B14",
            says: "a message in a constructed OCTET STRING",
            cases: vec![der("every message", |made| {
                each(made, |tag, value| {
                    let is_message = tag == 0x04 && made.chain.messages.iter().any(|m| m == value);
                    is_message.then(|| tlv(0x24, &[&octet_string(value)]))
                })
            })],
        },
        Row {
            id: "B15",
            says: "a TRUE other than FF; a FALSE that is the default is DomainAuth's to refuse",
            cases: vec![
                malformed("bundle::extension::member-explicit-false-domainauth"),
                valid("bundle::extension::member-explicit-false-veraid"),
                malformed("bundle::extension::*-true-is-one-*"),
                malformed("bundle::extension::*-critical-is-one-*"),
            ],
        },
        Row {
            id: "B16",
            says: "an object identifier that is padded or cut off, at every one; or longer than any",
            cases: vec![
                // In the parameters of an algorithm it makes the algorithm one that is not allowed:
                // invalid.
                oids("padded", |value| [&value[..1], &[0x80], &value[1..]].concat()),
                oids("cut off", |value| [value, &[0x81]].concat()),
                oids("empty", |_| Vec::new()),
                invalid("bundle::metadata::metadata-service-huge-arc-*"),
            ],
        },
    ]
}

fn confusion() -> Vec<Row> {
    vec![
        Row {
            id: "B17",
            says: "a member id bundle where a signature bundle is due, and the reverse",
            cases: vec![der("each as the other", |made| {
                vec![
                    Input::token(&made.member_id_bundle(), &made.trust_anchors),
                    Input::bundle(&made.member_id_bundle(), &made.trust_anchors),
                    Input::member_id(&made.der, &made.trust_anchors),
                ]
            })],
        },
        Row {
            id: "B18",
            says: "the same octets, verified again and in two threads at once",
            cases: vec![Case::Property {
                says: "one verdict",
                holds: properties::verdicts_are_the_same_in_two_threads,
            }],
        },
        Row {
            id: "B19",
            says: "what is accepted is, written again, what it was (every accepted input here is)",
            cases: vec![valid("*::valid::*"), valid("*::js-*")],
        },
    ]
}
