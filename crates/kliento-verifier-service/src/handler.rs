//! The listeners' handlers: answers, and their record in log and metrics.

use std::sync::Arc;

use http::{Request, Response};
use kliento_http::{Handler, OVERLOAD_DELAY, RequestBody, RequestId, TurnAway};
use tokio::time::sleep;
use tracing::Instrument as _;

use crate::endpoint::Endpoint;
use crate::reply::{Reply, ReplyBody, RequestResult};
use crate::state::State;
use crate::{admin, request_log, routes, span};

/// The handler of the listener for requests.
#[derive(Debug)]
pub(crate) struct PublicHandler(pub(crate) Arc<State>);

/// The handler of the listener for operators.
#[derive(Debug)]
pub(crate) struct AdminHandler(pub(crate) Arc<State>);

impl Handler for PublicHandler {
    type Body = ReplyBody;

    async fn answer(&self, id: &RequestId, request: Request<RequestBody>) -> Response<ReplyBody> {
        let state = &*self.0;
        let span = span::linked_span(id, request.headers(), state.link_span);
        let answered = async move {
            let (endpoint, reply) = routes::answer(state, request).await;
            finish(state, id, endpoint, reply).await
        };
        answered.instrument(span).await
    }

    fn turn_away(&self, id: &RequestId, reason: TurnAway) -> Response<ReplyBody> {
        turn_away(&self.0, id, reason)
    }
}

impl Handler for AdminHandler {
    type Body = ReplyBody;

    async fn answer(&self, id: &RequestId, request: Request<RequestBody>) -> Response<ReplyBody> {
        let reply = admin::answer(&self.0, &request);
        finish(&self.0, id, Endpoint::Admin, reply).await
    }

    fn turn_away(&self, id: &RequestId, reason: TurnAway) -> Response<ReplyBody> {
        turn_away(&self.0, id, reason)
    }
}

async fn finish(
    state: &State,
    id: &RequestId,
    endpoint: Endpoint,
    reply: Reply,
) -> Response<ReplyBody> {
    if reply.verdict == RequestResult::Overloaded {
        sleep(OVERLOAD_DELAY).await;
    }
    record(state, id, endpoint, reply)
}

fn turn_away(state: &State, id: &RequestId, reason: TurnAway) -> Response<ReplyBody> {
    let reply = match reason {
        TurnAway::TooManyFields => Reply::empty(reason.status()),
        TurnAway::NoRoom => Reply::no_room(),
    };
    record(state, id, Endpoint::Unknown, reply)
}

/// Counts and logs the reply.
fn record(state: &State, id: &RequestId, endpoint: Endpoint, reply: Reply) -> Response<ReplyBody> {
    let status = reply.response.status().as_u16();
    state.metrics.answered(endpoint.as_str(), status, reply.verdict.as_str());
    request_log::write(id, endpoint, status, &reply.verdict);
    reply.response
}
