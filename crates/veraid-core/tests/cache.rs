//! The cache never changes a result.
//!
//! Every vector is verified at its own and at other times, under its own and under other trust
//! anchors and policies, by a verifier without a cache. Verifiers with caches then verify the same,
//! in order and shuffled, and must give equal values: error, validity, proof and all.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a test that fails by a panic has done its work"
)]

use std::collections::BTreeMap;
use std::path::Path;

use base64ct::{Base64, Encoding};
use kliento_conformance::{Operation, Question, builtin, discover};
use veraid_core::{
    BundleParseError, CacheLimits, CacheLookup, Profile, ServiceOid, SignatureBundle, Timestamp,
    TrustAnchors, ValidityPeriod, VerificationPolicy, VerifiedSignature, Verifier, VerifyError,
};
use veraid_dnssec::{ChainVerifier, DnssecChain};
use veraid_testkit::{KLIENTO_SERVICE, Scenario, default_instant};

const DAY: u64 = 86_400;
const CRYPTO: veraid_core::crypto::CryptoProvider = veraid_aws_lc_rs::PROVIDER;

/// The configuration of a verifier, without its cache.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Configuration {
    anchors: String,
    policy: String,
}

impl Configuration {
    fn verifier(&self) -> Verifier {
        let policy = VerificationPolicy::default();
        let policy = match self.policy.as_str() {
            "default" => policy,
            "only VeraId" => policy.only_profile(Profile::VeraId),
            "only DomainAuth" => policy.only_profile(Profile::DomainAuth),
            "caps" => policy.with_veraid_caps(),
            leeway => policy.with_leeway_seconds(leeway.parse().unwrap()),
        };
        let anchors = TrustAnchors::from_presentation(&self.anchors).unwrap();
        Verifier::with_crypto(anchors, CRYPTO).with_policy(policy)
    }
}

type Verdict = Result<VerifiedSignature, Refused>;

#[derive(Clone, Debug, PartialEq)]
enum Refused {
    Malformed(BundleParseError),
    Invalid(VerifyError),
}

/// A question, and its answer from a verifier without a cache.
struct Ask {
    name: String,
    octets: Vec<u8>,
    detached: Option<Vec<u8>>,
    service: ServiceOid,
    period: ValidityPeriod,
    configuration: Configuration,
    expected: Verdict,
}

impl Ask {
    fn plainly(
        octets: &[u8],
        detached: Option<&[u8]>,
        service: &ServiceOid,
        period: ValidityPeriod,
        verifier: &Verifier,
    ) -> Verdict {
        let bundle = SignatureBundle::from_der(octets).map_err(Refused::Malformed)?;
        match detached {
            Some(content) => bundle.verify_detached(content, service, period, verifier),
            None => bundle.verify(service, period, verifier),
        }
        .map_err(Refused::Invalid)
    }

    fn of(&self, verifier: &Verifier) -> Verdict {
        let Self { octets, service, period, .. } = self;
        if let Some(content) = &self.detached {
            return Self::plainly(octets, Some(content), service, *period, verifier);
        }
        let max = SignatureBundle::MAX_SIZE_BYTES;
        match SignatureBundle::look_up(octets, max, service, *period, verifier) {
            CacheLookup::Hit(verdict) => {
                verdict.map(|signature| *signature).map_err(Refused::Invalid)
            }
            CacheLookup::OrganisationCached(bundle) => bundle.verify().map_err(Refused::Invalid),
            CacheLookup::Miss => Self::plainly(octets, None, service, *period, verifier),
        }
    }
}

/// Pseudo-random numbers that are identical in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        // Xorshift (Marsaglia 2003).
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn shuffled(&mut self, length: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..length).collect();
        for last in (1..length).rev() {
            order.swap(last, self.below(last as u64 + 1) as usize);
        }
        order
    }
}

fn bytes_of(question: &Question) -> Option<Vec<u8>> {
    match (&question.header, &question.input) {
        (Some(header), _) => Base64::decode_vec(header.strip_prefix("Kliento ")?).ok(),
        (None, Some(input)) => Base64::decode_vec(input).ok(),
        _ => None,
    }
}

/// Instants around which something begins or ends, and unrelated ones.
fn instants(period: ValidityPeriod, verdict: &Verdict, numbers: &mut Numbers) -> Vec<Timestamp> {
    let at = period.end();
    let mut instants = vec![at.saturating_sub(40 * DAY), at.saturating_add(40 * DAY)];
    if let Ok(signature) = verdict {
        let validity = signature.validity();
        let link = &signature.proof().links()
            [numbers.below(signature.proof().links().len() as u64) as usize];
        for period in [validity, link.period()] {
            instants.extend([
                period.start().saturating_sub(1),
                period.start(),
                period.end(),
                period.end().saturating_add(1),
            ]);
        }
        let within = numbers.below(validity.span_seconds().max(1));
        instants.push(validity.start().saturating_add(within));
    }
    instants
}

