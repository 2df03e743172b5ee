//! Where a stream may stand: one state of the grammar, or several after something was missing.

use smallvec::{SmallVec, smallvec};

use crate::protocol::code::Code;
use crate::protocol::grammar::{Course, Grammar, Illegal, Socket, State};

/// After so many missing events every state that can be reached has been.
const MAX_MISSING: u64 = 24;

/// The states that agree with all that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Possible(SmallVec<[State; 2]>);

impl Possible {
    /// Before the first event.
    pub(super) fn start() -> Self {
        Self(smallvec![State::START])
    }

    /// True where some of the states satisfy the condition.
    pub(super) fn any(&self, condition: impl Fn(State) -> bool) -> bool {
        self.0.iter().any(|state| condition(*state))
    }

    /// An event happened. After an illegal one the states are those in which it leaves a legal stream, so that one
    /// slip is told once.
    pub(super) fn step(&mut self, grammar: Grammar, code: Code, hidden: Option<bool>) -> Result<(), Illegal> {
        let mut next = SmallVec::new();
        let mut against = None;
        for state in &self.0 {
            match grammar.step(*state, code, hidden) {
                Ok(state) => add(&mut next, state),
                Err(illegal) => against = against.or(Some(illegal)),
            }
        }
        let legal = !next.is_empty();
        if !legal {
            for state in every_state() {
                if let Ok(state) = grammar.step(state, code, hidden) {
                    add(&mut next, state);
                }
            }
        }
        // What is legal nowhere leaves the stream where it stood.
        if !next.is_empty() {
            self.0 = next;
        }
        if legal { Ok(()) } else { against.map_or(Ok(()), Err) }
    }

    /// So many events happened of which nothing is known.
    pub(super) fn widen(&mut self, grammar: Grammar, missing: u64) {
        for _ in 0..missing.min(MAX_MISSING) {
            let mut next = SmallVec::new();
            for state in &self.0 {
                for code in Code::ALL {
                    if let Ok(state) = grammar.step(*state, code, None) {
                        add(&mut next, state);
                    }
                }
            }
            self.0 = next;
        }
    }
}

fn add(states: &mut SmallVec<[State; 2]>, state: State) {
    if let Err(at) = states.binary_search(&state) {
        states.insert(at, state);
    }
}

fn every_state() -> impl Iterator<Item = State> {
    const SOCKETS: [Socket; 5] = [Socket::None, Socket::Opening, Socket::Up, Socket::Down, Socket::Lost];
    Course::ALL.into_iter().flat_map(|course| {
        SOCKETS.into_iter().flat_map(move |socket| {
            [false, true].into_iter().map(move |hidden| State { course, socket, hidden })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::dialect::Dialect;

    #[test]
    fn one_slip_is_told_once() {
        let grammar = Grammar::new(&Dialect::current());
        let mut possible = Possible::start();
        assert!(possible.step(grammar, Code::WmsLoaded, None).is_ok());
        assert!(possible.step(grammar, Code::MeasurementCreated, None).is_err());
        for code in [Code::WebsocketReconnected, Code::IntermediateResults, Code::ScanCompleted] {
            assert!(possible.step(grammar, code, None).is_ok(), "{code}");
        }
        assert!(possible.step(grammar, Code::CameraPermissionDenied, None).is_err());
    }

    #[test]
    fn what_is_missing_may_have_been_anything() {
        let grammar = Grammar::new(&Dialect::current());
        let mut possible = Possible::start();
        possible.widen(grammar, 3);
        assert!(possible.clone().step(grammar, Code::MeasurementStarted, None).is_err());
        assert!(possible.step(grammar, Code::CameraStarted, None).is_ok());
        // The course leads nowhere else but to what may follow.
        possible.widen(grammar, u64::MAX);
        assert!(possible.any(|state| state.course == Course::Gone));
        assert!(possible.0.len() <= 130);
    }
}
