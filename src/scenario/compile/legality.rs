//! Every way through the plan, walked with the grammar at hand.
//!
//! A way is a choice at each `choose`, `maybe` and repeat, and a moment for each interlude; what is the same from
//! there on is walked once. An occurrence of an interlude that the page's end would cut off is dropped by the
//! timeline, so such ways are left out here too.

use std::collections::{BTreeMap, HashSet};

use crate::protocol::code::Code;
use crate::protocol::grammar::{Course, Grammar, Illegal, State};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::file::types::{ScenarioFile, Span};
use crate::scenario::plan::{Emit, FieldValue, Op, Payload, Plan};

/// More places than this are not walked; no file of sensible size comes near.
const MAX_PLACES: usize = 400_000;

pub(super) fn check(plan: &Plan, spans: &[Span], file: &ScenarioFile, diagnostics: &mut Vec<Diagnostic>) {
    let walk = Walk { plan, grammar: Grammar::new(&plan.dialect), illegal: BTreeMap::new() };
    let (illegal, complete) = walk.run();
    if !complete {
        diagnostics.push(Diagnostic::warning(
            "the scenario has too many ways to check all of them against the grammar",
            super::all(&file.steps),
            "",
        ));
    }
    if !file.legal {
        if illegal.is_empty() && complete {
            diagnostics.push(Diagnostic::warning(
                "`legal: false` is not needed: every session of this scenario obeys the grammar",
                file.name.span.clone(),
                "",
            ));
        } else {
            diagnostics.push(Diagnostic::warning(
                "this scenario breaks the grammar on purpose (`legal: false`)",
                file.name.span.clone(),
                "",
            ));
        }
        return;
    }
    for (emit, illegal) in illegal {
        let expected = Grammar::new(&plan.dialect).expected(illegal.state);
        let names: Vec<&str> = expected.iter().map(|code| code.as_str()).collect();
        let help = if names == [Code::WmsLoaded.as_str()] && illegal.state.course == Course::Gone {
            "only `reload: {}` can follow the end of the page".to_owned()
        } else {
            format!("possible here: {}", names.join(", "))
        };
        diagnostics.push(
            Diagnostic::error(illegal.to_string(), spans[emit as usize].clone(), "on some way to this step")
                .help(format!("{help}\n`legal: false` lets a scenario break the grammar on purpose")),
        );
    }
}

/// Where an interlude stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Side {
    /// Its window has not opened.
    Shut,
    /// It can begin; so many times at most.
    Open(u32),
    /// It is at this op, in this round of a repeat; so many further times at most.
    Going(u32, u32, u32),
    /// Its window has closed, or it has happened often enough.
    Over,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Place {
    at: u32,
    round: u32,
    state: State,
    sides: Vec<Side>,
}

struct Walk<'a> {
    plan: &'a Plan,
    grammar: Grammar,
    illegal: BTreeMap<u32, Illegal>,
}

