//! Names of organisations and users.

use veraid_testkit::{
    CommonName, Customisation, Scenario, Signer, StringKind, TestProfile, attribute_type_and_value,
    common_name_only, der_writer, distinguished_name,
};

use crate::scenario::{PROFILES, member, organisation};
use crate::variation::vary;
use crate::vector::Vector;

const ORGANISATION: &str = "DomainAuth, \"Organisation Certificate\"; RFC 5890 section 2.3.1";
const USER: &str = "DomainAuth, \"Phishing Attacks\"; RFC 8265 section 3.3";
const STRINGS: &str = "RFC 5280 section 4.1.2.4";

use TestProfile::{DomainAuth, VeraId};

pub(super) fn vectors() -> Vec<Vector> {
    PROFILES
        .into_iter()
        .flat_map(|profile| [organisations(profile), users(profile), strings(profile)].concat())
        .collect()
}

fn with_outcome(vector: Vector, code: u16) -> Vector {
    if code == 0 { vector } else { vector.invalid(code) }
}

/// Gives the organisation's certificate this subject; it stays self-issued.
fn called(subject: Vec<u8>) -> Customisation<'static> {
    Customisation::new().organisation(move |certificate| {
        certificate.subject.clone_from(&subject);
        certificate.issuer.clone_from(&subject);
    })
}

fn organisations(profile: TestProfile) -> Vec<Vector> {
    let dot = if profile == DomainAuth { "." } else { "" };
    let label = "a".repeat(63);
    let prefix = profile.owner("").len();
    // Owner prefix with its length, three full labels, the last label and the root: 255 octets.
    let last = "a".repeat(255 - prefix - 3 * 64 - 2);
    let longest = format!("{label}.{label}.{label}.{last}");
    let mut vectors = Vec::new();
    for (case, description, name) in [
        ("top-level-domain", "The organisation is a top-level domain.", "example"),
        ("subdomain", "The organisation is four labels down.", "a.b.example.com"),
        ("digits-and-hyphens", "Labels have digits and inner hyphens.", "3com.x-y.example"),
        ("a-label", "The organisation has an A-label (Punycode).", "xn--bcher-kva.example"),
        ("label-63", "A label has 63 octets.", &format!("{label}.example")),
        (
            "digits-before-right-to-left",
            "A label that is a digit is next to a right-to-left label.",
            "1.xn--4dbrk0ce",
        ),
        (
            "digit-first-before-right-to-left",
            "A label that starts with a digit is below a right-to-left label.",
            "mail.163.com.xn----9mcjf9b4dbm09f.com",
        ),
        ("longest", "With its owner prefix, the name has 255 octets on the wire.", &longest),
    ] {
        let scenario = Scenario { organisation: name.into(), ..organisation(profile) };
        vectors.push(vary(
            "organisation",
            &format!("organisation-{case}"),
            description,
            ORGANISATION,
            &scenario,
            &Customisation::new(),
        ));
    }
    let too_long = format!("{longest}a");
    let long_label = format!("{label}a.com");
    for (case, description, name, code) in [
        ("upper-case", "The common name is in mixed case.", format!("Example.COM{dot}"), 0),
        ("empty", "The common name is empty.", String::new(), 2102),
        ("root", "The common name is the root.", ".".into(), 2102),
        ("leading-dot", "The common name starts with a dot.", format!(".example.com{dot}"), 2102),
        (
            "two-dots",
            "The common name has an empty label inside.",
            format!("example..com{dot}"),
            2102,
        ),
        ("two-final-dots", "The common name ends with two dots.", "example.com..".into(), 2102),
        ("u-label", "The common name has a U-label.", format!("b\u{FC}cher.example{dot}"), 2102),
        (
            "bad-a-label",
            "A label starts with xn-- but is not an A-label.",
            format!("xn--a.example{dot}"),
            2102,
        ),
        (
            "a-label-mixed-direction",
            "An A-label has a digit before a right-to-left letter.",
            format!("xn--1-0hc.example{dot}"),
            2102,
        ),
        (
            "bad-a-label-beside-right-to-left",
            "A label starts with xn-- but is not an A-label, next to a right-to-left label.",
            format!("xn--a.xn--4dbrk0ce{dot}"),
            2102,
        ),
        (
            "underscore",
            "The common name has an underscore.",
            format!("_veraid.example.com{dot}"),
            2102,
        ),
        ("space", "The common name has a space.", format!("exa mple.com{dot}"), 2102),
        ("wildcard", "The common name has an asterisk.", format!("*.example.com{dot}"), 2102),
        ("leading-hyphen", "A label starts with a hyphen.", format!("-example.com{dot}"), 2102),
        ("trailing-hyphen", "A label ends with a hyphen.", format!("example-.com{dot}"), 2102),
        ("label-64", "A label has 64 octets.", format!("{long_label}{dot}"), 2102),
        (
            "too-long",
            "With its owner prefix, the name has 256 octets on the wire.",
            format!("{too_long}{dot}"),
            2102,
        ),
        ("final-dot", "The common name ends with a dot.", "example.com.".into(), 0),
        (
            "no-final-dot",
            "The common name ends without a dot.",
            "example.com".into(),
            if profile == VeraId { 0 } else { 2102 },
        ),
    ] {
        // A name that is too long for DomainAuth's prefix can only be VeraId's, whose answer the
        // chain does not have.
        if profile == DomainAuth && case == "too-long" {
            continue;
        }
        vectors.push(with_outcome(
            vary(
                "organisation",
                &format!("common-name-{case}"),
                description,
                ORGANISATION,
                &organisation(profile),
                &called(common_name_only(&CommonName::utf8(&name))),
            ),
            code,
        ));
    }
    vectors
}

