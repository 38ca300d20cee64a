//! `POST /?audience=…`: the API of the deployed verifier, unchanged for its clients.

use http::{Request, StatusCode};
use kliento::{TokenBundle, TokenParseError, VerifiedToken, VerifyError};
use kliento_http::RequestBody;
use kliento_verifier::{AuthError, PoolError};
use serde::Serialize;

use crate::bundle_content::{self, MediaType};
use crate::query::{self, AudienceParameter};
use crate::reply::{Reply, RequestResult, reason};
use crate::state::State;

#[derive(Serialize)]
struct ErrorBody {
    error: &'static str,
}

#[derive(Serialize)]
#[serde(tag = "status", rename_all = "lowercase")]
enum Body<'a> {
    Malformed {
        error: String,
    },
    Invalid {
        error: String,
    },
    Valid {
        subject: &'a str,
        /// The name of the subject in the deployed verifier's documentation.
        #[serde(rename = "subjectId")]
        subject_id: &'a str,
        claims: &'a kliento::ClaimSet,
        /// `member` or `organisation`, which the deployed verifier does not return.
        signer: &'static str,
    },
}

pub(crate) async fn answer(state: &State, request: Request<RequestBody>) -> Reply {
    let bad = |status, error| Reply::json(status, &ErrorBody { error });
    let audience = match query::audience(request.uri().query()) {
        AudienceParameter::One(audience) => audience,
        AudienceParameter::Missing | AudienceParameter::Empty => {
            return bad(StatusCode::BAD_REQUEST, "Audience is missing from the query string");
        }
        AudienceParameter::Several => {
            return bad(
                StatusCode::BAD_REQUEST,
                "Audience is given more than once in the query string",
            );
        }
    };
    if bundle_content::is_encoded(request.headers()) {
        let reply = bad(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unrecognised content encoding");
        return bundle_content::unencoded(reply);
    }
    let Some(media_type) = MediaType::of(request.headers()) else {
        return bad(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unrecognised content type");
    };
    let content = match request.into_body().read().await {
        Ok(content) => content,
        Err(error) => return in_json(error.into()),
    };
    let verified = match media_type.decode(content.as_bytes()) {
        Err(error) => Err(AuthError::Malformed(error).into()),
        Ok(_) if !state.forwarded.serves(&audience) => Err(AuthError::AudienceNotServed.into()),
        Ok(der) => state.verification.verify(der, vec![audience]).await,
    };
    match verified {
        Ok(token) => valid(&token),
        Err(error) => rejected(&error, media_type),
    }
}

fn valid(token: &VerifiedToken) -> Reply {
    let subject = token.subject().to_string();
    let (claims, signer) = (token.claims(), token.kind().as_str());
    let body = Body::Valid { subject: &subject, subject_id: &subject, claims, signer };
    Reply::json(StatusCode::OK, &body).with_verdict(RequestResult::Valid { subject })
}

fn rejected(error: &PoolError, media_type: MediaType) -> Reply {
    let PoolError::Rejected(rejection) = error else { return in_json(Reply::challenge(error)) };
    let body = match rejection {
        AuthError::ReplayGuard(_) => return in_json(Reply::challenge(error)),
        AuthError::Malformed(error) => Body::Malformed { error: malformed(error, media_type) },
        AuthError::Invalid(error) => Body::Invalid { error: invalid(error) },
        other => Body::Invalid { error: other.title().to_owned() },
    };
    Reply::json(StatusCode::OK, &body).with_verdict(RequestResult::of(error))
}

/// Converts a reply about unreadable or unverified content to JSON, as for all replies of this API.
fn in_json(reply: Reply) -> Reply {
    let error = reason(reply.response.status());
    // A string can always be encoded in JSON.
    let content = serde_json::to_vec(&ErrorBody { error }).unwrap_or_default();
    reply.with_content("application/json", content)
}

/// The error texts of the deployed verifier, which some clients compare.
fn malformed(error: &TokenParseError, media_type: MediaType) -> String {
    match error {
        TokenParseError::Header(_) => "Authorization scheme must be \"Kliento\"".to_owned(),
        TokenParseError::TooLarge { bytes, .. } if media_type == MediaType::TokenBundle => format!(
            "Token bundle serialisation is too large: {bytes} bytes (max {} octets)",
            TokenBundle::MAX_SIZE_BYTES
        ),
        _ => "Token serialisation is malformed".to_owned(),
    }
}

/// The error texts of the deployed verifier for invalid bundles, which some clients compare.
fn invalid(error: &VerifyError) -> String {
    match error {
        VerifyError::Token(_) => "Malformed token".to_owned(),
        VerifyError::Audience { required, found } => {
            format!("Audience mismatch: Expected {required}, got {found}")
        }
        _ => "Invalid VeraId signature bundle".to_owned(),
    }
}
