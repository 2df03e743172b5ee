//! A compiled scenario: flat, validated, immutable, shared by all its sessions.

use std::sync::Arc;

use super::file::types::{Gap, Outcome, Repeat};
use crate::protocol::code::Code;
use crate::protocol::dialect::Dialect;
use crate::seed::Purpose;

/// A compiled scenario.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The scenario's name.
    pub name: String,
    /// One line that says what happens.
    pub title: String,
    /// What a receiver should conclude.
    pub outcome: Outcome,
    /// In the browser, what its user does becomes events.
    pub interactive: bool,
    /// The dialect that it was compiled for: the command line's, with the scenario's own keys beneath it.
    pub dialect: Arc<Dialect>,
    /// The fewest events that a session can have.
    pub events_min: u64,
    /// The most events that a session can have.
    pub events_max: u64,
    /// No session is longer than this, in nanoseconds.
    pub longest: u64,
    /// The sequence number of a session's first event.
    pub first_sequence: u32,
    pub(super) ops: Box<[Op]>,
    pub(super) emits: Box<[Emit]>,
    /// What the user of the page can cause, in the order of [`act::CODES`](super::act); empty where nothing.
    pub(super) user: Box<[Emit]>,
    pub(super) interludes: Box<[InterludePlan]>,
    pub(super) anchors: u8,
}

impl Plan {
    /// The emits of the plan, in the order of the file: what can be sent at all.
    pub fn emits(&self) -> impl Iterator<Item = &Emit> {
        self.emits.iter()
    }

    /// True where somebody could close the page, at least.
    pub(super) fn has_user(&self) -> bool {
        !self.user.is_empty()
    }

    /// The number of the emit with which a user causes an event.
    pub(super) fn user_emit(&self, code: Code) -> Option<u32> {
        let place = self.user.iter().position(|emit| emit.code == code)?;
        u32::try_from(self.emits.len() + place).ok()
    }

    pub(super) fn emit(&self, number: u32) -> &Emit {
        let number = number as usize;
        self.emits.get(number).unwrap_or_else(|| &self.user[number - self.emits.len()])
    }
}

/// One step of a course.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Op {
    /// An event, perhaps several times.
    Emit(u32),
    /// Time passes.
    Wait(Gap, Purpose),
    /// Goes on at `otherwise` unless the draw is below `chance`.
    Maybe { chance: f64, purpose: Purpose, otherwise: u32 },
    /// Goes on at the first branch whose bound the draw is below; bounds rise to 1.
    Choose { purpose: Purpose, branches: Box<[(f64, u32)]> },
    /// Goes on elsewhere.
    Jump(u32),
    /// The course is over.
    End,
}

/// An event of the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Emit {
    /// Which event.
    pub code: Code,
    /// The dialect lacks the event: its time passes, nothing is sent.
    pub omitted: bool,
    /// The page was loaded again before this event.
    pub reloaded: bool,
    /// The gap before it.
    pub gap: Gap,
    /// How often.
    pub repeat: Repeat,
    pub(super) rhythm: u64,
    pub(super) usual: bool,
    pub(super) since: Option<u8>,
    pub(super) marks: Option<u8>,
    pub(super) purpose: Purpose,
    pub(super) payload: Payload,
}

/// What an event's payload is built from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Payload {
    /// Keys and values in their order; no payload where there are none.
    Fields(Box<[Field]>),
    /// The payload's JSON as it stands.
    Whole(Box<[u8]>),
}

/// One key of a payload.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    /// The key as JSON, with its colon.
    pub key: Box<[u8]>,
    pub value: FieldValue,
}

/// Where a payload's value comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum FieldValue {
    /// The session's measurement.
    MeasurementId,
    /// The same, and no key where none was created.
    MeasurementIdIfCreated,
    /// The signal of this result; `None` for an ordinary good scan.
    Snr(Option<Ramp>),
    /// The number of this result.
    ResultNumber,
    /// The other of HIDDEN and VISIBLE.
    State,
    /// JSON as it stands; the flag says what a `state` among them does to the page.
    Literal(Box<[u8]>),
    /// `state: HIDDEN` or `state: VISIBLE`.
    FixedState { hidden: bool },
    /// One of several.
    OneOf(Box<[Box<[u8]>]>),
    /// A drawn integer.
    Integers(i64, i64),
    /// A drawn decimal, in hundredths.
    Hundredths(i64, i64),
}

/// A signal that changes over the results of an attempt, in dB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ramp {
    pub from: f64,
    pub to: f64,
    pub noise: f64,
}

/// An interlude: a course of its own, beside the session's.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct InterludePlan {
    pub from: Code,
    pub until: Code,
    pub chance: f64,
    pub times: Repeat,
    pub entry: u32,
    pub purpose: Purpose,
}
