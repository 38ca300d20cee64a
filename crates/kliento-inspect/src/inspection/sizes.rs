//! The sizes of a bundle's parts.

use serde::Serialize;
use veraid_core::SignatureBundle;

/// The size of each part in bytes; together they are `total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sizes {
    pub(super) total: usize,
    /// The DNS messages.
    pub(super) chain: usize,
    pub(super) organisation_certificate: usize,
    pub(super) attached_certificates: usize,
    /// The CMS structure without content and certificates.
    pub(super) signature: usize,
    pub(super) content: usize,
    /// Tags and lengths around the parts.
    pub(super) framing: usize,
}

impl Sizes {
    pub(super) fn of(bundle: &SignatureBundle) -> Self {
        let unverified = bundle.unverified();
        let total = bundle.to_der().len();
        let chain = bundle.chain().messages().map(<[u8]>::len).sum();
        let organisation_certificate = bundle.organisation_certificate().as_der().len();
        let attached_certificates =
            unverified.certificates().iter().map(|certificate| certificate.as_der().len()).sum();
        let content = unverified.content().map_or(0, <[u8]>::len);
        let signature = unverified
            .signed_data_len()
            .saturating_sub(content)
            .saturating_sub(attached_certificates);
        let framing = [chain, organisation_certificate, attached_certificates, signature, content]
            .into_iter()
            .fold(total, usize::saturating_sub);
        Self {
            total,
            chain,
            organisation_certificate,
            attached_certificates,
            signature,
            content,
            framing,
        }
    }

    /// The names and sizes of the parts.
    pub(super) const fn parts(&self) -> [(&'static str, usize); 6] {
        [
            ("DNSSEC chain", self.chain),
            ("organisation certificate", self.organisation_certificate),
            ("attached certificates", self.attached_certificates),
            ("signature", self.signature),
            ("content", self.content),
            ("tags and lengths", self.framing),
        ]
    }
}
