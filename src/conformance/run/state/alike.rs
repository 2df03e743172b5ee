//! Two sessions whose IDs are alike.

use std::sync::Arc;

use super::super::Runner;
use super::super::attempt::Attempt;
use super::EXPECTED;
use super::trial::{Over, Trial};
use crate::conformance::case::Case;
use crate::conformance::kit::Kit;
use crate::conformance::script::Shot;
use crate::outcome::check::Verdict;

/// What happens in the two: they end differently, so that neither can be taken for the other.
const SCENARIOS: [&str; 2] = ["happy-path", "user-cancels"];

impl Runner {
    /// Plays two sessions with IDs that are alike, and compares each with one that went the same way and has an ID of the same
    /// length, but like no other.
    pub(in super::super) async fn alike(
        self: &Arc<Self>,
        kit: &mut Kit<'_>,
        case: &Case,
        ids: fn(&str) -> [String; 2],
    ) -> Attempt {
        let Some(probe) = self.probe.clone() else {
            return Attempt::of(Verdict::Skip, EXPECTED, case.needs.missing());
        };
        let mut trial = Trial::new(self, probe, Some(ids));
        let over = both(kit, ids, &mut trial).await;
        trial.end(over)
    }
}

async fn both(kit: &mut Kit<'_>, ids: fn(&str) -> [String; 2], trial: &mut Trial<'_>) -> Result<(), Over> {
    trial.learn(false).await?;
    let mut alone = Vec::new();
    for scenario in SCENARIOS {
        let [id, _] = ids(&kit.word());
        let session = kit.session_called(id);
        let dialect = kit.dialect().clone();
        let events = kit.story_in(&session, scenario, &dialect);
        if events.is_empty() {
            return Ok(());
        }
        let played = trial.undisturbed(kit, &events, scenario).await?;
        alone.push((scenario, events, played));
    }
    let mut together = Vec::new();
    for ((scenario, events, _), id) in alone.iter().zip(ids(&kit.word())) {
        let session = kit.session_called(id);
        let twin = kit.twin_as(events, &session);
        let shots = twin.iter().map(|event| Shot::test(event).called(event.code.as_str())).collect();
        let name = format!("{scenario}, beside a session whose ID is alike");
        together.push((trial.taken(kit, &twin, vec![vec![shots]], &name).await?, name));
    }
    for ((_, events, usual), (played, name)) in alone.iter().zip(together) {
        trial.same(kit, events, name, usual, &played).await?;
    }
    Ok(())
}
