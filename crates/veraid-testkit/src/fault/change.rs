//! Changes that introduce a fault.

use veraid_zones::{Hierarchy, MockChain};

use super::faulty_bundle::FaultyBundle;
use crate::certificate::CertificateBuilder;
use crate::customisation::Customisation;
use crate::mock_bundle::MockBundle;
use crate::rsa_key::RsaKey;
use crate::scenario::Scenario;
use crate::signed_data::SignedDataBuilder;

/// The stage at which a fault is introduced. Parts that refer to a changed part refer to its
/// changed form.
#[derive(Clone, Copy)]
pub(super) enum Change {
    /// A change to the scenario.
    Scenario(fn(&mut Scenario)),
    /// The organisation's certificate before it is signed.
    Organisation(fn(&mut CertificateBuilder, &Scenario)),
    /// The member's certificate before it is signed.
    Member(fn(&mut CertificateBuilder, &Scenario)),
    /// The CMS signature before it is made with this key.
    SignedData(fn(&mut SignedDataBuilder, &RsaKey)),
    /// The zones before they are signed.
    Zones(fn(&mut Hierarchy)),
    /// The chain after it was signed.
    Chain(fn(&mut MockChain)),
    /// The parts before they are assembled.
    Bundle(fn(&mut MockBundle, &Scenario)),
    /// The parts, for faults that show only under a certain request.
    BundleAndRequest(fn(&mut MockBundle, &Scenario), fn(&mut FaultyBundle, &Scenario)),
    /// The signature bundle.
    Octets(fn(&MockBundle) -> Vec<u8>),
    /// The member id bundle of the same parts.
    MemberId(fn(&MockBundle, &Scenario) -> Vec<u8>),
    /// The request made of the verifier.
    Request(fn(&mut FaultyBundle, &Scenario)),
    /// The scenario, for faults that show only under a certain request.
    ScenarioAndRequest(fn(&mut Scenario), fn(&mut FaultyBundle, &Scenario)),
}

impl Change {
    pub(super) fn customisation(self, scenario: &Scenario) -> Customisation<'_> {
        let none = Customisation::new();
        match self {
            Self::Organisation(change) => none.organisation(move |c| change(c, scenario)),
            Self::Member(change) => none.member(move |c| change(c, scenario)),
            Self::SignedData(change) => {
                none.signed_data(move |signed| change(signed, scenario.signing_key()))
            }
            Self::Zones(change) => none.hierarchy(change),
            Self::Chain(change) => none.chain(change),
            _ => none,
        }
    }
}
