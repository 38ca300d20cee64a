//! The built-in implementation: this project's libraries.

use base64ct::{Base64, Encoding};
use kliento::crypto::CryptoProvider;
use kliento::{
    Profile, SignatureKind, Timestamp, TokenBundle, TokenPolicy, TrustAnchors, ValidityPeriod,
    VerificationPolicy, Verifier,
};
use serde_json::{Map, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use veraid_core::{Member, MemberIdBundle, ServiceOid, SignatureBundle, parse_dnssec_chain};
use veraid_dnssec::{ChainVerifier, Name};

use crate::answer::{Answer, Outcome};
use crate::vector::{Operation, PROTOCOL, Question, VectorProfile};

/// The reason that the answer to a question is not "valid".
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryError {
    /// The input is not a header or token bundle.
    TokenMalformed(kliento::TokenParseError),
    /// The input is not a bundle or chain.
    Malformed(veraid_core::BundleParseError),
    /// The token is invalid.
    TokenInvalid(kliento::VerifyError),
    /// The bundle is invalid.
    BundleInvalid(veraid_core::VerifyError),
    /// The chain is invalid.
    ChainInvalid(veraid_dnssec::ChainError),
    /// The question is malformed or unsupported.
    Unsupported(String),
}

/// Answers a question with this project's libraries and the cryptography of `crypto`.
#[must_use]
pub fn answer(question: &Question, crypto: CryptoProvider) -> Answer {
    if question.protocol != PROTOCOL {
        let found = question.protocol;
        return Answer::unsupported(format!("`protocol` is {found}, not {PROTOCOL}"));
    }
    match verify(question, crypto) {
        Ok(answer) => answer,
        Err(refusal) => refusal.to_answer(),
    }
}

/// Answers a question, and returns the error itself if there is one.
///
/// # Errors
///
/// [`QueryError`] if the outcome is other than valid.
pub fn verify(question: &Question, crypto: CryptoProvider) -> Result<Answer, QueryError> {
    match question.operation {
        Operation::VerifyToken => verify_token(question, crypto),
        Operation::VerifyBundle => verify_bundle(question, crypto),
        Operation::VerifyMemberIdBundle => verify_member_id_bundle(question, crypto),
        Operation::VerifyChain => verify_chain(question, crypto),
    }
}

fn verify_token(question: &Question, crypto: CryptoProvider) -> Result<Answer, QueryError> {
    let bundle = match &question.header {
        Some(header) => TokenBundle::from_auth_header(header),
        None => TokenBundle::from_der(&bytes("input", question.input.as_ref())?),
    };
    let bundle = bundle.map_err(QueryError::TokenMalformed)?;
    let policy = question.max_validity.map_or_else(TokenPolicy::default, |seconds| {
        TokenPolicy::default().with_max_validity_seconds(seconds)
    });
    let audience = required("audience", question.audience.as_ref())?;
    let at = instant(required("at", question.at.as_ref())?)?;
    let token = bundle
        .verify_with(policy, audience, at, &verifier(question, crypto)?)
        .map_err(QueryError::TokenInvalid)?;
    let claims: Map<_, _> =
        token.claims().iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    Ok(member_answer(token.subject(), token.validity())
        .with("signer", kind(token.kind()))
        .with("claims", claims)
        .with("audience", token.audience()))
}

fn verify_bundle(question: &Question, crypto: CryptoProvider) -> Result<Answer, QueryError> {
    let bytes_in = bytes("input", question.input.as_ref())?;
    let bundle = SignatureBundle::from_der(&bytes_in).map_err(QueryError::Malformed)?;
    let (service, period) = (service(question)?, period(question)?);
    let verifier = verifier(question, crypto)?;
    let verified = match &question.plaintext {
        Some(_) => {
            let plaintext = bytes("plaintext", question.plaintext.as_ref())?;
            bundle.verify_detached(&plaintext, &service, period, &verifier)
        }
        None => bundle.verify(&service, period, &verifier),
    };
    let signature = verified.map_err(QueryError::BundleInvalid)?;
    Ok(member_answer(signature.member(), signature.validity())
        .with("signer", kind(signature.kind()))
        .with("plaintext", Base64::encode_string(signature.plaintext())))
}

fn verify_member_id_bundle(
    question: &Question,
    crypto: CryptoProvider,
) -> Result<Answer, QueryError> {
    let bytes = bytes("input", question.input.as_ref())?;
    let bundle = MemberIdBundle::from_der(&bytes).map_err(QueryError::Malformed)?;
    let id = bundle
        .verify(&service(question)?, period(question)?, &verifier(question, crypto)?)
        .map_err(QueryError::BundleInvalid)?;
    Ok(member_answer(id.member(), id.validity()))
}

fn verify_chain(question: &Question, crypto: CryptoProvider) -> Result<Answer, QueryError> {
    let bytes = bytes("input", question.input.as_ref())?;
    let chain = parse_dnssec_chain(&bytes).map_err(QueryError::Malformed)?;
    let name: Name = parsed("name", question.name.as_ref())?;
    let record_type = parsed("type", question.record_type.as_ref())?;
    let asked = veraid_dnssec::Question { name, record_type };
    let verifier = ChainVerifier::new(anchors(question)?, crypto);
    let rrset =
        chain.verify(&asked, period(question)?, &verifier).map_err(QueryError::ChainInvalid)?;
    let validity = rrset
        .validity()
        .iter()
        .map(|run| json!({"from": run.start().to_string(), "until": run.end().to_string()}));
    Ok(Answer::new(Outcome::Valid)
        .with("records", rrset.rdata().map(Base64::encode_string).collect::<Vec<_>>())
        .with("validity", validity.collect::<Vec<_>>()))
}

fn member_answer(member: &Member, validity: ValidityPeriod) -> Answer {
    Answer::new(Outcome::Valid)
        .with("subject", member.to_string())
        .with("organisation", member.organisation().as_str())
        .with("user", member.user().map(ToString::to_string))
        .with("validFrom", validity.start().to_string())
        .with("validUntil", validity.end().to_string())
}

const fn kind(kind: SignatureKind) -> &'static str {
    match kind {
        SignatureKind::Member => "member",
        SignatureKind::Organisation => "organisation",
    }
}

