//! Chains recorded from the live DNS, and the example of RFC 9102, from the tests of the crate
//! dnssec-prover.
//!
//! The tests contain records as Rust literals. Only their shape, `Kind { field: value, … }`, is
//! read, function by function.

use std::collections::BTreeSet;

use veraid_dnssec::{Name, Question, RecordType, Timestamp, ValidityPeriod};

use super::chain::{Signed, anchor_line, input, read_rrsig, signed_rrsets};
use super::presentation::{self, Record};
use super::tally::Tally;
use super::vector::{Expect, PublicVector};

const SOURCE: &str = "dnssec-prover";
const ORIGIN: &str = "records of the live DNS in the tests of the crate dnssec-prover 0.6.10; messages rebuilt from them";

/// KSK-2017, which signed the root's keys when the chains were recorded.
const KSK_2017: &str =
    ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D";

/// The recorded chains: the functions whose records make up each, the last of them with the answer.
const RECORDED: [(&str, &str, &[&str]); 6] = [
    (
        "txt-of-two-records",
        "TXT",
        &["root_dnskey", "com_dnskey", "mattcorallo_dnskey", "mattcorallo_txt_record"],
    ),
    (
        "txt",
        "TXT",
        &["root_dnskey", "ninja_dnskey", "bitcoin_ninja_dnskey", "bitcoin_ninja_txt_record"],
    ),
    (
        "txt-of-records-hard-to-sort",
        "TXT",
        &[
            "root_dnskey",
            "ninja_dnskey",
            "bitcoin_ninja_dnskey",
            "bitcoin_ninja_txt_sort_edge_cases_records",
        ],
    ),
    (
        "cname",
        "CNAME",
        &["root_dnskey", "ninja_dnskey", "bitcoin_ninja_dnskey", "bitcoin_ninja_cname_record"],
    ),
    (
        "dname",
        "DNAME",
        &["root_dnskey", "ninja_dnskey", "bitcoin_ninja_dnskey", "bitcoin_ninja_dname_record"],
    ),
    (
        "txt-of-a-fourth-zone",
        "TXT",
        &[
            "root_dnskey",
            "ninja_dnskey",
            "bitcoin_ninja_dnskey",
            "bitcoin_ninja_nsec_dnskey",
            "bitcoin_ninja_nsec_record",
        ],
    ),
];

pub(super) fn vectors(source: &str, tally: &mut Tally) -> Result<Vec<PublicVector>, String> {
    let mut vectors = Vec::new();
    for (case, record_type, functions) in RECORDED {
        let mut records = Vec::new();
        for function in functions {
            records.extend(literals(body(source, function)?)?);
        }
        let record_type = presentation::record_type(record_type)?;
        let anchors = vec![KSK_2017.to_owned()];
        vectors.extend(with_derived(
            "dnssec-prover",
            case,
            ORIGIN,
            anchors,
            &records,
            record_type,
        )?);
    }
    vectors.extend(wildcard(source)?);
    let (anchor, records) = rfc_9102(source)?;
    let origin = "the example of RFC 9102 appendix A.1, as the crate dnssec-prover 0.6.10 has it; messages rebuilt from it";
    let tlsa = presentation::record_type("TLSA")?;
    vectors.extend(with_derived("rfc9102", "tlsa", origin, vec![anchor], &records, tlsa)?);
    for vector in &vectors {
        let outcome = match vector.expect {
            Expect::Valid { .. } => "valid".to_owned(),
            Expect::Invalid(code) => format!("invalid, KL{code}"),
        };
        tally.count(SOURCE, outcome);
    }
    Ok(vectors)
}

