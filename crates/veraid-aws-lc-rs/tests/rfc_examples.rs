//! The signed records in the RFCs on DNSSEC's algorithms, under each provider.
//!
//! No RFC prints a whole chain. A root of the testkit delegates to the example's zone, which has a
//! key of the testkit, which signs the key set, and the RFC's key, which signed the record.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use base64ct::{Base64, Encoding};
use veraid_dnssec::crypto::{CryptoProvider, DigestAlgorithm, rust_crypto};
use veraid_dnssec::{
    BogusReason, ChainError, ChainVerifier, DnssecChain, Name, Question, RecordType, Timestamp,
    TrustAnchors, ValidityPeriod, VerifiedRrset,
};
use veraid_testkit::{
    FixedKey as _, MessageBuilder, Rrset, RrsigFields, ZoneAlgorithm, ZoneKey, period, rrsig_rdata,
};

const PROVIDERS: [CryptoProvider; 2] = [veraid_aws_lc_rs::PROVIDER, rust_crypto::PROVIDER];
const DAY: u64 = 86_400;

/// A record with its RRSIG, the DNSKEY that made it, and the DNSKEY's DS if the RFC prints it.
struct Example {
    section: &'static str,
    zone: &'static str,
    owner: &'static str,
    record_type: RecordType,
    rdata: &'static [u8],
    flags: u16,
    algorithm: u8,
    public_key: &'static str,
    key_tag: u16,
    ds: Option<(DigestAlgorithm, &'static str)>,
    labels: u8,
    inception: u64,
    expiration: u64,
    signature: &'static str,
}

const A: RecordType = RecordType::new(1);
const MX: RecordType = RecordType::new(15);
const MAIL: &[u8] = b"\x00\x0A\x04mail\x07example\x03com\x00";
/// 2000-01-01 and 2030-01-01.
const YEARS: (u64, u64) = (946_684_800, 1_893_456_000);

/// Too small to be accepted: a key of 512 bits.
const RSASHA256: Example = Example {
    section: "RFC 5702 section 6.1",
    zone: "example.net",
    owner: "www.example.net",
    record_type: A,
    rdata: &[192, 0, 2, 91],
    flags: 256,
    algorithm: 8,
    public_key: "AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmObdk=",
    key_tag: 9033,
    ds: None,
    labels: 3,
    inception: YEARS.0,
    expiration: YEARS.1,
    signature: "kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4bwg==",
};

const RSASHA512: Example = Example {
    section: "RFC 5702 section 6.2",
    algorithm: 10,
    public_key: "AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFDxj13tOnD9u/1kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL",
    key_tag: 3740,
    signature: "tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYgZBWm/zpq+9fOuagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw=",
    ..RSASHA256
};

const P256: Example = Example {
    section: "RFC 6605 section 6.1",
    rdata: &[192, 0, 2, 1],
    flags: 257,
    algorithm: 13,
    public_key: "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
    key_tag: 55648,
    ds: Some((
        DigestAlgorithm::Sha256,
        "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17",
    )),
    // 2010-08-12 to 2010-09-09, 10:04:39.
    inception: 1_281_607_479,
    expiration: 1_284_026_679,
    signature: "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
    ..RSASHA256
};

const P384: Example = Example {
    section: "RFC 6605 section 6.2",
    algorithm: 14,
    public_key: "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40",
    key_tag: 10771,
    ds: Some((
        DigestAlgorithm::Sha384,
        "72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d288405c3008a946df983d6",
    )),
    // The same days, 10:20:25.
    inception: 1_281_608_425,
    expiration: 1_284_027_625,
    signature: "/L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm",
    ..P256
};

/// The signatures of RFC 8080 count one label too many; these are from its erratum 4935.
const ED25519: Example = Example {
    section: "RFC 8080 section 6.1, first example",
    zone: "example.com",
    owner: "example.com",
    record_type: MX,
    rdata: MAIL,
    flags: 257,
    algorithm: 15,
    public_key: "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=",
    key_tag: 3613,
    ds: Some((
        DigestAlgorithm::Sha256,
        "3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b",
    )),
    labels: 2,
    inception: 1_438_207_200,
    expiration: 1_440_021_600,
    signature: "oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==",
};

const ED25519_SECOND: Example = Example {
    section: "RFC 8080 section 6.1, second example",
    public_key: "zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs=",
    key_tag: 35217,
    ds: Some((
        DigestAlgorithm::Sha256,
        "401781b934e392de492ec77ae2e15d70f6575a1c0bc59c5275c04ebe80c6614c",
    )),
    signature: "zXQ0bkYgQTEFyfLyi9QoiY6D8ZdYo4wyUhVioYZXFdT410QPRITQSqJSnzQoSm5poJ7gD7AQR0O7KuI5k2pcBg==",
    ..ED25519
};

const ED448: Example = Example {
    section: "RFC 8080 section 6.2, first example",
    algorithm: 16,
    public_key: "3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA",
    key_tag: 9713,
    ds: Some((
        DigestAlgorithm::Sha256,
        "6ccf18d5bc5d7fc2fceb1d59d17321402f2aa8d368048db93dd811f5cb2b19c7",
    )),
    signature: "3cPAHkmlnxcDHMyg7vFC34l0blBhuG1qpwLmjInI8w1CMB29FkEAIJUA0amxWndkmnBZ6SKiwZSAxGILn/NBtOXft0+Gj7FSvOKxE/07+4RQvE581N3Aj/JtIyaiYVdnYtyMWbSNyGEY2213WKsJlwEA",
    ..ED25519
};

const ED448_SECOND: Example = Example {
    section: "RFC 8080 section 6.2, second example",
    public_key: "kkreGWoccSDmUBGAe7+zsbG6ZAFQp+syPmYUurBRQc3tDjeMCJcVMRDmgcNLp5HlHAMy12VoISsA",
    key_tag: 38353,
    ds: Some((
        DigestAlgorithm::Sha256,
        "645ff078b3568f5852b70cb60e8e696cc77b75bfaaffc118cf79cbda1ba28af4",
    )),
    signature: "E1/oLjSGIbmLny/4fcgM1z4oL6aqo+izT3urCyHyvEp4Sp8Syg1eI+lJ57CSnZqjJP41O/9l4m0AsQ4f7qI1gVnML8vWWiyW2KXhT9kuAICUSxv5OWbf81Rq7Yu60npabODB0QFPb/rkW3kUZmQ0YQUA",
    ..ED448
};

/// The examples that our rules accept.
const TAKEN: [&Example; 7] =
    [&RSASHA512, &P256, &P384, &ED25519, &ED25519_SECOND, &ED448, &ED448_SECOND];

impl Example {
    fn zone(&self) -> Name {
        self.zone.parse().unwrap()
    }

