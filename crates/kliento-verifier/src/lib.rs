//! Lets servers authenticate their callers by Kliento tokens.
//!
//! [`Authenticator`] is what everything here rests on: it proves the token in a request's `Authorization` header, holds it against
//! an [`AccessPolicy`] and, where a token may be used once, against a [`ReplayGuard`]. Whoever is not let in gets a [`Refusal`], which knows
//! the status, the challenge and the [`Problem`] to answer with.
//!
//! | feature | adds |
//! |---|---|
//! | `tower` | `KlientoLayer`, around services of tower, axum, tonic and hyper |
//! | `axum` | `Identity` as what handlers take, and `Authenticated` for routes without a layer |
//! | `tonic` | `KlientoInterceptor` |
//! | `redis` | `RedisReplayGuard`, a replay guard that several servers share |
//! | `server` | the module `server`: the verifier as a service, which `kliento serve verifier` runs |

mod access_policy;
mod authenticator;
mod clock;
#[cfg(feature = "axum")]
mod extractor;
#[cfg(any(feature = "tower", feature = "tonic"))]
mod gate;
mod glob;
#[cfg(any(feature = "tower", feature = "tonic"))]
mod identity;
pub mod identity_headers;
#[cfg(feature = "tonic")]
mod interceptor;
#[cfg(feature = "tower")]
mod layer;
mod problem;
mod refusal;
mod refusal_response;
mod replay;
#[cfg(feature = "server")]
pub mod server;

pub use access_policy::AccessPolicy;
pub use authenticator::{Authenticator, Recalled, credentials};
pub use clock::{Clock, SystemClock};
#[cfg(feature = "axum")]
pub use extractor::{Authenticated, IdentityRejection};
pub use glob::{NamePattern, PatternError};
#[cfg(any(feature = "tower", feature = "tonic"))]
pub use identity::Identity;
#[cfg(feature = "tonic")]
pub use interceptor::KlientoInterceptor;
#[cfg(feature = "tower")]
pub use layer::{KlientoBody, KlientoFuture, KlientoLayer, KlientoService};
pub use problem::{PROBLEM_JSON, Problem};
pub use refusal::{Refusal, RefusalClass};
pub use replay::{
    MemoryReplayGuard, ReplayGuard, ReplayGuardError, ReplayKey, TokenUse, TokenUseFuture,
    UsedToken,
};
#[cfg(feature = "redis")]
pub use replay::{RedisReplayGuard, RedisSettings, RedisSettingsError};
