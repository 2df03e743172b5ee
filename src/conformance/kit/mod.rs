//! What cases are made of: sessions with IDs of their own, events with right MACs, and wrong ones.

mod draft;
mod payload;
mod story;

use std::sync::Arc;

pub use story::measurement_of;

use bytes::Bytes;

pub use draft::Draft;

use crate::clock::{Epoch, Moment, Timestamp};
use crate::protocol::code::Code;
use crate::protocol::dialect::{Charset, Dialect, SessionIdStyle};
use crate::protocol::envelope::{self, Head};
use crate::protocol::json;
use crate::protocol::mac::{MacValue, Secret, Signer};
use crate::seed::{Purpose, Seed, SessionSeed};

/// What is the same for every case of a run.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where IDs and values come from.
    pub seed: Seed,
    /// How events are written.
    pub dialect: Dialect,
    /// Signs as the receiver expects it.
    pub signer: Signer,
    /// Signs with the secret that takes the other's place, in the drill for that.
    pub next: Option<Signer>,
    /// How long an answer may take before the receiver fails the acknowledgement that it SHOULD keep.
    pub soon: std::time::Duration,
    /// How long it may take before it fails the one that it MUST keep.
    pub late: std::time::Duration,
}

/// Makes the events of one case. The same kit makes the same events at the same time.
pub struct Kit<'a> {
    setup: &'a Setup,
    purpose: Purpose,
    now: Epoch,
    sessions: u64,
}

/// A session that a case plays by hand.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its ID.
    pub id: Arc<str>,
    seed: SessionSeed,
    /// The sequence of the next event.
    pub next: u32,
    /// A measurement was created.
    pub measured: bool,
}

/// An event with its right MAC.
#[derive(Clone, Debug)]
pub struct Event {
    /// The session it belongs to.
    pub session: Arc<str>,
    /// Which event it is.
    pub code: Code,
    /// Its place in the session.
    pub sequence: u32,
    /// The body.
    pub body: Bytes,
    /// The right value of the MAC header.
    pub mac: MacValue,
}

impl<'a> Kit<'a> {
    /// A kit for the n-th attempt at a case. Each attempt has sessions of its own.
    pub fn new(setup: &'a Setup, case: &str, attempt: u64, now: Epoch) -> Self {
        let purpose = Purpose::named("conformance").of(case).number(attempt);
        Self { setup, purpose, now, sessions: 0 }
    }

