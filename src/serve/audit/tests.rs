//! Small sessions with one thing wrong: just that is found, and where it stands.

use serde_json::{Value, json};

use super::audit;
use crate::clock::Epoch;
use crate::outcome::audit::{Audited, Weight};
use crate::outcome::journal::read::entry;
use crate::protocol::dialect::{Dialect, MacInput};
use crate::protocol::mac::{Secret, Signer};
use crate::serve::traffic::Traffic;

const MEASUREMENT: &str = "f0c8ca8d-111d-4dcf-a69d-46ed39a2db06";
const SESSION: &str = "0b1c8f4e-2a63-4f5b-9c8d-7e6f5a4b3c2d";
const START: i64 = 1_767_323_045;

/// A healthy session as bodies, with usual gaps.
fn healthy() -> Vec<String> {
    let id = format!("\"measurementId\":\"{MEASUREMENT}\"");
    let mut events: Vec<(i64, &str, String)> = vec![
        (0, "WMS_LOADED", String::new()),
        (1, "CONFIGURATION_LOADED", String::new()),
        (4, "CAMERA_PERMISSION_GRANTED", String::new()),
        (5, "CAMERA_STARTED", String::new()),
        (15, "MEASUREMENT_STARTED", String::new()),
        (16, "MEASUREMENT_CREATED", format!("{{{id}}}")),
        (16, "WEBSOCKET_RECONNECTED", format!("{{{id}}}")),
    ];
    for (second, number) in [(21, 1), (26, 2), (31, 3), (36, 4), (41, 5)] {
        let payload = format!("{{{id},\"snr\":4.{number},\"sequence\":{number}}}");
        events.push((second, "INTERMEDIATE_RESULTS", payload));
    }
    for (second, event) in [
        (45, "SCAN_COMPLETED"),
        (50, "RESULTS_RECEIVED"),
        (51, "REDIRECTING_TO_CALLBACK"),
        (51, "PAGE_UNLOADED"),
    ] {
        events.push((second, event, format!("{{{id}}}")));
    }
    (0..)
        .zip(events)
        .map(|(sequence, (second, event, payload))| {
            let payload = if payload.is_empty() { payload } else { format!(",\"payload\":{payload}") };
            format!(
                r#"{{"timestamp":{},"sessionId":"{SESSION}","sequence":{sequence},"event":"{event}","severity":"INFO"{payload}}}"#,
                START + second
            )
        })
        .collect()
}

fn headers(body: &str) -> Value {
    let mac = Signer::new(&Secret::new("s"), MacInput::Bytes).sign(body.as_bytes());
    json!({
        "content-type": "application/json",
        "user-agent": Dialect::current().user_agent,
        "x-wms-content-mac": mac.as_str(),
    })
}

fn received(bodies: &[String]) -> Vec<Value> {
    (0..)
        .zip(bodies)
        .map(|(at, body)| json!({ "type": "received", "at_ms": at, "headers": headers(body), "body": body }))
        .collect()
}

/// As a run's journal has it.
fn delivered(bodies: &[String]) -> Vec<Value> {
    let lines = (0..).zip(bodies).map(|(sequence, body)| {
        json!({
            "type": "delivery", "session": 1, "session_id": SESSION, "sequence": sequence, "event": "X",
            "status": "accepted", "sent_ms": sequence, "faults": [], "headers": headers(body), "body": body,
        })
    });
    [json!({ "type": "run", "pace": "max" })].into_iter().chain(lines).collect()
}

fn look(lines: &[Value], dialect: &Dialect, secrets: &[&str]) -> Audited {
    let mut traffic = Traffic::new();
    for (number, line) in (1..).zip(lines) {
        traffic.take(number, entry(line.to_string().as_bytes()).unwrap());
    }
    let (requests, epoch) = traffic.finish();
    let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
    audit(&requests, dialect, &secrets, epoch)
}

/// Kind and line of the first of each group.
fn found(audited: &Audited) -> Vec<(&str, u64)> {
    audited.groups.iter().map(|group| (group.first.kind, group.first.place.line)).collect()
}

#[track_caller]
fn finds(lines: &[Value], expected: &[(&str, u64)]) {
    let audited = look(lines, &Dialect::current(), &["s"]);
    assert_eq!(found(&audited), expected, "{:#?}", audited.groups);
}

#[test]
fn a_healthy_session_has_no_difference() {
    let audited = look(&received(&healthy()), &Dialect::current(), &["old", "s"]);
    assert_eq!(found(&audited), []);
    assert_eq!((audited.requests, audited.events, audited.sessions), (16, 16, 1));
    assert_eq!((audited.macs.by_secret, audited.macs.wrong), (vec![0, 16], 0));
    finds(&delivered(&healthy()), &[]);
}

