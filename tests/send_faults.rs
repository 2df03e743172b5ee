//! Faults against real receivers: what the journal says was injected is what arrived, and nobody is blamed for it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a function that fails fails its test")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::cli::{json_lines, of_type, scratch, send, sim};
use common::receiver::{Kind, Receiver, Record, Setup};
use serde_json::{Value, json};

const SECRET: &str = "s";

/// What arrived, by session and sequence, in the order of arrival.
fn arrivals(records: &[Record]) -> Vec<(String, u64)> {
    records
        .iter()
        .filter_map(|record| {
            let body: Value = serde_json::from_str(&record.body).ok()?;
            Some((body["sessionId"].as_str()?.to_owned(), body["sequence"].as_u64()?))
        })
        .collect()
}

fn faults(delivery: &Value) -> BTreeSet<String> {
    delivery["faults"].as_array().unwrap().iter().map(|fault| fault.as_str().unwrap().to_owned()).collect()
}

/// Each kind at a rate, a thousand sessions: what the journal labels is what Node saw, event by event.
#[test]
fn labels_are_what_the_receiver_observed() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let folder = scratch();
    let journal = folder.path().join("run.ndjson");
    let specs = [
        "drop=1%",
        "duplicate=1%",
        "mac:missing=1%",
        "mac:empty=1%",
        "mac:wrong-secret=1%",
        "mac:corrupted=1%",
        "mac:truncated=1%",
        "mac:upper-case=1%",
        "mac:other-body=1%",
        "body:truncated=1%",
        "body:not-json=1%",
        "body:extra-field=1%",
        "body:unknown-event=1%",
    ];
    let line = "--mix production --sessions 1000 --seed 11 --output quiet --journal";
    let mut run = send(&receiver.url(), SECRET, line).arg(&journal);
    for spec in specs {
        run = run.args(["--fault", spec]);
    }
    run.exits(0);
    let lines = json_lines(&std::fs::read_to_string(&journal).unwrap());
    let deliveries = of_type(&lines, "delivery");
    let records = receiver.records();

    // By body and MAC header, how often each was sent and how often it arrived.
    let mut sent: BTreeMap<(String, Option<String>), i64> = BTreeMap::new();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut dropped = 0;
    for delivery in &deliveries {
        if delivery["copy"] == false {
            for fault in faults(delivery) {
                *counts.entry(fault).or_default() += 1;
            }
        }
        if delivery["status"] == "suppressed" {
            assert!(faults(delivery).contains("drop"), "{delivery}");
            dropped += 1;
            continue;
        }
        let mac = delivery["headers"]["X-WMS-Content-MAC"].as_str().map(str::to_owned);
        *sent.entry((delivery["body"].as_str().unwrap().to_owned(), mac)).or_default() += 1;
    }
    for record in &records {
        let mac = record.header("X-WMS-Content-MAC").map(str::to_owned);
        *sent.entry((record.body.clone(), mac)).or_default() -= 1;
    }
    assert!(sent.values().all(|left| *left == 0), "what was sent and what arrived differ");
    assert!(dropped > 0);

    // What Node refused for its MAC is what the faults had spoiled, and nothing else.
    let spoiled = |delivery: &&Value| faults(delivery).iter().any(|fault| fault.starts_with("mac:"));
    let refused = records.iter().filter(|record| !record.mac_ok).count();
    let expected = deliveries
        .iter()
        .filter(|delivery| delivery["status"] != "suppressed")
        .copied()
        .filter(|d| spoiled(d))
        .count();
    assert_eq!(refused, expected);

    // Every kind was drawn, and as often as the plan that a dry run lists.
    for spec in specs {
        let name = spec.split('=').next().unwrap();
        assert!(counts.get(name).is_some_and(|count| *count > 30), "{name}: {counts:?}");
    }
    let mut dry = sim([
        "send",
        "--secret",
        SECRET,
        "--dry-run",
        "--mix",
        "production",
        "--sessions",
        "1000",
        "--pace",
        "max",
        "--seed",
        "11",
    ]);
    for spec in specs {
        dry = dry.args(["--fault", spec]);
    }
    let mut planned: BTreeMap<String, u64> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for line in dry.exits(0).json_lines() {
        let body = (line["session"].as_u64().unwrap(), line["body"].as_str().unwrap().to_owned());
        let copy = faults(&line).contains("duplicate") && !seen.insert(body);
        if !copy {
            for fault in faults(&line) {
                *planned.entry(fault).or_default() += 1;
            }
        }
    }
    let lost: BTreeMap<&String, u64> = counts
        .iter()
        .map(|(name, count)| (name, count - planned.get(name).copied().unwrap_or(0)))
        .filter(|(_, missing)| *missing > 0)
        .collect();
    // A dropped event is not in a dry run, nor are the other faults that struck it.
    assert_eq!(lost.get(&"drop".to_owned()), Some(&counts["drop"]));
    assert!(lost.iter().all(|(name, missing)| *name == "drop" || *missing < 10), "{lost:?}");
}

