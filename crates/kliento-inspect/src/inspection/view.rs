//! The facts that an inspection shows, independent of the output form.

use kliento::crypto::CryptoProvider;
use kliento::{Profile, TrustAnchors, ValidityPeriod};
use veraid_core::{CertificateRole, MAX_VALIDITY_SECONDS, OrganisationName, SignatureBundle};
use veraid_dnssec::{ChainVerifier, Link, Question};

use super::sizes::Sizes;
use super::timeline::Window;
use super::verdict::Verdict;

/// The distance around a bundle's periods within which its chain is searched for a time at which it
/// is valid (90 days: no look back is longer).
const SEARCH_SECONDS: u64 = MAX_VALIDITY_SECONDS;

/// The trust anchors and cryptography with which chains are verified once more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trust<'a> {
    pub(super) anchors: &'a TrustAnchors,
    pub(super) crypto: CryptoProvider,
}

impl Trust<'_> {
    /// A verifier for the DNSSEC part of a chain under `profile`.
    fn chain_verifier(self, profile: Profile) -> ChainVerifier {
        profile.cap_signatures(ChainVerifier::new(self.anchors.clone(), self.crypto))
    }
}

/// The contents of a bundle.
#[derive(Debug)]
pub(super) struct View {
    pub(super) profile: Profile,
    pub(super) statements: Statements,
    pub(super) anchors: Vec<u16>,
    pub(super) links: Links,
    /// The question that each message answers, if it answers one, and its size.
    pub(super) messages: Vec<(Option<Question>, usize)>,
    pub(super) certificates: Vec<CertificateView>,
    pub(super) windows: Vec<Window>,
    /// The period at some second of which the evidence had to be valid.
    pub(super) counted: ValidityPeriod,
    pub(super) sizes: Sizes,
    /// The size in bytes of a header line with the bundle, if it fits into one.
    pub(super) header_bytes: Option<usize>,
}

/// The bundle's statements about itself, which are not proved.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) organisation: Option<String>,
    pub(super) user: Option<String>,
    pub(super) service: Option<String>,
    pub(super) signed_period: Option<ValidityPeriod>,
    pub(super) content: Option<Vec<u8>>,
}

/// The DNSSEC signatures from the root to the key records.
#[derive(Debug)]
pub(super) enum Links {
    /// They prove the verdict.
    Proved(Vec<Link>),
    /// They are valid at the requested time, but something else is not.
    Hold(Vec<Link>),
    /// They are valid, but not at the requested time.
    AtAnotherTime(Vec<Link>),
    /// Nothing is proved.
    Unproved,
}

impl Links {
    pub(super) fn as_slice(&self) -> &[Link] {
        match self {
            Self::Proved(links) | Self::Hold(links) | Self::AtAnotherTime(links) => links,
            Self::Unproved => &[],
        }
    }
}

/// A certificate of the bundle.
#[derive(Debug)]
pub(super) struct CertificateView {
    pub(super) role: CertificateRole,
    pub(super) name: Option<String>,
    /// `None` if it ends before it starts.
    pub(super) period: Option<ValidityPeriod>,
}

impl View {
    pub(super) fn new(
        bundle: &SignatureBundle,
        verdict: &Verdict,
        asked: ValidityPeriod,
        trust: Trust<'_>,
        header: Option<&str>,
    ) -> Self {
        let statements = Statements::of(bundle);
        let links = links(bundle, verdict, &statements, asked, trust);
        let certificates = certificates(bundle, verdict, &statements);
        let windows = windows(verdict, &links, &certificates, &statements, asked);
        let counted = match verdict {
            Verdict::Failed(_, Some(evidence)) => evidence.window,
            _ => verdict.proof().map_or(asked, |proof| proof.window()),
        };
        Self {
            profile: bundle.profile(),
            anchors: trust.anchors.key_tags().collect(),
            messages: bundle
                .chain()
                .questions()
                .zip(bundle.chain().messages())
                .map(|(question, message)| (question.cloned(), message.len()))
                .collect(),
            sizes: Sizes::of(bundle),
            header_bytes: header.map(super::header_limits::header_line_bytes),
            statements,
            links,
            certificates,
            windows,
            counted,
        }
    }
}

