//! Asking after sessions on a paused clock: when, how often, how many at once, and that no run waits for ever.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use wms_sim::clock::{Epoch, Moment, RunClock};
use wms_sim::delivery::engine::{Engine, Stop};
use wms_sim::delivery::fleet::Fleet;
use wms_sim::delivery::policy::{Pace, Policy};
use wms_sim::delivery::probe::{Answer, Ask, Asking, Prober};
use wms_sim::delivery::{Numbers, Scenarios, SessionSource};
use wms_sim::outcome::probe::{NotAsked, Probe, ProbeVerdict};
use wms_sim::outcome::run_event::RunEvent;
use wms_sim::protocol::dialect::{Dialect, MacInput, Order};
use wms_sim::protocol::mac::{Secret, Signer};
use wms_sim::scenario::compile::Options;
use wms_sim::scenario::library::{Library, load_plan};
use wms_sim::scenario::mix::Mix;
use wms_sim::seed::Seed;
use wms_sim::transport::scripted;

/// What is answered, and after how long; `None` is silence for ever.
type Reply = Option<(Duration, Result<Answer, String>)>;

/// Answers the nth question after a session, counted from 0.
#[derive(Clone)]
struct Script {
    reply: Arc<dyn Fn(usize) -> Reply + Send + Sync>,
    asked: Arc<Mutex<BTreeMap<String, usize>>>,
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Script {
    fn new(reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        Self { reply: Arc::new(reply), asked: Arc::default(), now: Arc::default(), most: Arc::default() }
    }
}

impl Ask for Script {
    fn ask<'a>(&'a self, session_id: &'a str) -> Asking<'a> {
        let nth = {
            let mut asked = self.asked.lock().unwrap();
            let count = asked.entry(session_id.to_owned()).or_default();
            *count += 1;
            *count - 1
        };
        Box::pin(async move {
            self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let Some((delay, answer)) = (self.reply)(nth) else { return std::future::pending().await };
            tokio::time::sleep(delay).await;
            self.now.fetch_sub(1, Ordering::SeqCst);
            answer
        })
    }
}

fn text(text: &str) -> Answer {
    Answer::Text(text.as_bytes().to_vec())
}

fn right() -> Answer {
    text(r#"{"outcome":"abandoned"}"#)
}

struct Run {
    sessions: u64,
    within: Duration,
    timeout: Duration,
    at_once: usize,
    order: Order,
    stop: Option<Duration>,
}

const RUN: Run = Run {
    sessions: 1,
    within: Duration::from_secs(5),
    timeout: Duration::from_secs(2),
    at_once: 16,
    order: Order::Sequential,
    stop: None,
};

impl Run {
    /// Plays sessions of `bounce`, whose outcome is `abandoned`. Gives all events and when the run was over.
    fn play(&self, script: &Script) -> (Vec<RunEvent>, Moment) {
        let options = Options { dialect: Dialect::current(), ..Options::default() };
        let plan = load_plan(Library::built_in().scenario("bounce").unwrap(), &options).unwrap();
        let source = SessionSource::Scenarios(Scenarios {
            seed: Seed(1),
            mix: Mix::new(vec![(Arc::new(plan), 1.0)]).unwrap(),
            ids: Vec::new(),
            faults: Arc::default(),
        });
        let start = Epoch::parse_rfc3339("2026-01-02T03:04:05Z").unwrap();
        let policy = Policy { order: self.order, ..Policy::new(&Dialect::current(), Pace::Max, start) };
        let signer = Signer::new(&Secret::new("secret"), MacInput::Bytes);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let clock = RunClock::start();
            let engine = Engine {
                transport: scripted::Scripted::new(clock, |_, _| scripted::Answer::status(204)),
                clock,
                max_in_flight: 8,
                max_open: 8,
                announcer: None,
                prober: Some(Prober::new(script.clone(), self.within, self.timeout, self.at_once)),
                steps: None,
                acts: None,
            };
            let (stop, stopped) = watch::channel(Stop::No);
            if let Some(after) = self.stop {
                tokio::spawn(async move {
                    tokio::time::sleep(after).await;
                    stop.send(Stop::Finish).unwrap();
                    stop.closed().await;
                });
            }
            let mut events = Vec::new();
            let fleet = Fleet::new(source, policy, signer.into());
            let numbers = Numbers::Range(1..=self.sessions);
            engine.run(fleet, &numbers, stopped, &mut |event| events.push(event)).await;
            (events, clock.now())
        })
    }
}

