//! Organisations and members that issue bundles.

use std::sync::Arc;

use kliento::{Timestamp, Token, TrustAnchors, Verifier};
use kliento_issuer::{IssuingPolicy, TokenIssuer};
use veraid_aws_lc_rs::PROVIDER;
use veraid_core::{
    MemberIdBundle, OrganisationCredential, Profile, ServiceOid, UserName, ValidityPeriod,
    encode_dnssec_chain, parse_dnssec_chain,
};
use veraid_issuer::{
    CertificateAuthority, CertificateRequest, Content, Organisation, ProvedPublicKey, SerialNumber,
    Service, SignatureIssuer, SigningKey, SoftwareKey,
};
use veraid_testkit::{
    ChainLink, Compression, MessageBuilder, MockChain, RsaKey, children, default_instant,
    fixed_zones,
};

/// The organisation of every bundle.
pub(crate) const ORGANISATION: &str = "example.com";

/// VeraId's test service, for bundles that are not tokens.
pub(crate) const SERVICE: &str = "1.3.6.1.4.1.58708.1.1";

const DAY: u64 = 86_400;

/// The kinds of bundles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Token,
    Attached,
    Detached,
    MemberId,
}

/// A bundle to issue.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) world: usize,
    pub(crate) signed_by_member: bool,
    pub(crate) form: Form,
    pub(crate) user: Option<UserName>,
    pub(crate) audience: String,
    pub(crate) claims: Vec<(String, String)>,
    pub(crate) content: Vec<u8>,
    pub(crate) lifetime_seconds: u64,
}

/// A bundle with its expected result.
pub(crate) struct Issued {
    pub(crate) id: String,
    pub(crate) bundle: Vec<u8>,
    pub(crate) trust_anchors: String,
    pub(crate) at: Timestamp,
    pub(crate) subject: String,
    pub(crate) user: Option<String>,
    pub(crate) signed_by_member: bool,
    pub(crate) form: Form,
    pub(crate) token: Option<Token>,
    pub(crate) content: Vec<u8>,
    organisation_certificate: Vec<u8>,
}

impl Issued {
    /// The ContentInfo, or a member's certificate: the last field of the bundle, under its own tag.
    pub(crate) fn last_field(&self) -> Vec<u8> {
        let mut field = children(&self.bundle).pop().unwrap_or_default().to_vec();
        if let Some(tag) = field.first_mut() {
            *tag = 0x30;
        }
        field
    }

    /// The organisation's certificate in PEM.
    pub(crate) fn organisation_pem(&self) -> Result<Vec<u8>, String> {
        certificate_pem(&self.organisation_certificate)
    }
}

/// A certificate in PEM.
pub(crate) fn certificate_pem(der: &[u8]) -> Result<Vec<u8>, String> {
    pem_rfc7468::encode_string("CERTIFICATE", pem_rfc7468::LineEnding::LF, der)
        .map(String::into_bytes)
        .map_err(|error| error.to_string())
}

/// An organisation with keys of one size, its chain and certificate.
pub(crate) struct World {
    identity: OrganisationCredential,
    authority: CertificateAuthority,
    key: Arc<dyn SigningKey>,
    member_key: Arc<dyn SigningKey>,
    chain: MockChain,
    verifier: Verifier,
    serial_numbers: std::cell::Cell<u64>,
}

