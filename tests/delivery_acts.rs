//! What the user of a page does in the middle of a session, and what comes of it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use wms_sim::clock::{Epoch, Moment, RunClock};
use wms_sim::delivery::engine::{Acting, Engine, Stop};
use wms_sim::delivery::fleet::Fleet;
use wms_sim::delivery::policy::{Pace, Policy};
use wms_sim::delivery::{Numbers, Scenarios, SessionSource};
use wms_sim::outcome::run_event::RunEvent;
use wms_sim::protocol::code::Code;
use wms_sim::protocol::dialect::{Dialect, MacInput, Order};
use wms_sim::protocol::grammar::{Grammar, State};
use wms_sim::protocol::mac::{Secret, Signer};
use wms_sim::scenario::act::Act;
use wms_sim::scenario::compile::Options;
use wms_sim::scenario::library::{Library, load_plan};
use wms_sim::scenario::mix::Mix;
use wms_sim::seed::Seed;
use wms_sim::transport::scripted::{Answer, Scripted};

/// Plays one session of a scenario on a paused clock, with acts at these moments (ms of the run). Gives the events as
/// they were sent, with when they were.
fn play(scenario: &str, seed: u64, order: Order, pace: Pace, acts: &[(u64, Act)], faults: &str) -> Played {
    let options = Options { dialect: Dialect::current(), ..Options::default() };
    let plan = load_plan(Library::built_in().scenario(scenario).unwrap(), &options).unwrap();
    let source = SessionSource::Scenarios(Scenarios {
        seed: Seed(seed),
        mix: Mix::new(vec![(Arc::new(plan), 1.0)]).unwrap(),
        ids: Vec::new(),
        faults: faults.split_whitespace().map(|spec| spec.parse().unwrap()).collect(),
    });
    let start = Epoch::parse_rfc3339("2026-01-02T03:04:05Z").unwrap();
    let policy = Policy { order, ..Policy::new(&Dialect::current(), pace, start) };
    let signer = Signer::new(&Secret::new("secret"), MacInput::Bytes);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let events = runtime.block_on(async {
        let clock = RunClock::start();
        let transport = Scripted::new(clock, |_, _| Answer::status(204).after(Duration::from_millis(20)));
        let (tell, told) = mpsc::channel(8);
        let engine = Engine {
            transport,
            clock,
            max_in_flight: 8,
            max_open: 8,
            announcer: None,
            prober: None,
            steps: None,
            acts: Some(told),
        };
        let acts = acts.to_vec();
        tokio::spawn(async move {
            for (at, act) in acts {
                tokio::time::sleep_until(clock.instant(Moment(at * 1_000_000))).await;
                if tell.send(Acting { session: 1, act, told: None }).await.is_err() {
                    return;
                }
            }
        });
        let (_stop, stopped) = watch::channel(Stop::No);
        let mut events = Vec::new();
        let fleet = Fleet::new(source, policy, signer.into());
        engine.run(fleet, &Numbers::Range(1..=1), stopped, &mut |event| events.push(event)).await;
        events
    });
    Played { events }
}

struct Played {
    events: Vec<RunEvent>,
}

impl Played {
    /// Code, sequence, body and when it was due (ms of the run) of each event that was sent, in the order of their sequence.
    fn sent(&self) -> Vec<(Code, u32, Value, u64)> {
        let mut sent: Vec<_> = self
            .events
            .iter()
            .filter_map(|event| match event {
                RunEvent::Settled(delivery) if !delivery.copy => Some((
                    delivery.code.code().unwrap(),
                    delivery.sequence,
                    serde_json::from_slice(&delivery.body).unwrap(),
                    delivery.intended.0 / 1_000_000,
                )),
                _ => None,
            })
            .collect();
        sent.sort_by_key(|(_, sequence, ..)| *sequence);
        sent
    }

    fn codes(&self) -> Vec<Code> {
        self.sent().into_iter().map(|(code, ..)| code).collect()
    }

    fn acts(&self) -> Vec<&'static str> {
        let act = |event: &RunEvent| match event {
            RunEvent::Acted { act, .. } => Some(*act),
            _ => None,
        };
        self.events.iter().filter_map(act).collect()
    }

    fn is_legal(&self) -> Result<(), String> {
        let grammar = Grammar::new(&Dialect::current());
        let mut state = State::START;
        for (place, (code, sequence, body, _)) in self.sent().into_iter().enumerate() {
            if u32::try_from(place) != Ok(sequence) {
                return Err(format!("{code} has the sequence {sequence} at place {place}"));
            }
            let hidden = body["payload"]["state"].as_str().map(|state| state == "HIDDEN");
            state = grammar.step(state, code, hidden).map_err(|illegal| illegal.to_string())?;
        }
        Ok(())
    }
}

const REAL: Pace = Pace::Times(1.0);