    /// What is the same for every case.
    pub const fn setup(&self) -> &'a Setup {
        self.setup
    }

    /// The dialect that is spoken.
    pub const fn dialect(&self) -> &'a Dialect {
        &self.setup.dialect
    }

    /// Now.
    pub const fn now(&self) -> Epoch {
        self.now
    }

    /// A new session.
    pub fn session(&mut self) -> Session {
        let seed = self.seed();
        let purpose = Purpose::named("session id");
        let uuid = uuid::Builder::from_random_bytes(seed.draw(purpose).bytes()).into_uuid();
        let id = match self.setup.dialect.session_id {
            SessionIdStyle::Uuid => uuid.to_string(),
            SessionIdStyle::Alphanumeric => {
                format!("{:a<25}", uuid.simple().to_string().get(..25).unwrap_or_default())
            }
        };
        Session { id: id.into(), seed, next: 0, measured: false }
    }

    /// A new session with an ID of the case's choice.
    pub fn session_called(&mut self, id: impl Into<Arc<str>>) -> Session {
        Session { id: id.into(), seed: self.seed(), next: 0, measured: false }
    }

    /// Some letters and digits that no other session has.
    pub fn word(&mut self) -> String {
        format!("{:016x}", self.seed().draw(Purpose::named("word")).bits())
    }

    fn seed(&mut self) -> SessionSeed {
        self.sessions += 1;
        Seed(self.setup.seed.draw(self.purpose.number(self.sessions)).bits()).session(1)
    }

    /// The next event of a session, at this moment.
    pub fn event(&self, session: &mut Session, code: Code) -> Event {
        self.event_at(session, code, self.now.timestamp_at(Moment::ZERO))
    }

    /// The next event of a session, with a stamp of the case's choice.
    pub fn event_at(&self, session: &mut Session, code: Code, stamp: Timestamp) -> Event {
        self.event_in(session, code, stamp, &self.setup.dialect)
    }

    /// The next event of a session, in another dialect.
    pub fn event_in(&self, session: &mut Session, code: Code, stamp: Timestamp, dialect: &Dialect) -> Event {
        session.measured |= code == Code::MeasurementCreated;
        let sequence = session.next;
        session.next = session.next.saturating_add(1);
        let head = Head { timestamp: stamp, session_id: &session.id, sequence, code };
        let mut body = Vec::with_capacity(256);
        let measurement = session.measured.then(|| session.measurement());
        envelope::write(&mut body, head, dialect, |out| {
            payload::write(out, code, sequence, measurement.as_deref(), &session.measurement(), dialect);
        });
        self.signed(&session.id, code, sequence, body)
    }

    /// An event with a body of the case's choice, rightly signed. `body` is written with `SESSION`, `SEQUENCE` and `STAMP` in
    /// the places of the session's ID (without quotes), the next sequence and the time.
    pub fn custom(&self, session: &mut Session, body: &str) -> Event {
        let sequence = session.next;
        session.next = session.next.saturating_add(1);
        let id = within_quotes(&session.id, Charset::Ascii);
        let body = body
            .replace("SEQUENCE", &sequence.to_string())
            .replace("STAMP", &self.now.timestamp_at(Moment::ZERO).0.to_string())
            .replace("SESSION", &id);
        self.signed(&session.id, Code::WmsLoaded, sequence, body.into_bytes())
    }

    /// The same event with other bytes, rightly signed.
    pub fn resigned(&self, event: &Event, body: impl Into<Vec<u8>>) -> Event {
        self.signed(&event.session, event.code, event.sequence, body.into())
    }

    fn signed(&self, session: &Arc<str>, code: Code, sequence: u32, body: Vec<u8>) -> Event {
        let mac = self.setup.signer.sign(&body);
        Event { session: Arc::clone(session), code, sequence, body: body.into(), mac }
    }

    /// A signer with another secret.
    pub fn stranger(&self) -> Signer {
        let bits = self.setup.seed.draw(self.purpose.of("another secret")).bits();
        Signer::new(&Secret::new(format!("not-the-secret-{bits:016x}")), self.setup.signer.input())
    }

    /// A signer with the secret that takes the other's place.
    pub fn next(&self) -> Signer {
        self.setup.next.clone().unwrap_or_else(|| self.stranger())
    }

    /// A signer with the empty secret.
    pub fn empty_secret(&self) -> Signer {
        Signer::new(&Secret::new(String::new()), self.setup.signer.input())
    }
}

impl Session {
    /// The session that an event belongs to, for events beside those that it has.
    pub fn of(event: &Event) -> Self {
        let bits = Purpose::of_bytes(event.session.as_bytes());
        Self { id: Arc::clone(&event.session), seed: Seed(bits).session(1), next: 0, measured: false }
    }

    /// The ID of its measurement.
    pub fn measurement(&self) -> String {
        let draw = self.seed.draw(Purpose::named("measurement"));
        uuid::Builder::from_random_bytes(draw.bytes()).into_uuid().to_string()
    }
}

/// A text as JSON has it between its quotes: one that the text itself ends in stays.
fn within_quotes(text: &str, charset: Charset) -> String {
    let mut quoted = Vec::new();
    json::write_string(&mut quoted, text, charset);
    let end = quoted.len().saturating_sub(1);
    String::from_utf8_lossy(quoted.get(1..end).unwrap_or_default()).into_owned()
}

#[cfg(test)]
pub(super) mod tests;
