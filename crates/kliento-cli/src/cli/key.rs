//! `kliento key`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use veraid_issuer::KeySize;

use crate::cli::{KeyArguments, OutputArgument, WriteArguments};

#[derive(Debug, Subcommand)]
pub(crate) enum KeyVerb {
    /// Creates a private key.
    #[command(after_help = KEY_CREATE_EXAMPLES)]
    Create(KeyCreate),
    /// Shows the properties of a key, never its private half.
    #[command(after_help = KEY_SHOW_EXAMPLES)]
    Show(KeyShow),
    /// Imports a private key that was created elsewhere.
    #[command(after_help = KEY_IMPORT_EXAMPLES)]
    Import(KeyImport),
    /// Creates a certificate request for a key, which proves that you have it.
    #[command(after_help = KEY_REQUEST_EXAMPLES)]
    Request(KeyRequest),
}

const KEY_CREATE_EXAMPLES: &str = "\
Examples:
  kliento key create --out org.pem
  kliento key create --type rsa-4096 --out org.pem --passphrase-file passphrase.txt";

const KEY_SHOW_EXAMPLES: &str = "\
Examples:
  kliento key show org.pem
  kliento key show org.pem --public > org.public.pem
  kliento key show org.pem --passphrase-file passphrase.txt --output json";

const KEY_IMPORT_EXAMPLES: &str = "\
Examples:
  kliento key import key.der --out org.pem
  kliento key import old.pem --passphrase-file old.txt --out org.pem --new-passphrase-file new.txt";

const KEY_REQUEST_EXAMPLES: &str = "\
Examples:
  kliento key request --key alice.pem --org example.com --user alice --out alice.csr
  kliento key request --key ci.pem --org example.com --bot > ci.csr";

#[derive(Debug, Args)]
pub(crate) struct KeyCreate {
    /// The type of the key; longer keys give longer tokens.
    #[arg(long = "type", value_name = "TYPE", value_enum, default_value_t = KeyType::Rsa2048)]
    pub(crate) key_type: KeyType,
    /// Where to write the key: PKCS#8 in PEM, readable only by its owner.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Encrypt the key with the passphrase in this file [default: not encrypted].
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Replace the file if it exists; the key in it is lost.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct KeyShow {
    /// A private key (PKCS#8 in PEM or DER) or a public one (PEM or DER); `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// The file with the passphrase of the key.
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Print only the public half, in PEM.
    #[arg(long, conflicts_with = "form")]
    pub(crate) public: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

#[derive(Debug, Args)]
pub(crate) struct KeyImport {
    /// The key: PKCS#8 in PEM, encrypted or not, or in DER; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) input: PathBuf,
    /// The file with the passphrase of the key.
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Where to write the key: PKCS#8 in PEM, readable only by its owner.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Encrypt the new file with the passphrase in this file [default: not encrypted].
    #[arg(long, value_name = "FILE")]
    pub(crate) new_passphrase_file: Option<PathBuf>,
    /// Replace the file if it exists; the key in it is lost.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("member").required(true))]
pub(crate) struct KeyRequest {
    #[command(flatten)]
    pub(crate) key: KeyArguments,
    /// The domain of the organisation that will issue the certificate.
    #[arg(long = "org", value_name = "ORG")]
    pub(crate) organisation: String,
    /// The name of the user.
    #[arg(long, value_name = "NAME", group = "member")]
    pub(crate) user: Option<String>,
    /// Request a bot's certificate instead of a user's: a bot speaks for the organisation itself.
    #[arg(long, group = "member")]
    pub(crate) bot: bool,
    #[command(flatten)]
    pub(crate) write: WriteArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyType {
    #[value(name = "rsa-2048")]
    Rsa2048,
    #[value(name = "rsa-3072")]
    Rsa3072,
    #[value(name = "rsa-4096")]
    Rsa4096,
}

impl From<KeyType> for KeySize {
    fn from(key_type: KeyType) -> Self {
        match key_type {
            KeyType::Rsa2048 => Self::Rsa2048,
            KeyType::Rsa3072 => Self::Rsa3072,
            KeyType::Rsa4096 => Self::Rsa4096,
        }
    }
}
