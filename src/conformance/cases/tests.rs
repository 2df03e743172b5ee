//! What holds for every case.

use std::collections::BTreeSet;
use std::time::Duration;

use super::*;
use crate::clock::Epoch;
use crate::conformance::case::{Play, Stage};
use crate::conformance::kit::tests::setup;
use crate::conformance::kit::{Kit, Setup};
use crate::conformance::script::{Demand, Script, Shot};
use crate::outcome::check::{Level, Role};
use crate::protocol::contract::event_schema;
use crate::protocol::dialect::{Charset, Dialect, EventSet, KEYS, Key};
use crate::protocol::mac::{PREFIX, verify};

const NOW: Epoch = Epoch::from_unix_nanos(1_767_323_045_000_000_000);

#[test]
fn ids_are_stable_names_in_known_sections() {
    let cases = all();
    let ids: BTreeSet<&str> = cases.iter().map(|case| case.id).collect();
    assert_eq!(ids.len(), cases.len(), "an ID comes twice");
    let sections: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
    let mut order = 0;
    for case in &cases {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let (section, name) = case.id.split_once('/').unwrap();
        assert!(name.bytes().all(fits) && !name.is_empty(), "{}", case.id);
        let place = sections.iter().position(|known| *known == section).unwrap();
        assert!(place >= order, "{} is not in the order of the sections", case.id);
        order = place;
    }
}

#[test]
fn every_case_says_what_people_need() {
    for case in all() {
        let id = case.id;
        let sentence =
            |text: &str| text.ends_with('.') && text.starts_with(|c: char| !c.is_ascii_lowercase());
        assert!(!case.title.is_empty() && !case.title.ends_with('.'), "{id}: title");
        assert!(sentence(case.requirement), "{id}: requirement");
        assert!(!case.stimulus.is_empty(), "{id}: stimulus");
        assert!(case.level == Level::Info || sentence(case.hint), "{id}: hint");
        assert!(case.explain.is_empty() || sentence(case.explain), "{id}: explain");
        let word = case.level.as_str();
        let says = case.requirement.contains(word);
        assert!(case.level == Level::Info || says, "{id}: the requirement says {word}");
    }
}

/// The usual settings, and each way in which others can change what is sent.
fn settings() -> Vec<(String, Setup)> {
    // Of keys that take any text: one that is not the usual one.
    const TEXTS: [(&str, &str); 5] = [
        ("http.content-type", "application/vnd.wms+json; charset=UTF-8"),
        ("constraint.key", "violated"),
        ("constraint.values", "Other"),
        ("api-error.key", "api-error"),
        ("api-error.values", "OTHER"),
    ];
    let of = |dialect: Dialect| Setup {
        signer: setup().signer.hashing(dialect.mac_input),
        next: setup().next.map(|next| next.hashing(dialect.mac_input)),
        dialect,
        ..setup()
    };
    let mut all = vec![
        ("the usual dialect".to_owned(), setup()),
        ("the older dialect".to_owned(), of(Dialect::older())),
        (
            "other limits".to_owned(),
            Setup { soon: Duration::from_millis(1), late: Duration::from_secs(600), ..setup() },
        ),
        ("late before soon".to_owned(), Setup { soon: Duration::MAX, late: Duration::ZERO, ..setup() }),
        ("no other secret".to_owned(), Setup { next: None, ..setup() }),
    ];
    // The keys of these say how a request travels, and not what it is.
    let is_of_bytes =
        |key: &&Key| !["delivery", "relay", "callback"].iter().any(|of| key.name.starts_with(of));
    let values =
        KEYS.iter().filter(is_of_bytes).flat_map(|key| key.values.iter().map(|value| (key.name, *value)));
    for (key, value) in values.chain(TEXTS) {
        let mut dialect = Dialect::current();
        dialect.set(key, value).unwrap();
        if dialect != Dialect::current() {
            all.push((format!("{key} = {value}"), of(dialect)));
        }
    }
    all
}

/// Its bodies are so large that they are not made again and again.
fn is_large(case: &Case) -> bool {
    matches!(case.id, "input/1-mb" | "input/10-mb" | "input/very-deep-objects" | "input/many-keys")
}

/// What a case sends, where it is a script.
fn script_of(case: &Case, setup: &Setup) -> Option<Script> {
    let mut kit = Kit::new(setup, case.id, 1, NOW);
    match case.play {
        Play::Script(script) => Some(script(&mut kit)),
        Play::Event { code, measured } if setup.dialect.knows(code) => Some(event(&mut kit, code, measured)),
        _ => None,
    }
}

