//! Time: the window, the evidence that must share a second of it, caps and leeway.

use veraid_dnssec::{Timestamp, ValidityPeriod};
use veraid_testkit::{CertificateBuilder, Customisation, Scenario, TestProfile, period};

use crate::scenario::{
    DAY, NOW, PROFILES, days_around_now, member, organisation, period_before_now,
    seconds_around_now,
};
use crate::variation::vary;
use crate::vector::Vector;

const SPEC: &str = "DomainAuth, \"Verification Procedure\"";
const CAPS: &str = "DomainAuth, \"Maximum Validity Period\"";
const QUARTER: u64 = 90 * DAY;

use TestProfile::{DomainAuth, VeraId};

pub(super) fn vectors() -> Vec<Vector> {
    PROFILES
        .into_iter()
        .flat_map(|profile| {
            [bounds(profile), common(profile), caps(profile), leeway(profile)].concat()
        })
        .collect()
}

fn later(seconds: u64) -> Timestamp {
    NOW.saturating_add(seconds)
}

fn earlier(seconds: u64) -> Timestamp {
    NOW.saturating_sub(seconds)
}

fn made(case: &str, description: &str, spec: &'static str, scenario: &Scenario) -> Vector {
    vary("time", case, description, spec, scenario, &Customisation::new())
}

/// A scenario in which only one kind of evidence has this period, and all others are valid long
/// before and after.
fn only(profile: TestProfile, kind: &str, period: ValidityPeriod) -> Scenario {
    let wide = days_around_now(30, 30);
    let mut scenario = Scenario {
        signature_period: wide,
        certificate_period: wide,
        rrsig_period: wide,
        ..member(profile)
    };
    match kind {
        "signature" => scenario.signature_period = period,
        "certificate" => scenario.certificate_period = period,
        _ => scenario.rrsig_period = period,
    }
    scenario
}

fn bounds(profile: TestProfile) -> Vec<Vector> {
    let mut vectors = Vec::new();
    for (kind, title, code) in [
        ("signature", "signed period", 2402),
        ("certificate", "certificates' validity", 2402),
        ("rrsig", "RRSIGs' validity", 2031),
    ] {
        let scenario = only(profile, kind, seconds_around_now(1000, 1000));
        for (case, words, at, code) in [
            ("first-second", "first second", earlier(1000), 0),
            ("last-second", "last second", later(1000), 0),
            ("too-early", "second before the first", earlier(1001), code),
            ("too-late", "second after the last", later(1001), code),
        ] {
            let vector = made(
                &format!("{kind}-{case}"),
                &format!("The instant is the {words} of the {title}."),
                SPEC,
                &scenario,
            )
            .at(at);
            vectors.push(if code == 0 { vector } else { vector.invalid(code) });
        }
        let instant = only(profile, kind, ValidityPeriod::at(NOW));
        vectors.push(made(
            &format!("{kind}-one-second"),
            &format!("The {title} is exactly the one requested second."),
            SPEC,
            &instant,
        ));
    }
    // Only the organisation's certificate changes.
    let scenario = only(profile, "certificate", days_around_now(30, 30));
    for (case, description, span, code) in [
        (
            "starts-now",
            "The organisation's certificate starts at the instant.",
            (NOW, later(DAY)),
            0,
        ),
        ("ends-now", "The organisation's certificate ends at the instant.", (earlier(DAY), NOW), 0),
        (
            "starts-later",
            "The organisation's certificate starts one second later.",
            (later(1), later(DAY)),
            2402,
        ),
        (
            "ended",
            "The organisation's certificate ended one second earlier.",
            (earlier(DAY), earlier(1)),
            2402,
        ),
    ] {
        let span = period(span.0, span.1);
        let change = move |c: &mut CertificateBuilder| *c = c.clone().period(span);
        let vector = vary(
            "time",
            &format!("organisation-certificate-{case}"),
            description,
            SPEC,
            &scenario,
            &Customisation::new().organisation(change),
        );
        vectors.push(if code == 0 { vector.holds(span) } else { vector.invalid(code) });
    }
    vectors
}

