//! The organisation that a chain is about.

use kliento::Profile;
use veraid_core::OrganisationName;
use veraid_dnssec::{DnssecChain, Question};

use crate::arguments::names;

#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) organisation: OrganisationName,
    pub(crate) profile: Profile,
    pub(crate) question: Question,
}

/// The organisation of the first key records among the questions. Those of DomainAuth come first,
/// as verifiers choose.
pub(crate) fn subject(chain: &DnssecChain) -> Option<Subject> {
    [Profile::DomainAuth, Profile::VeraId].into_iter().find_map(|profile| {
        chain.questions().flatten().find_map(|question| {
            let name = question.name.to_string().to_ascii_lowercase();
            let organisation = name.strip_prefix(profile.label())?.strip_prefix('.')?;
            let organisation = names::organisation(organisation, profile).ok()?;
            let is_it = organisation.key_record_question(profile).as_ref() == Some(question)
                && chain.has_answer(question);
            is_it.then(|| Subject { organisation, profile, question: question.clone() })
        })
    })
}
