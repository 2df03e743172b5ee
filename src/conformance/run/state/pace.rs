//! How long a system works on a session before it shows what it makes of it: learned once in a run, from an undisturbed one.
//!
//! Every case that compares learns it first, so that those beside wait for it. Where a system that is busy with many sessions
//! falls behind later, a comparison sees that for itself: each change that it meets counts as though it had been learned
//! ([`Pace::seen`]).

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::super::{Probe, Runner};
use super::{Progress, probing};
use crate::clock::{nanos, wall_clock};
use crate::conformance::kit::Kit;
use crate::conformance::remembered::differences;
use crate::conformance::script::{Shot, Step};

/// What is the same is looked at again after so long at the least.
pub(super) const SETTLE: Duration = Duration::from_millis(200);
/// So long an undisturbed session is watched after its last event at the least.
const WATCH: Duration = Duration::from_secs(4);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(150);

/// How long a system works on a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::conformance::run) struct Pace {
    /// From the last event's answer to the last change.
    settles: Duration,
    /// It was still at work when the patience was over.
    is_cut: bool,
}

impl Pace {
    /// How long the system was seen at work, where the patience was over before it had finished: nothing that differs then
    /// proves anything.
    pub(super) fn hurried(self) -> Option<Duration> {
        self.is_cut.then_some(self.settles)
    }

    /// So long after its last event a session that looks right can be expected to stay so.
    pub(super) fn same(self) -> Duration {
        self.settles.saturating_mul(3) / 2 + SETTLE
    }

    /// Where nothing could be learned: no sameness is believed before the patience is over.
    const fn unknown(probe: &Probe) -> Self {
        Self { settles: probe.within, is_cut: false }
    }

    /// The system was still at work so long after a session's last event.
    pub(super) fn seen(self, waited: Duration) -> Self {
        Self { settles: self.settles.max(waited), ..self }
    }

    /// What has not changed for so long can be expected to stay as it is.
    pub(super) fn differ(self) -> Duration {
        self.settles.saturating_mul(2) + Duration::from_secs(1)
    }
}

impl Runner {
    /// How long the system works on a session. Where that could not be learned, nothing is kept: the next case tries anew.
    pub(super) async fn pace(self: &Arc<Self>, probe: &Probe) -> Pace {
        let learned = probe.pace.get_or_try_init(|| async { self.learn(probe).await.ok_or(()) }).await;
        learned.map_or_else(|()| Pace::unknown(probe), |pace| *pace)
    }

    /// Watches an undisturbed session until it has not changed for long; nothing where it did not arrive whole.
    async fn learn(self: &Arc<Self>, probe: &Probe) -> Option<Pace> {
        // Each try has a session of its own.
        let mut kit = Kit::new(&self.setup, "pace", self.clock.now().0, wall_clock());
        let events = kit.story("happy-path");
        let shots = events.iter().map(Shot::setup).collect();
        let played = self.play(&kit, &events, vec![Step::Lanes(vec![shots])], &mut Progress::default()).await;
        // What goes wrong is told by the case that meets it.
        let played = played.ok().filter(|played| played.lost(self).is_none())?;
        let until = played.ended.after(nanos(probe.within));
        let mut before: Option<Value> = None;
        let mut settles = Duration::ZERO;
        let mut looked = false;
        loop {
            let shown = probing::shown(probe, &played).await;
            let waited = self.clock.now().since(played.ended);
            if looked && has_changed(before.as_ref(), shown.as_ref()) {
                settles = waited;
            }
            looked = true;
            let quiet = waited >= WATCH.max(settles.saturating_mul(2)) && shown.is_some();
            if quiet || until.since(self.clock.now()).is_zero() {
                // Of a system that shows nothing of a session in all that time, the whole of it is to be expected.
                // Twice as long without a change is what shows that it has finished.
                let is_cut = settles.saturating_mul(2) > probe.within;
                return Some(if shown.is_some() { Pace { settles, is_cut } } else { Pace::unknown(probe) });
            }
            before = shown;
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Whether the system has worked in between. Clocks go on by themselves.
pub(super) fn has_changed(before: Option<&Value>, now: Option<&Value>) -> bool {
    match (before, now) {
        (Some(before), Some(now)) => differences(before, now).iter().any(|difference| !difference.measure),
        (before, now) => before.is_some() != now.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn clocks_are_no_work() {
        let (one, two) = (json!({ "events": 1, "age": 1 }), json!({ "events": 1, "age": 2 }));
        assert!(!has_changed(Some(&one), Some(&two)) && !has_changed(None, None));
        assert!(has_changed(None, Some(&one)) && has_changed(Some(&one), None));
        assert!(has_changed(Some(&one), Some(&json!({ "events": 2, "age": 1 }))));
    }

    #[test]
    fn who_works_longer_is_waited_for_longer() {
        let at_once = Pace::default();
        assert_eq!((at_once.same(), at_once.differ()), (SETTLE, Duration::from_secs(1)));
        let later = Pace { settles: Duration::from_secs(3), ..Pace::default() };
        assert!(later.same() > Duration::from_secs(4) && later.differ() > later.same());
        assert_eq!((at_once.seen(Duration::from_secs(3)), later.seen(SETTLE)), (later, later));
    }
}
