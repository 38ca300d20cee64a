//! Envoy's external authorisation over gRPC: `envoy.service.auth.v3.Authorization/Check`.

mod messages;

use std::collections::HashMap;
use std::future::ready;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Either, Full};
use kliento::VerifiedToken;
use kliento_http::RequestBody;
use kliento_verifier::{AuthError, PoolError, identity_headers};
use prost::Message as _;

use crate::envoy::messages::{
    AttributeContext, CheckRequest, CheckResponse, DeniedHttpResponse, HeaderValueOption,
    HttpRequest, HttpResponse, HttpStatus, OkHttpResponse, RpcStatus,
};
use crate::forwarded::{Forwarded, Part};
use crate::reply::{Reply, RequestResult};
use crate::state::State;

/// The key of the audience in a route's context extensions.
const AUDIENCE_EXTENSION: &str = "audience";

/// `HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD`.
const OVERWRITE_OR_ADD: i32 = 2;

/// The gRPC status codes that are used here.
#[derive(Clone, Copy)]
enum GrpcCode {
    Ok,
    InvalidArgument,
    PermissionDenied,
    Unimplemented,
    Unauthenticated,
}

impl GrpcCode {
    const fn number(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::InvalidArgument => 3,
            Self::PermissionDenied => 7,
            Self::Unimplemented => 12,
            Self::Unauthenticated => 16,
        }
    }
}

pub(crate) async fn answer(state: &State, request: Request<RequestBody>) -> Reply {
    let is_grpc = |value: &HeaderValue| value.as_bytes().starts_with(b"application/grpc");
    if !request.headers().get(CONTENT_TYPE).is_some_and(is_grpc) {
        return Reply::status(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let content = match request.into_body().read().await {
        Ok(content) => content,
        Err(error) => return turn_away(error.into()).await,
    };
    let message = match unframe(content.as_bytes()) {
        Ok(message) => message,
        Err(code) => return failed(code),
    };
    let Ok(CheckRequest { attributes: Some(attributes) }) = CheckRequest::decode(message) else {
        return failed(GrpcCode::InvalidArgument);
    };
    let Some(http) = attributes.request.as_ref().and_then(|request| request.http.as_ref()) else {
        return failed(GrpcCode::InvalidArgument);
    };
    match authenticate(state, &attributes, http).await {
        Ok(token) => let_in(&token, &http.headers),
        Err(error) => turn_away(Reply::challenge(&error)).await,
    }
}

async fn authenticate(
    state: &State,
    attributes: &AttributeContext,
    http: &HttpRequest,
) -> Result<VerifiedToken, PoolError> {
    let credentials = http.headers.get("authorization").ok_or(AuthError::NoCredentials)?;
    let der = kliento::decode_auth_header(credentials).map_err(AuthError::from)?;
    let audiences = match attributes.context_extensions.get(AUDIENCE_EXTENSION) {
        Some(audience) if state.forwarded.serves(audience) => vec![audience.clone()],
        Some(_) => return Err(AuthError::AudienceNotServed.into()),
        None => {
            let [scheme, host, target] =
                [&http.scheme, &http.host, &http.path].map(|text| Part::of_text(text));
            state.forwarded.of(&Forwarded { scheme, host, target })?
        }
    };
    state.verification.verify(der, audiences).await
}

fn let_in(token: &VerifiedToken, received: &HashMap<String, String>) -> Reply {
    let headers = identity_headers::of(token);
    let headers = headers.iter().map(|(name, value)| overwrite(name, value)).collect();
    // Our headers are overwritten; similar ones are removed.
    let headers_to_remove = received
        .keys()
        .filter(|name| identity_headers::looks_like_one(name))
        .filter(|name| !identity_headers::ALL.iter().any(|ours| ours.as_str() == name.as_str()))
        .cloned()
        .collect();
    let response = CheckResponse {
        status: Some(RpcStatus { code: i32::from(GrpcCode::Ok.number()) }),
        http_response: Some(HttpResponse::Ok(OkHttpResponse { headers, headers_to_remove })),
    };
    succeeded(&response).with_verdict(RequestResult::Valid { subject: token.subject().to_string() })
}

/// Makes Envoy answer with this reply, even if there is no room or the request is too large: Envoy
/// may be configured to let requests through on a gRPC error.
async fn turn_away(Reply { response, verdict }: Reply) -> Reply {
    let (head, body) = response.into_parts();
    let code = match head.status {
        StatusCode::FORBIDDEN => GrpcCode::PermissionDenied,
        _ => GrpcCode::Unauthenticated,
    };
    // The content is already in memory.
    let content = body.collect().await.map(|content| content.to_bytes()).unwrap_or_default();
    let denied = DeniedHttpResponse {
        status: Some(HttpStatus { code: i32::from(head.status.as_u16()) }),
        headers: head.headers.iter().map(|(name, value)| overwrite(name, value)).collect(),
        body: String::from_utf8_lossy(&content).into_owned(),
    };
    let response = CheckResponse {
        status: Some(RpcStatus { code: i32::from(code.number()) }),
        http_response: Some(HttpResponse::Denied(denied)),
    };
    succeeded(&response).with_verdict(verdict)
}

fn overwrite(name: &HeaderName, value: &HeaderValue) -> HeaderValueOption {
    let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
    HeaderValueOption {
        header: Some(messages::HeaderValue { key: name.as_str().to_owned(), value }),
        append_action: OVERWRITE_OR_ADD,
    }
}

/// Returns the only message of a request: after a flag that it is not compressed, and its length in
/// four bytes.
fn unframe(content: &[u8]) -> Result<&[u8], GrpcCode> {
    let (prefix, message) = content.split_first_chunk::<5>().ok_or(GrpcCode::InvalidArgument)?;
    let [compressed, length @ ..] = prefix;
    if *compressed != 0 {
        return Err(GrpcCode::Unimplemented);
    }
    let length = usize::try_from(u32::from_be_bytes(*length)).ok();
    if length == Some(message.len()) { Ok(message) } else { Err(GrpcCode::InvalidArgument) }
}

fn succeeded(message: &CheckResponse) -> Reply {
    let message = message.encode_to_vec();
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    let mut framed = vec![0];
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(&message);
    grpc(framed.into(), GrpcCode::Ok)
}

fn failed(code: GrpcCode) -> Reply {
    grpc(Bytes::new(), code)
}

fn grpc(content: Bytes, code: GrpcCode) -> Reply {
    let mut trailers = HeaderMap::new();
    let status = HeaderName::from_static("grpc-status");
    trailers.insert(status, HeaderValue::from(u16::from(code.number())));
    let body = Full::new(content).with_trailers(ready(Some(Ok(trailers))));
    let mut response = Response::new(Either::Right(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    Reply { response, verdict: RequestResult::None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_one_whole_message_that_is_not_compressed() {
        fn number(content: &[u8]) -> Result<&[u8], u8> {
            unframe(content).map_err(GrpcCode::number)
        }
        assert_eq!(number(&[0, 0, 0, 0, 2, 7, 8]), Ok(&[7, 8][..]));
        assert_eq!(number(&[1, 0, 0, 0, 0]), Err(12));
        for content in [&[][..], &[0, 0, 0, 0], &[0, 0, 0, 0, 3, 7], &[0, 0, 0, 0, 0, 7], &[0; 6]] {
            assert_eq!(number(content), Err(3), "{content:?}");
        }
        assert_eq!(number(&[0, 255, 255, 255, 255, 7]), Err(3));
    }
}
