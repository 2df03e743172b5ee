//! Every scenario of the catalogue, delivered to real receivers and judged by what they got.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::cli::{of_type, send, sim};
use common::page;
use common::receiver::{Kind, Receiver, Record};
use serde_json::Value;

const SECRET: &str = "the catalogue's secret";
const SEEDS: usize = 20;
/// The only scenario in which the page is loaded twice.
const RELOADS: &str = "page-reload";

fn names() -> Vec<String> {
    let output = sim(["scenarios", "list", "--json"]).exits(0);
    let list: Vec<Value> = serde_json::from_str(&output.stdout).unwrap();
    list.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

/// Plays and returns the scenario of each session by its ID.
fn play(receiver: &Receiver, what: &str) -> BTreeMap<String, String> {
    let lines = send(&receiver.url(), SECRET, what).args(["--output", "ndjson"]).exits(0).json_lines();
    let text = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
    of_type(&lines, "session")
        .into_iter()
        .map(|line| (text(line, "session_id"), text(line, "scenario")))
        .collect()
}

/// Checks everything that a receiver recorded: heads, MACs, sessions.
fn check(records: &[Record], scenarios: &BTreeMap<String, String>, names_as_sent: bool) -> BTreeSet<String> {
    let mut sessions: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for record in records {
        check_head(record, names_as_sent);
        let body = record.json();
        sessions.entry(body["sessionId"].as_str().unwrap().to_owned()).or_default().push(body);
    }
    assert_eq!(sessions.keys().collect::<Vec<_>>(), scenarios.keys().collect::<Vec<_>>());
    for (id, bodies) in &sessions {
        assert!(page::is_uuid(id), "{id}");
        page::check_session(bodies, scenarios[id] == RELOADS);
        let loaded = bodies.iter().filter(|body| body["event"] == "WMS_LOADED").count();
        assert_eq!(loaded, if scenarios[id] == RELOADS { 2 } else { 1 }, "{id}");
    }
    sessions.values().flatten().map(|body| body["event"].as_str().unwrap().to_owned()).collect()
}

fn check_head(record: &Record, names_as_sent: bool) {
    assert!(record.mac_ok && record.status == Some(204), "{record:?}");
    let mac = page::mac(SECRET, &record.body);
    assert_eq!(record.header("X-WMS-Content-MAC"), Some(mac.as_str()), "{record:?}");
    assert_eq!(record.header("Content-Type"), Some("application/json"), "{record:?}");
    if names_as_sent {
        for name in ["X-WMS-Content-MAC", "Content-Type", "Content-Length", "Host", "User-Agent"] {
            assert!(record.headers.iter().any(|(key, _)| key == name), "no {name} in {record:?}");
        }
    }
}

/// Every scenario with many seeds into Node, which verifies with the page's own lines.
fn whole_catalogue(dialect: &str) -> BTreeSet<String> {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let mut scenarios = BTreeMap::new();
    for (place, name) in names().iter().enumerate() {
        // Session IDs come from the seed, so each scenario has its own.
        let seed = 1000 + place;
        let what = format!("{name} --sessions {SEEDS} --seed {seed} --dialect {dialect}");
        let sessions = play(&receiver, &what);
        assert_eq!(sessions.len(), SEEDS, "{name}");
        assert!(sessions.values().all(|played| played == name), "{name}");
        scenarios.extend(sessions);
    }
    assert_eq!(scenarios.len(), names().len() * SEEDS);
    check(&receiver.records(), &scenarios, true)
}

#[test]
fn every_scenario_with_many_seeds() {
    assert_eq!(whole_catalogue("current"), page::current_codes());
}

#[test]
fn every_scenario_in_the_older_dialect() {
    assert_eq!(whole_catalogue("older"), page::older_codes());
}

#[test]
fn a_mix_of_all_into_every_receiver_by_both_transports() {
    for (kind, transport) in [
        (Kind::Express, "wire"),
        (Kind::Flask, "wire"),
        (Kind::NodeHttp, "reqwest"),
        (Kind::Express, "reqwest"),
        (Kind::Flask, "reqwest"),
    ] {
        let receiver = Receiver::start(kind, SECRET);
        let what = format!("--mix all --sessions 60 --seed 5 --transport {transport}");
        let scenarios = play(&receiver, &what);
        assert_eq!(scenarios.len(), 60);
        check(&receiver.records(), &scenarios, transport == "wire" && kind == Kind::Express);
    }
}

#[test]
fn concurrent_order_delivers_every_event_once() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let scenarios = play(&receiver, "--mix production --sessions 40 --seed 6 --order concurrent");
    let mut records = receiver.records();
    // Arrival is in any order; by sequence every session is whole.
    records.sort_by_key(|record| record.json()["sequence"].as_u64());
    check(&records, &scenarios, true);
}
