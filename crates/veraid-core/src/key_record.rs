//! Key records: the TXT records by which an organisation names its keys.

use veraid_dnssec::VerifiedRrset;
use veraid_dnssec::crypto::{CryptoProvider, DigestAlgorithm};

use crate::error::{KeyRecordError, VerifyError};
use crate::oid::ServiceOid;
use crate::organisation_key::{OrganisationKey, encode_key_id};
use crate::profile::{MAX_VALIDITY_SECONDS, Profile};

/// The key record that names an organisation's key for a service. Only [`OrganisationKey::find_record`] makes one, from
/// proved records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    ttl_override_seconds: u64,
}

/// What a record says of the key and service that are looked for.
enum Reading {
    /// It is of another form, or of another key.
    Skipped,
    /// It is split into several character-strings, or has none.
    Split,
    /// It names the key, for another service.
    OtherService,
    /// It names the key, and is malformed otherwise.
    Malformed(&'static str),
    Matches {
        is_for_any_service: bool,
        ttl_override_seconds: u64,
    },
}

impl KeyRecord {
    /// Selects the one record that names `key` for `service`.
    ///
    /// One for that service wins over one for any; two that match equally well are refused (draft, "Verification
    /// Procedure"). Records of another form are skipped, so that a stray record locks nobody out; one that names the key and is malformed
    /// fails.
    pub(crate) fn select(
        records: &VerifiedRrset,
        key: &OrganisationKey,
        service: &ServiceOid,
        profile: Profile,
        crypto: CryptoProvider,
    ) -> Result<Self, VerifyError> {
        let key = Key::of(key, profile, crypto);
        let service_text = service.to_string();
        let (mut for_service, mut for_any) = (Vec::new(), Vec::new());
        let (mut skipped, mut split, mut other_service) = (0_usize, 0_usize, 0_usize);
        for rdata in records.rdata() {
            let reading = match profile {
                Profile::VeraId => key.read_veraid(rdata, &service_text),
                Profile::DomainAuth => key.read_domainauth(rdata, &service_text),
            };
            match reading {
                Reading::Skipped => skipped = skipped.saturating_add(1),
                Reading::Split => split = split.saturating_add(1),
                Reading::OtherService => other_service = other_service.saturating_add(1),
                Reading::Malformed(problem) => {
                    let key_id = key.id().to_owned();
                    return Err(VerifyError::KeyRecord(KeyRecordError::Malformed {
                        key_id,
                        problem,
                    }));
                }
                Reading::Matches { is_for_any_service: false, ttl_override_seconds } => {
                    for_service.push(ttl_override_seconds);
                }
                Reading::Matches { is_for_any_service: true, ttl_override_seconds } => {
                    for_any.push(ttl_override_seconds);
                }
            }
        }
        let matching = if for_service.is_empty() { for_any } else { for_service };
        match matching.as_slice() {
            [ttl_override_seconds] => Ok(Self { ttl_override_seconds: *ttl_override_seconds }),
            [] => Err(VerifyError::KeyRecord(KeyRecordError::NotFound {
                key_id: key.id().to_owned(),
                service: service.clone(),
                records: records.rdata().len(),
                other_service,
                skipped,
                split,
            })),
            several => Err(VerifyError::KeyRecord(KeyRecordError::Ambiguous {
                key_id: key.id().to_owned(),
                count: several.len(),
            })),
        }
    }

    /// How far verification may look back, in seconds (0 to 7,776,000).
    #[must_use]
    pub const fn ttl_override_seconds(self) -> u64 {
        self.ttl_override_seconds
    }
}

/// The organisation's key as records name it.
struct Key {
    algorithm: u8,
    /// The key's identifiers with the numbers of their digest types; under VeraId the one that goes with its size.
    ids: Vec<(u8, String)>,
    /// The digest type that goes with the key's size.
    usual_digest_type: u8,
}

impl Key {
    fn of(key: &OrganisationKey, profile: Profile, crypto: CryptoProvider) -> Self {
        let id = |digest| encode_key_id(&crypto.digest(digest, key.as_spki_der()), profile);
        let algorithm = key.algorithm_number();
        let ids = match profile {
            Profile::VeraId => vec![(algorithm, id(key.digest_algorithm()))],
            Profile::DomainAuth => {
                [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512]
                    .into_iter()
                    .zip(1..)
                    .map(|(digest, number)| (number, id(digest)))
                    .collect()
            }
        };
        Self { algorithm, ids, usual_digest_type: algorithm }
    }

    fn id(&self) -> &str {
        self.ids
            .iter()
            .find(|(digest_type, _)| *digest_type == self.usual_digest_type)
            .map_or("", |(_, id)| id)
    }

