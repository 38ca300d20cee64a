//! A connection that times out when the other side is too slow.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// Length of the HTTP/2 preface (RFC 9113 section 3.4). Until these bytes have arrived the HTTP
/// version is not known, so no other timeout applies.
const PREFACE_BYTES: usize = 24;

/// Time limits for the other side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// For the first bytes.
    pub(crate) preface: Duration,
    /// For the next bytes, whenever there are none to read.
    pub(crate) read: Duration,
    /// For accepting some bytes.
    pub(crate) write: Duration,
}

/// A stream whose reads and writes fail with `TimedOut` after the limits in [`Patience`].
#[derive(Debug)]
pub(crate) struct IdleIo<S> {
    stream: S,
    patience: Patience,
    preface_end: Instant,
    read_bytes: usize,
    read_end: Option<Pin<Box<Sleep>>>,
    write_end: Option<Pin<Box<Sleep>>>,
}

impl<S> IdleIo<S> {
    pub(crate) fn new(stream: S, patience: Patience) -> Self {
        let preface_end = after(patience.preface);
        Self { stream, patience, preface_end, read_bytes: 0, read_end: None, write_end: None }
    }
}

fn after(duration: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(duration).unwrap_or(now)
}

/// Waits until `end`, which is set to `deadline` if not set yet.
fn poll_end(
    end: &mut Option<Pin<Box<Sleep>>>,
    deadline: impl FnOnce() -> Instant,
    context: &mut Context<'_>,
) -> Poll<io::Error> {
    let sleep = end.get_or_insert_with(|| Box::pin(sleep_until(deadline())));
    ready!(sleep.as_mut().poll(context));
    Poll::Ready(io::ErrorKind::TimedOut.into())
}

impl<S: AsyncRead + Unpin> AsyncRead for IdleIo<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        if let Poll::Ready(result) = Pin::new(&mut this.stream).poll_read(context, buffer) {
            this.read_end = None;
            let read = buffer.filled().len().saturating_sub(before);
            this.read_bytes = this.read_bytes.saturating_add(read);
            return Poll::Ready(result);
        }
        let deadline = || {
            if this.read_bytes < PREFACE_BYTES {
                this.preface_end
            } else {
                after(this.patience.read)
            }
        };
        poll_end(&mut this.read_end, deadline, context).map(Err)
    }
}

impl<S: AsyncWrite + Unpin> IdleIo<S> {
    fn poll_write_with<T>(
        &mut self,
        context: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(result) = poll(Pin::new(&mut self.stream), context) {
            self.write_end = None;
            return Poll::Ready(result);
        }
        let patience = self.patience.write;
        poll_end(&mut self.write_end, || after(patience), context).map(Err)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for IdleIo<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll_write_with(context, |stream, context| stream.poll_write(context, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_write_with(context, AsyncWrite::poll_flush)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_write_with(context, AsyncWrite::poll_shutdown)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut()
            .poll_write_with(context, |stream, context| stream.poll_write_vectored(context, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const PATIENCE: Patience = Patience {
        preface: Duration::from_secs(3),
        read: Duration::from_secs(10),
        write: Duration::from_secs(5),
    };

    #[tokio::test(start_paused = true)]
    async fn dripping_does_not_stretch_the_time_for_the_first_bytes() {
        let (mut client, server) = duplex(64);
        let mut server = IdleIo::new(server, PATIENCE);
        let start = Instant::now();
        let drip = tokio::spawn(async move {
            for octet in b"PRI * HTTP/2.0" {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if client.write_all(&[*octet]).await.is_err() {
                    break;
                }
            }
        });
        let mut bytes = Vec::new();
        let error = server.read_to_end(&mut bytes).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), 3);
        drip.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_does_not_read_times_out() {
        let (_client, server) = duplex(64);
        let mut server = IdleIo::new(server, PATIENCE);
        let start = Instant::now();
        let error = server.write_all(&[0; 1000]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_stops_sending_times_out() {
        let (mut client, server) = duplex(64);
        let mut server = IdleIo::new(server, PATIENCE);
        let start = Instant::now();
        client.write_all(&[0; 30]).await.unwrap();
        let mut bytes = Vec::new();
        let error = server.read_to_end(&mut bytes).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!((start.elapsed().as_secs(), bytes.len()), (10, 30));
    }
}
