//! An inbox that many can hand requests to at once, with its clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::inbox::{Inbox, InboxOptions, Reader, Receipt, Received};
#[cfg(feature = "serve")]
use super::intake::Intake;
use crate::clock::{Epoch, Moment, RunClock, wall_clock};

/// An inbox, its clock, and what reads for it.
#[derive(Debug)]
pub struct Desk {
    clock: RunClock,
    /// The wall clock at the zero of the desk's.
    epoch: Epoch,
    reader: Arc<Reader>,
    inbox: Mutex<Inbox>,
    #[cfg(feature = "serve")]
    intake: Intake,
}

impl Desk {
    /// An inbox that begins now: the clock that the options' epoch belongs to is the desk's own.
    pub fn open(options: InboxOptions) -> Self {
        Self::open_since(options, None)
    }

    /// The same for an inbox that is told what came before: its clock counts from `earliest`, so that all of it has a
    /// moment. Where the wall clock was set back, and `earliest` is still to come, it counts from now.
    pub fn open_since(options: InboxOptions, earliest: Option<Epoch>) -> Self {
        let now = wall_clock();
        let epoch = earliest.map_or(now, |earliest| earliest.min(now));
        let inbox = Inbox::new(InboxOptions { epoch: Some(epoch), ..options });
        let clock = RunClock::start_at(epoch.until(now));
        Self {
            clock,
            epoch,
            reader: inbox.reader(),
            inbox: Mutex::new(inbox),
            #[cfg(feature = "serve")]
            intake: Intake::default(),
        }
    }

    /// What reads bodies, and how much of them at once.
    #[cfg(feature = "serve")]
    pub(super) const fn intake(&self) -> &Intake {
        &self.intake
    }

    /// The desk's clock.
    pub const fn clock(&self) -> RunClock {
        self.clock
    }

    /// What a wall clock showed at the zero of the desk's.
    pub const fn epoch(&self) -> Epoch {
        self.epoch
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

    /// Takes an accepted event of an earlier run back into the inbox's memory, as one that came at a moment.
    #[cfg(feature = "persist")]
    pub(super) fn recall(&self, came: Moment, body: &[u8]) {
        if let Some(event) = self.reader.recall(body) {
            self.inbox().recall(came, event);
        }
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
