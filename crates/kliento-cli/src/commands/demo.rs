//! `kliento demo`: from a DNSSEC root to a token that a server accepts, and three rejections,
//! without a network.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use kliento::{
    Profile, Timestamp, Token, TokenBundle, TokenPolicy, TrustAnchors, ValidityPeriod, Verifier,
};
use kliento_inspect::{Inspection, TokenQuestion};
use kliento_issuer::TokenIssuer;
use veraid_core::{OrganisationCredential, UserName, encode_dnssec_chain, parse_dnssec_chain};
use veraid_issuer::{KeySize, Organisation, SerialNumber, SoftwareKey};
use veraid_zones::{HierarchyBuilder, ZoneAlgorithm};

use crate::io::files::{self, Existing, Readers};
use crate::io::shell::quoted;
use crate::outcome::{Outcome, Stop, UsageError};
use crate::{clock, randomness};

const DEMO_EXAMPLES: &str = "\
Examples:
  kliento demo
  kliento demo --out playground";

#[derive(Debug, Args)]
#[command(after_help = DEMO_EXAMPLES)]
pub(crate) struct DemoArguments {
    /// The folder to create for the files [default: kliento-demo, or kliento-demo-2 and so on if it
    /// exists].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

const ORGANISATION: &str = "example.test";
const USER: &str = "alice";
const AUDIENCE: &str = "https://api.example.com";
const OTHER_AUDIENCE: &str = "https://shop.example.com";
const CLAIM: (&str, &str) = ("role", "reader");
const FORGED_CLAIM: (&str, &str) = ("role", "master");
const KEY_FILE: &str = "organisation.key.pem";
const CHAIN_FILE: &str = "chain.der";
const ANCHORS_FILE: &str = "trust-anchors.ds";
const TOKEN_FILE: &str = "token.header";
const LIFETIME_SECONDS: u64 = 600;
const DAY: u64 = 86_400;

/// Everything that the demo creates.
struct World {
    key: Arc<SoftwareKey>,
    key_record_owner: String,
    key_record: String,
    chain_der: Vec<u8>,
    anchors_text: String,
    anchors: TrustAnchors,
    verifier: Verifier,
    bundle: TokenBundle,
}

pub(crate) fn run(arguments: &DemoArguments) -> Result<Outcome, Stop> {
    let stopwatch = clock::stopwatch();
    let now = clock::now();
    let (seed, serial_number) = (randomness::bytes()?, randomness::bytes()?);
    let world = World::make(now, seed, SerialNumber::from_random(serial_number))
        .map_err(|error| UsageError::new(format!("the demo cannot be created: {error}")))?;
    let taken = stopwatch();
    let folder = create_folder(arguments.out.as_deref())?;
    world.leave_in(&folder)?;
    Ok(Outcome::valid(world.tell(&folder, now, taken)))
}

/// Creates the requested folder, or the first of `kliento-demo`, `kliento-demo-2` and so on that
/// does not exist.
fn create_folder(asked: Option<&Path>) -> Result<PathBuf, UsageError> {
    let numbered = (2..100).map(|number| PathBuf::from(format!("kliento-demo-{number}")));
    let candidates: Vec<PathBuf> = match asked {
        Some(path) => vec![path.to_owned()],
        None => std::iter::once(PathBuf::from("kliento-demo")).chain(numbered).collect(),
    };
    for path in candidates {
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => {
                let name = files::file_name(&path);
                return Err(UsageError::new(format!("{name} cannot be created: {error}")));
            }
        }
    }
    Err(UsageError::new("the folder exists; choose another with --out, or remove it"))
}

impl World {
    fn make(
        now: Timestamp,
        seed: [u8; 32],
        serial_number: SerialNumber,
    ) -> Result<Self, Box<dyn Error>> {
        let key = Arc::new(SoftwareKey::generate(KeySize::Rsa2048)?);
        let crypto = veraid_aws_lc_rs::PROVIDER;
        let organisation = Organisation::new(ORGANISATION, Profile::VeraId, key.clone(), crypto)?;
        let (key_record_owner, service) = (organisation.key_record_owner(), kliento::service_oid());
        let key_record = organisation.key_record(DAY, Some(&service))?;

        // The root and the zones below it, whose keys are not kept.
        let p256 = ZoneAlgorithm::EcdsaP256;
        let rrsigs = ValidityPeriod::new(now.saturating_sub(DAY), now.saturating_add(14 * DAY))?;
        let zones = HierarchyBuilder::new(seed, rrsigs)
            .zone_algorithms(p256, p256, p256)
            .owner(&key_record_owner)
            .txt(&[&key_record])
            .build();
        let chain_der = encode_dnssec_chain(zones.messages.iter().map(Vec::as_slice));
        let anchors = TrustAnchors::from_presentation(&zones.trust_anchors)?;
        let verifier = Verifier::with_crypto(anchors.clone(), crypto);

        let certificate = organisation.issue_certificate(rrsigs, serial_number)?;
        let identity = OrganisationCredential::new(parse_dnssec_chain(&chain_der)?, certificate)?;
        let alice = UserName::new(USER, Profile::VeraId)?;
        let issuer = TokenIssuer::for_organisation(identity, key.clone(), now, &verifier)?
            .on_behalf_of(Some(&alice))?;
        let token = Token::new(AUDIENCE)?.with_claim(CLAIM.0, CLAIM.1);
        let bundle = issuer.issue(&token, issuer.period(now, LIFETIME_SECONDS)?)?;
        let anchors_text = format!(
            "; A throw-away root made by `kliento demo`. Do not trust it for anything else.\n{}\n",
            zones.trust_anchors.trim_end()
        );
        Ok(Self {
            key,
            key_record_owner,
            key_record,
            chain_der,
            anchors_text,
            anchors,
            verifier,
            bundle,
        })
    }

