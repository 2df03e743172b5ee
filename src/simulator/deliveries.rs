//! What became of the events that were played.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use crate::outcome::delivery::{self, Blame, Status};
use crate::protocol::code::Code;

/// What became of one event.
#[derive(Clone, Debug)]
pub struct Delivery(delivery::Delivery, Code);

impl Delivery {
    /// The session's number, from 1.
    pub fn session(&self) -> u64 {
        self.0.session
    }

    /// The session's ID.
    pub fn session_id(&self) -> &str {
        &self.0.session_id
    }

    /// The event's place in its session, from 0.
    pub fn sequence(&self) -> u32 {
        self.0.sequence
    }

    /// Which event it is.
    pub fn code(&self) -> Code {
        self.1
    }

    /// How it ended.
    pub fn status(&self) -> Status {
        self.0.status
    }

    /// The HTTP status of the answer, where there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.0.exchange.as_ref().and_then(crate::outcome::exchange::Exchange::status)
    }

    /// The beginning of the answer's body, at most 2,048 bytes; empty where there was no answer.
    pub fn answer(&self) -> &[u8] {
        match self.0.exchange.as_ref().map(|exchange| &exchange.result) {
            Some(Ok(reply)) => &reply.excerpt,
            _ => &[],
        }
    }

    /// Why there was no answer: a stable name such as `connection-refused`, and what happened.
    pub fn failure(&self) -> Option<(&'static str, &str)> {
        match &self.0.exchange.as_ref()?.result {
            Ok(_) => None,
            Err(failure) => Some((failure.code.as_str(), &failure.detail)),
        }
    }

    /// How often it was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the last request took; `None` where nothing was sent.
    pub fn latency(&self) -> Option<Duration> {
        self.0.service_nanos().map(Duration::from_nanos)
    }

    /// The exact bytes of the body.
    pub fn body(&self) -> &[u8] {
        &self.0.body
    }

    /// The value of `X-WMS-Content-MAC`; `None` where a fault left the header out.
    pub fn mac(&self) -> Option<&str> {
        self.0.mac.as_deref()
    }

    /// The faults that were injected into it, by name.
    pub fn faults(&self) -> &[String] {
        &self.0.faults
    }

    /// What speaks against the receiver, in a line: an event that it did not take, or a forged one that it took. What a
    /// fault explains does not.
    pub fn objection(&self) -> Option<String> {
        let what = match (self.0.blame, self.0.status) {
            (Blame::ForgedAccepted, _) => "accepted, though its MAC was spoiled".to_owned(),
            (Blame::Receiver, Status::Failed) => self
                .failure()
                .map_or_else(|| "no answer".to_owned(), |(code, detail)| format!("{code}: {detail}")),
            (Blame::Receiver, _) => {
                let answer = String::from_utf8_lossy(self.answer());
                let status =
                    self.http_status().map_or_else(|| "refused".to_owned(), |status| status.to_string());
                format!("{status} {}", answer.lines().next().unwrap_or_default()).trim_end().to_owned()
            }
            _ => return None,
        };
        Some(format!("{} {} {}: {what}", self.session_id().escape_debug(), self.sequence(), self.code()))
    }
}

/// What became of all events, in the order in which they were settled.
#[derive(Clone, Debug)]
pub struct Deliveries {
    deliveries: Vec<Delivery>,
    seed: u64,
}

impl Deliveries {
    pub(super) fn new(seed: u64) -> Self {
        Self { deliveries: Vec::new(), seed }
    }

    pub(super) fn push(&mut self, delivery: delivery::Delivery) {
        // Only a journal has events of other names, and this is none.
        if let Some(code) = delivery.code.code() {
            self.deliveries.push(Delivery(delivery, code));
        }
    }

    /// The seed that repeats the run.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Whether the receiver did what it should: took every event, but for those whose MAC a fault had spoiled. What a
    /// fault explains is not held against it.
    ///
    /// # Errors
    /// It did not, or no event got any answer; the error's text lists the events.
    pub fn verdict(&self) -> Result<(), Unexpected> {
        let objections: Vec<String> = self.iter().filter_map(Delivery::objection).collect();
        let silent = !self.iter().any(|delivery| delivery.http_status().is_some());
        if objections.is_empty() && !silent {
            return Ok(());
        }
        Err(Unexpected { objections, events: self.len(), seed: self.seed })
    }
}

impl Deref for Deliveries {
    type Target = [Delivery];

    fn deref(&self) -> &[Delivery] {
        &self.deliveries
    }
}

impl IntoIterator for Deliveries {
    type Item = Delivery;
    type IntoIter = std::vec::IntoIter<Delivery>;

    fn into_iter(self) -> Self::IntoIter {
        self.deliveries.into_iter()
    }
}

impl<'a> IntoIterator for &'a Deliveries {
    type Item = &'a Delivery;
    type IntoIter = std::slice::Iter<'a, Delivery>;

    fn into_iter(self) -> Self::IntoIter {
        self.deliveries.iter()
    }
}

/// The receiver did not do what it should.
#[derive(Clone)]
pub struct Unexpected {
    objections: Vec<String>,
    events: usize,
    seed: u64,
}

impl Unexpected {
    /// A line for each event that speaks against the receiver.
    pub fn objections(&self) -> &[String] {
        &self.objections
    }
}

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 20;
        let Self { objections, events, seed } = self;
        if objections.is_empty() {
            return write!(f, "none of {events} events got an answer (seed {seed})");
        }
        write!(f, "{} of {events} events speak against the receiver (seed {seed}):", objections.len())?;
        for objection in objections.iter().take(SHOWN) {
            write!(f, "\n  {objection}")?;
        }
        if objections.len() > SHOWN {
            write!(f, "\n  and {} more", objections.len() - SHOWN)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Unexpected {
    /// As `Display`: it is what `unwrap` in a test prints.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Unexpected {}
