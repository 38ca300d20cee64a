//! Arguments that several commands share.

pub(crate) mod names;
pub(crate) mod signer;
pub(crate) mod times;
pub(crate) mod trust;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kliento::{Profile, Timestamp, VerificationPolicy};

#[derive(Debug, Args)]
pub(crate) struct AnchorsArgument {
    /// Trust anchors: IANA's root-anchors.xml, Unbound's root.key, BIND's trust anchors, or DS and
    /// DNSKEY records of the root [default: IANA's, built in].
    #[arg(long, value_name = "FILE")]
    pub(crate) trust_anchors: Option<PathBuf>,
}

/// Requirements that a bundle must meet.
#[derive(Debug, Args)]
pub(crate) struct VerifyOptions {
    #[command(flatten)]
    pub(crate) anchors: AnchorsArgument,
    /// The profile to accept.
    #[arg(long, value_enum, default_value_t = ProfileArgument::Any)]
    pub(crate) profile: ProfileArgument,
    /// The longest period that a signature may cover [default: 3600 for tokens, none for bundles].
    #[arg(long, value_name = "SECONDS")]
    pub(crate) max_validity: Option<u64>,
    /// The number of seconds that your clock may be behind the signer's (at most 300); ends are
    /// never extended.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0,
        value_parser = clap::value_parser!(u64).range(..=VerificationPolicy::MAX_LEEWAY_SECONDS)
    )]
    pub(crate) leeway: u64,
    /// Accept an organisation certificate that someone else issued (DomainAuth): nothing then
    /// proves that the holder of its key agreed to its name.
    #[arg(long)]
    pub(crate) allow_foreign_issuer: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileArgument {
    Veraid,
    Domainauth,
    Any,
}

#[derive(Debug, Args)]
pub(crate) struct OutputArgument {
    /// The form of the result.
    #[arg(long = "output", value_name = "FORM", value_enum, default_value_t = Output::Text)]
    pub(crate) form: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    Text,
    Json,
}

/// The profile to issue under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum IssuingProfile {
    Veraid,
    Domainauth,
}

impl From<IssuingProfile> for Profile {
    fn from(profile: IssuingProfile) -> Self {
        match profile {
            IssuingProfile::Veraid => Self::VeraId,
            IssuingProfile::Domainauth => Self::DomainAuth,
        }
    }
}

/// A private key.
#[derive(Debug, Args)]
pub(crate) struct KeyArguments {
    /// The private key that signs: PKCS#8 in PEM or DER.
    #[arg(long = "key", value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The file with the passphrase of the key.
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// A private or public key, of which only the public half is needed.
#[derive(Debug, Args)]
pub(crate) struct PublicKeyArguments {
    /// The key, private or public; only its public half is used.
    #[arg(long = "key", value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The file with the passphrase of the key.
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// The signer, and the evidence to sign with.
#[derive(Debug, Args)]
pub(crate) struct SignerArguments {
    /// The organisation's domain.
    #[arg(long = "org", value_name = "ORG", required_unless_present = "member_bundle")]
    pub(crate) organisation: Option<String>,
    /// The user on whose behalf the organisation signs, or with --member-bundle an intermediate of
    /// it (DomainAuth) [default: the organisation itself, as a bot; the member of the bundle].
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Sign on behalf of the organisation itself, as a bot.
    #[arg(long, conflicts_with = "user")]
    pub(crate) bot: bool,
    #[command(flatten)]
    pub(crate) key: KeyArguments,
    /// The DNSSEC chain of the organisation's key records; with --member-bundle, a fresher one than
    /// the bundle's.
    #[arg(long, value_name = "FILE", required_unless_present = "member_bundle")]
    pub(crate) chain: Option<PathBuf>,
    /// The organisation's certificate [default: a new one, issued with the key].
    #[arg(long, value_name = "FILE", conflicts_with = "member_bundle")]
    pub(crate) org_cert: Option<PathBuf>,
    /// The member id bundle of the member whose key signs.
    #[arg(long, value_name = "FILE")]
    pub(crate) member_bundle: Option<PathBuf>,
    /// The instant to sign at, in RFC 3339 or Unix seconds [default: now].
    #[arg(long, value_name = "TIME", value_parser = times::parse)]
    pub(crate) at: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) anchors: AnchorsArgument,
}

/// The output file of a result.
#[derive(Debug, Args)]
pub(crate) struct WriteArguments {
    /// Where to write the result [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Replace the file if it exists, and allow binary output to a terminal.
    #[arg(long)]
    pub(crate) force: bool,
}

/// The output file of a certificate.
#[derive(Debug, Args)]
pub(crate) struct CertificateFile {
    /// Where to write the certificate.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Write PEM instead of DER.
    #[arg(long)]
    pub(crate) pem: bool,
    /// Replace the file if it exists.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}
