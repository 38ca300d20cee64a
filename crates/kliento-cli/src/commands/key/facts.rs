//! The properties of a key.

use aws_lc_rs::rsa::PublicEncryptingKey;
use kliento_inspect::text::line;
use serde::Serialize;
use veraid_core::{OrganisationKey, Profile};

/// `kliento.key/v1`: the properties of a key.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyFacts {
    schema: &'static str,
    /// `private` or `public`.
    kind: &'static str,
    algorithm: &'static str,
    bits: Option<usize>,
    /// The beginnings of key records; null if no key record can name the key.
    veraid_key: Option<String>,
    domainauth_key: Option<String>,
    /// Null for a public key.
    encrypted: Option<bool>,
}

impl KeyFacts {
    /// The properties of a SubjectPublicKeyInfo; `is_encrypted` is about the private half, if there
    /// is one.
    pub(crate) fn of(spki: &[u8], is_encrypted: Option<bool>) -> Self {
        let key = OrganisationKey::from_spki_der(spki).ok();
        let named = |profile| key.as_ref().map(|key| beginning_of_record(key, profile));
        Self {
            schema: "kliento.key/v1",
            kind: if is_encrypted.is_some() { "private" } else { "public" },
            algorithm: "RSA",
            bits: PublicEncryptingKey::from_der(spki).ok().map(|key| key.key_size_bits()),
            veraid_key: named(Profile::VeraId),
            domainauth_key: named(Profile::DomainAuth),
            encrypted: is_encrypted,
        }
    }

    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        let bits = self.bits.map_or_else(String::new, |bits| format!(", {bits} bits"));
        line(&mut text, "type", &format!("{}, {} key{bits}", self.algorithm, self.kind));
        let none = "none (key records name keys of 2048, 3072 and 4096 bits)";
        line(&mut text, "VeraId", self.veraid_key.as_deref().unwrap_or(none));
        line(&mut text, "DomainAuth", self.domainauth_key.as_deref().unwrap_or(none));
        if let Some(is_encrypted) = self.encrypted {
            line(&mut text, "encrypted", if is_encrypted { "yes" } else { "no" });
        }
        text
    }
}

/// The beginning of records that name the key, up to the key id.
fn beginning_of_record(key: &OrganisationKey, profile: Profile) -> String {
    let record = key.record_text(profile, 1, None, veraid_aws_lc_rs::PROVIDER);
    record.strip_suffix(" 1").unwrap_or(&record).to_owned()
}
