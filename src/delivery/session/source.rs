//! Where sessions come from.

use std::sync::Arc;

use super::numbers::Numbers;
use super::recording::Recording;
use super::{Course, Played, Session};
use crate::clock::Moment;
use crate::delivery::fault::FaultRule;
use crate::delivery::policy::Policy;
use crate::outcome::probe::Excuse;
use crate::outcome::run_event::SessionInfo;
use crate::protocol::dialect::SessionIdStyle;
use crate::scenario::mix::Mix;
use crate::scenario::timeline::Timeline;
use crate::seed::{Purpose, Seed, SessionSeed};

/// Makes session `number` of a run: always the same one.
#[derive(Clone, Debug)]
pub enum SessionSource {
    /// From scenarios.
    Scenarios(Scenarios),
    /// From a journal.
    Recording(Arc<Recording>),
}

/// Sessions that are played from scenarios.
#[derive(Clone, Debug)]
pub struct Scenarios {
    /// The run's seed.
    pub seed: Seed,
    /// Which scenario each session plays.
    pub mix: Mix,
    /// IDs to use in turn; where there are none, they are drawn.
    pub ids: Vec<Arc<str>>,
    /// What deviates from the scenarios.
    pub faults: Arc<[FaultRule]>,
}

impl SessionSource {
    /// What is known of session `number` (counted from 1) before it begins.
    pub fn info(&self, number: u64) -> SessionInfo {
        match self {
            Self::Scenarios(scenarios) => scenarios.info(number),
            Self::Recording(recording) => recording.info(number),
        }
    }

    /// The ID of session `number` (counted from 1).
    pub fn id(&self, number: u64) -> Arc<str> {
        self.info(number).id
    }

    /// The faults that are injected.
    pub fn faults(&self) -> &[FaultRule] {
        match self {
            Self::Scenarios(scenarios) => &scenarios.faults,
            Self::Recording(_) => &[],
        }
    }

    /// The seed of session `number`'s retries.
    pub(in crate::delivery) const fn seed(&self, number: u64) -> SessionSeed {
        match self {
            Self::Scenarios(scenarios) => scenarios.seed.session(number),
            Self::Recording(_) => Seed(0).session(number),
        }
    }

    pub(in crate::delivery) fn session(&self, number: u64, begins: Moment, policy: &Policy) -> Session {
        let info = self.info(number);
        let (course, omits) = match self {
            Self::Scenarios(scenarios) => {
                (Course::Played(Box::new(scenarios.played(number, policy))), scenarios.omits(number))
            }
            Self::Recording(recording) => (Course::Recorded(recording.items(number)), false),
        };
        Session {
            info,
            course,
            begins,
            in_flight: 0,
            filed: None,
            excuse: omits.then_some(Excuse::Dialect),
            is_down: false,
            cut: false,
        }
    }
}

impl Scenarios {
    /// When the last event of these sessions is due, since a session's begin.
    pub fn longest(&self, numbers: &Numbers) -> Moment {
        let last = |number| {
            let seed = self.seed.session(number);
            let plan = self.mix.plan(number, seed);
            let mut timeline = Timeline::new(plan, seed);
            std::iter::from_fn(|| timeline.next(plan)).last().map_or(Moment::ZERO, |beat| beat.due)
        };
        numbers.each().map(last).max().unwrap_or(Moment::ZERO)
    }

    fn info(&self, number: u64) -> SessionInfo {
        let plan = self.mix.plan(number, self.seed.session(number));
        SessionInfo {
            number,
            id: self.session_id(number),
            scenario: plan.name.as_str().into(),
            outcome: plan.outcome,
        }
    }

    /// The ID of session `number` (counted from 1).
    pub fn session_id(&self, number: u64) -> Arc<str> {
        if !self.ids.is_empty() {
            let place = number.saturating_sub(1) % self.ids.len() as u64;
            return Arc::clone(&self.ids[usize::try_from(place).unwrap_or(0)]);
        }
        let seed = self.seed.session(number);
        draw_id(seed, self.mix.plan(number, seed).dialect.session_id).into()
    }

    /// True where the dialect lacks an event of the session's scenario. Those that a dialect can lack are errors, which
    /// is what an outcome is concluded from.
    fn omits(&self, number: u64) -> bool {
        self.mix.plan(number, self.seed.session(number)).emits().any(|emit| emit.omitted)
    }

    fn played(&self, number: u64, policy: &Policy) -> Played {
        let is_direct = self.faults.is_empty() && policy.relay.is_instant();
        let seed = self.seed.session(number);
        Played::new(Arc::clone(self.mix.plan(number, seed)), seed, self.session_id(number), is_direct)
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
