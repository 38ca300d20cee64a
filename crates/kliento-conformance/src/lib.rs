//! Test vectors of VeraId, DomainAuth and Kliento, and how any implementation is held against them.
//!
//! A [`Vector`] is one file below test-vectors/. Its [`Question`] goes to the implementation, which gives an [`Answer`]; [`judge`] holds that
//! against what the vector expects, and [`Exceptions`] excuse what is known to differ, each with its reason. [`Report`] counts.
//!
//! The implementation is either the one built in ([`builtin::answer`], under any cryptographic provider), or a process that speaks
//! JSON lines ([`Process`]): one question a line on its standard input, one answer a line on its standard output, in lockstep.
//!
//! Unlike the libraries that it tests, this crate reads files and starts processes; it reads neither clock nor network.

mod answer;
pub mod builtin;
mod exceptions;
mod glob;
mod judge;
mod process;
mod report;
mod vector;

pub use answer::{Answer, Facts, Outcome};
pub use exceptions::{Exceptions, ExceptionsError};
pub use glob::Glob;
pub use judge::{Difference, judge};
pub use process::{Conversation, Fault, Process};
pub use report::{AreaCount, Entry, Report, Verdict};
pub use vector::{
    Authority, Operation, PROTOCOL, Period, ProfileName, Question, SCHEMA, Vector, VectorError,
    discover,
};
