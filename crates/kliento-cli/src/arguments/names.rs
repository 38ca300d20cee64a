//! Names as users type them.

use veraid_core::{NameProblem, OrganisationName, Profile, UserName};
use veraid_issuer::PolicyError;

use crate::failure;
use crate::outcome::Stop;

/// Parses an organisation's domain, with or without the final dot.
pub(crate) fn organisation(text: &str, profile: Profile) -> Result<OrganisationName, Stop> {
    let dotted = format!("{}.", text.strip_suffix('.').unwrap_or(text));
    OrganisationName::from_common_name(&dotted, profile)
        .map_err(|problem| invalid_name("organisation name", problem))
}

/// Parses a user's name; what DomainAuth requires beyond VeraId is checked where the profile is
/// known.
pub(crate) fn user(text: &str) -> Result<UserName, Stop> {
    UserName::new(text, Profile::VeraId).map_err(|problem| invalid_name("user name", problem))
}

fn invalid_name(what: &'static str, problem: NameProblem) -> Stop {
    failure::policy(&PolicyError::Name { what, problem }).into()
}