/// All questions, each with the answer of a verifier without a cache.
fn asks() -> Vec<Ask> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors");
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let mut asks = Vec::new();
    let foreign = Scenario::default().build().trust_anchors;
    for (file, vector) in discover(&root).unwrap_or_else(|error| panic!("{error}")) {
        let question = &vector.question;
        if !matches!(question.operation, Operation::VerifyToken | Operation::VerifyBundle) {
            continue;
        }
        let (Some(octets), Ok(service), Ok(period)) =
            (bytes_of(question), builtin::service(question), builtin::period(question))
        else {
            continue;
        };
        let detached =
            question.plaintext.as_ref().map(|plaintext| Base64::decode_vec(plaintext).unwrap());
        let own = Configuration {
            anchors: question.trust_anchors.join("\n"),
            policy: question.leeway.map_or("default".into(), |seconds| seconds.to_string()),
        };
        let mut ask = |configuration: &Configuration, period| {
            let verifier = configuration.verifier();
            let expected = Ask::plainly(&octets, detached.as_deref(), &service, period, &verifier);
            asks.push(Ask {
                name: file.display().to_string(),
                octets: octets.clone(),
                detached: detached.clone(),
                service: service.clone(),
                period,
                configuration: configuration.clone(),
                expected: expected.clone(),
            });
            expected
        };
        let verdict = ask(&own, period);
        if matches!(verdict, Err(Refused::Malformed(_))) {
            continue;
        }
        for instant in instants(period, &verdict, &mut numbers) {
            let _ = ask(&own, ValidityPeriod::at(instant));
        }
        if verdict.is_ok() {
            let with = |policy: &str| Configuration { policy: policy.into(), ..own.clone() };
            for other in ["only VeraId", "only DomainAuth", "caps", "300"].map(with) {
                let _ = ask(&other, period);
                let _ = ask(&other, ValidityPeriod::at(period.start().saturating_sub(299)));
            }
            let _ = ask(&Configuration { anchors: foreign.clone(), ..own.clone() }, period);
        }
    }
    asks
}

/// Asks verifiers with caches, one for each configuration, in this order.
fn ask_in(order: &[usize], asks: &[Ask], verifiers: &BTreeMap<Configuration, Verifier>) {
    for &index in order {
        let ask = &asks[index];
        let verdict = ask.of(&verifiers[&ask.configuration]);
        assert_eq!(
            verdict, ask.expected,
            "{} at {}, {:?}",
            ask.name, ask.period, ask.configuration.policy
        );
    }
}

#[test]
fn a_verifier_with_a_cache_has_the_verdicts_of_one_without() {
    let asks = asks();
    let valid = asks.iter().filter(|ask| ask.expected.is_ok()).count();
    assert!(asks.len() > 10_000 && valid > 3_000, "{} questions, {valid} valid", asks.len());
    let memories = [
        CacheLimits::RECOMMENDED,
        CacheLimits::DISABLED.with_zone_bytes(100_000),
        CacheLimits::DISABLED.with_organisation_bytes(64_000_000),
        // So small that most entries are evicted.
        CacheLimits::DISABLED
            .with_zone_bytes(2_000)
            .with_organisation_bytes(100_000)
            .with_bundle_bytes(30_000),
    ];
    std::thread::scope(|scope| {
        for (number, limits) in (1..).zip(memories) {
            let asks = &asks;
            scope.spawn(move || {
                let configurations = asks.iter().map(|ask| ask.configuration.clone());
                let cached = |configuration: Configuration| {
                    let verifier = configuration.verifier().with_cache(limits);
                    (configuration, verifier)
                };
                let verifiers: BTreeMap<_, _> = configurations.map(cached).collect();
                let mut numbers = Numbers(number);
                // Cold at first, then with everything cached that can be.
                ask_in(&numbers.shuffled(asks.len()), asks, &verifiers);
                ask_in(&numbers.shuffled(asks.len()), asks, &verifiers);
                let hits = verifiers.values().fold([0; 3], |hits, verifier| {
                    let counters = verifier.cache_stats();
                    [
                        hits[0] + counters.zones.hits,
                        hits[1] + counters.organisations.hits,
                        hits[2] + counters.bundles.hits,
                    ]
                });
                assert!(hits.iter().any(|&hits| hits > 1_000), "{limits:?}: {hits:?}");
            });
        }
    });
}

