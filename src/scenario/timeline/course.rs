//! The cursor that walks a plan's ops.

use smallvec::SmallVec;

use super::Beat;
use crate::clock::Moment;
use crate::protocol::code::Code;
use crate::scenario::plan::{Emit, Op, Plan};
use crate::scenario::usual::HELD_UP;
use crate::seed::SessionSeed;

/// One course through the plan: the session's own, or an interlude's.
#[derive(Clone, Debug)]
pub(super) struct Course {
    /// When the last step was; the next is never before it.
    pub now: Moment,
    at: u32,
    round: u16,
    /// How many results the attempt has had: they have a rhythm.
    results: u16,
    /// The latest occurrence of each event that a `since` names.
    anchors: SmallVec<[Moment; 2]>,
}

impl Course {
    pub fn new(plan: &Plan, entry: u32) -> Self {
        let anchors = SmallVec::from_elem(Moment::NEVER, usize::from(plan.anchors));
        Self { now: Moment::ZERO, at: entry, round: 0, results: 0, anchors }
    }

    /// The same moment and the same anchors, at another place of the plan.
    pub fn branch(&self, entry: u32, now: Moment) -> Self {
        Self { at: entry, round: 0, now, ..self.clone() }
    }

    pub fn next(&mut self, plan: &Plan, seed: SessionSeed) -> Option<Beat> {
        loop {
            match &plan.ops[self.at as usize] {
                Op::Emit(number) => {
                    let emit = plan.emit(*number);
                    if u32::from(self.round) < rounds(emit, seed) {
                        return Some(self.emit(*number, emit, seed));
                    }
                    self.round = 0;
                    self.at += 1;
                }
                Op::Wait(gap, purpose) => {
                    self.now = self.now.after(gap.draw(seed.draw(*purpose)));
                    self.at += 1;
                }
                Op::Maybe { chance, purpose, otherwise } => {
                    self.at = if seed.draw(*purpose).chance(*chance) { self.at + 1 } else { *otherwise };
                }
                Op::Choose { purpose, branches } => {
                    let draw = seed.draw(*purpose).unit();
                    let branch = branches.iter().find(|(bound, _)| draw < *bound).or(branches.last());
                    self.at = branch.map_or(self.at + 1, |(_, target)| *target);
                }
                Op::Jump(target) => self.at = *target,
                Op::End => return None,
            }
        }
    }

    fn emit(&mut self, number: u32, emit: &Emit, seed: SessionSeed) -> Beat {
        let round = self.round;
        self.round += 1;
        let gap = emit.gap.draw(seed.draw(emit.purpose.number(round.into()).of("gap")));
        let anchor = emit.since.map(|slot| self.anchors[usize::from(slot)]).filter(|at| *at != Moment::NEVER);
        self.now = match anchor {
            Some(anchor) => {
                let due = anchor.after(gap).after(emit.rhythm * u64::from(self.results));
                if due > self.now {
                    due
                } else if emit.usual {
                    let purpose = emit.purpose.number(round.into()).of("held up");
                    self.now.after(HELD_UP.draw(seed.draw(purpose)))
                } else {
                    self.now
                }
            }
            // A result whose attempt has no start to count from keeps the rhythm from the step before.
            None if emit.rhythm > 0 && emit.usual => self.now.after(emit.rhythm),
            None => self.now.after(gap),
        };
        if let Some(slot) = emit.marks {
            self.anchors[usize::from(slot)] = self.now;
        }
        match emit.code {
            Code::MeasurementStarted | Code::WmsLoaded => self.results = 0,
            Code::IntermediateResults => self.results = self.results.saturating_add(1),
            _ => {}
        }
        Beat { due: self.now, emit: number, round, nth: 0 }
    }
}

fn rounds(emit: &Emit, seed: SessionSeed) -> u32 {
    let (low, high) = (emit.repeat.low, emit.repeat.high);
    if low == high {
        return low;
    }
    u32::try_from(seed.draw(emit.purpose.of("repeat")).between(low.into(), high.into())).unwrap_or(high)
}