/// A user's name, if VeraId allows it.
pub(crate) fn user(text: &str) -> Option<UserName> {
    UserName::new(text, Profile::VeraId).ok()
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn key(bits: usize, index: usize) -> Result<Arc<dyn SigningKey>, String> {
    let key = SoftwareKey::from_pkcs8_der(RsaKey::fixed(bits, index).pkcs8_der()).map_err(text)?;
    Ok(Arc::new(key))
}

impl World {
    /// One organisation for each key size, with records for any service.
    pub(crate) fn all() -> Result<Vec<Self>, String> {
        let (plain, pointing) = (Compression::None, Compression::OwnerNames);
        [(2048, 2048, plain), (3072, 2048, pointing), (4096, 4096, plain), (2048, 3072, pointing)]
            .into_iter()
            .map(|(organisation, member, names)| {
                Self::new(key(organisation, 0)?, key(member, 1)?, names)
            })
            .collect()
    }

    fn new(
        key: Arc<dyn SigningKey>,
        member_key: Arc<dyn SigningKey>,
        names: Compression,
    ) -> Result<Self, String> {
        let organisation = Organisation::new(ORGANISATION, Profile::VeraId, key.clone(), PROVIDER)
            .map_err(text)?;
        let record = organisation.key_record(DAY, None).map_err(text)?;
        let owner = organisation.key_record_owner();
        let chain = fixed_zones().owner(&owner).txt(&[&record]).build();
        let messages: Vec<Vec<u8>> = chain.links.iter().map(|link| message(link, names)).collect();
        let der = encode_dnssec_chain(messages.iter().map(Vec::as_slice));
        let certificate = organisation
            .issue_certificate(certificate_period()?, SerialNumber::from_random([0x55; 16]))
            .map_err(text)?;
        let authority =
            CertificateAuthority::new(certificate.clone(), Profile::VeraId, key.clone(), PROVIDER)
                .map_err(text)?;
        let identity =
            OrganisationCredential::new(parse_dnssec_chain(&der).map_err(text)?, certificate)
                .map_err(text)?;
        let anchors = TrustAnchors::from_presentation(&chain.trust_anchors).map_err(text)?;
        let verifier = Verifier::with_crypto(anchors, PROVIDER);
        let serial_numbers = std::cell::Cell::new(0);
        Ok(Self { identity, authority, key, member_key, chain, verifier, serial_numbers })
    }

    /// Issues the bundle that `plan` describes.
    pub(crate) fn issue(&self, number: usize, plan: &Plan) -> Result<Issued, String> {
        let at = default_instant();
        let (bundle, token, content) = match plan.form {
            Form::Token => {
                let token =
                    plan.claims.iter().fold(
                        Token::new(&*plan.audience).map_err(text)?,
                        |token, (name, value)| token.with_claim(name, value),
                    );
                let issuer = self.issuer(plan, IssuingPolicy::default().into(), at)?;
                let issuer = TokenIssuer::from_signatures(issuer).map_err(text)?;
                let period = issuer.period(at, plan.lifetime_seconds).map_err(text)?;
                let bundle = issuer.issue(&token, period).map_err(text)?.to_der();
                let json = token.to_json();
                (bundle, Some(token), json)
            }
            Form::Attached | Form::Detached => {
                let service: ServiceOid = SERVICE.parse().map_err(text)?;
                let issuer = self.issuer(plan, service.into(), at)?;
                let end = at.saturating_add(plan.lifetime_seconds);
                let period = ValidityPeriod::new(at, end).map_err(text)?;
                let content = match plan.form {
                    Form::Attached => Content::Attached(&plan.content),
                    _ => Content::Detached(&plan.content),
                };
                let bundle = issuer.issue(content, period).map_err(text)?;
                (bundle.to_der(), None, plan.content.clone())
            }
            Form::MemberId => (self.member(plan)?.to_der(), None, Vec::new()),
        };
        let user = plan.user.as_ref().map(ToString::to_string);
        let subject =
            user.as_ref().map_or(ORGANISATION.into(), |user| format!("{user}@{ORGANISATION}"));
        Ok(Issued {
            id: format!("issued::{number}"),
            bundle,
            trust_anchors: self.chain.trust_anchors.clone(),
            at,
            subject,
            user,
            signed_by_member: plan.signed_by_member,
            form: plan.form,
            token,
            content,
            organisation_certificate: self.identity.organisation_certificate().as_der().to_vec(),
        })
    }

    fn issuer(
        &self,
        plan: &Plan,
        service: Service,
        at: Timestamp,
    ) -> Result<SignatureIssuer, String> {
        if !plan.signed_by_member {
            let (identity, key) = (self.identity.clone(), self.key.clone());
            return SignatureIssuer::for_organisation(identity, key, service, at, &self.verifier)
                .and_then(|issuer| issuer.on_behalf_of(plan.user.as_ref()))
                .map_err(text);
        }
        let key = self.member_key.clone();
        SignatureIssuer::for_member(&self.member(plan)?, key, service, at, &self.verifier)
            .map_err(text)
    }

    fn member(&self, plan: &Plan) -> Result<MemberIdBundle, String> {
        let request = CertificateRequest {
            user: plan.user.as_ref(),
            public_key: &ProvedPublicKey::without_proof(self.member_key.public_key_der()),
            validity: certificate_period()?,
            serial_number: self.next_serial_number(),
        };
        let certificate = self.authority.issue_member(request).map_err(text)?;
        MemberIdBundle::assemble(&self.identity, &certificate, &[]).map_err(text)
    }

    fn next_serial_number(&self) -> SerialNumber {
        let number = self.serial_numbers.get().wrapping_add(1);
        self.serial_numbers.set(number);
        let mut octets = [0; 16];
        octets.iter_mut().rev().zip(number.to_le_bytes()).for_each(|(to, from)| *to = from);
        SerialNumber::from_random(octets)
    }
}

/// A response with only the answer, as in fetched chains.
fn message(link: &ChainLink, names: Compression) -> Vec<u8> {
    let message = MessageBuilder::new(&link.question()).compression(names);
    message.answer_rrset(&link.rrset, &link.rrsigs()).build()
}

fn certificate_period() -> Result<ValidityPeriod, String> {
    let now = default_instant();
    ValidityPeriod::new(now.saturating_sub(DAY), now.saturating_add(DAY)).map_err(text)
}
