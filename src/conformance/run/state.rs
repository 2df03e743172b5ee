//! Cases that look at what the receiver's system remembers of a session.

mod alike;
mod pace;
mod probing;
mod trial;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub(super) use pace::Pace;
use trial::{Over, Trial};

use super::Runner;
use super::attempt::Attempt;
use crate::clock::Moment;
use crate::conformance::case::{Between, Case, Disturbance, Order};
use crate::conformance::judge::{Course, Judged, Seen};
use crate::conformance::kit::{Event, Kit, Session, measurement_of};
use crate::conformance::remembered;
use crate::conformance::script::{Demand, Script, Shot, Step};
use crate::outcome::check::{Differs, Incident, Trace, Verdict};
use crate::protocol::code::Code;
use crate::protocol::envelope::Envelope;

const EXPECTED: &str = "the same state as that of the undisturbed session, IDs and times left aside";
/// The case that is about sessions to which nothing happens.
const UNDISTURBED: &str = "state/undisturbed";
/// Forged events that would each give another outcome to some session.
const FORGED: [Code; 3] = [Code::MeasurementCanceled, Code::ResultsReceived, Code::GeneralError];

/// A session that was sent.
struct Played {
    shots: Vec<(Shot, Option<Seen>)>,
    names: remembered::Names,
    /// When its last event was answered.
    ended: Moment,
}

/// What a case has done so far.
#[derive(Default)]
struct Progress {
    requests: usize,
    down: bool,
    cut: bool,
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
        let mut trial = Trial::new(self, probe, None);
        let over = match trial.learn(case.id == UNDISTURBED).await {
            Ok(()) => self.disturbed(kit, what, &mut trial).await,
            Err(over) => Err(over),
        };
        trial.end(over)
    }

    async fn disturbed(
        self: &Arc<Self>,
        kit: &mut Kit<'_>,
        what: &Disturbance,
        trial: &mut Trial<'_>,
    ) -> Result<(), Over> {
        for scenario in what.scenarios {
            let events = kit.story(scenario);
            if events.is_empty() {
                continue;
            }
            let usual = trial.undisturbed(kit, &events, scenario).await?;
            for order in (what.orders)(&events, self.setup.seed) {
                let twin = kit.twin(&events);
                let name = format!("{scenario}, {}", order.name);
                let steps = paused(steps(kit, &twin, &order, what.between), order.pause);
                let played = trial.taken(kit, &twin, steps, &name).await?;
                if order.is_usual(events.len()) && what.between == Between::Nothing {
                    trial.same_undisturbed(scenario, name, &usual, &played).await?;
                } else {
                    trial.same(kit, &events, name, &usual, &played).await?;
                }
            }
        }
        Ok(())
    }

    /// Sends the steps of a session.
    async fn play(
        self: &Arc<Self>,
        kit: &Kit<'_>,
        events: &[Event],
        steps: Vec<Step>,
        progress: &mut Progress,
    ) -> Result<Played, String> {
        let script = Script { steps, measure: None };
        let shots: Vec<&Shot> = script.shots().collect();
        self.announce(&shots).await.map_err(|why| format!("not judged: {why}"))?;
        let seen = self.send(&script).await;
        progress.requests += seen.iter().flatten().count();
        progress.down |= seen.iter().flatten().any(Seen::is_down);
        progress.cut |= seen.iter().flatten().any(Seen::is_cut);
        let mut measurements: Vec<String> = Vec::new();
        for id in events.iter().filter_map(|event| measurement_of(&event.body)) {
            if !measurements.contains(&id) {
                measurements.push(id);
            }
        }
        let session = events.first().map(|event| event.session.to_string()).unwrap_or_default();
        let names = remembered::Names { session, measurements, now: kit.now() };
        let shots = shots.into_iter().cloned().zip(seen).collect();
        Ok(Played { shots, names, ended: self.clock.now() })
    }

    fn shown(&self, played: &Played) -> Vec<Trace> {
        let pairs: Vec<(&Shot, Option<&Seen>)> =
            played.shots.iter().map(|(shot, seen)| (shot, seen.as_ref())).collect();
        self.traces(&pairs, None)
    }

    fn took(&self, seen: Option<&Seen>) -> bool {
        seen.and_then(Seen::status).is_some_and(|status| self.accept.contains(status))
    }
}

