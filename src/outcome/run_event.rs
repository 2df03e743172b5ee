//! The one closed list of things that happen in a run. Whoever does something makes one; whoever tells something folds
//! them. Nothing else passes between the two.

use std::sync::Arc;

use bytes::Bytes;

use super::delivery::Delivery;
use super::probe::{NotAsked, Probe};
use crate::clock::Moment;
use crate::protocol::conclusion::Outcome;
use crate::protocol::event_name::EventName;

/// Something that happened in a run.
#[derive(Clone, Debug, PartialEq)]
pub enum RunEvent {
    /// A session began.
    SessionBegan {
        /// When.
        at: Moment,
        /// Which.
        session: SessionInfo,
    },
    /// An event was handed to the transport.
    Dispatched {
        /// When.
        at: Moment,
        /// The session's number.
        session: u64,
        /// The session's ID.
        session_id: Arc<str>,
        /// The event's place in its session.
        sequence: u32,
        /// Which event.
        code: EventName,
        /// How often it has been sent, this time included.
        attempt: u32,
        /// The body: of an event that is slow to be answered, people want to see what it was.
        body: Bytes,
    },
    /// The user of a session's page did something that becomes events: an input that no seed gives.
    Acted {
        /// When.
        at: Moment,
        /// The session's number.
        session: u64,
        /// The session's ID.
        session_id: Arc<str>,
        /// What: `hide`, `show`, `cancel` or `close`.
        act: &'static str,
    },
    /// An event was not accepted and will be sent again.
    Retrying {
        /// When it was known.
        at: Moment,
        /// The session's number.
        session: u64,
        /// The session's ID.
        session_id: Arc<str>,
        /// The event's place in its session.
        sequence: u32,
        /// Which event.
        code: EventName,
        /// How often it has been sent.
        attempt: u32,
        /// When it will be sent again.
        again: Moment,
        /// The status or failure code that it met with.
        why: String,
    },
    /// An event was settled.
    Settled(Box<Delivery>),
    /// All events of a session are settled.
    SessionEnded {
        /// When.
        at: Moment,
        /// The session's number.
        session: u64,
        /// The session's ID.
        session_id: Arc<str>,
        /// It was ended early: some of it was not sent because its endpoint gave no answer or wanted nothing any more.
        cut: bool,
    },
    /// The receiver's own system was asked after a session that had ended.
    Probed {
        /// When it was known.
        at: Moment,
        /// Which, and what it should show.
        session: SessionInfo,
        /// What it shows.
        probe: Box<Probe>,
    },
    /// The receiver's own system was to be asked after a session that has ended, and was not.
    NotAsked {
        /// When it was known.
        at: Moment,
        /// Which.
        session: SessionInfo,
        /// Why.
        why: NotAsked,
    },
    /// A session could not be announced to the receiver and was not played.
    SessionNotPlayed {
        /// When.
        at: Moment,
        /// The session's number.
        session: u64,
        /// The session's ID.
        session_id: Arc<str>,
        /// Why.
        why: String,
    },
    /// The user wants the run to end; what is under way is still settled.
    Interrupted {
        /// When.
        at: Moment,
    },
}

/// What is known of a session when it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionInfo {
    /// Its number in the run, from 1.
    pub number: u64,
    /// Its ID.
    pub id: Arc<str>,
    /// The scenario's name.
    pub scenario: Arc<str>,
    /// What a receiver should conclude.
    pub outcome: Outcome,
}
