//! Laws of the walk from the root to an RRset, on signed zones.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that fails by a panic has done its work"
)]

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use veraid_dnssec::crypto::{
    CryptoProvider, PublicKey, SignatureAlgorithm, SignatureError, SignatureVerifier, rust_crypto,
};
use veraid_dnssec::{
    BogusReason, ChainError, ChainVerifier, DnssecChain, Limit, Question, RecordType, Timestamp,
    TrustAnchors, ValidityPeriod, ValidityPeriods, VerifiedRrset,
};
use veraid_testkit::{
    FixedKey as _, KeySplit, MessageBuilder, MockChain, RrsigFields, ZoneAlgorithm, ZoneKey,
    fixed_zones, period, rrsig_rdata,
};

const DAY: u64 = 86_400;
const START: u64 = 1_795_000_000;

fn t(seconds: u64) -> Timestamp {
    Timestamp::from_unix_seconds(START + seconds)
}

fn window(start: u64, end: u64) -> ValidityPeriod {
    period(t(start), t(end))
}

fn at(seconds: u64) -> ValidityPeriod {
    ValidityPeriod::at(t(seconds))
}

/// Root, `com` and `example.com` on Ed25519, signed from 0 to 10 days.
fn mock() -> MockChain {
    let algorithm = ZoneAlgorithm::Ed25519;
    fixed_zones()
        .zone_algorithms(algorithm, algorithm, algorithm)
        .key_split(KeySplit::KskAndZsk, KeySplit::KskAndZsk, KeySplit::Combined)
        .owner("_veraid.example.com")
        .txt(&["hello"])
        .period(window(0, 10 * DAY))
        .build()
}

fn verify_messages(
    messages: &[Vec<u8>],
    mock: &MockChain,
    requested: ValidityPeriod,
    crypto: CryptoProvider,
) -> Result<VerifiedRrset, ChainError> {
    let anchors = TrustAnchors::from_presentation(&mock.trust_anchors).unwrap();
    DnssecChain::parse(messages.iter().map(Vec::as_slice)).unwrap().verify(
        &mock.question(),
        requested,
        &ChainVerifier::new(anchors, crypto),
    )
}

fn verify(mock: &MockChain, requested: ValidityPeriod) -> Result<VerifiedRrset, ChainError> {
    verify_messages(&mock.messages, mock, requested, rust_crypto::PROVIDER)
}

/// Adds an RRSIG by the same key for `period` to the message that answers `question`.
fn add_rrsig(mock: &mut MockChain, question: &Question, extra: ValidityPeriod) {
    let link = mock.link(question);
    let mut rrsigs = link.rrsigs();
    for key in &link.keys {
        let fields = RrsigFields::honest(&link.rrset, key, &link.signer, extra);
        rrsigs.push(rrsig_rdata(&link.rrset, &fields, key));
    }
    let message = link.message_with(&rrsigs);
    mock.replace(question, message);
}

#[test]
fn returns_the_records_and_the_seconds_at_which_all_links_are_valid() {
    let mut mock = mock();
    let question = mock.question();
    mock.change_link(&question, |link| link.period = window(DAY, 20 * DAY));
    let rrset = verify(&mock, at(2 * DAY)).unwrap();
    assert_eq!(rrset.rdata().collect::<Vec<_>>(), [b"\x05hello"]);
    assert_eq!(*rrset.validity(), ValidityPeriods::from(window(DAY, 10 * DAY)));
    assert_eq!(*rrset.question(), question);
}

#[test]
fn reports_the_signing_keys_on_the_way_and_their_periods() {
    let mock = mock();
    let rrset = verify(&mock, at(DAY)).unwrap();
    let found: Vec<_> = rrset
        .links()
        .iter()
        .map(|link| (link.question(), link.zone(), link.key_tag(), link.algorithm(), link.period()))
        .collect();
    let questions: Vec<_> = mock.links.iter().map(|link| link.question()).collect();
    let made: Vec<_> = std::iter::zip(&mock.links, &questions)
        .map(|(link, question)| (question, &link.signer, link.keys[0].key_tag(), 15, link.period))
        .collect();
    assert_eq!(found, made);
}

