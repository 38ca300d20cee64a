//! Folders of the repository.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folder with all vectors.
pub(crate) fn test_vectors() -> PathBuf {
    root().join("test-vectors")
}

/// The folder with all crates.
pub(crate) fn crates() -> PathBuf {
    root().join("crates")
}
