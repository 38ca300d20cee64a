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
pub use process::{Conversation, Process, ProcessError};
pub use report::{AreaCount, Entry, Report, VectorResult};
pub use vector::{
    Authority, Operation, PROTOCOL, Period, Question, SCHEMA, Vector, VectorError, VectorProfile,
    discover,
};
