//! Whatever the receiver answers, and in whichever order: each event is settled exactly once, and sessions keep their order.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "common/cases.rs"]
mod cases;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use cases::cases;
use proptest::prelude::*;
use tokio::sync::{mpsc, watch};
use wms_sim::clock::{Epoch, Moment, RunClock};
use wms_sim::delivery::engine::{Engine, Stop};
use wms_sim::delivery::fleet::{Dispatch, Fleet};
use wms_sim::delivery::policy::{Pace, Policy};
use wms_sim::delivery::{Numbers, Scenarios, SessionSource, dry};
use wms_sim::outcome::delivery::{Delivery, Status};
use wms_sim::outcome::exchange::{Exchange, Failure, FailureCode, Moments, Phase, Reply};
use wms_sim::outcome::run_event::RunEvent;
use wms_sim::protocol::dialect::{Dialect, MacInput, Order};
use wms_sim::protocol::envelope::Envelope;
use wms_sim::protocol::mac::{Secret, Signer, verify};
use wms_sim::scenario::compile::Options;
use wms_sim::scenario::library::{Library, load_plan};
use wms_sim::scenario::mix::Mix;
use wms_sim::seed::Seed;
use wms_sim::transport::scripted::{Answer, Scripted};

const SCENARIOS: [&str; 6] =
    ["happy-path", "low-snr", "tab-hidden", "page-reload", "crash", "websocket-burst"];

fn source(seed: u64) -> SessionSource {
    let library = Library::built_in();
    let options = Options { dialect: Dialect::current(), ..Options::default() };
    let plans = SCENARIOS
        .iter()
        .map(|name| (Arc::new(load_plan(library.scenario(name).unwrap(), &options).unwrap()), 1.0))
        .collect();
    SessionSource::Scenarios(Scenarios {
        seed: Seed(seed),
        mix: Mix::new(plans).unwrap(),
        ids: Vec::new(),
        faults: Arc::default(),
    })
}

fn policy(order: Order, pace: Pace) -> Policy {
    let start = Epoch::parse_rfc3339("2026-01-02T03:04:05Z").unwrap();
    Policy { order, ..Policy::new(&Dialect::current(), pace, start) }
}

fn signer() -> Signer {
    Signer::new(&Secret::new("secret"), MacInput::Bytes)
}

/// What a session consists of: its bodies in their order, with when they are due.
fn expected(source: &SessionSource, policy: &Policy, sessions: u64) -> BTreeMap<u64, Vec<(Moment, Vec<u8>)>> {
    (1..=sessions)
        .map(|number| {
            let mut bodies = Vec::new();
            dry::events(source, number, policy, &signer().into(), &mut |due, item| {
                assert!(verify(&signer(), &item.body, item.mac.as_str().unwrap().as_bytes()).is_ok());
                bodies.push((due, item.body.to_vec()));
            });
            (number, bodies)
        })
        .collect()
}

fn exchange(outcome: u8, at: Moment) -> Exchange {
    let reply = |status| Ok(Reply { status, ..Reply::default() });
    let result = match outcome % 6 {
        0 | 1 => reply(204),
        2 => reply(500),
        3 => reply(302),
        4 => Err(Failure::new(FailureCode::ReplyTimeout, Phase::Wait, "")),
        _ => Err(Failure::new(FailureCode::ConnectionReset, Phase::Body, "")),
    };
    Exchange {
        result,
        moments: Moments { begun: at, ended: at, ..Moments::default() },
        reused: false,
        resent: false,
    }
}

