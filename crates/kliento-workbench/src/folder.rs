//! Folders of the repository.

use std::path::{Path, PathBuf};

/// A folder or a file of the repository, by its path from the root.
pub(crate) fn in_repository(path: &str) -> PathBuf {
    // Without `..`, for commands that are printed.
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).unwrap_or(own).join(path)
}
