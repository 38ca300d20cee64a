//! Every error code, with its meaning and its fix.

mod anchors;
mod fetching;
mod issuing;
mod serving;
mod verifying;

/// The explanation of an error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The number of the code, without the letters KL.
    pub code: u16,
    /// The error in a few words.
    pub title: &'static str,
    /// The rule that was broken, and its reason.
    pub meaning: &'static str,
    /// The usual fix.
    pub fix: &'static str,
}

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

const fn on(
    code: u16,
    title: &'static str,
    meaning: &'static str,
    fix: &'static str,
) -> Explanation {
    Explanation { code, title, meaning, fix }
}
