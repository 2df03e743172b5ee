//! What the server's parts share: the inbox, the ledger, and the word that something changed.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::desk::Desk;
use super::ledger::{Bounds, DetailView, Ledger, SessionView};
use crate::clock::{Epoch, Moment, RunClock, wall_clock};

/// The ledger with its clock, the inbox, and who waits for changes.
#[derive(Debug)]
pub struct Hub {
    /// The inbox.
    pub desk: Desk,
    clock: RunClock,
    epoch: Epoch,
    ledger: Mutex<Ledger>,
    changed: watch::Sender<u64>,
}

impl Hub {
    /// A hub that begins now.
    pub fn new(desk: Desk, bounds: Bounds) -> Arc<Self> {
        let epoch = wall_clock();
        // A million changes a second would be needed to reach those of a later run.
        let base = u64::try_from(epoch.timestamp_at(Moment::ZERO).0).unwrap_or(0).saturating_mul(1_000_000);
        Arc::new(Self {
            desk,
            clock: RunClock::start(),
            epoch,
            ledger: Mutex::new(Ledger::new(bounds, base)),
            changed: watch::Sender::new(0),
        })
    }

    /// The clock of the server.
    pub const fn clock(&self) -> RunClock {
        self.clock
    }

    /// The wall clock at [`Moment::ZERO`] of the server's clock.
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The present moment of the server's clock.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Looks into the ledger.
    pub fn look<T>(&self, look: impl FnOnce(&Ledger) -> T) -> T {
        // A writer that panicked leaves numbers that are one change behind.
        look(&self.ledger.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes into the ledger, and wakes whoever waits for changes.
    pub fn write<T>(&self, write: impl FnOnce(&mut Ledger, Moment) -> T) -> T {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let written = write(&mut ledger, self.clock.now());
        let latest = ledger.latest();
        drop(ledger);
        self.changed.send_if_modified(|known| std::mem::replace(known, latest.max(*known)) < latest);
        written
    }

    /// Hears of changes: the number of the latest.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// The same session, with its times as a wall clock shows them.
    pub fn dated(&self, mut session: SessionView) -> SessionView {
        session.started_at = self.epoch.after(session.first).to_whole_millis().to_rfc3339();
        session.last_at = self.epoch.after(session.last).to_whole_millis().to_rfc3339();
        session
    }

    /// The same for a session with its events.
    pub fn dated_detail(&self, detail: DetailView) -> DetailView {
        DetailView { session: self.dated(detail.session), events: detail.events }
    }
}