#[test]
fn the_messages_stay_out_of_logs() {
    let messages = mock().messages;
    let chain = DnssecChain::parse(messages.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(format!("{chain:?}"), "DnssecChain(6 messages)");
}

#[test]
fn checks_each_signature_of_an_honest_chain_once() {
    #[derive(Debug)]
    struct Counting;
    static MADE: AtomicU32 = AtomicU32::new(0);
    impl SignatureVerifier for Counting {
        fn verify(
            &self,
            algorithm: SignatureAlgorithm,
            key: PublicKey<'_>,
            message: &[u8],
            signature: &[u8],
        ) -> Result<(), SignatureError> {
            MADE.fetch_add(1, Ordering::Relaxed);
            rust_crypto::PROVIDER.signatures.verify(algorithm, key, message, signature)
        }
    }
    let mock = mock();
    let crypto = CryptoProvider { signatures: &Counting, ..rust_crypto::PROVIDER };
    verify_messages(&mock.messages, &mock, at(DAY), crypto).unwrap();
    // DNSKEY and DS of two zones, the root's DNSKEY, and the answer.
    assert_eq!(MADE.load(Ordering::Relaxed), 6);
}

#[test]
fn takes_the_later_of_two_rrsigs_when_only_it_overlaps() {
    // A rollover: the DS is signed for days 0 to 2 and 4 to 10, the answer for days 3 to 10. A walk
    // that took the first valid DS signature of the period would end without a common second.
    let mut mock = mock();
    let ds = Question { name: "example.com".parse().unwrap(), record_type: RecordType::DS };
    mock.change_link(&ds, |link| link.period = window(0, 2 * DAY));
    add_rrsig(&mut mock, &ds, window(4 * DAY, 10 * DAY));
    let question = mock.question();
    mock.change_link(&question, |link| link.period = window(3 * DAY, 10 * DAY));
    let rrset = verify(&mock, window(0, 10 * DAY)).unwrap();
    assert_eq!(*rrset.validity(), ValidityPeriods::from(window(4 * DAY, 10 * DAY)));
}

#[test]
fn signatures_that_are_never_valid_together_prove_nothing() {
    let mut mock = mock();
    let question = mock.question();
    mock.change_link(&question, |link| link.period = window(11 * DAY, 20 * DAY));
    let error = verify(&mock, window(0, 20 * DAY)).unwrap_err();
    assert!(error.is_about_time(), "{error}");
}

#[test]
fn no_message_that_is_needed_can_be_left_out() {
    let mock = mock();
    for index in 0..mock.messages.len() {
        let mut messages = mock.messages.clone();
        messages.remove(index);
        let error = verify_messages(&messages, &mock, at(DAY), rust_crypto::PROVIDER).unwrap_err();
        assert!(matches!(error, ChainError::Incomplete { .. }), "without {index}: {error:?}");
    }
}

#[test]
fn a_parent_may_not_sign_below_a_zone_that_its_ds_gave_away() {
    let mut mock = mock();
    let question = mock.question();
    let com = Question { name: "com".parse().unwrap(), record_type: RecordType::DNSKEY };
    let parent_keys = mock
        .link(&Question { name: "example.com".parse().unwrap(), record_type: RecordType::DS })
        .keys
        .clone();
    mock.change_link(&question, |link| {
        link.signer = com.name.clone();
        link.keys = parent_keys;
    });
    let error = verify(&mock, at(DAY)).unwrap_err();
    assert_eq!(
        error,
        ChainError::Bogus {
            question: question.clone(),
            zone: "example.com".parse().unwrap(),
            reason: BogusReason::OtherSigner { signer: com.name.clone() },
        }
    );
    // Without a DS for the zone, the parent may answer.
    let ds = Question { name: "example.com".parse().unwrap(), record_type: RecordType::DS };
    mock.remove(&ds);
    assert!(verify(&mock, at(DAY)).is_ok());
}

/// The reason why an RRset is bogus if `messages` replace the message that answers `question`.
fn reason(mock: &MockChain, question: &Question, messages: &[Vec<u8>]) -> BogusReason {
    let mut all = mock.messages.clone();
    all.remove(mock.position(question));
    all.extend_from_slice(messages);
    match verify_messages(&all, mock, at(DAY), rust_crypto::PROVIDER) {
        Err(ChainError::Bogus { question: found, reason, .. }) if found == *question => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn of_several_failures_the_one_that_came_furthest_is_reported_and_the_first_of_equals() {
    let mock = mock();
    let keys = Question { name: "example.com".parse().unwrap(), record_type: RecordType::DNSKEY };
    let link = mock.link(&keys);
    let unsigned = link.message_with(&[]);
    let mut bogus = link.rrsigs();
    *bogus[0].last_mut().unwrap() ^= 1;
    let bogus = link.message_with(&bogus);
    let (few, many) = (
        link.rrsigs_with(|fields| fields.labels -= 1),
        link.rrsigs_with(|fields| fields.labels += 1),
    );
    let key_tag = link.keys[0].key_tag();
    let wildcard = BogusReason::Wildcard { labels: 1, owner_labels: 2 };
    let (few, many) = (link.message_with(&few), link.message_with(&many));
    for (first, second, told) in [
        (unsigned, bogus, BogusReason::InvalidSignature { key_tag, algorithm: 15 }),
        (few, many, wildcard),
    ] {
        assert_eq!(reason(&mock, &keys, &[first.clone(), second.clone()]), told);
        assert_eq!(reason(&mock, &keys, &[second, first]), told);
    }
    // Two such RRSIGs in one message.
    let answer = mock.question();
    let link = mock.link(&answer);
    let labels = |change: fn(u8) -> u8| link.rrsigs_with(|f| f.labels = change(f.labels)).remove(0);
    let (few, many) = (labels(|labels| labels - 1), labels(|labels| labels + 1));
    let wildcard = BogusReason::Wildcard { labels: 2, owner_labels: 3 };
    for rrsigs in [[few.clone(), many.clone()], [many, few]] {
        assert_eq!(reason(&mock, &answer, &[link.message_with(&rrsigs)]), wildcard);
    }
}

#[test]
fn many_invalid_signatures_end_verification_at_the_fifth() {
    #[derive(Debug)]
    struct Failing;
    static MADE: Mutex<u32> = Mutex::new(0);
    impl SignatureVerifier for Failing {
        fn verify(
            &self,
            _: SignatureAlgorithm,
            _: PublicKey<'_>,
            _: &[u8],
            _: &[u8],
        ) -> Result<(), SignatureError> {
            *MADE.lock().unwrap() += 1;
            Err(SignatureError)
        }
    }
    let mut mock = mock();
    let root = Question { name: ".".parse().unwrap(), record_type: RecordType::DNSKEY };
    for extra in 1..=5 {
        let link = mock.link(&root);
        let mut rrsigs = link.rrsigs();
        for days in 0..=extra {
            let fields = RrsigFields::honest(
                &link.rrset,
                &link.keys[0],
                &link.signer,
                window(0, (11 + days) * DAY),
            );
            rrsigs.push(rrsig_rdata(&link.rrset, &fields, &link.keys[0]));
        }
        let message = link.message_with(&rrsigs);
        mock.replace(&root, message);
    }
    let crypto = CryptoProvider { signatures: &Failing, ..rust_crypto::PROVIDER };
    let error = verify_messages(&mock.messages, &mock, at(DAY), crypto).unwrap_err();
    assert_eq!(error, ChainError::LimitExceeded(Limit::FailedSignatureChecks));
    assert_eq!(*MADE.lock().unwrap(), 5);
}

#[test]
fn the_third_key_with_one_tag_and_algorithm_is_rejected_before_any_check() {
    // Ed25519 keys whose flags and protocol compensate for the difference of their tags would not
    // be usable, so the tags are found by search.
    let mut by_tag = std::collections::HashMap::<u16, Vec<ZoneKey>>::new();
    let three = (0..).find_map(|index| {
        let key = ZoneKey::fixed(ZoneAlgorithm::Ed25519, index);
        let same = by_tag.entry(key.key_tag()).or_default();
        same.push(key);
        (same.len() == 3).then(|| same.clone())
    });
    let three = three.unwrap();
    for (count, expected) in [(2, None), (3, Some(ChainError::LimitExceeded(Limit::CollidingKeys)))]
    {
        let mut mock = mock();
        let root = Question { name: ".".parse().unwrap(), record_type: RecordType::DNSKEY };
        mock.change_link(&root, |link| {
            link.rrset.rdata.extend(three.iter().take(count).map(ZoneKey::dnskey_rdata));
        });
        assert_eq!(verify(&mock, at(DAY)).err(), expected, "{count} keys");
    }
}

#[test]
fn an_empty_message_or_chain_proves_nothing() {
    let mock = mock();
    let nothing = verify_messages(&[], &mock, at(DAY), rust_crypto::PROVIDER).unwrap_err();
    assert_eq!(nothing, ChainError::Incomplete { missing: mock.question() });
    let empty = MessageBuilder::new(&mock.question()).build();
    let mut messages = mock.messages.clone();
    *messages.last_mut().unwrap() = empty;
    let error = verify_messages(&messages, &mock, at(DAY), rust_crypto::PROVIDER).unwrap_err();
    assert_eq!(error, ChainError::Incomplete { missing: mock.question() });
}

/// A chain with two RRSIGs on some links, so that order and choice could matter.
fn rollover() -> MockChain {
    let mut mock = mock();
    for (name, record_type) in
        [(".", RecordType::DNSKEY), ("com", RecordType::DS), ("example.com", RecordType::DNSKEY)]
    {
        let question = Question { name: name.parse().unwrap(), record_type };
        add_rrsig(&mut mock, &question, window(5 * DAY, 15 * DAY));
    }
    mock
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_order_of_messages_never_matters(order in Just((0..6).collect::<Vec<usize>>()).prop_shuffle(), start in 0_u64..16, days in 0_u64..16) {
        let mock = rollover();
        let requested = window(start * DAY, (start + days) * DAY);
        let shuffled: Vec<_> = order.iter().map(|&index| mock.messages[index].clone()).collect();
        prop_assert_eq!(
            verify_messages(&shuffled, &mock, requested, rust_crypto::PROVIDER),
            verify(&mock, requested)
        );
    }

    #[test]
    fn a_proof_for_a_period_is_one_for_a_longer_period(start in 0_u64..16, days in 0_u64..16, before in 0_u64..4, after in 0_u64..4) {
        let mock = rollover();
        let requested = window((start + 4) * DAY, (start + 4 + days) * DAY);
        let longer = window((start + 4 - before) * DAY, (start + 4 + days + after) * DAY);
        if let Ok(rrset) = verify(&mock, requested) {
            let wider = verify(&mock, longer).unwrap();
            prop_assert!(rrset.validity().intersection(&requested.into()).is_subset(wider.validity()));
        }
    }

    #[test]
    fn every_second_of_the_validity_verifies_and_no_other_of_the_period_does(day in 0_u64..17) {
        let mock = rollover();
        let whole = verify(&mock, window(0, 17 * DAY)).unwrap();
        let instant = t(day * DAY);
        prop_assert_eq!(verify(&mock, ValidityPeriod::at(instant)).is_ok(), whole.validity().contains(instant));
    }

    #[test]
    fn malformed_messages_never_panic(messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..64), 0..4)) {
        let _ = DnssecChain::parse(messages.iter().map(Vec::as_slice));
    }
}
