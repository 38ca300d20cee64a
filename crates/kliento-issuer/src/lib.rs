#![doc = include_str!("../README.md")]

mod error;
pub mod policy;
mod token;

pub use error::TokenRuleError;
pub use policy::{IssuingPolicy, service_with_rules};
pub use token::{TokenIssuer, UnsignedTokenBundle};
pub use veraid_core::{MemberIdBundle, OrganisationCredential, UserName};
pub use veraid_issuer::{
    IssueError, PolicyError, Service, SignatureIssuer, SigningError, SigningKey,
};
