//! The outcome of a run: exit code, standard output and standard error.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use kliento_inspect::{Failure, FailureClass};

/// The exit status of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Success: the input is valid, or the work is done.
    Valid,
    /// A bug, or a standard output that cannot be written.
    Internal,
    /// The arguments are invalid, or a file cannot be read or written.
    Usage,
    /// The input is not a bundle or chain, or is invalid, or nothing may be issued with it.
    Failed(FailureClass),
}

impl Exit {
    /// The exit code; scripts rely on these numbers.
    const fn code(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Internal | Self::Failed(FailureClass::Internal) => 1,
            Self::Usage | Self::Failed(FailureClass::Usage) => 2,
            Self::Failed(FailureClass::Malformed) => 10,
            Self::Failed(FailureClass::Invalid) => 11,
            Self::Failed(FailureClass::Time) => 12,
            Self::Failed(FailureClass::Audience) => 13,
            Self::Failed(FailureClass::Policy) => 14,
            Self::Failed(FailureClass::Network) => 20,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Invalid arguments, or a file that cannot be read.
#[derive(Debug)]
pub(crate) struct UsageError {
    message: String,
}

impl UsageError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// The reason why a run ends before its result.
#[derive(Debug)]
pub(crate) enum Stop {
    Usage(UsageError),
    Failed(Box<Failure>),
}

impl Stop {
    /// The failure, unless the arguments are to blame.
    pub(crate) fn into_failure(self) -> Result<Failure, Self> {
        match self {
            Self::Failed(failure) => Ok(*failure),
            Self::Usage(_) => Err(self),
        }
    }

    /// Adds the file in which a failure occurred.
    pub(crate) fn in_file(self, file: &str) -> Self {
        match self {
            Self::Failed(failure) => failure.in_file(file).into(),
            Self::Usage(_) => self,
        }
    }
}

impl From<UsageError> for Stop {
    fn from(error: UsageError) -> Self {
        Self::Usage(error)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

/// The outcome of a run.
#[derive(Debug)]
pub(crate) struct Outcome {
    exit: Exit,
    stdout: Vec<u8>,
    stderr: String,
}

impl Outcome {
    /// The outcome of a successful run, with its standard output.
    pub(crate) fn valid(stdout: impl Into<Vec<u8>>) -> Self {
        Self { exit: Exit::Valid, stdout: stdout.into(), stderr: String::new() }
    }

    /// A failure that is reported on standard error.
    pub(crate) fn failed(failure: &Failure) -> Self {
        let exit = Exit::Failed(failure.class());
        Self { exit, stdout: Vec::new(), stderr: failure.to_text() }
    }

    /// A report on standard output, with a failure or without.
    pub(crate) fn report(stdout: String, failure: Option<&Failure>) -> Self {
        let exit = failure.map_or(Exit::Valid, |failure| Exit::Failed(failure.class()));
        Self { exit, stdout: stdout.into(), stderr: String::new() }
    }

    /// A report on whether an implementation does what vectors expect.
    pub(crate) fn conformance(stdout: String, conforms: bool) -> Self {
        let exit = if conforms { Exit::Valid } else { Exit::Failed(FailureClass::Invalid) };
        Self { exit, stdout: stdout.into(), stderr: String::new() }
    }

    /// Writes both outputs and returns the exit status.
    pub(crate) fn write(self) -> Exit {
        write_stderr(&self.stderr);
        let mut stdout = io::stdout().lock();
        match stdout.write_all(&self.stdout).and_then(|()| stdout.flush()) {
            Ok(()) => self.exit,
            // A reader that has seen enough changes nothing about the verdict.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => self.exit,
            Err(error) => {
                write_stderr(&format!("error: standard output cannot be written: {error}\n"));
                Exit::Internal
            }
        }
    }
}

impl From<UsageError> for Outcome {
    fn from(error: UsageError) -> Self {
        let stderr = format!("error: {}\n\nFor more information, try '--help'.\n", error.message);
        Self { exit: Exit::Usage, stdout: Vec::new(), stderr }
    }
}

impl From<Stop> for Outcome {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Usage(error) => error.into(),
            Stop::Failed(failure) => Self::failed(&failure),
        }
    }
}

/// Reports progress, before there is a result.
pub(crate) fn progress(text: &str) {
    write_stderr(&format!("{text}\n"));
}

/// Prints what is wrong with the arguments, or the help that they request.
pub(crate) fn write_arguments_error(error: &clap::Error) -> Exit {
    // If this fails, there is nowhere left to report it.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Valid }
}

fn write_stderr(text: &str) {
    // If this fails, there is nowhere left to report it.
    let _ = io::stderr().write_all(text.as_bytes());
}
