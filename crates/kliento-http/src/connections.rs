//! Connections: their number, duration and protocol limits.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::body::{BodyLimits, ConnectionBodies, RequestBody};
use crate::handler::{Handler, TurnAway};
use crate::idle_io::{IdleIo, Patience};
use crate::limits::Limits;
use crate::listener::{Listener, Stream};
use crate::metrics::ConnectionMetrics;
use crate::request_id::{REQUEST_ID, RequestId};
use crate::sent_body::SentBody;
use crate::shares::{Pool, RequestRoom, UnderWay};
use crate::tls::TlsAcceptor;

/// Maximum simultaneous requests on an HTTP/2 connection, the minimum that RFC 9113 section 6.5.2
/// recommends: clients may start that many before they learn the limit, and any beyond it count as
/// reset streams.
const MAX_STREAMS: u32 = 100;

/// Maximum streams that an HTTP/2 client may reset before they are answered; beyond it the
/// connection is closed (CVE-2023-44487).
const MAX_RESET_STREAMS: usize = 32;

/// Maximum unread bytes from an HTTP/2 client on a stream, more than the
/// content of most requests.
const STREAM_WINDOW: u32 = 32 * 1024;

/// Maximum unread bytes from an HTTP/2 client on all streams of a connection.
const CONNECTION_WINDOW: u32 = 128 * 1024;

/// Maximum fields of a request's header section, as hyper allows over HTTP/1. Over HTTP/2 a byte
/// can stand for a field, and each takes some hundred bytes in memory.
const MAX_FIELDS: usize = 100;

/// Maximum simultaneous connections that get a 503; beyond it connections are closed without a
/// response.
const MAX_TURNED_AWAY: usize = 256;

/// Delay before a 503. An immediate 503 invites an immediate retry, and serving the retries would
/// starve admitted requests. A waiting request holds only its connection.
pub const OVERLOAD_DELAY: Duration = Duration::from_millis(50);

/// The response on connections that are turned away.
const TURNED_AWAY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// Limits and counters, shared by the connections of all listeners.
#[derive(Debug)]
pub(crate) struct Shared {
    limits: Limits,
    /// Room for requests beyond one for each connection.
    requests: Arc<Pool>,
    bodies: BodyLimits,
    metrics: ConnectionMetrics,
}

impl Shared {
    pub(crate) fn new(limits: Limits, metrics: ConnectionMetrics) -> Self {
        let requests = Pool::new(u64::from(limits.requests));
        let read = Duration::from_secs(limits.read_seconds);
        let bodies = BodyLimits::new(limits.body_bytes, limits.bodies_bytes, read);
        Self { limits, requests, bodies, metrics }
    }
}

/// Serves a listener's connections within their limits.
pub(crate) struct Connections<H> {
    handler: Arc<H>,
    shared: Arc<Shared>,
    tls: Option<TlsAcceptor>,
}

impl<H> Clone for Connections<H> {
    fn clone(&self) -> Self {
        let Self { handler, shared, tls } = self;
        Self { handler: Arc::clone(handler), shared: Arc::clone(shared), tls: tls.clone() }
    }
}

impl<H: Handler> Connections<H> {
    pub(crate) const fn new(
        handler: Arc<H>,
        shared: Arc<Shared>,
        tls: Option<TlsAcceptor>,
    ) -> Self {
        Self { handler, shared, tls }
    }

