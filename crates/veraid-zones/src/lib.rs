#![doc = include_str!("../README.md")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "zones are written here, and hickory parses the questions of strangers"
)]

mod hierarchy;
mod key_seed;
mod message;
mod mock_chain;
#[cfg(feature = "server")]
mod server;
mod zone;
mod zone_key;

pub use hierarchy::{Hierarchy, HierarchyBuilder, KeyRole, KeySlot, KeySplit, ZoneKeys};
pub use message::{ANSWER_FLAGS, Compression, MessageBuilder, Record, answer_message};
pub use mock_chain::{ChainLink, MockChain};
#[cfg(feature = "server")]
pub use server::{AskedQuestion, DnsServer, Response, RunningServer, ServerTransport};
pub use veraid_dnssec::{Name, Question, RecordType, Timestamp, ValidityPeriod};
pub use zone::{Rrset, RrsigFields, Zone, rrsig_rdata, signed_bytes, txt_rdata};
pub use zone_key::{ZoneAlgorithm, ZoneKey, key_tag};
