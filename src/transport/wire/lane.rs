//! One connection and the requests that it carries, one after the other.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::clock::{Moment, RunClock};
use crate::outcome::exchange::{Exchange, Failure, FailureCode, Moments, Phase, Reply};

use super::super::limits::MAY_BE_STALE_AFTER;
use super::super::{Lane, Outgoing, failure};
use super::Setup;
use super::reply::ReplyReader;
use super::stream::Stream;
use super::watchdog::{TimeIsUp, Watchdog};

/// A lane of [`Wire`](super::Wire): one connection with its reused buffers.
pub struct WireLane {
    setup: Arc<Setup>,
    /// A connection with nothing to do. While a request is under way it is not here, so that an exchange which is
    /// dropped half way takes the connection with it.
    idle: Option<Stream>,
    /// When the last exchange ended.
    rested_since: Moment,
    line: Line,
    watchdog: Watchdog,
}

impl WireLane {
    pub(super) fn new(setup: Arc<Setup>) -> Self {
        let line =
            Line { request: Vec::new(), sent: false, may_be_stale: false, reader: ReplyReader::default() };
        Self { setup, idle: None, rested_since: Moment::ZERO, line, watchdog: Watchdog::default() }
    }
}

impl Lane for WireLane {
    async fn exchange(&mut self, outgoing: &Outgoing) -> Exchange {
        let Self { setup, idle, rested_since, line, watchdog } = self;
        let begun = setup.clock.now();
        let mut track = Track::new(setup.clock, Moments { begun, ..Moments::default() });
        line.may_be_stale = begun.since(*rested_since) >= MAY_BE_STALE_AFTER;
        let limit = setup.timeout;
        let work = deliver(setup, outgoing, idle, line, &mut track);
        let result = match watchdog.guard(setup.clock.instant(begun), limit, work).await {
            Ok(result) => result,
            Err(TimeIsUp) => Err(failure::timed_out(track.phase, limit)),
        };
        track.moments.ended = setup.clock.now();
        *rested_since = track.moments.ended;
        Exchange { result, moments: track.moments, reused: track.reused, resent: track.resent }
    }

    fn idle(&mut self) {
        self.idle = None;
    }
}

/// How far an exchange is.
struct Track {
    clock: RunClock,
    moments: Moments,
    phase: Phase,
    reused: bool,
    resent: bool,
}

impl Track {
    fn new(clock: RunClock, moments: Moments) -> Self {
        Self { clock, moments, phase: Phase::Resolve, reused: false, resent: false }
    }
}

/// Carries the request over the idle connection, or over a new one.
async fn deliver(
    setup: &Setup,
    outgoing: &Outgoing,
    idle: &mut Option<Stream>,
    line: &mut Line,
    track: &mut Track,
) -> Result<Reply, Failure> {
    setup.preamble.write(outgoing, &mut line.request)?;
    if let Some(mut stream) = idle.take()
        && stream.is_quiet().await
    {
        track.reused = true;
        track.moments.connected = Some(track.moments.begun);
        let result = line.converse(&mut stream, track).await;
        if !line.found_dead(&result) {
            *idle = line.may_go_on(&result).then_some(stream);
            return result;
        }
        track.reused = false;
        track.resent = true;
        track.moments = Moments { begun: track.moments.begun, ..Moments::default() };
    }
    let mut stream = setup.connector.connect(&mut track.phase).await?;
    track.moments.connected = Some(track.clock.now());
    let result = line.converse(&mut stream, track).await;
    *idle = line.may_go_on(&result).then_some(stream);
    result
}

/// The two directions of a connection.
struct Line {
    /// The bytes of the request, as they are sent.
    request: Vec<u8>,
    /// All of it was sent before the reply was complete.
    sent: bool,
    /// The connection was idle for so long that it may have died of it.
    may_be_stale: bool,
    reader: ReplyReader,
}

/// How the sending of a request ended.
enum Sending {
    /// The operating system has all of it.
    Whole,
    /// The reply was complete before the request was: nobody wants the rest.
    Answered,
    /// The receiver takes no more of it. A reply may be there all the same.
    Cut(io::Error),
}

impl Line {
    /// Sends the request and reads the reply.
    async fn converse(&mut self, stream: &mut Stream, track: &mut Track) -> Result<Reply, Failure> {
        track.phase = Phase::Send;
        self.reader.begin();
        self.sent = false;
        let mut written = 0;
        match poll_fn(|cx| self.poll_send(cx, stream, &mut written, track)).await? {
            Sending::Whole => {
                self.sent = true;
                track.moments.sent = Some(track.clock.now());
                self.receive(stream, track).await?;
            }
            Sending::Answered => {}
            // What the receiver said before it closed is worth more than that it closed.
            Sending::Cut(error) => match self.receive(stream, track).await {
                Err(failure) if says_less(&failure) => return Err(failure::name(&error, Phase::Send)),
                other => other?,
            },
        }
        Ok(self.reader.take())
    }

    /// Writes as much as is taken; while nothing is taken, reads what the receiver may have to say already.
    fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut Stream,
        written: &mut usize,
        track: &mut Track,
    ) -> Poll<Result<Sending, Failure>> {
        match poll_write_all(cx, stream, &self.request, written) {
            Poll::Ready(Ok(())) => return Poll::Ready(Ok(Sending::Whole)),
            Poll::Ready(Err(error)) => return Poll::Ready(Ok(Sending::Cut(error))),
            Poll::Pending => {}
        }
        loop {
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
    fn found_dead(&self, result: &Result<Reply, Failure>) -> bool {
        self.reader.is_untouched()
            && (self.may_be_stale || !self.sent)
            && result.as_ref().is_err_and(|failure| {
                matches!(failure.code, FailureCode::ClosedWithoutReply | FailureCode::ConnectionReset)
            })
    }

    fn may_go_on(&self, result: &Result<Reply, Failure>) -> bool {
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

fn poll_write_all(
    cx: &mut Context<'_>,
    stream: &mut Stream,
    bytes: &[u8],
    written: &mut usize,
) -> Poll<io::Result<()>> {
    while *written < bytes.len() {
        match ready!(Pin::new(&mut *stream).poll_write(cx, &bytes[*written..]))? {
            0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            count => *written += count,
        }
    }
    Pin::new(stream).poll_flush(cx)
}

fn poll_read(cx: &mut Context<'_>, stream: &mut Stream, space: &mut [u8]) -> Poll<io::Result<usize>> {
    let mut space = ReadBuf::new(space);
    ready!(Pin::new(stream).poll_read(cx, &mut space))?;
    Poll::Ready(Ok(space.filled().len()))
}
