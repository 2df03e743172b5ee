//! The capture: what the inbox receives, written down as it comes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::clock::{Epoch, Moment};
use crate::outcome::journal::received::{Judged, capture_line, received_line};
use crate::serve::ledger::Forwarded;

/// Takes a line, with its end.
pub type Sink = Box<dyn FnMut(&[u8]) + Send>;

/// A capture that is being written: a line for each request, and one for what its target made of it.
pub(super) struct Journal {
    sink: Mutex<Sink>,
    number: AtomicU64,
    begun: Moment,
}

impl Journal {
    /// A capture that begins now. It counts from now too: a server with a history counts from before.
    pub(super) fn begin(sink: Sink, epoch: Epoch, now: Moment) -> Self {
        let journal = Self { sink: Mutex::new(sink), number: AtomicU64::new(0), begun: now };
        journal.write(&capture_line(epoch.after(now)));
        journal
    }

    /// Writes the line of a request; gives the number by which a further line names it.
    pub(super) fn received(
        &self,
        came: Moment,
        headers: &[(String, String)],
        body: &[u8],
        status: u16,
    ) -> u64 {
        let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
        let at = Moment(came.0.saturating_sub(self.begun.0));
        self.write(&received_line(at, headers, body, Some(Judged { number, status })));
        number
    }

    /// Writes what the target made of a request.
    pub(super) fn forwarded(&self, number: u64, forwarded: &Forwarded) {
        self.write(&forwarded.line(number));
    }

    fn write(&self, line: &Value) {
        // What takes time is done before anybody has to wait for it.
        let mut text = line.to_string();
        text.push('\n');
        (self.sink.lock().unwrap_or_else(PoisonError::into_inner))(text.as_bytes());
    }
}
