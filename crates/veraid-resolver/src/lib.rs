//! Fetches DNSSEC chains from recursive resolvers, and hands out only what it has proved.
//!
//! A [`Resolver`] asks one recursive resolver after the other (over UDP, TCP, TLS or HTTPS) for an organisation's key records and for
//! every key and delegation between them and the root. A recursive resolver is believed in nothing: what it answers is a
//! [`FetchedChain`] only if [`DnssecChain::verify`](veraid_dnssec::DnssecChain::verify) proves it from the trust anchors. If not, the
//! [`FetchError`] names the link that is missing, the zone, and how to mend it.
//!
//! ```no_run
//! use veraid_core::{OrganisationName, Profile, Timestamp, TrustAnchors, crypto::rust_crypto};
//! use veraid_dnssec::ChainVerifier;
//! use veraid_resolver::{Form, Resolver, ResolverOptions};
//!
//! # async fn fetch() -> Result<(), Box<dyn std::error::Error>> {
//! let options = ResolverOptions::new()
//!     .server("https://9.9.9.9/dns-query".parse()?)
//!     .server("tls://dns.example.com".parse()?);
//! let verifier = ChainVerifier::new(TrustAnchors::iana(), rust_crypto::PROVIDER);
//! let resolver = Resolver::new(options, verifier)?;
//!
//! let organisation = OrganisationName::from_common_name("example.com", Profile::VeraId)?;
//! let now = Timestamp::from_unix_seconds(1_795_305_600);
//! let chain = resolver.fetch(&organisation, Profile::VeraId, Form::Minimal, now).await?;
//! for warning in chain.warnings() {
//!     eprintln!("{warning}");
//! }
//! println!("holds {}, fetch again at {}", chain.validity(), chain.refresh_at());
//! std::fs::write("chain.der", chain.to_der())?;
//! # Ok(())
//! # }
//! ```
//!
//! This is the only library of the workspace that talks to a network. It needs a [tokio](https://docs.rs/tokio) runtime with time and
//! I/O enabled. It reads no clock for what it proves: the time is an argument, and only time-outs are the runtime's.

mod connection;
mod error;
mod fetched_chain;
mod https;
mod minimal;
mod options;
mod pruning;
mod query;
mod resolver;
mod response;
mod server;
mod session;
mod tls;
mod udp;
mod walk;

pub use error::{FailureReason, FetchError, ResponseCode, ServerFailure};
pub use fetched_chain::{FetchedChain, Form, Warning};
pub use options::{OptionsError, ResolverOptions};
pub use resolver::Resolver;
pub use server::{Server, ServerTextError, ServerTextProblem, Transport};