/// The chain with all of `records` at an instant in the middle of the seconds in which all are
/// valid, and variants with parts left out or at other times.
fn with_derived(
    folder: &'static str,
    case: &str,
    origin: &str,
    trust_anchors: Vec<String>,
    records: &[Record],
    record_type: RecordType,
) -> Result<Vec<PublicVector>, String> {
    let chain = signed_rrsets(records);
    let is_answer = |signed: &&Signed| signed.rrset.record_type == record_type;
    let answer = chain.iter().rfind(is_answer).ok_or_else(|| format!("{case} has no answer"))?;
    let common = common_period(&chain)?;
    let (start, end) = (common.start(), common.end());
    let middle = start.saturating_add(common.span_seconds() / 2);
    let valid = PublicVector {
        folder,
        case: case.into(),
        description: format!("{} as it was recorded.", answer.question()),
        spec: "RFC 4035 section 5",
        derived_from: None,
        origin: origin.into(),
        trust_anchors,
        at: middle,
        question: answer.question(),
        input: input(&chain),
        expect: Expect::Valid { records: answer.sorted_rdata(), validity: Some(common) },
    };
    let derive = |suffix: &str, description: String, spec, change: &dyn Fn(&mut PublicVector)| {
        let mut vector = PublicVector {
            case: format!("{case}-{suffix}"),
            description,
            spec,
            derived_from: Some(valid.id()),
            ..valid.clone()
        };
        change(&mut vector);
        vector
    };
    let times: [(&str, &str, Timestamp, bool); 4] = [
        ("first-second", "The first second in which every signature holds.", start, true),
        ("second-before", "One second before that.", start.saturating_sub(1), false),
        ("last-second", "The last second in which every signature holds.", end, true),
        ("second-after", "One second after that.", end.saturating_add(1), false),
    ];
    let mut vectors = vec![valid.clone()];
    for (suffix, description, at, holds) in times {
        let vector = derive(suffix, description.into(), "RFC 4035 section 5.3.1", &|vector| {
            vector.at = at;
            if !holds {
                vector.expect = Expect::Invalid(2031);
            }
        });
        vectors.push(vector);
    }
    for (place, link) in chain.iter().enumerate() {
        let suffix = format!("without-{}", slug(&link.question()));
        let description = format!("Without the message for {}.", link.question());
        let rest = || chain.iter().enumerate().filter(move |(other, _)| *other != place);
        vectors.push(derive(&suffix, description, "RFC 4035 section 5", &|vector| {
            vector.input = input(rest().map(|(_, signed)| signed));
            vector.expect = Expect::Invalid(2001);
        }));
    }
    Ok(vectors)
}

/// The recorded wildcard expansion, which is rejected: nothing proves that no closer name exists.
fn wildcard(source: &str) -> Result<Vec<PublicVector>, String> {
    let mut records = Vec::new();
    for function in ["root_dnskey", "ninja_dnskey", "bitcoin_ninja_dnskey"] {
        records.extend(literals(body(source, function)?)?);
    }
    let text = body(source, "bitcoin_ninja_wildcard_record")?
        .replace("name.clone()", "\"asdf.wildcard_test.dnssec_proof_tests.bitcoin.ninja.\"");
    records.extend(literals(&text)?);
    let chain = signed_rrsets(&records);
    let answer = chain
        .iter()
        .find(|signed| signed.rrset.record_type == RecordType::TXT)
        .ok_or("the wildcard has no TXT record")?;
    let path = chain.iter().filter(|signed| signed.rrset.record_type.number() != 50);
    Ok(vec![PublicVector {
        folder: "dnssec-prover",
        case: "wildcard".into(),
        description: format!("{} as it was recorded, expanded from a wildcard.", answer.question()),
        spec: "RFC 4035 section 5.3.4",
        derived_from: None,
        origin: ORIGIN.into(),
        trust_anchors: vec![KSK_2017.to_owned()],
        at: Timestamp::from_unix_seconds(1_786_100_000),
        question: answer.question(),
        input: input(path),
        expect: Expect::Invalid(2015),
    }])
}

/// The seconds in which every signature is valid. If an RRset has several signatures, all must have
/// the same period, so that it does not matter which one is used.
fn common_period(chain: &[Signed]) -> Result<ValidityPeriod, String> {
    let instant = |seconds: u32| Timestamp::from_unix_seconds(u64::from(seconds));
    let mut common = ValidityPeriod::ALWAYS;
    for signed in chain {
        let times: BTreeSet<(u32, u32)> = signed
            .rrsigs
            .iter()
            .map(|rrsig| read_rrsig(rrsig).fields)
            .map(|fields| (fields.inception, fields.expiration))
            .collect();
        let mut times = times.into_iter();
        let (Some((inception, expiration)), None) = (times.next(), times.next()) else {
            return Err(format!("{} is not signed once", signed.question()));
        };
        let period = ValidityPeriod::new(instant(inception), instant(expiration));
        let period = period.map_err(|error| error.to_string())?;
        common = common.intersection(period).ok_or("signatures share no second")?;
    }
    Ok(common)
}

fn slug(question: &Question) -> String {
    let name: String = question
        .name
        .to_string()
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character } else { '-' })
        .collect();
    let name = name.trim_matches('-');
    let name = if name.is_empty() { "root" } else { name };
    format!("{}-{}", name.replace("--", "-"), question.record_type).to_ascii_lowercase()
}

/// The source of the body of the function `name`.
fn body<'a>(source: &'a str, name: &str) -> Result<&'a str, String> {
    let (_, rest) =
        source.split_once(&format!("fn {name}(")).ok_or(format!("no function {name}"))?;
    Ok(rest.split("\n\t}\n").next().unwrap_or(rest))
}

