//! Bundles that differ from a valid one in one respect.

use veraid_testkit::{Customisation, MockBundle, Scenario, Signer};

use crate::scenario::common_seconds;
use crate::vector::{Vector, label};

/// The id of the valid bundle that `scenario` differs from in one respect.
pub(crate) fn parent(scenario: &Scenario) -> String {
    let signer = match scenario.signer {
        Signer::Member => "member",
        Signer::Organisation => "organisation",
    };
    format!("bundle::valid::{signer}-{}", label(scenario.profile))
}

/// A signature bundle that differs from its parent in one respect; expected to be valid unless
/// changed later.
pub(crate) fn vary(
    rule: &str,
    case: &str,
    description: &str,
    spec: &'static str,
    scenario: &Scenario,
    customisation: &Customisation<'_>,
) -> Vector {
    vary_bundle(rule, case, description, spec, scenario, &scenario.build_with(customisation))
}

/// A vector as from [`vary`], for a bundle that is already built.
pub(crate) fn vary_bundle(
    rule: &str,
    case: &str,
    description: &str,
    spec: &'static str,
    scenario: &Scenario,
    bundle: &MockBundle,
) -> Vector {
    let id = format!("bundle::{rule}::{case}-{}", label(scenario.profile));
    Vector::bundle(id, description, spec, scenario.profile, bundle)
        .from(parent(scenario))
        .signed_as(scenario)
        .holds_if_ever(common_seconds(scenario))
}