#[test]
fn a_cancel_in_the_scan_ends_the_measurement_there() {
    let whole = play("happy-path", 3, Order::Sequential, REAL, &[], "");
    let (.., created) =
        whole.sent().into_iter().find(|(code, ..)| *code == Code::MeasurementCreated).unwrap();
    let at = created + 12_000;
    let played = play("happy-path", 3, Order::Sequential, REAL, &[(at, Act::Cancel)], "");
    played.is_legal().unwrap();
    assert_eq!(played.acts(), ["cancel"]);
    let sent = played.sent();
    // Until then nothing differs, byte for byte.
    let before = sent.iter().filter(|(.., due)| *due < at).count();
    assert_eq!(sent[..before], whole.sent()[..before]);
    let rest: Vec<Code> = sent[before..].iter().map(|(code, ..)| *code).collect();
    assert_eq!(rest, [Code::MeasurementCanceled, Code::RedirectingToCallback, Code::PageUnloaded]);
    assert!(sent[before].3.abs_diff(at) <= 2, "canceled at {} ms, told at {} ms", at, sent[before].3);
    let id = |event: &(Code, u32, Value, u64)| event.2["payload"]["measurementId"].clone();
    assert!(id(&sent[before]).is_string());
    assert!(sent[before..].iter().all(|event| id(event) == id(&sent[before])));
}

#[test]
fn a_cancel_before_there_is_a_measurement_is_a_redirect() {
    let played = play("happy-path", 3, Order::Sequential, REAL, &[(2_000, Act::Cancel)], "");
    let rest = [Code::RedirectingToCallback, Code::PageUnloaded];
    assert!(played.codes().ends_with(&rest) && !played.codes().contains(&Code::MeasurementCanceled));
    assert!(played.sent().iter().all(|(_, _, body, _)| body.get("payload").is_none()));
    // Before the page knows its configuration, it does not know its callback either.
    let played = play("happy-path", 3, Order::Sequential, REAL, &[(10, Act::Cancel)], "");
    assert_eq!(played.codes(), [Code::WmsLoaded, Code::PageUnloaded]);
}

#[test]
fn hiding_and_coming_back_change_nothing_else() {
    let whole = play("happy-path", 5, Order::Sequential, REAL, &[], "");
    // A second hide of a hidden tab is none.
    let acts = [(500, Act::Show), (9_000, Act::Hide), (9_500, Act::Hide), (14_000, Act::Show)];
    let played = play("happy-path", 5, Order::Sequential, REAL, &acts, "");
    played.is_legal().unwrap();
    assert_eq!(played.acts(), ["hide", "show"]);
    let (changes, others): (Vec<_>, Vec<_>) =
        played.sent().into_iter().partition(|(code, ..)| *code == Code::PageVisibilityChange);
    let states: Vec<&str> =
        changes.iter().map(|(_, _, body, _)| body["payload"]["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["HIDDEN", "VISIBLE"]);
    let plain = |events: &[(Code, u32, Value, u64)]| -> Vec<(Code, Value, u64)> {
        events.iter().map(|(code, _, body, due)| (*code, body["payload"].clone(), *due)).collect()
    };
    assert_eq!(plain(&others), plain(&whole.sent()));
}

#[test]
fn closing_the_page_leaves_nothing_but_the_unload() {
    let played = play("happy-path", 3, Order::Concurrent, Pace::Times(10.0), &[(1_000, Act::Close)], "");
    played.is_legal().unwrap();
    assert_eq!(played.codes().last(), Some(&Code::PageUnloaded));
    assert!(!played.codes().contains(&Code::RedirectingToCallback));
    // The stamps follow the pace.
    let (_, _, body, _) = played.sent().pop().unwrap();
    assert_eq!(body["timestamp"], 1_767_323_046);
}

#[test]
fn scenarios_that_are_not_interactive_go_their_way() {
    let acts = [(1_000, Act::Hide), (2_000, Act::Cancel)];
    let played = play("low-snr", 3, Order::Sequential, REAL, &acts, "");
    assert_eq!(played.codes(), play("low-snr", 3, Order::Sequential, REAL, &[], "").codes());
    assert!(played.acts().is_empty());
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![Just(Act::Hide), Just(Act::Show), Just(Act::Cancel), Just(Act::Close)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever is done and whenever, the session stays legal, and every event of it is settled once.
    #[test]
    fn users_can_do_anything_at_any_time(
        seed in 0_u64..500,
        concurrent: bool,
        pace in prop_oneof![Just(Pace::Max), Just(REAL), Just(Pace::Times(20.0))],
        mut acts in prop::collection::vec((0_u64..90_000, act()), 0..12),
        scenario in prop_oneof![Just("happy-path"), Just("page-reload"), Just("second-attempt"), Just("tab-hidden")],
        faulty: bool,
    ) {
        acts.sort_by_key(|(at, _)| *at);
        let order = if concurrent { Order::Concurrent } else { Order::Sequential };
        let faults = if faulty { "drop=10% duplicate=10% swap=10% delay=10%,3s" } else { "" };
        let played = play(scenario, seed, order, pace, &acts, faults);
        if scenario != "page-reload" {
            prop_assert_eq!(played.is_legal(), Ok(()));
        }
        let ended = played.events.iter().filter(|event| matches!(event, RunEvent::SessionEnded { .. })).count();
        prop_assert_eq!(ended, 1);
        let left = played.codes().iter().filter(|code| **code == Code::PageUnloaded).count();
        prop_assert!(left >= 1);
    }
}
