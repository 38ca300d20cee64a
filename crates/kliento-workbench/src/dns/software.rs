//! The programs that are run, their paths and their Debian packages.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs that are run.
#[derive(Debug)]
pub(super) struct Software {
    pub(super) knotd: PathBuf,
    pub(super) keygen: PathBuf,
    pub(super) signzone: PathBuf,
    pub(super) dsfromkey: PathBuf,
    pub(super) unbound: PathBuf,
    pub(super) openssl: PathBuf,
    pub(super) setpriv: PathBuf,
}

impl Software {
    /// Finds all programs.
    ///
    /// # Errors
    ///
    /// The Debian packages that are missing.
    pub(super) fn find() -> Result<Self, String> {
        let mut missing = Vec::new();
        let mut find = |program: &str, package: &'static str| {
            path_of(program).unwrap_or_else(|| {
                if !missing.contains(&package) {
                    missing.push(package);
                }
                PathBuf::new()
            })
        };
        let software = Self {
            knotd: find("knotd", "knot"),
            keygen: find("dnssec-keygen", "bind9-utils"),
            signzone: find("dnssec-signzone", "bind9-utils"),
            dsfromkey: find("dnssec-dsfromkey", "bind9-utils"),
            unbound: find("unbound", "unbound"),
            openssl: find("openssl", "openssl"),
            setpriv: find("setpriv", "util-linux"),
        };
        if missing.is_empty() {
            return Ok(software);
        }
        let packages = missing.join(" ");
        Err(format!("real DNS servers: not installed; fix with `apt-get install {packages}`"))
    }

    /// A command that runs `program` as a child that the kernel kills if this process dies.
    pub(super) fn tied_to_us(&self, program: &Path) -> Command {
        let mut command = Command::new(&self.setpriv);
        command.args(["--pdeathsig", "KILL", "--"]).arg(program);
        command
    }
}

/// Servers live in folders that are not in the search path of users other than root.
fn path_of(program: &str) -> Option<PathBuf> {
    let search_path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&search_path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// Runs a program to its end and returns what it printed.
pub(super) fn run(
    program: &Path,
    folder: &Path,
    arguments: &[impl AsRef<OsStr>],
) -> Result<String, String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .map_err(|error| format!("{} cannot be run: {error}", program.display()))?;
    if !output.status.success() {
        let problem = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} ended with {}: {problem}", program.display(), output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
