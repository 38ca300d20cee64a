//! The names of members in certificates, attributions and texts.

use veraid_core::{OrganisationName, Profile, UserName};

use crate::error::PolicyError;

/// A member as certificates and attributions write it: a user's name, or `@` for a bot.
///
/// A name that was checked under the other profile is checked again under this one.
pub(crate) fn member_name(user: Option<&UserName>, profile: Profile) -> Result<&str, PolicyError> {
    const BOT: &str = "@";
    let Some(user) = user else { return Ok(BOT) };
    UserName::new(user.as_str(), profile)
        .map_err(|problem| PolicyError::Name { what: "user name", problem })?;
    Ok(user.as_str())
}

/// A member as people write it: `alice@example.com`, or `example.com` for a bot.
pub(crate) fn member_id(user: Option<&UserName>, organisation: &OrganisationName) -> String {
    match user {
        Some(user) => format!("{}@{organisation}", user.as_str()),
        None => organisation.to_string(),
    }
}
