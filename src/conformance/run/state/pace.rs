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
/// So many times the patience is waited for copies that lag behind each other.
const COPIES: u32 = 3;
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(150);

/// How long a system works on a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::conformance::run) struct Pace {
    /// From the last event's answer to the last change.
    settles: Duration,
    /// It was still at work when the patience was over.
    is_cut: bool,
    /// It showed now this and now that of a session to which nothing happened any more, until the patience was over.
    swings: bool,
}

impl Pace {
    /// How long the system was seen at work, where the patience was over before it had finished: nothing that differs then
    /// proves anything.
    pub(super) fn hurried(self) -> Option<Duration> {
        self.is_cut.then_some(self.settles)
    }

    /// Whether what it shows of a session goes to and fro: who works on it does not come back to what was.
    pub(super) const fn swings(self) -> bool {
        self.swings
    }

    /// So long after its last event a session that looks right can be expected to stay so.
    pub(super) fn same(self) -> Duration {
        self.settles.saturating_mul(3) / 2 + SETTLE
    }

    /// Where nothing could be learned: no sameness is believed before the patience is over.
    const fn unknown(probe: &Probe) -> Self {
        Self { settles: probe.within, is_cut: false, swings: false }
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
        let mut turns = Turns::default();
        loop {
            let known = probing::known(probe, &played).await;
            let asked = known.is_some();
            let shown = known.flatten();
            let waited = self.clock.now().since(played.ended);
            if looked && has_changed(before.as_ref(), shown.as_ref()) {
                settles = waited;
            }
            looked = true;
            if asked {
                turns.see(shown.as_ref());
            }
            let quiet = waited >= WATCH.max(settles.saturating_mul(2)) && shown.is_some();
            // A copy that lags behind shows what was, too, and comes up with the others in the end: it has longer than
            // others, so that it is told from one that never does.
            let patience = WATCH.max(probe.within.saturating_mul(COPIES));
            let is_over =
                until.since(self.clock.now()).is_zero() && (turns.returns == 0 || waited >= patience);
            if quiet || is_over {
                // Of a system that shows nothing of a session in all that time, the whole of it is to be expected.
                // Twice as long without a change is what shows that it has finished.
                let is_cut = settles.saturating_mul(2) > probe.within;
                let swings = !quiet && turns.swings() && settles.saturating_mul(4) > waited.saturating_mul(3);
                return Some(if shown.is_some() || swings {
                    Pace { settles, is_cut, swings }
                } else {
                    Pace::unknown(probe)
                });
            }
            before = shown;
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// What was shown of a session, look after look.
#[derive(Default)]
struct Turns {
    states: Vec<Option<Value>>,
    last: usize,
    /// How often something came back that had been shown before, and something else since.
    returns: usize,
}

impl Turns {
    /// So often a job that begins anew may pass the same state.
    const ODD: usize = 2;

    fn see(&mut self, shown: Option<&Value>) {
        let same = |known: &Option<Value>| !has_changed(known.as_ref(), shown);
        if let Some(place) = self.states.iter().position(same) {
            self.returns += usize::from(place != self.last);
            self.last = place;
        } else {
            self.last = self.states.len();
            self.states.push(shown.cloned());
        }
    }

    const fn swings(&self) -> bool {
        self.returns > Self::ODD
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
    fn to_and_fro_is_told_from_work_that_goes_on() {
        let swings = |looks: &[u8]| {
            let mut turns = Turns::default();
            for look in looks {
                turns.see((*look > 0).then(|| json!(look)).as_ref());
            }
            turns.swings()
        };
        for looks in [&[1, 1, 1, 1, 1][..], &[0, 1, 2, 3, 4], &[1, 2, 1, 1, 1, 1], &[0, 1, 0, 1, 1], &[]] {
            assert!(!swings(looks), "{looks:?}");
        }
        for looks in [&[1, 2, 1, 2, 1][..], &[1, 2, 3, 1, 2, 3], &[0, 1, 0, 0, 1, 1, 0]] {
            assert!(swings(looks), "{looks:?}");
        }
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
