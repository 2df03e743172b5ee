//! Looking into a plan: what `scenarios show` tells.

use super::plan::Plan;
use super::render::Values;
use super::timeline::Timeline;
use crate::clock::{Moment, Timestamp};
use crate::protocol::callback::Callback;
use crate::protocol::code::Code;
use crate::seed::SessionSeed;

/// An event of a plan and the gap before it, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapRow {
    /// Which event.
    pub code: Code,
    /// The gap, what it is counted from, how often the event comes.
    pub gap: String,
}

/// Every event that the plan can send, in the order of the file.
pub fn gaps(plan: &Plan) -> Vec<GapRow> {
    plan.emits()
        .map(|emit| {
            let mut gap = vec![format!("after {}", emit.gap)];
            if let Some(since) = emit.since {
                let anchor = plan
                    .emits()
                    .find(|other| other.marks == Some(since))
                    .map_or("the start", |other| other.code.as_str());
                gap.push(format!(" since {anchor}"));
            }
            if emit.rhythm > 0 {
                gap.push(format!(", then every {} s", emit.rhythm / 1_000_000_000));
            }
            match (emit.repeat.low, emit.repeat.high) {
                (1, 1) => {}
                (low, high) if low == high => gap.push(format!(", {low} times")),
                (low, high) => gap.push(format!(", {low} to {high} times")),
            }
            if emit.omitted {
                gap.push(" (not in this dialect)".to_owned());
            }
            GapRow { code: emit.code, gap: gap.concat() }
        })
        .collect()
}

/// The beats of a session.
pub fn beats(plan: &Plan, seed: SessionSeed) -> Vec<(Moment, Code)> {
    let mut timeline = Timeline::new(plan, seed);
    std::iter::from_fn(|| timeline.next(plan)).map(|beat| (beat.due, beat.code(plan))).collect()
}

/// What the browser comes back to the callback URL with; `None` where it does not come back. `results` stand for the
/// encoded results.
pub fn callback(plan: &Plan, seed: SessionSeed, results: &str) -> Option<String> {
    let mut timeline = Timeline::new(plan, seed);
    let mut values = Values::new(plan);
    let mut callback = Callback::default();
    let mut body = Vec::new();
    while let Some(beat) = timeline.next(plan) {
        body.clear();
        let code = values.render(plan, seed, "", Timestamp(0), beat, &mut body).code;
        if code == Code::RedirectingToCallback {
            return Some(callback.query(results, &plan.dialect));
        }
        callback.note_event(code, &body, &plan.dialect);
    }
    None
}
