//! Files of every format: keys that are used, keys that are skipped, and rejections with line and
//! reason.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use proptest::prelude::*;
use veraid_dnssec::crypto::rust_crypto::PROVIDER;
use veraid_dnssec::{Timestamp, TrustAnchors, ValidityPeriod};
use veraid_testkit::{FixedKey as _, ZoneAlgorithm, ZoneKey};
use veraid_trust_anchors::{
    AnchorFile, AnchorFileError, Format, LineProblem, SkipReason, Skipped, State,
};

const IANA: &str = include_str!("../../../test-vectors/public/iana/root-anchors.xml");
const KSK_2017: &str = "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D";
const KSK_2024: &str = "683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16";

fn read(text: &str) -> Result<AnchorFile, AnchorFileError> {
    AnchorFile::read(text.as_bytes(), PROVIDER)
}

/// The key tags of the trust anchors.
fn tags(text: &str) -> Vec<u16> {
    read(text)
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
        .trust_anchors()
        .key_tags()
        .collect()
}

fn problem(text: &str) -> (usize, LineProblem) {
    match read(text) {
        Err(AnchorFileError::Line { line, problem }) => (line, problem),
        other => panic!("{other:?}\n{text}"),
    }
}

/// The public key that IANA publishes for a key tag.
fn public_key(tag: &str) -> &'static str {
    let element = IANA.split("<KeyDigest").find(|element| element.contains(tag)).unwrap();
    element.split("<PublicKey>").nth(1).unwrap().split('<').next().unwrap()
}

fn p256(index: usize) -> ZoneKey {
    ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, index)
}

/// A DNSKEY record of the root in presentation format.
fn dnskey(key: &ZoneKey) -> String {
    use base64ct::{Base64, Encoding};
    let key_text = Base64::encode_string(&key.public_key());
    format!(". 86400 IN DNSKEY {} {} {} {key_text}", key.flags, key.protocol, key.algorithm)
}

#[test]
fn ianas_file_gives_ianas_anchors_with_their_periods() {
    let file = read(IANA).unwrap();
    assert_eq!(file.format(), Format::IanaXml);
    let lines: Vec<usize> = file.entries().map(|entry| entry.line()).collect();
    assert_eq!(lines, [4, 10, 18]);
    let t = Timestamp::from_unix_seconds;
    let entries: Vec<_> = file.entries().collect();
    // From 2010-07-15 until 2019-01-11.
    let period = ValidityPeriod::new(t(1_279_152_000), t(1_547_164_800)).unwrap();
    assert_eq!((entries[0].key_tag(), entries[0].validity()), (19036, period));
    assert!(entries[0].is_trusted_at(t(1_547_164_800)));
    assert!(!entries[0].is_trusted_at(t(1_547_164_801)));
    let current: Vec<_> = file.trust_anchors().iter().skip(1).collect();
    assert_eq!(current, TrustAnchors::iana().iter().collect::<Vec<_>>());
}

#[test]
fn records_are_read_in_any_form_of_rfc_1035() {
    let key = public_key("<KeyTag>38696<");
    let (start, end) = key.split_at(100);
    for (text, expected) in [
        (format!(". IN DS 20326 8 2 {KSK_2017}"), vec![20326]),
        (
            format!(
                "; the root\n\n.\t172800  DS 20326 8 2 {} {} ; KSK-2017\r\n",
                &KSK_2017[..56],
                &KSK_2017[56..]
            ),
            vec![20326],
        ),
        (format!(". IN 172800 DS 20326 8 2 {KSK_2017}"), vec![20326]),
        (format!(". 2d IN DS 20326 8 2 {}", KSK_2017.to_lowercase()), vec![20326]),
        (format!(". 1w2d3h ds 20326 8 2 {KSK_2017}"), vec![20326]),
        (format!("\u{FEFF}. DS 20326 8 2 {KSK_2017}"), vec![20326]),
        (
            format!(
                "$TTL 1h\n$ORIGIN .\n@ IN DS 20326 8 2 {KSK_2017}\n  IN DS 38696 8 2 {KSK_2024}\n"
            ),
            vec![20326, 38696],
        ),
        (
            format!(". IN DNSKEY 257 3 8 (\n  {start} ; first\n  {end} ) ; key id = 38696\n"),
            vec![38696],
        ),
        (
            format!(". IN DS ( 20326 8 2\n\n{KSK_2017}\n)\n. IN DNSKEY 257 3 8 {key}"),
            vec![20326, 38696],
        ),
        // SHA-1 beside SHA-256, as old tools write them.
        (
            format!(". IN DS 20326 8 1 {}\n. IN DS 20326 8 2 {KSK_2017}", &KSK_2017[..40]),
            vec![20326],
        ),
    ] {
        assert_eq!(tags(&text), expected, "{text}");
        assert_eq!(read(&text).unwrap().format(), Format::Records, "{text}");
    }
}