/// Checks what a run told against what its sessions consist of.
fn check(events: &[RunEvent], expected: &BTreeMap<u64, Vec<(Moment, Vec<u8>)>>, order: Order) {
    let mut began = BTreeSet::new();
    let mut ended = BTreeSet::new();
    let mut in_flight: BTreeMap<u64, u32> = BTreeMap::new();
    let mut settled: BTreeMap<u64, Vec<&Delivery>> = BTreeMap::new();
    for event in events {
        match event {
            RunEvent::SessionBegan { session, .. } => assert!(began.insert(session.number)),
            RunEvent::Dispatched { session, .. } => {
                let now = in_flight.entry(*session).or_default();
                *now += 1;
                assert!(order == Order::Concurrent || *now == 1, "two in flight in session {session}");
            }
            RunEvent::Settled(delivery) => {
                *in_flight.get_mut(&delivery.session).unwrap() -= 1;
                settled.entry(delivery.session).or_default().push(delivery);
            }
            RunEvent::SessionEnded { session, .. } => {
                assert_eq!(in_flight[session], 0, "session {session} ended with something in flight");
                assert!(ended.insert(*session));
            }
            RunEvent::Acted { .. }
            | RunEvent::Probed { .. }
            | RunEvent::NotAsked { .. }
            | RunEvent::SessionNotPlayed { .. }
            | RunEvent::Interrupted { .. }
            | RunEvent::Retrying { .. } => {
                panic!("{event:?}")
            }
        }
    }
    assert_eq!(began, ended);
    assert_eq!(began, expected.keys().copied().collect());
    for (number, bodies) in expected {
        let mut got: Vec<Vec<u8>> = settled[number].iter().map(|delivery| delivery.body.to_vec()).collect();
        let mut wanted: Vec<Vec<u8>> = bodies.iter().map(|(_, body)| body.clone()).collect();
        if order == Order::Concurrent {
            got.sort();
            wanted.sort();
        }
        assert_eq!(got, wanted, "session {number}");
        for delivery in &settled[number] {
            let status = match &delivery.exchange.as_ref().unwrap().result {
                Ok(reply) if (200..=299).contains(&reply.status) => Status::Accepted,
                Ok(_) => Status::Refused,
                Err(_) => Status::Failed,
            };
            assert_eq!((delivery.status, delivery.attempts), (status, 1));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(150)))]

    /// The fleet alone, with the answers arriving in any order.
    #[test]
    fn each_event_is_settled_exactly_once(
        seed in 0_u64..1000,
        sessions in 1_u64..8,
        concurrent: bool,
        pace in prop_oneof![Just(Pace::Max), Just(Pace::Times(1.0)), Just(Pace::Times(33.3))],
        choices in prop::collection::vec((any::<u8>(), any::<u8>()), 64),
    ) {
        let order = if concurrent { Order::Concurrent } else { Order::Sequential };
        let (source, policy) = (source(seed), policy(order, pace));
        let expected = expected(&source, &policy, sessions);
        let mut fleet = Fleet::new(source, policy, signer().into());
        let mut events = Vec::new();
        for number in 1..=sessions {
            fleet.admit(number, Moment::ZERO, &mut |event| events.push(event));
        }
        let mut now = Moment::ZERO;
        let mut flights: Vec<Dispatch> = Vec::new();
        let mut choices = choices.into_iter().cycle();
        while fleet.open() > 0 {
            let (first, second) = choices.next().unwrap();
            if let Some(dispatch) = (first % 3 > 0).then(|| fleet.take(now, &mut |event| events.push(event))).flatten() {
                prop_assert!(dispatch.intended <= now);
                events.push(RunEvent::Dispatched {
                    at: now,
                    session: dispatch.session,
                    session_id: dispatch.session_id.clone(),
                    sequence: dispatch.sequence,
                    code: dispatch.code.clone(),
                    attempt: dispatch.attempt,
                    body: dispatch.body.clone(),
                });
                flights.push(dispatch);
            } else if !flights.is_empty() && second % 2 == 0 {
                let flight = flights.swap_remove(usize::from(second) % flights.len());
                fleet.settle(flight.ticket, exchange(first, now), &mut |event| events.push(event));
                // An answer that comes again changes nothing.
                let before = events.len();
                if fleet.in_flight() == 0 {
                    fleet.settle(flight.ticket, exchange(first, now), &mut |event| events.push(event));
                }
                prop_assert_eq!(events.len(), before);
            } else if let Some(due) = fleet.next_due() {
                now = now.max(due);
            }
        }
        check(&events, &expected, order);
    }

    /// The engine over a scripted transport, on a paused clock.
    #[test]
    fn the_engine_plays_every_session_to_its_end(
        seed in 0_u64..1000,
        sessions in 1_u64..8,
        concurrent: bool,
        max_in_flight in 1_usize..6,
        pace in prop_oneof![Just(Pace::Max), Just(Pace::Times(1.0)), Just(Pace::Times(20.0))],
        answers in prop::collection::vec((any::<u8>(), 0_u64..3000), 32),
    ) {
        let order = if concurrent { Order::Concurrent } else { Order::Sequential };
        let (source, policy) = (source(seed), policy(order, pace));
        let expected = expected(&source, &policy, sessions);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let (events, most, sent) = runtime.block_on(async {
            let clock = RunClock::start();
            let transport = Scripted::new(clock, move |n, _| {
                let (kind, delay) = answers[n % answers.len()];
                let answer = match kind % 4 {
                    0 | 1 => Answer::status(204),
                    2 => Answer::status(503),
                    _ => Answer::failure(FailureCode::ReplyTimeout, Phase::Wait),
                };
                answer.after(Duration::from_millis(delay))
            });
            let engine = Engine {
                transport: transport.clone(),
                clock,
                max_in_flight,
                max_open: usize::MAX,
                announcer: None,
                prober: None,
                steps: None,
                acts: None,
            };
            let (_stop, stopped) = watch::channel(Stop::No);
            let mut events = Vec::new();
            let fleet = Fleet::new(source, policy, signer().into());
            engine.run(fleet, &Numbers::Range(1..=sessions), stopped, &mut |event| events.push(event)).await;
            (events, transport.most_under_way(), transport.sent())
        });
        prop_assert!(most <= max_in_flight);
        check(&events, &expected, order);
        let total: usize = expected.values().map(Vec::len).sum();
        prop_assert_eq!(sent.len(), total);
        for request in sent {
            prop_assert!(verify(&signer(), &request.body, request.mac.unwrap().as_bytes()).is_ok());
        }
    }
}

