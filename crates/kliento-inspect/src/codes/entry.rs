//! An entry of the list of error codes.

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

/// Makes an entry.
pub(super) const fn on(
    code: u16,
    title: &'static str,
    meaning: &'static str,
    fix: &'static str,
) -> Explanation {
    Explanation { code, title, meaning, fix }
}
