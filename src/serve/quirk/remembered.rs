//! What a customer's app would remember of a session.
//!
//! It follows from the set of the session's events: not from their order, not from how often one came, not from when. Two
//! quirks break just that.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::kind::Quirk;
use super::set::Quirks;
use crate::protocol::code::{Code, Severity};
use crate::protocol::conclusion::Outcome;
use crate::protocol::envelope::Envelope;
use crate::serve::inbox::Progress;

/// The longest name of an event that is kept, in characters.
const LONGEST_NAME: usize = 100;

/// What a customer's app would remember of a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Remembered {
    /// The session.
    pub session_id: String,
    /// What it came to; null while that is open.
    pub outcome: Option<Outcome>,
    /// The measurement that gave the results, or else the latest one; null where there is none.
    pub measurement_id: Option<String>,
    /// How many events there are, each counted once.
    pub events: u64,
    /// How often each event is there.
    pub counts: BTreeMap<String, u64>,
    /// The sequence of the session's last event.
    pub last_sequence: Option<u64>,
}

impl Quirks {
    /// What an app remembers of the events that it took, given in the order in which they came; `None` where there are
    /// none. `ended`: nothing more is to come, so that a session that just stops is abandoned.
    pub fn recall<'a>(
        &self,
        session_id: &str,
        taken: impl Iterator<Item = &'a [u8]>,
        ended: bool,
    ) -> Option<Remembered> {
        let came: Vec<(&[u8], Envelope)> =
            taken.filter_map(|body| Some((body, Envelope::read(body).ok()?))).collect();
        let mut known = BTreeSet::new();
        let distinct: Vec<&(&[u8], Envelope)> = came.iter().filter(|(body, _)| known.insert(*body)).collect();
        let ordered = in_order(&distinct);
        let last = *ordered.last()?;
        let counted: Vec<&Envelope> = if self.has(Quirk::NotIdempotent) {
            came.iter().map(|(_, event)| event).collect()
        } else {
            ordered.clone()
        };
        let mut counts = BTreeMap::<String, u64>::new();
        for event in &counted {
            *counts.entry(event.event.chars().take(LONGEST_NAME).collect()).or_default() += 1;
        }
        let outcome = if self.has(Quirk::LastEventWins) {
            let last = came.iter().fold(None, |outcome, (_, event)| overwritten(outcome, event));
            last.or(ended.then_some(Outcome::Abandoned))
        } else {
            concluded(&ordered, ended)
        };
        Some(Remembered {
            session_id: session_id.to_owned(),
            outcome,
            measurement_id: measurement(&ordered),
            events: counted.len() as u64,
            counts,
            last_sequence: Some(last.sequence),
        })
    }
}

/// The events of a set in the order in which they happened. A page that is loaded again may count from 0 again, perhaps
/// within the second in which it was left: what carries on where the load before stopped then comes first.
fn in_order<'a>(events: &[&'a (&[u8], Envelope)]) -> Vec<&'a Envelope> {
    let mut sorted = events.to_vec();
    sorted.sort_by_key(|(body, event)| (event.timestamp, event.sequence, *body));
    let mut ordered: Vec<&Envelope> = Vec::with_capacity(sorted.len());
    for second in sorted.chunk_by(|(_, one), (_, other)| one.timestamp == other.timestamp) {
        let next = ordered.last().map_or(0, |last| last.sequence.saturating_add(1));
        let begins_anew = next > 0 && second.first().is_some_and(|(_, first)| first.sequence == 0);
        let goes_on = |sequence: u64| begins_anew && sequence >= next;
        ordered.extend(second.iter().filter(|(_, event)| goes_on(event.sequence)).map(|(_, event)| event));
        ordered.extend(second.iter().filter(|(_, event)| !goes_on(event.sequence)).map(|(_, event)| event));
    }
    ordered
}

fn concluded(ordered: &[&Envelope], ended: bool) -> Option<Outcome> {
    let mut progress = Progress::default();
    ordered.iter().filter_map(|event| event.code()).for_each(|code| progress.apply(code));
    progress.state(ended).outcome()
}

/// The outcome after an event, where each event overwrites what was there before.
fn overwritten(before: Option<Outcome>, event: &Envelope) -> Option<Outcome> {
    match event.code() {
        Some(Code::WmsLoaded | Code::MeasurementStarted) => None,
        Some(Code::ResultsReceived) => Some(Outcome::Completed),
        Some(Code::MeasurementCanceled) => Some(Outcome::Canceled),
        Some(Code::RedirectingToCallback) => before.or(Some(Outcome::Failed)),
        Some(Code::PageUnloaded) => before.or(Some(Outcome::Abandoned)),
        Some(code) if code.severity() == Severity::Error => Some(Outcome::Failed),
        _ => before,
    }
}

fn measurement(ordered: &[&Envelope]) -> Option<String> {
    let id = |event: &&&Envelope| {
        let id = event.payload.as_ref()?.get("measurementId")?.as_str()?;
        Some(id.to_owned())
    };
    let of_results = ordered.iter().rev().filter(|event| event.code() == Some(Code::ResultsReceived));
    of_results.chain(ordered.iter().rev()).find_map(|event| id(&event))
}