fn common(profile: TestProfile) -> Vec<Vector> {
    let wide = days_around_now(30, 30);
    let base = Scenario { rrsig_period: wide, certificate_period: wide, ..member(profile) };
    let whole = seconds_around_now(600, 600);
    let scenario = |signature, certificate, rrsig| Scenario {
        signature_period: signature,
        certificate_period: certificate,
        rrsig_period: rrsig,
        ..base.clone()
    };
    let touching = scenario(period(NOW, later(100)), period(earlier(100), NOW), wide);
    let apart = scenario(period(later(1), later(100)), period(earlier(100), NOW), wide);
    let chain_late = scenario(period(earlier(100), NOW), wide, period(later(1), later(100)));
    let chain_touches = scenario(period(earlier(100), NOW), wide, period(NOW, later(100)));
    let past = Scenario {
        signature_period: period_before_now(2 * DAY + 600, 2 * DAY),
        certificate_period: period_before_now(4 * DAY, DAY),
        rrsig_period: period_before_now(4 * DAY, DAY),
        ..base.clone()
    };
    vec![
        made(
            "common-one-second",
            "The certificates end in the second in which the signed period starts.",
            SPEC,
            &touching,
        )
        .period(whole),
        made(
            "common-none",
            "The certificates end one second before the signed period starts.",
            SPEC,
            &apart,
        )
        .period(whole)
        .invalid(2402),
        made(
            "chain-one-second",
            "The chain becomes valid in the last second of the signed period.",
            SPEC,
            &chain_touches,
        )
        .period(whole),
        made(
            "chain-none",
            "The chain becomes valid one second after the signed period.",
            SPEC,
            &chain_late,
        )
        .period(whole)
        .invalid(2402),
        made(
            "past-instant",
            "Everything has expired but was valid at the requested instant.",
            SPEC,
            &past,
        )
        .at(earlier(2 * DAY)),
        made("period-before", "The requested period ends before the signed period.", SPEC, &base)
            .period(period(earlier(200), earlier(61)))
            .invalid(2402),
        made(
            "period-touches-start",
            "The requested period ends in the first second of the signed period.",
            SPEC,
            &base,
        )
        .period(period(earlier(200), earlier(60))),
        made(
            "period-touches-end",
            "The requested period starts in the last second of the signed period.",
            SPEC,
            &base,
        )
        .period(period(later(600), later(700))),
        made("period-after", "The requested period starts after the signed period.", SPEC, &base)
            .period(period(later(601), later(700)))
            .invalid(2402),
    ]
}

fn caps(profile: TestProfile) -> Vec<Vector> {
    let refused = |vector: Vector, code: u16| match profile {
        VeraId => vector,
        DomainAuth => vector.invalid(code),
    };
    let quarter = period(earlier(DAY), earlier(DAY).saturating_add(QUARTER));
    let beyond = period(earlier(DAY), earlier(DAY).saturating_add(QUARTER + 1));
    let base = member(profile);
    let signature = |period| Scenario { signature_period: period, ..base.clone() };
    let certificate = |period| Scenario { certificate_period: period, ..base.clone() };
    let rrsig = |period| Scenario { rrsig_period: period, ..base.clone() };
    let stretch = |c: &mut CertificateBuilder| *c = c.clone().period(beyond);
    let two_centuries = period(earlier(DAY), later(36_500 * DAY));
    vec![
        made("cap-signature", "The signed period lasts 90 days.", CAPS, &signature(quarter)),
        refused(
            made(
                "cap-signature-beyond",
                "The signed period lasts 90 days and one second.",
                CAPS,
                &signature(beyond),
            ),
            2403,
        ),
        made(
            "cap-certificates",
            "The certificates are valid for 90 days.",
            CAPS,
            &certificate(quarter),
        ),
        refused(
            vary(
                "time",
                "cap-organisation-certificate-beyond",
                "The organisation's certificate is valid for 90 days and one second.",
                CAPS,
                &organisation(profile),
                &Customisation::new().organisation(stretch),
            ),
            2206,
        ),
        refused(
            vary(
                "time",
                "cap-member-certificate-beyond",
                "The member's certificate is valid for 90 days and one second.",
                CAPS,
                &base,
                &Customisation::new().member(stretch),
            ),
            2206,
        ),
        refused(
            made(
                "certificates-past-2050",
                "The certificates are valid for a hundred years, and end at a GeneralizedTime.",
                "RFC 5280 section 4.1.2.5",
                &certificate(two_centuries),
            ),
            2206,
        ),
        made("cap-rrsig", "The RRSIGs are valid for 90 days.", CAPS, &rrsig(quarter)),
        refused(
            made(
                "cap-rrsig-beyond",
                "The RRSIGs are valid for 90 days and one second.",
                CAPS,
                &rrsig(beyond),
            ),
            2018,
        ),
        made("cap-request", "The requested period lasts 90 days.", CAPS, &base)
            .period(period(earlier(QUARTER - 300), later(300))),
        refused(
            made(
                "cap-request-beyond",
                "The requested period lasts 90 days and one second.",
                CAPS,
                &base,
            )
            .period(period(earlier(QUARTER - 300), later(301))),
            2404,
        ),
    ]
}

