//! Hears recorded requests the way an inbox receives them, and keeps each session's events in their order.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::request::Request;
use crate::clock::Epoch;
use crate::outcome::audit::Place;
use crate::protocol::code::Code;
use crate::protocol::dialect::{Dialect, MacInput};
use crate::protocol::mac::{Secret, Signer};
use crate::serve::inbox::{Finding, Inbox, InboxOptions, Received};

/// The longest unknown event code that is repeated, in characters.
const EVENT: usize = 40;

/// One event of a session.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it stands.
    pub place: Place,
    /// Which load of the page it belongs to, from 0.
    pub load: u32,
    /// Its place.
    pub sequence: u64,
    /// The event, where it is a known one.
    pub code: Option<Code>,
    /// Its timestamp.
    pub timestamp: i64,
    /// How many seconds of the session pass in one second of stamps.
    pub pace: Option<f64>,
    /// What an `INTERMEDIATE_RESULTS` says.
    pub reading: Reading,
    /// It follows the step before it: nothing is missing between the two.
    pub follows: bool,
}

/// What an `INTERMEDIATE_RESULTS` says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// `snr`
    pub snr: Option<f64>,
    /// `sequence`
    pub number: Option<i64>,
}

/// An event that was heard for the first time.
#[derive(Debug)]
pub struct Heeded {
    /// Where it stands.
    pub place: Place,
    /// The event, where it is a known one.
    pub code: Option<Code>,
    /// The body.
    pub envelope: Map<String, Value>,
    /// It is the first of its session.
    pub opens: bool,
}

/// What came of hearing a request.
#[derive(Debug)]
pub struct Heard {
    /// What the inbox found.
    pub findings: Vec<Finding>,
    /// Where the request stands.
    pub place: Place,
    /// The event, where it is one that was not heard before.
    pub event: Option<Heeded>,
    /// It is an event.
    pub is_event: bool,
}

/// Hears requests.
#[derive(Debug)]
pub struct Listener {
    inbox: Inbox,
    /// The inbox judges bodies and order only. MACs are judged beside it, so that a wrong one hides nothing else.
    signer: Signer,
    sessions: BTreeMap<Arc<str>, BTreeMap<(u32, u64), Step>>,
}

impl Listener {
    /// Hears with the ears of a dialect. With the wall clock of the first moment, it knows what lies in the future.
    pub fn new(dialect: &Dialect, epoch: Option<Epoch>) -> Self {
        let signer = Signer::new(&Secret::new("audit"), MacInput::Bytes);
        let mut options = InboxOptions::new(vec![signer.clone()], dialect.clone());
        // A journal is of bounded size, and so nothing of it has to be forgotten.
        options.max_sessions = usize::MAX;
        options.max_events_per_session = 10_000;
        options.max_session_id_bytes = usize::MAX;
        options.max_body_bytes = usize::MAX;
        options.epoch = epoch;
        Self { inbox: Inbox::new(options), signer, sessions: BTreeMap::new() }
    }

    /// Hears a request.
    pub fn hear(&mut self, request: &Request) -> Heard {
        let mac = self.signer.sign(&request.body);
        let receipt = self.inbox.receive(
            request.at,
            &Received {
                mac_headers: &[mac.as_str().as_bytes()],
                content_type: request.content_type.text().map(str::as_bytes),
                body: &request.body,
            },
        );
        let mut heard = Heard {
            findings: receipt.findings,
            place: Place { line: request.line, ..Place::default() },
            event: None,
            is_event: receipt.event.is_some(),
        };
        let envelope = serde_json::from_slice(&request.body);
        let (Some(event), Ok(Value::Object(envelope))) = (receipt.event, envelope) else { return heard };
        heard.place.session_id = Some(Arc::clone(&event.session_id));
        heard.place.sequence = Some(event.sequence);
        heard.place.event = Some(name(event.code, &envelope));
        let repeated = heard.findings.iter().any(|finding| {
            matches!(finding, Finding::Duplicate { .. } | Finding::Conflict { .. } | Finding::TooOld { .. })
        });
        if repeated {
            return heard;
        }
        let session = self.sessions.entry(event.session_id).or_default();
        let opens = session.is_empty();
        let step = Step {
            place: heard.place.clone(),
            load: event.load,
            sequence: event.sequence,
            code: event.code,
            timestamp: envelope.get("timestamp").and_then(Value::as_i64).unwrap_or_default(),
            pace: request.pace,
            reading: reading(event.code, &envelope),
            follows: false,
        };
        session.entry((event.load, event.sequence)).or_insert(step);
        heard.event = Some(Heeded { place: heard.place.clone(), code: event.code, envelope, opens });
        heard
    }

    /// How many sessions were heard.
    pub fn sessions(&self) -> u64 {
        self.sessions.len() as u64
    }

    /// Where a session's event stands. Of several loads of the page, the last.
    pub fn place(&self, session_id: &str, sequence: u64) -> Option<&Place> {
        let steps = self.sessions.get(session_id)?;
        steps.iter().rev().find(|((_, at), _)| *at == sequence).map(|(_, step)| &step.place)
    }

    /// What the inbox still waited for, session by session.
    pub fn finish(&mut self) -> Vec<(Arc<str>, Vec<Finding>)> {
        self.inbox.finish()
    }

    /// The sessions, each with its steps in their order.
    pub fn courses(&mut self) -> impl Iterator<Item = Vec<Step>> {
        std::mem::take(&mut self.sessions).into_values().map(|steps| {
            let mut before: Option<(u32, u64)> = None;
            steps
                .into_iter()
                .map(|(at, step)| {
                    let next = match before {
                        Some((load, sequence)) if load == at.0 => sequence.checked_add(1) == Some(at.1),
                        _ => at.1 == 0,
                    };
                    before = Some(at);
                    Step { follows: next, ..step }
                })
                .collect()
        })
    }
}

fn name(code: Option<Code>, envelope: &Map<String, Value>) -> Cow<'static, str> {
    code.map_or_else(
        || {
            let text = envelope.get("event").and_then(Value::as_str).unwrap_or_default();
            text.chars().take(EVENT).collect::<String>().into()
        },
        |code| code.as_str().into(),
    )
}

fn reading(code: Option<Code>, envelope: &Map<String, Value>) -> Reading {
    let payload = envelope.get("payload").filter(|_| code == Some(Code::IntermediateResults));
    let Some(payload) = payload else { return Reading::default() };
    Reading {
        snr: payload.get("snr").and_then(Value::as_f64),
        number: payload.get("sequence").and_then(Value::as_i64),
    }
}
