//! Every scenario of the catalogue, in every dialect: legal, in time, true to the rules of the service.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use wms_sim::clock::{Epoch, Moment};
use wms_sim::protocol::code::Code;
use wms_sim::protocol::dialect::Dialect;
use wms_sim::protocol::envelope::Envelope;
use wms_sim::protocol::grammar::{Course, Grammar, State};
use wms_sim::protocol::snr;
use wms_sim::scenario::compile::Options;
use wms_sim::scenario::file::types::Outcome;
use wms_sim::scenario::library::{Library, load};
use wms_sim::scenario::plan::Plan;
use wms_sim::scenario::render::Values;
use wms_sim::scenario::timeline::Timeline;
use wms_sim::seed::Seed;

const MS: u64 = 1_000_000;

struct Sent {
    due: Moment,
    code: Code,
    envelope: Envelope,
    reloaded: bool,
}

fn plan(name: &str, dialect: &Dialect) -> Plan {
    let library = Library::built_in();
    let options = Options { dialect: dialect.clone(), ..Options::default() };
    let (plan, warnings) =
        load(library.scenario(name).unwrap(), &options).unwrap_or_else(|found| panic!("{name}: {found:#?}"));
    assert!(warnings.is_empty(), "{name}: {warnings:#?}");
    plan
}

fn names() -> Vec<String> {
    Library::built_in().scenario_names().map(str::to_owned).collect()
}

fn session(plan: &Plan, seed: u64, number: u64) -> Vec<Sent> {
    let seed = Seed(seed).session(number);
    let epoch = Epoch::parse_rfc3339("2026-01-02T03:04:05Z").unwrap();
    let mut values = Values::new(plan);
    let mut timeline = Timeline::new(plan, seed);
    let mut sent = Vec::new();
    while let Some(beat) = timeline.next(plan) {
        let mut body = Vec::new();
        values.render(plan, seed, "session", epoch.timestamp_at(beat.due), beat, &mut body);
        assert!(body.is_ascii());
        let envelope = Envelope::read(&body).unwrap();
        sent.push(Sent { due: beat.due, code: beat.code(plan), envelope, reloaded: beat.reloaded(plan) });
    }
    sent
}

fn dialects() -> Vec<Dialect> {
    let mut all = vec![Dialect::current(), Dialect::older()];
    for (key, value) in [
        ("results.count", "6"),
        ("websocket.initial", "false"),
        ("websocket.clean-close", "true"),
        ("canceled.after-low-snr", "true"),
        ("canceled.after-violation", "true"),
        ("reload.sequence", "continue"),
    ] {
        for base in [Dialect::current(), Dialect::older()] {
            let mut dialect = base;
            dialect.set(key, value).unwrap();
            all.push(dialect);
        }
    }
    let mut everything = Dialect::current();
    for (key, value) in [
        ("results.count", "6"),
        ("results.first", "0"),
        ("websocket.clean-close", "true"),
        ("canceled.after-low-snr", "true"),
        ("canceled.after-violation", "true"),
        ("payload.empty", "null"),
        ("snr.number", "integer"),
        ("snr.scale", "percent"),
        ("body.charset", "utf8"),
    ] {
        everything.set(key, value).unwrap();
    }
    all.push(everything);
    all
}

#[test]
fn the_catalogue_holds_what_it_should() {
    let names = names();
    assert!(names.len() >= 26, "{}", names.len());
    let library = Library::built_in();
    assert!(["production", "trouble", "all"].iter().all(|mix| library.mix(mix).is_some()));
    for name in &names {
        let plan = plan(name, &Dialect::current());
        assert!(!plan.title.is_empty() && plan.title.len() <= 70, "{name}: {}", plan.title);
    }
}

