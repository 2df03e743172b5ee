//! One attempt at a case.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Runner;
use crate::clock::wall_clock;
use crate::conformance::case::{Case, Play};
use crate::conformance::cases;
use crate::conformance::judge::{self, Course, Judged, Seen};
use crate::conformance::kit::Kit;
use crate::conformance::script::{Script, Shot, Step};
use crate::outcome::check::{Differs, Incident, Role, Trace, Verdict};
use crate::outcome::exchange::FailureCode;
use crate::transport::wire::{RawExchange, RawLane, RawRequest};

/// What came of an attempt.
pub(super) struct Attempt {
    pub judged: Judged,
    pub traces: Vec<Trace>,
    pub requests: usize,
    pub took: Duration,
    /// What befell the receiver, where the answers alone do not say so.
    pub incident: Option<Incident>,
    /// Where what is shown of a session differs, if that is what went wrong.
    pub differs: Option<Differs>,
    /// The receiver could not be reached at some point.
    pub down: bool,
    /// At some point its connection was refused, or ended without an answer.
    pub cut: bool,
    /// How its requests went.
    pub course: Course,
    /// A command that sends the decisive request again.
    pub curl: Option<String>,
}

impl Attempt {
    /// A case that came to this, with nothing to show.
    pub(super) fn of(verdict: Verdict, expected: &str, actual: impl Into<String>) -> Self {
        let mut attempt = Self::error(expected, actual);
        attempt.judged.verdict = verdict;
        attempt
    }

    /// A case that could not be judged.
    pub(super) fn error(expected: &str, why: impl Into<String>) -> Self {
        let judged = Judged {
            verdict: Verdict::Error,
            expected: expected.to_owned(),
            actual: why.into(),
            decisive: None,
        };
        Self {
            judged,
            traces: Vec::new(),
            requests: 0,
            took: Duration::ZERO,
            incident: None,
            differs: None,
            down: false,
            cut: false,
            course: Course::Answered,
            curl: None,
        }
    }

    /// Says that the receiver was gone afterwards, whatever it had answered.
    pub(super) fn blame(&mut self) -> Option<Incident> {
        if self.judged.verdict == Verdict::Skip {
            return None;
        }
        self.judged.verdict = Verdict::Fail;
        self.judged.actual = format!("{}; {}", self.judged.actual, Incident::Ended);
        Some(Incident::Ended)
    }

    /// Whether requests were sent and each of them ran into the time limit; nothing where none was sent.
    pub(super) fn is_mute(&self) -> Option<bool> {
        let timed_out = |trace: &Trace| {
            trace.failure.as_deref().and_then(FailureCode::named).is_some_and(FailureCode::is_timeout)
        };
        (!self.traces.is_empty()).then(|| self.traces.iter().all(timed_out))
    }

    /// How long the request under test had been under way when it was cut, in milliseconds: endless where it was not, or nobody
    /// took it. An ordinary event ends nobody.
    pub(super) fn cut_after(&self) -> f64 {
        let cut = |trace: &&Trace| {
            let code = trace.failure.as_deref().and_then(FailureCode::named);
            trace.role == Role::Test && code.is_some_and(|code| !code.is_timeout() && !code.is_down())
        };
        self.traces.iter().find(cut).map_or(f64::INFINITY, |trace| trace.took_ms)
    }
}

/// Lanes that are to begin at the same moment wait no longer than this for a connection, and then for each other.
const CONNECTED_WITHIN: Duration = Duration::from_millis(500);
/// So many requests are shown of a case.
const MOST_TRACES: usize = 8;

