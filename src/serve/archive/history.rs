//! What stood in the file, and how it comes back into the server.

use std::sync::Arc;

pub use super::session::Targets;

use super::row::Read;
use super::session::About;
use crate::clock::Epoch;
use crate::serve::hub::Hub;
use crate::serve::ledger::{MacVerdict, Record, Side};

/// A session as it stood in the file.
pub(super) struct Told {
    pub id: Arc<str>,
    pub about: About,
    pub records: Vec<Read>,
}

/// What stood in the file. It has no `Debug`: there are many bodies in it.
pub struct History {
    pub(super) sessions: Vec<Told>,
    latest: u64,
    damaged: usize,
}

impl History {
    pub(super) fn new(mut sessions: Vec<Told>, latest: u64, damaged: usize) -> Self {
        sessions.sort_by_key(|session| session.about.change);
        let latest = sessions.last().map_or(latest, |session| latest.max(session.about.change));
        Self { sessions, latest, damaged }
    }

    /// How many sessions there are.
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    /// How many rows could not be read and were passed over.
    pub const fn damaged(&self) -> usize {
        self.damaged
    }

    /// The number of the latest change.
    pub const fn latest(&self) -> u64 {
        self.latest
    }

    /// The earliest time of all: the clock of the server has to count from it, or from before it.
    pub fn earliest(&self) -> Option<Epoch> {
        let of_session = |session: &Told| {
            let records = session.records.iter().flat_map(|read| [Some(read.about.at), read.about.due]);
            records.flatten().chain([session.about.first, session.about.last]).min()
        };
        let earliest = self.sessions.iter().filter_map(of_session).min()?;
        Some(Epoch::from_unix_nanos(earliest.into()))
    }

    /// Puts the sessions back into the ledger, and into the memory of the inbox, so that what comes again is a duplicate
    /// and what is missing is missed. Gives the number of the change up to which the file has everything.
    pub fn restore(self, hub: &Hub, targets: &Targets) -> u64 {
        let epoch = hub.epoch();
        let mut sessions = Vec::with_capacity(self.sessions.len());
        for Told { id, about, records } in self.sessions {
            // Whether its target is a URL was looked at when it was read.
            let Some(kept) = about.kept(epoch, targets) else { continue };
            let (mut sent, mut received) = (Vec::new(), Vec::new());
            for read in records {
                if read.side == Side::Sent { &mut sent } else { &mut received }.push(read.record(epoch));
            }
            sessions.push((id, kept, sent, received));
        }
        recall(hub, sessions.iter().flat_map(|(.., received)| received));
        hub.write(|ledger, _| {
            let known = ledger.latest();
            ledger.restore(sessions);
            known
        })
    }
}

/// Tells the inbox again what it had accepted, in the order in which it came. Only accepted events have a MAC that is right
/// and a body that can be read.
fn recall<'a>(hub: &Hub, records: impl Iterator<Item = &'a Record>) {
    let mut records: Vec<&Record> =
        records.filter(|record| record.mac.verdict == MacVerdict::Valid).collect();
    records.sort_by_key(|record| record.key);
    // Where the wall clock was set back in between, what came before has not come later than now.
    let now = hub.now();
    let mut came = crate::clock::Moment::ZERO;
    for record in records {
        came = came.max(record.at).min(now);
        hub.desk.recall(came, &record.body);
    }
}
