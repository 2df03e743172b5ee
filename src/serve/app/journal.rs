//! The capture: what the inbox receives, written down as it comes.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// Writes a line.
pub type Sink = Box<dyn FnMut(&Value) + Send>;

/// A capture that is being written, a line for each request and one for what its target made of it.
pub(super) struct Journal {
    state: Mutex<State>,
}

struct State {
    sink: Sink,
    number: u64,
}

impl Journal {
    pub(super) fn new(sink: Sink) -> Self {
        Self { state: Mutex::new(State { sink, number: 0 }) }
    }

    /// Writes the line that is made for a new number; gives the number.
    pub(super) fn received(&self, line: impl FnOnce(u64) -> Value) -> u64 {
        // Lines stand in the order of their numbers.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.number += 1;
        let number = state.number;
        (state.sink)(&line(number));
        number
    }

    /// Writes a further line.
    pub(super) fn further(&self, line: &Value) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state.sink)(line);
    }
}
