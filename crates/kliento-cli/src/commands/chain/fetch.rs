//! `kliento chain fetch`.

use std::path::PathBuf;

use clap::Args;
use kliento::{Profile, ValidityPeriod};
use kliento_inspect::Failure;
use kliento_inspect::json::to_line;
use kliento_inspect::text::{escape_for_terminal, grouped, line};
use serde::Serialize;
use veraid_core::{OrganisationName, ServiceOid};
use veraid_resolver::{
    FetchedChain, Form as ChainForm, Resolver, ResolverAddress, ResolverOptions,
};

use crate::arguments::{AnchorsArgument, IssuingProfile, Output, OutputArgument, names, trust};
use crate::io::files::{self, Existing, Form, Readers, file_name};
use crate::io::input;
use crate::io::keys::{self, AnyKey};
use crate::outcome::{Outcome, Stop, UsageError, progress};
use crate::{clock, failure};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento chain fetch example.com --out chain.der
  kliento chain fetch example.com --key org.pem --out chain.der --force
  kliento chain fetch example.com --resolver tls://9.9.9.9 --resolver 192.0.2.53 --out chain.der";

#[derive(Debug, Args)]
pub(crate) struct ChainFetch {
    /// The organisation's domain.
    #[arg(value_name = "ORG")]
    pub(crate) organisation: String,
    /// A recursive resolver: https://…, tls://…, tcp://…, udp://… or an address; if one fails, the
    /// next is queried [default: https://1.1.1.1/dns-query and https://8.8.8.8/dns-query].
    #[arg(long = "resolver", value_name = "URL")]
    pub(crate) resolvers: Vec<ResolverAddress>,
    /// Certificate authorities to trust for TLS besides the Web's, in PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_roots: Option<PathBuf>,
    /// The protocol whose records to fetch.
    #[arg(long, value_enum, default_value_t = IssuingProfile::Veraid)]
    pub(crate) profile: IssuingProfile,
    /// Keep the messages as received instead of reducing them to what the proof needs.
    #[arg(long)]
    pub(crate) full: bool,
    /// Check that a record names this key (private or public, in PEM).
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// The file with the passphrase of the key.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The service that the record must be for [default: Kliento's, 1.3.6.1.4.1.58708.3.0].
    #[arg(long, value_name = "OID", requires = "key")]
    pub(crate) service: Option<ServiceOid>,
    #[command(flatten)]
    pub(crate) anchors: AnchorsArgument,
    /// Where to write the chain.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Replace the file if it exists.
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgument,
}

pub(crate) fn run(arguments: &ChainFetch) -> Result<Outcome, Stop> {
    match (fetch(arguments), arguments.output.form) {
        (Ok(fetched), Output::Text) => deliver(arguments, &fetched, || fetched.to_text(arguments)),
        (Ok(fetched), Output::Json) => deliver(arguments, &fetched, || to_line(&fetched.to_json())),
        (Err(Stop::Failed(failure)), Output::Json) => {
            Ok(Outcome::report(to_line(&FetchJson::failed(&failure)), Some(&failure)))
        }
        (Err(stop), _) => Err(stop),
    }
}

/// A verified chain, and the facts to report about it.
struct Fetched {
    chain: FetchedChain,
    organisation: OrganisationName,
    profile: Profile,
    names_key: Option<bool>,
}

fn fetch(arguments: &ChainFetch) -> Result<Fetched, Stop> {
    let is_to_stdout = input::is_stdin(&arguments.out);
    if is_to_stdout && arguments.output.form == Output::Json {
        return Err(UsageError::new("standard output cannot be both the chain and JSON").into());
    }
    files::check_destination(Some(&arguments.out), Existing::of(arguments.force))?;
    input::check_stdin_once([
        arguments.key.as_ref(),
        arguments.passphrase_file.as_ref(),
        arguments.tls_roots.as_ref(),
        arguments.anchors.trust_anchors.as_ref(),
    ])?;
    let profile = Profile::from(arguments.profile);
    let organisation = names::organisation(&arguments.organisation, profile)?;
    let key = match &arguments.key {
        Some(path) => {
            let key = AnyKey::read(path, arguments.passphrase_file.as_deref())?;
            Some(keys::organisation_key(&key, path)?)
        }
        None => None,
    };
    let resolver = resolver(arguments, profile)?;
    let servers: Vec<_> = resolver.servers().iter().map(ToString::to_string).collect();
    progress(&format!(
        "fetching the key records of {organisation} ({profile}) from {}",
        escape_for_terminal(&servers.join(", "))
    ));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| UsageError::new(format!("the network cannot be used: {error}")))?;
    let now = clock::now();
    let form = if arguments.full { ChainForm::Full } else { ChainForm::Minimal };
    let asked = ValidityPeriod::at(now);
    let chain = runtime
        .block_on(resolver.fetch(&organisation, profile, form, now))
        .map_err(|error| failure::fetch(&error, asked))?;
    for warning in chain.warnings() {
        progress(&format!("warning: {}", escape_for_terminal(&warning.to_string())));
    }
    if let Some(key) = &key {
        let service = arguments.service.clone().unwrap_or_else(kliento::service_oid);
        chain
            .check_key(key, &service, profile)
            .map_err(|error| Failure::bundle_invalid(&error, asked))?;
    }
    Ok(Fetched { chain, organisation, profile, names_key: key.map(|_| true) })
}

