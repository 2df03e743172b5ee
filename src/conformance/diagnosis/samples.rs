//! Ordinary events as they were sent, each with its answer: which of them are not taken, and what these have in common.
//!
//! A rule that names a property is believed only if the events that have it are not taken and all others are. So a bug
//! that nobody thought of is told by what it does, and not by the cases that it happens to fail.

use std::collections::BTreeSet;

use serde_json::Value;

use super::facts::Facts;
use crate::outcome::check::{CaseResult, Role, Trace, Verdict};

/// What came of an ordinary event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    Taken,
    Refused,
    Crashed,
    Silent,
}

/// An ordinary event.
pub struct Sample<'a> {
    pub fate: Fate,
    pub status: Option<u16>,
    pub event: String,
    pub severity: String,
    pub sequence: i64,
    pub stamp: i64,
    pub payload: Option<Value>,
    pub body_bytes: u64,
    /// What was sent of its session before it, as far as that is known.
    before: Vec<Earlier>,
    /// Everything that was sent of its session before it is known.
    is_whole: bool,
    case: &'a CaseResult,
}

/// An event of a session that came before another.
#[derive(Clone, Debug)]
pub struct Earlier {
    pub event: String,
    pub sequence: i64,
    pub stamp: i64,
    pub taken: bool,
}

impl Sample<'_> {
    /// Whether this is true of an event of its session that was taken before.
    pub fn after(&self, wanted: impl Fn(&Earlier) -> bool) -> bool {
        self.before.iter().any(|earlier| earlier.taken && wanted(earlier))
    }

    /// Its case has an ID that begins so.
    pub fn is_of(&self, begin: &str) -> bool {
        self.case.id.starts_with(begin)
    }

    /// It is the first of its session.
    pub fn is_first(&self) -> bool {
        self.is_whole && self.before.is_empty()
    }

    /// Its payload has this key.
    pub fn has(&self, key: &str) -> bool {
        self.payload.as_ref().is_some_and(|payload| payload.get(key).is_some())
    }

    /// The same event had come before.
    pub fn is_duplicate(&self) -> bool {
        self.after(|earlier| {
            (earlier.sequence, earlier.stamp, &earlier.event) == (self.sequence, self.stamp, &self.event)
        })
    }
}

/// So many events that have a property have to be refused, and so many that do not have it have to be taken.
const ENOUGH: usize = 3;

/// One event of so many may be an accident.
const ACCIDENT: usize = 20;

/// The ordinary events of a check.
pub struct Samples<'a>(Vec<Sample<'a>>);

impl<'a> Samples<'a> {
    pub fn of(facts: Facts<'a>) -> Self {
        Self(facts.cases().iter().filter(|case| in_turn(case)).flat_map(read).collect())
    }

    pub fn all(&self) -> &[Sample<'a>] {
        &self.0
    }

