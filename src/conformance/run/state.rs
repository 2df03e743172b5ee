//! Cases that look at what the receiver's system remembers of a session.

mod probing;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use probing::Compared;

use super::attempt::Attempt;
use super::{Probe, Runner};
use crate::conformance::case::{Case, Disturbance, Order};
use crate::conformance::judge::{Judged, Seen};
use crate::conformance::kit::{Event, Kit, Session, measurement_of};
use crate::conformance::remembered;
use crate::conformance::script::{Demand, Script, Shot, Step};
use crate::outcome::check::{Trace, Verdict};
use crate::protocol::code::Code;
use crate::protocol::envelope::Envelope;

const EXPECTED: &str = "the same state as that of the undisturbed session, IDs and times left aside";
/// Forged events that would each give another outcome to some session.
const FORGED: [Code; 3] = [Code::MeasurementCanceled, Code::ResultsReceived, Code::GeneralError];
/// So many characters of a state that proves nothing are told.
const LONGEST: usize = 120;

/// A session that was sent.
struct Played {
    shots: Vec<(Shot, Option<Seen>)>,
    names: remembered::Names,
}

/// What a case has done so far.
#[derive(Default)]
struct Progress {
    requests: usize,
    down: bool,
}

/// Why a case is over before all is compared.
struct Verdicted {
    verdict: Verdict,
    actual: String,
}

impl Runner {
    /// Plays sessions undisturbed and disturbed, and compares what is remembered of them.
    pub(super) async fn state(
        self: &Arc<Self>,
        kit: &mut Kit<'_>,
        case: &Case,
        what: &Disturbance,
    ) -> Attempt {
        let Some(probe) = self.probe.clone() else {
            return Attempt::of(Verdict::Skip, EXPECTED, case.needs.missing());
        };
        let mut progress = Progress::default();
        let mut states: Vec<Value> = Vec::new();
        let mut compared: Vec<String> = Vec::new();
        let mut undisturbed = false;
        for scenario in what.scenarios {
            let events = kit.story(scenario);
            if events.is_empty() {
                continue;
            }
            let shots = events.iter().map(|event| Shot::setup(event).called(event.code.as_str())).collect();
            let usual = match self.play(kit, &events, vec![vec![shots]], &mut progress).await {
                Ok(played) => played,
                Err(why) => return progress.end(Verdict::Error, why, Vec::new()),
            };
            if let Some(why) = usual.not_taken(self) {
                let why = format!("not judged: of an undisturbed session ({scenario}) {why}");
                return progress.end(Verdict::Error, why, self.shown(&usual));
            }
            for order in (what.orders)(&events, self.setup.seed) {
                let twin = kit.twin(&events);
                let steps = steps(kit, &twin, &order, what.forged);
                let played = match self.play(kit, &twin, steps, &mut progress).await {
                    Ok(played) => played,
                    Err(why) => return progress.end(Verdict::Error, why, Vec::new()),
                };
                let (found, shown) = self.compare(&probe, &usual.names, &played.names).await;
                let name = format!("{scenario}, {}", order.name);
                undisturbed = order.is_usual(events.len()) && !what.forged;
                let over = match found {
                    Compared::Same(state) => {
                        states.push(state);
                        compared.push(name);
                        continue;
                    }
                    Compared::Unknown(why) => {
                        Verdicted { verdict: Verdict::Error, actual: format!("not judged: {name}: {why}") }
                    }
                    Compared::Differ(differences) if undisturbed => Verdicted {
                        verdict: Verdict::Fail,
                        actual: format!(
                            "{scenario}, twice undisturbed: {differences}{}",
                            played.refusals(self)
                        ),
                    },
                    Compared::Differ(differences) => {
                        let differs = format!("{name}: {differences}{}", played.refusals(self));
                        self.unless_never_the_same(&probe, kit, &events, &usual, differs, &mut progress).await
                    }
                };
                let mut traces = self.shown(&played);
                traces.extend(shown);
                return progress.end(over.verdict, over.actual, traces);
            }
        }
        if compared.is_empty() {
            return progress.end(
                Verdict::Skip,
                "the scenarios cannot be played in this dialect".to_owned(),
                Vec::new(),
            );
        }
        if undisturbed && says_nothing(&states) {
            let state: String =
                states.first().map(ToString::to_string).unwrap_or_default().chars().take(LONGEST).collect();
            let why = format!(
                "not judged: the probe shows the same of every session, whatever happened in it ({state}); let it show what your system makes of a session, such as its outcome and how many events it has"
            );
            return progress.end(Verdict::Error, why, Vec::new());
        }
        progress.end(Verdict::Pass, format!("the same state after: {}", compared.join("; ")), Vec::new())
    }

    /// A difference blames the disturbance only where two undisturbed sessions are the same.
    async fn unless_never_the_same(
        self: &Arc<Self>,
        probe: &Probe,
        kit: &mut Kit<'_>,
        events: &[Event],
        usual: &Played,
        differs: String,
        progress: &mut Progress,
    ) -> Verdicted {
        let error = |actual: String| Verdicted { verdict: Verdict::Error, actual };
        let twin = kit.twin(events);
        let shots = twin.iter().map(Shot::setup).collect();
        let control = match self.play(kit, &twin, vec![vec![shots]], progress).await {
            Ok(control) => control,
            Err(why) => return error(why),
        };
        if let Some(why) = control.not_taken(self) {
            return error(format!("not judged: of an undisturbed session {why}"));
        }
        match self.compare(probe, &usual.names, &control.names).await.0 {
            Compared::Same(_) => Verdicted { verdict: Verdict::Fail, actual: differs },
            Compared::Differ(why) => error(format!(
                "not comparable, for undisturbed sessions are not the same (state/undisturbed): {why}"
            )),
            Compared::Unknown(why) => error(format!("not judged: {why}")),
        }
    }

