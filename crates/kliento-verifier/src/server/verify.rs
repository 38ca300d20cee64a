//! `POST /v1/verify`: the verdict on a bundle, with all that is proved and the code of what is not.

use http::{Request, StatusCode};
use hyper::body::Incoming;
use kliento::{Profile, SignatureKind, VerifiedToken};
use serde::Serialize;

use crate::problem::Problem;
use crate::refusal::{Refusal, RefusalClass};
use crate::server::bundle_content::MediaType;
use crate::server::judge::Denied;
use crate::server::query::{self, AudienceParameter};
use crate::server::reply::{Reply, Verdict};
use crate::server::state::State;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Valid<'a> {
    subject: &'a str,
    organisation: &'a str,
    user: Option<&'a str>,
    audience: &'a str,
    claims: &'a kliento::ClaimSet,
    not_before: String,
    expiry: String,
    profile: &'static str,
    signer: &'static str,
}

pub(crate) async fn answer(state: &State, request: Request<Incoming>) -> Reply {
    let audiences = match query::audience(request.uri().query()) {
        AudienceParameter::One(audience) if state.forwarded.serves(&audience) => vec![audience],
        AudienceParameter::One(_) => return refused(&Refusal::AudienceNotServed.into()),
        AudienceParameter::Missing if !state.forwarded.configured.is_empty() => {
            state.forwarded.configured.clone()
        }
        AudienceParameter::Missing => {
            return bad_request("the query has no audience, and the configuration names none");
        }
        AudienceParameter::Empty => return bad_request("the query's audience is empty"),
        AudienceParameter::Several => return bad_request("the query has more than one audience"),
    };
    let media_type = MediaType::of(request.headers());
    let Some(media_type) = media_type.filter(|media_type| *media_type != MediaType::File) else {
        return problem(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the content is neither application/vnd.kliento.token-bundle nor application/vnd.kliento.auth-header",
        );
    };
    let content = match state.content.read(request.into_body()).await {
        Ok(content) => content,
        Err(reply) => return reply,
    };
    let judged = match media_type.decode(&content.octets) {
        Ok(der) => state.judge.judge(der, audiences).await,
        Err(error) => Err(Refusal::Malformed(error).into()),
    };
    match judged {
        Ok(token) => valid(&token),
        Err(denied) => refused(&denied),
    }
}

fn valid(token: &VerifiedToken) -> Reply {
    let member = token.subject();
    let subject = member.to_string();
    let body = Valid {
        subject: &subject,
        organisation: member.organisation().as_str(),
        user: member.user().map(|user| user.as_str()),
        audience: token.audience(),
        claims: token.claims(),
        not_before: token.validity().start().to_string(),
        expiry: token.expiry().to_string(),
        profile: match token.profile() {
            Profile::VeraId => "veraid",
            Profile::DomainAuth => "domainauth",
        },
        signer: match token.kind() {
            SignatureKind::Member => "member",
            SignatureKind::Organisation => "organisation",
        },
    };
    Reply::json(StatusCode::OK, &body).with_verdict(Verdict::Valid { subject })
}

/// The request was right; the token in it is not.
fn refused(denied: &Denied) -> Reply {
    let Denied::Refused(refusal) = denied else { return Reply::challenge(denied) };
    let class = refusal.class();
    let status = match class {
        RefusalClass::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let problem = refusal.problem().with_status(status).with_code(refusal.code());
    Reply::problem(status, &problem).with_verdict(Verdict::of(denied))
}

fn bad_request(detail: &'static str) -> Reply {
    problem(StatusCode::BAD_REQUEST, detail)
}

fn problem(status: StatusCode, detail: &'static str) -> Reply {
    Reply::problem(status, &Problem::of_request(status, detail))
}
