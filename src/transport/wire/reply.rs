//! A reply as it arrives: the state between two reads. Opens no socket, so that any split of the bytes can be tested.

use crate::outcome::exchange::{Failure, FailureCode, Phase, Reply};

use super::super::limits::{BODY_LIMIT, HEAD_LIMIT, INTERIM_LIMIT};
use super::chunked::Chunked;
use super::head::{Framing, Head};

/// The room for a read that is there from the beginning; it grows only for a large head.
const ROOM: usize = 4096;

/// What the next byte belongs to.
#[derive(Debug)]
enum Stage {
    Head,
    /// So many bytes of the body are missing.
    Length(u64),
    Chunked(Chunked),
    UntilClose,
    Done,
}

/// Reads replies one after the other, in a buffer that it keeps.
///
/// Bytes go in through [`space`](Self::space) and [`filled`](Self::filled), or [`closed`](Self::closed) at the end.
#[derive(Debug)]
pub struct ReplyReader {
    buffer: Vec<u8>,
    /// What was read and not yet understood is `buffer[start..end]`.
    start: usize,
    end: usize,
    stage: Stage,
    interim: u32,
    seen: bool,
    keep_alive: bool,
    /// The request was HEAD.
    no_body: bool,
    reply: Reply,
}

impl Default for ReplyReader {
    fn default() -> Self {
        Self {
            buffer: vec![0; ROOM],
            start: 0,
            end: 0,
            stage: Stage::Head,
            interim: 0,
            seen: false,
            keep_alive: false,
            no_body: false,
            reply: Reply::default(),
        }
    }
}

impl ReplyReader {
    /// Forgets everything about the reply before.
    pub fn begin(&mut self) {
        // What a large head needed is given back: thousands of connections may be open.
        if self.buffer.len() > ROOM {
            self.buffer = vec![0; ROOM];
        }
        (self.start, self.end) = (0, 0);
        self.stage = Stage::Head;
        self.interim = 0;
        self.seen = false;
        self.keep_alive = false;
        self.no_body = false;
        self.reply = Reply::default();
    }

    /// The reply that comes now answers HEAD: it has no body whatever its head says (RFC 9112, 6.3). Until the next
    /// [`begin`](Self::begin).
    pub fn expect_no_body(&mut self) {
        self.no_body = true;
    }

