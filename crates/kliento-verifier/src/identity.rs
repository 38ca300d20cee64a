//! The verified sender of a request, as handlers see it.

use std::ops::Deref;
use std::sync::Arc;

use kliento::VerifiedToken;

/// The sender of a request: a token that was verified and admitted. Cheap to clone.
///
/// It is a [`VerifiedToken`]: `subject()` is the sender, and `kind()` says whose key signed, the
/// sender's own or the organisation's on behalf of the sender.
/// [`VerifiedFacts`](kliento::VerifiedFacts) are its facts in JSON, as in the service's responses.
///
/// Only `KlientoLayer`, `KlientoInterceptor` and `Authenticated` make one. The first two leave it
/// in the extensions of the request:
///
/// ```
/// use kliento_verifier::Identity;
///
/// fn greet(request: &http::Request<()>) -> String {
///     let sender = request.extensions().get::<Identity>();
///     sender.map_or("Who are you?".to_owned(), |sender| format!("Hello {}", sender.subject()))
/// }
///
/// fn log_line(sender: &Identity) -> serde_json::Result<String> {
///     serde_json::to_string(&kliento::VerifiedFacts::of_token(sender))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity(Arc<VerifiedToken>);

impl Identity {
    pub(crate) fn new(token: VerifiedToken) -> Self {
        Self(Arc::new(token))
    }
}

impl Deref for Identity {
    type Target = VerifiedToken;

    fn deref(&self) -> &VerifiedToken {
        &self.0
    }
}
