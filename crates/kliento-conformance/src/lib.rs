#![doc = include_str!("../README.md")]

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
pub use vector::{Operation, Period, ProfileName, Question, Vector, VectorError, discover};