#[test]
fn one_thing_wrong_is_one_difference() {
    // In the body of which event, what by what.
    for (at, from, to, expected) in [
        (3, "CAMERA_STARTED", "CAMERA_ON", "event-unknown"),
        (3, "INFO", "WARN", "severity-mismatch"),
        (3, "\"INFO\"", "\"DEBUG\"", "severity-unknown"),
        (3, "\"sequence\"", "\"version\":1,\"sequence\"", "envelope-key-unknown"),
        (5, "}}", ",\"extra\":1}}", "payload-key-unknown"),
        (9, MEASUREMENT, "other", "measurement-id-unknown"),
        (5, "\"measurementId\"", "\"id\"", "payload-key-missing"),
        (7, "4.1", "\"4.1\"", "payload-type"),
        (3, "\"timestamp\":1767323050,", "\"timestamp\":1767323041,", "timestamp-backwards"),
        (3, "\"timestamp\":1767323050,", "\"timestamp\":1767323050.5,", "timestamp-not-integer"),
        (3, "\"timestamp\":1767323050,", "\"timestamp\":\"1767323050\",", "timestamp-not-integer"),
        (3, "\"sequence\":3,", "\"sequence\":\"3\",", "bad-envelope"),
        (3, "{\"t", "{{\"t", "not-json"),
        (
            3,
            "\"sequence\":3,\"event\":\"CAMERA_STARTED\"",
            "\"event\":\"CAMERA_STARTED\",\"sequence\":3",
            "key-order",
        ),
        (7, "\"sequence\":1}", "\"sequence\":0}", "results.first"),
        (3, "}", ",\"payload\":null}", "payload.empty"),
    ] {
        let mut bodies = healthy();
        let changed = bodies[at].replacen(from, to, 1);
        assert_ne!(changed, bodies[at], "{from}");
        bodies[at] = changed;
        let audited = look(&received(&bodies), &Dialect::current(), &["s"]);
        let kinds = found(&audited);
        assert!(kinds.contains(&(expected, at as u64 + 1)), "{expected}: {:#?}", audited.groups);
        assert!(audited.differs());
        // What follows from it may be told too, but nothing before it.
        assert!(kinds.iter().all(|(_, line)| *line > at as u64), "{expected}: {:#?}", audited.groups);
    }
}

#[test]
fn order_and_sequence() {
    let lines = received(&healthy());
    let (mut missing, mut swapped, mut twice) = (lines.clone(), lines.clone(), lines.clone());
    missing.remove(3);
    finds(&missing, &[("gap", 4)]);
    swapped.swap(3, 4);
    finds(&swapped, &[("out-of-order", 5)]);
    twice.insert(4, lines[3].clone());
    finds(&twice, &[("duplicate", 5)]);

    let mut bodies = healthy();
    bodies
        .insert(4, bodies[3].replace("CAMERA_STARTED", "CAMERA_PERMISSION_DENIED").replace("INFO", "ERROR"));
    finds(&received(&bodies), &[("conflict", 5)]);
    // The socket is told to be connected before there is one.
    let mut bodies = healthy();
    bodies[4] = bodies[4].replace("MEASUREMENT_STARTED", "SCAN_COMPLETED");
    let audited = look(&received(&bodies), &Dialect::current(), &["s"]);
    assert!(found(&audited).contains(&("illegal-event", 5)), "{:#?}", audited.groups);
    let illegal = audited.groups.iter().find(|group| group.first.kind == "illegal-event").unwrap();
    assert!(illegal.first.says.contains("MEASUREMENT_STARTED"), "{}", illegal.first.says);

    // A session that was under way when the capture began is none that lost its beginning.
    let audited = look(&lines[6..], &Dialect::current(), &["s"]);
    assert_eq!(found(&audited), [("begins-late", 1)], "{:#?}", audited.groups);
    assert!(!audited.differs());
}

#[test]
fn headers_are_those_of_the_dialect() {
    for (name, value, expected) in [
        ("content-type", json!("text/json"), "http.content-type"),
        ("user-agent", json!("axios/1"), "http.user-agent"),
        ("user-agent", json!([]), "user-agent-missing"),
        ("content-type", json!([]), "content-type"),
        ("x-wms-content-mac", json!([]), "mac-missing"),
        ("x-wms-content-mac", json!("sha256=1"), "mac-wrong-prefix"),
        ("x-wms-content-mac", json!(["hmac-sha256=1", "hmac-sha256=1"]), "mac-several"),
    ] {
        let mut lines = received(&healthy());
        lines[2]["headers"][name] = value;
        finds(&lines, &[(expected, 3)]);
    }
    // What was hidden when it was written down says nothing.
    let mut lines = received(&healthy());
    lines[2]["headers"]["user-agent"] = json!("***");
    finds(&lines, &[]);
}

