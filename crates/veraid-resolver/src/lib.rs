#![doc = include_str!("../README.md")]

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
pub use server::{ResolverAddress, ResolverAddressError, ResolverAddressProblem, Transport};