#[test]
fn order_changes_as_the_faults_say() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let line = "happy-path --session-id one --seed 3 --fault swap@3 --fault duplicate@6 --fault drop@8 --fault burst@10=3";
    send(&receiver.url(), SECRET, line).exits(0);
    let sequences: Vec<u64> =
        arrivals(&receiver.records()).into_iter().map(|(_, sequence)| sequence).collect();
    assert_eq!(sequences, [0, 1, 2, 4, 3, 5, 6, 6, 7, 9, 10, 11, 12, 13, 14, 15]);
}

#[test]
fn taking_a_forged_event_is_the_receivers_failure() {
    // Answers 204 to whatever comes.
    let port = common::tcp::answers(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    let url = format!("http://127.0.0.1:{port}/webhook");
    send(&url, SECRET, "bounce --seed 1 --fault mac:wrong-secret@1").exits(1).shows(&[
        "accepted a forged event",
        "mac:wrong-secret",
        "verify before you answer 2xx",
    ]);
    send(&url, SECRET, "bounce --seed 1 --fault mac:upper-case@1").exits(0);
}

#[test]
fn what_a_fault_explains_is_nobodys_failure() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    for spec in ["mac:missing@1", "body:not-json@1", "body:truncated@1", "drop@1", "duplicate@1"] {
        send(&receiver.url(), SECRET, "bounce --seed 1 --fault").arg(spec).exits(0);
    }
    // Beside it, a real failure still is one.
    send(&receiver.url(), "another", "bounce --seed 1 --fault mac:missing@1").exits(1);
}

#[test]
fn a_refused_event_is_sent_again_with_the_same_bytes() {
    let plan = json!({ "status": [500, 503, 204, 429, 204], "retryAfter": "0" });
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(plan).start();
    let folder = scratch();
    let journal = folder.path().join("run.ndjson");
    send(&receiver.url(), SECRET, "happy-path --seed 2 --retries 4 --output quiet --journal")
        .arg(&journal)
        .exits(0);
    let lines = json_lines(&std::fs::read_to_string(&journal).unwrap());
    let records = receiver.records();
    assert!(records.iter().all(|record| record.mac_ok));
    let requests: u64 =
        of_type(&lines, "delivery").iter().map(|line| line["attempts"].as_u64().unwrap()).sum();
    assert_eq!(requests, records.len() as u64);
    assert_eq!(of_type(&lines, "retry").len() as u64, requests - 16);
    // In order, each again and again until it was taken, before the next.
    let mut sequences: Vec<u64> = arrivals(&records).into_iter().map(|(_, sequence)| sequence).collect();
    assert!(sequences.is_sorted(), "{sequences:?}");
    sequences.dedup();
    assert_eq!(sequences.len(), 16);
    let bodies: BTreeSet<&str> = records.iter().map(|record| record.body.as_str()).collect();
    assert_eq!(bodies.len(), 16, "an event that is sent again has the same bytes");
    let end = of_type(&lines, "end")[0];
    assert_eq!(end["requests"]["sent"], requests);
    assert_eq!(end["requests"]["retries"], requests - 16);
}