#[test]
fn of_unbounds_states_only_valid_and_missed_are_trusted() {
    let keys: Vec<ZoneKey> = (0..7).map(p256).collect();
    let names = ["START", "ADDPEND", "VALID", "MISSED", "REVOKED", "REMOVED"];
    let mut text = String::from(
        "; autotrust trust anchor file\n;;id: . 1\n;;last_queried: 1795348800 ;;Sun Nov 22 12:00:00 2026\n",
    );
    for (state, (key, name)) in keys.iter().zip(names).enumerate() {
        text.push_str(&format!(
            "{} ;{{id = {} (ksk), size = 256b}} ;;state={state} [{name:^9}] ;;count=0 ;;lastchange=1795348800 ;;Sun Nov 22 12:00:00 2026\n",
            dnskey(key),
            key.key_tag()
        ));
    }
    let file = read(&text).unwrap();
    assert_eq!(file.format(), Format::Unbound);
    let trusted: Vec<u16> = file.trust_anchors().key_tags().collect();
    assert_eq!(trusted, [keys[2].key_tag(), keys[3].key_tag()]);
    let states: Vec<_> = file.entries().map(|entry| entry.state().unwrap().to_string()).collect();
    assert_eq!(states, names);
    let skipped: Vec<_> = file.entries().filter_map(|entry| entry.skip_reason()).collect();
    let untrusted = [State::Start, State::AddPend, State::Revoked, State::Removed];
    assert_eq!(skipped, untrusted.map(SkipReason::State));

    // A key without a state is trusted on its own, and a revoked key never counts, whatever its
    // state.
    let revoked = p256(6).with_flags(0x0181);
    let text = format!("{}\n{} ;;state=2 [  VALID  ]\n", dnskey(&keys[0]), dnskey(&revoked));
    assert_eq!(tags(&text), [keys[0].key_tag()]);
    assert_eq!(
        read(&text).unwrap().entries().nth(1).unwrap().skip_reason(),
        Some(SkipReason::Revoked)
    );

    // Unbound's mark that the whole zone is revoked.
    let text = format!(
        ";;REVOKED\n; The zone has all keys revoked\n{} ;;state=2 [  VALID  ]",
        dnskey(&keys[0])
    );
    let skipped =
        vec![Skipped { line: 3, key_tag: keys[0].key_tag(), reason: SkipReason::ZoneRevoked }];
    assert_eq!(read(&text), Err(AnchorFileError::NoneUsable { skipped }));
}

#[test]
fn binds_statements_are_read_with_all_their_kinds_and_comments() {
    let key = public_key("<KeyTag>20326<");
    let (start, end) = key.split_at(64);
    for (text, expected) in [
        (format!("trust-anchors {{ . initial-ds 20326 8 2 \"{KSK_2017}\"; }};"), vec![20326]),
        (
            format!(
                "# comment\n// another\n/* and\none */ trust-anchors {{\n  \".\" static-ds 38696 8 2 \"{} {}\"; . initial-key 257 3 8 \"{start}\n   {end}\";\n}};\n",
                &KSK_2024[..32],
                &KSK_2024[32..]
            ),
            vec![38696, 20326],
        ),
        (format!("trust-anchors{{. static-key 257 3 8 \"{start}\" \"{end}\";}};"), vec![20326]),
        (format!("managed-keys {{ \".\" initial-key 257 3 8 \"{key}\"; }};"), vec![20326]),
        (format!("trusted-keys {{ . 257 3 8 \"{key}\"; }}; managed-keys {{ }};"), vec![20326]),
    ] {
        assert_eq!(tags(&text), expected, "{text}");
        assert_eq!(read(&text).unwrap().format(), Format::Bind, "{text}");
    }
}

