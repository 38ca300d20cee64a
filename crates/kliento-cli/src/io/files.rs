//! Writes files completely or not at all, never over another without permission, and secrets for
//! their owner only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use kliento_inspect::text::escape_for_terminal;
use zeroize::Zeroizing;

use crate::io::input::{is_stdin, name_of};
use crate::io::shell::quoted;
use crate::outcome::{Outcome, Stop, UsageError};
use crate::randomness;

/// The users who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Only its owner.
    Owner,
    /// Everyone whom the system allows.
    Usual,
}

/// The treatment of a file that already exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    Keep,
    Replace,
}

impl Existing {
    /// The treatment that the flag `--force` selects.
    pub(crate) const fn of(force: bool) -> Self {
        if force { Self::Replace } else { Self::Keep }
    }
}

/// Rejects a file that already exists, before anything is made that would be written there.
///
/// Only files are replaced: anything else (a folder, a device) stays.
pub(crate) fn check_target(path: &Path, existing: Existing) -> Result<(), UsageError> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            Err(UsageError::new(format!("{} is not a file; choose another name", file_name(path))))
        }
        Ok(_) if existing == Existing::Keep => Err(exists(path)),
        Err(_) if path.is_symlink() => Err(UsageError::new(format!(
            "{} is a dangling link; remove it, or choose another name",
            file_name(path)
        ))),
        _ => Ok(()),
    }
}

/// Writes a file with all its bytes or not at all.
///
/// The bytes are written to a file of another name in the same folder, which is then renamed. To
/// keep an existing file, the new one is linked to its name instead, which the system rejects if
/// the name is taken: there is no moment between looking and writing.
///
/// Replacing a link replaces the file that it leads to. Only users who could read or write the
/// replaced file can read or write the new one.
pub(crate) fn write(
    path: &Path,
    bytes: &[u8],
    readers: Readers,
    existing: Existing,
) -> Result<(), Stop> {
    check_target(path, existing)?;
    let target = behind_links(path, existing).map_err(|error| cannot_write(path, &error))?;
    let mode = mode_for(&target, readers, existing);
    let temporary = temporary_name(&target)?;
    let result = write_new(&temporary, bytes, mode).and_then(|()| match existing {
        Existing::Replace => fs::rename(&temporary, &target),
        Existing::Keep => link(&temporary, &target),
    });
    if result.is_err() || existing == Existing::Keep {
        // Only the file's final name matters: if the temporary one stays, there is nothing left to
        // do.
        let _ = fs::remove_file(&temporary);
    }
    result.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(path).into(),
        _ => cannot_write(path, &error).into(),
    })
}

/// The file to replace, behind links, so that links to it stay.
fn behind_links(path: &Path, existing: Existing) -> io::Result<PathBuf> {
    match existing {
        Existing::Replace if path.is_symlink() => fs::canonicalize(path),
        _ => Ok(path.to_owned()),
    }
}

/// The mode of a new file: that of `readers`, and no wider than that of the file that it replaces.
#[cfg(unix)]
fn mode_for(path: &Path, readers: Readers, existing: Existing) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    let most = match readers {
        Readers::Owner => 0o600,
        Readers::Usual => 0o666,
    };
    match fs::metadata(path) {
        Ok(replaced) if existing == Existing::Replace => replaced.permissions().mode() & most,
        _ => most,
    }
}

#[cfg(not(unix))]
fn mode_for(_: &Path, _: Readers, _: Existing) -> u32 {
    // Access is not in the file's mode there.
    0
}

/// Gives a new file its name, unless the name is taken.
fn link(temporary: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(temporary, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            // Some file systems have no links: take the name with an empty file, and rename over
            // that.
            drop(OpenOptions::new().write(true).create_new(true).open(path)?);
            fs::rename(temporary, path).inspect_err(|_| {
                // The empty file is ours; if it stays, there is nothing left to do.
                let _ = fs::remove_file(path);
            })
        }
        result => result,
    }
}

