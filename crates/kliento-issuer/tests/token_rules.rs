//! Kliento's rules apply to every signature for its service, whichever way it is requested.

#![allow(clippy::unwrap_used, reason = "a panic is a test that fails")]

mod common;

use std::sync::Arc;

use common::{DAY, Fixture, NOW, key, member_request};
use kliento::{Token, TokenBundle, TokenError, TokenParseError, TokenPolicy, service_oid};
use kliento_issuer::{IssuingPolicy, TokenIssuer, TokenRuleError, service_with_rules};
use veraid_aws_lc_rs::PROVIDER;
use veraid_core::{MemberIdBundle, Profile, ServiceOid, ValidityPeriod};
use veraid_issuer::{CertificateAuthority, Content, IssueError, PolicyError, SignatureIssuer};

const AUDIENCE: &str = "https://api.example.com";

fn token() -> Vec<u8> {
    Token::new(AUDIENCE).unwrap().to_json()
}

fn seconds(length: u64) -> ValidityPeriod {
    ValidityPeriod::new(NOW, NOW.saturating_add(length)).unwrap()
}

/// Creates issuers for Kliento's service in every possible way.
fn issuers(world: &Fixture) -> Vec<(String, SignatureIssuer)> {
    let profile = world.identity.profile();
    let (identity, own_key) = (world.identity.clone(), world.key.clone());
    let member_key = key(2048, 1);
    let member = CertificateAuthority::new(
        identity.organisation_certificate().clone(),
        profile,
        own_key.clone(),
        PROVIDER,
    )
    .unwrap()
    .issue_member(member_request(None, &member_key))
    .unwrap();
    let bundle = MemberIdBundle::assemble(&identity, &member, &[]).unwrap();
    let (service, verifier) = (service_with_rules(service_oid()), &world.verifier);
    let organisation =
        SignatureIssuer::for_organisation(identity, own_key, service.clone(), NOW, verifier)
            .unwrap();
    let member = SignatureIssuer::for_member(&bundle, member_key, service, NOW, verifier).unwrap();
    let through = TokenIssuer::from_signatures(organisation.clone()).unwrap().signatures().clone();
    vec![
        (format!("organisation, {profile}"), organisation.on_behalf_of(None).unwrap()),
        (format!("member, {profile}"), member),
        (format!("through a token issuer, {profile}"), through),
    ]
}

/// The rule of Kliento in an error.
fn rule(error: &IssueError) -> Option<&TokenRuleError> {
    match error {
        IssueError::Service(error) => error.downcast_ref(),
        _ => None,
    }
}

/// Returns the errors of signing and of preparing to sign.
fn both_ways(
    issuer: &SignatureIssuer,
    content: Content<'_>,
    period: ValidityPeriod,
) -> [Option<IssueError>; 2] {
    [issuer.issue(content, period).err(), issuer.prepare(content, period).err()]
}

