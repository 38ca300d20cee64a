//! The contents of a file, whatever its format.

use crate::entry::Found;

/// The keys of a file, before deciding which of them count.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    pub(crate) found: Vec<Found>,
    /// True if the file says that the whole zone is revoked.
    pub(crate) zone_is_revoked: bool,
    /// True if the file has Unbound's marks.
    pub(crate) is_of_unbound: bool,
}