    /// Where the next bytes go. Never empty.
    pub fn space(&mut self) -> &mut [u8] {
        if self.end == self.buffer.len() {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.end - self.start);
            } else {
                self.buffer.resize(self.buffer.len() * 2, 0);
            }
        }
        &mut self.buffer[self.end..]
    }

    /// Takes note of `count` bytes in [`space`](Self::space). Returns whether the reply is complete.
    pub fn filled(&mut self, count: usize) -> Result<bool, Failure> {
        let fresh = self.end;
        self.end += count;
        self.seen |= count > 0;
        self.advance(fresh)
    }

    /// Takes note of the connection's end: the end of the reply, or too early.
    pub fn closed(&mut self) -> Result<(), Failure> {
        match self.stage {
            Stage::Done => Ok(()),
            Stage::UntilClose => {
                self.stage = Stage::Done;
                Ok(())
            }
            Stage::Head if self.awaits() => Err(Failure::new(
                FailureCode::ClosedWithoutReply,
                Phase::Wait,
                if self.interim > 0 { "only interim replies came" } else { "not a byte came" },
            )),
            Stage::Head => {
                // A malformed line explains more than the end after it.
                Head::parse(&self.buffer[self.start..self.end], self.no_body)?;
                Err(truncated(Phase::Head, "the head of the reply is not complete"))
            }
            Stage::Length(left) => {
                Err(truncated(Phase::Body, format!("{left} bytes of the body are missing")))
            }
            Stage::Chunked(_) => Err(truncated(Phase::Body, "the last chunk is missing")),
        }
    }

    /// Whether not one byte has come, not even of an interim reply.
    pub fn is_untouched(&self) -> bool {
        !self.seen
    }

    /// Whether the next byte would be the first of the final reply, as far as one can tell.
    pub fn awaits(&self) -> bool {
        matches!(self.stage, Stage::Head) && self.start == self.end
    }

    /// Whether the head of the final reply was read.
    pub fn is_final(&self) -> bool {
        !matches!(self.stage, Stage::Head)
    }

    /// The status of the final reply, once it was read and until the reply is taken.
    pub fn status(&self) -> Option<u16> {
        Some(self.reply.status).filter(|status| *status != 0)
    }

    /// How many interim replies were passed over.
    pub fn interim(&self) -> u32 {
        self.interim
    }

    /// The step of the exchange that is under way.
    pub fn phase(&self) -> Phase {
        match self.stage {
            Stage::Head if self.awaits() => Phase::Wait,
            Stage::Head => Phase::Head,
            _ => Phase::Body,
        }
    }

    /// Whether the connection can carry another request: the reply is complete, nothing came after it, and the
    /// receiver did not announce that it closes.
    pub fn is_reusable(&self) -> bool {
        matches!(self.stage, Stage::Done) && self.keep_alive && self.start == self.end
    }

    /// Whether more has come than the reply, which is complete.
    pub fn has_surplus(&self) -> bool {
        matches!(self.stage, Stage::Done) && self.start < self.end
    }

    /// The reply that is complete now.
    pub fn take(&mut self) -> Reply {
        std::mem::take(&mut self.reply)
    }

    fn advance(&mut self, mut fresh: usize) -> Result<bool, Failure> {
        while matches!(self.stage, Stage::Head) && self.start < self.end {
            if !self.head(fresh)? {
                return Ok(false);
            }
            fresh = self.start;
        }
        self.body()?;
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        Ok(matches!(self.stage, Stage::Done))
    }

    /// Reads a head, if one is there in full. Without a new line end among the bytes from `fresh` on there is none,
    /// so that a head that comes byte by byte is not read from its beginning for each of them.
    fn head(&mut self, fresh: usize) -> Result<bool, Failure> {
        let bytes = &self.buffer[self.start..self.end];
        let full = bytes.len() >= HEAD_LIMIT;
        let line = self.buffer[fresh.max(self.start)..self.end].contains(&b'\n');
        if !(line || full || bytes.len() < 16) {
            return Ok(false);
        }
        match Head::parse(bytes, self.no_body)? {
            Some(head) if head.length > HEAD_LIMIT => Err(head_too_large()),
            Some(head) => self.enter(head).map(|()| true),
            None if full => Err(head_too_large()),
            None => Ok(false),
        }
    }

    fn enter(&mut self, head: Head) -> Result<(), Failure> {
        self.start += head.length;
        match head.status {
            101 => {
                return Err(Failure::new(FailureCode::SwitchedProtocols, Phase::Head, "the status is 101"));
            }
            100..=199 if self.interim == INTERIM_LIMIT => {
                let detail = format!("the status of the last one is {}", head.status);
                return Err(Failure::new(FailureCode::TooManyInterim, Phase::Head, detail));
            }
            100..=199 => {
                self.interim += 1;
                return Ok(());
            }
            status => self.reply.status = status,
        }
        self.keep_alive = head.keep_alive;
        self.reply.closed = !head.keep_alive;
        self.reply.retry_after = head.retry_after;
        self.reply.location = head.location;
        self.stage = match head.framing {
            Framing::Length(0) => Stage::Done,
            Framing::Length(length) if length > BODY_LIMIT => {
                return Err(body_too_large(format!("Content-Length is {length}")));
            }
            Framing::Length(length) => Stage::Length(length),
            Framing::Chunked => Stage::Chunked(Chunked::default()),
            Framing::UntilClose => Stage::UntilClose,
        };
        Ok(())
    }

    fn body(&mut self) -> Result<(), Failure> {
        let Self { buffer, start, end, stage, reply, .. } = self;
        let mut input = &buffer[*start..*end];
        match stage {
            Stage::Head | Stage::Done => {}
            Stage::UntilClose => keep(reply, std::mem::take(&mut input))?,
            Stage::Length(left) => {
                let count = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                let (piece, rest) = input.split_at(count);
                keep(reply, piece)?;
                input = rest;
                *left -= count as u64;
                if *left == 0 {
                    *stage = Stage::Done;
                }
            }
            Stage::Chunked(chunked) => {
                let bad = |words| Failure::new(FailureCode::BadHttp, Phase::Body, words);
                while let Some(piece) = chunked.next(&mut input).map_err(bad)? {
                    keep(reply, piece)?;
                }
                if chunked.is_done() {
                    *stage = Stage::Done;
                }
            }
        }
        *start = *end - input.len();
        Ok(())
    }
}

/// Counts a piece of the body and keeps its beginning.
fn keep(reply: &mut Reply, piece: &[u8]) -> Result<(), Failure> {
    reply.body_bytes += piece.len() as u64;
    if reply.body_bytes > BODY_LIMIT {
        return Err(body_too_large(format!("more than {BODY_LIMIT} bytes came")));
    }
    let room = Reply::EXCERPT - reply.excerpt.len();
    reply.excerpt.extend_from_slice(&piece[..room.min(piece.len())]);
    Ok(())
}

fn head_too_large() -> Failure {
    Failure::new(
        FailureCode::HeadTooLarge,
        Phase::Head,
        format!("more than {HEAD_LIMIT} bytes without an end"),
    )
}

fn body_too_large(detail: String) -> Failure {
    Failure::new(FailureCode::BodyTooLarge, Phase::Body, detail)
}

fn truncated(phase: Phase, detail: impl Into<String>) -> Failure {
    Failure::new(FailureCode::ReplyTruncated, phase, detail)
}

#[cfg(test)]
mod tests;
