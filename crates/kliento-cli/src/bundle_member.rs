//! `kliento member bundle`.

use kliento::ValidityPeriod;
use kliento_inspect::Failure;
use kliento_inspect::text::line;
use veraid_core::{MemberIdBundle, OrganisationCredential};

use crate::cli::MemberBundle;
use crate::files::{self, Existing, Form, Readers, file_name};
use crate::outcome::{Outcome, Stop};
use crate::{certificates, input, times, trust};

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
