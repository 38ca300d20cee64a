//! Kliento: authenticate workloads to any server, offline and without shared secrets.
//!
//! A client sends `Authorization: Kliento <bundle>`. The bundle proves, from the DNS root to the token, who sent it; the server
//! fetches nothing. What a server writes:
//!
//! ```no_run
//! use kliento::{Timestamp, TokenBundle, TrustAnchors, Verifier};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "rust-crypto")] {
//! # let (header, now) = ("", Timestamp::from_unix_seconds(0));
//! let verifier = Verifier::new(TrustAnchors::iana());
//! let token = TokenBundle::from_auth_header(header)?.verify("https://api.example.com", now, &verifier)?;
//! println!("{} with {} claims", token.subject(), token.claims().len());
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! [`TokenBundle`] is the untrusted value: it tells nothing of what it claims. [`VerifiedToken`] exists only through
//! [`TokenBundle::verify`] and is the only way to subject and claims:
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
//!
//! Use `veraid_aws_lc_rs::PROVIDER` with [`Verifier::with_crypto`] where speed matters.

mod auth_header;
mod error;
mod json;
mod token;
mod token_bundle;

pub use auth_header::{decode_auth_header, decode_base64};
pub use error::{HeaderProblem, ParseError, VerifyError};
pub use token::{ClaimSet, Token, TokenError};
pub use token_bundle::{RecalledToken, TokenBundle, TokenPolicy, VerifiedToken, service_oid};
pub use veraid_core::{
    Member, MemoryCounters, MemoryCounts, MemoryLimits, NameProblem, OrganisationName, Profile,
    SignatureKind, Timestamp, TrustAnchors, UserName, ValidityPeriod, VerificationPolicy, Verifier,
    crypto,
};