#[test]
fn unusable_keys_are_skipped_and_a_file_of_nothing_else_is_an_error_with_reasons() {
    let zsk = p256(1).with_flags(0x0100);
    let revoked = p256(2).with_flags(0x0181);
    let old = p256(3).with_algorithm_number(5);
    let sha_1 = p256(4).ds_presentation(&".".parse().unwrap(), 1);
    let text = [dnskey(&zsk), dnskey(&revoked), dnskey(&old), sha_1].join("\n");
    let unsupported = |algorithm, digest_type| SkipReason::Unsupported { algorithm, digest_type };
    let reasons = [
        SkipReason::NotEntryPoint,
        SkipReason::Revoked,
        unsupported(5, None),
        unsupported(13, Some(1)),
    ];
    let tags = [zsk.key_tag(), revoked.key_tag(), old.key_tag(), p256(4).key_tag()];
    let skipped: Vec<_> = std::iter::zip(tags, reasons)
        .enumerate()
        .map(|(index, (key_tag, reason))| Skipped { line: index + 1, key_tag, reason })
        .collect();
    let error = read(&text).unwrap_err();
    assert_eq!(error, AnchorFileError::NoneUsable { skipped });
    assert_eq!(
        error.to_string(),
        format!(
            "the file has no usable trust anchor: line 1, key tag {}: it is a zone-signing key (without the SEP flag); line 2, key tag {}: it is revoked; line 3, key tag {}: algorithm 5 with this key is not supported; line 4, key tag {}: algorithm 13 with digest type 1 is not supported, or the digest has the wrong length",
            tags[0], tags[1], tags[2], tags[3]
        )
    );
    for nothing in
        ["", "; nothing\n", "trust-anchors { };", "<TrustAnchor><Zone>.</Zone></TrustAnchor>"]
    {
        assert_eq!(
            read(nothing),
            Err(AnchorFileError::NoneUsable { skipped: vec![] }),
            "{nothing}"
        );
    }
    // Beside a valid key they do no harm.
    assert_eq!(self::tags(&format!("{text}\n{}", dnskey(&p256(5)))), [p256(5).key_tag()]);
}

/// Each with its line and problem, over all formats.
#[test]
fn invalid_trust_anchors_are_rejected_with_line_and_reason() {
    use LineProblem::{
        Directive, Element, Field, InvertedPeriod, KeyMismatch, Missing, OtherClass, OtherType,
        OtherZone, Statement, Twice, Unbalanced,
    };
    let ds = format!(". IN DS 20326 8 2 {KSK_2017}");
    let zone = |zone: &str| OtherZone { zone: zone.into() };
    let field = |field, found: &str| Field { field, found: found.into() };
    for (text, line, expected) in [
        (format!("{ds}\ncom. IN DS 20326 8 2 {KSK_2017}"), 2, zone("com.")),
        ("hello".into(), 1, zone("hello")),
        ("a..b DS".into(), 1, field("domain name", "a..b")),
        (format!("{ds}\n. IN NS a.root-servers.net."), 2, OtherType { found: "NS".into() }),
        (". IN".into(), 1, Missing { field: "the type" }),
        (" IN DS 1 8 2 00".into(), 1, Missing { field: "the owner" }),
        (". CH DS 1 8 2 00".into(), 1, OtherClass { found: "CH".into() }),
        (". CLASS3 DS 1 8 2 00".into(), 1, OtherClass { found: "CLASS3".into() }),
        (". DS +1 8 2 00".into(), 1, field("key tag", "+1")),
        (". DS 65536 8 2 00".into(), 1, field("key tag", "65536")),
        (". DS 1 RSASHA256 2 00".into(), 1, field("algorithm number", "RSASHA256")),
        (". DS 1 8".into(), 1, Missing { field: "digest type" }),
        (". DS 1 8 2".into(), 1, Missing { field: "the digest" }),
        (". DS 1 8 2 E06".into(), 1, field("hexadecimal digest", "E06")),
        (". DNSKEY 257 3 8".into(), 1, Missing { field: "the public key" }),
        (". DNSKEY 257 3 8 A=".into(), 1, field("public key in Base64", "A=")),
        ("\n. DS ( 1 8 2\n00".into(), 2, Unbalanced { what: "a parenthesis" }),
        (". DS 1 8 2 00 )".into(), 1, Unbalanced { what: "a parenthesis" }),
        (". DS ( ( 1 8 2 00 ) )".into(), 1, Unbalanced { what: "a parenthesis" }),
        ("$INCLUDE other".into(), 1, Directive { found: "$INCLUDE".into() }),
        ("$ORIGIN com.".into(), 1, zone("com.")),
        ("@ DS 1 8 2 00".into(), 1, zone("@")),
        (format!("{ds} ;;state=6 [ ?? ]"), 1, field("state of RFC 5011", "6")),
        (format!("{ds} ;;state= 2"), 1, field("state of RFC 5011", "")),
        (format!("{ds} ;;state=2 ;;state=1"), 1, Twice { field: "the state" }),
        (format!("{ds}\n;;state=1"), 2, Missing { field: "the key before its state" }),
        ("options { directory \"/\"; };".into(), 1, Statement { found: "options".into() }),
        ("trust-anchors { };\noptions { };".into(), 2, Statement { found: "options".into() }),
        (format!("trust-anchors {{\n com. static-ds 1 8 2 \"{KSK_2017}\"; }};"), 2, zone("com.")),
        (
            "trust-anchors { . some-ds 1 8 2 \"00\"; };".into(),
            1,
            field("kind of trust anchor", "some-ds"),
        ),
        (
            "trust-anchors { . static-ds 1 8 2 \"00\" }".into(),
            1,
            Missing { field: "`;` after a key" },
        ),
        ("trust-anchors { . static-ds 1 8 2 \"00\"; }".into(), 1, Unbalanced { what: "a brace" }),
        ("trust-anchors { . static-ds 1 8 2 \"00".into(), 1, Unbalanced { what: "a string" }),
        ("trust-anchors { /* ".into(), 1, Unbalanced { what: "a comment" }),
        ("<Anchors/>".into(), 1, Element { found: "Anchors".into(), expected: "TrustAnchor" }),
        (IANA.replace("<Zone>.<", "<Zone>com.<"), 3, zone("com.")),
        (IANA.replace("    <Zone>.</Zone>\n", ""), 2, Missing { field: "the element Zone" }),
        (
            IANA.replacen("<KeyTag>19036</KeyTag>", "", 1),
            4,
            Missing { field: "the element KeyTag" },
        ),
        (
            IANA.replacen("<KeyTag>19036</KeyTag>", "<KeyTag>1</KeyTag><KeyTag>2</KeyTag>", 1),
            4,
            Twice { field: "the element KeyTag" },
        ),
        (
            IANA.replacen("2010-07-15T00:00:00+00:00", "2010-07-15", 1),
            4,
            field("validFrom", "2010-07-15"),
        ),
        (
            IANA.replacen(" validFrom=\"2010-07-15T00:00:00+00:00\"", "", 1),
            4,
            Missing { field: "the attribute validFrom" },
        ),
        (IANA.replacen("validUntil=\"2019", "validUntil=\"2009", 1), 4, InvertedPeriod),
        (IANA.replacen("E06D44", "E06D45", 1), 10, KeyMismatch),
    ] {
        assert_eq!(problem(&text), (line, expected), "{text}");
    }
    // A key without the flag SEP is skipped.
    assert_eq!(tags(&IANA.replacen("<Flags>257<", "<Flags>256<", 1)), [19036, 38696]);
    assert!(matches!(problem("<TrustAnchor>"), (1, LineProblem::Xml { .. })));
    assert!(matches!(
        problem("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"),
        (_, LineProblem::Xml { .. })
    ));
    let error = read("com. DS 1 8 2 00").unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 1 of the trust anchors: the keys belong to the zone com.; only those of the root zone (`.`) are trust anchors here"
    );
}