/// The service of a question.
///
/// # Errors
///
/// [`QueryError::Unsupported`] if it is not a service.
pub fn service(question: &Question) -> Result<ServiceOid, QueryError> {
    match &question.service {
        Some(_) => parsed("service", question.service.as_ref()),
        None => Ok(kliento::service_oid()),
    }
}

/// The trust anchors of a question.
///
/// # Errors
///
/// [`QueryError::Unsupported`] if they are invalid.
pub fn anchors(question: &Question) -> Result<TrustAnchors, QueryError> {
    TrustAnchors::from_presentation(&question.trust_anchors.join("\n"))
        .map_err(|error| QueryError::Unsupported(error.to_string()))
}

/// The period of a question; an instant is a period of one second.
///
/// # Errors
///
/// [`QueryError::Unsupported`] if it is invalid.
pub fn period(question: &Question) -> Result<ValidityPeriod, QueryError> {
    match (&question.at, &question.period) {
        (Some(at), None) => Ok(ValidityPeriod::at(instant(at)?)),
        (None, Some(period)) => {
            ValidityPeriod::new(instant(&period.from)?, instant(&period.until)?)
                .map_err(|error| QueryError::Unsupported(error.to_string()))
        }
        _ => Err(QueryError::Unsupported("there must be either `at` or `period`".into())),
    }
}

/// Creates a verifier with the trust anchors and policy of a question.
///
/// # Errors
///
/// [`QueryError::Unsupported`] if the anchors are invalid.
pub fn verifier(question: &Question, crypto: CryptoProvider) -> Result<Verifier, QueryError> {
    let mut policy = VerificationPolicy::default();
    if let Some(profile) = question.accepted_profile {
        policy = policy.only_profile(match profile {
            VectorProfile::VeraId => Profile::VeraId,
            VectorProfile::DomainAuth => Profile::DomainAuth,
        });
    }
    if let Some(seconds) = question.leeway {
        policy = policy.with_leeway_seconds(seconds);
    }
    if question.foreign_issuers == Some(true) {
        policy = policy.accepting_foreign_issuers();
    }
    Ok(Verifier::with_crypto(anchors(question)?, crypto).with_policy(policy))
}