    /// Writes the files for further experiments; the folder is new.
    fn leave_in(&self, folder: &Path) -> Result<(), Stop> {
        let key = self
            .key
            .to_pkcs8_pem()
            .map_err(|error| UsageError::new(format!("the key cannot be written: {error}")))?;
        let header = format!("Authorization: {}\n", self.bundle.to_auth_header());
        let write = |name: &str, bytes: &[u8], readers| {
            files::write(&folder.join(name), bytes, readers, Existing::Keep)
        };
        write(KEY_FILE, key.as_bytes(), Readers::Owner)?;
        write(CHAIN_FILE, &self.chain_der, Readers::Usual)?;
        write(ANCHORS_FILE, self.anchors_text.as_bytes(), Readers::Usual)?;
        // Anyone who can read a token can use it.
        write(TOKEN_FILE, header.as_bytes(), Readers::Owner)
    }

    /// The text of the demo, with a server's verdict on the token and three rejections.
    fn tell(&self, folder: &Path, now: Timestamp, taken: Duration) -> String {
        let mut text = format!(
            "A workload proves its identity, offline. All of this was just created in {} ms, without a network:\n\n",
            taken.as_millis()
        );
        let mut item = |what: &str, file: &str| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {what:<65}{}", files::file_name(&folder.join(file)));
        };
        item("a DNS root, and the signed zones test and example.test", ANCHORS_FILE);
        item("an RSA-2048 key for the organisation example.test", KEY_FILE);
        item("the record in its zone that names the key, and its DNSSEC chain", CHAIN_FILE);
        item("a token of alice@example.test for https://api.example.com", TOKEN_FILE);
        let (owner, record) = (&self.key_record_owner, &self.key_record);
        let _ = writeln!(text, "\nThe record:\n\n  {owner}. 300 IN TXT \"{record}\"");

        let _ =
            writeln!(text, "\nThe verdict of the server {AUDIENCE}, from the root's key alone:\n");
        text.push_str(&indented(&self.ask(self.bundle.clone(), AUDIENCE, now).verdict_and_chain()));

        let (name, value, forged) = (CLAIM.0, CLAIM.1, FORGED_CLAIM.1);
        let later = now.saturating_add(3600);
        for (what, refusal) in [
            (
                format!("The verdict of the server {OTHER_AUDIENCE} on the same token"),
                self.ask(self.bundle.clone(), OTHER_AUDIENCE, now),
            ),
            (
                "The first server's verdict an hour later".to_owned(),
                self.ask(self.bundle.clone(), AUDIENCE, later),
            ),
            (
                format!("Its verdict if someone changes {name} = {value} to {name} = {forged}"),
                self.ask(self.tampered(), AUDIENCE, now),
            ),
        ] {
            let _ = writeln!(text, "\n{what}:\n");
            text.push_str(&indented(&refusal.verdict_and_break()));
        }
        text.push_str("\nTry next:\n\n");
        text.push_str(&commands(folder));
        text
    }

    /// The verdict of the server `audience` on `bundle`.
    fn ask(&self, bundle: TokenBundle, audience: &str, at: Timestamp) -> Inspection {
        let question = TokenQuestion {
            audience: Some(audience),
            at,
            policy: TokenPolicy::default(),
            verifier: &self.verifier,
            anchors: &self.anchors,
        };
        question.inspect(bundle)
    }

    /// The bundle after an attacker on the way has changed a claim; its length is unchanged.
    fn tampered(&self) -> TokenBundle {
        let claim = |(name, value): (&str, &str)| format!(r#""{name}":"{value}""#).into_bytes();
        let (honest, forged) = (claim(CLAIM), claim(FORGED_CLAIM));
        let mut der = self.bundle.to_der();
        let location = der.windows(honest.len()).position(|bytes| bytes == honest);
        if let Some(target) =
            location.and_then(|start| der.get_mut(start..)?.get_mut(..forged.len()))
        {
            target.copy_from_slice(&forged);
        }
        // Only a string in the token has changed, so the bundle parses as before.
        TokenBundle::from_der(&der).unwrap_or_else(|_| self.bundle.clone())
    }
}

/// Commands to run next, with this very program and folder.
fn commands(folder: &Path) -> String {
    let program = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    let program = quoted(&program);
    let file = |name| quoted(&folder.join(name));
    let (token, anchors) = (file(TOKEN_FILE), file(ANCHORS_FILE));
    let (key, chain) = (file(KEY_FILE), file(CHAIN_FILE));
    format!(
        "  {program} token verify {token} --audience {AUDIENCE} --trust-anchors {anchors}
  {program} token inspect {token} --trust-anchors {anchors}
  {program} token sign --org {ORGANISATION} --user bob --audience {AUDIENCE} --key {key} --chain {chain} --trust-anchors {anchors}
"
    )
}

fn indented(text: &str) -> String {
    let indent = |line: &str| if line.is_empty() { "\n".into() } else { format!("  {line}\n") };
    text.lines().map(indent).collect()
}
