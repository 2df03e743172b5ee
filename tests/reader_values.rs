//! What the reader makes of files without problems.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use serde_json::json;
use wms_sim::protocol::code::Code;
use wms_sim::scenario::file::types::{EventStep, Gap, Outcome, PayloadValue, Repeat, ScenarioFile, Step};
use wms_sim::scenario::file::{self, Source, mix};

const MS: u64 = 1_000_000;
const S: u64 = 1_000 * MS;

fn read(stem: &str, text: &str) -> ScenarioFile {
    let (file, diagnostics) = file::read(&Source::new(stem, text, Some(stem.to_owned())));
    assert_eq!(diagnostics, [], "{stem}");
    file.unwrap()
}

fn events(file: &ScenarioFile) -> Vec<&EventStep> {
    let mut events = Vec::new();
    for step in &file.steps {
        if let Step::Event(event) = &step.value {
            events.push(event);
        }
    }
    events
}

#[test]
fn the_example_of_the_format() {
    let text = include_str!("valid/websocket-drop-recovered.yaml");
    let file = read("websocket-drop-recovered", text);
    assert_eq!(file.outcome.value, Outcome::Completed);
    assert!(file.legal && !file.interactive);
    assert_eq!(file.dialect[0].0.value, "websocket.initial");
    assert_eq!(file.dialect[0].1.value, "true");
    let (name, steps) = &file.fragments[0];
    assert_eq!((name.value.as_str(), steps.len()), ("late-result", 1));

    let events = events(&file);
    assert_eq!(events[0].code.value, Code::IntermediateResults);
    assert_eq!(events[0].after, None);
    assert_eq!(events[1].after.as_ref().unwrap().value, Gap::Range(4_600 * MS, 5_400 * MS));
    assert_eq!(&text[events[1].after.as_ref().unwrap().span.clone()], "5s ±400ms");
    assert_eq!(events[1].repeat.as_ref().unwrap().value, Repeat { low: 2, high: 2 });
    assert_eq!(events[2].since.as_ref().unwrap().value, Code::MeasurementStarted);
    assert_eq!(events[3].after.as_ref().unwrap().value, Gap::Exp(2 * S));

    let Step::Choose(branches) = &file.steps[7].value else { panic!("{:?}", file.steps[7]) };
    assert_eq!(branches.iter().map(|branch| branch.weight.value).collect::<Vec<_>>(), [80.0, 20.0]);
    let Step::Maybe { chance, .. } = &file.steps[8].value else { panic!("{:?}", file.steps[8]) };
    assert!((chance.value - 0.15).abs() < 1e-12);
    assert!(matches!(&file.steps[9].value, Step::Wait(gap) if gap.value == Gap::Range(S, 2 * S)));
    assert_eq!(file.steps[10].value, Step::Reload);

    let interlude = &file.interludes[0].value;
    assert_eq!(
        (interlude.from.value, interlude.until.value),
        (Code::MeasurementStarted, Code::ScanCompleted)
    );
    assert!((interlude.chance - 0.2).abs() < 1e-12);
    assert_eq!(interlude.times, Repeat { low: 1, high: 2 });
    assert_eq!(interlude.steps.len(), 2);
}

#[test]
fn payload_values() {
    let file = read("every-feature", include_str!("valid/every-feature.yaml"));
    assert_eq!(file.title.value, "Every feature, ± a few");
    let payloads: Vec<_> = events(&file).into_iter().flat_map(|event| &event.payload).collect();
    let find = |key: &str| &payloads.iter().find(|(name, _)| name.value == key).unwrap().1.value;
    assert_eq!(find("snr"), &PayloadValue::Ramp { from: 1.5, to: -6.0, noise: 0.6 });
    assert_eq!(find("sequence"), &PayloadValue::Integers(1, 9));
    assert_eq!(find("decimal"), &PayloadValue::Decimals(-1.5, 9.0));
    let choices = json!(["FaceNone", "FaceFar", null, 3, { "nested": [true] }]);
    assert_eq!(find("constraint"), &PayloadValue::OneOf(choices.as_array().unwrap().clone()));
    for (key, value) in [
        ("text", json!("5")),
        ("number", json!(5)),
        ("big", json!(u64::MAX)),
        ("float", json!(0.00125)),
        ("hex", json!(255)),
        ("nothing", json!(null)),
        ("also_nothing", json!(null)),
        ("yes", json!("yes")),
        ("list", json!([1, [2, [3]]])),
        ("mapping", json!({ "a": { "b": { "c": 1 } } })),
        ("empty", json!({})),
    ] {
        assert_eq!(find(key), &PayloadValue::Literal(value), "{key}");
    }
}

#[test]
fn anchors_stand_for_what_they_name() {
    let file = read("anchors-and-tags", include_str!("valid/anchors-and-tags.yaml"));
    assert_eq!(file.title.value, "2024");
    let Step::Maybe { steps, .. } = &file.steps[2].value else { panic!("{:?}", file.steps[2]) };
    let hidden = &file.fragments[0].1;
    assert_eq!((steps.len(), hidden.len()), (2, 2));
    assert!(steps.iter().zip(hidden).all(|(alias, original)| alias.value == original.value));
}

#[test]
fn what_can_be_read_of_a_broken_file_comes_back() {
    let text =
        "name: n\ntitle: t\noutcome: complete\nsteps:\n  - WMS_LODED\n  - BANANA\n  - { use: opning }\n";
    let (file, diagnostics) = file::read(&Source::new("n", text, None));
    assert_eq!(diagnostics.len(), 3);
    let file = file.unwrap();
    assert_eq!(file.outcome.value, Outcome::Completed);
    // A slip is a guess: what is said of the order does not rest on it.
    let [slip, banana, name] = file.steps.as_slice() else { panic!("{:?}", file.steps) };
    let Step::Lost(inside) = &slip.value else { panic!("{slip:?}") };
    assert!(matches!(&inside[0].value, Step::Event(event) if event.code.value == Code::WmsLoaded));
    assert_eq!(banana.value, Step::Lost(Vec::new()));
    assert!(matches!(&name.value, Step::Use(name) if name.value == "opning"));
}

#[test]
fn mixes() {
    let source = Source::new("m", include_str!("valid/mixes/production.yaml"), Some("production".to_owned()));
    let (file, diagnostics) = mix::read(&source);
    assert_eq!(diagnostics, []);
    let entries: Vec<_> =
        file.unwrap().scenarios.into_iter().map(|entry| (entry.scenario.value, entry.weight.value)).collect();
    let expected = [("happy-path", 68.0), ("low-snr", 6.0), ("./my-own.yaml", 1.0)]
        .map(|(name, w)| (name.to_owned(), w));
    assert_eq!(entries, expected);
}
