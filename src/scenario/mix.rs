//! Which scenario each session of a run plays.

use std::sync::Arc;

use super::plan::Plan;
use crate::seed::{Purpose, SessionSeed};

/// A weighted set of plans. Never empty.
#[derive(Clone, Debug)]
pub struct Mix {
    plans: Vec<(Arc<Plan>, f64)>,
    dealt: bool,
    total: f64,
}

impl Mix {
    /// A mix of plans and their weights; `None` where no weight is above 0.
    ///
    /// Plans of equal weight are dealt in turn, so that a run of as many sessions plays each once. Otherwise each
    /// session draws its own.
    pub fn new(plans: Vec<(Arc<Plan>, f64)>) -> Option<Self> {
        let plans: Vec<_> = plans.into_iter().filter(|(_, weight)| *weight > 0.0).collect();
        let (_, first) = plans.first()?;
        let dealt = plans.iter().all(|(_, weight)| (weight - first).abs() < f64::EPSILON);
        let total = plans.iter().map(|(_, weight)| weight).sum();
        Some(Self { plans, dealt, total })
    }

    /// The plan of session `number` (counted from 1).
    pub fn plan(&self, number: u64, seed: SessionSeed) -> &Arc<Plan> {
        &self.plans[self.place(number, seed)].0
    }

    /// The place of the plan of session `number` (counted from 1) in [`Mix::plans`].
    pub fn place(&self, number: u64, seed: SessionSeed) -> usize {
        let count = self.plans.len();
        if self.dealt {
            return usize::try_from(number.saturating_sub(1) % count as u64).unwrap_or(0);
        }
        self.draw(seed)
    }

    fn draw(&self, seed: SessionSeed) -> usize {
        let mut left = seed.draw(Purpose::named("mix")).unit() * self.total;
        for (place, (_, weight)) in self.plans.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return place;
            }
        }
        self.plans.len() - 1
    }

    /// One of the plans, drawn by weight, whether they are dealt in turn or not.
    pub fn drawn(&self, seed: SessionSeed) -> &Arc<Plan> {
        &self.plans[self.draw(seed)].0
    }

    /// The plans that can be played.
    pub fn plans(&self) -> impl ExactSizeIterator<Item = &Arc<Plan>> {
        self.plans.iter().map(|(plan, _)| plan)
    }

    /// No session of the mix is longer, in nanoseconds.
    pub fn longest(&self) -> u64 {
        self.plans().map(|plan| plan.longest).max().unwrap_or(0)
    }
}
