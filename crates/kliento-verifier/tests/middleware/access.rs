//! Access policies for verified senders.

use kliento_verifier::{AccessPolicy, KlientoLayer};

use crate::tokens;
use crate::world::{Answer, answer, with};

fn layer(policy: AccessPolicy) -> KlientoLayer {
    KlientoLayer::new(tokens::authenticator().with_access_policy(policy))
}

fn allowing(pattern: &str) -> AccessPolicy {
    AccessPolicy::default().allow(pattern.parse().unwrap())
}

fn welcome(sender: &str) -> Answer {
    Answer::welcome(&format!("{sender} \"the body\""))
}

#[tokio::test]
async fn patterns_admit_matching_subjects() {
    let bot = tokens::of(None);
    for pattern in ["example.com", "alice@example.com", "a*@*.com", "*", "*@example.com"] {
        let layer = layer(allowing(pattern));
        assert_eq!(answer(&layer, with(&tokens::alice())).await, welcome("alice@example.com"));
    }
    for pattern in ["example.org", "bob@example.com", "Alice@example.com", "*.example.com"] {
        let layer = layer(allowing(pattern));
        assert_eq!(answer(&layer, with(&tokens::alice())).await, Answer::forbidden(), "{pattern}");
    }
    // The organisation itself is not a user of it.
    assert_eq!(answer(&layer(allowing("*@example.com")), with(&bot)).await, Answer::forbidden());
    assert_eq!(answer(&layer(allowing("example.com")), with(&bot)).await, welcome("example.com"));
}

#[tokio::test]
async fn a_denied_subject_is_rejected_whatever_is_allowed() {
    let layer = layer(allowing("alice@example.com").deny("*@example.com".parse().unwrap()));
    assert_eq!(answer(&layer, with(&tokens::alice())).await, Answer::forbidden());
}

#[tokio::test]
async fn required_claims_have_exactly_the_value() {
    let layer = layer(AccessPolicy::default().require_claim("role", "deploy"));
    let good = tokens::claiming(&[("role", "deploy"), ("team", "a")]);
    assert_eq!(answer(&layer, with(&good)).await, welcome("alice@example.com"));
    for bad in [&[][..], &[("role", "deployer")], &[("role", "Deploy")], &[("Role", "deploy")]] {
        let bad = tokens::claiming(bad);
        assert_eq!(answer(&layer, with(&bad)).await, Answer::forbidden());
    }
}
