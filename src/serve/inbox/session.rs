//! One session: the loads of its page, and what was received before.

use std::collections::VecDeque;
use std::sync::Arc;

use super::chart::Chart;
use super::finding::Finding;
use super::holes::Place;
use super::progress::SessionState;
use super::reader::EventRead;
use super::track::{Judging, Measurements, Step, Track, WINDOW};
use crate::clock::Moment;
use crate::protocol::code::Code;
use crate::protocol::dialect::ReloadSequence;

/// One event that was received, as far as it is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which load of the page it belongs to, from 0.
    pub load: u32,
    /// Its place.
    pub sequence: u64,
    /// The event, where it is a known one.
    pub code: Option<Code>,
    /// When it came.
    pub at: Moment,
    digest: u64,
}

/// What a session is held against.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) chart: Chart,
    pub(super) reload: ReloadSequence,
    pub(super) max_events: usize,
}

/// One session.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) id: Arc<str>,
    pub(super) first: Moment,
    pub(super) last: Moment,
    /// Events in places that were not filled before.
    pub(super) events: u64,
    /// Events that came after events with a higher sequence.
    pub(super) out_of_order: u64,
    pub(super) kept: VecDeque<Kept>,
    load: u32,
    current: Track,
    /// The load before, for what of it comes late.
    previous: Option<Box<Track>>,
    /// Gaps and missing events of loads that are no longer kept.
    closed: (u64, u64),
    completed: bool,
    measurements: Measurements,
}

/// Where an event belongs.
enum Home {
    Previous,
    Current,
    /// The page was loaded again.
    NewLoad,
}

impl Session {
    pub(super) fn new(id: Arc<str>, now: Moment) -> Self {
        Self {
            id,
            first: now,
            last: now,
            events: 0,
            out_of_order: 0,
            kept: VecDeque::new(),
            load: 0,
            current: Track::new(),
            previous: None,
            closed: (0, 0),
            completed: false,
            measurements: Measurements::default(),
        }
    }

    /// Enters an event and says which load of the page it belongs to.
    pub(super) fn enter(
        &mut self,
        now: Moment,
        event: &EventRead,
        rules: &Rules,
        findings: &mut Vec<Finding>,
    ) -> u32 {
        let sequence = event.sequence;
        self.last = now;
        let filled = self.current.holes.place(sequence) == Place::Filled;
        // A page that is loaded twice within a second begins with the same bytes. They are new where the page was left,
        // and where they are just what the new load lacks.
        let begins_anew = sequence == 0
            && event.code == Some(Code::WmsLoaded)
            && self.current.unloaded
            && event.timestamp == self.current.newest;
        let next_here = !filled && sequence == self.current.next;
        if (filled && !begins_anew) || (self.load > 0 && !filled && !next_here) {
            let same = |kept: &&Kept| kept.sequence == sequence && kept.digest == event.digest;
            if let Some(kept) = self.kept.iter().rev().find(same) {
                findings.push(Finding::Duplicate { sequence });
                return kept.load;
            }
        }
        let home = self.home(event, rules.reload);
        if filled && matches!(home, Home::Current) {
            let known = |kept: &Kept| kept.load == self.load && kept.sequence == sequence;
            findings.push(if self.kept.iter().any(known) {
                Finding::Conflict { sequence }
            } else {
                Finding::TooOld { sequence }
            });
            return self.load;
        }
        if matches!(home, Home::NewLoad) {
            self.begin_load(rules.reload, findings);
        }
        let mut judging = Judging {
            chart: &rules.chart,
            reload: rules.reload,
            measurements: &mut self.measurements,
            findings,
        };
        let step = Step {
            sequence,
            timestamp: event.timestamp,
            code: event.code,
            hidden: event.hidden,
            measurement: event.measurement,
            at: now,
        };
        let before = judging.findings.len();
        let load = if let (Home::Previous, Some(previous)) = (home, &mut self.previous) {
            previous.take(step, &mut judging);
            self.load - 1
        } else {
            self.current.take(step, &mut judging);
            self.load
        };
        let late = |finding: &Finding| matches!(finding, Finding::OutOfOrder { .. });
        self.out_of_order += u64::from(findings[before..].iter().any(late));
        self.events += 1;
        if rules.max_events > 0 {
            if self.kept.len() >= rules.max_events {
                self.kept.pop_front();
            }
            self.kept.push_back(Kept { load, sequence, code: event.code, at: now, digest: event.digest });
        }
        load
    }

