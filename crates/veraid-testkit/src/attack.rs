//! The most expensive token bundles to verify that fit into 16,384 octets.
//!
//! Each comes with the verifier's only trust anchors, so its sender controls every zone and has the
//! most room to do harm. They serve to count and time the work of verification. All are
//! deterministic.

mod bundle;
mod collision;
mod expensive;
mod key_trap;
mod structure;
mod wire;

pub use bundle::{Attack, MAX_BYTES};

impl Attack {
    /// All attacks of this module, in the order of its functions.
    #[must_use]
    pub fn all() -> Vec<Self> {
        [key_trap::attacks(), expensive::attacks(), wire::attacks(), structure::attacks()].concat()
    }
}
