//! Forward authentication: a proxy asks about a request before it forwards it.

use http::header::HOST;
use http::{HeaderMap, HeaderName, Request, StatusCode};
use kliento::VerifiedToken;
use kliento_http::RequestBody;
use kliento_verifier::{AuthError, PoolError, credentials, identity_headers};

use crate::endpoint::EXT_AUTHZ_PREFIX;
use crate::forwarded::{Forwarded, Part};
use crate::query::{self, AudienceParameter};
use crate::reply::{Reply, RequestResult};
use crate::state::State;

/// `/v1/auth`: nginx `auth_request`, Traefik `ForwardAuth`, Caddy `forward_auth`, and any proxy
/// that asks with the headers of the request.
pub(crate) async fn answer(state: &State, request: &Request<RequestBody>) -> Reply {
    let headers = request.headers();
    let audiences = audiences(state, request.uri().query(), &Forwarded::from_headers(headers));
    reply(authenticate(state, headers, audiences).await)
}

/// The audiences that are accepted for a request that `/v1/auth` is asked about with `query`.
///
/// The proxy's configuration may name the audience in the query of the URL that it calls. Some
/// proxies (Caddy, if the URL has no query) call it with the query of the client's request instead,
/// so a query is rejected if it may be the client's: where the request itself determines the
/// audience, and where the client's request has the very same query.
fn audiences(
    state: &State,
    query: Option<&str>,
    forwarded: &Forwarded,
) -> Result<Vec<String>, AuthError> {
    let parameter = query::audience(query);
    if parameter == AudienceParameter::Missing {
        return state.forwarded.of(forwarded);
    }
    if state.forwarded.depends_on_request() {
        let problem = "audience is in the query, but this verifier takes it from the request";
        return Err(AuthError::UnclearRequest { problem });
    }
    if query.is_some() && query == forwarded.query() {
        let problem = "query is that of the client's request";
        return Err(AuthError::UnclearRequest { problem });
    }
    match parameter {
        AudienceParameter::One(audience) if state.forwarded.serves(&audience) => Ok(vec![audience]),
        AudienceParameter::One(_) => Err(AuthError::AudienceNotServed),
        _ => Err(AuthError::NoAudience),
    }
}

/// `/v1/ext_authz/…`: Envoy's external authorisation over HTTP. Method, path, query and `Host` are
/// those of the client's request, except that a fragment (`#…`) does not arrive: the HTTP library
/// drops it. Envoy rejects paths with fragments unless it is configured not to.
pub(crate) async fn answer_envoy(state: &State, request: &Request<RequestBody>) -> Reply {
    let (headers, uri) = (request.headers(), request.uri());
    let target = uri.path_and_query().map(http::uri::PathAndQuery::as_str).unwrap_or_default();
    let forwarded = Forwarded {
        host: host(request),
        target: Part::of_text(target.strip_prefix(EXT_AUTHZ_PREFIX).unwrap_or_default()),
        scheme: Forwarded::from_headers(headers).scheme,
    };
    reply(authenticate(state, headers, state.forwarded.of(&forwarded)).await)
}

/// The host of the request line or of `:authority`, and of `Host`, which have to agree if both are
/// present.
fn host(request: &Request<RequestBody>) -> Part {
    let header = Part::of_values(request.headers().get_all(HOST));
    match (request.uri().authority(), header) {
        (None, header) => header,
        (Some(authority), Part::Absent) => Part::of_text(authority.as_str()),
        (Some(authority), Part::Once(header)) if authority.as_str() == header => Part::Once(header),
        (Some(_), Part::Once(_) | Part::Unclear) => Part::Unclear,
    }
}

/// Authenticates the sender of a request with these headers, for one of these audiences.
async fn authenticate(
    state: &State,
    headers: &HeaderMap,
    audiences: Result<Vec<String>, AuthError>,
) -> Result<VerifiedToken, PoolError> {
    // Without credentials, nothing else matters, not even a missing audience.
    let der = kliento::decode_auth_header(credentials(headers)?).map_err(AuthError::from)?;
    state.verification.verify(der, audiences?).await
}

fn reply(verified: Result<VerifiedToken, PoolError>) -> Reply {
    match verified {
        Ok(token) => {
            let subject = token.subject().to_string();
            let reply = Reply::new(StatusCode::OK, "text/plain; charset=utf-8", "");
            identity_headers::of(&token)
                .into_iter()
                .fold(reply, |reply, (name, value): (HeaderName, _)| reply.with_header(name, value))
                .with_verdict(RequestResult::Valid { subject })
        }
        Err(error) => Reply::challenge(&error),
    }
}
