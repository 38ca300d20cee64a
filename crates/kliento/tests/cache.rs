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
use kliento::{
    CacheLimits, Profile, Timestamp, TokenBundle, TokenCacheLookup, TokenPolicy, TrustAnchors,
    ValidityPeriod, VerificationPolicy, VerifiedToken, Verifier,
};
use kliento_conformance::{Operation, Question, builtin, discover};
use veraid_core::{
    BundleParseError, CacheLookup, ServiceOid, SignatureBundle, VerifiedSignature, VerifyError,
};
use veraid_dnssec::{ChainVerifier, DnssecChain};
use veraid_testkit::{
    AUDIENCE, MockBundle, Scenario, Signer, TestProfile, default_instant, kliento_token, period,
};

const DAY: u64 = 86_400;
const CRYPTO: kliento::crypto::CryptoProvider = veraid_aws_lc_rs::PROVIDER;

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
        (Some(header), _) => kliento::decode_auth_header(header).ok(),
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

/// The result for a token's octets by a verifier that may have a cache.
fn token(
    octets: &[u8],
    policy: TokenPolicy,
    audience: &str,
    at: Timestamp,
    verifier: &Verifier,
) -> Result<VerifiedToken, kliento::VerifyError> {
    match TokenBundle::look_up(octets, policy, &[audience], at, verifier) {
        TokenCacheLookup::Hit(verdict) => verdict.map(|token| *token),
        TokenCacheLookup::OrganisationCached(token) => token.verify(&[audience]),
        TokenCacheLookup::Miss => {
            TokenBundle::from_der(octets).unwrap().verify_with(policy, audience, at, verifier)
        }
    }
}

#[test]
fn audience_policy_and_time_are_checked_for_a_cached_token_at_each_call() {
    let made = Scenario::default().build();
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let plain = Verifier::with_crypto(anchors, CRYPTO);
    let cached = plain.clone().with_cache(CacheLimits::RECOMMENDED);
    let short = TokenPolicy::default().with_max_validity_seconds(60);
    let (at, last) = (default_instant(), default_instant().saturating_add(600));
    let asks = [
        (TokenPolicy::default(), AUDIENCE, at),
        (TokenPolicy::default(), "https://other.example", at),
        (short, AUDIENCE, at),
        (TokenPolicy::default(), AUDIENCE, last),
        (TokenPolicy::default(), AUDIENCE, last.saturating_add(1)),
        (TokenPolicy::default(), AUDIENCE, at.saturating_sub(61)),
    ];
    for _ in 0..2 {
        for (policy, audience, at) in asks {
            let expected =
                TokenBundle::from_der(&made.der).unwrap().verify_with(policy, audience, at, &plain);
            assert_eq!(token(&made.der, policy, audience, at, &cached), expected);
        }
    }
    let counters = cached.cache_stats();
    assert_eq!((counters.bundles.insertions, counters.bundles.hits), (1, 11));
}

