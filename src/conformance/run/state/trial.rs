//! Sessions that are compared with undisturbed ones, and why they differ.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::super::attempt::Attempt;
use super::super::{Probe, Runner};
use super::pace::Pace;
use super::probing::{Compared, Patience, shown};
use super::{Played, Progress};
use crate::conformance::kit::{Event, Kit};
use crate::conformance::remembered::{Difference, differences, told};
use crate::conformance::script::{Shot, Step};
use crate::outcome::check::{Differs, Incident, Trace, Verdict};

/// Between two looks at the same session: a clock of seconds has gone on in between.
const LOOKS: Duration = Duration::from_millis(1100);
/// So many characters of a state that proves nothing are told.
const LONGEST: usize = 120;

/// A case under way.
pub(super) struct Trial<'a> {
    runner: &'a Arc<Runner>,
    probe: Probe,
    /// How the IDs of undisturbed sessions are made, where they are not the usual ones.
    ids: Option<fn(&str) -> Vec<String>>,
    progress: Progress,
    /// What has been the same, and of which sessions.
    states: Vec<Value>,
    compared: Vec<String>,
    /// Places that differ though nothing has happened.
    left_out: BTreeSet<String>,
    /// How long the system works on a session, as far as this case knows.
    pace: Pace,
}

/// Why a case is over before all is compared.
pub(super) struct Over {
    verdict: Verdict,
    actual: String,
    traces: Vec<Trace>,
    // Large, and rare.
    incident: Option<Box<Incident>>,
    differs: Option<Differs>,
}

impl Over {
    fn error(why: impl Into<String>, traces: Vec<Trace>) -> Self {
        Self { verdict: Verdict::Error, actual: why.into(), traces, incident: None, differs: None }
    }
}

impl<'a> Trial<'a> {
    pub fn new(runner: &'a Arc<Runner>, probe: Probe, ids: Option<fn(&str) -> Vec<String>>) -> Self {
        Self {
            runner,
            probe,
            ids,
            progress: Progress::default(),
            states: Vec::new(),
            compared: Vec::new(),
            left_out: BTreeSet::new(),
            pace: Pace::default(),
        }
    }

    /// Learns how long the system works on a session. Where it is not waited for to its end, or shows now this and now that, no
    /// case can say anything but the one that is about undisturbed sessions.
    pub async fn learn(&mut self, is_undisturbed: bool) -> Result<(), Over> {
        self.pace = self.runner.pace(&self.probe).await;
        if self.pace.swings() {
            let words = Incident::Swings.to_string();
            let over = if is_undisturbed {
                Over { verdict: Verdict::Fail, ..Over::error(words, Vec::new()) }
            } else {
                Over::error(format!("not judged: {words}"), Vec::new())
            };
            return Err(Over { incident: Some(Box::new(Incident::Swings)), ..over });
        }
        self.hurried().map_or(Ok(()), |why| Err(Over::error(format!("not judged: {why}"), Vec::new())))
    }

    /// Plays a session in order, each event of which has to be taken.
    pub async fn undisturbed(
        &mut self,
        kit: &Kit<'_>,
        events: &[Event],
        scenario: &str,
    ) -> Result<Played, Over> {
        let shots = events.iter().map(|event| Shot::setup(event).called(event.code.as_str())).collect();
        self.taken(
            kit,
            events,
            vec![Step::Lanes(vec![shots])],
            &format!("an undisturbed session ({scenario})"),
        )
        .await
    }

    /// Plays a session. Where not all of it arrived, nothing can be said of what is remembered of it.
    pub async fn taken(
        &mut self,
        kit: &Kit<'_>,
        events: &[Event],
        steps: Vec<Step>,
        name: &str,
    ) -> Result<Played, Over> {
        let played = self.played(kit, events, steps).await?;
        self.whole(played, name)
    }

    /// Plays a session.
    pub async fn played(
        &mut self,
        kit: &Kit<'_>,
        events: &[Event],
        steps: Vec<Step>,
    ) -> Result<Played, Over> {
        let played = self.runner.play(kit, events, steps, &mut self.progress).await;
        played.map_err(|why| Over::error(why, Vec::new()))
    }

    /// The session, if all of it arrived.
    pub fn whole(&self, played: Played, name: &str) -> Result<Played, Over> {
        match played.lost(self.runner) {
            Some(why) => Err(Over::error(format!("not judged: of {name} {why}"), self.runner.shown(&played))),
            None => Ok(played),
        }
    }

    /// Two undisturbed sessions have to be the same, but for what measures time.
    pub async fn same_undisturbed(
        &mut self,
        scenario: &str,
        name: String,
        usual: &Played,
        other: &Played,
    ) -> Result<(), Over> {
        let (mut found, traces) = self.compare(usual, other, Patience::Whole).await;
        if let Some(differences) = found.differences() {
            self.leave_out(differences);
            self.leave_out_what_goes_on(usual).await;
            found = self.look(usual, other).await;
        }
        let differing = format!("{scenario}, twice undisturbed");
        self.conclude(found, name, &differing, other, traces)
    }

