//! The body of a request, which tells when it is taken.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::probe::Probe;

/// How much is handed out at once. A receiver that does not read stops the handing out, so that it shows.
const PIECE: usize = 64 << 10;

/// A body of known length.
pub(super) struct ProbedBody {
    left: Bytes,
    begun: bool,
    probe: Probe,
}

impl ProbedBody {
    pub(super) fn new(body: Bytes, probe: Probe) -> Self {
        Self { left: body, begun: false, probe }
    }
}

impl Body for ProbedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        if !this.begun {
            this.begun = true;
            this.probe.sending();
        }
        if this.left.is_empty() {
            return Poll::Ready(None);
        }
        let piece = this.left.split_to(this.left.len().min(PIECE));
        if this.left.is_empty() {
            this.probe.sent();
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}
