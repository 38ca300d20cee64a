//! Every error code, with its meaning and its fix.

mod anchors;
mod entry;
mod fetching;
mod issuing;
mod serving;
mod verifying;

pub use entry::Explanation;

/// All explanations, in ascending order of their codes.
pub fn explanations() -> impl Iterator<Item = &'static Explanation> {
    let verifying = verifying::EXPLANATIONS.iter();
    verifying
        .chain(fetching::EXPLANATIONS)
        .chain(issuing::EXPLANATIONS)
        .chain(anchors::EXPLANATIONS)
        .chain(serving::EXPLANATIONS)
}

/// The explanation of `code`.
#[must_use]
pub fn explanation(code: u16) -> Option<&'static Explanation> {
    explanations().find(|explanation| explanation.code == code)
}
