//! The time to issue a token, compared with one signature and one check of it.

use std::hint::black_box;
use std::sync::Arc;

use kliento::crypto::{PublicKey, SignatureAlgorithm};
use kliento::{Token, TrustAnchors, Verifier};
use kliento_issuer::TokenIssuer;
use veraid_core::{
    MemberIdBundle, OrganisationCredential, Profile, UserName, ValidityPeriod, encode_dnssec_chain,
    parse_dnssec_chain,
};
use veraid_issuer::{
    CertificateAuthority, CertificateRequest, Organisation, ProvedPublicKey, SerialNumber,
    SigningKey, SoftwareKey,
};
use veraid_testkit::{AUDIENCE, RsaKey, default_instant, fixed_zones};

use super::measurement::{Row, in_turn};

/// Issues as a service would that has already verified its chain and certificates.
pub(super) fn rows() -> Result<Vec<Row>, String> {
    let (organisation, member) = issuers()?;
    let token = Token::new(AUDIENCE).map_err(text)?.with_claim("role", "deploy");
    let mut rows = Vec::new();
    for (kind, issuer, index) in [("member", member, 1), ("organisation", organisation, 0)] {
        let period = issuer.period(default_instant(), 600).map_err(text)?;
        let prepared = issuer.prepare(&token, period).map_err(text)?;
        let message = prepared.to_be_signed().to_vec();
        let (key, public) = (key(index)?, RsaKey::fixed(2048, index));
        let (modulus, exponent) = (public.modulus(), public.exponent());
        let algorithm = SignatureAlgorithm::RsaPss(key.digest_algorithm());
        let sign_and_check = || {
            let public_key = PublicKey::Rsa { modulus: &modulus, exponent: &exponent };
            key.sign(black_box(&message)).is_ok_and(|signature| {
                let provider = veraid_aws_lc_rs::PROVIDER.signatures;
                provider.verify(algorithm, public_key, &message, &signature).is_ok()
            })
        };
        let issue = || black_box(issuer.issue(black_box(&token), period)).is_ok();
        let (value, floor) = in_turn(issue, sign_and_check);
        rows.push(Row {
            name: format!("issue/{kind}"),
            value,
            unit: "us",
            floor: Some(floor),
            goal: None,
        });
    }
    Ok(rows)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn key(index: usize) -> Result<Arc<SoftwareKey>, String> {
    let key = SoftwareKey::from_pkcs8_der(RsaKey::fixed(2048, index).pkcs8_der());
    key.map(Arc::new).map_err(text)
}

/// Two issuers: one signs with the organisation's key and one with a member's.
fn issuers() -> Result<(TokenIssuer, TokenIssuer), String> {
    let now = default_instant();
    let day = ValidityPeriod::new(now.saturating_sub(86_400), now.saturating_add(86_400));
    let validity = day.map_err(text)?;
    let (own_key, member_key) = (key(0)?, key(1)?);
    let crypto = veraid_aws_lc_rs::PROVIDER;
    let organisation =
        Organisation::new("example.com", Profile::VeraId, own_key.clone(), crypto).map_err(text)?;
    let record = organisation.key_record(86_400, None).map_err(text)?;
    let chain = fixed_zones().owner(&organisation.key_record_owner()).txt(&[&record]).build();
    let chain_der = encode_dnssec_chain(chain.messages.iter().map(Vec::as_slice));
    let anchors = TrustAnchors::from_presentation(&chain.trust_anchors).map_err(text)?;
    let verifier = Verifier::with_crypto(anchors, crypto);

    let serial_number = SerialNumber::from_random([1; 16]);
    let certificate = organisation.issue_certificate(validity, serial_number).map_err(text)?;
    let identity = parse_dnssec_chain(&chain_der)
        .and_then(|chain| OrganisationCredential::new(chain, certificate.clone()))
        .map_err(text)?;
    let alice = UserName::new("alice", Profile::VeraId).map_err(text)?;
    let request = CertificateRequest {
        user: Some(&alice),
        public_key: &ProvedPublicKey::without_proof(member_key.public_key_der()),
        validity,
        serial_number: SerialNumber::from_random([2; 16]),
    };
    let authority =
        CertificateAuthority::new(certificate, Profile::VeraId, own_key.clone(), crypto);
    let member = authority.and_then(|authority| authority.issue_member(request)).map_err(text)?;
    let bundle = MemberIdBundle::assemble(&identity, &member, &[]).map_err(text)?;
    Ok((
        TokenIssuer::for_organisation(identity, own_key, now, &verifier).map_err(text)?,
        TokenIssuer::for_member(&bundle, member_key, now, &verifier).map_err(text)?,
    ))
}
