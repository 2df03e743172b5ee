//! What single sessions show, and what they do not.

use std::collections::BTreeMap;

use super::learn;
use crate::outcome::learnt::{Learnt, Verdict};
use crate::serve::traffic::{Field, Request};

/// Events of one session, a second apart: code, or code and payload. `-` is an event that is missing.
fn session(id: &str, events: &[&str]) -> Vec<Request> {
    let mut requests = Vec::new();
    for (sequence, event) in (0_u32..).zip(events).filter(|(_, event)| **event != "-") {
        let (code, payload) = event.split_once(' ').unwrap_or((event, ""));
        let payload = if payload.is_empty() { String::new() } else { format!(",\"payload\":{payload}") };
        requests.push(Request {
            line: u64::from(sequence) + 1,
            at: crate::clock::Moment(u64::from(sequence) * 1_000_000_000),
            pace: Some(1.0),
            macs: Vec::new(),
            content_type: Field::Absent,
            user_agent: Field::Absent,
            body: format!(
                r#"{{"timestamp":{},"sessionId":"{id}","sequence":{sequence},"event":"{code}","severity":"INFO"{payload}}}"#,
                1_767_323_045 + sequence
            )
            .into_bytes(),
            label: None,
        });
    }
    requests
}

/// What was learnt, but for what every session shows.
fn shown(learnt: &Learnt) -> BTreeMap<&str, &str> {
    learnt
        .keys
        .iter()
        .filter(|key| key.verdict == Verdict::Learnt && key.key.name != "payload.empty")
        .map(|key| (key.key.name, key.value.as_str()))
        .collect()
}

const OPENING: [&str; 5] = [
    "WMS_LOADED",
    "CONFIGURATION_LOADED",
    "CAMERA_PERMISSION_GRANTED",
    "CAMERA_STARTED",
    "MEASUREMENT_STARTED",
];

#[track_caller]
fn shows(more: &[&str], expected: &[(&str, &str)]) {
    let events = [&OPENING, more].concat();
    let learnt = learn(&session("a", &events), &[]);
    assert_eq!(shown(&learnt), expected.iter().copied().collect(), "{events:?}");
}

#[test]
fn order_shows_what_follows_what() {
    let (created, result) =
        ("MEASUREMENT_CREATED {\"measurementId\":\"m\"}", "INTERMEDIATE_RESULTS {\"snr\":-100}");
    shows(&[created], &[]);
    shows(&[created, "WEBSOCKET_RECONNECTED"], &[("websocket.initial", "true")]);
    // A tab that is hidden in between changes nothing, and an event that nobody knows shows nothing.
    let hidden = "PAGE_VISIBILITY_CHANGE {\"state\":\"HIDDEN\"}";
    shows(&[created, hidden, "SOMETHING_NEW", "WEBSOCKET_RECONNECTED"], &[("websocket.initial", "true")]);
    shows(&[created, "SCAN_COMPLETED"], &[("websocket.initial", "false")]);
    // It ended before it can have been connected.
    shows(&[created, "PAGE_UNLOADED"], &[]);
    // What is missing may have been anything.
    shows(&[created, "-", "SCAN_COMPLETED"], &[]);

    shows(&["RESULTS_RECEIVED", "WEBSOCKET_DISCONNECTED"], &[("websocket.clean-close", "true")]);
    shows(&["RESULTS_RECEIVED", "PAGE_UNLOADED"], &[("websocket.clean-close", "false")]);
    shows(&["RESULTS_RECEIVED"], &[]);

    let violated = "CONSTRAINT_VIOLATION {\"why\":\"Dark\"}";
    let named = [("constraint.key", "why"), ("constraint.values", "Dark")];
    shows(&[violated, "MEASUREMENT_CANCELED"], &named);
    let after = |canceled| [named[0], named[1], ("canceled.after-violation", canceled)];
    shows(&[created, violated, "MEASUREMENT_CANCELED"], &after("true"));
    shows(&[created, violated, "PAGE_UNLOADED"], &after("false"));
    shows(&[created, violated], &named);

    let low = |canceled| [("events", "current"), ("canceled.after-low-snr", canceled)];
    shows(&["LOW_SNR {\"details\":\"LOW_SNR\"}", "MEASUREMENT_CANCELED"], &low("true"));
    shows(&["LOW_SNR {\"details\":\"LOW_SNR\"}", "PAGE_UNLOADED"], &low("false"));
    // A signal that cancels, and no word of it.
    let silent = |last| [created, "WEBSOCKET_RECONNECTED", result, result, result, last];
    let older =
        |canceled| [("websocket.initial", "true"), ("events", "older"), ("canceled.after-low-snr", canceled)];
    shows(&silent("REDIRECTING_TO_CALLBACK"), &older("false"));
    shows(&silent("MEASUREMENT_CANCELED"), &older("true"));
    // The user was faster.
    shows(&silent("PAGE_UNLOADED"), &[("websocket.initial", "true")]);
}