#[test]
fn nothing_but_a_token_in_its_bundle_for_an_hour_is_signed_for_kliento() {
    for profile in [Profile::VeraId, Profile::DomainAuth] {
        let world = Fixture::new(profile);
        let token = token();
        for (way, issuer) in issuers(&world) {
            let refused = |content, length, error: IssueError| {
                let error = Some(error);
                let found = both_ways(&issuer, content, seconds(length));
                assert_eq!(found, [error.clone(), error], "{way}");
            };
            assert_eq!(both_ways(&issuer, Content::Attached(&token), seconds(3_600)), [None, None]);
            for length in [3_601, 10 * DAY] {
                let too_long = PolicyError::SignedPeriodTooLong { seconds: length, limit: 3_600 };
                refused(Content::Attached(&token), length, too_long.into());
            }
            for (content, problem) in [
                (&b"{}"[..], TokenError::NoAudience),
                (br#"{"audience":""}"#, TokenError::EmptyAudience),
                (b"\xFF", TokenError::NotUtf8),
                (b"", TokenError::Json { line: 1, column: 1, is_syntax: true }),
            ] {
                refused(Content::Attached(content), 60, TokenRuleError::NotAToken(problem).into());
            }
            refused(Content::Detached(&token), 60, TokenRuleError::DetachedToken.into());
        }
    }
}

#[test]
fn a_token_of_over_16_kib_is_not_handed_out() {
    let world = Fixture::new(Profile::VeraId);
    let large = Token::new(AUDIENCE).unwrap().with_claim("large", "x".repeat(16_384)).to_json();
    for (way, issuer) in issuers(&world) {
        let issued = issuer.issue(Content::Attached(&large), seconds(60));
        let error = issued.unwrap_err();
        match rule(&error) {
            Some(TokenRuleError::Bundle(TokenParseError::TooLarge { limit: 16_384, .. })) => {}
            other => panic!("{way}: {other:?}"),
        }
    }
}

#[test]
fn a_policy_raises_the_hour_and_nothing_else() {
    let world = Fixture::new(Profile::VeraId);
    let token = token();
    let policy = IssuingPolicy::default().with_token_cap(DAY);
    for (way, issuer) in issuers(&world) {
        let issuer = issuer.with_rules(Arc::new(policy));
        let bundle = issuer.issue(Content::Attached(&token), seconds(DAY)).unwrap();
        let bundle = TokenBundle::try_from(bundle).unwrap();
        let raised = TokenPolicy::default().with_max_validity_seconds(DAY);
        assert!(bundle.verify_with(raised, AUDIENCE, NOW, &world.verifier).is_ok(), "{way}");
        let too_long = PolicyError::SignedPeriodTooLong { seconds: DAY + 1, limit: DAY };
        assert_eq!(
            issuer.issue(Content::Attached(&token), seconds(DAY + 1)).unwrap_err(),
            too_long.into()
        );
        assert!(issuer.issue(Content::Attached(b"{}"), seconds(60)).is_err());
        assert!(issuer.issue(Content::Detached(&token), seconds(60)).is_err());
        // The chain must still be valid throughout.
        let end = issuer.validity().end();
        let beyond = ValidityPeriod::new(end, end.saturating_add(1)).unwrap();
        assert!(issuer.issue(Content::Attached(&token), beyond).is_err());
    }
    // Token issuers keep the policy, also on behalf of users.
    let (identity, key) = (world.identity.clone(), world.key.clone());
    let issuer = TokenIssuer::for_organisation(identity, key, NOW, &world.verifier).unwrap();
    assert!(issuer.period(NOW, DAY).is_err());
    let issuer = issuer.with_policy(policy).on_behalf_of(None).unwrap();
    let period = issuer.period(NOW, DAY).unwrap();
    assert!(issuer.issue(&Token::new(AUDIENCE).unwrap(), period).is_ok());
}

#[test]
fn other_services_have_rules_of_their_own() {
    let service: ServiceOid = "1.3.6.1.4.1.58708.3.0.1".parse().unwrap();
    let world = Fixture::with(Profile::VeraId, key(2048, 0), None);
    let (identity, key) = (world.identity.clone(), world.key.clone());
    let issuer =
        SignatureIssuer::for_organisation(identity, key, service, NOW, &world.verifier).unwrap();
    for content in [Content::Attached(b"no token"), Content::Detached(b"no token")] {
        assert_eq!(both_ways(&issuer, content, seconds(2 * DAY)), [None, None]);
    }
}

#[test]
fn the_rules_cannot_be_left_out() {
    for profile in [Profile::VeraId, Profile::DomainAuth] {
        let world = Fixture::new(profile);
        let (identity, key) = (world.identity.clone(), world.key.clone());
        let issuer =
            SignatureIssuer::for_organisation(identity, key, service_oid(), NOW, &world.verifier);
        let missing = PolicyError::RulesMissing { service: service_oid() };
        assert_eq!(issuer.unwrap_err(), missing.into());
    }
}

#[test]
fn errors_read_as_those_of_the_rules() {
    let detached = IssueError::from(TokenRuleError::DetachedToken);
    assert_eq!(
        (detached.code(), detached.to_string()),
        (5052, TokenRuleError::DetachedToken.to_string())
    );
    let too_large = TokenParseError::TooLarge { bytes: 16_385, limit: 16_384 };
    let bundle = IssueError::from(TokenRuleError::Bundle(too_large.clone()));
    assert_eq!(bundle.code(), too_large.code());
    let source = std::error::Error::source(&bundle).map(ToString::to_string);
    assert_eq!(source, Some(too_large.to_string()));
    assert_ne!(bundle, detached);
}
