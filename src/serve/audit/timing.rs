//! Timing, by the timestamps of a session: what lies outside the gaps of the catalogue. It is the sender's clock, so that
//! neither the network nor a slow receiver counts; and it shows whole seconds, so that a second either way is no difference.

use crate::outcome::audit::{Difference, Place, Weight};
use crate::protocol::code::Code;
use crate::protocol::dialect::Dialect;
use crate::protocol::evidence::Evidence;
use crate::scenario::between::{Gaps, Range};
use crate::scenario::compile::Options;
use crate::scenario::library::{Library, load_plan};
use crate::scenario::usual::{HELD_UP, usual};
use crate::serve::traffic::Step;

/// The gaps that are usual.
pub(super) struct Timing {
    gaps: Gaps,
}

/// Where a session stands.
#[derive(Default)]
struct Clock {
    /// The step before, of whatever kind.
    last: Option<i64>,
    /// The step before that is no change of visibility.
    before: Option<(Code, i64)>,
    /// When the measurement was started, and how many results it has had.
    started: Option<(i64, u64)>,
}

/// How far apart two stamps can lie in truth, in nanoseconds of the session.
#[derive(Clone, Copy)]
struct Apart {
    least: f64,
    most: f64,
}

impl Apart {
    #[expect(clippy::cast_precision_loss, reason = "whole seconds, to be compared with seconds")]
    fn new(from: i64, to: i64, pace: f64) -> Self {
        let stamps = to.saturating_sub(from) as f64;
        Self { least: (stamps - 1.0) * pace * 1e9, most: (stamps + 1.0) * pace * 1e9 }
    }

    #[expect(clippy::cast_precision_loss, reason = "gaps are rough")]
    fn is_within(self, (low, high): Range) -> bool {
        self.most > low as f64 && self.least < high as f64
    }

    #[expect(clippy::cast_precision_loss, reason = "gaps are rough")]
    fn is_below(self, (low, _): Range) -> bool {
        self.most <= low as f64
    }

    #[expect(clippy::cast_precision_loss, reason = "gaps are rough")]
    fn is_above(self, (_, high): Range) -> bool {
        self.least >= high as f64
    }

    fn seconds(self) -> String {
        format!("{:.0} s", f64::midpoint(self.least, self.most) / 1e9)
    }
}

impl Timing {
    /// The gaps of the catalogue, whatever the dialect: which events are posted changes nothing in how long things take.
    pub(super) fn new() -> Self {
        let library = Library::built_in();
        let mut gaps = Gaps::default();
        for dialect in [Dialect::current(), Dialect::older()] {
            for told in [false, true] {
                let dialect = Dialect {
                    websocket_initial: told,
                    websocket_clean_close: told,
                    canceled_after_low_snr: told,
                    canceled_after_violation: told,
                    ..dialect.clone()
                };
                let options = Options { dialect, ..Options::default() };
                for source in library.scenario_names().filter_map(|name| library.scenario(name)) {
                    // Each of the catalogue can be compiled; one that could not would have the gaps of the others.
                    if let Ok(plan) = load_plan(source, &options) {
                        gaps.add(&plan);
                    }
                }
            }
        }
        Self { gaps }
    }

    /// Judges the steps of one session.
    pub(super) fn judge(&self, steps: &[Step], each: &mut dyn FnMut(Difference)) {
        let mut clock = Clock::default();
        for step in steps {
            if !step.follows || step.sequence == 0 && step.code != Some(Code::WmsLoaded) {
                clock = Clock::default();
            }
            if let (Some(code), Some(pace)) = (step.code, step.pace)
                && code != Code::PageVisibilityChange
            {
                each_of(self.step(&clock, code, step, pace), each);
            }
            clock.take(step);
        }
    }

    fn step(&self, clock: &Clock, code: Code, step: &Step, pace: f64) -> Option<Difference> {
        let (before, at) = clock.before?;
        let since_last = Apart::new(clock.last.unwrap_or(at), step.timestamp, pace);
        let since_before = Apart::new(at, step.timestamp, pace);
        let pair = self.gaps.between(before, code);
        let usual = usual(code);
        if usual.since == Some(Code::MeasurementStarted) {
            let (started, results) = clock.started?;
            let shift = usual.rhythm.saturating_mul(results);
            let range = (usual.gap.lower().saturating_add(shift), usual.gap.upper().saturating_add(shift));
            let since = Apart::new(started, step.timestamp, pace);
            let follows = pair.is_some_and(|pair| since_before.is_within(pair));
            // What was held up comes right behind what it waited for.
            let held_up = since.is_above(range) && since_last.is_within((0, HELD_UP.upper()));
            if since.is_within(range) || follows || held_up {
                return None;
            }
            return Some(difference(&step.place, since, Code::MeasurementStarted, range));
        }
        let (low, high) = (usual.gap.lower(), usual.gap.upper());
        let range = pair.map_or((low, high), |pair| (pair.0.min(low), pair.1.max(high)));
        // A change of visibility in between can only shorten the gap to the step before.
        if since_last.is_above(range) {
            Some(difference(&step.place, since_last, before, range))
        } else if since_before.is_below(range) {
            Some(difference(&step.place, since_before, before, range))
        } else {
            None
        }
    }
}

fn each_of(difference: Option<Difference>, each: &mut dyn FnMut(Difference)) {
    if let Some(difference) = difference {
        each(difference);
    }
}

impl Clock {
    fn take(&mut self, step: &Step) {
        self.last = Some(step.timestamp);
        match step.code {
            None | Some(Code::PageVisibilityChange) => return,
            Some(Code::MeasurementStarted) => self.started = Some((step.timestamp, 0)),
            Some(Code::WmsLoaded) => self.started = None,
            Some(Code::IntermediateResults) => {
                self.started = self.started.map(|(at, results)| (at, results + 1));
            }
            Some(_) => {}
        }
        self.before = step.code.map(|code| (code, step.timestamp));
    }
}

fn difference(place: &Place, apart: Apart, since: Code, (low, high): Range) -> Difference {
    let early = apart.is_below((low, high));
    Difference {
        kind: if early { "timing-early" } else { "timing-late" },
        weight: Weight::Note,
        place: place.clone(),
        found: format!("it comes {} after {since}, give or take a second", apart.seconds()),
        says: format!("{} to {} after it in the catalogue's scenarios", seconds(low), seconds(high)),
        evidence: Evidence::Inferred,
    }
}

#[expect(clippy::cast_precision_loss, reason = "gaps are rough")]
fn seconds(nanos: u64) -> String {
    format!("{} s", nanos as f64 / 1e9)
}
