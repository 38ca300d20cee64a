#![doc = include_str!("../README.md")]

mod access_policy;
#[cfg(any(feature = "tower", feature = "tonic"))]
mod auth_core;
mod auth_error;
mod auth_error_response;
mod authenticator;
mod clock;
#[cfg(feature = "axum")]
mod extractor;
mod glob;
#[cfg(any(feature = "tower", feature = "tonic"))]
mod identity;
pub mod identity_headers;
#[cfg(feature = "tonic")]
mod interceptor;
#[cfg(feature = "tower")]
mod layer;
#[cfg(feature = "pool")]
mod pool;
mod problem;
mod replay;

pub use access_policy::AccessPolicy;
pub use auth_error::{AuthError, AuthErrorClass, PoolFailure};
pub use authenticator::{Authenticator, CacheLookup, credentials};
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
#[cfg(feature = "pool")]
pub use pool::{PoolError, VerificationPool};
pub use problem::{PROBLEM_JSON, Problem};
pub use replay::{
    MemoryReplayGuard, ReplayGuard, ReplayGuardError, ReplayKey, TokenUse, TokenUseFuture,
    UsedToken,
};
#[cfg(feature = "redis")]
pub use replay::{RedisReplayGuard, RedisSettings, RedisSettingsError};

/// Compiles the snippets in the workspace's README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct WorkspaceReadme;
