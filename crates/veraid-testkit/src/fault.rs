//! Named faults: valid bundles with one thing wrong.

mod bundle;
mod certificate;
mod chain;
mod change;
mod faulty_bundle;
mod key_record;
mod name;
mod properties;
mod signature;
mod signed_attribute;
mod table;
mod token;

use veraid_dnssec::ValidityPeriod;

use crate::profile::TestProfile;
use crate::scenario::{AUDIENCE, Encapsulation, KLIENTO_SERVICE, Scenario, Signer};

use change::Change;
pub use faulty_bundle::{BundleFormat, FaultyBundle};
use properties::Parent;
pub use properties::{Area, Expected};
pub use table::Fault;

impl Fault {
    /// The expected verdict under `profile`; `None` if the fault does not exist there.
    #[must_use]
    pub const fn expected(self, profile: TestProfile) -> Option<Expected> {
        let [veraid, domainauth] = self.verdicts();
        match profile {
            TestProfile::VeraId => veraid,
            TestProfile::DomainAuth => domainauth,
        }
    }

    /// Returns true if the fault exists under `profile`.
    #[must_use]
    pub const fn applies_to(self, profile: TestProfile) -> bool {
        self.expected(profile).is_some()
    }

    /// The valid scenario that the fault is made from: `scenario`, with the signer and the parts
    /// that the fault needs.
    ///
    /// Where the fault [applies](Self::applies_to), the result is valid if `scenario` is.
    #[must_use]
    pub fn parent(self, scenario: &Scenario) -> Scenario {
        let mut parent = scenario.clone();
        match self.parent_kind() {
            Parent::Any => {}
            Parent::Member => parent.signer = Signer::Member,
            Parent::Organisation => parent.signer = Signer::Organisation,
            Parent::Detached => parent.encapsulation = Encapsulation::Detached,
            Parent::Intermediate => {
                parent.signer = Signer::Member;
                parent.intermediates = vec!["staff".into()];
            }
        }
        parent
    }

    /// The [`parent`](Self::parent) with this fault and no other.
    ///
    /// `scenario` should be valid at its instant, its content a Kliento token for [`AUDIENCE`], its
    /// service Kliento's.
    ///
    /// ```
    /// use veraid_testkit::{Expected, Fault, Scenario};
    ///
    /// let faulty = Fault::MemberCertificateIssuedByOtherKey.build(&Scenario::default());
    /// assert_eq!(faulty.expected, Expected::Invalid);
    /// // Now hold your verifier against `faulty.der`, with `faulty.trust_anchors`, at `faulty.period`.
    /// ```
    ///
    /// # Panics
    ///
    /// If the fault does not [apply](Self::applies_to) to the profile of `scenario`.
    #[must_use]
    pub fn build(self, scenario: &Scenario) -> FaultyBundle {
        let mut scenario = self.parent(scenario);
        let expected = self.expected(scenario.profile).unwrap_or_else(|| {
            panic!("the fault {} does not exist under {:?}", self.name(), scenario.profile)
        });
        let change = self.change();
        if let Change::Scenario(change) | Change::ScenarioAndRequest(change, _) = change {
            change(&mut scenario);
        }
        let mut bundle = scenario.build_with(&change.customisation(&scenario));
        if let Change::Bundle(change) | Change::BundleAndRequest(change, _) = change {
            change(&mut bundle, &scenario);
            bundle.der = bundle.reassemble();
        }
        let mut faulty = FaultyBundle {
            fault: self,
            format: BundleFormat::Signature,
            der: bundle.der.clone(),
            trust_anchors: bundle.trust_anchors.clone(),
            service: KLIENTO_SERVICE.into(),
            audience: AUDIENCE.into(),
            period: ValidityPeriod::at(scenario.at),
            plaintext: None,
            expected,
        };
        if scenario.encapsulation == Encapsulation::Detached {
            faulty.plaintext = Some(bundle.plaintext.clone());
        }
        match change {
            Change::Octets(change) => faulty.der = change(&bundle),
            Change::MemberId(change) => {
                faulty.der = change(&bundle, &scenario);
                faulty.format = BundleFormat::MemberId;
            }
            Change::Request(change)
            | Change::ScenarioAndRequest(_, change)
            | Change::BundleAndRequest(_, change) => {
                change(&mut faulty, &scenario);
            }
            _ => {}
        }
        faulty
    }

    fn change(self) -> Change {
        let change = match self.area() {
            Area::Bundle => bundle::change(self),
            Area::Certificate => certificate::change(self).or_else(|| name::in_certificate(self)),
            Area::Chain => chain::change(self),
            Area::KeyRecord => key_record::change(self),
            Area::Signature => signature::change(self)
                .or_else(|| signed_attribute::change(self))
                .or_else(|| name::in_attribution(self)),
            Area::Token => token::change(self),
        };
        change.unwrap_or_else(|| panic!("no change makes the fault {}", self.name()))
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
