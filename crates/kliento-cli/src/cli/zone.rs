//! `kliento zone` and `kliento dev`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use veraid_core::ServiceOid;
use veraid_zones::ZoneAlgorithm;

use crate::cli::{InstantArg, IssuingProfile, PublicKeyArguments};

#[derive(Debug, Subcommand)]
pub(crate) enum ZoneVerb {
    /// Writes the TXT record that names an organisation's key, in the form that a DNS provider
    /// accepts.
    #[command(after_help = ZONE_RECORD_EXAMPLES)]
    Record(ZoneRecord),
}

#[derive(Debug, Subcommand)]
pub(crate) enum DevVerb {
    /// Creates a throw-away DNS root, zones and a chain with the given key records, for trials
    /// without a domain.
    #[command(after_help = DEV_ZONE_EXAMPLES)]
    Zone(DevZone),
}

const ZONE_RECORD_EXAMPLES: &str = "\
Examples:
  kliento zone record --org example.com --key org.pem
  kliento zone record --org dept.example.com --zone example.com --key org.public.pem --format cloudflare
  kliento zone record --org example.com --key org.pem --any-service --ttl-override 3600 --format raw";

const DEV_ZONE_EXAMPLES: &str = "\
Examples:
  kliento zone record --org example.com --key org.pem --format raw > record.txt
  kliento dev zone --org example.com --txt \"$(cat record.txt)\" --out dev
  kliento token sign --org example.com --key org.pem --audience https://api.example.com \\
      --chain dev/chain.der --trust-anchors dev/trust-anchors.ds";

/// The longest TTL in the DNS (RFC 2181 section 8).
const MAX_TTL: i64 = 0x7FFF_FFFF;

#[derive(Debug, Args)]
pub(crate) struct ZoneRecord {
    /// The organisation's domain.
    #[arg(long = "org", value_name = "ORG")]
    pub(crate) organisation: String,
    #[command(flatten)]
    pub(crate) key: PublicKeyArguments,
    /// The number of seconds that verification may look back: the maximum by which signatures
    /// outlive the DNSSEC chain.
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    pub(crate) ttl_override: u64,
    /// The service that the key is for [default: Kliento's, 1.3.6.1.4.1.58708.3.0].
    #[arg(long, value_name = "OID")]
    pub(crate) service: Option<ServiceOid>,
    /// Let the key sign for any service.
    #[arg(long, conflicts_with = "service")]
    pub(crate) any_service: bool,
    /// The protocol that the record is for.
    #[arg(long, value_enum, default_value_t = IssuingProfile::Veraid)]
    pub(crate) profile: IssuingProfile,
    /// The zone that contains the record [default: the organisation's domain].
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<String>,
    /// The record's TTL: the number of seconds that resolvers may keep it (at most 2147483647: RFC
    /// 2181 section 8).
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u32).range(..=MAX_TTL))]
    pub(crate) dns_ttl: u32,
    /// The form of the record.
    #[arg(long, value_name = "FORM", value_enum, default_value_t = RecordFormat::Bind)]
    pub(crate) format: RecordFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordFormat {
    /// A line of a zone file (BIND, NSD, Knot).
    Bind,
    /// A change batch for `aws route53 change-resource-record-sets`.
    Route53,
    /// The body of a POST to Cloudflare's `dns_records`.
    Cloudflare,
    /// A `gcloud dns` command line.
    Gcloud,
    /// A Terraform or OpenTofu resource.
    Terraform,
    /// octoDNS YAML.
    Octodns,
    /// A DNSControl record.
    Dnscontrol,
    /// A DNSEndpoint of external-dns (Kubernetes).
    ExternalDns,
    /// Only the text of the record.
    Raw,
}

#[derive(Debug, Args)]
pub(crate) struct DevZone {
    /// The organisation's domain.
    #[arg(long = "org", value_name = "ORG")]
    pub(crate) organisation: String,
    /// The text of a key record, as written by `kliento zone record --format raw`; may be given
    /// several times.
    #[arg(long = "txt", value_name = "RDATA", required = true)]
    pub(crate) records: Vec<String>,
    /// The protocol that the records are for.
    #[arg(long, value_enum, default_value_t = IssuingProfile::Veraid)]
    pub(crate) profile: IssuingProfile,
    /// The algorithm of all zones' keys.
    #[arg(long, value_enum, default_value_t = DevAlgorithm::EcdsaP256)]
    pub(crate) algorithm: DevAlgorithm,
    #[command(flatten)]
    pub(crate) instant: InstantArg,
    /// The folder to write `chain.der` and `trust-anchors.ds` to.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Replace the files if they exist.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DevAlgorithm {
    EcdsaP256,
    EcdsaP384,
    Ed25519,
    Ed448,
    RsaSha256,
    RsaSha512,
}

impl From<DevAlgorithm> for ZoneAlgorithm {
    fn from(algorithm: DevAlgorithm) -> Self {
        match algorithm {
            DevAlgorithm::EcdsaP256 => Self::EcdsaP256,
            DevAlgorithm::EcdsaP384 => Self::EcdsaP384,
            DevAlgorithm::Ed25519 => Self::Ed25519,
            DevAlgorithm::Ed448 => Self::Ed448,
            DevAlgorithm::RsaSha256 => Self::RsaSha256,
            DevAlgorithm::RsaSha512 => Self::RsaSha512,
        }
    }
}
