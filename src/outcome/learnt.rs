//! The dialect that fits recorded traffic, key by key, with what speaks for each value.

use crate::protocol::dialect::{Dialect, Key};

/// A value that traffic showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Support {
    /// The value, as it stood there.
    pub value: String,
    /// How often it was shown.
    pub count: u64,
    /// The line that showed it first.
    pub first_line: u64,
    /// The dialect can say so.
    pub fits: bool,
}

/// What traffic says about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It shows the value.
    Learnt,
    /// What would show it did not happen, or not often enough.
    NoEvidence,
    /// No traffic can show it.
    NotShown,
}

/// One key.
#[derive(Clone)]
pub struct LearntKey {
    /// Which.
    pub key: &'static Key,
    /// What traffic says about it.
    pub verdict: Verdict,
    /// The value that fits; the dialect's own where there is none.
    pub value: String,
    /// What counts is sessions, events ..
    pub of: &'static str,
    /// What was shown, the most frequent first.
    pub shown: Vec<Support>,
    /// It holds a list: the values do not contradict each other.
    pub is_list: bool,
}

/// What was learnt.
#[derive(Clone, Default)]
pub struct Learnt {
    /// Every key of the dialect, in its order.
    pub keys: Vec<LearntKey>,
    /// Events that were looked at.
    pub events: u64,
    /// Their sessions.
    pub sessions: u64,
    /// Requests that were left out, because the journal says that faults were injected or that they were not sent.
    pub left_out: u64,
    /// Requests that are no events.
    pub unreadable: u64,
}

impl Learnt {
    /// The dialect with what was learnt.
    pub fn dialect(&self) -> Dialect {
        let mut dialect = Dialect::current();
        for learnt in self.keys.iter().filter(|learnt| learnt.verdict == Verdict::Learnt) {
            // Only values that the key takes are learnt.
            let _ = dialect.set(learnt.key.name, &learnt.value);
        }
        dialect
    }
}
