//! All attempts for one event, settled.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::exchange::Exchange;
use crate::clock::Moment;
use crate::protocol::event_name::EventName;

/// What became of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The session's number in the run, from 1.
    pub session: u64,
    /// The session's ID.
    pub session_id: Arc<str>,
    /// The event's place in its session.
    pub sequence: u32,
    /// Which event it is.
    pub code: EventName,
    /// How it ended.
    pub status: Status,
    /// Whom it speaks against.
    pub blame: Blame,
    /// It is the copy that a fault made of an event, and no event of its own.
    pub copy: bool,
    /// How often it was sent.
    pub attempts: u32,
    /// It was to be sent again when the run ended, and stands as it stood.
    pub given_up: bool,
    /// The faults that were injected into it, by name.
    pub faults: Vec<String>,
    /// The exact bytes of the body.
    pub body: Bytes,
    /// The value of the MAC header, where one was sent.
    pub mac: Option<String>,
    /// When it should have gone out.
    pub intended: Moment,
    /// The last exchange; `None` where nothing was sent.
    pub exchange: Option<Exchange>,
}

impl Delivery {
    /// From the moment it should have gone out to its end, in nanoseconds: what a user of the receiver feels.
    pub fn response_nanos(&self) -> Option<u64> {
        self.exchange.as_ref().map(|exchange| exchange.moments.ended.0.saturating_sub(self.intended.0))
    }

    /// From the moment it was sent to its end, in nanoseconds: what the receiver took.
    pub fn service_nanos(&self) -> Option<u64> {
        self.exchange
            .as_ref()
            .map(|exchange| exchange.moments.ended.0.saturating_sub(exchange.moments.begun.0))
    }
}

/// How a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The receiver answered with an accepted status.
    Accepted,
    /// The receiver answered with another status.
    Refused,
    /// There was no answer.
    Failed,
    /// It was not sent, on purpose.
    Suppressed,
}

/// Whom a settled delivery speaks against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blame {
    /// Nobody: it ended as expected.
    None,
    /// The receiver, which did not accept what it should have.
    Receiver,
    /// The receiver, gravely: it accepted an event whose MAC a fault had spoiled.
    ForgedAccepted,
    /// Nobody; but the receiver met an event whose MAC a fault had spoiled with a server error, and not with a refusal.
    /// It is told, and fails nothing.
    ForgedCrash,
    /// The fault that was injected. Whatever the receiver did is right.
    Fault,
}

impl Status {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Suppressed => "suppressed",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
