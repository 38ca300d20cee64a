//! The content of responses, which keeps its request in progress.

use std::pin::Pin;
use std::task::{Context, Poll};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::shares::UnderWay;

pin_project! {
    /// The content of a response. Its request is in progress until the content has been sent.
    pub(crate) struct SentBody<B> {
        #[pin]
        content: B,
        under_way: Option<UnderWay>,
    }
}

impl<B> SentBody<B> {
    pub(crate) const fn new(content: B, under_way: Option<UnderWay>) -> Self {
        Self { content, under_way }
    }
}

impl<B: Body> Body for SentBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        self.project().content.poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.content.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.content.size_hint()
    }
}