impl Played {
    /// What of the session has not arrived, if anything: a request without an answer, or an event that was never taken. An
    /// event that comes again may be refused then.
    fn lost(&self, runner: &Runner) -> Option<String> {
        let words = |seen: Option<&Seen>| seen.map_or_else(|| "not sent".to_owned(), Seen::words);
        let unanswered = self.shots.iter().find(|(_, seen)| seen.as_ref().and_then(Seen::status).is_none());
        if let Some((shot, seen)) = unanswered {
            return Some(format!("{} was not answered: {}", shot.label, words(seen.as_ref())));
        }
        let mut events: BTreeMap<&Bytes, bool> = BTreeMap::new();
        for (shot, seen) in self.shots.iter().filter(|(shot, _)| !is_forged(shot)) {
            *events.entry(&shot.body).or_default() |= runner.took(seen.as_ref());
        }
        let never = |shot: &Shot| !is_forged(shot) && events.get(&shot.body) == Some(&false);
        let (shot, seen) = self.shots.iter().find(|(shot, _)| never(shot))?;
        Some(format!("{} was not taken: {}", shot.label, words(seen.as_ref())))
    }

    /// Every event of the session was refused, as some IDs may be: nothing is remembered of it.
    fn is_refused(&self) -> bool {
        let refused = |(_, seen): &(Shot, Option<Seen>)| {
            seen.as_ref().and_then(Seen::status).is_some_and(|status| (400..500).contains(&status))
        };
        self.shots.iter().all(refused)
    }

    /// What may explain a difference: events that were refused when they came again, and forged ones that were not.
    fn refusals(&self, runner: &Runner) -> String {
        let count = |forged: bool, with: bool| {
            let of = |(shot, seen): &&(Shot, Option<Seen>)| {
                is_forged(shot) == forged && runner.took(seen.as_ref()) == with
            };
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

fn is_forged(shot: &Shot) -> bool {
    shot.demand == Demand::Refuse
}

impl Progress {
    fn end(
        &self,
        verdict: Verdict,
        actual: String,
        traces: Vec<Trace>,
        incident: Option<Incident>,
        differs: Option<Differs>,
    ) -> Attempt {
        Attempt {
            judged: Judged { verdict, expected: EXPECTED.to_owned(), actual, decisive: None },
            traces,
            requests: self.requests,
            took: Duration::ZERO,
            incident,
            differs,
            down: self.down,
            cut: self.cut,
            course: Course::Answered,
            curl: None,
        }
    }
}

/// The steps with a pause between them.
fn paused(steps: Vec<Vec<Vec<Shot>>>, pause: Duration) -> Vec<Step> {
    let mut paused = Vec::new();
    for lanes in steps {
        if !pause.is_zero() && !paused.is_empty() {
            paused.push(Step::Wait(pause));
        }
        paused.push(Step::Lanes(lanes));
    }
    paused
}

/// The requests of a disturbed session.
fn steps(kit: &mut Kit<'_>, events: &[Event], order: &Order, between: Between) -> Vec<Vec<Vec<Shot>>> {
    let shot = |place: &usize| events.get(*place).map(|event| Shot::test(event).called(event.code.as_str()));
    let mut steps: Vec<Vec<Vec<Shot>>> = order
        .steps
        .iter()
        .map(|lanes| lanes.iter().map(|lane| lane.iter().filter_map(shot).collect()).collect())
        .collect();
    for lane in steps.iter_mut().flatten() {
        match between {
            Between::Nothing => {}
            Between::Forged => {
                let middle = events.len() * 2 / 3;
                let rest = lane.split_off(middle.min(lane.len()));
                lane.extend(forgeries(kit, events, middle));
                lane.extend(rest);
                lane.extend(forgeries(kit, events, events.len()));
            }
            Between::ForgedCopies => {
                let stranger = kit.stranger();
                let forged = |shot: &Shot| {
                    let wrong = stranger.sign(&shot.body);
                    shot.clone().forged(wrong.as_str()).called(format!("{}, forged", shot.label))
                };
                *lane = lane.drain(..).flat_map(|shot| [forged(&shot), shot]).collect();
            }
            Between::AnotherSession => {
                let other = kit.story("user-cancels");
                let mut other = other.iter().map(|event| {
                    Shot::test(event).called(format!("{} of another session", event.code.as_str()))
                });
                *lane = lane.drain(..).flat_map(|shot| [Some(shot), other.next()]).flatten().collect();
            }
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
