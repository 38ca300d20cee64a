//! Reasons why a text is not a name.

/// The reason why a text is not the name of an organisation or user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameProblem {
    /// A user's name is empty.
    #[error("it is empty")]
    Empty,
    /// It is longer than a domain name may be, or a user's name is longer than 255 octets.
    #[error("it is too long")]
    TooLong,
    /// The domain name lacks the final dot, which DomainAuth requires.
    #[error("it does not end with a dot")]
    NoFinalDot,
    /// The name is the root, or has two dots in a row.
    #[error("it has an empty label")]
    EmptyLabel,
    /// A domain name has a character other than letters, digits and hyphens: U-labels must be
    /// written as A-labels.
    #[error("it has a character other than ASCII letters, digits, hyphens and dots")]
    NotLettersDigitsHyphens,
    /// A label is over 63 octets, or starts or ends with a hyphen.
    #[error("it has a label over 63 octets, or one that starts or ends with a hyphen")]
    Label,
    /// A label starts with `xn--` but is not an A-label.
    #[error("it has a label that starts with xn-- but is not a valid A-label")]
    InvalidALabel,
    /// A character that is not allowed in user names.
    #[error("it has the character U+{:04X}", u32::from(*.0))]
    Character(char),
    /// A character that is invisible, where neither an emoji nor a script needs it.
    #[error(
        "it has the character U+{:04X}, which is invisible in that position",
        u32::from(*.0)
    )]
    OutOfPlace(char),
    /// A user's name starts or ends with a space.
    #[error("it starts or ends with a space")]
    OuterSpace,
    /// A user's name is not in the form that DomainAuth requires.
    #[error("it does not conform to the PRECIS profile UsernameCaseMapped")]
    NotPrecis,
}
