//! What a receiver with quirks answers to a request. It goes through the steps of the usual handler: the connection, the
//! size and type of the body, parsing, the MAC, the shape, what came before.

use std::collections::BTreeSet;

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::kind::Quirk;
use super::mac;
use super::memory::Memory;
use super::set::Quirks;
use crate::protocol::envelope::Envelope;
use crate::serve::inbox::Receipt;

const ENVELOPE_KEYS: [&str; 6] = ["timestamp", "sessionId", "sequence", "event", "severity", "payload"];
const EVERY: u64 = 3;

/// A request, and what the inbox itself says to it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Every value of `X-WMS-Content-MAC`.
    pub mac_headers: &'a [&'a [u8]],
    /// The value of `Content-Type`.
    pub content_type: Option<&'a [u8]>,
    /// The body, byte for byte.
    pub body: &'a [u8],
    /// What the inbox says.
    pub receipt: &'a Receipt,
}

/// What the sender gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// An answer.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The body: JSON, or nothing.
        body: String,
    },
    /// A redirect.
    Redirect,
    /// Nothing, and the connection stays open.
    Silence,
    /// Nothing, and the connection is closed.
    Hangup,
}

impl Reply {
    /// The HTTP status, where there is one.
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Answer { status, .. } => Some(*status),
            Self::Redirect => Some(302),
            Self::Silence | Self::Hangup => None,
        }
    }
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What the sender gets.
    pub reply: Reply,
    /// An app behind the inbox would remember the event.
    pub remembered: bool,
    /// What quirks did to it, a line each. Empty where the answer is the inbox's own.
    pub notes: Vec<String>,
}

/// How a handler ends early.
struct Refusal {
    by: Quirk,
    status: u16,
    why: &'static str,
}

impl Refusal {
    #[expect(clippy::unnecessary_wraps, reason = "every step gives one or nothing")]
    const fn with(by: Quirk, status: u16, why: &'static str) -> Option<Self> {
        Some(Self { by, status, why })
    }
}

impl Quirks {
    /// What becomes of a request.
    pub fn judge(&self, memory: &mut Memory, asked: &Asked<'_>) -> Decision {
        memory.requests += 1;
        let honest = asked.receipt.status;
        let mut notes = Vec::new();
        let (reply, remembered) = match self.instead() {
            None => {
                let (reply, remembered) = self.handle(memory, asked, &mut notes);
                (self.softened(reply, &mut notes), remembered)
            }
            // The work is done, and nobody hears of it.
            Some((by, Reply::Silence)) => {
                let (_, remembered) = self.handle(memory, asked, &mut notes);
                notes.push(told(by, &Reply::Silence, honest));
                (Reply::Silence, remembered)
            }
            Some((by, reply)) => {
                notes.push(told(by, &reply, honest));
                (reply, false)
            }
        };
        if let Some(late) = self.late() {
            notes.push(format!("{} waited before the answer", Quirk::AnswersLate(late)));
        }
        if self.has(Quirk::OneRequestAtATime) {
            notes.push(format!("{} let it wait for its turn", Quirk::OneRequestAtATime));
        }
        Decision { reply, remembered, notes }
    }

    /// What stands in for every answer.
    fn instead(&self) -> Option<(Quirk, Reply)> {
        let choices = [
            (Quirk::ClosesConnection, Reply::Hangup),
            (Quirk::Redirects, Reply::Redirect),
            (Quirk::NeverAnswers, Reply::Silence),
        ];
        choices.into_iter().find(|(quirk, _)| self.has(*quirk))
    }

    /// The answer of the handler, and whether the event is remembered.
    fn handle(&self, memory: &mut Memory, asked: &Asked<'_>, notes: &mut Vec<String>) -> (Reply, bool) {
        let honest = asked.receipt.status;
        let refused = |refusal: Refusal, notes: &mut Vec<String>| {
            let reply = Reply::Answer { status: refusal.status, body: error(refusal.why) };
            notes.push(told(refusal.by, &reply, honest));
            (reply, false)
        };
        if let Some(refusal) = self.before_the_mac(memory, asked) {
            return refused(refusal, notes);
        }
        let truly = asked.receipt.mac.is_ok();
        let (taken, by) = mac::takes(self, asked.mac_headers, asked.body, truly);
        if !taken {
            return match by.filter(|_| truly) {
                Some(by) => refused(Refusal { by, status: 401, why: "the MAC does not match" }, notes),
                None => own(asked.receipt, false),
            };
        }
        let event = Envelope::read(asked.body);
        if event.is_err()
            && self.has(Quirk::CrashesOnWrongTypes)
            && serde_json::from_slice::<&RawValue>(asked.body).is_ok()
        {
            let why = "TypeError: a value is of another type than expected";
            return refused(Refusal { by: Quirk::CrashesOnWrongTypes, status: 500, why }, notes);
        }
        let Ok(event) = event else {
            let answer = match by.filter(|_| !truly) {
                Some(by) => refused(Refusal { by, status: 400, why: "the body is not an event" }, notes).0,
                None => own(asked.receipt, false).0,
            };
            return (answer, false);
        };
        if let Some(refusal) =
            self.by_its_shape(&event, asked).or_else(|| self.by_what_came(memory, &event, asked))
        {
            return refused(refusal, notes);
        }
        memory.take(&event, asked.body);
        let lost = self.has(Quirk::LosesEveryThird) && memory.taken.is_multiple_of(EVERY);
        if lost {
            notes.push(format!("{} forgot the event", Quirk::LosesEveryThird));
        }
        if truly {
            return own(asked.receipt, !lost);
        }
        let reply = Reply::Answer { status: 204, body: String::new() };
        notes.extend(by.map(|by| told(by, &reply, honest)));
        (reply, !lost)
    }

