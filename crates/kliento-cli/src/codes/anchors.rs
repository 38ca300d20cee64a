//! Reasons why a file of trust anchors cannot be used.

use super::{Explanation, on};

/// Explanations of the codes 547x.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    on(
        5470,
        "the trust anchors cannot be used",
        "A file of trust anchors is IANA's root-anchors.xml, Unbound's root.key, BIND's `trust-anchors` (or `managed-keys`, `trusted-keys`), or DS and DNSKEY records of the root zone. Keys that are revoked, not trusted yet (RFC 5011) or of an unsupported algorithm are skipped; the line and the reason are given.",
        "give a file in one of these forms that is about the root zone alone; `kliento trust-anchors show` shows the anchors that are built in",
    ),
    on(
        5471,
        "the signature over the trust anchors does not count",
        "The detached CMS signature must be over exactly this file, by the signer that is expected, and every certificate up to the authority's must be valid at the time. IANA publishes root-anchors.p7s anew with each root-anchors.xml and before its signer's certificate expires.",
        "download root-anchors.xml and root-anchors.p7s again, both at once; for an authority of your own, give --ca and --signer",
    ),
    on(
        5472,
        "no trust anchor is valid at the time",
        "Each key in the file has ended, or is not valid yet, at the instant that was asked for.",
        "get a newer file, or check the clock; --at asks for another instant",
    ),
];