#[test]
fn every_session_in_every_dialect_obeys_the_grammar_and_its_bounds() {
    for dialect in dialects() {
        let grammar = Grammar::new(&dialect);
        for name in names() {
            let plan = plan(&name, &dialect);
            for number in 1..=40 {
                let sent = session(&plan, 11, number);
                let count = sent.len() as u64;
                assert!((plan.events_min..=plan.events_max).contains(&count), "{name}: {count}");
                let mut state = State::START;
                let (mut sequence, mut due) = (0, Moment::ZERO);
                for event in &sent {
                    state = grammar
                        .step(state, event.code, event.envelope.hidden())
                        .unwrap_or_else(|illegal| panic!("{name}, session {number}: {illegal}"));
                    if event.reloaded && dialect == Dialect::current() {
                        sequence = 0;
                    }
                    if dialect == Dialect::current() || !event.reloaded && sequence != 0 {
                        assert_eq!(event.envelope.sequence, sequence, "{name}, session {number}");
                    }
                    sequence = event.envelope.sequence + 1;
                    assert!(event.due >= due, "{name}, session {number}: time runs backwards");
                    due = event.due;
                    assert!(dialect.knows(event.code));
                }
                assert!(due.0 <= plan.longest, "{name}, session {number}: {} > {}", due.0, plan.longest);
            }
        }
    }
}

#[test]
fn outcomes_are_what_the_events_show() {
    for name in names() {
        let plan = plan(&name, &Dialect::current());
        for number in 1..=60 {
            let sent = session(&plan, 5, number);
            let has = |code: Code| sent.iter().any(|event| event.code == code);
            let last = sent.last().unwrap().code;
            match plan.outcome {
                Outcome::Completed => assert!(has(Code::ResultsReceived), "{name}"),
                Outcome::Canceled => {
                    assert!(has(Code::MeasurementCanceled) && !has(Code::ResultsReceived), "{name}");
                }
                Outcome::Failed => assert!(!has(Code::ResultsReceived), "{name}"),
                Outcome::Abandoned => {
                    assert!(!has(Code::ResultsReceived) && !has(Code::MeasurementCanceled), "{name}");
                }
            }
            assert!(last == Code::PageUnloaded || name == "crash", "{name} ends in {last}");
        }
    }
}

#[test]
fn all_codes_occur() {
    for (dialect, count) in [(Dialect::current(), 21), (Dialect::older(), 19)] {
        let mut codes = BTreeSet::new();
        for name in names() {
            let plan = plan(&name, &dialect);
            for number in 1..=20 {
                codes.extend(session(&plan, 1, number).iter().map(|event| event.code));
            }
        }
        assert_eq!(codes.len(), count, "{codes:?}");
    }
}