    /// Serves all connections until `stop` becomes true; then those in progress have a limited time
    /// to finish.
    pub(crate) async fn serve(self, listener: Listener, mut stop: watch::Receiver<bool>) {
        let room = Arc::new(Semaphore::new(usize_of(self.shared.limits.connections)));
        let turned_away = Arc::new(Semaphore::new(MAX_TURNED_AWAY));
        let mut tasks = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => break,
            };
            while tasks.try_join_next().is_some() {}
            let stream = match accepted {
                Ok(stream) => stream,
                Err(error) => {
                    wait_after(&error).await;
                    continue;
                }
            };
            if let Ok(permit) = Arc::clone(&room).try_acquire_owned() {
                let (this, stop) = (self.clone(), stop.clone());
                tasks.spawn(async move {
                    this.serve_one(stream, stop).await;
                    drop(permit);
                });
            } else {
                self.shared.metrics.turned_away();
                if let Ok(permit) = Arc::clone(&turned_away).try_acquire_owned() {
                    tasks.spawn(async move {
                        turn_away(stream).await;
                        drop(permit);
                    });
                }
            }
        }
        drop(listener);
        let end = Duration::from_secs(self.shared.limits.shutdown_seconds);
        let _ = timeout(end, async { while tasks.join_next().await.is_some() {} }).await;
        tasks.shutdown().await;
    }

    async fn serve_one(self, stream: Box<dyn Stream>, stop: watch::Receiver<bool>) {
        let connected = self.shared.metrics.connected();
        let limits = &self.shared.limits;
        let read = Duration::from_secs(limits.read_seconds);
        let patience = Patience {
            preface: read,
            read: Duration::from_secs(limits.idle_seconds),
            write: Duration::from_secs(limits.write_seconds),
        };
        let stream = IdleIo::new(stream, patience);
        match &self.tls {
            None => self.serve_http(stream, stop).await,
            Some(tls) => {
                // A handshake that fails or takes too long is not an event worth reporting.
                if let Ok(Ok(stream)) = timeout(read, tls.0.accept(stream)).await {
                    self.serve_http(stream, stop).await;
                }
            }
        }
        drop(connected);
    }

    async fn serve_http(&self, stream: impl Stream + 'static, mut stop: watch::Receiver<bool>) {
        let shared = &*self.shared;
        let connection = Arc::new(Connection {
            handler: Arc::clone(&self.handler),
            room: RequestRoom::new(&shared.requests),
            bodies: Arc::new(shared.bodies.of_connection()),
        });
        let service = service_fn(move |request| {
            // Before the future is polled: over HTTP/2 many requests can wait for that, with
            // everything that they have sent.
            let id = RequestId::of(request.headers());
            let admitted = connection.admit(request);
            let connection = Arc::clone(&connection);
            async move {
                Ok::<_, Infallible>(match admitted {
                    // Many requests may be turned away, so their future does not contain the state
                    // for serving others.
                    Ok((request, under_way)) => {
                        Box::pin(answer(connection, id, request, under_way)).await
                    }
                    Err(reason) => turn_request_away(&connection, id, reason).await,
                })
            }
        });
        let builder = self.builder();
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        let mut last = pin!(sleep(Duration::from_secs(shared.limits.connection_seconds)));
        let end = tokio::select! {
            _ = connection.as_mut() => return,
            () = last.as_mut() => Duration::from_secs(shared.limits.read_seconds),
            _ = stop.wait_for(|stop| *stop) => Duration::from_secs(shared.limits.shutdown_seconds),
        };
        // Finishes requests in progress and accepts no more.
        connection.as_mut().graceful_shutdown();
        let _ = timeout(end, connection).await;
    }

    fn builder(&self) -> Builder<TokioExecutor> {
        let limits = &self.shared.limits;
        let header_bytes = usize_of(limits.header_bytes);
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(limits.read_seconds))
            .max_buf_size(header_bytes);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(limits.header_bytes)
            .max_concurrent_streams(MAX_STREAMS)
            .max_pending_accept_reset_streams(MAX_RESET_STREAMS)
            .max_local_error_reset_streams(MAX_RESET_STREAMS)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .keep_alive_interval(Duration::from_secs(limits.idle_seconds))
            .keep_alive_timeout(Duration::from_secs(limits.read_seconds));
        builder
    }
}

/// State shared by the requests of a connection.
struct Connection<H> {
    handler: Arc<H>,
    room: RequestRoom,
    bodies: Arc<ConnectionBodies>,
}

impl<H: Handler> Connection<H> {
    /// Finds room for a request, or drops it if there is none.
    fn admit(
        &self,
        request: Request<Incoming>,
    ) -> Result<(Request<RequestBody>, UnderWay), TurnAway> {
        if request.headers().len() > MAX_FIELDS {
            return Err(TurnAway::TooManyFields);
        }
        let under_way = self.room.enter().ok_or(TurnAway::NoRoom)?;
        let limits = Arc::clone(&self.bodies);
        Ok((request.map(|incoming| RequestBody::new(incoming, limits)), under_way))
    }
}

async fn answer<H: Handler>(
    connection: Arc<Connection<H>>,
    id: RequestId,
    request: Request<RequestBody>,
    under_way: UnderWay,
) -> Response<SentBody<H::Body>> {
    let response = connection.handler.answer(&id, request).await;
    to_send(id, response, Some(under_way))
}

async fn turn_request_away<H: Handler>(
    connection: &Connection<H>,
    id: RequestId,
    reason: TurnAway,
) -> Response<SentBody<H::Body>> {
    if reason == TurnAway::NoRoom {
        sleep(OVERLOAD_DELAY).await;
    }
    let response = connection.handler.turn_away(&id, reason);
    to_send(id, response, None)
}

/// Adds the request id. The request is in progress until the response has been sent.
fn to_send<B>(
    id: RequestId,
    response: Response<B>,
    under_way: Option<UnderWay>,
) -> Response<SentBody<B>> {
    let mut response = response.map(|content| SentBody::new(content, under_way));
    response.headers_mut().insert(REQUEST_ID, id.into_header());
    response
}

/// Waits after an error such as a lack of file descriptors: retrying at once would only waste time.
async fn wait_after(error: &io::Error) {
    let of_that_connection =
        matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset);
    if !of_that_connection {
        tracing::warn!(error = %error, "cannot accept connections");
        sleep(Duration::from_millis(100)).await;
    }
}

/// Sends a 503 and reads what was sent, since closing the connection with unread data would discard
/// the response.
async fn turn_away(mut stream: Box<dyn Stream>) {
    let say = async {
        stream.write_all(TURNED_AWAY).await?;
        stream.shutdown().await?;
        let mut sent = [0; 4096];
        for _ in 0..16 {
            if stream.read(&mut sent).await? == 0 {
                break;
            }
        }
        Ok::<(), io::Error>(())
    };
    let _ = timeout(Duration::from_secs(1), say).await;
}

fn usize_of(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
