//! `POST /v1/verify`: the verdict on a bundle, with all verified facts or an error code.

use http::header::RETRY_AFTER;
use http::{Request, StatusCode};
use kliento::{VerifiedFacts, VerifiedToken};
use kliento_http::RequestBody;
use kliento_verifier::{AuthError, AuthErrorClass, PROBLEM_JSON, PoolError, Problem};
use serde::Serialize;

use crate::bundle_content::{self, MediaType};
use crate::query::{self, AudienceParameter};
use crate::reply::{Reply, RequestResult, SOON, reason};
use crate::state::State;

/// Lists all accepted media types.
const UNKNOWN_MEDIA_TYPE: &str = "unsupported content type, expected application/vnd.kliento.token-bundle, \
     application/vnd.kliento.auth-header, application/vnd.veraid.signature-bundle or \
     application/vnd.veraid.signature-bundle+base64";

/// The version of the form of [`Valid`].
const SCHEMA: &str = "kliento.identity/v1";

#[derive(Serialize)]
struct Valid<'a> {
    schema: &'static str,
    #[serde(flatten)]
    facts: &'a VerifiedFacts<'a>,
}

pub(crate) async fn answer(state: &State, request: Request<RequestBody>) -> Reply {
    let audiences = match query::audience(request.uri().query()) {
        AudienceParameter::One(audience) if state.forwarded.serves(&audience) => vec![audience],
        AudienceParameter::One(_) => return rejected(&AuthError::AudienceNotServed.into()),
        AudienceParameter::Missing if !state.forwarded.configured.is_empty() => {
            state.forwarded.configured.clone()
        }
        AudienceParameter::Missing => {
            return bad_request("neither the query nor the configuration has an audience");
        }
        AudienceParameter::Empty => return bad_request("the query's audience is empty"),
        AudienceParameter::Several => return bad_request("the query has more than one audience"),
    };
    if bundle_content::is_encoded(request.headers()) {
        let detail = "unsupported Content-Encoding: send the content unencoded";
        return bundle_content::unencoded(problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let media_type = MediaType::of(request.headers());
    let Some(media_type) = media_type.filter(|media_type| *media_type != MediaType::File) else {
        return problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, UNKNOWN_MEDIA_TYPE);
    };
    let content = match request.into_body().read().await {
        Ok(content) => content,
        Err(error) => return in_problem_details(error.into()),
    };
    let verified = match media_type.decode(content.as_bytes()) {
        Ok(der) => state.verification.verify(der, audiences).await,
        Err(error) => Err(AuthError::Malformed(error).into()),
    };
    match verified {
        Ok(token) => valid(&token),
        Err(error) => rejected(&error),
    }
}

fn valid(token: &VerifiedToken) -> Reply {
    let facts = VerifiedFacts::of_token(token);
    let subject = facts.subject().to_owned();
    Reply::json(StatusCode::OK, &Valid { schema: SCHEMA, facts: &facts })
        .with_verdict(RequestResult::Valid { subject })
}

/// The request was well-formed; its token is invalid or denied.
fn rejected(error: &PoolError) -> Reply {
    let PoolError::Rejected(rejection) = error else {
        return in_problem_details(Reply::challenge(error));
    };
    let class = rejection.class();
    let status = match class {
        AuthErrorClass::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let problem = rejection.problem().with_status(status).with_code(rejection.code());
    let reply = Reply::problem(status, &problem).with_verdict(RequestResult::of(error));
    match status {
        StatusCode::SERVICE_UNAVAILABLE => reply.with_header(RETRY_AFTER, SOON),
        _ => reply,
    }
}

/// Converts a reply about unreadable or unverified content to problem details.
fn in_problem_details(reply: Reply) -> Reply {
    let status = reply.response.status();
    reply.with_content(PROBLEM_JSON, Problem::of_request(status, reason(status)).to_json())
}

fn bad_request(detail: &'static str) -> Reply {
    problem(StatusCode::BAD_REQUEST, detail)
}

fn problem(status: StatusCode, detail: &'static str) -> Reply {
    Reply::problem(status, &Problem::of_request(status, detail))
}
