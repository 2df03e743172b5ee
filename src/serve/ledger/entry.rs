//! One session of the ledger.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::feed::What;
use super::record::{Delivered, MacVerdict, Page, Record, Side};
use super::search::Names;
use crate::clock::Moment;
use crate::protocol::code::Code;
use crate::protocol::conclusion::Outcome;
use crate::serve::inbox::{Progress, SessionState};
use crate::transport::target::Target;

/// A page has at most so many bytes of bodies, answers and headers: it is copied while nobody else can use the ledger.
pub(super) const PAGE_BYTES: usize = 16 << 20;

/// Whether more is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// More is to come.
    Running,
    /// It went to its end.
    Ended,
    /// It was stopped.
    Interrupted,
}

/// What is known of a session that is played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The scenario's name.
    pub scenario: Arc<str>,
    /// Its title.
    pub title: Arc<str>,
    /// The Config ID that it was started for.
    pub config: Option<Arc<str>>,
    /// What a receiver should conclude.
    pub expected: Outcome,
    /// What its user does becomes events.
    pub interactive: bool,
    /// How fast it is played.
    pub pace: String,
    /// Where to. Shown without its credentials.
    pub target: Target,
    /// Nothing can be sent there any more: the session comes from an earlier run of the server, and the credentials of
    /// its target were not kept.
    pub lacks_credentials: bool,
    /// The seed that gives it again.
    pub seed: u64,
}

/// Numbers of what was received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::serve) struct ReceivedCounts {
    pub events: u64,
    pub refused: u64,
    pub duplicates: u64,
    pub missing: u64,
    pub findings: u64,
    pub macs_wrong: u64,
}

/// Numbers of what was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::serve) struct SentCounts {
    pub events: u64,
    pub accepted: u64,
    pub refused: u64,
    pub failed: u64,
    pub suppressed: u64,
}

/// A session.
#[derive(Debug)]
pub(super) struct Entry {
    pub begun: Option<Begun>,
    pub state: State,
    pub first: Moment,
    pub last: Moment,
    /// The number of its latest change.
    pub change: u64,
    pub sent: SentCounts,
    pub received: Option<ReceivedCounts>,
    pub received_state: Option<SessionState>,
    pub callback: Option<String>,
    /// Those of the events that are kept, on both sides.
    pub names: Names,
    pub progress: Progress,
    pub sent_records: Vec<Record>,
    pub received_records: Vec<Record>,
}

impl Entry {
    pub fn new(now: Moment) -> Self {
        Self {
            begun: None,
            state: State::Ended,
            first: now,
            last: now,
            change: 0,
            sent: SentCounts::default(),
            received: None,
            received_state: None,
            callback: None,
            names: Names::default(),
            progress: Progress::default(),
            sent_records: Vec::new(),
            received_records: Vec::new(),
        }
    }

    pub fn begin(&mut self, begun: Begun, now: Moment) {
        if self.begun.is_none() && self.received.is_none() {
            self.first = now;
        }
        self.begun = Some(begun);
        self.state = State::Running;
        self.callback = None;
        self.progress = Progress::default();
    }

    pub const fn is_running(&self) -> bool {
        matches!(self.state, State::Running)
    }

    pub fn end(&mut self, state: State) {
        self.state = state;
    }

    /// What the session came to, as far as it can be told.
    pub fn outcome(&self) -> Option<Outcome> {
        if self.begun.is_some() {
            return self.progress.state(!self.is_running()).outcome();
        }
        self.received_state?.outcome()
    }

    /// Whether more is to come: of a session that is not ours the inbox can tell.
    pub fn shown_state(&self) -> State {
        match (&self.begun, self.received_state) {
            (None, Some(SessionState::Running)) => State::Running,
            _ => self.state,
        }
    }

    /// Adds a record. False where the session has as many as are kept, and it is only counted.
    pub fn add(&mut self, side: Side, record: Record, most: usize, now: Moment) -> bool {
        if self.sent.events == 0 && self.received.is_none() && self.begun.is_none() {
            // What came in is entered a moment after it came.
            self.first = record.at.min(now);
        }
        self.count(side, &record);
        self.note(side, &record.event, record.delivered);
        let room = self.records(side).len() < most;
        if room {
            self.names.note(&record.event);
            self.records_mut(side).push(record);
        }
        room
    }

    /// Changes a record; gives how many bytes it had and has.
    pub fn change(
        &mut self,
        side: Side,
        key: u64,
        change: impl FnOnce(&mut Record),
    ) -> Option<(usize, usize)> {
        let records = self.records_mut(side);
        let place = records.binary_search_by_key(&key, |record| record.key).ok()?;
        let record = &mut records[place];
        let (bytes, before) = (record.bytes(), record.delivered);
        change(record);
        let (event, after, bytes_after) = (Arc::clone(&record.event), record.delivered, record.bytes());
        self.count_delivered(before, after);
        self.note(side, &event, after);
        Some((bytes, bytes_after))
    }

