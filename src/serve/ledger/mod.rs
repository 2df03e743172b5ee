//! What was sent and what was received, session by session, for those who look at it: bounded, and with a number for
//! each change, so that whoever lost the connection can ask for what came since.
//!
//! It does no I/O and reads no clock.

mod entry;
mod feed;
mod forwarded;
mod journal;
#[cfg(feature = "persist")]
mod kept;
mod record;
mod search;
mod view;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub use entry::{Begun, State};
#[cfg(feature = "persist")]
pub(in crate::serve) use entry::{ReceivedCounts, SentCounts};
pub use feed::{Change, News, What};
pub use forwarded::Forwarded;
pub use journal::journal;
#[cfg(feature = "persist")]
pub(in crate::serve) use kept::Kept;
pub use record::{Delivered, Mac, MacVerdict, Page, Record, Remark, Side};
pub use view::{
    DetailView, FailureView, ForwardedView, MacView, ReceivedView, RecordView, RemarkView, SentView,
    SessionView,
};

use crate::clock::Moment;
#[cfg(feature = "persist")]
use crate::serve::inbox::Progress;
use crate::serve::inbox::SessionState;
use crate::transport::target::Target;
use entry::Entry;
use feed::Feed;

/// The bounds of a ledger.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How many sessions are kept. The one that changed the longest ago makes room, but for those that run.
    pub sessions: usize,
    /// How many records a session keeps on either side: its first ones.
    pub records: usize,
    /// How many bytes of bodies and answers are kept in all.
    pub bytes: usize,
    /// How many changes are remembered for those who lost the connection.
    pub changes: usize,
}

impl Bounds {
    /// How many sessions are kept where nothing else is said.
    pub const SESSIONS: usize = 5_000;
}

impl Default for Bounds {
    fn default() -> Self {
        Self { sessions: Self::SESSIONS, records: 2_000, bytes: 256 << 20, changes: 65_536 }
    }
}

/// The sessions and their changes.
#[derive(Debug)]
pub struct Ledger {
    bounds: Bounds,
    entries: HashMap<Arc<str>, Entry>,
    /// The sessions by their latest change.
    by_change: BTreeMap<u64, Arc<str>>,
    feed: Feed,
    /// The number of the record that comes next.
    next_key: u64,
    bytes: usize,
}

impl Ledger {
    /// An empty ledger, whose changes are numbered from `base` on: no number of an earlier run is then one of this.
    pub fn new(bounds: Bounds, base: u64) -> Self {
        Self {
            bounds,
            entries: HashMap::new(),
            by_change: BTreeMap::new(),
            feed: Feed::new(bounds.changes, base),
            next_key: 1,
            bytes: 0,
        }
    }

    /// The number of the latest change.
    pub fn latest(&self) -> u64 {
        self.feed.latest()
    }

    /// How many sessions are kept.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A session is being played.
    pub fn began(&mut self, id: &Arc<str>, now: Moment, begun: Begun) {
        self.entry(id, now).begin(begun, now);
        self.touch(id, now, What::Session);
    }

    /// An event was sent, or is being sent; gives its key.
    pub fn add(&mut self, id: &Arc<str>, side: Side, record: Record, now: Moment) -> u64 {
        let key = self.next_key;
        self.next_key += 1;
        let most = self.bounds.records;
        let bytes = record.bytes();
        let entry = self.entry(id, now);
        if entry.add(side, Record { key, ..record }, most, now) {
            self.bytes += bytes;
            self.touch(id, now, What::Record(side, key));
        } else {
            self.touch(id, now, What::Session);
        }
        self.make_room();
        key
    }

    /// Changes a record that was added. One that is gone is passed over.
    pub fn change(
        &mut self,
        id: &Arc<str>,
        side: Side,
        key: u64,
        now: Moment,
        change: impl FnOnce(&mut Record),
    ) {
        let Some(entry) = self.entries.get_mut(id) else { return };
        let Some((before, after)) = entry.change(side, key, change) else { return };
        self.bytes = (self.bytes + after).saturating_sub(before);
        self.touch(id, now, What::Record(side, key));
        self.make_room();
    }

    /// What the inbox makes of a session.
    pub fn received_state(&mut self, id: &Arc<str>, state: SessionState, missing: u64, now: Moment) {
        if let Some(entry) = self.entries.get_mut(id)
            && entry.received_state(state, missing)
        {
            self.touch(id, now, What::Session);
        }
    }

    /// A session that was played is over.
    pub fn ended(&mut self, id: &Arc<str>, state: State, now: Moment) {
        if let Some(entry) = self.entries.get_mut(id) {
            entry.end(state);
            self.touch(id, now, What::Session);
        }
    }

    /// Where the browser is sent at the end of a session.
    pub fn called_back(&mut self, id: &Arc<str>, url: String, now: Moment) {
        if let Some(entry) = self.entries.get_mut(id) {
            entry.callback = Some(url);
            self.touch(id, now, What::Session);
        }
    }