fn leeway(profile: TestProfile) -> Vec<Vector> {
    let spec = "Decisions, \"Time\"";
    let starts = |seconds| only(profile, "signature", period(later(seconds), later(3600)));
    let certificates = |seconds| only(profile, "certificate", period(later(seconds), later(DAY)));
    let ended = only(profile, "signature", period_before_now(600, 1));
    let chain = |seconds| only(profile, "rrsig", period(later(seconds), later(DAY)));
    let all = |chain, certificates, signature| Scenario {
        rrsig_period: period(later(chain), later(DAY)),
        certificate_period: period(later(certificates), later(DAY)),
        signature_period: period(later(signature), later(3600)),
        ..member(profile)
    };
    let apart = Scenario { signature_period: period(NOW, later(29)), ..chain(30) };
    vec![
        made("leeway-edge", "The signature starts 60 s late; the verifier allows 60 s of leeway.", spec, &starts(60)).leeway(60),
        made("leeway-beyond", "The signature starts 61 s late; the verifier allows 60 s of leeway.", spec, &starts(61)).leeway(60).invalid(2402),
        made("leeway-none", "The signature starts one second late; the verifier allows no leeway.", spec, &starts(1)).invalid(2402),
        made("leeway-most", "The signature starts 300 s late; the verifier allows 300 s of leeway, the maximum.", spec, &starts(300)).leeway(300),
        made("leeway-over-most", "The signature starts 301 s late; a leeway of 301 s is capped at 300.", spec, &starts(301)).leeway(301).invalid(2402),
        made("leeway-certificates", "The certificates start 60 s late; the verifier allows 60 s of leeway.", spec, &certificates(60)).leeway(60),
        made("leeway-end", "The signature ended one second ago; leeway does not extend an end.", spec, &ended).leeway(60).invalid(2402),
        made("leeway-chain", "Only the chain starts 30 s late; the verifier allows 60 s of leeway.", spec, &chain(30)).leeway(60),
        made("leeway-chain-edge", "Only the chain starts 60 s late; the verifier allows 60 s of leeway.", spec, &chain(60)).leeway(60),
        made("leeway-chain-beyond", "Only the chain starts 61 s late; the verifier allows 60 s of leeway.", spec, &chain(61)).leeway(60).invalid(2031),
        made("leeway-all", "The chain, certificates and signature start 30 s late, as seen by a slow clock; the verifier allows 60 s of leeway.", spec, &all(30, 30, 30)).leeway(60),
        made("leeway-last-decides", "The signature starts 10 s late, the certificates 20 s and the chain 30 s; the verifier allows 60 s of leeway.", spec, &all(30, 20, 10)).leeway(60),
        made("leeway-apart", "The chain starts 30 s late, one second after the signature ended; leeway does not extend an end.", spec, &apart).leeway(60).invalid(2402),
    ]
}