impl Statements {
    fn of(bundle: &SignatureBundle) -> Self {
        let unverified = bundle.unverified();
        Self {
            organisation: unverified.organisation_common_name().map(str::to_owned),
            user: unverified.user().map(str::to_owned),
            service: unverified.service().map(ToString::to_string),
            signed_period: unverified.signed_period(),
            content: unverified.content().map(<[u8]>::to_vec),
        }
    }
}

/// The links of the verdict or, if it is a failure, those that are valid nevertheless.
fn links(
    bundle: &SignatureBundle,
    verdict: &Verdict,
    statements: &Statements,
    asked: ValidityPeriod,
    trust: Trust<'_>,
) -> Links {
    if let Some(proof) = verdict.proof() {
        return Links::Proved(proof.links().to_vec());
    }
    let question = key_record_question(bundle, statements);
    let (Verdict::Failed(failure, _), Some(question)) = (verdict, question) else {
        return Links::Unproved;
    };
    let verifier = trust.chain_verifier(bundle.profile());
    let prove = |period| bundle.chain().verify(&question, period, &verifier).ok();
    if let Some(rrset) = prove(asked) {
        return Links::Hold(rrset.links().to_vec());
    }
    let signed = statements.signed_period.unwrap_or(asked);
    let start = asked.start().min(signed.start()).saturating_sub(SEARCH_SECONDS);
    let end = asked.end().max(signed.end()).saturating_add(SEARCH_SECONDS);
    let around = ValidityPeriod::new(start, end).ok().filter(|_| failure.is_about_time());
    around
        .and_then(prove)
        .map_or(Links::Unproved, |rrset| Links::AtAnotherTime(rrset.links().to_vec()))
}

fn key_record_question(bundle: &SignatureBundle, statements: &Statements) -> Option<Question> {
    let profile = bundle.profile();
    let common_name = statements.organisation.as_deref()?;
    let organisation = OrganisationName::from_common_name(common_name, profile).ok()?;
    organisation.key_record_question(profile)
}

/// The certificates on the proved path, or else all of the bundle.
fn certificates(
    bundle: &SignatureBundle,
    verdict: &Verdict,
    statements: &Statements,
) -> Vec<CertificateView> {
    if let Some(proof) = verdict.proof() {
        return proof
            .certificates()
            .iter()
            .map(|certificate| CertificateView {
                role: certificate.role,
                name: match certificate.role {
                    CertificateRole::Organisation => statements.organisation.clone(),
                    CertificateRole::Signer => statements.user.clone(),
                    _ => None,
                },
                period: Some(certificate.validity),
            })
            .collect();
    }
    let organisation =
        std::iter::once((CertificateRole::Organisation, bundle.organisation_certificate()));
    let attached = bundle.unverified().certificates().iter();
    organisation
        .chain(attached.map(|certificate| (CertificateRole::Attached, certificate)))
        .map(|(role, certificate)| CertificateView {
            role,
            name: certificate.common_name().ok().map(str::to_owned),
            period: ValidityPeriod::new(certificate.not_before(), certificate.not_after()).ok(),
        })
        .collect()
}

/// One window for the requested period and for each piece of evidence, from the root to the
/// signature.
fn windows(
    verdict: &Verdict,
    links: &Links,
    certificates: &[CertificateView],
    statements: &Statements,
    asked: ValidityPeriod,
) -> Vec<Window> {
    let context = |label: &str, period| Window {
        label: label.to_owned(),
        periods: vec![period],
        is_evidence: false,
    };
    let mut windows = vec![context("asked", asked)];
    match verdict {
        Verdict::Failed(_, Some(evidence)) => windows.push(context("window", evidence.window)),
        _ => windows.extend(verdict.proof().map(|proof| context("window", proof.window()))),
    }
    for link in links.as_slice() {
        let question = link.question();
        let label =
            format!("{} {} (key tag {})", question.record_type, question.name, link.key_tag());
        windows.push(Window::evidence(label, link.period()));
    }
    if let (Links::Unproved, Verdict::Failed(_, Some(evidence))) = (links, verdict) {
        let periods = evidence.chain.iter().collect();
        windows.push(Window { label: "DNSSEC chain".into(), periods, is_evidence: true });
    }
    for certificate in certificates {
        if let Some(period) = certificate.period {
            windows.push(Window::evidence(certificate.role.to_string(), period));
        }
    }
    windows.extend(statements.signed_period.map(|period| Window::evidence("signature", period)));
    windows.extend(verdict.validity().map(|validity| context("all together", validity)));
    windows
}