#[test]
fn payloads_have_the_documented_keys_and_types() {
    for name in names() {
        let plan = plan(&name, &Dialect::current());
        for number in 1..=30 {
            let mut created = None;
            for event in session(&plan, 2, number) {
                let payload = event.envelope.payload.as_ref();
                let keys: Vec<&str> = payload
                    .map(|p| p.as_object().unwrap().keys().map(String::as_str).collect())
                    .unwrap_or_default();
                let mid = payload.and_then(|p| p.get("measurementId")).and_then(Value::as_str);
                if event.code == Code::WmsLoaded {
                    created = None;
                }
                if event.code == Code::MeasurementCreated {
                    assert_ne!(mid, created.as_deref(), "{name}: a new measurement has a new ID");
                    created = mid.map(str::to_owned);
                }
                if let Some(mid) = mid {
                    assert_eq!(uuid::Uuid::parse_str(mid).unwrap().get_version_num(), 4);
                    assert_eq!(Some(mid), created.as_deref(), "{name}: {}", event.code);
                }
                let if_created = |rest: &[&'static str]| -> Vec<&str> {
                    created.iter().map(|_| "measurementId").chain(rest.iter().copied()).collect()
                };
                let expected: Vec<&str> = match event.code {
                    Code::WmsLoaded
                    | Code::ConfigurationLoaded
                    | Code::CameraPermissionGranted
                    | Code::CameraPermissionDenied
                    | Code::CameraStarted
                    | Code::MeasurementStarted => vec![],
                    Code::IntermediateResults => vec!["measurementId", "snr", "sequence"],
                    Code::RedirectingToCallback | Code::PageUnloaded => if_created(&[]),
                    Code::ConstraintViolation => if_created(&["constraint"]),
                    Code::ApiError => if_created(&["code"]),
                    Code::PageVisibilityChange => if_created(&["state"]),
                    Code::LowSnr | Code::GeneralError => vec!["details"],
                    _ => vec!["measurementId"],
                };
                assert_eq!(keys, expected, "{name}: {}", event.code);
                assert_eq!(event.envelope.severity.as_deref(), Some(event.code.severity().as_str()));
                let field = |key: &str| payload.unwrap().get(key).unwrap();
                match event.code {
                    Code::IntermediateResults => {
                        assert!(field("snr").is_number() && field("sequence").is_u64(), "{payload:?}");
                    }
                    Code::PageVisibilityChange => {
                        assert!(matches!(field("state").as_str(), Some("HIDDEN" | "VISIBLE")));
                    }
                    Code::LowSnr => assert_eq!(field("details"), "LOW_SNR"),
                    Code::GeneralError => assert_eq!(field("details"), "CAMERA_START_ERROR"),
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn payload_sequence_counts_the_results_of_each_attempt() {
    for name in names() {
        let plan = plan(&name, &Dialect::current());
        for number in 1..=30 {
            let mut next = BTreeMap::new();
            for event in session(&plan, 3, number) {
                if event.code == Code::IntermediateResults {
                    let payload = event.envelope.payload.unwrap();
                    let expected = next.entry(payload["measurementId"].to_string()).or_insert(1);
                    assert_eq!(payload["sequence"], *expected, "{name}");
                    *expected += 1;
                }
            }
        }
    }
}

#[test]
fn happy_path_keeps_the_usual_delays() {
    let plan = plan("happy-path", &Dialect::current());
    let mut shortest = u64::MAX;
    let mut longest = 0;
    for number in 1..=1000 {
        let sent = session(&plan, 9, number);
        let codes: Vec<Code> = sent.iter().map(|event| event.code).collect();
        let mut expected = vec![
            Code::WmsLoaded,
            Code::ConfigurationLoaded,
            Code::CameraPermissionGranted,
            Code::CameraStarted,
            Code::MeasurementStarted,
            Code::MeasurementCreated,
            Code::WebsocketReconnected,
        ];
        expected.extend([Code::IntermediateResults; 5]);
        expected.extend([
            Code::ScanCompleted,
            Code::ResultsReceived,
            Code::RedirectingToCallback,
            Code::PageUnloaded,
        ]);
        assert_eq!(codes, expected);
        let ms = |n: usize| (sent[n].due.0 - sent[n - 1].due.0) / MS;
        let since_start = |n: usize| (sent[n].due.0 - sent[4].due.0) / MS;
        assert_eq!(sent[0].due, Moment::ZERO);
        assert!((200..=1500).contains(&ms(1)));
        // "+0.1 (remembered)": within 50 ms of it.
        assert!((50..=150).contains(&ms(2)) || (1000..=15_000).contains(&ms(2)), "{}", ms(2));
        assert!((300..=10_000).contains(&ms(3)));
        assert!((3000..=30_000).contains(&ms(4)));
        assert!((200..=1500).contains(&ms(5)));
        assert!((100..=800).contains(&ms(6)));
        for result in 0..5 {
            let at = since_start(7 + result);
            let usual = 6500 + 5000 * result as u64;
            assert!((usual - 1000..=usual + 1000).contains(&at), "result {result} at {at} ms");
        }
        assert!((30_000..=31_000).contains(&since_start(12)));
        assert!((2000..=10_000).contains(&ms(13)));
        assert!((100..=1000).contains(&ms(14)));
        assert!((50..=1000).contains(&ms(15)));
        let whole = sent[15].due.0 / MS;
        shortest = shortest.min(whole);
        longest = longest.max(whole);
    }
    assert!(shortest >= 36_000 && longest <= 105_000, "{shortest}..{longest}");
}

#[test]
fn a_low_signal_cancels_by_the_rule_and_only_then() {
    for dialect in [Dialect::current(), {
        let mut six = Dialect::current();
        six.set("results.count", "6").unwrap();
        six
    }] {
        let count = dialect.results_count as usize;
        for name in names() {
            let plan = plan(&name, &dialect);
            for number in 1..=200 {
                let mut results: Vec<f64> = Vec::new();
                let mut last_result = Moment::ZERO;
                for event in session(&plan, 13, number) {
                    match event.code {
                        Code::MeasurementStarted => results.clear(),
                        Code::IntermediateResults => {
                            assert!(
                                !snr::cancels(&results, false),
                                "{name}: a result after one that cancels"
                            );
                            results.push(event.envelope.payload.unwrap()["snr"].as_f64().unwrap());
                            last_result = event.due;
                        }
                        Code::LowSnr => {
                            assert!(snr::cancels(&results, results.len() == count), "{name}: {results:?}");
                            let after = (event.due.0 - last_result.0) / MS;
                            assert!(
                                (50..=300).contains(&after),
                                "{name}: LOW_SNR {after} ms after the result"
                            );
                        }
                        Code::ScanCompleted | Code::ResultsReceived => {
                            assert!(!snr::cancels(&results, results.len() == count), "{name}: {results:?}");
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "2,000 steps fit a double exactly")]
fn signals_grow_and_are_correlated() {
    let plan = plan("happy-path", &Dialect::current());
    let (mut first, mut last, mut steps) = (0.0, 0.0, Vec::new());
    for number in 1..=500 {
        let signals: Vec<f64> = session(&plan, 21, number)
            .iter()
            .filter(|event| event.code == Code::IntermediateResults)
            .map(|event| event.envelope.payload.as_ref().unwrap()["snr"].as_f64().unwrap())
            .collect();
        assert!(signals.iter().all(|signal| (1.0..=12.0).contains(signal)), "{signals:?}");
        first += signals[0];
        last += signals[4];
        steps.extend(signals.windows(2).map(|pair| (pair[1] - pair[0]).abs()));
    }
    assert!(last > 1.5 * first, "{first} {last}");
    let mean_step = steps.iter().sum::<f64>() / steps.len() as f64;
    assert!(mean_step < 2.0, "neighbours differ by {mean_step} dB on average");
}

#[test]
fn the_older_page_only_omits() {
    for name in names() {
        let mut current = Dialect::current();
        current.set("websocket.initial", "false").unwrap();
        let (newer, older) = (plan(&name, &current), plan(&name, &Dialect::older()));
        for number in 1..=20 {
            let known: Vec<(Moment, Code)> = session(&newer, 4, number)
                .iter()
                .filter(|event| event.code.is_on_older_page())
                .map(|event| (event.due, event.code))
                .collect();
            let sent: Vec<(Moment, Code)> =
                session(&older, 4, number).iter().map(|event| (event.due, event.code)).collect();
            assert_eq!(known, sent, "{name}");
        }
    }
}

#[test]
fn gone_is_gone() {
    for name in names() {
        let plan = plan(&name, &Dialect::current());
        let grammar = Grammar::new(&Dialect::current());
        for number in 1..=20 {
            let mut state = State::START;
            for event in session(&plan, 6, number) {
                assert!(
                    state.course != Course::Gone || event.reloaded,
                    "{name}: {} after the end",
                    event.code
                );
                state = grammar.step(state, event.code, event.envelope.hidden()).unwrap();
            }
        }
    }
}
