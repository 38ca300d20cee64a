//! Changes to parts of a bundle before they are signed.

use crate::certificate::CertificateBuilder;
use crate::signed_data::SignedDataBuilder;
use veraid_zones::Hierarchy;
use veraid_zones::MockChain;

type Change<'a, T> = Box<dyn Fn(&mut T) + 'a>;

/// Changes for [`Scenario::build_with`](crate::Scenario::build_with). Parts that refer to a changed
/// part refer to its changed form.
#[derive(Default)]
pub struct Customisation<'a> {
    organisation: Vec<Change<'a, CertificateBuilder>>,
    member: Vec<Change<'a, CertificateBuilder>>,
    signed_data: Vec<Change<'a, SignedDataBuilder>>,
    hierarchy: Vec<Change<'a, Hierarchy>>,
    chain: Vec<Change<'a, MockChain>>,
}

impl<'a> Customisation<'a> {
    /// No changes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Changes the organisation's certificate.
    #[must_use]
    pub fn organisation(mut self, change: impl Fn(&mut CertificateBuilder) + 'a) -> Self {
        self.organisation.push(Box::new(change));
        self
    }

    /// Changes the member's certificate, if there is one.
    #[must_use]
    pub fn member(mut self, change: impl Fn(&mut CertificateBuilder) + 'a) -> Self {
        self.member.push(Box::new(change));
        self
    }

    /// Changes the CMS signature.
    #[must_use]
    pub fn signed_data(mut self, change: impl Fn(&mut SignedDataBuilder) + 'a) -> Self {
        self.signed_data.push(Box::new(change));
        self
    }

    /// Changes the zones.
    #[must_use]
    pub fn hierarchy(mut self, change: impl Fn(&mut Hierarchy) + 'a) -> Self {
        self.hierarchy.push(Box::new(change));
        self
    }

    /// Changes the chain after it was signed.
    #[must_use]
    pub fn chain(mut self, change: impl Fn(&mut MockChain) + 'a) -> Self {
        self.chain.push(Box::new(change));
        self
    }

    pub(crate) fn apply_to_organisation(&self, part: &mut CertificateBuilder) {
        self.organisation.iter().for_each(|change| change(part));
    }

    pub(crate) fn apply_to_member(&self, part: &mut CertificateBuilder) {
        self.member.iter().for_each(|change| change(part));
    }

    pub(crate) fn apply_to_signed_data(&self, part: &mut SignedDataBuilder) {
        self.signed_data.iter().for_each(|change| change(part));
    }

    pub(crate) fn apply_to_hierarchy(&self, part: &mut Hierarchy) {
        self.hierarchy.iter().for_each(|change| change(part));
    }

    pub(crate) fn apply_to_chain(&self, part: &mut MockChain) {
        self.chain.iter().for_each(|change| change(part));
    }
}

impl std::fmt::Debug for Customisation<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Customisation")
            .field("organisation", &self.organisation.len())
            .field("member", &self.member.len())
            .field("signed_data", &self.signed_data.len())
            .field("hierarchy", &self.hierarchy.len())
            .field("chain", &self.chain.len())
            .finish()
    }
}
