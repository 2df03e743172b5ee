//! The grammar as a table, so that many states can be stepped at once.

use crate::protocol::code::Code;
use crate::protocol::grammar::{Course, Grammar, Illegal, Socket, State};

const SOCKETS: [Socket; 5] = [Socket::None, Socket::Opening, Socket::Up, Socket::Down, Socket::Lost];
/// How many states there are.
const STATES: usize = Course::ALL.len() * SOCKETS.len() * 2;
/// In place of a state: the event cannot happen.
const ILLEGAL: u8 = u8::MAX;

// Every state must have a number below that, and a bit in a set.
const _: () = assert!(STATES < ILLEGAL as usize && STATES <= 192);

/// A set of states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct States([u64; 3]);

impl States {
    const NONE: Self = Self([0; 3]);

    /// The state before the first event.
    pub(super) fn start() -> Self {
        Self::NONE.with(number(State::START))
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// The states, by number.
    pub(super) fn iter(self) -> impl Iterator<Item = State> {
        (0..STATES).filter(move |number| self.has(*number)).map(state)
    }

    fn has(self, number: usize) -> bool {
        self.0[number / 64] >> (number % 64) & 1 == 1
    }

    const fn with(mut self, number: usize) -> Self {
        self.0[number / 64] |= 1 << (number % 64);
        self
    }

    fn or(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }
}

const fn number(state: State) -> usize {
    (state.course as usize * SOCKETS.len() + state.socket as usize) * 2 + state.hidden as usize
}

fn state(number: usize) -> State {
    State {
        course: Course::ALL[number / 2 / SOCKETS.len()],
        socket: SOCKETS[number / 2 % SOCKETS.len()],
        hidden: number % 2 == 1,
    }
}

/// The grammar of a dialect as a table.
#[derive(Debug)]
pub(super) struct Chart {
    grammar: Grammar,
    /// The state after an event, by state and code.
    next: Vec<[u8; Code::ALL.len()]>,
    /// The states after any one event, by state.
    successors: Vec<States>,
    /// Every state that a legal stream can be in.
    reachable: States,
}

impl Chart {
    pub(super) fn new(grammar: Grammar) -> Self {
        let after = |at: usize, code: Code| {
            let next = grammar.step(state(at), code, None).ok().map(number);
            next.and_then(|next| u8::try_from(next).ok()).unwrap_or(ILLEGAL)
        };
        let next: Vec<_> = (0..STATES).map(|at| Code::ALL.map(|code| after(at, code))).collect();
        let successors: Vec<_> = next
            .iter()
            .map(|row| {
                let legal = row.iter().filter(|next| **next != ILLEGAL);
                legal.fold(States::NONE, |states, next| states.with(usize::from(*next)))
            })
            .collect();
        let mut chart = Self { grammar, next, successors, reachable: States::start() };
        for _ in 0..STATES {
            chart.reachable = chart.reachable.or(chart.any(chart.reachable));
        }
        chart
    }

    /// Every state that a legal stream can be in.
    pub(super) const fn reachable(&self) -> States {
        self.reachable
    }

    /// The states after an event; none where it cannot happen in any.
    pub(super) fn step(&self, states: States, code: Code, hidden: Option<bool>) -> States {
        let mut after = States::NONE;
        for at in (0..STATES).filter(|at| states.has(*at)) {
            let next = self.next[at][code.index()];
            // A page that is hidden cannot be hidden again; the table knows the change alone.
            let changes = code != Code::PageVisibilityChange || hidden != Some(at % 2 == 1);
            if next != ILLEGAL && changes {
                after = after.with(usize::from(next));
            }
        }
        after
    }

    /// The states after an event of which nothing is known.
    pub(super) fn any(&self, states: States) -> States {
        (0..STATES).filter(|at| states.has(*at)).fold(States::NONE, |after, at| after.or(self.successors[at]))
    }

    /// What stands against the event in the first of the states in which it cannot happen.
    pub(super) fn against(&self, states: States, code: Code, hidden: Option<bool>) -> Option<Illegal> {
        states.iter().find_map(|state| self.grammar.step(state, code, hidden).err())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::dialect::Dialect;

    #[test]
    fn numbers_read_back() {
        assert!((0..STATES).all(|at| number(state(at)) == at));
    }

    #[test]
    fn the_table_says_what_the_grammar_says() {
        for dialect in [Dialect::current(), Dialect::older()] {
            let grammar = Grammar::new(&dialect);
            let chart = Chart::new(grammar);
            for at in 0..STATES {
                for code in Code::ALL {
                    for hidden in [None, Some(false), Some(true)] {
                        let after = chart.step(States::NONE.with(at), code, hidden);
                        let expected = grammar.step(state(at), code, hidden).ok();
                        assert!(after.iter().eq(expected), "{:?} {code} {hidden:?}", state(at));
                    }
                }
            }
        }
    }
}
