//! Lets servers authenticate their callers by Kliento tokens.
//!
//! [`Authenticator`] is what everything here rests on: it proves the token in a request's `Authorization` header, holds it against
//! an [`AccessPolicy`] and, where a token may be used once, against a [`ReplayGuard`]. Whoever is not let in gets a [`Refusal`], which knows
//! the status, the challenge and the [`Problem`] to answer with.

mod access_policy;
mod authenticator;
mod clock;
mod glob;
pub mod identity_headers;
mod problem;
mod refusal;
mod replay;
#[cfg(feature = "server")]
pub mod server;

pub use access_policy::AccessPolicy;
pub use authenticator::{Authenticator, credentials};
pub use clock::{Clock, SystemClock};
pub use glob::{NamePattern, PatternError};
pub use problem::{PROBLEM_JSON, Problem};
pub use refusal::{Refusal, RefusalClass};
pub use replay::{
    MemoryReplayGuard, ReplayGuard, ReplayGuardError, ReplayKey, TokenUse, TokenUseFuture,
};
