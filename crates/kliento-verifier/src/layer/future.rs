//! A request on its way through the gate and the service behind it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::body::KlientoBody;
use crate::auth_core::AuthCore;
use crate::auth_error::AuthError;

/// The head of a request after authentication.
type Authentication = Pin<Box<dyn Future<Output = Result<Parts, AuthError>> + Send>>;

pin_project! {
    #[project = KlientoFutureProjection]
    /// The response of a [`KlientoService`](crate::KlientoService).
    pub struct KlientoFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        stage: Stage<S, B>,
        protocol: Protocol,
    }
}

pin_project! {
    #[project = StageProjection]
    enum Stage<S, B>
    where
        S: Service<Request<B>>,
    {
        InLayer { authentication: Authentication, waiting: Option<(B, S)> },
        Inside { #[pin] response: S::Future },
    }
}

/// The form of rejections.
#[derive(Clone, Copy)]
enum Protocol {
    Http,
    Grpc,
}

impl<S, B> KlientoFuture<S, B>
where
    S: Service<Request<B>>,
{
    pub(super) fn new(auth_core: Arc<AuthCore>, request: Request<B>, inner: S) -> Self {
        let (mut parts, body) = request.into_parts();
        let protocol = Protocol::of(&parts.headers);
        // Runs only when polled, so that timeouts around the service include signature checks.
        let authentication = Box::pin(async move {
            auth_core.authenticate(&mut parts.headers).await?.note_in(&mut parts.extensions);
            Ok(parts)
        });
        Self { stage: Stage::InLayer { authentication, waiting: Some((body, inner)) }, protocol }
    }
}

impl<S, B, R> Future for KlientoFuture<S, B>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Output = Result<Response<KlientoBody<R>>, S::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let KlientoFutureProjection { mut stage, protocol } = self.project();
        loop {
            match stage.as_mut().project() {
                StageProjection::InLayer { authentication, waiting } => {
                    let parts = match ready!(authentication.as_mut().poll(context)) {
                        Ok(parts) => parts,
                        Err(rejection) => {
                            let response = protocol.response(&rejection);
                            return Poll::Ready(Ok(response.map(KlientoBody::rejection)));
                        }
                    };
                    let (body, mut inner) =
                        waiting.take().expect("the next stage begins when they are taken");
                    let response = inner.call(Request::from_parts(parts, body));
                    stage.set(Stage::Inside { response });
                }
                StageProjection::Inside { response } => {
                    let response = ready!(response.poll(context))?;
                    return Poll::Ready(Ok(response.map(KlientoBody::inner)));
                }
            }
        }
    }
}

impl Protocol {
    fn of(headers: &HeaderMap) -> Self {
        let content_type = headers.get(CONTENT_TYPE).map_or(&[][..], HeaderValue::as_bytes);
        match content_type.strip_prefix(b"application/grpc") {
            Some([] | [b'+' | b';' | b' ', ..]) => Self::Grpc,
            _ => Self::Http,
        }
    }

    fn response(self, rejection: &AuthError) -> Response<Vec<u8>> {
        match self {
            Self::Http => rejection.to_response(),
            Self::Grpc => rejection.to_grpc_response(),
        }
    }
}

impl<S, B> fmt::Debug for KlientoFuture<S, B>
where
    S: Service<Request<B>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KlientoFuture").finish_non_exhaustive()
    }
}