#[test]
fn a_walk_ends_alike_for_all_periods_within_its_reuse_period() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors");
    let mut numbers = Numbers(7);
    let mut tried = 0;
    for (file, vector) in discover(&root).unwrap_or_else(|error| panic!("{error}")) {
        let question = &vector.question;
        if question.operation != Operation::VerifyChain {
            continue;
        }
        let (Some(octets), Ok(period), Ok(anchors)) =
            (bytes_of(question), builtin::period(question), builtin::anchors(question))
        else {
            continue;
        };
        let Ok(chain) = veraid_core::parse_dnssec_chain(&octets) else { continue };
        let asked = veraid_dnssec::Question {
            name: question.name.as_ref().unwrap().parse().unwrap(),
            record_type: question.record_type.as_ref().unwrap().parse().unwrap(),
        };
        let verifier = ChainVerifier::new(anchors, CRYPTO);
        let verify = |chain: &DnssecChain, period| chain.verify(&asked, period, &verifier);
        let Ok(proved) = verify(&chain, period) else { continue };
        let Some(reuse_period) = proved.reuse_period() else { continue };
        let mut within = |limit: u64| reuse_period.start().saturating_add(numbers.below(limit));
        let span = reuse_period.span_seconds() + 1;
        let (a, b) = (within(span), within(span));
        for period in [
            ValidityPeriod::at(reuse_period.start()),
            ValidityPeriod::at(reuse_period.end()),
            ValidityPeriod::new(a.min(b), a.max(b)).unwrap(),
        ] {
            assert_eq!(
                verify(&chain, period),
                Ok(proved.clone()),
                "{} at {period}",
                file.display()
            );
            tried += 1;
        }
    }
    assert!(tried > 300, "{tried}");
}

#[test]
fn a_bundle_that_differs_in_any_bit_is_proved_for_itself() {
    let made = Scenario::default().build();
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let plain = Verifier::with_crypto(anchors, CRYPTO);
    let cached = plain.clone().with_cache(CacheLimits::RECOMMENDED);
    let service: ServiceOid = KLIENTO_SERVICE.parse().unwrap();
    let at = ValidityPeriod::at(default_instant());
    let ask = |octets: &[u8]| Ask {
        name: String::new(),
        octets: octets.to_vec(),
        detached: None,
        service: service.clone(),
        period: at,
        configuration: Configuration { anchors: String::new(), policy: String::new() },
        expected: Ask::plainly(octets, None, &service, at, &plain),
    };
    let original = ask(&made.der);
    assert!(original.of(&cached).is_ok());
    let mut numbers = Numbers(3);
    for _ in 0..2_000 {
        let mut octets = made.der.clone();
        let bit = numbers.below(octets.len() as u64 * 8) as usize;
        octets[bit / 8] ^= 1 << (bit % 8);
        let mutant = ask(&octets);
        assert_eq!(mutant.of(&cached), mutant.expected, "bit {bit}");
        assert!(mutant.expected.is_err() || mutant.expected == original.expected, "bit {bit}");
    }
    assert_eq!(original.of(&cached), original.expected);
}

#[test]
fn each_question_counts_once() {
    let made = Scenario::default().build();
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let verifier = Verifier::with_crypto(anchors, CRYPTO).with_cache(CacheLimits::RECOMMENDED);
    let service: ServiceOid = KLIENTO_SERVICE.parse().unwrap();
    let at = ValidityPeriod::at(default_instant());
    let other = Scenario { user: Some("bob".into()), ..Scenario::default() }.build_on(&made.chain);
    // Hits and misses of bundles, then of organisations.
    for (der, expected) in [
        (&made.der, [0, 1, 0, 1]),
        (&other.der, [0, 2, 1, 1]),
        (&made.der, [1, 2, 1, 1]),
        (&other.der, [2, 2, 1, 1]),
    ] {
        let max = SignatureBundle::MAX_SIZE_BYTES;
        let verdict = match SignatureBundle::look_up(der, max, &service, at, &verifier) {
            CacheLookup::Hit(verdict) => verdict.map(|signature| *signature),
            CacheLookup::OrganisationCached(bundle) => bundle.verify(),
            CacheLookup::Miss => {
                SignatureBundle::from_der(der).unwrap().verify(&service, at, &verifier)
            }
        };
        assert!(verdict.is_ok());
        let stats = verifier.cache_stats();
        let counts = [
            stats.bundles.hits,
            stats.bundles.misses,
            stats.organisations.hits,
            stats.organisations.misses,
        ];
        assert_eq!(counts, expected);
    }
}
