//! Named faults: valid bundles with one thing wrong.

mod bundle;
mod certificate;
mod chain;
mod key_record;
mod name;
mod signature;
mod signed_attribute;
mod table;
mod token;

use veraid_dnssec::ValidityPeriod;

use crate::certificate::CertificateBuilder;
use crate::customisation::Customisation;
use crate::mock_bundle::MockBundle;
use crate::profile::TestProfile;
use crate::rsa_key::RsaKey;
use crate::scenario::{AUDIENCE, Encapsulation, KLIENTO_SERVICE, Scenario, Signer};
use crate::signed_data::SignedDataBuilder;
use veraid_zones::Hierarchy;
use veraid_zones::MockChain;

pub use table::Fault;

/// The part that a [`Fault`] affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Area {
    /// The bundle's own fields.
    Bundle,
    /// A certificate, a name in one, or the path between them.
    Certificate,
    /// The DNSSEC chain.
    Chain,
    /// The TXT records that name the organisation's key.
    KeyRecord,
    /// The CMS signature, its content and attributes.
    Signature,
    /// The Kliento token; only a verifier of tokens detects these.
    Token,
}

/// The verdict that a verifier should give on a [`FaultyBundle`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expected {
    /// Valid despite the fault, which this profile tolerates or allows.
    Accepted,
    /// Malformed: the octets do not parse as a bundle.
    Malformed,
    /// Invalid: a bundle that parses but fails verification.
    Invalid,
}

/// The kind of bundle that the octets should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BundleFormat {
    /// A signature bundle.
    Signature,
    /// A member id bundle.
    MemberId,
}

/// A bundle with one fault, and the request to make of a verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultyBundle {
    /// The fault.
    pub fault: Fault,
    /// The expected format of the octets.
    pub format: BundleFormat,
    /// The bundle, or the octets in its place.
    pub der: Vec<u8>,
    /// The trust anchors, DS records in presentation format, one on a line.
    pub trust_anchors: String,
    /// The service to verify for, in dotted form.
    pub service: String,
    /// The audience to verify a token for.
    pub audience: String,
    /// The period to verify for: a single second, except for faults that show only in longer
    /// periods.
    pub period: ValidityPeriod,
    /// The content to supply beside the bundle, if any.
    pub plaintext: Option<Vec<u8>>,
    /// The expected verdict.
    pub expected: Expected,
}

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

/// The kind of scenario that a fault is made from.
#[derive(Clone, Copy)]
enum Parent {
    /// A bundle of either signer.
    Any,
    /// A bundle signed by a member.
    Member,
    /// A bundle signed by the organisation.
    Organisation,
    /// A bundle whose content is detached.
    Detached,
    /// A bundle signed by a member whose certificate an intermediate authority issued.
    Intermediate,
}

/// The stage at which a fault is introduced. Parts that refer to a changed part refer to its
/// changed form.
#[derive(Clone, Copy)]
enum Change {
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
    fn customisation(self, scenario: &Scenario) -> Customisation<'_> {
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