/// Parses a time in RFC 3339 format.
fn instant(text: &str) -> Result<Timestamp, QueryError> {
    OffsetDateTime::parse(text, &Rfc3339)
        .ok()
        .and_then(|time| time.unix_timestamp().try_into().ok())
        .map(Timestamp::from_unix_seconds)
        .ok_or_else(|| {
            QueryError::Unsupported(format!("{text} is not an RFC 3339 time since 1970"))
        })
}

fn required<'a>(name: &str, value: Option<&'a String>) -> Result<&'a str, QueryError> {
    value.map(String::as_str).ok_or_else(|| QueryError::Unsupported(format!("`{name}` is missing")))
}

fn parsed<T: std::str::FromStr>(name: &str, value: Option<&String>) -> Result<T, QueryError> {
    required(name, value)?
        .parse()
        .map_err(|_| QueryError::Unsupported(format!("`{name}` is invalid")))
}

fn bytes(name: &str, value: Option<&String>) -> Result<Vec<u8>, QueryError> {
    Base64::decode_vec(required(name, value)?)
        .map_err(|_| QueryError::Unsupported(format!("`{name}` is not Base64")))
}

impl QueryError {
    /// The underlying error, unless the question was malformed or unsupported.
    #[must_use]
    pub fn error(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::TokenMalformed(error) => Some(error),
            Self::Malformed(error) => Some(error),
            Self::TokenInvalid(error) => Some(error),
            Self::BundleInvalid(error) => Some(error),
            Self::ChainInvalid(error) => Some(error),
            Self::Unsupported(_) => None,
        }
    }

    fn to_answer(&self) -> Answer {
        let (outcome, stage, code) = match self {
            Self::TokenMalformed(error) => {
                (Outcome::Malformed, Some(malformed_stage(error)), error.code())
            }
            Self::Malformed(error) => (Outcome::Malformed, Some("parse"), error.code()),
            Self::TokenInvalid(error) => {
                let stage = match error {
                    kliento::VerifyError::Signature(error) => invalid_stage(error),
                    _ => Some("token"),
                };
                (Outcome::Invalid, stage, error.code())
            }
            Self::BundleInvalid(error) => (Outcome::Invalid, invalid_stage(error), error.code()),
            Self::ChainInvalid(error) => (Outcome::Invalid, Some("dnssec-chain"), error.code()),
            Self::Unsupported(message) => return Answer::unsupported(message.as_str()),
        };
        let answer = Answer::new(outcome).with("code", format!("KL{code}"));
        match stage {
            Some(stage) => answer.with("stage", stage),
            None => answer,
        }
    }
}

const fn malformed_stage(error: &kliento::TokenParseError) -> &'static str {
    match error {
        kliento::TokenParseError::Header(_) | kliento::TokenParseError::Base64 => "header",
        _ => "parse",
    }
}

/// The stage at which a bundle fails, unless it is ambiguous: a user's name is in the certificate
/// or in the attribution.
const fn invalid_stage(error: &veraid_core::VerifyError) -> Option<&'static str> {
    use veraid_core::VerifyError as E;
    Some(match error {
        E::UserName(_) => return None,
        E::DnssecChain(_) | E::Profile { .. } => "dnssec-chain",
        E::KeyRecord(_) => "key-record",
        E::CommonName(_)
        | E::OrganisationName(_)
        | E::Certificate { .. }
        | E::MemberCommonName(_) => "certificate",
        E::NoCommonSecond(_) | E::SignedPeriodTooLong { .. } | E::RequestedPeriodTooLong { .. } => {
            "window"
        }
        _ => "signed-data",
    })
}