#[test]
fn binary_or_oversized_input_is_rejected() {
    let read = |bytes: &[u8]| AnchorFile::read(bytes, PROVIDER);
    assert_eq!(read(b"\xFF\xFE.\0 \0D\0S\0"), Err(AnchorFileError::NotText));
    assert_eq!(read(b". DS\0"), Err(AnchorFileError::NotText));
    let key = dnskey(&p256(0));
    let largest = format!("{key}\n;{}", " ".repeat(AnchorFile::MAX_BYTES - key.len() - 2));
    assert!(read(largest.as_bytes()).is_ok());
    let (bytes, limit) = (largest.len() + 1, AnchorFile::MAX_BYTES);
    assert_eq!(
        read(format!("{largest} ").as_bytes()),
        Err(AnchorFileError::TooLarge { bytes, limit })
    );
}

#[test]
fn fractions_of_seconds_never_widen_a_period() {
    let text = IANA
        .replacen("2010-07-15T00:00:00+00:00", "2010-07-15T02:00:00.5+02:00", 1)
        .replacen("2019-01-11T00:00:00+00:00", "2019-01-11T00:00:00.9Z", 1);
    let file = read(&text).unwrap();
    let validity = file.entries().next().unwrap().validity();
    assert_eq!(validity.to_string(), "2010-07-15T00:00:01Z/2019-01-11T00:00:00Z");
}

#[test]
fn written_anchors_are_read_again_unchanged() {
    let revoked = dnskey(&p256(9).with_flags(0x0181));
    let records = format!("{}\n{revoked}\n. DS 20326 8 2 {KSK_2017}", dnskey(&p256(1)));
    for text in [IANA, &records] {
        let file = read(text).unwrap();
        let xml = file.to_xml("a <file> & \"more\"\u{1}", PROVIDER);
        let again = read(&xml).unwrap();
        assert_eq!(again.format(), Format::IanaXml);
        let known = |file: &AnchorFile| -> Vec<_> {
            let anchors = file.trust_anchors().iter();
            anchors.map(|anchor| (anchor.ds_rdata(PROVIDER), anchor.validity())).collect()
        };
        assert_eq!(known(&again), known(&file));
        assert_eq!(again.to_xml("a <file> & \"more\"\u{1}", PROVIDER), xml);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_makes_the_reader_panic(text in "[.@a-z0-9 \\t\\n\\r(){};/*#\"$=<>&!?-]{0,80}") {
        let _ = read(&text);
        let _ = read(&format!("trust-anchors {{ {text}"));
        let _ = read(&format!("<TrustAnchor>{text}"));
    }
}