    fn before_the_mac(&self, memory: &mut Memory, asked: &Asked<'_>) -> Option<Refusal> {
        if self.has(Quirk::FailsEveryThird) && memory.requests.is_multiple_of(EVERY) {
            return Refusal::with(Quirk::FailsEveryThird, 500, "the database is not there");
        }
        if memory.dead {
            return Refusal::with(Quirk::DiesAfterBadJson, 503, "no worker is running");
        }
        if let Some((by, limit)) = self.body_limit()
            && asked.body.len() > limit
        {
            return Refusal::with(by, 413, "the body is too large");
        }
        let parameters = |content_type: &[u8]| content_type.contains(&b';');
        if self.has(Quirk::RefusesCharset) && asked.content_type.is_some_and(parameters) {
            return Refusal::with(Quirk::RefusesCharset, 415, "the Content-Type is not application/json");
        }
        let (dies, crashes) = (self.has(Quirk::DiesAfterBadJson), self.has(Quirk::CrashesOnBadJson));
        if (dies || crashes) && serde_json::from_slice::<&RawValue>(asked.body).is_err() {
            memory.dead = dies;
            let by = if dies { Quirk::DiesAfterBadJson } else { Quirk::CrashesOnBadJson };
            return Refusal::with(by, 500, "SyntaxError: unexpected token");
        }
        None
    }

    fn by_its_shape(&self, event: &Envelope, asked: &Asked<'_>) -> Option<Refusal> {
        if self.has(Quirk::CrashesWithoutPayload) && event.payload.is_none() {
            let why = "TypeError: cannot read properties of undefined (reading 'measurementId')";
            return Refusal::with(Quirk::CrashesWithoutPayload, 500, why);
        }
        if self.has(Quirk::RefusesUnknownEvents) && event.code().is_none() {
            return Refusal::with(Quirk::RefusesUnknownEvents, 400, "the event is not one of the known ones");
        }
        if self.has(Quirk::RefusesUnknownFields) && has_unknown_keys(asked.body, &self.payload_keys) {
            return Refusal::with(Quirk::RefusesUnknownFields, 400, "the event has an unknown key");
        }
        None
    }

    fn by_what_came(&self, memory: &Memory, event: &Envelope, asked: &Asked<'_>) -> Option<Refusal> {
        if self.has(Quirk::OneSessionAtATime) && memory.is_busy(&event.session_id) {
            return Refusal::with(Quirk::OneSessionAtATime, 409, "another session is open");
        }
        let session = memory.session(&event.session_id);
        let highest = session.and_then(|session| session.highest);
        if self.has(Quirk::RefusesDuplicates) && session.is_some_and(|session| session.knows(asked.body)) {
            return Refusal::with(Quirk::RefusesDuplicates, 409, "the event is there already");
        }
        if self.has(Quirk::RefusesSwapped) && highest.is_some_and(|highest| event.sequence < highest) {
            return Refusal::with(Quirk::RefusesSwapped, 409, "the event is older than the last one");
        }
        let next = highest.map_or(0, |highest| highest.saturating_add(1));
        if self.has(Quirk::RefusesGaps) && event.sequence > next {
            return Refusal::with(Quirk::RefusesGaps, 409, "the event before it is missing");
        }
        if self.has(Quirk::RefusesLate) && session.is_some_and(|session| session.unloaded) {
            return Refusal::with(Quirk::RefusesLate, 409, "the session is closed");
        }
        None
    }

    fn softened(&self, reply: Reply, notes: &mut Vec<String>) -> Reply {
        match reply {
            Reply::Answer { status: status @ 400.., body } if self.has(Quirk::RefusesWith200) => {
                let reply = Reply::Answer { status: 200, body };
                notes.push(told(Quirk::RefusesWith200, &reply, status));
                reply
            }
            other => other,
        }
    }
}

/// The inbox's own answer.
fn own(receipt: &Receipt, remembered: bool) -> (Reply, bool) {
    (Reply::Answer { status: receipt.status, body: receipt.answer.clone() }, remembered)
}

fn error(why: &str) -> String {
    json!({ "error": "quirk", "message": why }).to_string()
}

fn told(quirk: Quirk, reply: &Reply, instead_of: u16) -> String {
    match reply {
        Reply::Silence => format!("{quirk} gave no answer instead of {instead_of}"),
        Reply::Hangup => format!("{quirk} closed the connection instead of answering {instead_of}"),
        Reply::Redirect => format!("{quirk} answered 302 instead of {instead_of}"),
        Reply::Answer { status, .. } => format!("{quirk} answered {status} instead of {instead_of}"),
    }
}

fn has_unknown_keys(body: &[u8], payload_keys: &BTreeSet<String>) -> bool {
    let event: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
    let payload = event.get("payload").and_then(Value::as_object);
    event.keys().any(|key| !ENVELOPE_KEYS.contains(&key.as_str()))
        || payload.is_some_and(|keys| keys.keys().any(|key| !payload_keys.contains(key)))
}
