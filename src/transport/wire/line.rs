//! The two directions of a connection: what is sent, and what is read meanwhile and afterwards.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::clock::RunClock;
use crate::outcome::exchange::{Failure, FailureCode, Moments, Phase, Reply};

use super::super::failure;
use super::reply::ReplyReader;
use super::request::Preamble;
use super::stream::Stream;

/// A request that a line can send, all at once or step by step.
pub(super) trait Request {
    /// Makes the request ready to be sent from its beginning: before the first connection, and again where a
    /// connection was dead and another one is tried.
    fn begin(&mut self, preamble: &Preamble) -> Result<(), Failure>;

    /// Writes as much as can be written now. It is asked again after each read, and `reply` is what was read.
    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut Stream,
        reply: &ReplyReader,
    ) -> Poll<io::Result<Written>>;

    /// Whether this is a HEAD request, whose reply has no body.
    fn is_head(&self) -> bool;

    /// Whether nothing is written at present because the request itself says so.
    fn holds_back(&self) -> bool;
}

/// How the writing of a request ended.
pub(super) enum Written {
    /// All of it.
    Whole,
    /// The request does without the rest, for a final reply has begun.
    Enough,
}

/// How far an exchange is.
pub(super) struct Track {
    pub(super) clock: RunClock,
    pub(super) moments: Moments,
    pub(super) phase: Phase,
    pub(super) reused: bool,
    pub(super) resent: bool,
}

impl Track {
    pub(super) fn new(clock: RunClock, moments: Moments) -> Self {
        Self { clock, moments, phase: Phase::Resolve, reused: false, resent: false }
    }
}

/// What one connection after the other needs for its conversations.
#[derive(Default)]
pub(super) struct Line {
    /// All of the request was sent before the reply was complete.
    sent: bool,
    /// The connection was idle for so long that it may have died of it.
    pub(super) may_be_stale: bool,
    pub(super) reader: ReplyReader,
}

/// How the sending of a request ended.
enum Sending {
    /// The operating system has all of it.
    Whole,
    /// A final reply has begun, and the rest is not sent.
    Enough,
    /// The reply was complete before the request was: nobody wants the rest.
    Answered,
    /// The receiver takes no more of it. A reply may be there all the same.
    Cut(io::Error),
}

impl Line {
    /// Sends the request and reads the reply.
    pub(super) async fn converse(
        &mut self,
        request: &mut impl Request,
        stream: &mut Stream,
        track: &mut Track,
    ) -> Result<Reply, Failure> {
        track.phase = Phase::Send;
        self.reader.begin();
        if request.is_head() {
            self.reader.expect_no_body();
        }
        self.sent = false;
        match poll_fn(|cx| self.poll_send(cx, request, stream, track)).await? {
            Sending::Whole => {
                self.sent = true;
                track.moments.sent = Some(track.clock.now());
                self.receive(stream, track).await?;
            }
            Sending::Enough => self.receive(stream, track).await?,
            Sending::Answered => {}
            // What the receiver said before it closed is worth more than that it closed.
            Sending::Cut(error) => match self.receive(stream, track).await {
                Err(failure) if says_less(&failure) => return Err(failure::name(&error, Phase::Send)),
                other => other?,
            },
        }
        Ok(self.reader.take())
    }

    /// Writes as much as is taken; while nothing is written, reads what the receiver may have to say already.
    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        request: &mut impl Request,
        stream: &mut Stream,
        track: &mut Track,
    ) -> Poll<Result<Sending, Failure>> {
        loop {
            match request.poll_write(cx, stream, &self.reader) {
                Poll::Ready(Ok(Written::Whole)) => return Poll::Ready(Ok(Sending::Whole)),
                Poll::Ready(Ok(Written::Enough)) => return Poll::Ready(Ok(Sending::Enough)),
                Poll::Ready(Err(error)) => return Poll::Ready(Ok(Sending::Cut(error))),
                Poll::Pending => {}
            }
            match ready!(poll_read(cx, stream, self.reader.space())) {
                Ok(0) => return Poll::Ready(Ok(Sending::Cut(io::ErrorKind::ConnectionReset.into()))),
                Ok(count) => {
                    if self.take_in(count, track)? {
                        return Poll::Ready(Ok(Sending::Answered));
                    }
                }
                Err(error) => return Poll::Ready(Ok(Sending::Cut(error))),
            }
        }
    }

    /// Reads until the reply is complete.
    async fn receive(&mut self, stream: &mut Stream, track: &mut Track) -> Result<(), Failure> {
        loop {
            track.phase = self.reader.phase();
            let read = poll_fn(|cx| poll_read(cx, stream, self.reader.space())).await;
            match read {
                Ok(0) => return self.reader.closed(),
                Ok(count) => {
                    if self.take_in(count, track)? {
                        return Ok(());
                    }
                }
                Err(error) => return Err(failure::name(&error, self.reader.phase())),
            }
        }
    }

    fn take_in(&mut self, count: usize, track: &mut Track) -> Result<bool, Failure> {
        let interim = self.reader.interim();
        let now = track.clock.now();
        let complete = self.reader.filled(count);
        let passed_over = self.reader.interim() != interim;
        if self.reader.awaits() {
            track.moments.first_byte = None;
        } else if passed_over || track.moments.first_byte.is_none() {
            track.moments.first_byte = Some(now);
        }
        complete
    }

    /// Whether a reused connection was dead when the request set out: it had been idle for long, or did not even take
    /// the request. Otherwise the receiver has had the request, and closing then is its failure.
    pub(super) fn found_dead(&self, result: &Result<Reply, Failure>) -> bool {
        self.reader.is_untouched()
            && (self.may_be_stale || !self.sent)
            && result.as_ref().is_err_and(|failure| {
                matches!(failure.code, FailureCode::ClosedWithoutReply | FailureCode::ConnectionReset)
            })
    }

    pub(super) fn may_go_on(&self, result: &Result<Reply, Failure>) -> bool {
        result.is_ok() && self.reader.is_reusable() && self.sent
    }
}

/// Whether a failure after a cut request adds nothing to the cut itself.
fn says_less(failure: &Failure) -> bool {
    matches!(
        failure.code,
        FailureCode::ClosedWithoutReply
            | FailureCode::ConnectionReset
            | FailureCode::ReplyTruncated
            | FailureCode::OtherTransport
    )
}

/// Writes `bytes` from `done` on. What is written is not yet flushed.
pub(super) fn poll_write_all(
    cx: &mut Context<'_>,
    stream: &mut Stream,
    bytes: &[u8],
    done: &mut usize,
) -> Poll<io::Result<()>> {
    while *done < bytes.len() {
        match ready!(Pin::new(&mut *stream).poll_write(cx, &bytes[*done..]))? {
            0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            count => *done += count,
        }
    }
    Poll::Ready(Ok(()))
}

/// Lets what was written go out.
pub(super) fn poll_flush(cx: &mut Context<'_>, stream: &mut Stream) -> Poll<io::Result<()>> {
    Pin::new(stream).poll_flush(cx)
}

fn poll_read(cx: &mut Context<'_>, stream: &mut Stream, space: &mut [u8]) -> Poll<io::Result<usize>> {
    let mut space = ReadBuf::new(space);
    ready!(Pin::new(stream).poll_read(cx, &mut space))?;
    Poll::Ready(Ok(space.filled().len()))
}
