//! Looking into a plan: what `scenarios show` tells.

use super::plan::Plan;
use super::timeline::Timeline;
use crate::clock::Moment;
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