fn users(profile: TestProfile) -> Vec<Vector> {
    let precis = if profile == VeraId { 0 } else { 2501 };
    let cases: Vec<(&str, &str, String, u16)> = vec![
        ("dots-and-digits", "The name has dots and digits.", "alice.smith-2".into(), 0),
        ("accent", "The name has a precomposed accented letter.", "ren\u{E9}".into(), 0),
        ("japanese", "The name is Japanese.", "\u{592A}\u{90CE}".into(), 0),
        ("upper-case", "The name has a capital letter.", "Alice".into(), precis),
        ("inner-space", "The name has a space inside.", "alice smith".into(), precis),
        (
            "full-width",
            "The name is in full-width letters.",
            "\u{FF41}\u{FF4C}\u{FF49}".into(),
            precis,
        ),
        ("decomposed", "The name has a combining accent.", "rene\u{301}".into(), precis),
        (
            "emoji",
            "The name is an emoji of several code points.",
            "\u{1F469}\u{200D}\u{1F4BB}".into(),
            precis,
        ),
        (
            "variation-selector",
            "The name has a variation selector.",
            "\u{2764}\u{FE0F}".into(),
            precis,
        ),
        ("empty", "The name is empty.", String::new(), 2501),
        ("two-at-signs", "The name is two at signs.", "@@".into(), 2501),
        ("at-sign", "The name has an at sign.", "a@b".into(), 2501),
        ("full-width-at-sign", "The name has a full-width at sign.", "a\u{FF20}b".into(), 2501),
        ("small-at-sign", "The name has a small at sign.", "a\u{FE6B}b".into(), 2501),
        ("tab", "The name has a tab.", "a\tb".into(), 2501),
        ("carriage-return", "The name has a carriage return.", "a\rb".into(), 2501),
        ("line-feed", "The name has a line feed.", "a\nb".into(), 2501),
        ("nul", "The name has a NUL.", "a\0b".into(), 2501),
        ("delete", "The name has a DEL.", "a\u{7F}b".into(), 2501),
        ("c1-control", "The name has the control character U+0085.", "a\u{85}b".into(), 2501),
        ("right-to-left-override", "The name has U+202E.", "a\u{202E}b".into(), 2501),
        ("left-to-right-mark", "The name has U+200E.", "a\u{200E}b".into(), 2501),
        ("arabic-letter-mark", "The name has U+061C.", "a\u{61C}b".into(), 2501),
        ("isolate", "The name has U+2066.", "a\u{2066}b".into(), 2501),
        ("line-separator", "The name has U+2028.", "a\u{2028}b".into(), 2501),
        ("paragraph-separator", "The name has U+2029.", "a\u{2029}b".into(), 2501),
        ("no-break-space", "The name has U+00A0.", "a\u{A0}b".into(), 2501),
        ("ideographic-space", "The name has U+3000.", "a\u{3000}b".into(), 2501),
        ("leading-space", "The name starts with a space.", " a".into(), 2501),
        ("trailing-space", "The name ends with a space.", "a ".into(), 2501),
        ("255-octets", "The name has 255 octets.", "a".repeat(255), 0),
        ("256-octets", "The name has 256 octets.", "a".repeat(256), 2501),
        (
            "255-octets-wide",
            "The name has 255 octets in 128 characters.",
            format!("{}a", "\u{E9}".repeat(127)),
            0,
        ),
        (
            "256-octets-wide",
            "The name has 256 octets in 128 characters.",
            "\u{E9}".repeat(128),
            2501,
        ),
    ];
    let mut vectors = Vec::new();
    for (case, description, user, code) in cases {
        for signer in [Signer::Member, Signer::Organisation] {
            let (word, stage) = match signer {
                Signer::Member => ("member", "certificate"),
                Signer::Organisation => ("attribution", "signed-data"),
            };
            let scenario = Scenario { signer, user: Some(user.clone()), ..member(profile) };
            vectors.push(
                with_outcome(
                    vary(
                        "user",
                        &format!("{word}-{case}"),
                        &format!("The user is in the {word}. {description}"),
                        USER,
                        &scenario,
                        &Customisation::new(),
                    ),
                    code,
                )
                .stage(stage),
            );
        }
    }
    vectors
}

