//! Reasons why a server rejects a request, other than the token itself.

use super::entry::{Explanation, on};

/// Explanations of the codes 60xx.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    on(
        6001,
        "no Kliento credentials",
        "The request has no Authorization header, or one of another scheme.",
        "send `Authorization: Kliento <bundle>`; check that no proxy on the way removes the header",
    ),
    on(
        6002,
        "more than one Authorization header",
        "Servers differ on which of several headers they read, so the request is rejected.",
        "send one Authorization header, with one scheme per request",
    ),
    on(
        6003,
        "the verifier does not serve the requested audience",
        "The audience in the query of the request to the verifier, or in a route's configuration, is not among those in its configuration.",
        "add the audience to `audiences` in the verifier's configuration, or correct the audience that the proxy or server requests",
    ),
    on(
        6004,
        "no audience is known for the request",
        "Nothing names the audience of the request, or no route matches its host and path: with routes, there is no other audience. Or the host, scheme or path is absent, repeated or ambiguous (dot segments, doubled slashes, encoded letters, another letter case or ending than a route's).",
        "name `audiences` or `[[routes]]` in the verifier's configuration, with a route for each host and perhaps one without host or path for the rest, or put `?audience=` into the URL that the proxy requests; make sure that the proxy sets X-Forwarded-Host, -Proto and -Uri itself",
    ),
    on(
        6005,
        "the sender is not allowed",
        "The token is valid, but its subject matches a pattern in `deny`, or no pattern in `allow`.",
        "change `allow` and `deny` in the verifier's `[policy]`, or have an allowed subject send the request",
    ),
    on(
        6006,
        "a required claim is missing",
        "The token is valid, but lacks a claim of `required_claims`, or has another value for it.",
        "issue the token with that claim, or change `required_claims` in the verifier's `[policy]`",
    ),
    on(
        6007,
        "the token was used before",
        "The server accepts each token once. A token is identified by its signature: the same token in another bundle is the same token.",
        "issue a token for each request; if a response was lost, issue a new token and try again",
    ),
    on(
        6008,
        "the token cannot be checked for earlier use",
        "The server accepts each token once, and cannot look this one up: its store of used tokens is full, its clock was set back, or the shared store does not answer, or was started or emptied after the token's first second. The token is rejected; the log has the reason.",
        "raise max_entries in `[one_time]`, or fix the shared store; a token that is issued a minute after the store was started is accepted",
    ),
    on(
        6009,
        "the token was not verified",
        "Too many tokens are waiting for verification, or verification failed because of a bug. The token is neither accepted nor found invalid; the log has the reason.",
        "send the request again soon; if it happens often, give the server more verification threads or a longer queue",
    ),
];
