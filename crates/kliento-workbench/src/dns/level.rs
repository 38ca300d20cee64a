//! The levels of zones, each with an address of its own.

use std::net::Ipv4Addr;

/// The level of a zone, which determines its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// The root server.
    Root,
    /// The server of top-level domains.
    Tld,
    /// The server of organisations.
    Organisation,
}

impl Level {
    pub(super) const ALL: [Self; 3] = [Self::Root, Self::Tld, Self::Organisation];

    /// The name of its server.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Root => "knot-root",
            Self::Tld => "knot-tld",
            Self::Organisation => "knot-organisation",
        }
    }
}

/// A loopback address for each level.
#[derive(Debug)]
pub(super) struct Addresses {
    pub(super) root: Ipv4Addr,
    pub(super) tld: Ipv4Addr,
    pub(super) organisation: Ipv4Addr,
}

impl Addresses {
    /// The address of the server for the zones of this level.
    pub(super) const fn of(&self, level: Level) -> Ipv4Addr {
        match level {
            Level::Root => self.root,
            Level::Tld => self.tld,
            Level::Organisation => self.organisation,
        }
    }
}
