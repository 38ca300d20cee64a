//! Every failure by name: valid bundles with one thing wrong.

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
use crate::hierarchy::Hierarchy;
use crate::mock_bundle::MockBundle;
use crate::mock_chain::MockChain;
use crate::profile::TestProfile;
use crate::rsa_key::RsaKey;
use crate::scenario::{AUDIENCE, Encapsulation, KLIENTO_SERVICE, Scenario, Signer};
use crate::signed_data::SignedDataBuilder;

pub use table::Fault;

/// What a [`Fault`] is in.
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
    /// The Kliento token: only a verifier of tokens finds it.
    Token,
}

/// What a verifier should say of a [`FaultyBundle`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expected {
    /// It holds all the same: the fault is one that this profile tolerates or allows.
    Accepted,
    /// The octets are no bundle: they do not parse.
    Malformed,
    /// They are a bundle, and it does not hold.
    Invalid,
}

/// What kind of bundle the octets should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BundleFormat {
    /// A signature bundle.
    Signature,
    /// A member id bundle.
    MemberId,
}

/// A bundle with one fault, and what to ask a verifier about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultyBundle {
    /// What is wrong.
    pub fault: Fault,
    /// What the octets should be.
    pub format: BundleFormat,
    /// The octets.
    pub der: Vec<u8>,
    /// The trust anchors, DS records in presentation format, one on a line.
    pub trust_anchors: String,
    /// The service to verify for, in dotted form.
    pub service: String,
    /// The audience to verify a token for.
    pub audience: String,
    /// The period to verify for: a single second, but for faults that show in longer ones alone.
    pub period: ValidityPeriod,
    /// The content to give beside the bundle, if any.
    pub plaintext: Option<Vec<u8>>,
    /// What should come of it.
    pub expected: Expected,
}

impl Fault {
    /// What verification should give under `profile`; `None` if `profile` has no such thing.
    #[must_use]
    pub const fn expected(self, profile: TestProfile) -> Option<Expected> {
        let [veraid, domainauth] = self.verdicts();
        match profile {
            TestProfile::VeraId => veraid,
            TestProfile::DomainAuth => domainauth,
        }
    }

    /// Whether `profile` has such a thing.
    #[must_use]
    pub const fn applies_to(self, profile: TestProfile) -> bool {
        self.expected(profile).is_some()
    }

    /// What the fault is made from: `scenario`, signed by whom the fault needs and with what it needs to be there.
    ///
    /// Where the fault [applies](Self::applies_to) this is valid if `scenario` is.
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
    /// `scenario` should be valid at its instant, its content a Kliento token for [`AUDIENCE`], its service Kliento's.
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
        change.unwrap_or_else(|| panic!("nothing makes the fault {}", self.name()))
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What a fault is made from.
#[derive(Clone, Copy)]
enum Parent {
    /// A bundle of either signer.
    Any,
    /// One that a member signed.
    Member,
    /// One that the organisation signed.
    Organisation,
    /// One whose content is detached.
    Detached,
    /// One that a member signed whose certificate an intermediate authority issued.
    Intermediate,
}

/// Where a fault comes in. What refers to a changed part refers to it as changed.
#[derive(Clone, Copy)]
enum Change {
    /// What the bundle says.
    Scenario(fn(&mut Scenario)),
    /// The organisation's certificate before it is signed.
    Organisation(fn(&mut CertificateBuilder, &Scenario)),
    /// The member's certificate before it is signed.
    Member(fn(&mut CertificateBuilder, &Scenario)),
    /// The CMS signature before this key makes it.
    SignedData(fn(&mut SignedDataBuilder, &RsaKey)),
    /// The zones before they are signed.
    Zones(fn(&mut Hierarchy)),
    /// The chain after it was signed.
    Chain(fn(&mut MockChain)),
    /// The parts before they are put together.
    Bundle(fn(&mut MockBundle, &Scenario)),
    /// The parts, where only a certain question shows it.
    BundleAndRequest(fn(&mut MockBundle, &Scenario), fn(&mut FaultyBundle, &Scenario)),
    /// The signature bundle.
    Octets(fn(&MockBundle) -> Vec<u8>),
    /// The member id bundle of the same parts.
    MemberId(fn(&MockBundle, &Scenario) -> Vec<u8>),
    /// What is asked about the bundle.
    Request(fn(&mut FaultyBundle, &Scenario)),
    /// What the bundle says, where only a certain question shows it.
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
