//! What the compiler lets pass is legal in every session, whatever the file looks like.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "common/cases.rs"]
mod cases;

use std::cell::Cell;
use std::fmt::Write as _;

use cases::cases;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use wms_sim::clock::Moment;
use wms_sim::protocol::code::Code;
use wms_sim::protocol::dialect::Dialect;
use wms_sim::protocol::envelope::Envelope;
use wms_sim::protocol::grammar::{Grammar, State};
use wms_sim::scenario::compile::Options;
use wms_sim::scenario::file::Source;
use wms_sim::scenario::library::load;
use wms_sim::scenario::plan::Plan;
use wms_sim::scenario::render::Values;
use wms_sim::scenario::timeline::Timeline;
use wms_sim::seed::Seed;

/// Steps that often fit together, and some that seldom do.
const PIECES: [&str; 22] = [
    "{ use: start }",
    "{ use: scan }",
    "{ use: finish }",
    "{ use: redirect }",
    "{ use: results-before-last }",
    "INTERMEDIATE_RESULTS",
    "{ event: INTERMEDIATE_RESULTS, after: 100ms..9s, repeat: 0..3 }",
    "{ event: PAGE_VISIBILITY_CHANGE, payload: { state: HIDDEN } }",
    "{ event: PAGE_VISIBILITY_CHANGE, after: 1s..3s, payload: { state: VISIBLE } }",
    "PAGE_VISIBILITY_CHANGE",
    "{ event: PAGE_VISIBILITY_CHANGE, repeat: 1..4 }",
    "WEBSOCKET_DISCONNECTED",
    "WEBSOCKET_RECONNECTED",
    "WEBSOCKET_RECONNECTION_FAILED",
    "MEASUREMENT_CANCELED",
    "CONSTRAINT_VIOLATION",
    "API_ERROR",
    "LOW_SNR",
    "SCAN_COMPLETED",
    "PAGE_UNLOADED",
    "{ wait: 1s..20s }",
    "{ reload: {} }",
];

fn step() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(&PIECES[..]).prop_map(str::to_owned);
    piece.prop_recursive(2, 8, 3, |inner| {
        let list = prop::collection::vec(inner, 1..3).prop_map(|steps| format!("[{}]", steps.join(", ")));
        prop_oneof![
            list.clone().prop_map(|steps| format!("{{ maybe: 50%, steps: {steps} }}")),
            (list.clone(), list).prop_map(|(one, two)| {
                format!("{{ choose: [{{ weight: 1, steps: {one} }}, {{ weight: 2, steps: {two} }}] }}")
            }),
        ]
    })
}

fn interlude() -> impl Strategy<Value = String> {
    let windows = [
        "WMS_LOADED..MEASUREMENT_STARTED",
        "MEASUREMENT_CREATED..SCAN_COMPLETED",
        "CAMERA_STARTED..PAGE_UNLOADED",
    ];
    let bodies = [
        "[{ event: PAGE_VISIBILITY_CHANGE, after: 0s, payload: { state: HIDDEN } }, { event: PAGE_VISIBILITY_CHANGE, after: 1s..9s, payload: { state: VISIBLE } }]",
        "[{ event: PAGE_VISIBILITY_CHANGE, after: 1s }, { event: PAGE_VISIBILITY_CHANGE, after: 1s..30s }]",
        "[{ event: WEBSOCKET_DISCONNECTED, after: 0s }, { event: WEBSOCKET_RECONNECTED, after: 1ms..2ms }]",
    ];
    (prop::sample::select(windows.to_vec()), prop::sample::select(bodies.to_vec()), 1_u32..4).prop_map(
        |(window, steps, times)| {
            format!("  - {{ during: {window}, chance: 80%, times: 1..{times}, steps: {steps} }}\n")
        },
    )
}

fn file() -> impl Strategy<Value = String> {
    (prop::collection::vec(step(), 0..7), prop::collection::vec(interlude(), 0..3)).prop_map(
        |(steps, interludes)| {
            let mut text =
                "name: made\ntitle: Made by chance\noutcome: abandoned\nsteps:\n  - use: opening\n"
                    .to_owned();
            for step in steps {
                let _ = writeln!(text, "  - {step}");
            }
            if !interludes.is_empty() {
                text.push_str("interludes:\n");
                text.extend(interludes);
            }
            text
        },
    )
}

fn obeys(plan: &Plan, text: &str) -> Result<(), TestCaseError> {
    let grammar = Grammar::new(&plan.dialect);
    for number in 1..=40 {
        let seed = Seed(1).session(number);
        let mut values = Values::new(plan);
        let mut timeline = Timeline::new(plan, seed);
        let (mut state, mut last, mut count) = (State::START, Moment::ZERO, 0);
        while let Some(beat) = timeline.next(plan) {
            let mut body = Vec::new();
            values.render(plan, seed, "s", wms_sim::clock::Timestamp(0), beat, &mut body);
            let hidden = Envelope::read(&body).unwrap().hidden();
            let code: Code = beat.code(plan);
            state = grammar
                .step(state, code, hidden)
                .map_err(|illegal| TestCaseError::fail(format!("session {number}: {illegal}\n{text}")))?;
            prop_assert!(beat.due >= last);
            last = beat.due;
            count += 1;
        }
        prop_assert!((plan.events_min..=plan.events_max).contains(&count), "{} events\n{}", count, text);
        prop_assert!(last.0 <= plan.longest, "{:?} > {}\n{}", last, plan.longest, text);
    }
    Ok(())
}

#[test]
fn what_compiles_obeys_the_grammar() {
    let compiled = Cell::new(0);
    let mut runner = TestRunner::new(Config::with_cases(cases(1500)));
    runner
        .run(&file(), |text| {
            for dialect in [Dialect::current(), Dialect::older()] {
                let source = Source::new("made.yaml", text.clone(), Some("made".to_owned()));
                if let Ok((plan, _)) = load(&source, &Options { dialect, ..Options::default() }) {
                    compiled.set(compiled.get() + 1);
                    obeys(&plan, &text)?;
                }
            }
            Ok(())
        })
        .unwrap();
    // Otherwise the test would say nothing.
    assert!(compiled.get() > 80, "only {} of the files compiled", compiled.get());
}
