//! Bounds on every verification, whatever its input.

use crate::work::Work;

/// The most signature checks of one verification.
const CHECKS: u32 = 64;
/// Four may fail; the next one ends verification.
const FAILED_CHECKS: u32 = 5;
/// The most checks of Ed448.
const ED448_CHECKS: u32 = 8;
/// A digest is made where a DS and a usable key agree in tag and algorithm: for each of 16 zones 16
/// DSs times 2 keys.
const DS_DIGESTS: u32 = 16 * 16 * 2;
/// Digests beside those: each of at most 2 anchors in these tests times 2 keys with its tag, the
/// key id of the organisation's key, and the content.
const OTHER_DIGESTS: u32 = 2 * 2 + 3 + 1;
/// A DS digests an owner of at most 255 octets and the longest usable DNSKEY: 4 octets, then RSA's
/// length of the exponent, exponent and modulus.
const DS_DIGEST_BYTES: usize = 255 + 4 + 1 + 5 + 512;
/// An RRset is signed with at most 32 records' owners, types, classes, TTLs and lengths beside the
/// received data.
const SIGNED_OCTETS_BESIDE_INPUT: usize = 32 * (255 + 10) + 18 + 255;
/// The limit that the README states for tokens.
const TOKEN_BYTES: usize = 16_384;
const TOKEN_HEAP: usize = 256 * 1024;
/// Bundles other than tokens may be larger; the memory for one is its octets, plus as much as
/// records, names and their results repeat them.
const HEAP_PER_OCTET: usize = TOKEN_HEAP / TOKEN_BYTES;

/// The error of a limit that was exceeded while verifying.
const LIMIT_EXCEEDED: u16 = 2007;

/// Reports which bound an input of `octets` exceeds.
pub(crate) fn check(
    work: Work,
    heap: usize,
    octets: usize,
    code: Option<u16>,
) -> Result<(), String> {
    let within = |what: &str, found: usize, most: usize| {
        if found <= most { Ok(()) } else { Err(format!("{found} {what}, more than {most}")) }
    };
    let count = |number: u32| usize::try_from(number).unwrap();
    within("checks", count(work.checks), count(CHECKS))?;
    within("failed checks", count(work.failed), count(FAILED_CHECKS))?;
    if work.failed == FAILED_CHECKS && code != Some(LIMIT_EXCEEDED) {
        return Err(format!("{FAILED_CHECKS} checks failed, and the error is {code:?}"));
    }
    within("checks of Ed448", count(work.ed448), count(ED448_CHECKS))?;
    within("digests", count(work.digests), count(DS_DIGESTS + OTHER_DIGESTS))?;
    let digested = count(work.digests) * DS_DIGEST_BYTES + 4 * octets;
    within("octets digested", work.digested_bytes, digested)?;
    let signed = count(work.checks) * (octets + SIGNED_OCTETS_BESIDE_INPUT);
    within("octets that signatures are over", work.signed_bytes, signed)?;
    within("octets of heap", heap, HEAP_PER_OCTET * octets.max(TOKEN_BYTES))
}