#[test]
fn a_wrong_mac_hides_nothing_else_and_is_explained() {
    let mut bodies = healthy();
    bodies[3] = bodies[3].replace("INFO", "WARN");
    let audited = look(&received(&bodies), &Dialect::current(), &["S"]);
    assert_eq!(found(&audited), [("mac-mismatch", 1), ("severity-mismatch", 4)]);
    assert_eq!((audited.groups[0].count, audited.macs.wrong), (16, 16));

    let mut lines = received(&healthy());
    lines[0]["body"] = json!(healthy()[0].replace(',', ", "));
    let audited = look(&lines, &Dialect::current(), &["s"]);
    assert_eq!(found(&audited), [("mac-mismatch", 1)]);
    assert!(audited.groups[0].first.found.contains("signed-compact"), "{}", audited.groups[0].first.found);
    // Without a secret nobody can say whose it is.
    assert_eq!(found(&look(&lines, &Dialect::current(), &[])), []);
}

#[test]
fn timing_is_a_note() {
    for (at, from, to, expected) in [
        // The configuration takes a minute, a result comes two seconds early, the redirect takes ten.
        (1, 1, 60, "timing-late"),
        (8, 26, 24, "timing-early"),
        (14, 51, 62, "timing-late"),
    ] {
        let mut bodies = healthy();
        for (place, body) in bodies.iter_mut().enumerate().skip(at) {
            // What comes later moves along, but for the results, which have their own rhythm.
            if at == 8 && place > at {
                break;
            }
            let stamp: i64 = serde_json::from_str::<Value>(body).unwrap()["timestamp"].as_i64().unwrap();
            *body = body.replace(&stamp.to_string(), &(stamp + to - from).to_string());
        }
        let audited = look(&received(&bodies), &Dialect::current(), &["s"]);
        assert_eq!(found(&audited), [(expected, at as u64 + 1)], "{:#?}", audited.groups);
        assert_eq!(audited.groups[0].first.weight, Weight::Note);
        assert!(!audited.differs());
    }
    // Faster than in life, the same stamps stand for other gaps; and where nobody knows the pace, for none.
    let mut lines = delivered(&healthy());
    for (pace, expected) in [("1x", false), ("1000x", true), ("", false)] {
        lines[0]["pace"] = json!(pace);
        let audited = look(&lines, &Dialect::current(), &["s"]);
        assert_eq!(!audited.groups.is_empty(), expected, "{pace}: {:#?}", audited.groups);
    }
}

#[test]
fn what_the_journal_says_was_injected_is_left_out() {
    let spoil = |at: usize, fault: &str| {
        let mut lines = delivered(&healthy());
        lines[at + 1]["faults"] = json!([fault]);
        lines
    };
    let mut dropped = spoil(5, "drop");
    dropped[6]["status"] = json!("suppressed");
    let mut forged = spoil(5, "mac:empty");
    forged[6]["headers"]["x-wms-content-mac"] = json!("");
    let mut torn = spoil(5, "body:truncated");
    torn[6]["body"] = json!("{\"timestamp\":1");
    let mut unknown = spoil(5, "body:unknown-event");
    unknown[6]["body"] = json!(healthy()[5].replace("MEASUREMENT_CREATED", "SIMULATED_UNKNOWN_EVENT"));
    let mut late = spoil(5, "delay=5s");
    late[6]["sent_ms"] = json!(7.5);
    let mut copied = spoil(5, "duplicate");
    let mut copy = copied[6].clone();
    copy["copy"] = json!(true);
    copied.push(copy);
    for lines in [&dropped, &forged, &torn, &unknown, &late, &copied] {
        let audited = look(lines, &Dialect::current(), &["s"]);
        assert!(audited.groups.is_empty(), "{:#?}", audited.groups);
        assert!(audited.faulty + audited.unsent > 0);
        // The same without the label is a difference.
        let mut lines = lines.clone();
        for line in &mut lines {
            line["faults"] = json!([]);
            line["copy"] = json!(false);
        }
        lines.retain(|line| line["status"] != "suppressed");
        assert!(!look(&lines, &Dialect::current(), &["s"]).groups.is_empty(), "{lines:#?}");
    }
}

#[test]
fn a_capture_that_knows_its_clock_knows_the_future() {
    let mut lines = received(&healthy());
    let start = Epoch::from_unix_nanos(i128::from(START + 20) * 1_000_000_000).to_rfc3339();
    lines.insert(0, json!({ "type": "capture", "start_time": start }));
    let audited = look(&lines, &Dialect::current(), &["s"]);
    assert_eq!(found(&audited), [("timestamp-future", 10)], "{:#?}", audited.groups);
}
