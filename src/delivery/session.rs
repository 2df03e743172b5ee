//! One session being delivered, and where sessions come from.

use std::sync::Arc;

use bytes::Bytes;

use super::fault::{Expectation, FaultLine, FaultRule};
use super::item::{Faults, Item, MacText};
use super::policy::Policy;
use crate::clock::Moment;
use crate::outcome::run_event::SessionInfo;
use crate::protocol::dialect::SessionIdStyle;
use crate::protocol::mac::Signer;
use crate::scenario::mix::Mix;
use crate::scenario::plan::Plan;
use crate::scenario::render::Values;
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
    /// What deviates from the scenarios.
    pub faults: Arc<[FaultRule]>,
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
        let beat = timeline.next(&plan);
        let values = Values::new(&plan);
        let line = (!self.faults.is_empty()).then(Box::default);
        Session {
            seed,
            number,
            id: self.id(number),
            plan,
            timeline,
            values,
            beat,
            line,
            begins,
            in_flight: 0,
        }
    }
}

/// A value in the fleet's slab.
#[derive(Debug)]
pub(super) struct Session {
    seed: SessionSeed,
    pub number: u64,
    pub id: Arc<str>,
    pub plan: Arc<Plan>,
    timeline: Timeline,
    values: Values,
    /// The beat that comes next in the timeline.
    beat: Option<Beat>,
    /// Where faults can change what is sent and when; most runs have none.
    line: Option<Box<FaultLine>>,
    /// When the session began in the run.
    pub begins: Moment,
    pub in_flight: u32,
}

/// What all sessions of a run are rendered with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rendering<'a> {
    pub policy: &'a Policy,
    pub signer: &'a Signer,
    pub faults: &'a [FaultRule],
}

impl Session {
    /// When the next item is due, at the scenario's own pace; `None` when the session is over.
    pub fn next_due(&mut self, with: Rendering<'_>, buffer: &mut Vec<u8>) -> Option<Moment> {
        if self.line.is_none() {
            return self.beat.map(|beat| beat.due);
        }
        self.fill_line(with, buffer);
        self.line.as_ref()?.first_due()
    }

    /// The next item, which is what [`Session::next_due`] speaks of.
    pub fn next(&mut self, with: Rendering<'_>, buffer: &mut Vec<u8>) -> Option<Item> {
        if self.line.is_none() {
            return self.render(with, buffer);
        }
        self.fill_line(with, buffer);
        self.line.as_mut()?.pop()
    }

    /// True when nothing is left to send.
    pub fn is_over(&self) -> bool {
        self.beat.is_none() && self.line.as_ref().is_none_or(|line| line.is_empty())
    }

    /// Lets the line take events until it is settled which item is the next.
    fn fill_line(&mut self, with: Rendering<'_>, buffer: &mut Vec<u8>) {
        let Some(mut line) = self.line.take() else { return };
        while let Some(beat) = self.beat {
            if line.first_due().is_some_and(|first| first <= beat.due) {
                break;
            }
            if let Some(item) = self.render(with, buffer) {
                line.take(item, with.faults, self.seed, with.signer);
            }
        }
        if self.beat.is_none() {
            line.finish();
        }
        self.line = Some(line);
    }

    /// Renders and signs the timeline's next event. The stamp follows the plan, not the delays of the run: the same seed
    /// gives the same bytes.
    fn render(&mut self, with: Rendering<'_>, buffer: &mut Vec<u8>) -> Option<Item> {
        let beat = self.beat?;
        let timestamp = with.policy.pace.timestamp(with.policy.start, beat.due);
        buffer.clear();
        let rendered = self.values.render(&self.plan, self.seed, &self.id, timestamp, beat, buffer);
        self.beat = self.timeline.next(&self.plan);
        Some(Item {
            due: beat.due,
            sequence: rendered.sequence,
            code: rendered.code,
            mac: MacText::Signed(with.signer.sign(buffer)),
            body: Bytes::copy_from_slice(buffer),
            faults: Faults::new(),
            expectation: Expectation::Accept,
            dropped: false,
            copy: false,
        })
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
