//! Requests that are written as given, byte for byte and at their own speed: for checking what a receiver makes of
//! requests that no well-behaved client sends.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Sleep, sleep};

use crate::clock::Moment;
use crate::outcome::exchange::{Exchange, Failure};

use super::Setup;
use super::carrier::{Carrier, Policy};
use super::line::{Request, Written, poll_flush, poll_write_all};
use super::reply::ReplyReader;
use super::request::Preamble;
use super::stream::Stream;

/// One step of a request that is written as given.
#[derive(Clone, PartialEq, Eq)]
pub enum Piece {
    /// Written as they are, and handed to the operating system before the next step.
    Bytes(Bytes),
    /// Nothing is written for so long; ends early when the final reply is complete or the connection ends.
    Pause(Duration),
    /// Waits for an interim (1xx) reply, at most so long, and then goes on. One that came since the wait before counts.
    /// A final reply ends the sending: what comes after is not sent.
    AwaitInterim(Duration),
}

/// A request that is written as given. Waits after its last byte have no effect.
///
/// The bytes can hold a user's headers, so `Debug` shows how many there are and nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct RawRequest {
    /// What is done, in this order.
    pub pieces: Vec<Piece>,
    /// A reply to HEAD has no body whatever its head says.
    pub is_head: bool,
}

impl RawRequest {
    /// How many bytes there are to be written.
    pub fn length(&self) -> u64 {
        self.pieces.iter().map(|piece| bytes(piece).len() as u64).sum()
    }

    /// The pieces up to the last one that is written.
    fn script(&self) -> &[Piece] {
        let end = self.pieces.iter().rposition(|piece| !bytes(piece).is_empty());
        &self.pieces[..end.map_or(0, |last| last + 1)]
    }
}

impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawRequest({} pieces, {} bytes)", self.pieces.len(), self.length())
    }
}

fn bytes(piece: &Piece) -> &[u8] {
    match piece {
        Piece::Bytes(bytes) => bytes,
        Piece::Pause(_) | Piece::AwaitInterim(_) => &[],
    }
}

/// What became of a request that was written as given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawExchange {
    /// The reply or the named failure, and the moments.
    pub exchange: Exchange,
    /// When the TCP connection stood, which is when the time of the receiver began: over a connection that was there
    /// already, when the exchange began. `None` where none ever stood.
    pub stood: Option<Moment>,
    /// How many interim (1xx) replies came before the final one.
    pub interim: u32,
    /// How many bytes of the request were written: taken by the operating system, or by TLS. That does not mean that
    /// the receiver has read them. Of a request that was sent again, those of the second time.
    pub written: u64,
    /// How many bytes the request has.
    pub length: u64,
    /// Bytes came that belong to no reply: behind this one, or over the connection that was there already, before the
    /// request. Such a connection is not used again.
    pub surplus: bool,
}

/// One connection for requests that are written as given. It is reused where the reply allows it and all of the request
/// was sent; one that died of idleness is replaced, and [`Exchange::resent`] tells. Dropping the lane closes it.
pub struct RawLane {
    carrier: Carrier,
}

impl RawLane {
    pub(super) fn new(setup: Arc<Setup>) -> Self {
        Self { carrier: Carrier::new(setup, Policy::FromConnection) }
    }

    /// Carries out the request within the time limit of the settings and reads the reply.
    ///
    /// The time counts from the moment at which a TCP connection stands, and over one that is there already from the
    /// beginning of the exchange. To get a connection there is three times the time limit of the settings, or of the
    /// [default](super::super::limits::DEFAULT_TIMEOUT) where they have none. One that nobody takes is asked for again and
    /// again in that time, and lanes of one transport ask one after the other: so many of them at once can speak to a
    /// small server, whose queue of connections is short.
    ///
    /// Replies that come before all is sent are read, and one that is complete ends the sending. Failures have the names of
    /// those of a [`WireLane`](super::WireLane), and replies the same bounds; only time counts otherwise. Where the time is
    /// up during a wait of the request's own, the failure is
    /// [`InvalidRequest`](crate::outcome::exchange::FailureCode::InvalidRequest), and not the receiver's.
    ///
    /// Cancel-safe in the sense that a lane whose exchange was dropped half way opens a new connection next time.
    pub async fn exchange(&mut self, request: &RawRequest) -> RawExchange {
        self.exchange_within(request, self.carrier.timeout()).await
    }