    /// Forgets every session that is not being played.
    pub fn forget(&mut self) {
        let gone: Vec<Arc<str>> = self
            .entries
            .iter()
            .filter(|(_, entry)| !entry.is_running())
            .map(|(id, _)| Arc::clone(id))
            .collect();
        for id in &gone {
            self.remove(id);
        }
        if !gone.is_empty() {
            self.feed.removed(gone);
        }
    }

    /// What a session looks like.
    pub fn session(&self, id: &str) -> Option<SessionView> {
        self.entries.get(id).map(|entry| view::session(id, entry))
    }

    /// True where there is something of a session on a side.
    pub fn has(&self, id: &str, side: Side) -> bool {
        self.on(id, side).is_some()
    }

    /// True where a session has something on a side, and no more is expected there.
    pub fn is_over(&self, id: &str, side: Side) -> bool {
        self.on(id, side).is_some_and(|entry| entry.is_over(side))
    }

    /// How many events of a session are settled on a side: what was sent was answered, or never will be. `None` where
    /// there is nothing on that side.
    pub fn settled(&self, id: &str, side: Side) -> Option<u64> {
        self.on(id, side).map(|entry| entry.settled(side))
    }

    /// A session and events of one side; `None` where there is nothing on that side.
    pub fn detail(&self, id: &str, side: Side, page: Page) -> Option<DetailView> {
        self.on(id, side).map(|entry| view::detail(id, entry, side, page))
    }

    /// Where a session's events go; `None` where none were sent.
    pub fn target(&self, id: &str) -> Option<Target> {
        Some(self.begun(id)?.target.clone())
    }

    /// What is known of a session that was played.
    pub fn begun(&self, id: &str) -> Option<&Begun> {
        self.entries.get(id)?.begun.as_ref()
    }

    /// One record.
    pub fn record(&self, id: &str, key: u64) -> Option<&Record> {
        let entry = self.entries.get(id)?;
        // A key is on one side only.
        entry.record(Side::Sent, key).or_else(|| entry.record(Side::Received, key))
    }

    /// A session's records on one side, in the order in which they came.
    pub fn records(&self, id: &str, side: Side) -> &[Record] {
        self.entries.get(id).map_or(&[], |entry| entry.records(side))
    }

    /// The sessions that changed last, the newest first: those that are in a state, if it is given, and have a text in
    /// their ID, scenario, title or the name of an event, in whatever case.
    pub fn search(&self, text: &str, state: Option<State>) -> impl Iterator<Item = SessionView> {
        let wanted = text.to_lowercase();
        self.by_change.values().rev().filter_map(move |id| {
            let entry = self.entries.get(id)?;
            let fits = state.is_none_or(|state| state == entry.shown_state())
                && search::has_text(id, entry, &wanted);
            fits.then(|| view::session(id, entry))
        })
    }

    /// What changed after a change that is known, at most `most` of it.
    pub fn since(&self, known: u64, most: usize) -> News<'_> {
        self.feed.since(known, most)
    }

    /// The record that a change is about, as it looks now. `None` where it is about the session alone, or was overtaken: the
    /// session is gone.
    pub fn look(&self, change: &Change) -> Option<(Side, RecordView)> {
        let What::Record(side, key) = change.what else { return None };
        let entry = self.entries.get(&*change.session)?;
        Some((side, view::record(entry, entry.record(side, key)?)))
    }

    fn on(&self, id: &str, side: Side) -> Option<&Entry> {
        self.entries.get(id).filter(|entry| entry.has(side))
    }

    fn entry(&mut self, id: &Arc<str>, now: Moment) -> &mut Entry {
        self.entries.entry(Arc::clone(id)).or_insert_with(|| Entry::new(now))
    }

    fn touch(&mut self, id: &Arc<str>, now: Moment, what: What) {
        let Some(entry) = self.entries.get_mut(id) else { return };
        let number = self.feed.push(Arc::clone(id), what);
        if let Some(record) = entry.touched(what) {
            record.id = number;
        }
        self.by_change.remove(&entry.change);
        entry.change = number;
        entry.last = now;
        self.by_change.insert(number, Arc::clone(id));
    }

    /// Lets the oldest sessions go until the bounds are kept. Those that run stay: their number is bounded elsewhere.
    fn make_room(&mut self) {
        let mut gone = Vec::new();
        while self.entries.len() > self.bounds.sessions || self.bytes > self.bounds.bytes {
            let oldest = self
                .by_change
                .values()
                .find(|id| self.entries.get(*id).is_some_and(|entry| !entry.is_running()));
            let Some(oldest) = oldest.cloned() else { break };
            // The session at hand is the newest: alone it can be larger than the bound by one body.
            if self.by_change.len() == 1 {
                break;
            }
            self.remove(&oldest);
            gone.push(oldest);
        }
        if !gone.is_empty() {
            self.feed.removed(gone);
        }
    }

    fn remove(&mut self, id: &Arc<str>) {
        if let Some(entry) = self.entries.remove(id) {
            self.by_change.remove(&entry.change);
            self.bytes = self.bytes.saturating_sub(entry.bytes());
        }
    }
}

#[cfg(test)]
mod tests;
