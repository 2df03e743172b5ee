//! One thing to send: an event with its body and MAC, and what faults did to it.

use bytes::Bytes;
use smallvec::SmallVec;

use super::fault::{Expectation, FaultKind};
use crate::clock::Moment;
use crate::protocol::event_name::EventName;
use crate::protocol::mac::MacValue;

/// The faults of one event; nearly always none.
pub type Faults = SmallVec<[FaultKind; 1]>;

/// An event of a session, ready to be sent.
#[derive(Clone, Debug)]
pub struct Item {
    /// When it is to be sent, at the scenario's own pace, since the session's begin.
    pub due: Moment,
    /// The event's place in its session.
    pub sequence: u32,
    /// Which event it is.
    pub code: EventName,
    /// The body: what is sent, and, unless a fault has it otherwise, what is signed.
    pub body: Bytes,
    /// The MAC header.
    pub mac: MacText,
    /// What was done to it.
    pub faults: Faults,
    /// What the receiver should answer.
    pub expectation: Expectation,
    /// A fault struck the session before it, so that a receiver that insists on order may refuse it.
    pub shadow: bool,
    /// It is not sent.
    pub dropped: bool,
    /// It was sent before: a fault sends it again.
    pub copy: bool,
}

/// The MAC header of an event.
#[derive(Clone, Debug)]
pub enum MacText {
    /// As it should be.
    Signed(MacValue),
    /// As a fault has it; `None` leaves the header out.
    Spoiled(Option<Box<str>>),
}

impl MacText {
    /// The header's value; `None` where there is no header.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Signed(value) => Some(value.as_str()),
            Self::Spoiled(text) => text.as_deref(),
        }
    }
}