    /// The record that a change is about.
    pub fn touched(&mut self, what: What) -> Option<&mut Record> {
        let What::Record(side, key) = what else { return None };
        let records = self.records_mut(side);
        let place = records.binary_search_by_key(&key, |record| record.key).ok()?;
        records.get_mut(place)
    }

    pub fn record(&self, side: Side, key: u64) -> Option<&Record> {
        let records = self.records(side);
        records.binary_search_by_key(&key, |record| record.key).ok().map(|place| &records[place])
    }

    pub fn records(&self, side: Side) -> &[Record] {
        match side {
            Side::Sent => &self.sent_records,
            Side::Received => &self.received_records,
        }
    }

    /// The records of a page, in their order, and whether there are more behind it.
    pub fn page(&self, side: Side, page: Page) -> (&[Record], bool) {
        let records = self.records(side);
        let first = page.after.map_or(0, |after| records.partition_point(|record| record.key <= after));
        let rest = &records[first..];
        let mut bytes = 0_usize;
        let fits = |record: &&Record| {
            bytes = bytes.saturating_add(record.bytes());
            bytes <= PAGE_BYTES
        };
        // One is given in any case, or nobody would ever come to what is behind it.
        let count = rest.iter().take_while(fits).count().max(1).min(rest.len());
        let count = page.limit.map_or(count, |limit| count.min(limit));
        (&rest[..count], count < rest.len())
    }

    /// True where no more is expected on a side.
    pub fn is_over(&self, side: Side) -> bool {
        // What only came in ends for the inbox, which may think that more is to come.
        self.shown_state() != State::Running && (side == Side::Sent || self.outcome().is_some())
    }

    /// How many of the events of a side are settled: what was sent was answered, or never will be. Asked at every change by
    /// everyone who waits, so nothing is counted here.
    pub fn settled(&self, side: Side) -> u64 {
        let SentCounts { accepted, refused, failed, suppressed, .. } = self.sent;
        match side {
            Side::Sent => accepted + refused + failed + suppressed,
            Side::Received => self.received.map_or(0, |received| received.events),
        }
    }

    /// True where there is something on a side.
    pub fn has(&self, side: Side) -> bool {
        match side {
            Side::Sent => self.begun.is_some() || self.sent.events > 0,
            Side::Received => self.received.is_some(),
        }
    }

    pub fn bytes(&self) -> usize {
        self.sent_records.iter().chain(&self.received_records).map(Record::bytes).sum()
    }

    /// Takes note of what the inbox makes of the session. False where that is nothing new.
    pub fn received_state(&mut self, state: SessionState, missing: u64) -> bool {
        let counts = self.received.get_or_insert_default();
        let new = counts.missing != missing || self.received_state != Some(state);
        counts.missing = missing;
        self.received_state = Some(state);
        new
    }

    /// Counts a record among those of its side.
    pub fn count(&mut self, side: Side, record: &Record) {
        match side {
            Side::Sent => self.sent.events += 1,
            Side::Received => self.count_received(record),
        }
        self.count_delivered(None, record.delivered);
    }

    fn records_mut(&mut self, side: Side) -> &mut Vec<Record> {
        match side {
            Side::Sent => &mut self.sent_records,
            Side::Received => &mut self.received_records,
        }
    }

    fn count_received(&mut self, record: &Record) {
        let counts = self.received.get_or_insert_default();
        counts.events += 1;
        counts.refused += u64::from(record.status.is_some_and(|status| status >= 400));
        counts.macs_wrong +=
            u64::from(matches!(record.mac.verdict, MacVerdict::Invalid | MacVerdict::Missing));
        counts.duplicates += u64::from(record.remarks.iter().any(|remark| remark.code == "duplicate"));
        counts.findings += record.remarks.iter().filter(|remark| remark.severity != "note").count() as u64;
    }

    fn count_delivered(&mut self, before: Option<Delivered>, after: Option<Delivered>) {
        if before == after {
            return;
        }
        let counts = &mut self.sent;
        match after {
            Some(Delivered::Accepted) => counts.accepted += 1,
            Some(Delivered::Refused) => counts.refused += 1,
            Some(Delivered::Failed) => counts.failed += 1,
            Some(Delivered::Suppressed) => counts.suppressed += 1,
            Some(Delivered::Pending) | None => {}
        }
    }

    /// What was sent tells what the session came to, once it is settled. What a fault kept back did happen.
    fn note(&mut self, side: Side, event: &str, delivered: Option<Delivered>) {
        let settled = !matches!(delivered, Some(Delivered::Pending) | None);
        if side == Side::Sent
            && settled
            && let Ok(code) = event.parse::<Code>()
        {
            self.progress.apply(code);
        }
    }
}
