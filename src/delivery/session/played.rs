//! A session that is played from a scenario.

use std::sync::Arc;

use bytes::Bytes;

use super::Rendering;
use crate::clock::Moment;
use crate::delivery::fault::{Expectation, FaultLine};
use crate::delivery::item::{Faults, Item, MacText};
use crate::scenario::act::{Act, Interruptions};
use crate::scenario::plan::Plan;
use crate::scenario::render::Values;
use crate::scenario::timeline::{Beat, Timeline};
use crate::seed::SessionSeed;

/// The cursor of one session and what it remembers.
#[derive(Debug)]
pub(in crate::delivery) struct Played {
    seed: SessionSeed,
    id: Arc<str>,
    plan: Arc<Plan>,
    timeline: Timeline,
    values: Values,
    /// The beat that comes next in the timeline.
    beat: Option<Beat>,
    /// What the user of the page can do and has done; most scenarios let nothing be done.
    user: Option<Box<Interruptions>>,
    /// When the latest event was due.
    reached: Moment,
    /// Where faults and the relay can change what is sent and when; most runs have neither.
    line: Option<Box<Line>>,
}

/// Events on their way.
#[derive(Debug, Default)]
struct Line {
    faults: FaultLine,
    /// When the latest event arrived.
    arrived: Moment,
    /// How many there were.
    taken: u64,
}

impl Played {
    pub(super) fn new(plan: Arc<Plan>, seed: SessionSeed, id: Arc<str>, is_direct: bool) -> Self {
        let mut timeline = Timeline::new(&plan, seed);
        let beat = timeline.next(&plan);
        let values = Values::new(&plan);
        let user = Interruptions::new(&plan).map(Box::new);
        let line = (!is_direct).then(Box::default);
        Self { seed, id, plan, timeline, values, beat, user, reached: Moment::ZERO, line }
    }

    pub(super) fn next_due(&mut self, with: Rendering<'_>, buffer: &mut Vec<u8>) -> Option<Moment> {
        if self.line.is_none() {
            return self.upcoming().map(|beat| beat.due);
        }
        self.fill_line(with, buffer);
        self.line.as_ref()?.faults.first_due()
    }

    pub(super) fn next(&mut self, with: Rendering<'_>, buffer: &mut Vec<u8>) -> Option<Item> {
        if self.line.is_none() {
            return self.render(with, buffer);
        }
        self.fill_line(with, buffer);
        self.line.as_mut()?.faults.pop()
    }

    pub(super) fn is_over(&self) -> bool {
        self.upcoming().is_none() && self.line.as_ref().is_none_or(|line| line.faults.is_empty())
    }

    /// Lets the user of the page act at a moment of the session. False where nothing comes of it.
    pub(super) fn act(&mut self, act: Act, at: Moment) -> bool {
        let Some(user) = &mut self.user else { return false };
        let told = user.act(act, at.max(self.reached), &self.plan, self.seed);
        if told && act.ends_the_session() {
            self.timeline.end();
            self.beat = None;
        }
        told
    }

    /// The session's next event: the scenario's, or one that the user caused. On a tie the user's goes first: it was
    /// seen to happen.
    fn upcoming(&self) -> Option<Beat> {
        let caused = self.user.as_ref().and_then(|user| user.first());
        match (self.beat, caused) {
            (Some(beat), Some(caused)) if beat.due < caused.due => Some(beat),
            (beat, caused) => caused.or(beat),
        }
    }

    fn take_beat(&mut self) -> Option<Beat> {
        let beat = self.upcoming()?;
        if self.beat == Some(beat) {
            self.beat = self.timeline.next(&self.plan);
            return Some(beat);
        }
        self.user.as_mut()?.take()
    }

    /// Lets the line take events until it is settled which item is the next.
    fn fill_line(&mut self, with: Rendering<'_>, buffer: &mut Vec<u8>) {
        let Some(mut line) = self.line.take() else { return };
        while let Some(beat) = self.upcoming() {
            if line.faults.first_due().is_some_and(|first| first <= beat.due) {
                break;
            }
            let nth = line.taken;
            if let Some(mut item) = self.render(with, buffer) {
                let signer = with.signers.at(item.due);
                item.due = with.policy.relay.arrival(item.due, line.arrived, self.seed, nth);
                line.arrived = item.due;
                line.taken += 1;
                line.faults.take(item, with.faults, self.seed, signer);
            }
        }
        if self.upcoming().is_none() {
            line.faults.finish();
        }
        self.line = Some(line);
    }

    /// Renders and signs the timeline's next event. The stamp follows the plan, not the delays of the run: the same seed
    /// gives the same bytes.
    fn render(&mut self, with: Rendering<'_>, buffer: &mut Vec<u8>) -> Option<Item> {
        let beat = self.take_beat()?;
        let timestamp = with.policy.pace.timestamp(with.policy.start, beat.due);
        buffer.clear();
        let rendered = self.values.render(&self.plan, self.seed, &self.id, timestamp, beat, buffer);
        self.reached = beat.due;
        if let Some(user) = &mut self.user {
            user.sent(rendered.code);
        }
        Some(Item {
            due: beat.due,
            sequence: rendered.sequence,
            code: rendered.code.into(),
            mac: MacText::Signed(with.signers.at(beat.due).sign(buffer)),
            body: Bytes::copy_from_slice(buffer),
            faults: Faults::new(),
            expectation: Expectation::Accept,
            shadow: false,
            dropped: false,
            copy: false,
        })
    }
}