fn play(order: Order, pace: Pace, steps: Option<mpsc::Receiver<()>>, delay: Duration) -> Vec<RunEvent> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let clock = RunClock::start();
        let transport = Scripted::new(clock, move |_, _| Answer::status(200).after(delay));
        let engine = Engine {
            transport,
            clock,
            max_in_flight: 8,
            max_open: 8,
            announcer: None,
            prober: None,
            steps,
            acts: None,
        };
        let (_stop, stopped) = watch::channel(Stop::No);
        let mut events = Vec::new();
        let fleet = Fleet::new(source(1), policy(order, pace), signer().into());
        engine.run(fleet, &Numbers::Range(1..=1), stopped, &mut |event| events.push(event)).await;
        events
    })
}

fn deliveries(events: &[RunEvent]) -> Vec<&Delivery> {
    events
        .iter()
        .filter_map(|event| match event {
            RunEvent::Settled(delivery) => Some(&**delivery),
            _ => None,
        })
        .collect()
}

#[test]
fn events_go_out_when_they_are_due() {
    let expected = expected(&source(1), &policy(Order::Sequential, Pace::Times(2.0)), 1);
    let events = play(Order::Sequential, Pace::Times(2.0), None, Duration::ZERO);
    for (delivery, (due, _)) in deliveries(&events).into_iter().zip(&expected[&1]) {
        assert_eq!(delivery.intended, *due);
        // A timer's resolution is a millisecond, and one is never early.
        let late = delivery.exchange.as_ref().unwrap().moments.begun.since(*due);
        assert!(late <= Duration::from_millis(2), "{late:?}");
        assert!(delivery.exchange.as_ref().unwrap().moments.begun >= *due);
    }
}