fn write_new(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// An unused name in the same folder. It is always short, since the file's own name may be as long
/// as names can be.
fn temporary_name(path: &Path) -> Result<PathBuf, Stop> {
    if path.file_name().is_none() {
        return Err(UsageError::new(format!("{} is not a file name", file_name(path))).into());
    }
    let random = u64::from_be_bytes(randomness::bytes()?);
    Ok(path.with_file_name(format!(".kliento-{random:016x}.tmp")))
}

fn exists(path: &Path) -> UsageError {
    let name = file_name(path);
    UsageError::new(format!("{name} exists; choose another name, or replace it with --force"))
}

fn cannot_write(path: &Path, error: &io::Error) -> UsageError {
    UsageError::new(format!("{} cannot be written: {error}", file_name(path)))
}

/// Creates a folder and its parents.
pub(crate) fn make_folder(path: &Path) -> Result<(), UsageError> {
    fs::create_dir_all(path)
        .map_err(|error| UsageError::new(format!("{} cannot be created: {error}", file_name(path))))
}

/// A file's name, made safe to show on a terminal.
pub(crate) fn file_name(path: &Path) -> String {
    escape_for_terminal(&path.display().to_string()).into_owned()
}

/// The contents of a file that may be a secret.
pub(crate) struct Contents {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// The file's mode, if users other than the owner have access.
    open_mode: Option<u32>,
}

impl Contents {
    /// Reads at most `limit` bytes.
    pub(crate) fn read(path: &Path, limit: usize) -> Result<Self, UsageError> {
        let failed = |error: &io::Error| {
            UsageError::new(format!("{} cannot be read: {error}", name_of(path)))
        };
        let (reader, open_mode): (Box<dyn Read>, _) = if is_stdin(path) {
            (Box::new(io::stdin().lock()), None)
        } else {
            let file = File::open(path).map_err(|error| failed(&error))?;
            let open_mode = open_mode(&file).map_err(|error| failed(&error))?;
            (Box::new(file), open_mode)
        };
        let most = limit.saturating_add(1);
        // Allocated at its maximum size: growing it would leave copies of the secret behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(most));
        reader
            .take(u64::try_from(most).unwrap_or(u64::MAX))
            .read_to_end(&mut bytes)
            .map_err(|error| failed(&error))?;
        if bytes.len() > limit {
            let name = name_of(path);
            return Err(UsageError::new(format!("{name} has more than {limit} bytes")));
        }
        Ok(Self { bytes, open_mode })
    }

    /// Rejects a secret that users other than its owner can access.
    pub(crate) fn check_secret(&self, path: &Path) -> Result<(), UsageError> {
        let Some(mode) = self.open_mode else { return Ok(()) };
        let name = file_name(path);
        Err(UsageError::new(format!(
            "{name} is a secret that other users can access (its mode is {mode:04o}): `chmod 600 {}`",
            quoted(path)
        )))
    }
}

#[cfg(unix)]
fn open_mode(file: &File) -> io::Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata()?.permissions().mode() & 0o7777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

#[cfg(not(unix))]
fn open_mode(_: &File) -> io::Result<Option<u32>> {
    // Access is not in the file's mode there.
    Ok(None)
}

/// The maximum size of a passphrase, in bytes (1 KiB).
const MAX_PASSPHRASE: usize = 1024;

/// Reads a passphrase from a file, without the line end that editors put there.
pub(crate) fn passphrase(path: &Path) -> Result<Zeroizing<Vec<u8>>, UsageError> {
    let mut contents = Contents::read(path, MAX_PASSPHRASE)?;
    contents.check_secret(path)?;
    for end in [b'\n', b'\r'] {
        if contents.bytes.last() == Some(&end) {
            contents.bytes.pop();
        }
    }
    if contents.bytes.is_empty() {
        let name = name_of(path);
        return Err(UsageError::new(format!("{name} is empty; write the passphrase into it")));
    }
    Ok(contents.bytes)
}

/// The form of a result: text may go to a terminal, bytes only if forced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Octets,
}

/// Writes a result to the requested file and facts about it to standard output, or else only the
/// result to standard output.
pub(crate) fn deliver(
    out: Option<&Path>,
    bytes: Vec<u8>,
    form: Form,
    readers: Readers,
    existing: Existing,
    facts: impl FnOnce() -> String,
) -> Result<Outcome, Stop> {
    let Some(path) = out.filter(|path| !is_stdin(path)) else {
        let needs_force = form == Form::Octets && existing == Existing::Keep;
        if needs_force && io::stdout().is_terminal() {
            return Err(UsageError::new(
                "standard output is a terminal, which cannot show binary output: give --out FILE, a text form with --output, or --force",
            )
            .into());
        }
        return Ok(Outcome::valid(bytes));
    };
    write(path, &bytes, readers, existing)?;
    Ok(Outcome::valid(facts()))
}

/// Checks the output file of a result before the result is made.
pub(crate) fn check_destination(out: Option<&Path>, existing: Existing) -> Result<(), UsageError> {
    match out.filter(|path| !is_stdin(path)) {
        Some(path) => check_target(path, existing),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_appears_after_it_was_looked_for_is_kept() {
        let folder = std::env::temp_dir().join(format!("kliento-files-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (temporary, path) = (folder.join(".new.tmp"), folder.join("file"));
        fs::write(&temporary, "new").unwrap();
        fs::write(&path, "precious").unwrap();
        assert_eq!(link(&temporary, &path).unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"precious");
        fs::remove_file(&path).unwrap();
        link(&temporary, &path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        fs::remove_dir_all(&folder).unwrap();
    }
}