    /// Carries out the request within another time limit, as [`exchange`](Self::exchange) does; `None` waits for ever once a
    /// connection stands. How long a connection may take does not depend on it.
    pub async fn exchange_within(&mut self, request: &RawRequest, limit: Option<Duration>) -> RawExchange {
        let mut script = Script::new(request);
        let (exchange, stood) = self.carrier.exchange(&mut script, limit).await;
        RawExchange {
            exchange,
            stood,
            interim: self.carrier.interim(),
            written: script.written(),
            length: request.length(),
            surplus: self.carrier.surplus(),
        }
    }

    /// Makes a connection, TLS included, and keeps it for the next exchange, so that many lanes can connect first and then
    /// write at the same moment. Sends no request. Does nothing where a connection is there, open and quiet. Takes no longer
    /// than `limit` in all, and asks as an exchange does.
    ///
    /// Gives back whether there is a connection. What was in its way is not told: the exchange after it meets it itself. An
    /// exchange over a connection that was made so is the first one there: it counts as one over a new connection, which
    /// stood when the exchange began.
    pub async fn open(&mut self, limit: Duration) -> bool {
        self.carrier.open(limit).await
    }

    /// Whether an idle connection is there. Whether it still lives is known only when it is used again.
    pub fn is_open(&self) -> bool {
        self.carrier.is_open()
    }

    /// Closes the idle connection, if there is one.
    pub fn close(&mut self) {
        self.carrier.close();
    }
}

/// A request on its way.
struct Script<'a> {
    pieces: &'a [Piece],
    is_head: bool,
    /// The piece that is under way, and how much of it is written.
    place: usize,
    done: usize,
    /// The bytes of the pieces before.
    behind: u64,
    /// How many interim replies earlier waits were for.
    awaited: u32,
    timer: Option<Pin<Box<Sleep>>>,
}

impl<'a> Script<'a> {
    fn new(request: &'a RawRequest) -> Self {
        Self {
            pieces: request.script(),
            is_head: request.is_head,
            place: 0,
            done: 0,
            behind: 0,
            awaited: 0,
            timer: None,
        }
    }

    fn written(&self) -> u64 {
        self.behind + self.done as u64
    }

    fn poll_timer(&mut self, cx: &mut Context<'_>, time: Duration) -> Poll<()> {
        self.timer.get_or_insert_with(|| Box::pin(sleep(time))).as_mut().poll(cx)
    }
}

impl Request for Script<'_> {
    fn begin(&mut self, _: &Preamble) -> Result<(), Failure> {
        (self.place, self.done, self.behind, self.awaited) = (0, 0, 0, 0);
        self.timer = None;
        Ok(())
    }

    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut Stream,
        reply: &ReplyReader,
    ) -> Poll<io::Result<Written>> {
        while let Some(piece) = self.pieces.get(self.place) {
            match piece {
                Piece::Bytes(bytes) => {
                    ready!(poll_write_all(cx, stream, bytes, &mut self.done))?;
                    ready!(poll_flush(cx, stream))?;
                }
                Piece::Pause(time) => ready!(self.poll_timer(cx, *time)),
                Piece::AwaitInterim(_) if reply.is_final() => return Poll::Ready(Ok(Written::Enough)),
                Piece::AwaitInterim(time) => {
                    if reply.interim() == self.awaited {
                        ready!(self.poll_timer(cx, *time));
                    }
                    self.awaited = reply.interim();
                }
            }
            self.behind += self.done as u64;
            (self.place, self.done) = (self.place + 1, 0);
            self.timer = None;
        }
        Poll::Ready(Ok(Written::Whole))
    }

    fn is_head(&self) -> bool {
        self.is_head
    }

    fn holds_back(&self) -> bool {
        matches!(self.pieces.get(self.place), Some(Piece::Pause(_) | Piece::AwaitInterim(_)))
    }
}
