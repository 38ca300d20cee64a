//! A service that reports its caller, and its responses.

use std::convert::Infallible;

use http::header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, Request, Response};
use http_body_util::BodyExt as _;
use kliento_verifier::{Identity, KlientoLayer};
use tower::{Layer as _, ServiceExt as _, service_fn};

/// The parts of a response that depend on the token.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) challenge: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) body: String,
}

impl Answer {
    /// The response of the service to an admitted request.
    pub(crate) fn welcome(body: &str) -> Self {
        Self {
            status: 200,
            challenge: None,
            content_type: None,
            cache_control: None,
            body: body.into(),
        }
    }

    /// The response with problem details of a class.
    pub(crate) fn refused(status: u16, challenge: Option<&str>, class: &str, title: &str) -> Self {
        Self {
            status,
            challenge: challenge.map(str::to_owned),
            content_type: Some("application/problem+json".into()),
            cache_control: Some("no-store".into()),
            body: format!(
                r#"{{"type":"urn:kliento:problem:{class}","title":"{title}","status":{status},"class":"{class}"}}"#
            ),
        }
    }

    pub(crate) fn missing() -> Self {
        Self::refused(401, Some("Kliento"), "missing", "Kliento credentials are required")
    }

    pub(crate) fn malformed() -> Self {
        let title = "The credentials are not a Kliento token bundle";
        Self::refused(401, Some(r#"Kliento error="malformed""#), "malformed", title)
    }

    pub(crate) fn replayed() -> Self {
        let title = "The token was used before";
        Self::refused(401, Some(r#"Kliento error="replayed""#), "replayed", title)
    }

    pub(crate) fn forbidden() -> Self {
        Self::refused(403, None, "forbidden", "The sender of the token is not allowed here")
    }

    pub(crate) fn unavailable() -> Self {
        Self::refused(503, None, "unavailable", "The token cannot be verified now")
    }

    pub(crate) async fn of<B>(response: Response<B>) -> Self
    where
        B: http_body::Body,
        B::Error: std::fmt::Debug,
    {
        let text = |name: HeaderName| {
            response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
        };
        Self {
            status: response.status().as_u16(),
            challenge: text(WWW_AUTHENTICATE),
            content_type: text(CONTENT_TYPE),
            cache_control: text(CACHE_CONTROL),
            body: {
                let bytes = response.into_body().collect().await.unwrap().to_bytes();
                String::from_utf8(bytes.to_vec()).unwrap()
            },
        }
    }
}

/// Creates a request with these headers.
pub(crate) fn request(headers: &[(&'static str, &str)]) -> Request<String> {
    let mut request = Request::new("the body".to_owned());
    for (name, value) in headers {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    request
}

/// Creates a request with this `Authorization`.
pub(crate) fn with(authorization: &str) -> Request<String> {
    request(&[("authorization", authorization)])
}

/// Sends `request` through `layer` to a service that reports its caller, the body, and headers that
/// could be about the caller.
pub(crate) async fn answer(layer: &KlientoLayer, request: Request<String>) -> Answer {
    let service = service_fn(|request: Request<String>| async move {
        let sender = request.extensions().get::<Identity>();
        let sender = sender.map_or("nobody".into(), |sender| sender.subject().to_string());
        let body = format!("{sender} {:?}{}", request.body(), suspicious(request.headers()));
        Ok::<_, Infallible>(Response::new(body))
    });
    let Ok(response) = layer.layer(service).oneshot(request).await;
    Answer::of(response).await
}

fn suspicious(headers: &HeaderMap) -> String {
    let names = headers.keys().map(HeaderName::as_str);
    names.filter(|name| name.contains("liento")).map(|name| format!(" {name}")).collect()
}
