//! Broken receivers, each one bug away from a right one, against the whole suite: which cases each fails, and what the
//! diagnosis says first. `matrix.txt` has it all; a sample of it is run here, and everything by `scripts/soak matrix`.
//!
//! - `WMS_SIM_MATRIX=all` runs every receiver, `WMS_SIM_MATRIX=NAME,..` these only.
//! - `UPDATE_MATRIX=1` writes `matrix.txt` anew, for every receiver or these only.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a function that fails fails its test")]
#![allow(clippy::print_stderr, reason = "a long run says how far it is")]

#[path = "../common/mod.rs"]
mod common;

mod broken;
mod table;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;

use broken::Broken;
use table::{Row, Table};
use wms_sim::conformance::case::Needs;
use wms_sim::conformance::cases;
use wms_sim::outcome::check::Level;

/// So many receivers are checked at once.
const AT_ONCE: usize = 3;
/// Every so manyth receiver is in the sample.
const EVERY: usize = 9;

/// What each receiver came to, in the order of the list.
fn run(all: Vec<Broken>) -> Vec<Row> {
    let waiting = Mutex::new(all.into_iter().enumerate().collect::<Vec<_>>().into_iter());
    let rows = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some((place, broken)) = waiting.lock().unwrap().next() else { return };
                    let row = broken.check();
                    rows.lock().unwrap().push((place, row));
                }
            });
        }
    });
    let mut rows = rows.into_inner().unwrap();
    rows.sort_by_key(|(place, _)| *place);
    rows.into_iter().map(|(_, row)| row).collect()
}

#[test]
fn broken_receivers_fail_what_their_bug_explains() {
    let all = Broken::all();
    let names: Vec<String> = all.iter().map(|broken| broken.name.clone()).collect();
    let is_update = std::env::var_os("UPDATE_MATRIX").is_some_and(|set| set == "1");
    let only = std::env::var("WMS_SIM_MATRIX").unwrap_or_default();
    let only: Vec<&str> = only.split(',').filter(|name| !name.is_empty()).collect();
    let is_whole = only == ["all"] || (is_update && only.is_empty());
    if !is_whole {
        let unknown = only.iter().find(|only| !names.iter().any(|name| name.ends_with(**only)));
        assert_eq!(unknown, None, "WMS_SIM_MATRIX names a receiver that is not there");
    }
    let chosen = |place: usize, broken: &Broken| match only.is_empty() {
        _ if is_whole => true,
        true => place.is_multiple_of(EVERY) && broken.is_quick(),
        false => only.iter().any(|name| broken.name.ends_with(name)),
    };
    let chosen: Vec<Broken> = all
        .into_iter()
        .enumerate()
        .filter(|(place, broken)| chosen(*place, broken))
        .map(|(_, broken)| broken)
        .collect();
    if is_update {
        Table::update(&names, run(chosen));
        return;
    }
    assert!(chosen.len() >= 10 || !only.is_empty());
    let table = Table::read();
    let expected: Vec<(Vec<String>, Vec<String>)> =
        chosen.iter().map(|broken| (broken.meant.clone(), broken.named.clone())).collect();
    let mut wrong = Vec::new();
    for (row, (meant, named)) in run(chosen).iter().zip(&expected) {
        wrong.extend(table.row(&row.name).differences(row, meant, named));
    }
    assert!(
        wrong.is_empty(),
        "{}\nIf it is right: UPDATE_MATRIX=1 cargo test --test check_matrix",
        wrong.join("\n")
    );
}

#[test]
fn every_broken_receiver_fails_the_cases_meant_for_it() {
    let table = Table::read();
    let all = Broken::all();
    assert!(all.len() >= 45);
    let names: BTreeSet<&str> = all.iter().map(|broken| broken.name.as_str()).collect();
    assert_eq!(names.len(), all.len(), "a name comes twice");
    assert_eq!(table.names(), names, "matrix.txt has other receivers than there are");
    for broken in &all {
        let row = table.row(&broken.name);
        assert_ne!(row.exit, 0, "{} passes", broken.name);
        for meant in &broken.meant {
            assert!(row.fails(meant), "{} does not fail {meant}, which is meant for it", broken.name);
        }
    }
}

#[test]
fn every_case_that_binds_is_failed_by_a_broken_receiver() {
    let table = Table::read();
    // Those of TLS and of the drill have tests of their own, with receivers that they fail.
    let here = |needs: Needs| matches!(needs, Needs::Nothing | Needs::Probe);
    let missing: Vec<&str> = cases::all()
        .iter()
        .filter(|case| case.level != Level::Info && here(case.needs))
        .map(|case| case.id)
        .filter(|id| !table.rows.iter().any(|row| row.fails(id)))
        .collect();
    assert!(missing.is_empty(), "no broken receiver fails {missing:?}");
}

#[test]
fn the_diagnosis_names_the_bug() {
    let table = Table::read();
    let all = Broken::all();
    let judged: Vec<(&Broken, &Row)> = all
        .iter()
        .filter(|broken| !broken.named.is_empty())
        .map(|broken| (broken, table.row(&broken.name)))
        .collect();
    let unnamed: Vec<String> = judged
        .iter()
        .filter(|(broken, row)| !broken.named.iter().any(|name| row.diagnoses.contains(name)))
        .map(|(broken, row)| format!("{}: {:?}", broken.name, row.diagnoses))
        .collect();
    assert_eq!(judged.len(), all.len(), "a receiver has no name for its bug");
    assert!(
        unnamed.len() * 10 <= judged.len(),
        "the bug of {} of {} is not named: {unnamed:#?}",
        unnamed.len(),
        judged.len()
    );
}