#[test]
fn under_any_settings_every_script_is_whole_and_what_is_ordinary_is_valid() {
    for (name, setup) in settings() {
        let schema = |dialect: &Dialect| jsonschema::draft202012::new(&event_schema(dialect)).unwrap();
        let older = schema(&Dialect { events: EventSet::Older, ..setup.dialect.clone() });
        let usual = schema(&setup.dialect);
        for case in all().iter().filter(|case| !is_large(case)) {
            let Some(script) = script_of(case, &setup) else { continue };
            let what = format!("{}, {name}", case.id);
            let before = script_of(case, &self::setup()).unwrap_or_default();
            let tests = |script: &Script| script.shots().filter(|shot| shot.role == Role::Test).count();
            assert!(tests(&script) > 0, "{what}: tests nothing");
            let lanes = |script: &Script| script.steps.len();
            assert_eq!(lanes(&script), lanes(&before), "{what}: a step is missing");
            for shot in script.shots() {
                assert!(
                    !shot.session.is_empty() && !shot.session.contains('\0'),
                    "{what}: cannot be announced"
                );
                assert!(shot.limit != Some(Duration::ZERO), "{what}: {} has no time", shot.label);
            }
            // What sections `events` and `order` demand is all ordinary, and of the others what comes before and afterwards.
            let ordinary = |shot: &&Shot| {
                shot.role != Role::Test || matches!(case.section(), "events" | "order" | "time" | "rotation")
            };
            let demanded = |shot: &&Shot| matches!(shot.demand, Demand::Accept | Demand::AcceptWithin(_));
            let schema = if case.id == "events/older-dialect" { &older } else { &usual };
            for shot in script.shots().filter(ordinary).filter(demanded) {
                let event: serde_json::Value = serde_json::from_slice(&shot.body).unwrap();
                if let Err(wrong) = schema.validate(&event) {
                    panic!("{what}: {}: {wrong}: {event}", shot.label);
                }
                assert!(setup.dialect.charset == Charset::Utf8 || shot.body.is_ascii(), "{what}: {event}");
            }
        }
    }
}

#[test]
fn every_script_has_what_its_level_needs() {
    for (name, setup) in settings() {
        for case in all().into_iter().filter(|case| name.contains("usual") || !is_large(case)) {
            has_what_its_level_needs(case, &name, &setup);
        }
    }
}

fn has_what_its_level_needs(case: Case, name: &str, setup: &Setup) {
    let Play::Script(script) = case.play else { return };
    let id = format!("{}, {name}", case.id);
    let script = script(&mut Kit::new(setup, case.id, 1, NOW));
    let tests: Vec<_> = script.shots().filter(|shot| shot.role == Role::Test).collect();
    assert!(!tests.is_empty(), "{id} tests nothing");
    let measured = tests.iter().all(|shot| shot.demand == Demand::Anything);
    assert_eq!(case.level == Level::Info, measured, "{id}");
    let signer = match case.stage {
        Some(Stage::New) => Kit::new(setup, case.id, 1, NOW).next(),
        _ => setup.signer.clone(),
    };
    for shot in script.shots() {
        if case.stage == Some(Stage::Both) {
            continue;
        }
        let right = shot.macs.iter().any(|mac| verify(&signer, &shot.body, mac.value.trim_ascii()).is_ok());
        match shot.demand {
            // A right event that has to be refused would blame a correct receiver.
            Demand::Refuse => assert!(!right, "{id}: {} is rightly signed", shot.label),
            Demand::Accept | Demand::AcceptWithin(_) | Demand::OnPurpose | Demand::Here => {
                assert!(right, "{id}: {} is not rightly signed", shot.label);
            }
            // Which of two MACs is right is measured.
            Demand::AsBefore | Demand::Anything => {}
        }
        if shot.role != Role::Test {
            assert_eq!(shot.demand, Demand::Accept, "{id}");
        }
    }
}

#[test]
fn the_same_kit_makes_the_same_requests() {
    let setup = setup();
    let bytes = |script: fn(&mut Kit<'_>) -> super::super::script::Script, id: &str, attempt| {
        let script = script(&mut Kit::new(&setup, id, attempt, NOW));
        script.shots().map(|shot| (shot.body.clone(), shot.macs.clone())).collect::<Vec<_>>()
    };
    for case in all() {
        let Play::Script(script) = case.play else { continue };
        assert_eq!(bytes(script, case.id, 1), bytes(script, case.id, 1), "{}", case.id);
    }
}

#[test]
fn two_bits_cancel_out_in_bytes_and_in_digits() {
    let case = all().into_iter().find(|case| case.id == "mac/two-bits").unwrap();
    let Play::Script(script) = case.play else { panic!("it is a script") };
    for attempt in 0..200 {
        let setup = setup();
        let script = script(&mut Kit::new(&setup, case.id, attempt, NOW));
        let shot = script.shots().find(|shot| shot.role == Role::Test).unwrap();
        let (right, given) = (setup.signer.sign(&shot.body), shot.macs[0].value.to_vec());
        let right = right.as_str().as_bytes();
        assert_ne!(given, right);
        let digits = given.iter().zip(right).fold(0, |differs, (one, other)| differs ^ one ^ other);
        assert_eq!(digits, 0, "attempt {attempt}");
        let bytes = |mac: &[u8]| hex::decode(&mac[PREFIX.len()..]).unwrap();
        let bytes =
            bytes(&given).iter().zip(bytes(right)).fold(0, |differs, (one, other)| differs ^ one ^ other);
        assert_eq!(bytes, 0, "attempt {attempt}");
    }
}
