//! Reasons why a server rejects a request, other than the token itself.

use super::{Explanation, on};

/// Explanations of the codes 60xx.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    on(
        6001,
        "no Kliento credentials",
        "The request has no Authorization header, or one of another scheme.",
        "send `Authorization: Kliento <bundle>`; check that no proxy on the way takes the header away",
    ),
    on(
        6002,
        "more than one Authorization header",
        "Servers differ on which of several headers they read, so none is.",
        "send one Authorization header; of other schemes use either one or the other for a request",
    ),
    on(
        6003,
        "the verifier does not serve the audience that was asked for",
        "The audience in the query of the request to the verifier, or in a route's configuration, is none of those that its configuration names.",
        "add the audience to `audiences` in the verifier's configuration, or correct the one that the proxy or server asks for",
    ),
    on(
        6004,
        "no audience is known for the request",
        "Nothing names the audience of the request, or no route claims its host and path: where there are routes, there is no other audience. Or the host, scheme or path is absent, there twice, or can be read in more than one way (dot segments, doubled slashes, encoded letters, another letter case or ending than a route's).",
        "name `audiences` or `[[routes]]` in the verifier's configuration, with a route for each host and perhaps one without host or path for the rest, or put `?audience=` into the URL that the proxy asks for; see that the proxy sets X-Forwarded-Host, -Proto and -Uri itself",
    ),
    on(
        6005,
        "the sender is not let in",
        "The token holds, and its subject matches a pattern in `deny`, or none in `allow`.",
        "change `allow` and `deny` in the verifier's `[policy]`, or have somebody send the request who is let in",
    ),
    on(
        6006,
        "a claim is missing that the server requires",
        "The token holds, and lacks a claim of `required_claims`, or has another value for it.",
        "issue the token with that claim, or change `required_claims` in the verifier's `[policy]`",
    ),
    on(
        6007,
        "the token was used before",
        "The server lets each token in once. A token is known by its signature: the same token in another bundle is the same token.",
        "issue a token for each request; if a response was lost, issue a new token and try again",
    ),
    on(
        6008,
        "whether the token was used before cannot be told",
        "The server admits each token once and cannot look this one up: its memory of used tokens is full, its clock was set back, or the store that servers share does not answer, or was started or emptied after the token begins. The token is rejected then; the log has the reason.",
        "raise max_entries in `[one_time]`, or fix the shared store; a token that is issued a minute after the store was started is admitted",
    ),
];