#[test]
fn a_slow_answer_holds_up_its_session_and_the_intended_moment_stays() {
    let slow = Duration::from_secs(7);
    let expected = expected(&source(1), &policy(Order::Sequential, Pace::Times(1.0)), 1);
    let events = play(Order::Sequential, Pace::Times(1.0), None, slow);
    let mut free = Moment::ZERO;
    for (delivery, (due, _)) in deliveries(&events).into_iter().zip(&expected[&1]) {
        let moments = delivery.exchange.as_ref().unwrap().moments;
        assert_eq!(delivery.intended, *due);
        assert!(moments.begun >= free.max(*due));
        assert_eq!(delivery.response_nanos().unwrap(), moments.ended.0 - due.0);
        assert!(delivery.response_nanos().unwrap() >= delivery.service_nanos().unwrap());
        free = moments.ended;
    }
    // Beside that, the same answers hold nobody up.
    let events = play(Order::Concurrent, Pace::Times(1.0), None, slow);
    for delivery in deliveries(&events) {
        let moments = delivery.exchange.as_ref().unwrap().moments;
        assert!(moments.begun.since(delivery.intended) <= Duration::from_millis(2));
    }
}

#[test]
fn each_step_sends_one_event_and_the_run_ends_with_the_steps() {
    let (step, steps) = mpsc::channel(8);
    for _ in 0..5 {
        step.try_send(()).unwrap();
    }
    drop(step);
    let events = play(Order::Sequential, Pace::Max, Some(steps), Duration::from_millis(3));
    let sequences: Vec<u32> = deliveries(&events).iter().map(|delivery| delivery.sequence).collect();
    assert_eq!(sequences, [0, 1, 2, 3, 4]);
    assert!(matches!(events.last(), Some(RunEvent::Interrupted { .. })), "{:?}", events.last());
}

#[test]
fn a_run_that_is_stopped_settles_what_is_under_way() {
    for (level, settled) in [(Stop::Finish, true), (Stop::Now, false)] {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let events = runtime.block_on(async {
            let clock = RunClock::start();
            let transport = Scripted::new(clock, |_, _| Answer::status(200).after(Duration::from_secs(5)));
            let engine = Engine {
                transport,
                clock,
                max_in_flight: 8,
                max_open: 8,
                announcer: None,
                prober: None,
                steps: None,
                acts: None,
            };
            let (stop, stopped) = watch::channel(Stop::No);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(1)).await;
                stop.send(level).unwrap();
                stop.closed().await;
            });
            let mut events = Vec::new();
            let fleet = Fleet::new(source(1), policy(Order::Sequential, Pace::Times(1.0)), signer().into());
            engine.run(fleet, &Numbers::Range(1..=3), stopped, &mut |event| events.push(event)).await;
            events
        });
        let dispatched = events.iter().filter(|event| matches!(event, RunEvent::Dispatched { .. })).count();
        assert_eq!(dispatched, 3, "each of the three sessions has its first event under way after a second");
        assert_eq!(deliveries(&events).len(), if settled { 3 } else { 0 });
        assert!(events.iter().any(|event| matches!(event, RunEvent::Interrupted { .. })));
    }
}

#[test]
fn bodies_of_the_engine_are_those_of_the_dry_run() {
    let expected = expected(&source(1), &policy(Order::Sequential, Pace::Times(1.0)), 1);
    let events = play(Order::Sequential, Pace::Times(1.0), None, Duration::from_millis(40));
    for (delivery, (_, body)) in deliveries(&events).into_iter().zip(&expected[&1]) {
        assert_eq!(&delivery.body[..], &body[..]);
        assert_eq!(Envelope::read(&delivery.body).unwrap().sequence, u64::from(delivery.sequence));
    }
}
