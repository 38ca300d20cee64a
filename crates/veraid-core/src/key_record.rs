//! Key records: the TXT records in which an organisation names its keys.

use veraid_dnssec::VerifiedRrset;
use veraid_dnssec::crypto::{CryptoProvider, DigestAlgorithm};

use crate::oid::{ServiceOid, is_dotted_decimal};
use crate::organisation_key::{OrganisationKey, encode_key_id};
use crate::profile::{MAX_VALIDITY_SECONDS, Profile};

/// The key record that names an organisation's key for a service. Only
/// [`OrganisationKey::find_record`] makes one, from proved records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    ttl_override_seconds: u64,
}

impl OrganisationKey {
    /// Finds the only record among `records` that names this key for `service`.
    ///
    /// A record for that service has precedence over one for any; two that match equally well are
    /// rejected. Records of another form are skipped; one that names the key and is malformed fails
    /// (draft, "Verification Procedure").
    ///
    /// # Errors
    ///
    /// [`KeyRecordError`] with the records found instead.
    pub fn find_record(
        &self,
        records: &VerifiedRrset,
        service: &ServiceOid,
        profile: Profile,
        crypto: CryptoProvider,
    ) -> Result<KeyRecord, KeyRecordError> {
        KeyRecord::select(records, self, service, profile, crypto)
    }
}