    fn question(&self) -> Question {
        Question { name: self.owner.parse().unwrap(), record_type: self.record_type }
    }

    fn dnskey(&self) -> Vec<u8> {
        let flags = self.flags.to_be_bytes();
        let key = Base64::decode_vec(self.public_key).unwrap();
        [flags.as_slice(), &[3, self.algorithm], &key].concat()
    }

    /// The data of the DS.
    fn ds(&self) -> Option<Vec<u8>> {
        let (digest, text) = self.ds?;
        let number = match digest {
            DigestAlgorithm::Sha384 => 4,
            _ => 2,
        };
        let tag = self.key_tag.to_be_bytes();
        Some([tag.as_slice(), &[self.algorithm, number], &hex(text)].concat())
    }

    fn period(&self) -> ValidityPeriod {
        period(
            Timestamp::from_unix_seconds(self.inception),
            Timestamp::from_unix_seconds(self.expiration),
        )
    }

    fn answer(&self) -> Vec<u8> {
        let question = self.question();
        let rrset = Rrset {
            owner: question.name.clone(),
            record_type: self.record_type,
            ttl: 3600,
            rdata: vec![self.rdata.to_vec()],
        };
        let fields = RrsigFields {
            type_covered: self.record_type,
            algorithm: self.algorithm,
            labels: self.labels,
            original_ttl: 3600,
            inception: self.inception.try_into().unwrap(),
            expiration: self.expiration.try_into().unwrap(),
            key_tag: self.key_tag,
            signer: self.zone(),
        };
        let rrsig = fields.rdata(&Base64::decode_vec(self.signature).unwrap());
        MessageBuilder::new(&question).answer_rrset(&rrset, &[rrsig]).build()
    }
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|index| u8::from_str_radix(&text[index..index + 2], 16).unwrap())
        .collect()
}

