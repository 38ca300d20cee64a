//! Verification on threads of its own.

mod workers;

use std::io;
use std::sync::Arc;
use std::thread::available_parallelism;

use http::HeaderMap;
use kliento::{Timestamp, VerifiedToken};

use crate::auth_error::{AuthError, PoolFailure};
use crate::authenticator::{Authenticator, CacheLookup, credentials};
use crate::pool::workers::Workers;

/// Threads that verify tokens, so that those that serve requests do not have to.
///
/// If the whole bundle is cached, its verdict is looked up on the calling thread, which takes no
/// signature check. All other bundles go to a fixed number of threads of lower priority, behind two
/// bounded queues: one for new tokens of cached organisations, one for unknown bundles. So hostile
/// bundles delay only each other.
///
/// Cheap to clone. The threads end when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct VerificationPool {
    /// For tokens of cached organisations, which take one or two signature checks.
    known: Workers,
    /// For all other tokens, which may take as long as the limits allow.
    unknown: Workers,
}

/// The reason that there is no verified token.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The token is invalid.
    #[error(transparent)]
    Rejected(#[from] AuthError),
    /// The token was not verified.
    #[error(transparent)]
    NotVerified(#[from] PoolFailure),
}

impl From<PoolError> for AuthError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Rejected(rejection) => rejection,
            PoolError::NotVerified(failure) => Self::NotVerified(failure),
        }
    }
}

impl VerificationPool {
    /// Starts `threads` threads for each of the two queues; 0 means one for each processor but one.
    /// Each queue has room for `queue` bundles.
    ///
    /// # Errors
    ///
    /// The system's error if it cannot start that many threads.
    pub fn start(threads: usize, queue: usize) -> io::Result<Self> {
        let threads = match threads {
            // One is left for the threads that serve requests, so that cached tokens wait little
            // for others.
            0 => available_parallelism().map_or(1, |all| usize::from(all).saturating_sub(1).max(1)),
            threads => threads,
        };
        Ok(Self {
            known: Workers::start(threads, queue)?,
            unknown: Workers::start(threads, queue)?,
        })
    }

    /// Authenticates the sender of a request like [`Authenticator::authenticate`], without a
    /// signature check on the calling thread.
    ///
    /// # Errors
    ///
    /// [`AuthError`], which determines the response.
    pub async fn authenticate(
        &self,
        authenticator: &Arc<Authenticator>,
        headers: &HeaderMap,
    ) -> Result<VerifiedToken, AuthError> {
        let der = kliento::decode_auth_header(credentials(headers)?)?;
        let now = authenticator.now();
        let audiences = authenticator.shared_audiences();
        let token = self.verify(authenticator, der, audiences, now).await?;
        authenticator.admit(token, now).await
    }

    /// Verifies the token in a DER bundle for one of `audiences` at `now`. The access policy and
    /// replay guard are applied later, by [`Authenticator::admit`].
    ///
    /// # Errors
    ///
    /// [`PoolError`]: the token is invalid, or the queue is full.
    pub async fn verify(
        &self,
        authenticator: &Arc<Authenticator>,
        der: Vec<u8>,
        audiences: impl AsRef<[String]> + Send + 'static,
        now: Timestamp,
    ) -> Result<VerifiedToken, PoolError> {
        let for_worker = Arc::clone(authenticator);
        // A cache lookup is cheaper than a handover to another thread, and costs the same for a
        // forgery. Signature checks are not cheap.
        let verified = match authenticator.look_up(&der, audiences.as_ref(), now) {
            CacheLookup::Hit(verdict) => return Ok(*verdict?),
            CacheLookup::OrganisationCached(token) => {
                let verify = move || for_worker.verify_cached(token, audiences.as_ref());
                self.known.run(verify).await
            }
            CacheLookup::Miss => {
                let verify = move || for_worker.verify_uncached(&der, audiences.as_ref(), now);
                self.unknown.run(verify).await
            }
        };
        Ok(verified??)
    }

    /// The number of bundles that wait for a thread.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.known.waiting().saturating_add(self.unknown.waiting())
    }
}
