//! Files of trust anchors: bytes in, the root zone's keys out.
//!
//! [`AnchorFile::read`] recognises four formats: IANA's `root-anchors.xml` (RFC 9718), the file in
//! which Unbound follows the root's key (RFC 5011), BIND's `trust-anchors` and its older
//! statements, and plain DS and DNSKEY records. [`Signature::verify`] checks the detached CMS
//! signature that IANA publishes beside its file.
//!
//! Nothing here reads a clock, file, network or environment.
//!
//! ```
//! use veraid_dnssec::crypto::rust_crypto;
//! use veraid_trust_anchors::AnchorFile;
//!
//! let file = b"\
//!     . 86400 IN DS 20326 8 1 AEAA0000000000000000000000000000000000AE\n\
//!     . 86400 IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n";
//! let file = AnchorFile::read(file, rust_crypto::PROVIDER)?;
//! // The first line has a SHA-1 digest, which is not supported.
//! assert_eq!(file.entries().filter(|entry| entry.skip_reason().is_some()).count(), 1);
//! assert_eq!(file.trust_anchors().key_tags().collect::<Vec<_>>(), [20326]);
//! # Ok::<(), veraid_trust_anchors::AnchorFileError>(())
//! ```

mod anchor_file;
mod bind;
mod certificate;
mod der;
mod entry;
mod error;
mod keys;
mod records;
mod signature;
mod skip_reason;
mod state;
mod xml;
mod xml_writer;

pub use anchor_file::{AnchorFile, Format};
pub use entry::Entry;
pub use error::{AnchorFileError, LineProblem, Skipped};
pub use signature::{Authorities, Signature, SignatureError, VerifiedSignature};
pub use skip_reason::SkipReason;
pub use state::State;
