//! The states of keys in Unbound's file.

use std::fmt;

/// The state of a key in Unbound's file (RFC 5011 section 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Not seen yet.
    Start,
    /// Seen, and waiting 30 days to be trusted.
    AddPend,
    /// Trusted.
    Valid,
    /// Trusted, though the root did not show it when last asked.
    Missed,
    /// Revoked.
    Revoked,
    /// Removed after it was revoked.
    Removed,
}

impl State {
    /// The state with the number that Unbound writes.
    pub(crate) const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Start,
            1 => Self::AddPend,
            2 => Self::Valid,
            3 => Self::Missed,
            4 => Self::Revoked,
            5 => Self::Removed,
            _ => return None,
        })
    }

    /// Returns true if a key in this state is trusted (RFC 5011 section 4.2).
    #[must_use]
    pub const fn is_trusted(self) -> bool {
        matches!(self, Self::Valid | Self::Missed)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "START",
            Self::AddPend => "ADDPEND",
            Self::Valid => "VALID",
            Self::Missed => "MISSED",
            Self::Revoked => "REVOKED",
            Self::Removed => "REMOVED",
        })
    }
}