/// The result of parsing a record for a given key and service.
enum Reading {
    /// It has another form, or names another key.
    Skipped,
    /// It names the key in a form that is not the profile's.
    OtherForm(RecordForm),
    /// It is split into several character-strings, or has no character-string.
    Split,
    /// It names the key, for another service.
    OtherService,
    /// It names the key, but is malformed otherwise.
    Malformed(&'static str),
    Matches {
        is_for_any_service: bool,
        ttl_override_seconds: u64,
    },
}

impl KeyRecord {
    /// Selects the only record that names `key` for `service`.
    ///
    /// A record for that service has precedence over one for any; two that match equally well are
    /// rejected (draft, "Verification Procedure"). Records of another form are skipped, so that a
    /// stray record does not lock anyone out, and so are those with a version, algorithm or digest
    /// type that is not registered yet, so that the registries can grow. A record that names the
    /// key and that no registration could make valid is malformed and fails.
    fn select(
        records: &VerifiedRrset,
        key: &OrganisationKey,
        service: &ServiceOid,
        profile: Profile,
        crypto: CryptoProvider,
    ) -> Result<Self, KeyRecordError> {
        let key = Key::of(key, profile, crypto);
        let (mut for_service, mut for_any) = (Vec::new(), Vec::new());
        let (mut skipped, mut split, mut other_service) = (0_usize, 0_usize, 0_usize);
        let mut other_form = None;
        for rdata in records.rdata() {
            let reading = match profile {
                Profile::VeraId => key.read_veraid(rdata, service),
                Profile::DomainAuth => key.read_domainauth(rdata, service),
            };
            match reading {
                Reading::Skipped => skipped = skipped.saturating_add(1),
                Reading::OtherForm(form) => {
                    skipped = skipped.saturating_add(1);
                    other_form.get_or_insert(form);
                }
                Reading::Split => split = split.saturating_add(1),
                Reading::OtherService => other_service = other_service.saturating_add(1),
                Reading::Malformed(problem) => {
                    let key_id = key.id().to_owned();
                    return Err(KeyRecordError::Malformed { key_id, problem });
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
        if matching.is_empty()
            && other_service == 0
            && let Some(form) = other_form
        {
            let key_id = key.id().to_owned();
            return Err(KeyRecordError::OtherForm { key_id, form, profile });
        }
        match matching.as_slice() {
            [ttl_override_seconds] => Ok(Self { ttl_override_seconds: *ttl_override_seconds }),
            [] => Err(KeyRecordError::NotFound {
                key_id: key.id().to_owned(),
                service: service.clone(),
                records: records.rdata().len(),
                other_service,
                skipped,
                split,
            }),
            several => {
                Err(KeyRecordError::Ambiguous { key_id: key.id().to_owned(), count: several.len() })
            }
        }
    }

    /// The TTL override: how far verification may look back, in seconds (0 to 7,776,000).
    #[must_use]
    pub const fn ttl_override_seconds(self) -> u64 {
        self.ttl_override_seconds
    }
}

/// The organisation's key in the form that records use.
struct Key {
    algorithm: u8,
    /// The key ids with the numbers of their digest types; under VeraId only the one that goes with
    /// the key's size.
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

    /// Parses a VeraId record: `algorithm key-id ttl [service]` in one character-string.
    ///
    /// White space at both ends is trimmed and runs of it separate; anything after the fourth field
    /// is ignored.
    fn read_veraid(&self, rdata: &[u8], service: &ServiceOid) -> Reading {
        let [string] = character_strings(rdata).unwrap_or_default()[..] else {
            return Reading::Split;
        };
        let Ok(text) = std::str::from_utf8(string) else { return Reading::Skipped };
        let mut fields = text.split(is_white_space).filter(|field| !field.is_empty());
        let (Some(algorithm), Some(key_id)) = (fields.next(), fields.next()) else {
            return Reading::Skipped;
        };
        if key_id != self.id() {
            return self.in_other_form(text).map_or(Reading::Skipped, Reading::OtherForm);
        }
        // The key id is ours. With the number of another size it names another key, as in deployed
        // software.
        match Number::read(algorithm) {
            Number::Registered(algorithm) if algorithm == self.algorithm => {}
            Number::Registered(_) | Number::NotRegistered => return Reading::Skipped,
            Number::Impossible => {
                return Reading::Malformed(
                    "the algorithm is not a positive number without leading zeros",
                );
            }
        }
        let Some(ttl) = fields.next().filter(|ttl| ttl.bytes().all(|octet| octet.is_ascii_digit()))
        else {
            return Reading::Malformed("the TTL override is not a decimal number");
        };
        // Any number of digits is accepted: more than 90 days is taken as 90 days.
        let ttl_override_seconds = ttl.parse::<u64>().unwrap_or(u64::MAX).min(MAX_VALIDITY_SECONDS);
        bound_to(fields.next(), service, ttl_override_seconds)
    }

    /// Parses a DomainAuth record: `0 algorithm digest-type key-id ttl [service]`, separated by
    /// single spaces, the character-strings concatenated.
    fn read_domainauth(&self, rdata: &[u8], service: &ServiceOid) -> Reading {
        let Some(strings) = character_strings(rdata) else { return Reading::Skipped };
        let joined = strings.concat();
        let Ok(text) = std::str::from_utf8(&joined) else { return Reading::Skipped };
        if !text.split(is_white_space).any(|field| self.has_id(field.trim_end_matches('='))) {
            return Reading::Skipped;
        }
        let fields: Vec<&str> = text.split(' ').collect();
        if fields.first() != Some(&"0") {
            return self.in_other_form(text).map_or(Reading::Skipped, Reading::OtherForm);
        }
        // From here on the record is of this version and names the key. The meaning of an algorithm
        // or digest type that is not registered is for its registration to define.
        let number = |place: usize| fields.get(place).map(|field| Number::read(field));
        if [number(1), number(2)].contains(&Some(Number::NotRegistered)) {
            return Reading::Skipped;
        }
        let (algorithm, digest_type, key_id, ttl, bound) = match fields[..] {
            [_, algorithm, digest_type, key_id, ttl] => (algorithm, digest_type, key_id, ttl, None),
            [_, algorithm, digest_type, key_id, ttl, bound] => {
                (algorithm, digest_type, key_id, ttl, Some(bound))
            }
            _ => {
                return Reading::Malformed("expected 5 or 6 fields separated by single spaces");
            }
        };
        let (Number::Registered(algorithm), Number::Registered(digest_type)) =
            (Number::read(algorithm), Number::read(digest_type))
        else {
            return Reading::Malformed(
                "the algorithm or digest type is not a positive number without leading zeros",
            );
        };
        let Some(ttl_override_seconds) = plain_number(ttl).filter(|ttl_override_seconds| {
            (1..=MAX_VALIDITY_SECONDS).contains(ttl_override_seconds)
        }) else {
            return Reading::Malformed("the TTL override is not from 1 to 7776000");
        };
        if !bound.is_none_or(is_dotted_decimal) {
            return Reading::Malformed("the service is not an object identifier");
        }
        let is_our_key = algorithm == self.algorithm
            && self.ids.iter().any(|(number, id)| *number == digest_type && id == key_id);
        if !is_our_key {
            return Reading::Malformed("the key id does not match the algorithm and digest type");
        }
        bound_to(bound, service, ttl_override_seconds)
    }

    /// Returns true if `field` is one of the key's ids, both without padding.
    fn has_id(&self, field: &str) -> bool {
        self.ids.iter().any(|(_, id)| id.trim_end_matches('=') == field)
    }

    /// The form in which `text` names the key, if it is not the profile's: with another profile's
    /// fields or those of VeraId's web page, or with other padding or white space.
    fn in_other_form(&self, text: &str) -> Option<RecordForm> {
        let fields: Vec<&str> =
            text.split(is_white_space).filter(|field| !field.is_empty()).collect();
        let is_number = |field: &str| matches!(field, "1" | "2" | "3");
        let names_key = |field: &str| self.has_id(field.trim_end_matches('='));
        match fields[..] {
            ["0", algorithm, digest_type, id, ..]
                if is_number(algorithm) && is_number(digest_type) && names_key(id) =>
            {
                Some(RecordForm::DomainAuth)
            }
            [algorithm, id_type, id, ..]
                if is_number(algorithm) && is_number(id_type) && names_key(id) =>
            {
                Some(RecordForm::VeraIdWebPage)
            }
            [algorithm, id, ..] if is_number(algorithm) && names_key(id) => {
                Some(RecordForm::VeraId)
            }
            _ => None,
        }
    }
}

/// Decides if a record that names the key is for the service.
///
/// Object identifiers are compared as values. Other text, which VeraId allows there, does not match
/// any service.
fn bound_to(bound: Option<&str>, service: &ServiceOid, ttl_override_seconds: u64) -> Reading {
    match bound {
        None => Reading::Matches { is_for_any_service: true, ttl_override_seconds },
        Some(bound) if bound.parse().as_ref() == Ok(service) => {
            Reading::Matches { is_for_any_service: false, ttl_override_seconds }
        }
        Some(_) => Reading::OtherService,
    }
}

/// A field with a number from the registries of algorithms and digest types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Number {
    Registered(u8),
    /// It may be registered one day.
    NotRegistered,
    /// It cannot be registered: it is not a positive decimal number without leading zeros.
    Impossible,
}

impl Number {
    fn read(field: &str) -> Self {
        match field {
            "1" => Self::Registered(1),
            "2" => Self::Registered(2),
            "3" => Self::Registered(3),
            _ if is_plain_number(field) => Self::NotRegistered,
            _ => Self::Impossible,
        }
    }
}

/// A form of key records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordForm {
    /// VeraId as deployed: `algorithm key-id ttl [service]`, the key id padded.
    VeraId,
    /// VeraId's web page, which deployed software does not read:
    /// `algorithm key-id-type key-id ttl [service]`.
    VeraIdWebPage,
    /// DomainAuth: `0 algorithm digest-type key-id ttl [service]`.
    DomainAuth,
}

impl RecordForm {
    /// The difference between a record of this form and one of `profile`.
    pub(crate) const fn difference_from(self, profile: Profile) -> &'static str {
        match (self, profile) {
            (Self::VeraId, Profile::VeraId) => "the key id is not padded with \"=\"",
            (Self::VeraIdWebPage, Profile::VeraId) => {
                "there is a key id type before the key id, as on VeraId's web page, which no deployed software reads"
            }
            (Self::DomainAuth, Profile::VeraId) => {
                "it is a DomainAuth record, with a version and a digest type"
            }
            (Self::VeraId, Profile::DomainAuth) => {
                "it is a VeraId record, without a version or a digest type"
            }
            (Self::VeraIdWebPage, Profile::DomainAuth) => "it has no version",
            (Self::DomainAuth, Profile::DomainAuth) => {
                "the fields are not separated by single spaces"
            }
        }
    }
}

/// The reason why no key record counts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRecordError {
    /// No record names the key for the service.
    #[error(
        "none of {records} records names key {key_id} for service {service} ({other_service} are for other services, {skipped} name other keys or are not key records, {split} do not have exactly one character-string)"
    )]
    NotFound {
        /// The key id, as a record would name it.
        key_id: String,
        /// The service.
        service: ServiceOid,
        /// The number of records.
        records: usize,
        /// The number of records that name the key for other services.
        other_service: usize,
        /// The number of records that name other keys, or are not key records of this profile.
        skipped: usize,
        /// The number of records skipped because they are split into several character-strings, or
        /// have no character-string.
        split: usize,
    },
    /// A record names the key in another form than the profile's, and no record does in the
    /// profile's.
    #[error(
        "no record names key {key_id} in the form of {profile}, but one does in another form: {}",
        .form.difference_from(*.profile)
    )]
    OtherForm {
        /// The key id, as a record of the profile would name it.
        key_id: String,
        /// The form in which a record names it.
        form: RecordForm,
        /// The profile that the bundle follows.
        profile: Profile,
    },
    /// A record names the key but is malformed otherwise.
    #[error("the record that names key {key_id} is malformed: {problem}")]
    Malformed {
        /// The key's identifier.
        key_id: String,
        /// The problem with it.
        problem: &'static str,
    },
    /// Several records match equally well.
    #[error("{count} records name key {key_id} for the same service")]
    Ambiguous {
        /// The key's identifier.
        key_id: String,
        /// The number of records that match.
        count: usize,
    },
}