    fn bad(&self) -> impl Iterator<Item = &Sample<'a>> {
        self.0.iter().filter(|sample| sample.fate != Fate::Taken)
    }

    /// Nearly all of them were taken, so that what fails elsewhere fails for a reason of its own. Those of the section `order` do
    /// not count: they do not come as usual.
    pub fn nearly_all_taken(&self) -> bool {
        let plain = |sample: &&Sample<'_>| !sample.is_of("order/");
        self.bad().filter(plain).count() * 10 <= self.0.iter().filter(plain).count()
    }

    /// As [`Self::because`], of something that depends on what came before: events of which that is not known are left aside.
    pub fn because_after(self, has: impl Fn(&Sample<'a>) -> bool) -> Vec<String> {
        let told = |sample: &Sample<'a>| sample.is_whole || sample.is_of("events/") || has(sample);
        Self(self.0.into_iter().filter(told).collect()).because(&has)
    }

    /// One of each kind of events that are alike: most events are the `WMS_LOADED` before a case, and would outvote all others.
    fn kinds(&self) -> Vec<&Sample<'a>> {
        let mut known = BTreeSet::new();
        let kind = |sample: &&Sample<'_>| {
            let before = sample.before.iter();
            let before: Vec<_> = before
                .map(|earlier| (earlier.sequence, earlier.stamp - sample.stamp, earlier.taken))
                .collect();
            let keys = sample
                .payload
                .as_ref()
                .and_then(Value::as_object)
                .map(|payload| payload.keys().cloned().collect());
            let keys: Vec<String> = keys.unwrap_or_default();
            known.insert((sample.event.clone(), keys, sample.sequence, before, sample.fate))
        };
        self.0.iter().filter(kind).collect()
    }

    /// Most of the events that were not taken met this fate.
    pub fn mostly(&self, fate: Fate) -> bool {
        self.bad().filter(|sample| sample.fate == fate).count() * 2 > self.bad().count()
    }

    /// The cases that show it, if events that have this in common are not taken, and all others are.
    pub fn because(&self, has: impl Fn(&Sample<'a>) -> bool) -> Vec<String> {
        let (with, without): (Vec<&Sample<'a>>, Vec<&Sample<'a>>) =
            self.kinds().into_iter().partition(|sample| has(sample));
        let bad = with.iter().filter(|sample| sample.fate != Fate::Taken).count();
        let taken = without.iter().filter(|sample| sample.fate == Fate::Taken).count();
        let accidents =
            (with.len() - bad) * ACCIDENT > with.len() || (without.len() - taken) * ACCIDENT > bad;
        if accidents || bad < ENOUGH || taken < ENOUGH {
            return Vec::new();
        }
        let mut ids: Vec<String> = Vec::new();
        let shown = |sample: &&Sample<'a>| sample.fate != Fate::Taken && is_shown(sample.case) && has(sample);
        for sample in self.0.iter().filter(shown) {
            if ids.last() != Some(&sample.case.id) {
                ids.push(sample.case.id.clone());
            }
        }
        ids
    }

    /// As [`Self::because`], where a measure of the events is beyond some limit, whichever that is, and events of at least
    /// three names are beyond it.
    pub fn beyond(&self, measure: impl Fn(&Sample<'a>) -> u64) -> Vec<String> {
        let Some(limit) = self.0.iter().filter(|sample| sample.fate == Fate::Taken).map(&measure).max()
        else {
            return Vec::new();
        };
        let beyond: Vec<&str> = self
            .0
            .iter()
            .filter(|sample| measure(sample) > limit)
            .map(|sample| sample.event.as_str())
            .collect();
        let kinds: BTreeSet<&str> = beyond.into_iter().collect();
        if kinds.len() < ENOUGH { Vec::new() } else { self.because(|sample| measure(sample) > limit) }
    }

    /// As [`Self::because`], where the events have nothing in common but their names.
    pub fn by_name(&self) -> Vec<String> {
        let names: BTreeSet<&str> = self.bad().map(|sample| sample.event.as_str()).collect();
        self.because(|sample| names.contains(sample.event.as_str()))
    }

    /// The cases in which a session could not begin as others did: the very same event is taken here and not there.
    pub fn unlike(&self, wanted: impl Fn(&Sample<'a>) -> bool) -> Vec<String> {
        let first = |sample: &&Sample<'_>| sample.is_first() && sample.event == "WMS_LOADED";
        let taken = self.0.iter().filter(first).filter(|sample| sample.fate == Fate::Taken).count();
        let bad: Vec<&Sample<'_>> = self
            .0
            .iter()
            .filter(first)
            .filter(|sample| sample.fate != Fate::Taken && wanted(sample))
            .collect();
        if taken == 0 || bad.len() < ENOUGH {
            return Vec::new();
        }
        bad.iter().filter(|sample| is_shown(sample.case)).map(|sample| sample.case.id.clone()).collect()
    }
}

/// The verdict says that something is wrong.
fn is_shown(case: &CaseResult) -> bool {
    matches!(case.verdict, Verdict::Fail | Verdict::Error)
}

/// Its events come one after the other, and nothing beside them.
fn in_turn(case: &CaseResult) -> bool {
    let together = ["concurrent", "crowd", "many-sessions"].iter().any(|word| case.id.contains(word));
    !together && case.section() != "state"
}

/// The ordinary events of a case. Of a long one the first ones are known, and the one that decided.
fn read(case: &CaseResult) -> Vec<Sample<'_>> {
    let ordinary = |trace: &Trace| match trace.role {
        Role::Setup => true,
        Role::Test => matches!(case.section(), "events" | "order"),
        Role::After => false,
    };
    let mut samples = Vec::new();
    let mut earlier: Vec<(String, Earlier)> = Vec::new();
    for (place, trace) in case.traces.iter().enumerate() {
        let Some((session, sample)) = ordinary(trace).then(|| sample(case, trace)).flatten() else {
            continue;
        };
        let apart = place + 1 == case.traces.len() && trace.decisive && case.requests > case.traces.len();
        let before = earlier.iter().filter(|(other, _)| *other == session).map(|(_, event)| event.clone());
        let before = before.collect();
        let event = Earlier {
            event: sample.event.clone(),
            sequence: sample.sequence,
            stamp: sample.stamp,
            taken: sample.fate == Fate::Taken,
        };
        earlier.push((session, event));
        samples.push(Sample { before, is_whole: !apart, ..sample });
    }
    samples
}

/// The session of an event, and the event.
fn sample<'a>(case: &'a CaseResult, trace: &Trace) -> Option<(String, Sample<'a>)> {
    let (_, body) = trace.request.split_once("\n\n")?;
    let event: Value = serde_json::from_str(body).ok()?;
    let text = |key: &str| event.get(key).and_then(Value::as_str).map(str::to_owned);
    let number = |key: &str| event.get(key).and_then(Value::as_i64);
    // An answer that began and did not end is none, whatever its status says.
    let status = trace.answered();
    let fate = match status {
        None => Fate::Silent,
        Some(200..=299) => Fate::Taken,
        Some(status) if status >= 500 => Fate::Crashed,
        Some(_) => Fate::Refused,
    };
    let sample = Sample {
        fate,
        status,
        event: text("event")?,
        severity: text("severity")?,
        sequence: number("sequence")?,
        stamp: number("timestamp")?,
        payload: event.get("payload").filter(|payload| !payload.is_null()).cloned(),
        body_bytes: trace.body_bytes,
        before: Vec::new(),
        is_whole: true,
        case,
    };
    Some((text("sessionId")?, sample))
}