#[test]
fn a_receiver_that_is_gone_gets_nothing_more() {
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(json!({ "status": [204, 204, 410] })).start();
    let output = send(&receiver.url(), SECRET, "happy-path --seed 2 --retries 4").exits(1);
    output.shows(&["410 refused", "13 suppressed"]);
    assert_eq!(receiver.records().len(), 3);
}

#[test]
fn slips_in_a_fault_are_explained() {
    sim(["send", "--fault", "dorp@3"]).exits(2).says(&["did you mean drop?"]);
    sim(["send", "--fault", "drop"]).exits(2).says(&["drop@3"]);
    sim(["faults"]).exits(0).shows(&["mac:wrong-secret", "body:not-json"]);
}

#[test]
fn a_receiver_that_insists_on_order_is_not_blamed_for_the_fault() {
    // Node answers 409 to what follows the swap; nothing of that is its failure.
    let plan =
        json!({ "status": [204, 204, 204, 409, 409, 409, 409, 409, 409, 409, 409, 409, 409, 409, 409, 409] });
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(plan.clone()).start();
    send(&receiver.url(), SECRET, "happy-path --seed 2 --fault swap@3").exits(0);
    // Without a fault the same answers are.
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(plan).start();
    send(&receiver.url(), SECRET, "happy-path --seed 2").exits(1);
}

#[test]
fn a_forged_copy_that_is_accepted_counts() {
    // Refuses each request the first time and takes its copy: deduplicating before verifying.
    let port = common::tcp::in_turn(&[
        b"HTTP/1.1 401 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    ]);
    let url = format!("http://127.0.0.1:{port}/webhook");
    let line = "--event WMS_LOADED --fault mac:missing@0 --fault duplicate@0";
    send(&url, SECRET, line).exits(1).shows(&["FORGED", "accepted a forged event"]);
}

#[test]
fn nothing_is_tried_again_once_the_receiver_is_gone() {
    let plan = json!({ "status": [503, 410], "retryAfter": "1" });
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(plan).start();
    let line = "happy-path --order concurrent --max-in-flight 1 --seed 2 --retries 3 --output ndjson";
    let lines = send(&receiver.url(), SECRET, line).exits(1).json_lines();
    let end = of_type(&lines, "end")[0];
    let requests = receiver.records().len();
    assert_eq!(end["requests"]["sent"], requests, "{end}");
    assert!(requests <= 3, "{requests}");
}

#[test]
fn a_server_error_on_a_forged_event_is_told_and_fails_nothing() {
    const GOOD: &[u8] = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    for (answer, crash) in [
        (&b"HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\n"[..], true),
        (b"HTTP/1.1 502 Oh\r\nConnection: close\r\n\r\n", true),
        (b"HTTP/1.1 401 No\r\nConnection: close\r\n\r\n", false),
        (b"HTTP/1.1 503 Busy\r\nConnection: close\r\n\r\n", false),
    ] {
        let port = common::tcp::in_turn(vec![GOOD, answer, GOOD].leak());
        let folder = scratch();
        let journal = folder.path().join("journal");
        let url = format!("http://127.0.0.1:{port}/webhook");
        let output = send(&url, SECRET, "bounce --fault mac:missing@1 --journal").arg(&journal).exits(0);
        assert_eq!(output.stdout.contains("a server error on a forged event"), crash, "{output}");
        let counted = "1 event with a spoiled MAC met with a server error";
        assert_eq!(output.stdout.contains(counted), crash, "{output}");
        let lines = json_lines(&std::fs::read_to_string(&journal).unwrap());
        let blame = of_type(&lines, "delivery")[1]["blame"].clone();
        assert_eq!(blame, if crash { "forged-crash" } else { "none" });
        assert_eq!(of_type(&lines, "end")[0]["forged_crashed"], u64::from(crash));
    }
}