fn resolver(arguments: &ChainFetch, profile: Profile) -> Result<Resolver, Stop> {
    let mut options = ResolverOptions::new().servers(arguments.resolvers.iter().cloned());
    if let Some(path) = &arguments.tls_roots {
        options = options
            .tls_roots_pem(&input::certificate(path)?)
            .map_err(|error| UsageError::new(format!("{}: {error}", input::name_of(path))))?;
    }
    let verifier = trust::chain_verifier(trust::anchors(&arguments.anchors)?, profile);
    Resolver::new(options, verifier).map_err(|error| UsageError::new(error.to_string()).into())
}

fn deliver(
    arguments: &ChainFetch,
    fetched: &Fetched,
    facts: impl FnOnce() -> String,
) -> Result<Outcome, Stop> {
    let existing = Existing::of(arguments.force);
    let (bytes, form) = (fetched.chain.to_der(), Form::Octets);
    files::deliver(Some(&arguments.out), bytes, form, Readers::Usual, existing, facts)
}

impl Fetched {
    fn to_text(&self, arguments: &ChainFetch) -> String {
        let mut text = format!("wrote {}\n", file_name(&arguments.out));
        line(&mut text, "organisation", self.organisation.as_str());
        line(&mut text, "profile", &self.profile.to_string());
        let records = self.chain.records().rdata().len();
        line(&mut text, "records", &records.to_string());
        if self.names_key == Some(true) {
            line(&mut text, "key", "named by a record");
        }
        let bytes: usize = self.chain.to_der().len();
        let messages = self.chain.messages().len();
        line(&mut text, "size", &format!("{messages} messages, {} bytes", grouped(bytes)));
        line(&mut text, "valid from", &self.chain.validity().start().to_string());
        line(&mut text, "valid until", &self.chain.validity().end().to_string());
        line(&mut text, "refresh at", &self.chain.refresh_at().to_string());
        text
    }

    fn to_json(&self) -> FetchJson<'_> {
        FetchJson {
            status: "valid",
            organisation: Some(self.organisation.as_str()),
            profile: Some(self.profile.to_string()),
            names_key: self.names_key,
            bytes: Some(self.chain.to_der().len()),
            valid_from: Some(self.chain.validity().start().to_string()),
            valid_until: Some(self.chain.validity().end().to_string()),
            refresh_at: Some(self.chain.refresh_at().to_string()),
            ..FetchJson::default()
        }
    }
}

/// `kliento.chain-fetch/v1`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FetchJson<'a> {
    schema: &'static str,
    status: &'static str,
    organisation: Option<&'a str>,
    profile: Option<String>,
    /// Null if no key was given.
    names_key: Option<bool>,
    bytes: Option<usize>,
    valid_from: Option<String>,
    valid_until: Option<String>,
    refresh_at: Option<String>,
    error: Option<&'a Failure>,
}

impl Default for FetchJson<'_> {
    fn default() -> Self {
        Self {
            schema: "kliento.chain-fetch/v1",
            status: "",
            organisation: None,
            profile: None,
            names_key: None,
            bytes: None,
            valid_from: None,
            valid_until: None,
            refresh_at: None,
            error: None,
        }
    }
}

impl<'a> FetchJson<'a> {
    fn failed(failure: &'a Failure) -> Self {
        Self { status: failure.class().status(), error: Some(failure), ..Self::default() }
    }
}
