//! Files of a folder.

use std::path::{Path, PathBuf};

/// The files in a folder; empty if there is no such folder.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let problem = |error: std::io::Error| format!("{}: {error}", folder.display());
    let entries = std::fs::read_dir(folder).map_err(problem)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()).map_err(problem));
    Ok(paths.collect::<Result<Vec<_>, _>>()?.into_iter().filter(|path| path.is_file()).collect())
}