fn probes(events: &[RunEvent]) -> Vec<(Moment, u64, &Probe)> {
    events
        .iter()
        .filter_map(|event| match event {
            RunEvent::Probed { at, session, probe } => Some((*at, session.number, &**probe)),
            _ => None,
        })
        .collect()
}

fn ended(events: &[RunEvent]) -> Moment {
    events
        .iter()
        .find_map(|event| match event {
            RunEvent::SessionEnded { at, .. } => Some(*at),
            _ => None,
        })
        .unwrap()
}

/// Milliseconds from the first session's end to the first probe's.
fn took(events: &[RunEvent]) -> u128 {
    probes(events)[0].0.since(ended(events)).as_millis()
}

/// A timer's resolution is a millisecond, so each wait may be one longer.
#[track_caller]
fn assert_about(millis: u128, expected: u128) {
    assert!((expected..expected + 20).contains(&millis), "{millis} ms, and {expected} were expected");
}

#[test]
fn a_right_answer_ends_the_asking() {
    for order in [Order::Sequential, Order::Concurrent] {
        let script =
            Script::new(|nth| Some((Duration::from_millis(7), Ok(if nth < 2 { text("") } else { right() }))));
        let (events, over) = Run { order, ..RUN }.play(&script);
        let [(at, 1, probe)] = probes(&events)[..] else { panic!("{events:?}") };
        assert_eq!((probe.verdict, probe.asks), (ProbeVerdict::Matched, 3));
        // At once, 100 ms later, 200 ms later.
        assert_about(took(&events), 300 + 3 * 7);
        assert!(matches!(events.last(), Some(RunEvent::Probed { .. })) && over >= at);
    }
}

