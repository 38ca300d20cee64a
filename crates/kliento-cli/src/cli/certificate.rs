//! `kliento org` and `kliento member`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use kliento::Timestamp;
use veraid_core::ServiceOid;

use crate::cli::{AnchorsArgument, InstantArg, IssuingProfile, KeyArguments, OutputArgument};
use crate::times;

#[derive(Debug, Subcommand)]
pub(crate) enum OrganisationVerb {
    /// Issues the organisation's own certificate.
    #[command(after_help = ORG_CERT_EXAMPLES)]
    Cert(OrganisationCert),
}

#[derive(Debug, Subcommand)]
pub(crate) enum MemberVerb {
    /// Issues the certificate of a user or a bot.
    #[command(after_help = MEMBER_CERT_EXAMPLES)]
    Cert(MemberCert),
    /// Assembles and verifies a member id bundle, which a member needs besides its key to sign.
    #[command(after_help = MEMBER_BUNDLE_EXAMPLES)]
    Bundle(MemberBundle),
}

const ORG_CERT_EXAMPLES: &str = "\
Examples:
  kliento org cert --org example.com --key org.pem --out org.crt
  kliento org cert --org example.com --key org.pem --profile domainauth --days 30 --pem --out org.crt.pem
  kliento org cert --org example.com --key org.pem --profile domainauth --intermediate-levels 1 --out org.crt";

const MEMBER_CERT_EXAMPLES: &str = "\
Examples:
  kliento member cert --org-cert org.crt --key org.pem --user alice --request alice.csr --out alice.crt
  kliento member cert --org-cert org.crt --key org.pem --bot --member-key ci.pem --days 7 --out ci.crt
  kliento member cert --org-cert org.crt --key org.pem --user ops --request ops.csr --intermediate 0 --out ops.crt
  kliento member cert --member-bundle ops.id --key ops.pem --user bob --request bob.csr --out bob.crt";

const MEMBER_BUNDLE_EXAMPLES: &str = "\
Examples:
  kliento member bundle --org-cert org.crt --member-cert alice.crt --chain chain.der --out alice.id";

#[derive(Debug, Args)]
pub(crate) struct OrganisationCert {
    /// The organisation's domain.
    #[arg(long = "org", value_name = "ORG")]
    pub(crate) organisation: String,
    #[command(flatten)]
    pub(crate) key: KeyArguments,
    /// The protocol that the certificate is for.
    #[arg(long, value_enum, default_value_t = IssuingProfile::Veraid)]
    pub(crate) profile: IssuingProfile,
    /// Allow at most this many levels of intermediates between the organisation and its members
    /// (DomainAuth) [default: 0].
    #[arg(long, value_name = "LEVELS", value_parser = clap::value_parser!(u8).range(..=3))]
    pub(crate) intermediate_levels: Option<u8>,
    /// Make a certificate that signs content and cannot issue others (DomainAuth).
    #[arg(long, conflicts_with = "intermediate_levels")]
    pub(crate) sign_only: bool,
    /// The first second at which the certificate is valid [default: an hour ago, for clocks that
    /// are behind].
    #[arg(long, value_name = "TIME", value_parser = times::parse)]
    pub(crate) from: Option<Timestamp>,
    /// The number of days for which the certificate is valid [default: 90].
    #[arg(long, value_name = "DAYS", conflicts_with = "until", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) days: Option<u32>,
    /// The last second in which it is valid.
    #[arg(long, value_name = "TIME", value_parser = times::parse)]
    pub(crate) until: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) write: CertificateFile,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("member").required(true))]
#[command(group = ArgGroup::new("issuer").required(true))]
#[command(group = ArgGroup::new("public key").required(true))]
pub(crate) struct MemberCert {
    /// The certificate of the issuing organisation.
    #[arg(long, value_name = "FILE", group = "issuer")]
    pub(crate) org_cert: Option<PathBuf>,
    /// The member id bundle of the issuing intermediate (DomainAuth).
    #[arg(long, value_name = "FILE", group = "issuer")]
    pub(crate) member_bundle: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) key: KeyArguments,
    /// The name of the user.
    #[arg(long, value_name = "NAME", group = "member")]
    pub(crate) user: Option<String>,
    /// Certify a bot instead of a user: it speaks for the organisation itself.
    #[arg(long, group = "member")]
    pub(crate) bot: bool,
    /// The member's PKCS#10 certificate request, which proves that the member has the private key;
    /// see `kliento key request`.
    #[arg(long, value_name = "FILE", group = "public key")]
    pub(crate) request: Option<PathBuf>,
    /// The member's private key, of which only the public half is used; or a public key, with
    /// --without-proof.
    #[arg(long, value_name = "FILE", group = "public key")]
    pub(crate) member_key: Option<PathBuf>,
    /// Certify a public key without proof that the member has the private key.
    #[arg(long, requires = "member_key", conflicts_with = "request")]
    pub(crate) without_proof: bool,
    /// The file with the passphrase of the member's private key.
    #[arg(long, value_name = "FILE", requires = "member_key", conflicts_with = "request")]
    pub(crate) member_passphrase_file: Option<PathBuf>,
    /// Make the member an intermediate with at most this many levels of intermediates below it
    /// (DomainAuth).
    #[arg(long, value_name = "PATHLEN", value_parser = clap::value_parser!(u8).range(..=3))]
    pub(crate) intermediate: Option<u8>,
    /// The protocol that the certificate is for [default: that of the issuer's certificate].
    #[arg(long, value_enum, conflicts_with = "member_bundle")]
    pub(crate) profile: Option<IssuingProfile>,
    /// The first second at which the certificate is valid [default: an hour ago, or that of the
    /// issuer's certificate if later].
    #[arg(long, value_name = "TIME", value_parser = times::parse)]
    pub(crate) from: Option<Timestamp>,
    /// The number of days for which the certificate is valid [default: as long as the issuer's
    /// certificate, at most 90 days].
    #[arg(long, value_name = "DAYS", conflicts_with = "until", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) days: Option<u32>,
    /// The last second in which it is valid.
    #[arg(long, value_name = "TIME", value_parser = times::parse)]
    pub(crate) until: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) write: CertificateFile,
}

#[derive(Debug, Args)]
pub(crate) struct MemberBundle {
    /// The organisation's certificate.
    #[arg(long = "org-cert", value_name = "FILE")]
    pub(crate) organisation: PathBuf,
    /// The member's certificate.
    #[arg(long = "member-cert", value_name = "FILE")]
    pub(crate) member: PathBuf,
    /// A certificate between the two (DomainAuth); may be given several times.
    #[arg(long = "intermediate", value_name = "FILE")]
    pub(crate) intermediates: Vec<PathBuf>,
    /// The DNSSEC chain of the organisation's key records.
    #[arg(long, value_name = "FILE")]
    pub(crate) chain: PathBuf,
    /// The service that the member will sign for [default: Kliento's, 1.3.6.1.4.1.58708.3.0].
    #[arg(long, value_name = "OID")]
    pub(crate) service: Option<ServiceOid>,
    #[command(flatten)]
    pub(crate) instant: InstantArg,
    #[command(flatten)]
    pub(crate) anchors: AnchorsArgument,
    /// Where to write the bundle.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Replace the file if it exists.
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
