#![cfg_attr(feature = "rust-crypto", doc = include_str!("../README.md"))]
// The example in the README needs that feature.
#![cfg_attr(
    not(feature = "rust-crypto"),
    doc = "Authenticates workloads to any server on the Internet, offline and without shared secrets."
)]
//!
//! A token's claims cannot be read before it is verified:
//!
//! ```
//! fn claims(token: kliento::VerifiedToken) {
//!     token.claims();
//! }
//! fn before_proof(bundle: kliento::TokenBundle) {
//!     bundle.to_der();
//! }
//! ```
//!
//! ```compile_fail
//! fn claims_too_early(bundle: kliento::TokenBundle) {
//!     bundle.claims();
//! }
//! ```

mod auth_header;
mod error;
mod json;
mod token;
mod token_bundle;
mod verified_facts;

pub use auth_header::{decode_auth_header, decode_base64};
pub use error::{HeaderProblem, TokenParseError, VerifyError};
pub use token::{ClaimSet, Token, TokenError};
pub use token_bundle::{
    CachedToken, TokenBundle, TokenCacheLookup, TokenPolicy, VerifiedToken, service_oid,
};
pub use veraid_core::{
    CacheCounters, CacheLimits, CacheStats, Member, NameProblem, OrganisationName, Profile,
    SignatureKind, Timestamp, TrustAnchors, UserName, ValidityPeriod, VerificationPolicy, Verifier,
    crypto,
};
pub use verified_facts::VerifiedFacts;
