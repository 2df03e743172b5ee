//! The measurements that sessions have created, for those who ask the API for them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::clock::Timestamp;
use crate::seed::SessionSeed;
use crate::serve::deepaffex::Measurement;

/// So many are remembered; the oldest makes room.
const MOST: usize = 20_000;

/// Measurements by their ID.
#[derive(Debug, Default)]
pub(super) struct Measurements(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    by_id: HashMap<String, Measurement>,
    order: VecDeque<String>,
}

impl Measurements {
    pub(super) fn find(&self, id: &str) -> Option<Measurement> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_id.get(id).copied()
    }

    /// A session has created a measurement.
    pub(super) fn created(&self, id: &str, seed: SessionSeed, now: Timestamp) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let measurement = Measurement { seed, created: now, updated: now, complete: false };
        if inner.by_id.insert(id.to_owned(), measurement).is_none() {
            inner.order.push_back(id.to_owned());
        }
        while inner.order.len() > MOST {
            if let Some(oldest) = inner.order.pop_front() {
                inner.by_id.remove(&oldest);
            }
        }
    }

    /// Its results have come.
    pub(super) fn completed(&self, id: &str, now: Timestamp) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(measurement) = inner.by_id.get_mut(id) {
            measurement.complete = true;
            measurement.updated = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    #[test]
    fn the_oldest_makes_room() {
        let all = Measurements::default();
        for number in 0..=MOST {
            all.created(&number.to_string(), Seed(1).session(1), Timestamp(1));
        }
        assert!(all.find("0").is_none());
        assert!(!all.find("1").unwrap().complete);
        all.completed("1", Timestamp(2));
        let found = all.find("1").unwrap();
        assert_eq!((found.complete, found.created, found.updated), (true, Timestamp(1), Timestamp(2)));
    }
}
