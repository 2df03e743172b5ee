//! The lazy sequence of a session's beats.
//!
//! A timeline is a function of (plan, session seed): nothing else goes in, so it can be stepped now or later, alone or
//! beside a million others, and gives the same beats. It is a small value without pointers into the plan; whoever
//! holds it hands the plan in at every step.

mod course;
mod interlude;

use std::collections::VecDeque;

use super::plan::Plan;
use crate::clock::Moment;
use crate::protocol::code::Code;
use crate::seed::SessionSeed;
use course::Course;

/// When and what: one event of a session that is not rendered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// When it is due, since the session began, at the scenario's own pace.
    pub due: Moment,
    pub(super) emit: u32,
    pub(super) round: u16,
    /// Which occurrence of an interlude it belongs to.
    pub(super) nth: u16,
}

impl Beat {
    /// Which event it is.
    pub fn code(&self, plan: &Plan) -> Code {
        plan.emit(self.emit).code
    }

    /// The page was loaded again before this beat.
    pub fn reloaded(&self, plan: &Plan) -> bool {
        plan.emit(self.emit).reloaded
    }
}

/// The beats of one session, one after the other.
#[derive(Clone, Debug)]
pub struct Timeline {
    seed: SessionSeed,
    course: Course,
    ahead: Option<Beat>,
    /// Beats of opened interludes, in order. Most sessions have none and allocate nothing.
    #[expect(clippy::box_collection, reason = "a word instead of four in each of a million sessions")]
    beside: Option<Box<VecDeque<Beat>>>,
    opened: u64,
    ended: bool,
}

impl Timeline {
    /// The timeline of a session.
    pub fn new(plan: &Plan, seed: SessionSeed) -> Self {
        Self { seed, course: Course::new(plan, 0), ahead: None, beside: None, opened: 0, ended: false }
    }

    /// The next beat, or `None` when the session is over. Beats that the dialect omits are passed over.
    pub fn next(&mut self, plan: &Plan) -> Option<Beat> {
        loop {
            let beat = self.step(plan)?;
            if !plan.emit(beat.emit).omitted {
                return Some(beat);
            }
        }
    }

    /// Nothing of the scenario is to come: the user has left.
    pub fn end(&mut self) {
        self.ended = true;
        self.ahead = None;
        self.beside = None;
    }

    fn step(&mut self, plan: &Plan) -> Option<Beat> {
        if self.ahead.is_none() && !self.ended {
            self.ahead = self.course.next(plan, self.seed);
            if let Some(beat) = self.ahead {
                self.open_interludes(plan, beat);
            }
        }
        let beside = self.beside.as_deref().and_then(VecDeque::front).copied();
        match (self.ahead, beside) {
            // On a tie the session's own course goes first.
            (Some(main), Some(side)) if side.due < main.due => self.take_beside(),
            (Some(_), _) => self.ahead.take(),
            (None, Some(_)) => self.take_beside(),
            (None, None) => None,
        }
    }

    fn take_beside(&mut self) -> Option<Beat> {
        let queue = self.beside.as_deref_mut()?;
        let beat = queue.pop_front();
        if queue.is_empty() {
            self.beside = None;
        }
        beat
    }

    fn open_interludes(&mut self, plan: &Plan, beat: Beat) {
        let code = beat.code(plan);
        for (place, interlude) in plan.interludes.iter().enumerate() {
            let bit = 1_u64 << place;
            if interlude.from != code || self.opened & bit != 0 {
                continue;
            }
            self.opened |= bit;
            let beats = interlude::beats(plan, interlude, self.seed, &self.course);
            if beats.is_empty() {
                continue;
            }
            let queue = self.beside.get_or_insert_default();
            queue.extend(beats);
            queue.make_contiguous().sort_by_key(|beat| beat.due);
        }
    }
}

/// The most interludes a scenario can have: one bit each says whether it was opened.
pub const MAX_INTERLUDES: usize = 64;