    /// Sends the steps of a session.
    async fn play(
        self: &Arc<Self>,
        kit: &Kit<'_>,
        events: &[Event],
        steps: Vec<Vec<Vec<Shot>>>,
        progress: &mut Progress,
    ) -> Result<Played, String> {
        let script = Script { steps: steps.into_iter().map(Step::Lanes).collect(), measure: None };
        let shots: Vec<&Shot> = script.shots().collect();
        self.announce(&shots).await.map_err(|why| format!("not judged: {why}"))?;
        let seen = self.send(&script).await;
        progress.requests += seen.iter().flatten().count();
        progress.down |= seen.iter().flatten().any(Seen::is_down);
        let mut measurements: Vec<String> = Vec::new();
        for id in events.iter().filter_map(|event| measurement_of(&event.body)) {
            if !measurements.contains(&id) {
                measurements.push(id);
            }
        }
        let session = events.first().map(|event| event.session.to_string()).unwrap_or_default();
        let names = remembered::Names { session, measurements, now: kit.now() };
        Ok(Played { shots: shots.into_iter().cloned().zip(seen).collect(), names })
    }

    fn shown(&self, played: &Played) -> Vec<Trace> {
        let pairs: Vec<(&Shot, Option<&Seen>)> =
            played.shots.iter().map(|(shot, seen)| (shot, seen.as_ref())).collect();
        self.traces(&pairs, None)
    }
}

impl Played {
    /// What was not taken of a session that has to be taken, if anything.
    fn not_taken(&self, runner: &Runner) -> Option<String> {
        self.shots.iter().find_map(|(shot, seen)| {
            let taken =
                seen.as_ref().and_then(Seen::status).is_some_and(|status| runner.accept.contains(status));
            let words = seen.as_ref().map_or_else(|| "not sent".to_owned(), Seen::words);
            (!taken).then(|| format!("{} was not taken: {words}", shot.label))
        })
    }

    /// What may explain a difference: events that were refused, and forged ones that were not.
    fn refusals(&self, runner: &Runner) -> String {
        let taken = |seen: &Option<Seen>| {
            seen.as_ref().and_then(Seen::status).is_some_and(|status| runner.accept.contains(status))
        };
        let is_forged = |shot: &Shot| shot.demand == Demand::Refuse;
        let count = |forged: bool, with: bool| {
            let of = |(shot, seen): &&(Shot, Option<Seen>)| is_forged(shot) == forged && taken(seen) == with;
            self.shots.iter().filter(of).count()
        };
        let (lost, right, forged) = (count(false, false), count(false, true), count(true, true));
        let mut words = String::new();
        if lost > 0 {
            words = format!("; {lost} of {} requests were not taken", lost + right);
        }
        if forged > 0 {
            words = format!("{words}; {forged} forged events were taken");
        }
        words
    }
}

impl Progress {
    fn end(&self, verdict: Verdict, actual: String, traces: Vec<Trace>) -> Attempt {
        Attempt {
            judged: Judged { verdict, expected: EXPECTED.to_owned(), actual, decisive: None },
            traces,
            requests: self.requests,
            took: Duration::ZERO,
            down: self.down,
            cut: self.down,
            curl: None,
        }
    }
}

/// Whether the states of several scenarios with different outcomes are all the same.
fn says_nothing(states: &[Value]) -> bool {
    states.len() > 1 && states.windows(2).all(|pair| pair[0] == pair[1])
}

/// The requests of a disturbed session.
fn steps(kit: &Kit<'_>, events: &[Event], order: &Order, forged: bool) -> Vec<Vec<Vec<Shot>>> {
    let shot = |place: &usize| events.get(*place).map(|event| Shot::test(event).called(event.code.as_str()));
    let mut steps: Vec<Vec<Vec<Shot>>> = order
        .steps
        .iter()
        .map(|lanes| lanes.iter().map(|lane| lane.iter().filter_map(shot).collect()).collect())
        .collect();
    if forged {
        let middle = events.len() * 2 / 3;
        for lane in steps.iter_mut().flatten() {
            let rest = lane.split_off(middle.min(lane.len()));
            lane.extend(forgeries(kit, events, middle));
            lane.extend(rest);
            lane.extend(forgeries(kit, events, events.len()));
        }
    }
    steps
}

/// Events of a session that nobody sent, as though they came next at this place.
fn forgeries(kit: &Kit<'_>, events: &[Event], place: usize) -> Vec<Shot> {
    let Some(before) = events.get(place.saturating_sub(1)) else { return Vec::new() };
    let Ok(read) = Envelope::read(&before.body) else { return Vec::new() };
    let stamp = crate::clock::Timestamp(read.timestamp);
    let measurement = events.iter().rev().find_map(|event| measurement_of(&event.body));
    let stranger = kit.stranger();
    FORGED
        .iter()
        .filter(|code| kit.dialect().knows(**code))
        .map(|code| {
            let mut session = Session::of(before);
            session.measured = true;
            session.next = u32::try_from(place).unwrap_or(u32::MAX);
            let invented = session.measurement();
            let event = kit.event_at(&mut session, *code, stamp);
            let body = String::from_utf8_lossy(&event.body).into_owned();
            let body = measurement.as_ref().map_or_else(|| body.clone(), |id| body.replace(&invented, id));
            let event = kit.resigned(&event, body);
            let wrong = stranger.sign(&event.body);
            Shot::test(&event).forged(wrong.as_str()).called(format!("a forged {code}"))
        })
        .collect()
}
