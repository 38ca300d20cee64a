//! Reasons why a file of trust anchors cannot be used.

use super::entry::{Explanation, on};

/// Explanations of the codes 547x.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    on(
        5470,
        "the trust anchors cannot be used",
        "A file of trust anchors is IANA's root-anchors.xml, Unbound's root.key, BIND's `trust-anchors` (or `managed-keys`, `trusted-keys`), or DS and DNSKEY records of the root zone. Keys that are revoked, not trusted yet (RFC 5011) or of an unsupported algorithm are skipped; the line and the reason are given.",
        "give a file in one of these forms with keys of the root zone only; `kliento trust-anchors show` shows the built-in anchors",
    ),
    on(
        5471,
        "the signature over the trust anchors is not accepted",
        "The detached CMS signature must cover exactly this file and be by the expected signer, and every certificate up to the authority's must be valid at that time. IANA publishes a new root-anchors.p7s with each root-anchors.xml and before its signer's certificate expires.",
        "download root-anchors.xml and root-anchors.p7s again, together; for an authority of your own, give --ca and --signer",
    ),
    on(
        5472,
        "no trust anchor is valid at the requested time",
        "Every key in the file has expired, or is not valid yet, at the requested instant.",
        "get a newer file, or check the clock; --at selects another instant",
    ),
];