impl Runner {
    /// The n-th attempt at a case.
    pub(super) async fn attempt(self: &Arc<Self>, case: &Case, number: u64) -> Attempt {
        let begun = self.clock.now();
        let mut kit = Kit::new(&self.setup, case.id, number, wall_clock());
        let mut attempt = match case.play {
            Play::Script(script) => {
                let script = script(&mut kit);
                self.script(case, &script).await
            }
            Play::Event { code, measured } if kit.dialect().knows(code) => {
                let script = cases::event(&mut kit, code, measured);
                self.script(case, &script).await
            }
            Play::Event { code, .. } => {
                let mut attempt = Attempt::error("a 2xx", format!("the dialect has no {code}"));
                attempt.judged.verdict = Verdict::Skip;
                attempt
            }
            // Each is large, and few cases are of these kinds.
            Play::Window(direction) => Box::pin(self.window(&mut kit, direction)).await,
            Play::State(disturbance) => Box::pin(self.state(&mut kit, case, &disturbance)).await,
            Play::Alike(ids) => Box::pin(self.alike(&mut kit, case, ids)).await,
            Play::Tls(handshake) => Box::pin(self.handshake(handshake)).await,
            Play::Http2 => Box::pin(self.http2(&mut kit)).await,
        };
        attempt.took = self.clock.now().since(begun);
        attempt
    }

    /// Sends a script and judges the answers.
    pub(super) async fn script(self: &Arc<Self>, case: &Case, script: &Script) -> Attempt {
        let shots: Vec<&Shot> = script.shots().collect();
        let expected = shots.last().map_or_else(String::new, |shot| shot.demand.words());
        if let Err(why) = self.announce(&shots).await {
            return Attempt::error(&expected, format!("not judged: {why}"));
        }
        let seen = self.send(script).await;
        let pairs: Vec<(&Shot, Option<&Seen>)> =
            shots.iter().zip(&seen).map(|(shot, seen)| (*shot, seen.as_ref())).collect();
        let judged = judge::judge(case.level, &pairs, script.measure, &self.accept);
        let curl = judged.decisive.and_then(|place| self.base.command(shots[place]));
        Attempt {
            traces: self.traces(&pairs, judged.decisive),
            requests: seen.iter().flatten().count(),
            took: Duration::ZERO,
            incident: None,
            differs: None,
            down: seen.iter().flatten().any(Seen::is_down),
            cut: seen.iter().flatten().any(Seen::is_cut),
            course: judge::course(&pairs, &self.accept, self.at_once()),
            curl,
            judged,
        }
    }

    /// Tells the receiver of the sessions, where it has to know them.
    pub(super) async fn announce(&self, shots: &[&Shot]) -> Result<(), String> {
        let Some(announcer) = &self.announcer else { return Ok(()) };
        let sessions: BTreeSet<&Arc<str>> = shots.iter().map(|shot| &shot.session).collect();
        let mut telling = JoinSet::new();
        for session in sessions {
            let (announcer, session) = (announcer.clone(), Arc::clone(session));
            telling.spawn(async move { announcer.tell(&session).await });
        }
        while let Some(told) = telling.join_next().await {
            told.unwrap_or_else(|_| Err("a session could not be announced".to_owned()))?;
        }
        Ok(())
    }

    /// Sends a script. What was not sent, because its lane had no answer before, has nothing in its place.
    pub(super) async fn send(self: &Arc<Self>, script: &Script) -> Vec<Option<Seen>> {
        let mut all: Vec<Option<Seen>> = Vec::new();
        let mut connections: Vec<Option<RawLane>> = Vec::new();
        let mut idle: Vec<RawLane> = Vec::new();
        for step in &script.steps {
            match step {
                Step::Wait(time) => tokio::time::sleep(*time).await,
                Step::Idle => idle.extend(connections.first_mut().and_then(Option::take)),
                Step::Lanes(lanes) => {
                    // Where each writes as soon as it is connected, the first has its answer before the last begins.
                    let start = (lanes.len() > 1).then(|| Arc::new(Barrier::new(lanes.len())));
                    let mut flying = JoinSet::new();
                    let mut place = all.len();
                    for (number, lane) in lanes.iter().enumerate() {
                        if connections.len() <= number {
                            connections.resize_with(number + 1, || None);
                        }
                        let connection = connections[number].take().unwrap_or_else(|| self.wire.raw());
                        let requests: Vec<Written> = lane.iter().map(|shot| self.written(shot)).collect();
                        flying.spawn(fly(number, place, connection, requests, start.clone()));
                        place += lane.len();
                    }
                    all.resize_with(place, || None);
                    while let Some(flown) = flying.join_next().await {
                        let Ok((number, first, connection, seen)) = flown else { continue };
                        connections[number] = Some(connection);
                        for (offset, seen) in seen.into_iter().enumerate() {
                            all[first + offset] = Some(self.noted(seen));
                        }
                    }
                }
            }
        }
        all
    }