#[test]
fn a_bundle_that_differs_in_any_bit_is_proved_for_itself() {
    let made = Scenario::default().build();
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let plain = Verifier::with_crypto(anchors, CRYPTO);
    let cached = plain.clone().with_cache(CacheLimits::RECOMMENDED);
    let service = kliento::service_oid();
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
fn other_anchors_limits_or_policies_begin_with_nothing() {
    let made = Scenario::default().build();
    let anchors = || TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let verifier = Verifier::with_crypto(anchors(), CRYPTO).with_cache(CacheLimits::RECOMMENDED);
    let verify = |verifier: &Verifier| {
        token(&made.der, TokenPolicy::default(), AUDIENCE, default_instant(), verifier)
    };
    assert!(verify(&verifier).is_ok());
    let entries = |verifier: &Verifier| verifier.cache_stats().bundles.entries;
    assert_eq!((entries(&verifier), entries(&verifier.clone())), (1, 1));
    let other = verifier.clone().with_trust_anchors(anchors());
    assert_eq!(entries(&other), 0);
    assert_eq!(entries(&verifier.clone().with_policy(VerificationPolicy::default())), 0);
    assert_eq!(entries(&verifier.clone().with_limits(veraid_core::Limits::default())), 0);
    let iana = verifier.with_trust_anchors(TrustAnchors::iana());
    assert!(verify(&iana).is_err());
}

#[test]
fn entries_used_once_do_not_evict_entries_used_often() {
    let made = Scenario::signed_by(Signer::Organisation).build();
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let limits = CacheLimits::DISABLED.with_bundle_bytes(400_000);
    let verifier = Verifier::with_crypto(anchors, CRYPTO).with_cache(limits);
    let at = default_instant();
    let verify =
        |octets: &[u8]| token(octets, TokenPolicy::default(), AUDIENCE, at, &verifier).unwrap();
    let mut hits = 0;
    for number in 0..1_000 {
        let before = verifier.cache_stats().bundles.hits;
        verify(&made.der);
        hits += verifier.cache_stats().bundles.hits - before;
        let once = Scenario {
            content: kliento_token(AUDIENCE, &[("number", &number.to_string())]),
            ..Scenario::signed_by(Signer::Organisation)
        };
        verify(&once.build_on(&made.chain).der);
        let counts = verifier.cache_stats().bundles;
        assert!(counts.bytes <= 400_000, "{counts:?}");
    }
    assert!(hits > 990, "{hits}");
    assert!(verifier.cache_stats().bundles.evictions > 800);
}

#[test]
fn threads_that_share_a_cache_agree_on_one_boundary() {
    let made = Scenario::default().build();
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let verifier = Verifier::with_crypto(anchors, CRYPTO).with_cache(CacheLimits::RECOMMENDED);
    let last = default_instant().saturating_add(600);
    std::thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                let holds =
                    |at| token(&made.der, TokenPolicy::default(), AUDIENCE, at, &verifier).is_ok();
                for _ in 0..20 {
                    assert!(holds(last) && !holds(last.saturating_add(1)));
                }
            });
        }
    });
    assert!(verifier.cache_stats().bundles.hits > 3_000);
}

#[test]
fn a_cached_organisation_vouches_for_other_tokens_and_nothing_else() {
    let made = Scenario::default().build();
    let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
    let limits = CacheLimits::DISABLED.with_organisation_bytes(1_000_000);
    let verifier = Verifier::with_crypto(anchors, CRYPTO).with_cache(limits);
    let at = default_instant();
    let audience = [AUDIENCE];
    let is_known = |octets: &[u8]| {
        let found = TokenBundle::look_up(octets, TokenPolicy::default(), &audience, at, &verifier);
        matches!(found, TokenCacheLookup::OrganisationCached(_))
    };
    assert!(!is_known(&made.der));
    token(&made.der, TokenPolicy::default(), AUDIENCE, at, &verifier).unwrap();
    let later = Scenario {
        user: Some("bob".into()),
        signature_period: period(at, at.saturating_add(60)),
        ..Scenario::default()
    };
    let later = later.build_on(&made.chain).der;
    assert!(is_known(&later));
    let subject = token(&later, TokenPolicy::default(), AUDIENCE, at, &verifier).unwrap();
    assert_eq!(subject.subject().to_string(), "bob@example.com");
    let other = Scenario { organisation: "example.org".into(), ..Scenario::default() }.build().der;
    assert!(!is_known(&other));
}

#[test]
fn expensive_bundles_are_not_answered_at_once() {
    let at = default_instant();
    let is_known = |der: &[u8], at, verifier: &Verifier| {
        let found = TokenBundle::look_up(der, TokenPolicy::default(), &[AUDIENCE], at, verifier);
        matches!(found, TokenCacheLookup::OrganisationCached(_))
    };
    let cached = |made: &MockBundle| {
        let anchors = TrustAnchors::from_presentation(&made.trust_anchors).unwrap();
        let limits = CacheLimits::DISABLED.with_organisation_bytes(1_000_000);
        let verifier = Verifier::with_crypto(anchors, CRYPTO).with_cache(limits);
        token(&made.der, TokenPolicy::default(), AUDIENCE, at, &verifier).unwrap();
        verifier
    };

    // The chain would have to be walked again for a time at which the result may differ.
    let rrsig_period = period(at.saturating_sub(600), at.saturating_add(10));
    let made = Scenario { rrsig_period, ..Scenario::default() }.build();
    let verifier = cached(&made);
    assert!(is_known(&made.der, at.saturating_add(10), &verifier));
    assert!(!is_known(&made.der, at.saturating_add(11), &verifier));

    // Many certificates may require many signature checks.
    for (intermediates, expected) in [(1, true), (2, false)] {
        let intermediates = (0..intermediates).map(|number| format!("unit {number}")).collect();
        let made = Scenario { intermediates, ..Scenario::of(TestProfile::DomainAuth) }.build();
        assert_eq!(is_known(&made.der, at, &cached(&made)), expected);
    }
}
