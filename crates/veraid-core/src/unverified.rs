//! Access to the contents of a bundle without verification, for people who ask why it does not
//! verify.

use veraid_dnssec::ValidityPeriod;

use crate::oid::ServiceOid;
use crate::signature_bundle::SignatureBundle;
use crate::signed_data::FoundSigner;

/// The unverified contents of a bundle. None of it is proved, and a program must not act on it.
#[derive(Clone, Copy, Debug)]
pub struct Unverified<'a> {
    bundle: &'a SignatureBundle,
}

impl SignatureBundle {
    /// Gives access to the contents of the bundle without verification.
    #[must_use]
    pub const fn unverified(&self) -> Unverified<'_> {
        Unverified { bundle: self }
    }
}

impl<'a> Unverified<'a> {
    fn signer(self) -> Option<FoundSigner<'a>> {
        self.bundle.signed_data.signer(self.bundle.profile()).ok()
    }

    /// The organisation certificate's common name, if it can be read.
    #[must_use]
    pub fn organisation_common_name(self) -> Option<&'a str> {
        self.bundle.head.organisation_certificate.common_name().ok()
    }

    /// The member that the signature is attributed to, or otherwise the common name of the signer's
    /// certificate.
    #[must_use]
    pub fn user(self) -> Option<&'a str> {
        let signer = self.signer()?;
        signer.attribution.or_else(|| {
            self.certificates()
                .iter()
                .find(|certificate| {
                    certificate.issuer() == signer.issuer && certificate.serial() == signer.serial
                })
                .and_then(|certificate| certificate.common_name().ok())
        })
    }

    /// The service that the signature names.
    #[must_use]
    pub fn service(self) -> Option<&'a ServiceOid> {
        self.signer().map(|signer| signer.service)
    }

    /// The period that the signature names.
    #[must_use]
    pub fn signed_period(self) -> Option<ValidityPeriod> {
        self.signer().map(|signer| signer.period)
    }

    /// The attached content.
    #[must_use]
    pub fn content(self) -> Option<&'a [u8]> {
        self.bundle.signed_data.content.as_deref()
    }

    /// The attached certificates.
    #[must_use]
    pub fn certificates(self) -> &'a [crate::Certificate] {
        &self.bundle.signed_data.certificates
    }

    /// The size of the CMS structure in bytes, content and attached certificates included.
    #[must_use]
    pub fn signed_data_len(self) -> usize {
        self.bundle.signed_data.octets
    }
}
