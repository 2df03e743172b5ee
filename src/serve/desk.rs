//! An inbox that many can hand requests to at once, with its clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::inbox::{Inbox, InboxOptions, Reader, Receipt, Received};
use crate::clock::{self, Moment, RunClock};

/// An inbox, its clock, and what reads for it.
#[derive(Debug)]
pub struct Desk {
    clock: RunClock,
    reader: Arc<Reader>,
    inbox: Mutex<Inbox>,
}

impl Desk {
    /// An inbox that begins now: the clock that the options' epoch belongs to is the desk's own.
    pub fn open(options: InboxOptions) -> Self {
        let inbox = Inbox::new(InboxOptions { epoch: Some(clock::wall_clock()), ..options });
        Self { clock: RunClock::start(), reader: inbox.reader(), inbox: Mutex::new(inbox) }
    }

    /// The inbox, for as long as it takes to look something up. A handler that panicked leaves it usable: numbers are
    /// at most one request behind.
    pub fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The largest body that is taken, in bytes.
    pub fn max_body_bytes(&self) -> usize {
        self.reader.max_body_bytes()
    }

    /// The present moment of the desk's clock.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Receives a request.
    pub fn receive(&self, request: &Received<'_>) -> Receipt {
        // Hashing and parsing need no lock.
        let read = self.reader.read(self.now(), request);
        let mut inbox = self.inbox();
        // The moment is read under the lock, so that the inbox never sees time run backwards.
        inbox.settle(self.now(), read)
    }
}
