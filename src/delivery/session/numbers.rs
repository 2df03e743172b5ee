//! Which sessions of a run are played.

use std::ops::RangeInclusive;
use std::sync::Arc;

/// A run of scenarios has so many sessions at the most.
pub const MOST_SESSIONS: u64 = 1_000_000;

/// The numbers of the sessions to play, in their order.
#[derive(Clone, Debug)]
pub enum Numbers {
    /// All from one to another.
    Range(RangeInclusive<u64>),
    /// These: a recording need not have them all.
    List(Arc<[u64]>),
}

impl Numbers {
    /// One after the other.
    pub fn each(&self) -> Box<dyn Iterator<Item = u64> + Send> {
        match self {
            Self::Range(range) => Box::new(range.clone()),
            Self::List(list) => {
                let list = Arc::clone(list);
                Box::new((0..list.len()).map(move |place| list[place]))
            }
        }
    }

    /// How many they are.
    pub fn len(&self) -> u64 {
        match self {
            Self::Range(range) if range.is_empty() => 0,
            Self::Range(range) => range.end() - range.start() + 1,
            Self::List(list) => list.len() as u64,
        }
    }

    /// True where there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
