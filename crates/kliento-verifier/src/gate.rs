//! Shared by the tower layer and the tonic interceptor: authenticates a request and stores the
//! identity in its extensions.

use std::fmt;
use std::sync::Arc;

use http::{Extensions, HeaderMap};

use crate::authenticator::{Authenticator, are_of_other_schemes};
use crate::identity::Identity;
use crate::identity_headers;
use crate::refusal::Refusal;

/// Decides whether a request may proceed.
#[derive(Clone)]
pub(crate) struct Gate {
    authenticator: Authenticator,
    other_schemes: OtherSchemes,
    on_refusal: Option<Listener>,
}

/// A callback for refusals.
type Listener = Arc<dyn Fn(&Refusal) + Send + Sync>;

/// The treatment of requests without Kliento credentials.
#[derive(Clone, Copy, Debug)]
enum OtherSchemes {
    Refused,
    LeftToOthers,
}

/// The result for a request that may proceed.
#[derive(Debug)]
pub(crate) enum Passage {
    /// Sent by this verified sender.
    Of(Identity),
    /// Sent without Kliento credentials.
    Unidentified,
}

/// Marks every request that went through a gate, to tell "no identity" from "not authenticated
/// yet".
#[derive(Clone, Copy, Debug)]
pub(crate) struct WentThroughGate;

impl Gate {
    pub(crate) const fn new(authenticator: Authenticator) -> Self {
        Self { authenticator, other_schemes: OtherSchemes::Refused, on_refusal: None }
    }

    pub(crate) const fn beside_other_schemes(mut self) -> Self {
        self.other_schemes = OtherSchemes::LeftToOthers;
        self
    }

    pub(crate) fn on_refusal(mut self, tell: impl Fn(&Refusal) + Send + Sync + 'static) -> Self {
        self.on_refusal = Some(Arc::new(tell));
        self
    }

    /// Authenticates the request with these headers, and removes headers that its sender could pass
    /// off as verified.
    ///
    /// # Errors
    ///
    /// [`Refusal`], which has been passed to the listener.
    #[cfg(feature = "tower")]
    pub(crate) async fn pass(&self, headers: &mut HeaderMap) -> Result<Passage, Refusal> {
        self.told(self.judge(headers).await)
    }

    /// Authenticates a request without waiting: a replay guard has to answer at once.
    #[cfg(feature = "tonic")]
    pub(crate) fn pass_at_once(&self, headers: &mut HeaderMap) -> Result<Passage, Refusal> {
        use std::task::{Context, Poll, Waker};

        let judgement = std::pin::pin!(self.judge(headers));
        let judged = match judgement.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(judged) => judged,
            // Only the replay guard waits.
            Poll::Pending => Err(Refusal::ReplayGuard(crate::replay::ReplayGuardError::Waiting)),
        };
        self.told(judged)
    }

    async fn judge(&self, headers: &mut HeaderMap) -> Result<Passage, Refusal> {
        identity_headers::strip(headers);
        if let OtherSchemes::LeftToOthers = self.other_schemes
            && are_of_other_schemes(headers)
        {
            return Ok(Passage::Unidentified);
        }
        let token = self.authenticator.authenticate(headers).await?;
        Ok(Passage::Of(Identity::new(token)))
    }

    fn told(&self, judged: Result<Passage, Refusal>) -> Result<Passage, Refusal> {
        if let (Err(refusal), Some(tell)) = (&judged, &self.on_refusal) {
            tell(refusal);
        }
        judged
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("authenticator", &self.authenticator)
            .field("other_schemes", &self.other_schemes)
            .finish_non_exhaustive()
    }
}

impl Passage {
    pub(crate) fn note_in(self, extensions: &mut Extensions) {
        extensions.insert(WentThroughGate);
        if let Self::Of(identity) = self {
            extensions.insert(identity);
        }
    }
}