/// The records that `text` writes as literals.
fn literals(text: &str) -> Result<Vec<Record>, String> {
    const KINDS: [(&str, u16); 6] =
        [("DnsKey", 48), ("DS", 43), ("RRSig", 46), ("Txt", 16), ("CName", 5), ("DName", 39)];
    let mut records = Vec::new();
    for part in text.split(" {\n").collect::<Vec<_>>().windows(2) {
        let word = part[0].rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let Some((_, number)) = KINDS.iter().find(|(kind, _)| *kind == word) else { continue };
        let fields = Fields(part[1].split("\n\t\t}").next().unwrap_or_default());
        records.push(fields.record(RecordType::new(*number))?);
    }
    Ok(records)
}

/// The fields of one literal.
struct Fields<'a>(&'a str);

impl<'a> Fields<'a> {
    fn value(&self, name: &str) -> Result<&'a str, String> {
        let starts = [format!("\t{name}: "), format!(" {name}: ")];
        let rest = starts.iter().find_map(|start| self.0.split_once(start.as_str()));
        let (_, value) = rest.ok_or_else(|| format!("no field {name} in {}", self.0))?;
        Ok(value)
    }

    fn quoted(&self, name: &str) -> Result<&'a str, String> {
        self.value(name)?.split('"').nth(1).ok_or_else(|| format!("{name} is not quoted"))
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T, String> {
        let digits = self.value(name)?.split(|c: char| !c.is_ascii_digit()).next();
        digits.unwrap_or_default().parse().map_err(|_| format!("{name} is not a number"))
    }

    fn octet(&self, name: &str) -> Result<u8, String> {
        self.number(name)
    }

    fn name(&self, name: &str) -> Result<Name, String> {
        presentation::name(self.quoted(name)?)
    }

    fn record(&self, record_type: RecordType) -> Result<Record, String> {
        let mut rdata = Vec::new();
        match record_type {
            RecordType::DNSKEY => {
                rdata.extend(self.number::<u16>("flags")?.to_be_bytes());
                rdata.extend([self.octet("protocol")?, self.octet("alg")?]);
                rdata.extend(presentation::base64(self.quoted("pubkey")?)?);
            }
            RecordType::DS => {
                rdata.extend(self.number::<u16>("key_tag")?.to_be_bytes());
                rdata.extend([self.octet("alg")?, self.octet("digest_type")?]);
                rdata.extend(presentation::hex(self.quoted("digest")?)?);
            }
            RecordType::RRSIG => {
                let covered = self.value("ty")?.split(':').next().unwrap_or_default();
                rdata.extend(presentation::record_type(covered)?.number().to_be_bytes());
                rdata.extend([self.octet("alg")?, self.octet("labels")?]);
                rdata.extend(self.number::<u32>("orig_ttl")?.to_be_bytes());
                rdata.extend(self.number::<u32>("expiration")?.to_be_bytes());
                rdata.extend(self.number::<u32>("inception")?.to_be_bytes());
                rdata.extend(self.number::<u16>("key_tag")?.to_be_bytes());
                rdata.extend(self.name("key_name")?.as_wire());
                rdata.extend(presentation::base64(self.quoted("signature")?)?);
            }
            RecordType::TXT => {
                // Long texts are split into full character-strings.
                for string in self.quoted("data")?.as_bytes().chunks(255) {
                    rdata.push(string.len() as u8);
                    rdata.extend(string);
                }
            }
            RecordType::CNAME => rdata.extend(self.name("canonical_name")?.as_wire()),
            _ => rdata.extend(self.name("delegation_name")?.as_wire()),
        }
        Ok(Record { owner: self.name("name")?, record_type, ttl: 300, rdata })
    }
}

/// The trust anchor and the records of RFC 9102's example, whose names are not compressed.
fn rfc_9102(source: &str) -> Result<(String, Vec<Record>), String> {
    let (_, rest) = source.split_once("key_tag: 47005").ok_or("no trust anchor of RFC 9102")?;
    let digest = presentation::hex(rest.split('"').nth(1).unwrap_or_default())?;
    let anchor = anchor_line(&[&47005_u16.to_be_bytes(), [13, 2].as_slice(), &digest].concat());
    let octets = presentation::hex(
        body(source, "rfc9102_parse_test")?.split('"').nth(1).unwrap_or_default(),
    )?;
    let mut records = Vec::new();
    let mut rest = octets.as_slice();
    while !rest.is_empty() {
        let mut labels = Vec::new();
        while rest[0] != 0 {
            let (label, after) = rest[1..].split_at(usize::from(rest[0]));
            labels.push(label);
            rest = after;
        }
        let owner =
            labels.iter().rev().fold(Name::root(), |name, label| name.prepend(label).unwrap());
        let number = |index: usize| u16::from_be_bytes([rest[index], rest[index + 1]]);
        let record_type = RecordType::new(number(1));
        let ttl = u32::from(number(5)) << 16 | u32::from(number(7));
        let (rdata, after) = rest[11..].split_at(usize::from(number(9)));
        records.push(Record { owner, record_type, ttl, rdata: rdata.to_vec() });
        rest = after;
    }
    Ok((anchor, records))
}
