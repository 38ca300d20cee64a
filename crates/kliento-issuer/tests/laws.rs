//! Laws of issuing: any token, user and lifetime that the rules allow is recovered unchanged.

#![allow(clippy::unwrap_used, reason = "a panic is a test that fails")]

mod common;

use std::sync::LazyLock;

use common::{Fixture, NOW, key};
use kliento::{Profile, Token};
use kliento_issuer::TokenIssuer;
use proptest::prelude::*;
use veraid_core::UserName;

static WORLDS: LazyLock<[(Fixture, TokenIssuer); 2]> = LazyLock::new(|| {
    [Profile::VeraId, Profile::DomainAuth].map(|profile| {
        let world = Fixture::with(profile, key(2048, 0), None);
        let (identity, key) = (world.identity.clone(), world.key.clone());
        let issuer = TokenIssuer::for_organisation(identity, key, NOW, &world.verifier).unwrap();
        (world, issuer)
    })
});

fn tokens() -> impl Strategy<Value = Token> {
    let claims = proptest::collection::btree_map(".{0,20}", ".{0,40}", 0..5);
    ("\\PC{1,60}", claims).prop_map(|(audience, claims)| {
        let token = Token::new(audience).unwrap();
        claims.into_iter().fold(token, |token, (name, value)| token.with_claim(name, value))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn tokens_round_trip_unchanged(
        token in tokens(),
        name in proptest::option::of(".{1,30}"),
        lifetime in 0_u64..=3600,
        later in 0_u64..=3600,
    ) {
        for (world, issuer) in WORLDS.iter() {
            let profile = world.identity.profile();
            // Names that the profile does not allow are not issued, which is tested elsewhere.
            let user = match name.as_deref().map(|name| UserName::new(name, profile)) {
                Some(Err(_)) => continue,
                Some(Ok(user)) => Some(user),
                None => None,
            };
            let issuer = issuer.on_behalf_of(user.as_ref()).unwrap();
            let period = issuer.period(NOW, lifetime).unwrap();
            let issued = issuer.issue(&token, period).unwrap();
            prop_assert_eq!(issued.as_signature_bundle().deviations(), &[]);

            let at = NOW.saturating_add(later.min(lifetime));
            let verified = issued.clone().verify(token.audience(), at, &world.verifier).unwrap();
            prop_assert_eq!(verified.claims(), token.claims());
            prop_assert_eq!(verified.subject().user(), user.as_ref());
            prop_assert_eq!(verified.validity(), period);

            let too_late = issued.verify(
                token.audience(),
                period.end().saturating_add(1),
                &world.verifier,
            );
            prop_assert!(too_late.unwrap_err().is_about_time());
        }
    }
}