    /// What came of an exchange, counted, and without credentials: the beginning of an answer that is no HTTP can repeat what
    /// was sent.
    pub(super) fn noted(&self, mut seen: Seen) -> Seen {
        self.counts.note(&seen);
        if let Err(failure) = &mut seen.result {
            failure.detail = self.base.redact(&failure.detail);
        }
        seen
    }

    fn written(&self, shot: &Shot) -> Written {
        let limit = shot.limit.or(self.options.timeout);
        let fresh = shot.form.fresh || self.closes.load(Ordering::Relaxed);
        Written { fresh, limit, request: self.base.request(shot) }
    }

    /// What people see of the exchanges: the decisive one, and the first ones.
    pub(super) fn traces(&self, pairs: &[(&Shot, Option<&Seen>)], decisive: Option<usize>) -> Vec<Trace> {
        let wanted = |place: usize| Some(place) == decisive || place < MOST_TRACES - 1;
        let places = (0..pairs.len()).filter(|place| wanted(*place)).take(MOST_TRACES);
        places
            .filter_map(|place| {
                let (shot, seen) = pairs[place];
                seen.map(|seen| Trace { decisive: Some(place) == decisive, ..self.trace(shot, seen) })
            })
            .collect()
    }

    fn trace(&self, shot: &Shot, seen: &Seen) -> Trace {
        let reply = seen.result.as_ref().ok();
        let failure = seen.result.as_ref().err();
        Trace {
            label: shot.label.to_string(),
            role: shot.role,
            request: self.base.shown(shot),
            body_bytes: shot.body.len() as u64,
            status: seen.status().or_else(|| failure.and_then(|failure| failure.status)),
            // Debug pages and echoes repeat what was sent.
            answer: reply
                .map(|reply| self.base.redact(&String::from_utf8_lossy(&reply.excerpt)))
                .unwrap_or_default(),
            failure: failure.map(|failure| failure.code.as_str().to_owned()),
            detail: failure.map(|failure| failure.detail.clone()),
            took_ms: seen.took.as_secs_f64() * 1e3,
            decisive: false,
        }
    }
}

/// A request that is about to be sent.
struct Written {
    /// Over a new connection.
    fresh: bool,
    /// How long its answer is waited for.
    limit: Option<Duration>,
    request: RawRequest,
}

/// Sends the requests of a lane, one after the other, until one has no answer. With others beside it, it is connected first,
/// begins with them, and is closed in the end: who serves one connection at a time would never come to the others.
async fn fly(
    number: usize,
    first: usize,
    mut connection: RawLane,
    requests: Vec<Written>,
    start: Option<Arc<Barrier>>,
) -> (usize, usize, RawLane, Vec<Seen>) {
    let mut seen = Vec::with_capacity(requests.len());
    let is_beside = start.is_some();
    if let Some(start) = start {
        if requests.first().is_some_and(|first| first.fresh) {
            connection.close();
        }
        // Neither a queue that is full nor a handshake that hangs keeps the others for long.
        connection.open(CONNECTED_WITHIN).await;
        let _ = timeout(CONNECTED_WITHIN, start.wait()).await;
    }
    for (place, Written { fresh, limit, request }) in requests.into_iter().enumerate() {
        if fresh && !(is_beside && place == 0) {
            connection.close();
        }
        let one = seen_of(connection.exchange_within(&request, limit).await);
        let ends = one.result.is_err() && one.written == one.length || one.is_down();
        seen.push(one);
        if ends {
            break;
        }
    }
    if is_beside {
        connection.close();
    }
    (number, first, connection, seen)
}

/// What came of an exchange.
pub(super) fn seen_of(raw: RawExchange) -> Seen {
    let moments = raw.exchange.moments;
    Seen {
        took: moments.ended.since(raw.stood.unwrap_or(moments.begun)),
        result: raw.exchange.result,
        interim: raw.interim,
        written: raw.written,
        length: raw.length,
        reused: raw.exchange.reused,
        surplus: raw.surplus,
    }
}
