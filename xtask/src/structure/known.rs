//! Circles of files that are there and have a reason.

/// A circle that `cargo xtask structure` accepts.
#[derive(Debug)]
pub(super) struct Known {
    /// The name of the crate.
    pub(super) package: &'static str,
    /// All files of the circle, from the crate's `src/` on.
    pub(super) files: &'static [&'static str],
    /// The reason why it is there, or the change that removes it.
    pub(super) reason: &'static str,
}

/// The accepted circles. An entry whose circle is gone, or has other files, is an error.
pub(super) const KNOWN: &[Known] = &[];