    fn home(&self, event: &EventRead, reload: ReloadSequence) -> Home {
        let EventRead { sequence, timestamp, code, .. } = *event;
        let place = self.current.holes.place(sequence);
        if let Some(previous) = &self.previous {
            let fits = match previous.holes.place(sequence) {
                Place::Missing => true,
                Place::Ahead => {
                    !previous.unloaded
                        && previous.holes.highest().and_then(|highest| highest.checked_add(1))
                            == Some(sequence)
                }
                Place::Filled => false,
            };
            let next_here = sequence == self.current.next && timestamp >= self.current.newest;
            if fits && timestamp <= self.current.first && !next_here {
                return Home::Previous;
            }
        }
        if place != Place::Filled {
            return Home::Current;
        }
        let newest = self.current.newest;
        let gone = self.current.may_be_gone();
        // A page is not loaded twice in the same second unless it was left in between.
        let reloaded = sequence == 0
            && code == Some(Code::WmsLoaded)
            && (timestamp > newest || gone && timestamp == newest);
        // What follows a reload can overtake it.
        let overtook = reload == ReloadSequence::Restart
            && self.current.unloaded
            && sequence <= WINDOW as u64
            && code != Some(Code::PageUnloaded)
            && timestamp > newest;
        if reloaded || overtook { Home::NewLoad } else { Home::Current }
    }

    fn begin_load(&mut self, reload: ReloadSequence, findings: &mut Vec<Finding>) {
        if !self.current.may_be_gone() {
            findings.push(Finding::RestartWithoutUnload);
        } else if reload == ReloadSequence::Continue {
            findings.push(Finding::RestartUnlikeDialect);
        }
        self.completed |= self.current.progress.completed();
        if let Some(forgotten) = self.previous.take() {
            self.completed |= forgotten.progress.completed();
            self.closed.0 += forgotten.holes.gaps();
            self.closed.1 = self.closed.1.saturating_add(forgotten.holes.missing());
        }
        self.previous = Some(Box::new(std::mem::replace(&mut self.current, Track::new())));
        self.load += 1;
    }

    /// How often the page was loaded.
    pub(super) const fn loads(&self) -> u32 {
        self.load + 1
    }

    /// How many ranges of events are missing, and how many events in all.
    pub(super) fn missing(&self) -> (u64, u64) {
        let previous = self.previous.as_deref().into_iter();
        previous.chain([&self.current]).fold(self.closed, |(gaps, missing), track| {
            (gaps + track.holes.gaps(), missing.saturating_add(track.holes.missing()))
        })
    }

    /// True where nothing from the first event to the last `PAGE_UNLOADED` is missing.
    pub(super) fn is_complete(&self) -> bool {
        self.current.is_complete() && self.missing().1 == 0
    }

    /// Judges what is still held, as though nothing more were to come.
    pub(super) fn finish(&mut self, rules: &Rules) -> Vec<Finding> {
        let mut findings = Vec::new();
        let Self { current, previous, measurements, .. } = self;
        for track in previous.as_deref_mut().into_iter().chain([current]) {
            track.flush(&mut Judging {
                chart: &rules.chart,
                reload: rules.reload,
                measurements,
                findings: &mut findings,
            });
        }
        findings
    }

    /// What to make of the session, with what still waits for a missing event taken in.
    pub(super) fn state(&self, idle: bool, rules: &Rules) -> SessionState {
        let mut current = self.current.clone();
        current.flush(&mut Judging {
            chart: &rules.chart,
            reload: rules.reload,
            measurements: &mut self.measurements.clone(),
            findings: &mut Vec::new(),
        });
        let earlier =
            self.completed || self.previous.as_ref().is_some_and(|track| track.progress.completed());
        if earlier { SessionState::Completed } else { current.progress.state(idle) }
    }
}