    /// Reads a VeraId record: `algorithm key-id ttl [service]` in one character-string.
    ///
    /// White space at both ends is trimmed and runs of it separate; what follows the fourth field is ignored.
    fn read_veraid(&self, rdata: &[u8], service: &str) -> Reading {
        let [string] = character_strings(rdata).unwrap_or_default()[..] else {
            return Reading::Split;
        };
        let Ok(text) = std::str::from_utf8(string) else { return Reading::Skipped };
        let mut fields = text.split(is_white_space).filter(|field| !field.is_empty());
        let (Some(algorithm), Some(key_id)) = (fields.next(), fields.next()) else {
            return Reading::Skipped;
        };
        if key_id != self.id() {
            return Reading::Skipped;
        }
        // The identifier is ours. With the number of another size it names another key, as deployed software has it.
        match algorithm {
            "1" | "2" | "3" if algorithm == self.algorithm.to_string() => {}
            "1" | "2" | "3" => return Reading::Skipped,
            _ => return Reading::Malformed("the algorithm is not 1, 2 or 3"),
        }
        let Some(ttl) = fields.next().filter(|ttl| ttl.bytes().all(|octet| octet.is_ascii_digit()))
        else {
            return Reading::Malformed("the TTL override is not a decimal number");
        };
        // However many digits: what is above 90 days is taken as 90 days.
        let ttl_override_seconds = ttl.parse::<u64>().unwrap_or(u64::MAX).min(MAX_VALIDITY_SECONDS);
        match fields.next() {
            None => Reading::Matches { is_for_any_service: true, ttl_override_seconds },
            Some(bound) if bound == service => {
                Reading::Matches { is_for_any_service: false, ttl_override_seconds }
            }
            Some(_) => Reading::OtherService,
        }
    }

    /// Reads a DomainAuth record: `0 algorithm digest-type key-id ttl [service]`, single spaces between, the character-strings put
    /// together.
    fn read_domainauth(&self, rdata: &[u8], service: &str) -> Reading {
        let Some(strings) = character_strings(rdata) else { return Reading::Skipped };
        let joined = strings.concat();
        let Ok(text) = std::str::from_utf8(&joined) else { return Reading::Skipped };
        let names_key = text.split(is_white_space).any(|field| {
            let field = field.trim_end_matches('=');
            self.ids.iter().any(|(_, id)| id == field)
        });
        let fields: Vec<&str> = text.split(' ').collect();
        if !names_key || fields.first() != Some(&"0") {
            return Reading::Skipped;
        }
        // From here on the record is of this version and names the key.
        let (algorithm, digest_type, key_id, ttl, bound) = match fields[..] {
            [_, algorithm, digest_type, key_id, ttl] => (algorithm, digest_type, key_id, ttl, None),
            [_, algorithm, digest_type, key_id, ttl, bound] => {
                (algorithm, digest_type, key_id, ttl, Some(bound))
            }
            _ => {
                return Reading::Malformed(
                    "there are not 5 or 6 fields with single spaces between",
                );
            }
        };
        let (Some(algorithm), Some(digest_type)) = (registered(algorithm), registered(digest_type))
        else {
            return Reading::Malformed("the algorithm or digest type is not 1, 2 or 3");
        };
        let Some(ttl_override_seconds) = plain_number(ttl).filter(|ttl_override_seconds| {
            (1..=MAX_VALIDITY_SECONDS).contains(ttl_override_seconds)
        }) else {
            return Reading::Malformed("the TTL override is not from 1 to 7776000");
        };
        if bound.is_some_and(|bound| bound.parse::<ServiceOid>().is_err()) {
            return Reading::Malformed("the service is not an object identifier");
        }
        let is_our_key = algorithm == self.algorithm
            && self.ids.iter().any(|(number, id)| *number == digest_type && id == key_id);
        match bound {
            _ if !is_our_key => {
                Reading::Malformed("the key id does not go with the algorithm and digest type")
            }
            None => Reading::Matches { is_for_any_service: true, ttl_override_seconds },
            Some(bound) if bound == service => {
                Reading::Matches { is_for_any_service: false, ttl_override_seconds }
            }
            Some(_) => Reading::OtherService,
        }
    }
}

/// White space of ASCII; other white space does not separate.
const fn is_white_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{0B}' | '\u{0C}')
}

/// A number of the registries for algorithms and digest types.
fn registered(field: &str) -> Option<u8> {
    matches!(field, "1" | "2" | "3").then(|| field.parse().ok())?
}

/// A decimal number without sign and leading zeros.
fn plain_number(field: &str) -> Option<u64> {
    let is_plain = !field.starts_with('0') && field.bytes().all(|octet| octet.is_ascii_digit());
    is_plain.then(|| field.parse().ok())?
}

/// The character-strings of a TXT record's data (RFC 1035 section 3.3.14); `None` if it is none.
fn character_strings(mut rdata: &[u8]) -> Option<Vec<&[u8]>> {
    let mut strings = Vec::new();
    while let Some((&length, rest)) = rdata.split_first() {
        let (string, rest) = rest.split_at_checked(usize::from(length))?;
        strings.push(string);
        rdata = rest;
    }
    Some(strings)
}
