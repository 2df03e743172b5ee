//! A session outside of the ledger: how it is taken out to be kept, and put back in by a later run.

use std::sync::Arc;
use std::time::Duration;

use super::entry::{Begun, Entry, ReceivedCounts, SentCounts, State};
use super::feed::What;
use super::forwarded::Forwarded;
use super::record::{Delivered, Record, Side};
use super::{Ledger, Progress};
use crate::clock::Moment;
use crate::serve::inbox::SessionState;

/// All that is known of a session but for its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::serve) struct Kept {
    /// What is played; `None` where it only came in.
    pub begun: Option<Begun>,
    /// Whether more is to come.
    pub state: State,
    /// When it began.
    pub first: Moment,
    /// When something last happened.
    pub last: Moment,
    /// The number of its latest change.
    pub change: u64,
    /// What was sent, in numbers.
    pub sent: SentCounts,
    /// What was received, in numbers.
    pub received: Option<ReceivedCounts>,
    /// What the inbox makes of it.
    pub received_state: Option<SessionState>,
    /// Where the browser was sent at the end.
    pub callback: Option<String>,
    /// How far it has come, by what was sent.
    pub progress: Progress,
}

/// What is said of an event whose answer nobody waited for: the server was ended.
const UNANSWERED: (&str, &str) = ("server-ended", "the server was ended before there was an answer");

impl Ledger {
    /// The IDs of the sessions.
    pub(in crate::serve) fn ids(&self) -> Vec<Arc<str>> {
        self.entries.keys().cloned().collect()
    }

    /// What is to be kept of a session.
    pub(in crate::serve) fn kept(&self, id: &str) -> Option<Kept> {
        let entry = self.entries.get(id)?;
        Some(Kept {
            begun: entry.begun.clone(),
            state: entry.state,
            first: entry.first,
            last: entry.last,
            change: entry.change,
            sent: entry.sent,
            received: entry.received,
            received_state: entry.received_state,
            callback: entry.callback.clone(),
            progress: entry.progress,
        })
    }

    /// Puts sessions of an earlier run back, the one that changed last as the last. They keep their numbers, which are
    /// lower than all of this run: it is no news to anybody. What was under way when that run ended is then told to be
    /// over, which is.
    pub(in crate::serve) fn restore(
        &mut self,
        sessions: impl IntoIterator<Item = (Arc<str>, Kept, Vec<Record>, Vec<Record>)>,
    ) {
        self.feed.has_more = true;
        let mut known = 0;
        for (id, kept, sent, received) in sessions {
            let mut entry = Entry::restored(kept, sent, received, self.bounds.records);
            // No two sessions have the same number, whatever stands in a file.
            entry.change = entry.change.max(known + 1);
            known = entry.change;
            let keys = entry.sent_records.iter().chain(&entry.received_records).map(|record| record.key);
            self.next_key = keys.fold(self.next_key, |next, key| next.max(key.saturating_add(1)));
            self.remove(&id);
            self.bytes += entry.bytes();
            self.by_change.insert(entry.change, Arc::clone(&id));
            self.entries.insert(id, entry);
            self.make_room();
        }
        self.interrupt();
    }

    /// Nobody plays these any more.
    fn interrupt(&mut self) {
        for id in self.by_change.values().cloned().collect::<Vec<_>>() {
            let Some(entry) = self.entries.get_mut(&id) else { continue };
            let last = entry.last;
            let keys = |records: &[Record], is_pending: fn(&Record) -> bool| -> Vec<u64> {
                records.iter().filter(|record| is_pending(record)).map(|record| record.key).collect()
            };
            let unsettled = keys(&entry.sent_records, |record| record.delivered == Some(Delivered::Pending));
            let on_its_way =
                keys(&entry.received_records, |record| record.forwarded == Some(Forwarded::Pending));
            if entry.is_running() {
                entry.end(State::Interrupted);
                self.touch(&id, last, What::Session);
            }
            let (code, detail) = (UNANSWERED.0.to_owned(), UNANSWERED.1.to_owned());
            for key in on_its_way {
                let failed =
                    Forwarded::Failed { code: code.clone(), detail: detail.clone(), took: Duration::ZERO };
                self.change(&id, Side::Received, key, last, |record| record.forwarded = Some(failed));
            }
            for key in unsettled {
                self.change(&id, Side::Sent, key, last, |record| {
                    record.delivered = Some(Delivered::Failed);
                    record.failure = Some((code.clone(), detail.clone()));
                });
            }
        }
    }
}

impl Entry {
    fn restored(kept: Kept, mut sent: Vec<Record>, mut received: Vec<Record>, most: usize) -> Self {
        for records in [&mut sent, &mut received] {
            records.sort_by_key(|record| record.key);
            records.truncate(most);
        }
        let mut counted = Self::new(kept.first);
        for (side, records) in [(Side::Sent, &sent), (Side::Received, &received)] {
            for record in records {
                counted.count(side, record);
                counted.names.note(&record.event);
            }
        }
        // The numbers of a server that was killed can be ahead of the records that it had written. Where all records are
        // kept, they are what counts.
        let sent_counts = if sent.len() < most { counted.sent } else { kept.sent };
        let received_counts = match (kept.received, counted.received) {
            (Some(kept), Some(counted)) if received.len() < most => {
                Some(ReceivedCounts { missing: kept.missing, ..counted })
            }
            (kept, counted) => kept.or(counted),
        };
        Self {
            begun: kept.begun,
            state: kept.state,
            first: kept.first,
            last: kept.last,
            change: kept.change,
            names: counted.names,
            sent: sent_counts,
            received: received_counts,
            received_state: kept.received_state,
            callback: kept.callback,
            progress: kept.progress,
            sent_records: sent,
            received_records: received,
        }
    }
}