#[test]
fn results_are_numbered_and_counted_where_none_is_missing() {
    let mut events = vec!["MEASUREMENT_CREATED", "WEBSOCKET_RECONNECTED"];
    let results: Vec<String> = (0..6)
        .map(|number| format!("INTERMEDIATE_RESULTS {{\"snr\":{},\"sequence\":{number}}}", 40 + number))
        .collect();
    events.extend(results.iter().map(String::as_str));
    events.extend(["SCAN_COMPLETED", "RESULTS_RECEIVED"]);
    let all = [
        ("websocket.initial", "true"),
        ("results.first", "0"),
        ("results.count", "6"),
        ("snr.number", "integer"),
        ("snr.scale", "percent"),
    ];
    shows(&events, &all);
    let mut dropped = events.clone();
    dropped.insert(3, "WEBSOCKET_DISCONNECTED");
    shows(&dropped, &[all[0], all[1], all[3], all[4]]);
    events[3] = "-";
    // The first is there; those behind the gap have lost their count.
    shows(&events, &[all[0], all[1], all[3], all[4]]);
}

#[test]
fn whole_numbers_are_evidence_only_where_they_are_no_accident() {
    let learnt = |values: &[&str]| {
        let results: Vec<String> =
            values.iter().map(|snr| format!("INTERMEDIATE_RESULTS {{\"snr\":{snr}}}")).collect();
        let events: Vec<&str> = OPENING.into_iter().chain(results.iter().map(String::as_str)).collect();
        let learnt = learn(&session("a", &events), &[]);
        shown(&learnt).into_iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>()
    };
    let none = [""; 0];
    assert_eq!(learnt(&["-100", "-91", "-90"]), none);
    assert_eq!(learnt(&["9", "10"]), none);
    assert_eq!(learnt(&["12", "12", "12", "12"]), none);
    assert_eq!(learnt(&["9", "10", "11"]), ["snr.number=integer"]);
    assert_eq!(learnt(&["9", "10", "11.5"]), ["snr.number=decimal"]);
    assert_eq!(learnt(&["3", "10", "11"]), ["snr.number=integer", "snr.scale=decibel"]);
    assert_eq!(learnt(&["9.1", "13"]), ["snr.number=decimal", "snr.scale=percent"]);
}

#[test]
fn the_most_frequent_value_that_the_key_takes_wins() {
    let mut requests = Vec::new();
    for (id, agent) in
        [("a", "x/1"), ("b", "x/2"), ("c", "x/2"), ("d", "\u{e9}"), ("e", "\u{e9}"), ("f", "\u{e9}")]
    {
        let mut one = session(id, &["WMS_LOADED"]);
        one[0].user_agent = Field::Text(agent.to_owned());
        requests.append(&mut one);
    }
    let learnt = learn(&requests, &[]);
    let key = learnt.keys.iter().find(|key| key.key.name == "http.user-agent").unwrap();
    let shown: Vec<(&str, u64, bool)> =
        key.shown.iter().map(|shown| (shown.value.as_str(), shown.count, shown.fits)).collect();
    assert_eq!(shown, [("\u{e9}", 3, false), ("x/2", 2, true), ("x/1", 1, true)]);
    assert_eq!((key.verdict, key.value.as_str()), (Verdict::Learnt, "x/2"));
    assert_eq!(learnt.dialect().user_agent, "x/2");
    // Nobody else's style is a style.
    let style = learnt.keys.iter().find(|key| key.key.name == "session-id.style").unwrap();
    assert_eq!((style.verdict, style.shown[0].count), (Verdict::NoEvidence, 6));
}

#[test]
fn what_is_no_event_or_was_not_meant_shows_nothing() {
    let mut requests = session("a", &["WMS_LOADED", "LOW_SNR {}", "LOW_SNR {}"]);
    requests[1].body = b"?".to_vec();
    requests[2].label = Some(crate::serve::traffic::Label {
        session_id: "a".to_owned(),
        sequence: 2,
        faults: vec!["swap".to_owned()],
        copy: false,
        sent: true,
    });
    let learnt = learn(&requests, &[]);
    assert_eq!((learnt.events, learnt.left_out, learnt.unreadable), (1, 1, 1));
    assert_eq!(shown(&learnt), BTreeMap::new());
}
