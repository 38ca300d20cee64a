//! Request content, read within limits.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::time::timeout;

use crate::shares::{Held, Pool, Share};

/// The content of a request, not read yet.
#[derive(Debug)]
pub struct RequestBody {
    incoming: Incoming,
    limits: Arc<ConnectionBodies>,
}

/// The content of a request, and its share of the room for all content.
#[derive(Debug)]
pub struct Content {
    bytes: Bytes,
    _held: Held,
}

/// The reason that content was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// It ends too early.
    #[error("the content ends too early")]
    CutOff,
    /// It did not arrive in time.
    #[error("the content took too long")]
    TooSlow,
    /// It has more bytes than a request may have.
    #[error("the content is too large")]
    TooLarge,
    /// The content of other requests leaves no room for it.
    #[error("no room for the content")]
    NoRoom,
}

/// Limits on content, for one request and for all together.
#[derive(Clone, Debug)]
pub(crate) struct BodyLimits {
    body_bytes: u64,
    patience: Duration,
    all: Arc<Pool>,
}

/// Limits on content for one connection.
#[derive(Debug)]
pub(crate) struct ConnectionBodies {
    body_bytes: u64,
    patience: Duration,
    share: Share,
}

impl BodyError {
    /// The status of the response: 400, 408, 413 or 503.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::CutOff => StatusCode::BAD_REQUEST,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl Content {
    /// All bytes of the content.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl RequestBody {
    pub(crate) const fn new(incoming: Incoming, limits: Arc<ConnectionBodies>) -> Self {
        Self { incoming, limits }
    }

    /// Reads the whole content. It takes room as it arrives, so that announcing content does not
    /// affect others.
    ///
    /// # Errors
    ///
    /// [`BodyError`], with the status of the response.
    pub async fn read(self) -> Result<Content, BodyError> {
        // Content that is declared too large is not read at all.
        if self.incoming.size_hint().lower() > self.limits.body_bytes {
            return Err(BodyError::TooLarge);
        }
        let read = timeout(self.limits.patience, self.limits.read_frames(self.incoming)).await;
        read.map_err(|_| BodyError::TooSlow)?
    }
}

impl BodyLimits {
    pub(crate) fn new(body_bytes: u32, bodies_bytes: u32, patience: Duration) -> Self {
        let all = Pool::new(u64::from(bodies_bytes));
        Self { body_bytes: u64::from(body_bytes), patience, all }
    }

    /// Creates the limits of a new connection.
    pub(crate) fn of_connection(&self) -> ConnectionBodies {
        let Self { body_bytes, patience, all } = self;
        ConnectionBodies { body_bytes: *body_bytes, patience: *patience, share: all.share() }
    }
}

impl ConnectionBodies {
    async fn read_frames(&self, mut body: Incoming) -> Result<Content, BodyError> {
        let mut held = self.share.nothing();
        let (mut first, mut more) = (Bytes::new(), BytesMut::new());
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| BodyError::CutOff)?;
            // Trailers are ignored.
            let Ok(data) = frame.into_data() else { continue };
            let length = first.len().max(more.len()).saturating_add(data.len());
            if u64::try_from(length).unwrap_or(u64::MAX) > self.body_bytes {
                return Err(BodyError::TooLarge);
            }
            if !held.add(u64::try_from(data.len()).unwrap_or(u64::MAX)) {
                return Err(BodyError::NoRoom);
            }
            if first.is_empty() {
                // Most content arrives in one piece, and need not be copied.
                first = data;
            } else {
                if more.is_empty() {
                    more.extend_from_slice(&first);
                }
                more.extend_from_slice(&data);
            }
        }
        let bytes = if more.is_empty() { first } else { more.freeze() };
        Ok(Content { bytes, _held: held })
    }
}
