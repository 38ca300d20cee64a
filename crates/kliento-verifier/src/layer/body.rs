//! The body of a response: the service's, or that of a rejection.

use std::pin::Pin;
use std::task::{Context, Poll};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

pin_project! {
    /// The body of a [`KlientoService`](crate::KlientoService)'s response, with any body type of
    /// the inner service.
    #[derive(Debug)]
    pub struct KlientoBody<B> {
        #[pin]
        source: Source<B>,
    }
}

pin_project! {
    #[derive(Debug)]
    #[project = SourceProjection]
    enum Source<B> {
        Rejection { problem: Option<Vec<u8>> },
        Inner { #[pin] body: B },
    }
}

impl<B> KlientoBody<B> {
    /// A body of `problem`, or an empty one without it.
    pub(super) fn rejection(problem: Vec<u8>) -> Self {
        let problem = Some(problem).filter(|bytes| !bytes.is_empty());
        Self { source: Source::Rejection { problem } }
    }

    pub(super) const fn inner(body: B) -> Self {
        Self { source: Source::Inner { body } }
    }
}

impl<B> Body for KlientoBody<B>
where
    B: Body,
    B::Data: From<Vec<u8>>,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        match self.project().source.project() {
            SourceProjection::Rejection { problem } => {
                Poll::Ready(problem.take().map(|bytes| Ok(Frame::data(bytes.into()))))
            }
            SourceProjection::Inner { body } => body.poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Rejection { problem } => problem.is_none(),
            Source::Inner { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Rejection { problem } => {
                let bytes = problem.as_ref().map_or(0, Vec::len);
                SizeHint::with_exact(u64::try_from(bytes).unwrap_or(u64::MAX))
            }
            Source::Inner { body } => body.size_hint(),
        }
    }
}
