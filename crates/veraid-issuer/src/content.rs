//! Content to sign.

use std::fmt;

/// The content to sign, attached or detached.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// Included in the bundle.
    Attached(&'a [u8]),
    /// Sent separately.
    Detached(&'a [u8]),
}

impl<'a> Content<'a> {
    pub(crate) const fn bytes(self) -> &'a [u8] {
        match self {
            Self::Attached(bytes) | Self::Detached(bytes) => bytes,
        }
    }
}

impl fmt::Debug for Content<'_> {
    /// Omits the bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match self {
            Self::Attached(_) => "Attached",
            Self::Detached(_) => "Detached",
        };
        write!(f, "{form}({} bytes)", self.bytes().len())
    }
}
