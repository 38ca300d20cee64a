//! Commands that other packages of this workspace carry out.

use std::process::{Command, ExitCode};

use crate::workspace::root;

/// The profile with which a package is built.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// Builds a package and runs its program with these arguments.
///
/// Where the system can do that, this process becomes Cargo, which becomes the program. Signals,
/// standard input and the exit code are then those of the program.
pub(crate) fn run(package: &str, profile: Profile, arguments: &[&str]) -> ExitCode {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--package", package, "--manifest-path"]);
    command.arg(root().join("Cargo.toml"));
    if matches!(profile, Profile::Release) {
        command.arg("--release");
    }
    command.arg("--").args(arguments);
    replace_by(command)
}

#[cfg(unix)]
fn replace_by(mut command: Command) -> ExitCode {
    use std::os::unix::process::CommandExt as _;

    let error = command.exec();
    eprintln!("error: cargo cannot be started: {error}");
    ExitCode::FAILURE
}

#[cfg(not(unix))]
fn replace_by(mut command: Command) -> ExitCode {
    match command.status() {
        Ok(status) => status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .map_or(ExitCode::FAILURE, ExitCode::from),
        Err(error) => {
            eprintln!("error: cargo cannot be started: {error}");
            ExitCode::FAILURE
        }
    }
}
