//! What holds for every case.

use std::collections::BTreeSet;

use super::*;
use crate::clock::Epoch;
use crate::conformance::case::{Play, Stage};
use crate::conformance::kit::Kit;
use crate::conformance::kit::tests::setup;
use crate::conformance::script::Demand;
use crate::outcome::check::{Level, Role};
use crate::protocol::mac::verify;

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

#[test]
fn every_script_has_what_its_level_needs() {
    let setup = setup();
    for case in all() {
        let Play::Script(script) = case.play else { continue };
        let id = case.id;
        let script = script(&mut Kit::new(&setup, id, 1, NOW));
        let tests: Vec<_> = script.shots().filter(|shot| shot.role == Role::Test).collect();
        assert!(!tests.is_empty(), "{id} tests nothing");
        let measured = tests.iter().all(|shot| shot.demand == Demand::Anything);
        assert_eq!(case.level == Level::Info, measured, "{id}");
        let signer = |case: &Case| match case.stage {
            Some(Stage::New) => setup.next.clone().unwrap(),
            _ => setup.signer.clone(),
        };
        let signer = signer(&case);
        for shot in script.shots() {
            if case.stage == Some(Stage::Both) {
                continue;
            }
            let right =
                shot.macs.iter().any(|mac| verify(&signer, &shot.body, mac.value.trim_ascii()).is_ok());
            match shot.demand {
                // A right event that has to be refused would blame a correct receiver.
                Demand::Refuse => assert!(!right, "{id}: {} is rightly signed", shot.label),
                Demand::Accept | Demand::AcceptWithin(_) | Demand::OnPurpose | Demand::Here => {
                    assert!(right, "{id}: {} is not rightly signed", shot.label);
                }
                Demand::Anything => {}
            }
            if shot.role != Role::Test {
                assert_eq!(shot.demand, Demand::Accept, "{id}");
            }
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