    /// A session has to be the same as the undisturbed one. A difference blames the disturbance only where one more undisturbed
    /// session, played after it, does not have it.
    pub async fn same(
        &mut self,
        kit: &mut Kit<'_>,
        events: &[Event],
        name: String,
        usual: &Played,
        other: &Played,
    ) -> Result<(), Over> {
        let (mut found, traces) = self.compare(usual, other, Patience::Learned).await;
        if found.differences().is_some() {
            self.leave_out_what_goes_on(usual).await;
            self.control(kit, events, usual).await?;
            found = self.look(usual, other).await;
        }
        let differing = name.clone();
        self.conclude(found, name, &differing, other, traces)
    }

    /// What a comparison comes to; a difference is told as that of `differing`.
    fn conclude(
        &mut self,
        found: Compared,
        name: String,
        differing: &str,
        other: &Played,
        traces: Vec<Trace>,
    ) -> Result<(), Over> {
        match found {
            Compared::Same(state) => {
                self.note(state, name);
                Ok(())
            }
            Compared::Unknown(why) => Err(self.unknown(&name, &why, other, traces)),
            Compared::Missing(what) => Err(self.failed(&format!("{differing}: {what}"), other, traces)),
            Compared::Differ(differences) => {
                let differs = told(&differences).discreet(&|text| self.runner.base.redact(text));
                let over = self.failed(&format!("{differing}: {differs}"), other, traces);
                Err(Over { differs: Some(differs), ..over })
            }
        }
    }

    /// Plays one more undisturbed session, and leaves out what measures time and differs.
    async fn control(&mut self, kit: &mut Kit<'_>, events: &[Event], usual: &Played) -> Result<(), Over> {
        let like_these = self.ids.and_then(|ids| ids(&kit.word()).into_iter().next());
        let session = match like_these {
            Some(id) => kit.session_called(id),
            None => kit.session(),
        };
        let twin = kit.twin_as(events, &session);
        let control = self.undisturbed(kit, &twin, "once more").await?;
        let (mut found, traces) = self.compare(usual, &control, Patience::Whole).await;
        if let Some(differences) = found.differences() {
            self.leave_out(differences);
            found = self.look(usual, &control).await;
        }
        let why = match found {
            Compared::Same(_) => return Ok(()),
            Compared::Unknown(why) => return Err(Over::error(format!("not judged: {why}"), traces)),
            Compared::Missing(what) => what,
            Compared::Differ(differences) => told(&differences).to_string(),
        };
        let why =
            format!("not comparable, for undisturbed sessions are not the same (state/undisturbed): {why}");
        Err(Over::error(why, traces))
    }

    async fn compare(
        &mut self,
        usual: &Played,
        other: &Played,
        patience: Patience,
    ) -> (Compared, Vec<Trace>) {
        self.runner.compare(&self.probe, usual, other, &self.left_out, patience, self.pace).await
    }

    async fn look(&self, usual: &Played, other: &Played) -> Compared {
        self.runner.look(&self.probe, usual, other, &self.left_out).await
    }

    /// Of what differs between undisturbed sessions only what measures time is left out: what counts, or is said in words,
    /// shows that something was lost.
    fn leave_out(&mut self, differences: &[Difference]) {
        let measures = differences.iter().filter(|difference| difference.measure);
        self.left_out.extend(measures.map(Difference::general));
    }

    /// Leaves out what changes by itself in an undisturbed session, to which nothing happens any more.
    async fn leave_out_what_goes_on(&mut self, usual: &Played) {
        let first = shown(&self.probe, usual).await;
        tokio::time::sleep(LOOKS).await;
        let second = shown(&self.probe, usual).await;
        tokio::time::sleep(LOOKS).await;
        let third = shown(&self.probe, usual).await;
        if let (Some(first), Some(second), Some(third)) = (first, second, third) {
            self.left_out.extend(goes_on(&first, &second, &third));
        }
    }

    /// Says so where the system was not waited for to its end.
    fn hurried(&self) -> Option<String> {
        let worked = self.pace.hurried()?.as_secs_f64();
        let within = self.probe.within.as_secs_f64();
        Some(format!(
            "your system was still at work {worked:.1} s after the last event of a session, and is waited for {within} s: give it longer, such as --probe-within {:.0}s",
            within * 4.0
        ))
    }

    fn note(&mut self, state: Value, name: String) {
        self.states.push(state);
        self.compared.push(name);
    }

    fn unknown(&self, name: &str, why: &str, other: &Played, traces: Vec<Trace>) -> Over {
        Over::error(format!("not judged: {name}: {why}"), self.both(other, traces))
    }

    fn failed(&self, differs: &str, other: &Played, traces: Vec<Trace>) -> Over {
        let actual = format!("{differs}{}{}", other.refusals(self.runner), self.told_of_what_is_left_out());
        Over { verdict: Verdict::Fail, ..Over::error(actual, self.both(other, traces)) }
    }

