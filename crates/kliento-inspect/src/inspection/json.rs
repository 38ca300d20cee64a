//! The JSON form of an inspection: `kliento.inspection/v2`.

use serde::{Serialize, Serializer};

use super::header_limits::{HEADER_LIMITS, HeaderScope};
use super::sizes::Sizes;
use super::verdict::Verdict;
use super::view::{Links, View};
use super::{Inspection, Kind};
use crate::failure::Failure;
use crate::json::{Facts, PeriodJson};
use crate::text::algorithm_name;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InspectionJson<'a> {
    schema: &'static str,
    kind: &'static str,
    /// `valid`, `malformed`, `invalid` or `unverified`.
    status: &'static str,
    error: Option<&'a Failure>,
    asked: PeriodJson,
    audience_checked: bool,
    service_checked: bool,
    /// The proved facts; null unless the status is `valid`.
    verified: Option<Facts<'a>>,
    /// The bundle's statements about itself; null if it is malformed.
    unverified: Option<StatementsJson<'a>>,
    profile: Option<String>,
    chain: Option<ChainJson>,
    certificates: Option<Vec<CertificateJson<'a>>>,
    windows: Option<Vec<WindowJson<'a>>>,
    sizes: Option<Sizes>,
    header: Option<HeaderJson>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StatementsJson<'a> {
    organisation_common_name: Option<&'a str>,
    user: Option<&'a str>,
    service: Option<&'a str>,
    signed_period: Option<PeriodJson>,
    content_text: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ChainJson {
    /// `proved` for a valid verdict; for a failure `holds`, `holds-at-another-time` or `unproved`.
    status: &'static str,
    trust_anchor_key_tags: Vec<u16>,
    links: Vec<LinkJson>,
    messages: Vec<MessageJson>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkJson {
    name: String,
    r#type: String,
    zone: String,
    key_tag: u16,
    algorithm: u8,
    algorithm_name: String,
    #[serde(flatten)]
    period: PeriodJson,
}

#[derive(Debug, Serialize)]
struct MessageJson {
    name: Option<String>,
    r#type: Option<String>,
    bytes: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CertificateJson<'a> {
    role: String,
    common_name: Option<&'a str>,
    period: Option<PeriodJson>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct WindowJson<'a> {
    label: &'a str,
    periods: Vec<PeriodJson>,
    binds_start: bool,
    binds_end: bool,
    misses: bool,
}

#[derive(Debug, Serialize)]
struct HeaderJson {
    bytes: usize,
    limits: Vec<LimitJson>,
}

#[derive(Debug, Serialize)]
struct LimitJson {
    server: &'static str,
    bytes: usize,
    scope: HeaderScope,
    fits: bool,
}

impl Serialize for Inspection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        of(self).serialize(serializer)
    }
}

fn of(inspection: &Inspection) -> InspectionJson<'_> {
    let view = inspection.view.as_ref();
    InspectionJson {
        schema: "kliento.inspection/v2",
        kind: match inspection.kind {
            Kind::Token => "token",
            Kind::Bundle => "bundle",
        },
        status: inspection.status(),
        error: inspection.failure(),
        asked: inspection.asked.into(),
        audience_checked: inspection.kind == Kind::Token && inspection.is_for_checked,
        // A token is always verified for the one service that tokens have.
        service_checked: match inspection.kind {
            Kind::Token => !matches!(inspection.verdict, Verdict::Unverified),
            Kind::Bundle => inspection.is_for_checked,
        },
        verified: match &inspection.verdict {
            Verdict::Token(token) => Some(Facts::of_token(token)),
            Verdict::Signature(signature) => Some(Facts::of_signature(signature)),
            Verdict::Failed(..) | Verdict::Unverified => None,
        },
        unverified: view.map(statements),
        profile: view.map(|view| view.profile.to_string()),
        chain: view.map(chain),
        certificates: view.map(certificates),
        windows: view.map(|view| windows(inspection, view)),
        sizes: view.map(|view| view.sizes),
        header: view.and_then(|view| view.header_bytes).map(header),
    }
}

fn statements(view: &View) -> StatementsJson<'_> {
    let statements = &view.statements;
    StatementsJson {
        organisation_common_name: statements.organisation.as_deref(),
        user: statements.user.as_deref(),
        service: statements.service.as_deref(),
        signed_period: statements.signed_period.map(PeriodJson::from),
        content_text: statements
            .content
            .as_deref()
            .and_then(|content| std::str::from_utf8(content).ok()),
    }
}

fn chain(view: &View) -> ChainJson {
    ChainJson {
        status: match view.links {
            Links::Proved(_) => "proved",
            Links::Hold(_) => "holds",
            Links::AtAnotherTime(_) => "holds-at-another-time",
            Links::Unproved => "unproved",
        },
        trust_anchor_key_tags: view.anchors.clone(),
        links: view
            .links
            .as_slice()
            .iter()
            .map(|link| LinkJson {
                name: link.question().name.to_string(),
                r#type: link.question().record_type.to_string(),
                zone: link.zone().to_string(),
                key_tag: link.key_tag(),
                algorithm: link.algorithm(),
                algorithm_name: algorithm_name(link.algorithm()),
                period: link.period().into(),
            })
            .collect(),
        messages: view
            .messages
            .iter()
            .map(|(question, bytes)| MessageJson {
                name: question.as_ref().map(|question| question.name.to_string()),
                r#type: question.as_ref().map(|question| question.record_type.to_string()),
                bytes: *bytes,
            })
            .collect(),
    }
}

fn certificates(view: &View) -> Vec<CertificateJson<'_>> {
    view.certificates
        .iter()
        .map(|certificate| CertificateJson {
            role: certificate.role.to_string(),
            common_name: certificate.name.as_deref(),
            period: certificate.period.map(PeriodJson::from),
        })
        .collect()
}

fn windows<'a>(inspection: &Inspection, view: &'a View) -> Vec<WindowJson<'a>> {
    let validity = inspection.verdict.validity();
    view.windows
        .iter()
        .map(|window| {
            let role = window.role(validity, view.counted);
            WindowJson {
                label: &window.label,
                periods: window.periods.iter().copied().map(PeriodJson::from).collect(),
                binds_start: role.binds_start,
                binds_end: role.binds_end,
                misses: role.misses,
            }
        })
        .collect()
}

fn header(bytes: usize) -> HeaderJson {
    HeaderJson {
        bytes,
        limits: HEADER_LIMITS
            .iter()
            .map(|limit| LimitJson {
                server: limit.server,
                bytes: limit.bytes,
                scope: limit.scope,
                fits: bytes <= limit.bytes,
            })
            .collect(),
    }
}
