//! What the receiver with quirks knows of what came before: bounded, and lost when it ends.

use std::collections::{HashMap, VecDeque};
use std::hash::Hasher as _;

use crate::protocol::code::Code;
use crate::protocol::envelope::Envelope;

/// So many sessions are known, the one that began the longest ago makes room.
const MOST_SESSIONS: usize = 2_000;
/// So many events of a session are known, the latest ones.
const MOST_EVENTS: usize = 1_000;

/// What came before.
#[derive(Debug, Default)]
pub struct Memory {
    /// How many requests came.
    pub(super) requests: u64,
    /// How many events were taken.
    pub(super) taken: u64,
    /// It has crashed, and nobody has started it again.
    pub(super) dead: bool,
    /// The session that is open, by its digest.
    open: Option<u64>,
    /// By a digest of their ID: anybody can make up long ones.
    sessions: HashMap<u64, Session>,
    begun: VecDeque<u64>,
}

/// A session of which events were taken.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) highest: Option<u64>,
    pub(super) unloaded: bool,
    /// Digests of the bodies.
    events: VecDeque<u64>,
}

impl Session {
    pub(super) fn knows(&self, body: &[u8]) -> bool {
        self.events.contains(&digest(body))
    }
}

impl Memory {
    /// Forgets the sessions. What has crashed stays so.
    pub fn forget(&mut self) {
        self.open = None;
        self.sessions.clear();
        self.begun.clear();
    }

    pub(super) fn session(&self, id: &str) -> Option<&Session> {
        self.sessions.get(&digest(id.as_bytes()))
    }

    /// True where another session than this one is open.
    pub(super) fn is_busy(&self, id: &str) -> bool {
        self.open.is_some_and(|open| open != digest(id.as_bytes()))
    }

    /// An event was taken.
    pub(super) fn take(&mut self, event: &Envelope, body: &[u8]) {
        self.taken += 1;
        let id = digest(event.session_id.as_bytes());
        if !self.sessions.contains_key(&id) {
            if self.begun.len() >= MOST_SESSIONS
                && let Some(oldest) = self.begun.pop_front()
            {
                self.sessions.remove(&oldest);
            }
            self.begun.push_back(id);
        }
        let session = self.sessions.entry(id).or_default();
        let unloaded = event.code() == Some(Code::PageUnloaded);
        // An event that overtook PAGE_UNLOADED, or comes late, does not open the session again.
        let opens = !unloaded && !session.unloaded;
        session.highest = session.highest.max(Some(event.sequence));
        session.unloaded |= unloaded;
        let event = digest(body);
        if !session.events.contains(&event) {
            if session.events.len() >= MOST_EVENTS {
                session.events.pop_front();
            }
            session.events.push_back(event);
        }
        if opens {
            self.open.get_or_insert(id);
        } else if self.open == Some(id) {
            self.open = None;
        }
    }

    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize, usize) {
        let most = self.sessions.values().map(|session| session.events.len()).max();
        (self.sessions.len(), self.begun.len(), most.unwrap_or(0))
    }
}

fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}
