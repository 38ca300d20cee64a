//! Query parameters of a request.

/// The values of the audience parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AudienceParameter {
    /// Absent.
    Missing,
    /// Present once, without a value. This is not treated as absent: something probably failed to
    /// fill it in.
    Empty,
    /// Present once.
    One(String),
    /// Present more than once.
    Several,
}

/// Reads the parameter `audience` of a query (WHATWG URL, "application/x-www-form-urlencoded").
pub(crate) fn audience(query: Option<&str>) -> AudienceParameter {
    let parameters = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let mut audiences = parameters.filter(|(name, _)| name == "audience");
    match (audiences.next(), audiences.next()) {
        (None, _) => AudienceParameter::Missing,
        (Some((_, audience)), None) if audience.is_empty() => AudienceParameter::Empty,
        (Some((_, audience)), None) => AudienceParameter::One(audience.into_owned()),
        (Some(_), Some(_)) => AudienceParameter::Several,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_is_given_once_and_percent_decoded() {
        let one = |text: &str| AudienceParameter::One(text.to_owned());
        assert_eq!(
            audience(Some("audience=https%3A%2F%2Fa.example%2F&x=1")),
            one("https://a.example/")
        );
        assert_eq!(audience(Some("audience=a+b%00")), one("a b\0"));
        for missing in [None, Some(""), Some("Audience=a"), Some("x=audience")] {
            assert_eq!(audience(missing), AudienceParameter::Missing, "{missing:?}");
        }
        for empty in ["audience", "audience=", "x=1&audience=&y=2"] {
            assert_eq!(audience(Some(empty)), AudienceParameter::Empty, "{empty}");
        }
        assert_eq!(audience(Some("audience=&audience=a")), AudienceParameter::Several);
        assert_eq!(audience(Some("audience=a&audience=a")), AudienceParameter::Several);
    }
}
