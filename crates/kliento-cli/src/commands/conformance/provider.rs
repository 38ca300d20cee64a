//! The cryptography of the built-in implementation.

use clap::ValueEnum;
use kliento::crypto::{CryptoProvider, rust_crypto};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProviderArgument {
    /// AWS-LC, as in every other command.
    AwsLcRs,
    /// Pure Rust.
    RustCrypto,
}

impl ProviderArgument {
    pub(crate) const fn provider(self) -> CryptoProvider {
        match self {
            Self::AwsLcRs => veraid_aws_lc_rs::PROVIDER,
            Self::RustCrypto => rust_crypto::PROVIDER,
        }
    }

    /// The name of the provider, as the argument spells it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::AwsLcRs => "aws-lc-rs",
            Self::RustCrypto => "rust-crypto",
        }
    }
}