impl Walk<'_> {
    fn run(mut self) -> (BTreeMap<u32, Illegal>, bool) {
        let sides = vec![Side::Shut; self.plan.interludes.len()];
        let mut open = vec![Place { at: 0, round: 0, state: State::START, sides }];
        let mut seen: HashSet<Place> = open.iter().cloned().collect();
        let mut next = Vec::new();
        while let Some(place) = open.pop() {
            self.main(&place, &mut next);
            for number in 0..place.sides.len() {
                self.side(&place, number, &mut next);
            }
            for place in next.drain(..) {
                if !seen.contains(&place) {
                    if seen.len() >= MAX_PLACES {
                        return (self.illegal, false);
                    }
                    seen.insert(place.clone());
                    open.push(place);
                }
            }
        }
        (self.illegal, true)
    }

    /// One step of the session's own course.
    fn main(&mut self, place: &Place, next: &mut Vec<Place>) {
        let to = |at: u32| Place { at, round: 0, ..place.clone() };
        match &self.plan.ops[place.at as usize] {
            Op::Emit(number) => {
                let emit = self.plan.emit(*number);
                if place.round >= emit.repeat.low {
                    next.push(to(place.at + 1));
                }
                if place.round < emit.repeat.high
                    && let Some(state) = self.emit(*number, emit, place.state)
                {
                    let mut after = Place { round: place.round + 1, state, ..place.clone() };
                    // Rounds beyond the least one that change nothing are all alike.
                    if after.round > emit.repeat.low && after.state == place.state {
                        after.round = emit.repeat.high;
                    }
                    if self.windows(emit.code, &mut after.sides) {
                        next.push(after);
                    }
                }
            }
            Op::Wait(..) => next.push(to(place.at + 1)),
            Op::Maybe { chance, otherwise, .. } => {
                if *chance > 0.0 {
                    next.push(to(place.at + 1));
                }
                if *chance < 1.0 {
                    next.push(to(*otherwise));
                }
            }
            Op::Choose { branches, .. } => next.extend(branches.iter().map(|(_, target)| to(*target))),
            Op::Jump(target) => next.push(to(*target)),
            Op::End => {}
        }
    }

    /// One step of an interlude.
    fn side(&mut self, place: &Place, number: usize, next: &mut Vec<Place>) {
        let set = |side: Side, state: State| {
            let mut sides = place.sides.clone();
            sides[number] = side;
            Place { state, sides, ..place.clone() }
        };
        match place.sides[number] {
            Side::Shut | Side::Over => {}
            Side::Open(left) => {
                let entry = self.plan.interludes[number].entry;
                next.push(set(Side::Going(entry, 0, left - 1), place.state));
            }
            Side::Going(at, round, left) => match &self.plan.ops[at as usize] {
                Op::Emit(emit_number) => {
                    let emit = self.plan.emit(*emit_number);
                    if round >= emit.repeat.low {
                        next.push(set(Side::Going(at + 1, 0, left), place.state));
                    }
                    if round < emit.repeat.high
                        && let Some(state) = self.emit(*emit_number, emit, place.state)
                    {
                        next.push(set(Side::Going(at, round + 1, left), state));
                    }
                }
                Op::Wait(..) => next.push(set(Side::Going(at + 1, 0, left), place.state)),
                Op::Maybe { chance, otherwise, .. } => {
                    if *chance > 0.0 {
                        next.push(set(Side::Going(at + 1, 0, left), place.state));
                    }
                    if *chance < 1.0 {
                        next.push(set(Side::Going(*otherwise, 0, left), place.state));
                    }
                }
                Op::Choose { branches, .. } => {
                    next.extend(
                        branches.iter().map(|(_, target)| set(Side::Going(*target, 0, left), place.state)),
                    );
                }
                Op::Jump(target) => next.push(set(Side::Going(*target, 0, left), place.state)),
                Op::End => {
                    let after = if left > 0 { Side::Open(left) } else { Side::Over };
                    next.push(set(after, place.state));
                }
            },
        }
    }

    /// The state after an event; `None` where it cannot happen, which is noted.
    fn emit(&mut self, number: u32, emit: &Emit, state: State) -> Option<State> {
        if emit.omitted {
            return Some(state);
        }
        match self.grammar.step(state, emit.code, hidden(emit)) {
            Ok(state) => Some(state),
            Err(illegal) => {
                self.illegal.entry(number).or_insert(illegal);
                None
            }
        }
    }

    /// What an event of the course does to the windows. False where this way is none: the page's end cuts an
    /// interlude off, which then had not begun.
    fn windows(&self, code: Code, sides: &mut [Side]) -> bool {
        for (side, interlude) in sides.iter_mut().zip(&self.plan.interludes) {
            if code == Code::PageUnloaded {
                match side {
                    Side::Going(..) => return false,
                    Side::Open(_) => *side = Side::Over,
                    Side::Shut | Side::Over => {}
                }
            }
            if *side == Side::Shut
                && code == interlude.from
                && interlude.chance > 0.0
                && interlude.times.high > 0
            {
                *side = Side::Open(interlude.times.high);
            } else if code == interlude.until {
                *side = match *side {
                    Side::Open(_) => Side::Over,
                    Side::Going(at, round, _) => Side::Going(at, round, 0),
                    side => side,
                };
            }
        }
        true
    }
}

/// What a visibility event says, where the file says it; what is filled in alternates by itself.
fn hidden(emit: &Emit) -> Option<bool> {
    let Payload::Fields(fields) = &emit.payload else { return None };
    fields.iter().find_map(|field| match field.value {
        FieldValue::FixedState { hidden } => Some(hidden),
        _ => None,
    })
}