/// Proves the example's record below a root of the testkit that has `ds` for the zone.
fn verify(
    example: &Example,
    ds: impl Fn(&ZoneKey) -> Vec<Vec<u8>>,
    at: Timestamp,
    crypto: CryptoProvider,
) -> Result<VerifiedRrset, ChainError> {
    let key = ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, 0);
    let (root, zone) = (Name::root(), example.zone());
    // A day longer than the example at both ends, so that its own times decide.
    let signed = period(
        example.period().start().saturating_sub(DAY),
        example.period().end().saturating_add(DAY),
    );
    let message = |signer: &Name, owner: &Name, record_type, rdata| {
        let rrset = Rrset { owner: owner.clone(), record_type, ttl: 3600, rdata };
        let fields = RrsigFields::honest(&rrset, &key, signer, signed);
        let rrsig = rrsig_rdata(&rrset, &fields, &key);
        MessageBuilder::new(&rrset.question()).answer_rrset(&rrset, &[rrsig]).build()
    };
    let keys = vec![key.dnskey_rdata(), example.dnskey()];
    let messages = [
        message(&root, &root, RecordType::DNSKEY, vec![key.dnskey_rdata()]),
        message(&root, &zone, RecordType::DS, ds(&key)),
        message(&zone, &zone, RecordType::DNSKEY, keys),
        example.answer(),
    ];
    let anchors = TrustAnchors::from_presentation(&key.ds_presentation(&root, 2)).unwrap();
    DnssecChain::parse(messages.iter().map(Vec::as_slice)).unwrap().verify(
        &example.question(),
        ValidityPeriod::at(at),
        &ChainVerifier::new(anchors, crypto),
    )
}

#[test]
fn records_of_the_rfcs_are_proved_from_inception_to_expiration() {
    for crypto in PROVIDERS {
        for example in TAKEN {
            let ds = |key: &ZoneKey| vec![key.ds_rdata(&example.zone(), 2)];
            let (start, end) = (example.period().start(), example.period().end());
            let rrset = verify(example, ds, start, crypto).expect(example.section);
            assert_eq!(rrset.rdata().collect::<Vec<_>>(), [example.rdata], "{}", example.section);
            assert_eq!(rrset.validity(), &example.period().into(), "{}", example.section);
            let link = rrset.links().last().unwrap();
            assert_eq!((link.key_tag(), link.algorithm()), (example.key_tag, example.algorithm));
            assert!(verify(example, ds, end, crypto).is_ok(), "{}", example.section);
            for at in [start.saturating_sub(1), end.saturating_add(1)] {
                let error = verify(example, ds, at, crypto).unwrap_err();
                assert!(
                    matches!(error, ChainError::NeverSecure { key_tag, .. } if key_tag == example.key_tag),
                    "{}: {error}",
                    example.section
                );
            }
        }
    }
}

#[test]
fn digests_of_the_rfcs_lead_to_their_keys() {
    for crypto in PROVIDERS {
        for example in TAKEN {
            let Some(ds) = example.ds() else { continue };
            let (digest, _) = example.ds.unwrap();
            let digested = [example.zone().as_wire(), &example.dnskey()].concat();
            assert_eq!(crypto.digest(digest, &digested), ds[4..], "{}", example.section);
            // The key that the DS names did not sign the key set, so the walk ends there, and only
            // there.
            let start = example.period().start();
            let reason = |ds: Vec<u8>| match verify(example, |_| vec![ds.clone()], start, crypto) {
                Err(ChainError::Bogus { reason, .. }) => reason,
                other => panic!("{}: {other:?}", example.section),
            };
            let own = ZoneKey::fixed(ZoneAlgorithm::EcdsaP256, 0);
            assert_eq!(
                reason(ds.clone()),
                BogusReason::NoSuchKey { key_tag: own.key_tag(), algorithm: own.algorithm },
                "{}",
                example.section
            );
            let mut other = ds;
            other[4] ^= 1;
            assert_eq!(reason(other), BogusReason::NoKeyForDs, "{}", example.section);
        }
    }
}

#[test]
fn a_key_of_512_bits_is_rejected() {
    let ds = |key: &ZoneKey| vec![key.ds_rdata(&RSASHA256.zone(), 2)];
    for crypto in PROVIDERS {
        assert_eq!(
            verify(&RSASHA256, ds, RSASHA256.period().start(), crypto),
            Err(ChainError::Bogus {
                question: RSASHA256.question(),
                zone: RSASHA256.zone(),
                reason: BogusReason::NoSuchKey { key_tag: 9033, algorithm: 8 },
            })
        );
    }
}

#[test]
fn a_digest_of_sha_1_or_a_key_of_algorithm_5_leads_nowhere() {
    // RFC 4034 section 5.4 and RFC 4509 section 2.3, put above the zone of another example.
    for (number, digest) in [
        (1, "2bb183af5f22588179a53b0a98631fad1a292118"),
        (2, "d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a"),
    ] {
        let ds = [60485_u16.to_be_bytes().as_slice(), &[5, number], &hex(digest)].concat();
        for crypto in PROVIDERS {
            assert_eq!(
                verify(&P256, |_| vec![ds.clone()], P256.period().start(), crypto),
                Err(ChainError::Insecure { zone: P256.zone() })
            );
        }
    }
}
