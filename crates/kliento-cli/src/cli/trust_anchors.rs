//! `kliento trust-anchors`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use veraid_trust_anchors::Signature;

use crate::cli::{InstantArg, OutputArgument};

#[derive(Debug, Subcommand)]
pub(crate) enum TrustAnchorsVerb {
    /// Shows the built-in trust anchors, or those of a file.
    #[command(after_help = SHOW_EXAMPLES)]
    Show(TrustAnchorsShow),
    /// Compares a file with the built-in trust anchors, and warns of keys that expire soon.
    #[command(after_help = CHECK_EXAMPLES)]
    Check(TrustAnchorsCheck),
    /// Writes the usable trust anchors of a file in the only format that keeps their periods (RFC
    /// 9718).
    #[command(after_help = UPDATE_EXAMPLES)]
    Update(TrustAnchorsUpdate),
}

const SHOW_EXAMPLES: &str = "\
Examples:
  kliento trust-anchors show
  kliento trust-anchors show --from /var/lib/unbound/root.key --output json";

const CHECK_EXAMPLES: &str = "\
Examples:
  kliento trust-anchors check --from root-anchors.xml --signature root-anchors.p7s
  kliento trust-anchors check --from root-anchors.xml --chain chain.der";

const UPDATE_EXAMPLES: &str = "\
Examples:
  kliento trust-anchors update --from root-anchors.xml --signature root-anchors.p7s \\
      --out /etc/kliento/trust-anchors.xml --force
  kliento trust-anchors update --from /etc/bind/bind.keys --out trust-anchors.xml";

#[derive(Debug, Args)]
pub(crate) struct TrustAnchorsShow {
    /// IANA's root-anchors.xml, Unbound's root.key, BIND's trust anchors, or DS and DNSKEY records;
    /// `-` is standard input [default: the built-in ones].
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) instant: InstantArg,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

#[derive(Debug, Args)]
pub(crate) struct TrustAnchorsCheck {
    /// IANA's root-anchors.xml, Unbound's root.key, BIND's trust anchors, or DS and DNSKEY records;
    /// `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: PathBuf,
    /// A chain that the file must prove, as written by `kliento chain fetch`.
    #[arg(long, value_name = "FILE")]
    pub(crate) chain: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) signature: SignatureArguments,
    #[command(flatten)]
    pub(crate) instant: InstantArg,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

#[derive(Debug, Args)]
pub(crate) struct TrustAnchorsUpdate {
    /// IANA's root-anchors.xml, Unbound's root.key, BIND's trust anchors, or DS and DNSKEY records;
    /// `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: PathBuf,
    #[command(flatten)]
    pub(crate) signature: SignatureArguments,
    #[command(flatten)]
    pub(crate) instant: InstantArg,
    /// Where to write the trust anchors, for --trust-anchors and for services.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Replace the file if it exists.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

/// A detached signature over the file.
#[derive(Debug, Args)]
pub(crate) struct SignatureArguments {
    /// The detached CMS signature over the file, such as IANA's root-anchors.p7s; without it, the
    /// origin of the file is unknown.
    #[arg(long, value_name = "FILE")]
    pub(crate) signature: Option<PathBuf>,
    /// Certificates of the authorities that may have certified the signer, in PEM or DER [default:
    /// ICANN's].
    #[arg(long, value_name = "FILE", requires = "signature")]
    pub(crate) ca: Option<PathBuf>,
    /// The e-mail address in the signer's certificate.
    #[arg(long, value_name = "ADDRESS", default_value = Signature::IANA)]
    pub(crate) signer: String,
}
