//! `kliento dev zone`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kliento::{Profile, TrustAnchors, ValidityPeriod};
use kliento_inspect::Failure;
use kliento_inspect::text::line;
use veraid_core::{encode_dnssec_chain, parse_dnssec_chain};
use veraid_zones::{HierarchyBuilder, ZoneAlgorithm};

use crate::arguments::times::{self, InstantArg};
use crate::arguments::{IssuingProfile, names, trust};
use crate::commands::zone::MAX_CHARACTER_STRING;
use crate::io::files::{self, Existing, Readers, file_name};
use crate::outcome::{Outcome, Stop, UsageError};
use crate::randomness;

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento zone record --org example.com --key org.pem --format raw > record.txt
  kliento dev zone --org example.com --txt \"$(cat record.txt)\" --out dev
  kliento token sign --org example.com --key org.pem --audience https://api.example.com \\
      --chain dev/chain.der --trust-anchors dev/trust-anchors.ds";

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

const DAY: u64 = 86_400;

/// The fix for a chain that verifiers would find too large.
const FEWER_LABELS: &str = "use --algorithm ecdsa-p256, or an organisation with fewer labels";

/// The first lines of a throw-away root's trust anchors, so that they are not mistaken for those of
/// the root.
const WARNING: &str = "\
; Trust anchor of a throw-away DNS root that `kliento dev zone` made for development.
; NEVER TRUST IT IN PRODUCTION: whoever made it could make any organisation's chain with it.
";

pub(crate) fn run(arguments: &DevZone) -> Result<Outcome, Stop> {
    let profile = Profile::from(arguments.profile);
    let organisation = names::organisation(&arguments.organisation, profile)?;
    for record in &arguments.records {
        check_record(record)?;
    }
    let existing = Existing::of(arguments.force);
    let chain_file = arguments.out.join("chain.der");
    let anchors_file = arguments.out.join("trust-anchors.ds");
    files::check_target(&chain_file, existing)?;
    files::check_target(&anchors_file, existing)?;

    let at = times::instant(arguments.instant.at);
    let period =
        ValidityPeriod::new(at.saturating_sub(DAY), at.saturating_add(DAY.saturating_mul(14)))
            .unwrap_or(ValidityPeriod::at(at));
    let algorithm = arguments.algorithm.into();
    let records: Vec<_> = arguments.records.iter().map(String::as_str).collect();
    let question = organisation.key_record_question(profile).ok_or_else(|| {
        UsageError::new(format!("{organisation} is too long for its key records"))
    })?;
    // The seed is drawn here and stored nowhere: the zones' keys can never sign again.
    let made = HierarchyBuilder::new(randomness::bytes()?, period)
        .zone_algorithms(algorithm, algorithm, algorithm)
        .owner(&question.name.to_string())
        .txt(&records)
        .build();
    let chain = encode_dnssec_chain(made.messages.iter().map(Vec::as_slice));
    prove(&chain, &made.trust_anchors, &question, at, profile)?;

    files::make_folder(&arguments.out)?;
    let anchors = format!("{WARNING}{}\n", made.trust_anchors);
    files::write(&chain_file, &chain, Readers::Usual, existing)?;
    files::write(&anchors_file, anchors.as_bytes(), Readers::Usual, existing)?;

    let mut text =
        format!("wrote {}\nwrote {}\n", file_name(&chain_file), file_name(&anchors_file));
    line(&mut text, "records at", &question.name.to_string());
    line(&mut text, "valid from", &period.start().to_string());
    line(&mut text, "valid until", &period.end().to_string());
    line(&mut text, "note", "for development only: never trust these anchors elsewhere");
    Ok(Outcome::valid(text))
}

/// Verifies the new chain. Verifiers limit the work per chain, so very deep organisations cannot
/// have every algorithm, or any.
fn prove(
    chain: &[u8],
    anchors: &str,
    question: &veraid_dnssec::Question,
    at: kliento::Timestamp,
    profile: Profile,
) -> Result<(), Stop> {
    let asked = ValidityPeriod::at(at);
    let anchors = TrustAnchors::from_presentation(anchors)
        .map_err(|error| UsageError::new(format!("invalid trust anchors of the zones: {error}")))?;
    let verifier = trust::chain_verifier(anchors, profile);
    let chain = parse_dnssec_chain(chain)
        .map_err(|error| Failure::malformed(&error).with_fix(FEWER_LABELS))?;
    chain
        .verify(question, asked, &verifier)
        .map_err(|error| Failure::chain_invalid(&error, asked).with_fix(FEWER_LABELS))?;
    Ok(())
}

fn check_record(record: &str) -> Result<(), UsageError> {
    if record.is_empty() || record.len() > MAX_CHARACTER_STRING {
        return Err(UsageError::new(format!(
            "--txt has {} bytes, and a record has 1 to {MAX_CHARACTER_STRING}: give the output of `kliento zone record --format raw`",
            record.len()
        )));
    }
    if !record.bytes().all(|octet| matches!(octet, b' '..=b'~')) || record.contains('"') {
        return Err(UsageError::new(
            "--txt has a quote or a character that is not printable ASCII: give the output of `kliento zone record --format raw`",
        ));
    }
    Ok(())
}
