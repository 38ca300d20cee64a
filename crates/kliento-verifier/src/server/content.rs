//! The content of requests, read within bounds.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::server::reply::Reply;

/// Octets that one permit stands for.
const PERMIT_BYTES: u64 = 1024;

/// How much content is read, of one request and of all together.
#[derive(Clone, Debug)]
pub(crate) struct ContentLimits {
    body_bytes: u64,
    patience: Duration,
    all: Arc<Semaphore>,
}

/// The content of a request, and its share of what all may hold.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) octets: Bytes,
    _share: OwnedSemaphorePermit,
}

impl ContentLimits {
    pub(crate) fn new(body_bytes: u32, bodies_bytes: u32, patience: Duration) -> Self {
        let body_bytes = u64::from(body_bytes);
        let permits = u64::from(bodies_bytes).div_ceil(PERMIT_BYTES);
        let permits = usize::try_from(permits).unwrap_or(Semaphore::MAX_PERMITS);
        Self { body_bytes, patience, all: Arc::new(Semaphore::new(permits)) }
    }

    /// Reads the whole content.
    ///
    /// # Errors
    ///
    /// The reply to give: 413 if it is too large, 408 if it takes too long, 400 if it is cut off, 503 if others' content leaves no
    /// room.
    pub(crate) async fn read(&self, body: Incoming) -> Result<Content, Reply> {
        let too_large = || Reply::status(StatusCode::PAYLOAD_TOO_LARGE);
        // What is announced to be too large is not read at all.
        let announced = body.size_hint().exact();
        if announced.is_some_and(|octets| octets > self.body_bytes) {
            return Err(too_large());
        }
        let most = announced.unwrap_or(self.body_bytes).div_ceil(PERMIT_BYTES);
        let permits = u32::try_from(most).unwrap_or(u32::MAX);
        let share = Arc::clone(&self.all).try_acquire_many_owned(permits);
        let share = share.map_err(|_| Reply::overloaded())?;
        let limit = usize::try_from(self.body_bytes).unwrap_or(usize::MAX);
        let read = timeout(self.patience, Limited::new(body, limit).collect()).await;
        let collected = read.map_err(|_| Reply::status(StatusCode::REQUEST_TIMEOUT))?;
        match collected {
            Ok(collected) => Ok(Content { octets: collected.to_bytes(), _share: share }),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
            Err(_) => Err(Reply::status(StatusCode::BAD_REQUEST)),
        }
    }
}