    /// The requests of a session, and then what is shown of it.
    fn both(&self, other: &Played, shown: Vec<Trace>) -> Vec<Trace> {
        let mut traces = self.runner.shown(other);
        traces.extend(shown);
        traces
    }

    fn told_of_what_is_left_out(&self) -> String {
        if self.left_out.is_empty() {
            return String::new();
        }
        let places: Vec<&str> = self.left_out.iter().map(String::as_str).collect();
        format!("; left out, for undisturbed sessions differ there: {}", places.join(", "))
    }

    /// What the case comes to.
    pub fn end(self, over: Result<(), Over>) -> Attempt {
        // A system can show the credentials that it was sent.
        let discreet = |actual: &str| self.runner.base.redact(actual);
        let Err(Over { verdict, actual, traces, incident, differs }) = over.and_then(|()| self.verdict())
        else {
            let left_out = self.told_of_what_is_left_out();
            let actual = format!("the same state after: {}{left_out}", self.compared.join("; "));
            return self.progress.end(Verdict::Pass, discreet(&actual), Vec::new(), None, None);
        };
        let actual = discreet(&actual);
        self.progress.end(verdict, actual, traces, incident.map(|incident| *incident), differs)
    }

    /// What was the same each time proves something only where sessions that went otherwise are shown otherwise.
    fn verdict(&self) -> Result<(), Over> {
        if self.compared.is_empty() {
            let why = "the scenarios cannot be played in this dialect";
            return Err(Over { verdict: Verdict::Skip, ..Over::error(why, Vec::new()) });
        }
        if !says_nothing(&self.states) {
            return Ok(());
        }
        let state: String =
            self.states.first().map(ToString::to_string).unwrap_or_default().chars().take(LONGEST).collect();
        let why = format!(
            "not judged: the probe shows the same of every session, whatever happened in it ({state}); let it show what your system makes of a session, such as its outcome and how many events it has{}",
            self.told_of_what_is_left_out()
        );
        Err(Over::error(why, Vec::new()))
    }
}

/// The places that change from look to look by themselves: what measures time, and texts by chance, which are others each
/// time. What counts, what says a word, a list and what holds one are never among them: a session that changes there is still
/// being worked on, or has lost something.
fn goes_on(first: &Value, second: &Value, third: &Value) -> BTreeSet<String> {
    let (before, after) = (differences(first, second), differences(second, third));
    let again = |one: &&Difference| {
        one.chance && after.iter().any(|other| other.chance && other.place.path() == one.place.path())
    };
    let chance = before.iter().filter(again);
    before
        .iter()
        .chain(&after)
        .filter(|difference| difference.measure)
        .chain(chance)
        .map(Difference::general)
        .collect()
}

/// Whether the states of scenarios with different outcomes are all the same, or say nothing at all.
fn says_nothing(states: &[Value]) -> bool {
    let empty = |state: &Value| match state {
        Value::Null => true,
        Value::Object(object) => object.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    states.iter().all(empty) || states.len() > 1 && states.windows(2).all(|pair| pair[0] == pair[1])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_goes_on_by_itself_is_time_and_chance_and_nothing_else() {
        let looks = |values: [Value; 3]| {
            let [first, second, third] = values.map(|value| json!({ "is": value }));
            goes_on(&first, &second, &third).into_iter().collect::<Vec<_>>()
        };
        for values in [
            [json!(3), json!(4), json!(5)],
            [json!("3"), json!("4"), json!("5")],
            [json!("received"), json!("processing"), json!("completed")],
            [json!("completed"), json!("abandoned"), json!("completed")],
            [json!(["A"]), json!(["A", "B"]), json!(["A", "B", "C"])],
            [json!(["A"]), json!(["B"]), json!(["C"])],
            [json!({ "events": ["A"] }), json!([]), json!({ "events": [] })],
            [json!(null), json!({ "events": ["A"] }), json!(null)],
            [json!(true), json!(false), json!(true)],
            // It has changed once, as what is worked on does.
            [json!("part 1"), json!("part 1"), json!("part 2")],
        ] {
            assert_eq!(looks(values.clone()), [""; 0], "{values:?}");
        }
        for values in [
            [json!("a7f0"), json!("b19c"), json!("0c3e")],
            [json!("12 s"), json!("13 s"), json!("13 s")],
            [json!(1.5), json!(1.5), json!(2.5)],
            [json!(70_000), json!(70_001), json!(70_002)],
        ] {
            assert_eq!(looks(values.clone()), ["$.is"], "{values:?}");
        }
    }

    #[test]
    fn a_probe_that_says_nothing_is_told_from_one_that_does() {
        let (one, other) = (json!({ "outcome": "completed" }), json!({ "outcome": "canceled" }));
        assert!(!says_nothing(&[one.clone(), other]) && !says_nothing(std::slice::from_ref(&one)));
        assert!(says_nothing(&[one.clone(), one]));
        assert!(says_nothing(&[json!({})]) && says_nothing(&[json!(null)]) && says_nothing(&[json!([])]));
    }
}
