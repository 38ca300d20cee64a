//! A bundle that can be taken apart and reassembled.

use crate::bundle::{member_id_bundle_der, signature_bundle_der};
use crate::der_writer::SetOrder;
use crate::rsa_key::RsaKey;
use veraid_zones::MockChain;

/// A signature bundle, its trust anchors and its parts.
#[derive(Clone, Debug)]
pub struct MockBundle {
    /// The signature bundle.
    pub der: Vec<u8>,
    /// The root's keys as DS records in presentation format, one on a line.
    pub trust_anchors: String,
    /// The DNSSEC chain.
    pub chain: MockChain,
    /// The organisation's certificate in DER.
    pub organisation_certificate: Vec<u8>,
    /// The member's certificate in DER; `None` if the organisation signed.
    pub member_certificate: Option<Vec<u8>>,
    /// The certificates between the organisation's and the member's, from the top.
    pub intermediate_certificates: Vec<Vec<u8>>,
    /// The ContentInfo of the CMS signature in DER.
    pub content_info: Vec<u8>,
    /// The content that was signed.
    pub plaintext: Vec<u8>,
    /// The organisation's key.
    pub organisation_key: RsaKey,
    /// The member's key.
    pub member_key: RsaKey,
    /// The order of the chain's messages.
    pub chain_order: SetOrder,
}

impl MockBundle {
    /// The signature bundle of the current parts. Nothing is signed again.
    #[must_use]
    pub fn reassemble(&self) -> Vec<u8> {
        signature_bundle_der(
            0,
            &self.chain.messages,
            &self.organisation_certificate,
            &self.content_info,
            self.chain_order,
        )
    }

    /// The member id bundle of the current parts, with the intermediate certificates if there are
    /// any.
    ///
    /// # Panics
    ///
    /// If there is no member certificate.
    #[must_use]
    pub fn member_id_bundle(&self) -> Vec<u8> {
        let intermediates = match self.intermediate_certificates.as_slice() {
            [] => None,
            certificates => Some(certificates),
        };
        member_id_bundle_der(
            0,
            &self.chain.messages,
            &self.organisation_certificate,
            self.member_certificate
                .as_deref()
                .expect("a member id bundle has a member certificate"),
            intermediates,
            self.chain_order,
        )
    }
}
