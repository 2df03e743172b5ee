//! One load of the page: its events put in order and held against the grammar.

use std::cmp::Ordering;
use std::time::Duration;

use smallvec::SmallVec;

use super::chart::Chart;
use super::finding::Finding;
use super::holes::{Holes, Place};
use super::possible::Possible;
use super::progress::Progress;
use crate::clock::Moment;
use crate::protocol::code::Code;
use crate::protocol::dialect::ReloadSequence;
use crate::protocol::grammar::Course;

/// How many events wait for one that is missing before it is given up.
pub(super) const WINDOW: usize = 8;
/// How long they wait: a relay takes up to two seconds, and a retry comes a little later.
const PATIENCE: Duration = Duration::from_secs(10);

/// What of an event its session is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) sequence: u64,
    pub(super) timestamp: i64,
    pub(super) code: Option<Code>,
    pub(super) hidden: Option<bool>,
    pub(super) measurement: Option<u64>,
    pub(super) at: Moment,
}

/// What judging needs beside the track.
pub(super) struct Judging<'a> {
    pub(super) chart: &'a Chart,
    pub(super) reload: ReloadSequence,
    pub(super) measurements: &'a mut Measurements,
    pub(super) findings: &'a mut Vec<Finding>,
}

/// The measurements that a session made known.
#[derive(Clone, Debug, Default)]
pub(super) struct Measurements {
    known: SmallVec<[u64; 2]>,
    /// Something was missing or forgotten, so that an unknown ID proves nothing.
    unsure: bool,
}

impl Measurements {
    /// The most IDs that are remembered.
    const MAX: usize = 16;

    fn learn(&mut self, id: u64) {
        if self.known.len() == Self::MAX {
            self.known.remove(0);
            self.unsure = true;
        }
        self.known.push(id);
    }

    fn is_unknown(&self, id: u64) -> bool {
        !self.unsure && !self.known.contains(&id)
    }
}

/// One load of the page.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub(super) holes: Holes,
    pub(super) progress: Progress,
    /// The earliest and the latest timestamp.
    pub(super) first: i64,
    pub(super) newest: i64,
    /// `PAGE_UNLOADED` was received, in its order or not.
    pub(super) unloaded: bool,
    possible: Possible,
    /// The next event to judge; all before it were judged or given up.
    pub(super) next: u64,
    /// Events that wait for one before them, in order.
    held: SmallVec<[Step; 1]>,
    /// The timestamp of the event that was judged last.
    stamp: Option<i64>,
}

impl Track {
    /// A load of which nothing is known yet.
    pub(super) fn new() -> Self {
        Self {
            holes: Holes::default(),
            progress: Progress::default(),
            first: i64::MAX,
            newest: i64::MIN,
            unloaded: false,
            possible: Possible::start(),
            next: 0,
            held: SmallVec::new(),
            stamp: None,
        }
    }

    /// Takes an event into a place that was not filled before.
    pub(super) fn take(&mut self, step: Step, judging: &mut Judging<'_>) {
        if let (Place::Missing, Some(highest)) = (self.holes.place(step.sequence), self.holes.highest()) {
            judging.findings.push(Finding::OutOfOrder { sequence: step.sequence, highest });
        }
        self.holes.fill(step.sequence);
        self.first = self.first.min(step.timestamp);
        self.newest = self.newest.max(step.timestamp);
        self.unloaded |= step.code == Some(Code::PageUnloaded);
        match step.sequence.cmp(&self.next) {
            Ordering::Equal => self.judge(step, judging),
            Ordering::Greater => {
                let at = self.held.partition_point(|held| held.sequence < step.sequence);
                self.held.insert(at, step);
            }
            // Its place was given up, and the grammar has gone on without it.
            Ordering::Less => {
                if let Some(code) = step.code {
                    self.progress.apply_late(code);
                }
            }
        }
        self.drain(judging);
        let overdue = |held: &[Step]| held.iter().any(|held| step.at.since(held.at) > PATIENCE);
        while self.held.len() > WINDOW || overdue(&self.held) {
            self.give_up(judging);
        }
    }

    /// Judges what is held, as though nothing more were to come.
    pub(super) fn flush(&mut self, judging: &mut Judging<'_>) {
        while !self.held.is_empty() {
            self.give_up(judging);
        }
    }

    /// True where nothing from 0 to `PAGE_UNLOADED` is missing.
    pub(super) fn is_complete(&self) -> bool {
        self.unloaded && self.held.is_empty() && self.holes.missing() == 0
    }

    /// True where the page may be gone.
    pub(super) fn may_be_gone(&self) -> bool {
        self.unloaded || self.possible.any(|state| state.course == Course::Gone)
    }

    fn give_up(&mut self, judging: &mut Judging<'_>) {
        let Some(first) = self.held.first() else { return };
        let missing = first.sequence - self.next;
        judging.findings.push(Finding::Gap { first: self.next, last: first.sequence - 1 });
        judging.measurements.unsure = true;
        self.possible.widen(judging.chart, missing);
        self.next = first.sequence;
        self.drain(judging);
    }

    fn drain(&mut self, judging: &mut Judging<'_>) {
        while self.held.first().is_some_and(|held| held.sequence == self.next) {
            let step = self.held.remove(0);
            self.judge(step, judging);
        }
    }

    fn judge(&mut self, step: Step, judging: &mut Judging<'_>) {
        let Step { sequence, timestamp, code, hidden, measurement, .. } = step;
        self.next = self.next.saturating_add(1);
        if let Some(before) = self.stamp.filter(|before| timestamp < *before) {
            judging.findings.push(Finding::TimestampBackwards { sequence, found: timestamp, before });
        }
        self.stamp = Some(timestamp);
        if let Some(id) = measurement {
            if code == Some(Code::MeasurementCreated) {
                judging.measurements.learn(id);
            } else if judging.measurements.is_unknown(id) {
                judging.findings.push(Finding::MeasurementIdUnknown { sequence });
            }
        }
        let Some(code) = code else { return };
        self.progress.apply(code);
        match self.possible.step(judging.chart, code, hidden) {
            Err(illegal) => judging.findings.push(Finding::IllegalEvent { sequence, illegal }),
            Ok(())
                if code == Code::WmsLoaded && sequence > 0 && judging.reload == ReloadSequence::Restart =>
            {
                judging.findings.push(Finding::ContinuedUnlikeDialect { sequence });
            }
            Ok(()) => {}
        }
    }
}
