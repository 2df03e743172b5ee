//! How long after one event another can come in a plan: what an audit holds the timing of real traffic against.

use std::collections::BTreeMap;

use super::file::types::Gap;
use super::plan::{Emit, Op, Plan};
use crate::protocol::code::Code;

/// The shortest and the longest gap, in nanoseconds.
pub type Range = (u64, u64);

/// The gap before an event, by the event before it. Changes of visibility can come anywhere, and are neither.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps(BTreeMap<(Code, Code), Range>);

impl Gaps {
    /// The gap that `code` can have behind `before`; `None` where no plan lets it follow there.
    pub fn between(&self, before: Code, code: Code) -> Option<Range> {
        self.0.get(&(before, code)).copied()
    }

    /// Takes in what a plan allows.
    pub fn add(&mut self, plan: &Plan) {
        // Ops only lead forward, so one walk meets every way.
        let mut ways: Vec<Ways> = vec![Ways::default(); plan.ops.len() + 1];
        ways[0].meet(None, (0, 0));
        for at in 0..plan.ops.len() {
            let way = std::mem::take(&mut ways[at]);
            match &plan.ops[at] {
                Op::Emit(number) => {
                    let after = self.emit(plan.emit(*number), way);
                    ways[at + 1].join(after);
                }
                Op::Wait(gap, _) => ways[at + 1].join(way.longer(*gap)),
                Op::Maybe { otherwise, .. } => {
                    ways[*otherwise as usize].join(way.clone());
                    ways[at + 1].join(way);
                }
                Op::Choose { branches, .. } => {
                    for (_, target) in branches {
                        ways[*target as usize].join(way.clone());
                    }
                }
                Op::Jump(target) => ways[*target as usize].join(way),
                Op::End => {}
            }
        }
    }

    fn emit(&mut self, emit: &Emit, way: Ways) -> Ways {
        if emit.omitted {
            // Its time passes, and nothing is sent.
            let many = Gap::Range(
                emit.gap.lower().saturating_mul(emit.repeat.low.into()),
                emit.gap.upper().saturating_mul(emit.repeat.high.into()),
            );
            return way.longer(many);
        }
        let mut after = if emit.repeat.low == 0 { way.clone() } else { Ways::default() };
        if emit.code == Code::PageVisibilityChange {
            for before in way.0.into_keys() {
                after.meet(before, (0, 0));
            }
            return after;
        }
        // What is counted from another event than the one before has its own rule.
        if emit.since.is_none() {
            for (before, range) in way.longer(emit.gap).0 {
                self.meet(before, emit.code, range);
            }
            if emit.repeat.high > 1 {
                self.meet(Some(emit.code), emit.code, (emit.gap.lower(), emit.gap.upper()));
            }
        }
        if emit.repeat.high > 0 {
            after.meet(Some(emit.code), (0, 0));
        }
        after
    }

    fn meet(&mut self, before: Option<Code>, code: Code, range: Range) {
        if let Some(before) = before {
            let known = self.0.entry((before, code)).or_insert(range);
            *known = hull(*known, range);
        }
    }
}

/// The ways on which a place is reached: the event before it, and how long ago the last step was.
#[derive(Clone, Debug, Default)]
struct Ways(BTreeMap<Option<Code>, Range>);

impl Ways {
    fn meet(&mut self, before: Option<Code>, range: Range) {
        let known = self.0.entry(before).or_insert(range);
        *known = hull(*known, range);
    }

    fn join(&mut self, other: Self) {
        for (before, range) in other.0 {
            self.meet(before, range);
        }
    }

    fn longer(mut self, gap: Gap) -> Self {
        for (low, high) in self.0.values_mut() {
            *low = low.saturating_add(gap.lower());
            *high = high.saturating_add(gap.upper());
        }
        self
    }
}

fn hull(one: Range, other: Range) -> Range {
    (one.0.min(other.0), one.1.max(other.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::dialect::Dialect;
    use crate::scenario::compile::Options;
    use crate::scenario::library::{Library, load_plan};

    const MS: u64 = 1_000_000;

    fn gaps(name: &str, dialect: Dialect) -> Gaps {
        let options = Options { dialect, ..Options::default() };
        let mut gaps = Gaps::default();
        gaps.add(&load_plan(Library::built_in().scenario(name).unwrap(), &options).unwrap());
        gaps
    }

    #[test]
    fn branches_waits_and_events_left_out_count() {
        let happy = gaps("happy-path", Dialect::current());
        let between = |one, other| happy.between(one, other);
        assert_eq!(
            between(Code::ConfigurationLoaded, Code::CameraPermissionGranted),
            Some((50 * MS, 15_000 * MS))
        );
        assert_eq!(between(Code::CameraStarted, Code::MeasurementStarted), Some((3_000 * MS, 30_000 * MS)));
        // Counted from the measurement's start.
        assert_eq!(between(Code::WebsocketReconnected, Code::IntermediateResults), None);
        assert_eq!(between(Code::IntermediateResults, Code::ScanCompleted), None);
        assert_eq!(between(Code::WmsLoaded, Code::PageUnloaded), None);

        let slow = gaps("slow-user", Dialect::current());
        assert_eq!(
            slow.between(Code::CameraStarted, Code::MeasurementStarted),
            Some((63_000 * MS, 510_000 * MS))
        );
        let low = gaps("low-snr", Dialect::older());
        assert_eq!(
            low.between(Code::IntermediateResults, Code::RedirectingToCallback),
            Some((1_050 * MS, 6_300 * MS))
        );
        let bounce = gaps("bounce", Dialect::current());
        assert_eq!(bounce.between(Code::WmsLoaded, Code::PageUnloaded), Some((200 * MS, 8_000 * MS)));
        // What comes after a change of visibility is counted from there.
        let hidden = gaps("prompt-ignored", Dialect::current());
        assert_eq!(
            hidden.between(Code::ConfigurationLoaded, Code::PageUnloaded),
            Some((30_000 * MS, 300_000 * MS))
        );
    }
}
