//! Properties of many inputs rather than one.

use crate::catalogue::Input;
use kliento::crypto::CryptoProvider;
use kliento::{Timestamp, TokenBundle, TrustAnchors, ValidityPeriod, Verifier};
use veraid_core::SignatureBundle;
use veraid_testkit::{
    AUDIENCE, Customisation, KLIENTO_SERVICE, MockBundle, RsaKey, Scenario, default_instant, period,
};

const CRYPTO: CryptoProvider = veraid_aws_lc_rs::PROVIDER;

fn verifier(trust_anchors: &str) -> Verifier {
    Verifier::with_crypto(TrustAnchors::from_presentation(trust_anchors).unwrap(), CRYPTO)
}

/// The complete result of verifying a token, as text.
fn verdict(der: &[u8], at: Timestamp, verifier: &Verifier) -> String {
    match TokenBundle::from_der(der) {
        Ok(bundle) => format!("{:?}", bundle.verify(AUDIENCE, at, verifier)),
        Err(error) => format!("{error:?}"),
    }
}

pub(crate) fn verdicts_are_the_same_in_two_threads() -> Result<(), String> {
    let good = Scenario::default().build();
    let bogus = Scenario::default().build_with(&Customisation::new().chain(|chain| {
        *chain.messages.last_mut().unwrap().last_mut().unwrap() ^= 1;
    }));
    let verifier = verifier(&good.trust_anchors);
    for bundle in [&good.der[..], &bogus.der, &good.der[1..]] {
        let verdicts = || [(); 20].map(|()| verdict(bundle, default_instant(), &verifier));
        let (here, there) = std::thread::scope(|scope| {
            let there = scope.spawn(verdicts);
            (verdicts(), there.join().unwrap())
        });
        let first = &here[0];
        if here.iter().chain(&there).any(|other| other != first) {
            return Err(format!("{first} and something else"));
        }
    }
    Ok(())
}

pub(crate) fn no_instant_makes_verification_panic() -> Result<(), String> {
    let made = Scenario::default().build();
    let verifier = verifier(&made.trust_anchors);
    for seconds in [0, 1, (1 << 31) - 1, 1 << 31, u64::from(u32::MAX), 1 << 32, 253_402_300_799] {
        let found = verdict(&made.der, Timestamp::from_unix_seconds(seconds), &verifier);
        if !found.starts_with("Err") {
            return Err(format!("at {seconds}: {found}"));
        }
    }
    Ok(())
}

fn holds(made: &MockBundle, period: ValidityPeriod, verifier: &Verifier) -> bool {
    let bundle = SignatureBundle::from_der(&made.der).unwrap();
    bundle.verify(&KLIENTO_SERVICE.parse().unwrap(), period, verifier).is_ok()
}

/// A token that is valid in a period is valid in every wider one that does not end later: only its
/// end moves the look-back.
pub(crate) fn a_period_that_starts_earlier_takes_nothing_away() -> Result<(), String> {
    let made = Scenario::default().build();
    let verifier = verifier(&made.trust_anchors);
    let now = default_instant();
    for end in [0, 30, 59, 60, 600, 660, 4_000] {
        let mut held = false;
        for start in (0..=end).rev().step_by(10) {
            let asked = period(
                now.saturating_sub(60).saturating_add(start),
                now.saturating_sub(60).saturating_add(end),
            );
            let holds = holds(&made, asked, &verifier);
            if held && !holds {
                return Err(format!("a later start holds, {asked:?} does not"));
            }
            held = holds;
        }
    }
    Ok(())
}

/// A bundle whose times are all shifted by some seconds gives the same result at an instant shifted
/// likewise.
pub(crate) fn times_that_are_shifted_together_change_no_verdict() -> Result<(), String> {
    let shift = |period: ValidityPeriod, seconds| {
        ValidityPeriod::new(
            period.start().saturating_add(seconds),
            period.end().saturating_add(seconds),
        )
        .unwrap()
    };
    for seconds in [1, 3_600, 86_400, 1 << 30] {
        let usual = Scenario::default();
        let shifted = Scenario {
            at: usual.at.saturating_add(seconds),
            signature_period: shift(usual.signature_period, seconds),
            certificate_period: shift(usual.certificate_period, seconds),
            rrsig_period: shift(usual.rrsig_period, seconds),
            ..usual.clone()
        };
        let (usual_made, shifted_made) = (usual.build(), shifted.build());
        let verifier = verifier(&usual_made.trust_anchors);
        for offset in [0, 59, 60, 61, 600, 660, 661, 86_400] {
            let at = usual.at.saturating_sub(60).saturating_add(offset);
            let found = verdict(&usual_made.der, at, &verifier).starts_with("Ok");
            let later = at.saturating_add(seconds);
            if verdict(&shifted_made.der, later, &verifier).starts_with("Ok") != found {
                return Err(format!("{seconds} seconds later, at offset {offset}"));
            }
        }
    }
    Ok(())
}

pub(crate) fn anchors_of_other_zones_and_digests_are_refused() -> Result<(), String> {
    let anchor = Scenario::default().build().trust_anchors;
    let anchor = anchor.lines().next().unwrap();
    let of_com = anchor.replacen(". ", "com. ", 1);
    let sha_1 = format!(". IN DS 1 8 1 {}", "00".repeat(20));
    for text in ["", "; nothing", &of_com, &sha_1, &format!("{anchor}\n{sha_1}")] {
        if TrustAnchors::from_presentation(text).is_ok() {
            return Err(format!("{text:?} gives anchors"));
        }
    }
    Ok(())
}

/// Bundles of one organisation with one part replaced by that of another, whose member has the same
/// name and key.
pub(crate) fn spliced() -> Vec<Input> {
    let one = Scenario::default().build();
    let other = Scenario {
        organisation: "other.com".into(),
        organisation_key: RsaKey::fixed(2048, 2),
        ..Scenario::default()
    }
    .build();
    let splice = |change: fn(&mut MockBundle, &MockBundle)| {
        let mut spliced = one.clone();
        change(&mut spliced, &other);
        Input::token(&spliced.reassemble(), &spliced.trust_anchors)
    };
    vec![
        splice(|one, other| one.chain = other.chain.clone()),
        splice(|one, other| one.organisation_certificate = other.organisation_certificate.clone()),
        splice(|one, other| one.content_info = other.content_info.clone()),
        splice(|one, other| {
            one.chain = other.chain.clone();
            one.content_info = other.content_info.clone();
        }),
    ]
}