#[test]
fn another_answer_counts_when_the_patience_is_over() {
    let script = Script::new(|_| Some((Duration::ZERO, Ok(text(r#"{"status":"completed"}"#)))));
    let (events, _) = RUN.play(&script);
    let (_, _, probe) = probes(&events)[0];
    assert_eq!((probe.verdict, probe.found.as_deref()), (ProbeVerdict::Differs, Some("completed")));
    // 0, 0.1, 0.3, 0.7, 1.5, 2.5, 3.5, 4.5 and 5 s.
    assert_eq!(probe.asks, 9);
    assert_about(took(&events), 5000);

    let (events, _) = Run { within: Duration::ZERO, ..RUN }.play(&script);
    assert_eq!(probes(&events)[0].2.asks, 1);
}

#[test]
fn the_last_answer_counts() {
    // It shows another outcome, and is down at the end: nothing can be told.
    let script = Script::new(|nth| {
        let answer = if nth < 8 { Ok(text(r#"{"status":"completed"}"#)) } else { Err("down".to_owned()) };
        Some((Duration::ZERO, answer))
    });
    let (events, _) = RUN.play(&script);
    let probe = probes(&events)[0].2;
    assert_eq!((probe.verdict, probe.detail.as_deref()), (ProbeVerdict::Unknown, Some("down")));
}

#[test]
fn silence_has_an_end() {
    let (events, _) = RUN.play(&Script::new(|_| None));
    let probe = probes(&events)[0].2;
    assert_eq!((probe.verdict, probe.asks), (ProbeVerdict::Unknown, 3));
    assert!(probe.detail.as_ref().unwrap().contains("no answer within 1 s"));
    // Twice 2 s, then a second: 0.7 s of the patience are left, and the pauses between them.
    assert_about(took(&events), 5300);
}

#[test]
fn one_question_does_not_outlast_the_patience() {
    let silent = Script::new(|_| None);
    let hour = Duration::from_secs(3600);
    let (events, _) = Run { timeout: hour, ..RUN }.play(&silent);
    let probe = probes(&events)[0].2;
    assert_eq!((probe.verdict, probe.asks), (ProbeVerdict::Unknown, 1));
    assert_eq!(probe.detail.as_deref(), Some("there was no answer within 5 s"));
    assert_about(took(&events), 5000);
    // Whoever is asked has a second to answer.
    let (events, _) = Run { timeout: hour, within: Duration::ZERO, ..RUN }.play(&silent);
    assert_eq!(probes(&events)[0].2.detail.as_deref(), Some("there was no answer within 1 s"));
    assert_about(took(&events), 1000);
    // What is left is told in whole tenths.
    let late = Script::new(|nth| (nth == 0).then(|| (Duration::from_millis(1234), Ok(text("")))));
    let (events, _) = Run { timeout: hour, ..RUN }.play(&late);
    assert_eq!(probes(&events)[0].2.detail.as_deref(), Some("there was no answer within 3.7 s"));
    assert_about(took(&events), 5000);
}

#[test]
fn a_bounded_number_is_awaited_at_once_and_all_are_asked() {
    let script = Script::new(|_| Some((Duration::from_millis(500), Ok(right()))));
    let run = Run { sessions: 100, at_once: 4, within: Duration::ZERO, ..RUN };
    let (events, over) = run.play(&script);
    let found = probes(&events);
    // Waiting for its turn takes nothing from a session's time.
    assert!(found.iter().all(|(_, _, probe)| (probe.verdict, probe.asks) == (ProbeVerdict::Matched, 1)));
    assert_eq!((found.len(), script.most.load(Ordering::SeqCst)), (100, 4));
    assert_about(over.since(Moment::ZERO).as_millis() / 25, 500);
}

#[test]
fn while_one_waits_others_are_asked() {
    // One at a time, and each needs three questions: between them the others have their turn.
    let script =
        Script::new(|nth| Some((Duration::from_millis(1), Ok(if nth < 2 { text("{}") } else { right() }))));
    let (events, over) = Run { sessions: 20, at_once: 1, ..RUN }.play(&script);
    assert!(probes(&events).iter().all(|(_, _, probe)| probe.asks == 3));
    assert!(over.since(Moment::ZERO) < Duration::from_secs(2), "{over:?}");
}

#[test]
fn a_system_that_lags_behind_does_not_pile_sessions_up() {
    let script = Script::new(|_| Some((Duration::ZERO, Ok(text(r#"{"status":"processing"}"#)))));
    let (events, _) = Run { sessions: 3000, within: Duration::from_secs(1), ..RUN }.play(&script);
    assert_eq!(probes(&events).len(), 3000);
    let (mut begun, mut most) = (0_usize, 0);
    for event in &events {
        match event {
            RunEvent::SessionBegan { .. } => begun += 1,
            RunEvent::Probed { .. } => begun -= 1,
            _ => {}
        }
        most = most.max(begun);
    }
    assert!((1024..=1024 + 8).contains(&most), "{most} sessions that were not asked after yet");
}

#[test]
fn a_run_that_is_stopped_asks_no_more() {
    let script = Script::new(|_| Some((Duration::ZERO, Ok(text("{}")))));
    let stop = Some(Duration::from_millis(1600));
    let (events, over) = Run { sessions: 5, within: Duration::from_secs(3600), stop, ..RUN }.play(&script);
    assert_about(over.since(Moment::ZERO).as_millis(), 1600);
    assert!(probes(&events).is_empty(), "what was broken off is not told as an answer");
    let interrupted = events.iter().position(|event| matches!(event, RunEvent::Interrupted { .. })).unwrap();
    let mut not_asked: Vec<u64> = events[interrupted + 1..]
        .iter()
        .map(|event| match event {
            RunEvent::NotAsked { session, why: NotAsked::Interrupted, .. } => session.number,
            other => panic!("{other:?}"),
        })
        .collect();
    not_asked.sort_unstable();
    assert_eq!(not_asked, [1, 2, 3, 4, 5]);
    // Those that were asked to the end are told as such, and the others are counted.
    let slow = Script::new(|_| Some((Duration::from_millis(700), Ok(right()))));
    let run = Run { sessions: 10, at_once: 2, within: Duration::ZERO, stop, ..RUN };
    let (events, _) = run.play(&slow);
    let left = events.iter().filter(|event| matches!(event, RunEvent::NotAsked { .. })).count();
    assert_eq!((probes(&events).len(), left), (4, 6));
    let silent = Run { stop, timeout: Duration::from_secs(3600), ..RUN }.play(&Script::new(|_| None));
    assert_about(silent.1.since(Moment::ZERO).as_millis(), 1600);
}

#[test]
fn one_who_asks_and_comes_to_grief_holds_nobody_up() {
    let script = Script::new(|_| panic!("on purpose"));
    let (events, _) = Run { sessions: 3, ..RUN }.play(&script);
    let found = probes(&events);
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|(_, _, probe)| probe.verdict == ProbeVerdict::Unknown && probe.asks == 0));
}