impl KeyRecordError {
    /// A number for the kind of error, which stays the same over releases.
    #[must_use]
    pub const fn code(&self) -> u16 {
        match self {
            Self::NotFound { .. } => 2111,
            Self::Malformed { .. } => 2112,
            Self::Ambiguous { .. } => 2113,
            Self::OtherForm { .. } => 2150,
        }
    }
}

/// Returns true for ASCII white space; other white space is not a separator.
const fn is_white_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{0B}' | '\u{0C}')
}

/// Returns true if `field` is a positive decimal number of any size without sign and leading zeros.
fn is_plain_number(field: &str) -> bool {
    !field.is_empty()
        && !field.starts_with('0')
        && field.bytes().all(|octet| octet.is_ascii_digit())
}

fn plain_number(field: &str) -> Option<u64> {
    is_plain_number(field).then(|| field.parse().ok())?
}

/// The character-strings of a TXT record's data (RFC 1035 section 3.3.14); `None` if the data is
/// malformed.
fn character_strings(mut rdata: &[u8]) -> Option<Vec<&[u8]>> {
    let mut strings = Vec::new();
    while let Some((&length, rest)) = rdata.split_first() {
        let (string, rest) = rest.split_at_checked(usize::from(length))?;
        strings.push(string);
        rdata = rest;
    }
    Some(strings)
}
