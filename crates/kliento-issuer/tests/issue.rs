//! Issued token bundles verify, under both profiles; what verifiers would reject is not signed.

#![allow(clippy::unwrap_used, reason = "a panic is a test that fails")]

mod common;

use std::sync::Arc;

use common::{Fixture, NOW, key, member_request};
use kliento::{SignatureKind, Token, TokenBundle, TokenParseError};
use kliento_issuer::{TokenIssuer, TokenRuleError};
use veraid_aws_lc_rs::PROVIDER;
use veraid_core::{MemberIdBundle, Profile, UserName, ValidityPeriod};
use veraid_issuer::{CertificateAuthority, IssueError, PolicyError, SigningKey, SoftwareKey};

const AUDIENCE: &str = "https://api.example.com";
const PROFILES: [Profile; 2] = [Profile::VeraId, Profile::DomainAuth];

fn token() -> Token {
    Token::new(AUDIENCE).unwrap().with_claim("role", "deploy")
}

fn user(name: &str) -> UserName {
    UserName::new(name, Profile::VeraId).unwrap()
}

fn member_bundle(world: &Fixture, user: Option<&UserName>, key: &SoftwareKey) -> MemberIdBundle {
    let (certificate, profile) =
        (world.identity.organisation_certificate().clone(), world.identity.profile());
    let certificate = CertificateAuthority::new(certificate, profile, world.key.clone(), PROVIDER)
        .unwrap()
        .issue_member(member_request(user, key))
        .unwrap();
    MemberIdBundle::assemble(&world.identity, &certificate, &[]).unwrap()
}

fn organisation_issuer(world: &Fixture) -> TokenIssuer {
    let (identity, key) = (world.identity.clone(), world.key.clone());
    TokenIssuer::for_organisation(identity, key, NOW, &world.verifier).unwrap()
}

#[test]
fn an_organisation_issues_tokens_for_itself_and_on_behalf_of_users() {
    for profile in PROFILES {
        let world = Fixture::new(profile);
        let issuer = organisation_issuer(&world);
        let period = issuer.period(NOW, 600).unwrap();
        let alice = user("alice");
        for (issuer, subject) in [
            (issuer.clone(), "example.com"),
            (issuer.on_behalf_of(Some(&alice)).unwrap(), "alice@example.com"),
        ] {
            let bundle = issuer.issue(&token(), period).unwrap();
            assert_eq!(bundle.as_signature_bundle().deviations(), [], "strict DER");
            // It was assembled from parsed parts: as a whole it parses to the same value.
            let again = TokenBundle::from_der(&bundle.to_der()).unwrap();
            assert_eq!(
                again.verify(AUDIENCE, NOW, &world.verifier),
                bundle.clone().verify(AUDIENCE, NOW, &world.verifier)
            );
            let verified = bundle.verify(AUDIENCE, NOW, &world.verifier).unwrap();
            assert_eq!(verified.subject().to_string(), subject);
            assert_eq!(verified.kind(), SignatureKind::Organisation);
            assert_eq!(verified.profile(), profile);
            assert_eq!(verified.validity(), period);
            assert_eq!(verified.claims().get("role"), Some("deploy"));
        }
    }
}

#[test]
fn a_member_issues_tokens_only_for_itself() {
    for profile in PROFILES {
        let world = Fixture::new(profile);
        let alice = user("alice");
        for (name, subject) in [(Some(&alice), "alice@example.com"), (None, "example.com")] {
            let key = key(2048, 1);
            let bundle = member_bundle(&world, name, &key);
            let issuer = TokenIssuer::for_member(&bundle, key, NOW, &world.verifier).unwrap();
            let period = issuer.period(NOW, 600).unwrap();
            let issued = issuer.issue(&token(), period).unwrap();
            assert_eq!(issued.as_signature_bundle().deviations(), [], "strict DER");
            let verified = issued.verify(AUDIENCE, NOW, &world.verifier).unwrap();
            assert_eq!(verified.subject().to_string(), subject);
            assert_eq!(verified.kind(), SignatureKind::Member);
            assert_eq!(
                issuer.on_behalf_of(None).unwrap_err(),
                PolicyError::AttributionNotAllowed.into()
            );
        }
    }
}

#[test]
fn signatures_of_tokens_can_be_made_elsewhere() {
    let world = Fixture::new(Profile::VeraId);
    let issuer = organisation_issuer(&world);
    let prepared = issuer.prepare(&token(), issuer.period(NOW, 60).unwrap()).unwrap();
    let signature = world.key.sign(prepared.to_be_signed()).unwrap();
    let issued = prepared.clone().assemble(&signature).unwrap();
    assert!(issued.verify(AUDIENCE, NOW, &world.verifier).is_ok());

    // A signature by another key, and one over other bytes.
    let foreign = key(2048, 4).sign(prepared.to_be_signed()).unwrap();
    for wrong in [foreign, world.key.sign(b"else").unwrap(), vec![]] {
        assert_eq!(prepared.clone().assemble(&wrong).unwrap_err(), IssueError::InvalidSignature);
    }
}

#[test]
fn a_token_that_is_too_large_is_not_issued() {
    let world = Fixture::new(Profile::VeraId);
    let issuer = organisation_issuer(&world);
    let large = token().with_claim("large", "x".repeat(16_384));
    let issued = issuer.issue(&large, issuer.period(NOW, 60).unwrap());
    match issued.unwrap_err() {
        IssueError::Service(error) => match error.downcast_ref() {
            Some(TokenRuleError::Bundle(TokenParseError::TooLarge { limit: 16_384, .. })) => {}
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn tokens_over_an_hour_or_beyond_the_chain_are_not_signed() {
    /// Refuses to sign.
    #[derive(Debug)]
    struct Untouched(Arc<SoftwareKey>);
    impl SigningKey for Untouched {
        fn public_key_der(&self) -> &[u8] {
            self.0.public_key_der()
        }
        fn digest_algorithm(&self) -> veraid_core::crypto::DigestAlgorithm {
            self.0.digest_algorithm()
        }
        fn sign(&self, _: &[u8]) -> Result<Vec<u8>, veraid_issuer::SigningError> {
            panic!("nothing may be signed")
        }
    }
    let world = Fixture::new(Profile::VeraId);
    let key = Arc::new(Untouched(world.key.clone()));
    let issuer =
        TokenIssuer::for_organisation(world.identity.clone(), key, NOW, &world.verifier).unwrap();
    let hour = ValidityPeriod::new(NOW, NOW.saturating_add(3601)).unwrap();
    assert_eq!(
        issuer.issue(&token(), hour).unwrap_err(),
        PolicyError::SignedPeriodTooLong { seconds: 3601, limit: 3600 }.into()
    );
    let end = issuer.signatures().validity().end();
    let beyond = ValidityPeriod::new(end, end.saturating_add(1)).unwrap();
    assert_eq!(
        issuer.issue(&token(), beyond).unwrap_err(),
        PolicyError::NotCovered { period: beyond, validity: issuer.signatures().validity() }.into()
    );
}
