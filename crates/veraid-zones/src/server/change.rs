//! Changes of responses, for servers that misbehave.

use std::fmt;
use std::sync::Arc;

use super::asked_question::AskedQuestion;
use super::response::Response;

/// A change of responses. `None` means that nothing is sent.
#[derive(Clone)]
pub(super) struct Change(Arc<ChangeResponse>);

type ChangeResponse = dyn Fn(&AskedQuestion, Response) -> Option<Response> + Send + Sync;

impl Change {
    pub(super) fn new(
        change: impl Fn(&AskedQuestion, Response) -> Option<Response> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(change))
    }

    /// The changed response.
    pub(super) fn apply(&self, asked: &AskedQuestion, response: Response) -> Option<Response> {
        (self.0)(asked, response)
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Change(..)")
    }
}
