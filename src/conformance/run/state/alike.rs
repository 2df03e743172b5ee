//! Sessions whose IDs are alike.

use std::sync::Arc;

use super::super::Runner;
use super::super::attempt::Attempt;
use super::EXPECTED;
use super::trial::{Over, Trial};
use crate::conformance::case::Case;
use crate::conformance::kit::Kit;
use crate::conformance::script::{Shot, Step};
use crate::outcome::check::Verdict;

/// What happens in them: they end differently, so that none can be taken for another.
const SCENARIOS: [&str; 5] = ["happy-path", "user-cancels", "low-snr", "second-attempt", "websocket-drop"];

impl Runner {
    /// Plays sessions with IDs that are alike, and compares each with one that went the same way and has an ID of the same
    /// length, but like no other.
    pub(in super::super) async fn alike(
        self: &Arc<Self>,
        kit: &mut Kit<'_>,
        case: &Case,
        ids: fn(&str) -> Vec<String>,
    ) -> Attempt {
        let Some(probe) = self.probe.clone() else {
            return Attempt::of(Verdict::Skip, EXPECTED, case.needs.missing());
        };
        let mut trial = Trial::new(self, probe, Some(ids));
        let over = both(kit, ids, &mut trial).await;
        trial.end(over)
    }
}

async fn both(kit: &mut Kit<'_>, ids: fn(&str) -> Vec<String>, trial: &mut Trial<'_>) -> Result<(), Over> {
    trial.learn(false).await?;
    let mut alone = Vec::new();
    for (scenario, _) in SCENARIOS.into_iter().zip(ids(&kit.word())) {
        let Some(id) = ids(&kit.word()).into_iter().next() else { return Ok(()) };
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
    for ((scenario, events, usual), id) in alone.iter().zip(ids(&kit.word())) {
        let session = kit.session_called(id);
        let twin = kit.twin_as(events, &session);
        let shots = twin.iter().map(|event| Shot::test(event).called(event.code.as_str())).collect();
        let name = format!("{scenario}, beside sessions whose IDs are alike");
        let played = trial.played(kit, &twin, vec![Step::Lanes(vec![shots])]).await?;
        // Who refuses an ID takes it for no other. The first is one that the undisturbed sessions have.
        if !together.is_empty() && played.is_refused() {
            continue;
        }
        together.push((events, usual, trial.whole(played, &name)?, name));
    }
    for (events, usual, played, name) in together {
        trial.same(kit, events, name, usual, &played).await?;
    }
    Ok(())
}
