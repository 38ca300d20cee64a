//! `kliento member bundle`.

use std::path::PathBuf;

use clap::Args;
use kliento::ValidityPeriod;
use kliento_inspect::Failure;
use kliento_inspect::text::line;
use veraid_core::{MemberIdBundle, OrganisationCredential, ServiceOid};

use crate::arguments::times::{self, InstantArg};
use crate::arguments::{AnchorsArgument, trust};
use crate::io::files::{self, Existing, Form, Readers, file_name};
use crate::io::{certificates, input};
use crate::outcome::{Outcome, Stop};

pub(super) const EXAMPLES: &str = "\
Examples:
  kliento member bundle --org-cert org.crt --member-cert alice.crt --chain chain.der --out alice.id";

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

pub(crate) fn run(arguments: &MemberBundle) -> Result<Outcome, Stop> {
    let existing = Existing::of(arguments.force);
    files::check_destination(Some(&arguments.out), existing)?;
    let inputs = [
        Some(&arguments.organisation),
        Some(&arguments.member),
        Some(&arguments.chain),
        arguments.anchors.trust_anchors.as_ref(),
    ];
    input::check_stdin_once(inputs.into_iter().chain(arguments.intermediates.iter().map(Some)))?;
    let verifier = trust::plain_verifier(&arguments.anchors)?;
    let asked = ValidityPeriod::at(times::instant(arguments.instant.at));
    let organisation = certificates::read(&arguments.organisation)?;
    let member = certificates::read(&arguments.member)?;
    let intermediates: Vec<_> = arguments
        .intermediates
        .iter()
        .map(|path| certificates::read(path))
        .collect::<Result<_, _>>()?;
    let chain = input::parsed_chain(&arguments.chain)?;
    let bundle = OrganisationCredential::new(chain, organisation)
        .and_then(|organisation| MemberIdBundle::assemble(&organisation, &member, &intermediates))
        .map_err(|error| Failure::malformed(&error))?;

    // Otherwise a bundle that proves nothing would be noticed only when the member uses it.
    let bytes = bundle.to_der();
    let service = arguments.service.clone().unwrap_or_else(kliento::service_oid);
    let verified = bundle
        .verify(&service, asked, &verifier)
        .map_err(|error| Failure::bundle_invalid(&error, asked))?;
    files::deliver(Some(&arguments.out), bytes, Form::Octets, Readers::Usual, existing, || {
        let mut text = format!("wrote {}\n", file_name(&arguments.out));
        line(&mut text, "member", &verified.member().to_string());
        line(&mut text, "service", &service.to_string());
        line(&mut text, "profile", &verified.profile().to_string());
        line(&mut text, "valid from", &verified.validity().start().to_string());
        line(&mut text, "valid until", &verified.validity().end().to_string());
        text
    })
}
