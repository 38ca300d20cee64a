//! The location of a failure in a bundle.

use kliento::VerifyError as TokenError;
use veraid_core::{
    BundleParseError, NoCommonSecond, SignedDataError, ValidityPeriods, VerifyError,
};
use veraid_dnssec::{BogusReason, ChainError, ChainParseError};

/// The location of a parse error.
pub(crate) fn of_parse(error: &BundleParseError) -> Option<String> {
    match error {
        BundleParseError::Der { field, offset, .. } => Some(format!("{field}, octet {offset}")),
        BundleParseError::DnssecChain(ChainParseError::Message { message, offset, .. }) => {
            Some(format!("dnssecChain, message {message}, octet {offset}"))
        }
        BundleParseError::DnssecChain(_) => Some("dnssecChain".into()),
        _ => None,
    }
}

/// The location of a failure in a token bundle.
pub(crate) fn of_token(error: &TokenError) -> Option<String> {
    match error {
        TokenError::Signature(error) => of_bundle(error),
        TokenError::Token(_) => Some("signed content".into()),
        TokenError::Audience { .. } => Some("audience of the token".into()),
        _ => None,
    }
}

/// The location of a failure in a signature bundle.
pub(crate) fn of_bundle(error: &VerifyError) -> Option<String> {
    let location = match error {
        VerifyError::CommonName(_) | VerifyError::OrganisationName(_) => {
            "organisation certificate, common name".into()
        }
        VerifyError::Profile { .. } => "DNSSEC chain, owner of the key records".into(),
        VerifyError::DnssecChain(error) => return of_chain(error),
        VerifyError::KeyRecord(_) => "key records (TXT) of the organisation".into(),
        VerifyError::Certificate { certificate, .. } => certificate.to_string(),
        VerifyError::SignedData(error) => of_signed_data(error),
        VerifyError::Service { .. } | VerifyError::SignedPeriodTooLong { .. } => {
            "signature metadata".into()
        }
        VerifyError::UserName(_) => "name of the user in certificate or attribution".into(),
        VerifyError::MemberCommonName(_) => "signer's certificate, common name".into(),
        VerifyError::AttributionMissing | VerifyError::AttributionNotAllowed => {
            "member attribution".into()
        }
        VerifyError::NoCommonSecond(evidence) => of_no_common_second(evidence),
        _ => return None,
    };
    Some(location)
}

fn of_signed_data(error: &SignedDataError) -> String {
    match error {
        SignedDataError::AttributeNotSingle(attribute) => format!("signed attribute {attribute}"),
        SignedDataError::AttributeMissing(attribute)
        | SignedDataError::AttributeValue(attribute) => format!("signed attribute {attribute}"),
        SignedDataError::InvertedPeriod => "signature metadata".into(),
        _ => "signed data (CMS)".into(),
    }
}

/// Names the evidence that has no second of the window, as far as one alone is to blame.
fn of_no_common_second(evidence: &NoCommonSecond) -> String {
    let window = ValidityPeriods::from(evidence.window);
    let misses = |periods: &ValidityPeriods| periods.intersection(&window).is_empty();
    let missing: Vec<_> = [
        ("DNSSEC chain", misses(&evidence.chain)),
        ("certificates", misses(&evidence.certificates)),
        ("signature", misses(&evidence.signature.into())),
    ]
    .into_iter()
    .filter_map(|(name, misses)| misses.then_some(name))
    .collect();
    if missing.is_empty() {
        "each is valid at some second of the window, but never all at once".into()
    } else {
        missing.join(" and ")
    }
}

/// The location of a failure in a DNSSEC chain.
pub(crate) fn of_chain(error: &ChainError) -> Option<String> {
    let location = match error {
        ChainError::Incomplete { missing } => format!("DNSSEC chain, {missing}"),
        ChainError::Bogus { question, zone, reason } => match key_of(reason) {
            Some(key) => format!("DNSSEC chain, {question} in zone {zone}, {key}"),
            None => format!("DNSSEC chain, {question} in zone {zone}"),
        },
        ChainError::Insecure { zone } => format!("DNSSEC chain, delegation of zone {zone}"),
        ChainError::NeverSecure { question, zone, key_tag, .. } => {
            format!("DNSSEC chain, {question} in zone {zone}, key tag {key_tag}")
        }
        ChainError::Alias { owner, record_type, .. } => {
            format!("DNSSEC chain, {record_type} at {owner}")
        }
        ChainError::SeveralAnswers { question, .. } | ChainError::MalformedRecord { question } => {
            format!("DNSSEC chain, {question}")
        }
        _ => return None,
    };
    Some(location)
}

fn key_of(reason: &BogusReason) -> Option<String> {
    match reason {
        BogusReason::InvalidSignature { key_tag, algorithm }
        | BogusReason::NoSuchKey { key_tag, algorithm } => {
            Some(format!("key tag {key_tag}, algorithm {algorithm}"))
        }
        BogusReason::InvertedPeriod { key_tag } | BogusReason::PeriodTooLong { key_tag, .. } => {
            Some(format!("key tag {key_tag}"))
        }
        _ => None,
    }
}
