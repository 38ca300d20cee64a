//! The interface between the chassis and a service.

use std::error::Error;
use std::future::Future;

use http::{Request, Response, StatusCode};
use http_body::Body;

use crate::body::RequestBody;
use crate::request_id::RequestId;

/// Answers the requests of a listener.
pub trait Handler: Send + Sync + 'static {
    /// The content of responses.
    type Body: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static;

    /// Answers a request. It is in progress until the response has been sent.
    ///
    /// A response that says that the service is overloaded should be sent after
    /// [`OVERLOAD_DELAY`](crate::OVERLOAD_DELAY). The chassis adds the request id.
    fn answer(
        &self,
        id: &RequestId,
        request: Request<RequestBody>,
    ) -> impl Future<Output = Response<Self::Body>> + Send;

    /// Answers a request that is not served, and that was dropped already.
    ///
    /// The response should have no content, since an HTTP/2 client could refuse to take that, and
    /// so keep the resources of the request.
    fn turn_away(&self, id: &RequestId, reason: TurnAway) -> Response<Self::Body>;
}

/// The reason that a request is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnAway {
    /// Its header section has too many fields.
    TooManyFields,
    /// Its connection has too many requests in progress.
    NoRoom,
}

impl TurnAway {
    /// The status of the response: 431 or 503.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::TooManyFields => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}
