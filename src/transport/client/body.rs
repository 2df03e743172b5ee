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
    ended: bool,
    probe: Probe,
}

impl ProbedBody {
    pub(super) fn new(body: Bytes, probe: Probe) -> Self {
        Self { left: body, begun: false, ended: false, probe }
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
        let piece = this.left.split_to(this.left.len().min(PIECE));
        if this.left.is_empty() && !this.ended {
            this.ended = true;
            this.probe.sent();
        }
        Poll::Ready((!piece.is_empty()).then_some(Ok(Frame::data(piece))))
    }

    /// Not before it was asked for, even where it is empty: a body that has ended at once would be none at all, and
    /// its `Content-Length: 0` would be left out.
    fn is_end_stream(&self) -> bool {
        self.ended
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}
