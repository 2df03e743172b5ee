//! What the server's parts share: the inbox, the ledger, and the word that something changed.

use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::watch;

use super::desk::Desk;
use super::ledger::{Bounds, DetailView, Ledger, SessionView};
use crate::clock::{Epoch, Moment, RunClock};

/// The ledger with its clock, the inbox, and who waits for changes.
#[derive(Debug)]
pub struct Hub {
    /// The inbox.
    pub desk: Desk,
    clock: RunClock,
    epoch: Epoch,
    ledger: Mutex<Ledger>,
    changed: watch::Sender<u64>,
    persisting: watch::Sender<Option<Persisting>>,
}

/// The file that what happens is written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Persisting {
    /// Its path, as it was given.
    pub file: String,
    /// Why it cannot be written at present; null where it is.
    pub error: Option<String>,
}

impl Hub {
    /// A hub that begins now. `latest` is the number of the latest change of an earlier run that is known, else 0.
    pub fn new(desk: Desk, bounds: Bounds, latest: u64) -> Arc<Self> {
        /// A million changes a second would be needed to reach those of a later run.
        const A_SECOND: u64 = 1_000_000;
        let (clock, epoch) = (desk.clock(), desk.epoch());
        let seconds = u64::try_from(epoch.timestamp_at(clock.now()).0).unwrap_or(0);
        // The wall clock may have been set back since; and of a run that was killed the very last may not be known.
        let base = seconds.saturating_mul(A_SECOND).max(latest.saturating_add(A_SECOND));
        Arc::new(Self {
            desk,
            clock,
            epoch,
            ledger: Mutex::new(Ledger::new(bounds, base)),
            changed: watch::Sender::new(0),
            persisting: watch::Sender::new(None),
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

    /// The file that what happens is written to, where there is one, and who hears of changes to that.
    pub const fn persisting(&self) -> &watch::Sender<Option<Persisting>> {
        &self.persisting
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
        DetailView { session: self.dated(detail.session), ..detail }
    }
}