fn strings(profile: TestProfile) -> Vec<Vector> {
    let text = if profile == DomainAuth { "example.com." } else { "example.com" };
    let mut vectors = Vec::new();
    for (case, words, kind, code) in [
        ("utf8", "a UTF8String", StringKind::Utf8, 0),
        ("bmp", "a BMPString", StringKind::Bmp, 0),
        ("printable", "a PrintableString", StringKind::Printable, 0),
        ("teletex", "a TeletexString", StringKind::Teletex, 1),
        ("ia5", "an IA5String", StringKind::Ia5, 1),
        ("universal", "a UniversalString", StringKind::Universal, 1),
    ] {
        vectors.push(with_outcome(
            vary(
                "common-name",
                &format!("organisation-{case}"),
                &format!("The organisation's common name is {words}."),
                STRINGS,
                &organisation(profile),
                &called(common_name_only(&CommonName::new(text, kind))),
            ),
            code * 2101,
        ));
        vectors.push(with_outcome(
            vary(
                "common-name",
                &format!("member-{case}"),
                &format!("The member's common name is {words}."),
                STRINGS,
                &member(profile),
                &Customisation::new()
                    .member(move |c| c.subject = common_name_only(&CommonName::new("alice", kind))),
            ),
            code * 2502,
        ));
    }
    let unit = |value: &[u8]| attribute_type_and_value("2.5.4.10", value);
    let odd = |text: &str| {
        let mut octets: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        octets.push(b'x');
        CommonName::raw(der_writer::BMP_STRING, &octets)
    };
    type Subject = Box<dyn Fn(&str) -> Vec<u8>>;
    let cases: Vec<(&str, &str, Subject, u16)> = vec![
        (
            "beside-organisation-name",
            "is accompanied by an organizationName",
            Box::new(move |text| {
                distinguished_name(&[
                    unit(&der_writer::utf8_string("Example")),
                    CommonName::utf8(text).attribute_der(),
                ])
            }),
            0,
        ),
        (
            "twice",
            "is present twice",
            Box::new(|text| {
                distinguished_name(&[
                    CommonName::utf8(text).attribute_der(),
                    CommonName::utf8(text).attribute_der(),
                ])
            }),
            1,
        ),
        (
            "missing",
            "is missing",
            Box::new(move |_| distinguished_name(&[unit(&der_writer::utf8_string("Example"))])),
            1,
        ),
        (
            "lone-surrogate",
            "is a BMPString with a lone surrogate",
            Box::new(|text| {
                let units: Vec<u16> = text.encode_utf16().chain([0xD800]).collect();
                common_name_only(&CommonName::utf16(&units))
            }),
            1,
        ),
        (
            "odd-length",
            "is a BMPString with an odd number of octets",
            Box::new(move |text| common_name_only(&odd(text))),
            1,
        ),
        (
            "no-utf-8",
            "is a UTF8String that is not valid UTF-8",
            Box::new(|text| {
                common_name_only(&CommonName::raw(
                    der_writer::UTF8_STRING,
                    &[text.as_bytes(), &[0xFF]].concat(),
                ))
            }),
            1,
        ),
        (
            "no-printable",
            "is a PrintableString with an asterisk",
            Box::new(|text| {
                common_name_only(&CommonName::new(&format!("{text}*"), StringKind::Printable))
            }),
            1,
        ),
    ];
    for (case, words, subject, code) in &cases {
        vectors.push(with_outcome(
            vary(
                "common-name",
                &format!("organisation-{case}"),
                &format!("The organisation's common name {words}."),
                STRINGS,
                &organisation(profile),
                &called(subject(text)),
            ),
            code * 2101,
        ));
        vectors.push(with_outcome(
            vary(
                "common-name",
                &format!("member-{case}"),
                &format!("The member's common name {words}."),
                STRINGS,
                &member(profile),
                &Customisation::new().member(|c| c.subject = subject("alice")),
            ),
            code * 2502,
        ));
    }
    // In a sorted SET OF, the shorter attribute comes first.
    let longer = unit(&der_writer::utf8_string("Example Organisation"));
    let together = |attributes: [&[u8]; 2]| {
        der_writer::sequence(&[&der_writer::tlv(der_writer::SET, &attributes)])
    };
    for (case, words, is_sorted) in [
        ("in-rdn-of-two", "is in one RDN with an organizationName", true),
        (
            "in-unsorted-rdn",
            "is in one RDN with an organizationName, and the two are not sorted",
            false,
        ),
    ] {
        let subject = |text: &str| {
            let name = CommonName::utf8(text).attribute_der();
            together(if is_sorted { [&name, &longer] } else { [&longer, &name] })
        };
        for (whose, scenario, customisation) in [
            ("organisation", organisation(profile), called(subject(text))),
            (
                "member",
                member(profile),
                Customisation::new().member(|c| c.subject = subject("alice")),
            ),
        ] {
            let vector = vary(
                "common-name",
                &format!("{whose}-{case}"),
                &format!("The {whose}'s common name {words}."),
                "RFC 5280 section 4.1.2.4; X.690 section 11.6",
                &scenario,
                &customisation,
            );
            vectors.push(match profile {
                DomainAuth if !is_sorted => vector.malformed(1006),
                _ => vector,
            });
        }
    }
    let pairs = Scenario { user: Some("\u{1F600}".into()), ..member(VeraId) };
    if profile == VeraId {
        vectors.push(vary(
            "common-name",
            "member-surrogate-pair",
            "The member's common name is a BMPString with a surrogate pair, as deployed software encodes it.",
            STRINGS,
            &pairs,
            &Customisation::new(),
        ));
    }
    vectors
}
