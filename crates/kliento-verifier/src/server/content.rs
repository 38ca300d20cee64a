//! Request content, read within limits.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::time::timeout;

use crate::server::reply::Reply;
use crate::server::shares::{Held, Pool, Share};

/// Limits on content, for one request and for all together.
#[derive(Clone, Debug)]
pub(crate) struct ContentLimits {
    body_bytes: u64,
    patience: Duration,
    all: Arc<Pool>,
}

/// Limits on content for one connection.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionContent {
    body_bytes: u64,
    patience: Duration,
    share: Share,
}

/// The content of a request, and its share of the room for all content.
#[derive(Debug)]
pub(crate) struct RequestBody {
    pub(crate) bytes: Bytes,
    _held: Held,
}

impl ContentLimits {
    pub(crate) fn new(body_bytes: u32, bodies_bytes: u32, patience: Duration) -> Self {
        let all = Pool::new(u64::from(bodies_bytes));
        Self { body_bytes: u64::from(body_bytes), patience, all }
    }

    /// Creates the limits of a new connection.
    pub(crate) fn of_connection(&self) -> ConnectionContent {
        let Self { body_bytes, patience, all } = self;
        ConnectionContent { body_bytes: *body_bytes, patience: *patience, share: all.share() }
    }
}

impl ConnectionContent {
    /// Reads the whole content. It takes room as it arrives, so that announcing content does not
    /// affect others.
    ///
    /// # Errors
    ///
    /// The reply to send: 413 if it is too large, 408 if it takes too long, 400 if it is cut off,
    /// 503 if others' content leaves no room.
    pub(crate) async fn read(&self, body: Incoming) -> Result<RequestBody, Reply> {
        // RequestBody that is declared too large is not read at all.
        if body.size_hint().lower() > self.body_bytes {
            return Err(Reply::status(StatusCode::PAYLOAD_TOO_LARGE));
        }
        let read = timeout(self.patience, self.read_frames(body)).await;
        read.map_err(|_| Reply::status(StatusCode::REQUEST_TIMEOUT))?
    }

    async fn read_frames(&self, mut body: Incoming) -> Result<RequestBody, Reply> {
        let mut held = self.share.nothing();
        let (mut first, mut more) = (Bytes::new(), BytesMut::new());
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| Reply::status(StatusCode::BAD_REQUEST))?;
            // Trailers are ignored.
            let Ok(data) = frame.into_data() else { continue };
            let length = first.len().max(more.len()).saturating_add(data.len());
            if u64::try_from(length).unwrap_or(u64::MAX) > self.body_bytes {
                return Err(Reply::status(StatusCode::PAYLOAD_TOO_LARGE));
            }
            if !held.add(u64::try_from(data.len()).unwrap_or(u64::MAX)) {
                return Err(Reply::overloaded());
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
        Ok(RequestBody { bytes, _held: held })
    }
}
