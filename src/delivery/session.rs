//! One session being delivered, and where sessions come from.

use std::sync::Arc;

use super::policy::Policy;
use crate::clock::Moment;
use crate::outcome::run_event::SessionInfo;
use crate::protocol::dialect::SessionIdStyle;
use crate::scenario::mix::Mix;
use crate::scenario::plan::Plan;
use crate::scenario::render::{Rendered, Values};
use crate::scenario::timeline::{Beat, Timeline};
use crate::seed::{Purpose, Seed, SessionSeed};

/// Makes session `number` of a run: always the same one.
#[derive(Clone, Debug)]
pub struct SessionSource {
    /// The run's seed.
    pub seed: Seed,
    /// Which scenario each session plays.
    pub mix: Mix,
    /// IDs to use in turn; where there are none, they are drawn.
    pub ids: Vec<Arc<str>>,
}

impl SessionSource {
    /// The ID of session `number` (counted from 1).
    pub fn id(&self, number: u64) -> Arc<str> {
        if !self.ids.is_empty() {
            let place = number.saturating_sub(1) % self.ids.len() as u64;
            return Arc::clone(&self.ids[usize::try_from(place).unwrap_or(0)]);
        }
        let seed = self.seed.session(number);
        draw_id(seed, self.mix.plan(number, seed).dialect.session_id).into()
    }

    /// What is known of session `number` (counted from 1) before it begins.
    pub fn info(&self, number: u64) -> SessionInfo {
        let plan = self.mix.plan(number, self.seed.session(number));
        SessionInfo {
            number,
            id: self.id(number),
            scenario: plan.name.as_str().into(),
            outcome: plan.outcome,
        }
    }

    pub(super) fn session(&self, number: u64, begins: Moment) -> Session {
        let seed = self.seed.session(number);
        let plan = Arc::clone(self.mix.plan(number, seed));
        let mut timeline = Timeline::new(&plan, seed);
        let next = timeline.next(&plan);
        let values = Values::new(&plan);
        Session { seed, number, id: self.id(number), plan, timeline, values, next, begins, in_flight: 0 }
    }
}

/// A value in the fleet's slab.
#[derive(Debug)]
pub(super) struct Session {
    pub seed: SessionSeed,
    pub number: u64,
    pub id: Arc<str>,
    pub plan: Arc<Plan>,
    pub timeline: Timeline,
    pub values: Values,
    /// The beat that is filed in the due queue, or waits for the answer to the one before.
    pub next: Option<Beat>,
    /// When the session began in the run.
    pub begins: Moment,
    pub in_flight: u32,
}

impl Session {
    /// Renders the next event into `body`, in place of what is there, and steps on. The stamp follows the plan, not the
    /// delays of the run: the same seed gives the same bytes.
    pub fn render_next(&mut self, policy: &Policy, body: &mut Vec<u8>) -> Option<(Beat, Rendered)> {
        let beat = self.next?;
        let timestamp = policy.pace.timestamp(policy.start, beat.due);
        body.clear();
        let rendered = self.values.render(&self.plan, self.seed, &self.id, timestamp, beat, body);
        self.next = self.timeline.next(&self.plan);
        Some((beat, rendered))
    }
}

fn draw_id(seed: SessionSeed, style: SessionIdStyle) -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let purpose = Purpose::named("session id");
    match style {
        SessionIdStyle::Uuid => {
            uuid::Builder::from_random_bytes(seed.draw(purpose).bytes()).into_uuid().to_string()
        }
        SessionIdStyle::Alphanumeric => (0..25)
            .map(|n| {
                let place = seed.draw(purpose.number(n)).between(0, 35);
                char::from(LETTERS[usize::try_from(place).unwrap_or(0)])
            })
            .collect(),
    }
}
