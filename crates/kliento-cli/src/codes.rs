//! Every error code, what it means and how to mend it.

mod fetching;
mod issuing;
mod verifying;

/// What there is to say about an error code.
#[derive(Debug)]
pub(crate) struct Explanation {
    pub(crate) code: u16,
    pub(crate) title: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) mend: &'static str,
}

/// All of them by code, ascending.
pub(crate) fn explanations() -> impl Iterator<Item = &'static Explanation> {
    [verifying::EXPLANATIONS, fetching::EXPLANATIONS, issuing::EXPLANATIONS].into_iter().flatten()
}

/// What there is to say about `code`.
pub(crate) fn explanation(code: u16) -> Option<&'static Explanation> {
    explanations().find(|explanation| explanation.code == code)
}

const fn on(
    code: u16,
    title: &'static str,
    meaning: &'static str,
    mend: &'static str,
) -> Explanation {
    Explanation { code, title, meaning, mend }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend_and_each_is_explained() {
        let codes: Vec<_> = explanations().map(|explanation| explanation.code).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
        for Explanation { code, title, meaning, mend } in explanations() {
            assert!(!title.is_empty() && !meaning.is_empty() && !mend.is_empty(), "{code}");
        }
    }
}
