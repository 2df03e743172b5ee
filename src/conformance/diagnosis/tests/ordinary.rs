//! Receivers that do not take some ordinary events, played through, and what is said of each.

use super::super::samples::{Fate, Samples};
use super::*;

/// An event as a receiver sees it.
#[derive(Clone, Copy)]
struct Sent {
    event: &'static str,
    severity: &'static str,
    sequence: i64,
    stamp: i64,
    payload: &'static str,
}

const MEASURED: &str = r#"{"measurementId":"m"}"#;
const RESULTS: &str = r#"{"measurementId":"m","snr":4.5}"#;

const fn event(event: &'static str, payload: &'static str) -> Sent {
    Sent { event, severity: "INFO", sequence: 0, stamp: 100, payload }
}

const fn error(event: &'static str, payload: &'static str) -> Sent {
    Sent { event, severity: "ERROR", sequence: 0, stamp: 100, payload }
}

const ALONE: &[(&str, Sent)] = &[
    ("events/wms-loaded", event("WMS_LOADED", "")),
    ("events/configuration-loaded", event("CONFIGURATION_LOADED", "")),
    ("events/camera-permission-granted", event("CAMERA_PERMISSION_GRANTED", "")),
    ("events/camera-permission-denied", error("CAMERA_PERMISSION_DENIED", "")),
    ("events/camera-started", event("CAMERA_STARTED", "")),
    ("events/measurement-created", event("MEASUREMENT_CREATED", MEASURED)),
    ("events/intermediate-results", event("INTERMEDIATE_RESULTS", RESULTS)),
    ("events/scan-completed", event("SCAN_COMPLETED", MEASURED)),
    ("events/results-received", event("RESULTS_RECEIVED", MEASURED)),
    ("events/redirecting", event("REDIRECTING_TO_CALLBACK", "")),
    ("events/page-unloaded", event("PAGE_UNLOADED", "")),
    ("events/api-error", error("API_ERROR", r#"{"code":"x"}"#)),
    ("events/api-error-measured", error("API_ERROR", r#"{"code":"x","measurementId":"m"}"#)),
    ("events/page-visibility-change", event("PAGE_VISIBILITY_CHANGE", r#"{"state":"hidden"}"#)),
    ("events/low-snr", error("LOW_SNR", r#"{"snr":1.5}"#)),
    ("events/general-error", error("GENERAL_ERROR", r#"{"details":"x"}"#)),
];

/// A whole session: two events a second.
fn story() -> Vec<Sent> {
    let events = [
        ("WMS_LOADED", ""),
        ("CONFIGURATION_LOADED", ""),
        ("CAMERA_STARTED", ""),
        ("MEASUREMENT_CREATED", MEASURED),
        ("INTERMEDIATE_RESULTS", RESULTS),
        ("RESULTS_RECEIVED", MEASURED),
        ("REDIRECTING_TO_CALLBACK", MEASURED),
        ("PAGE_UNLOADED", MEASURED),
    ];
    let placed = |(place, (name, payload))| {
        let place = i64::from(u8::try_from(place).unwrap());
        Sent { sequence: place, stamp: 100 + place / 2, ..event(name, payload) }
    };
    events.into_iter().enumerate().map(placed).collect()
}

/// What a receiver answers to an event, after those of its session that it took.
type Receiver = fn(Sent, &[Sent]) -> u16;

/// The results of a check of such a receiver, as far as ordinary events go.
fn played(receiver: Receiver) -> Vec<CaseResult> {
    let mut results = right();
    let mut play = |id: &str, role: Role, events: &[Sent]| {
        let mut taken = Vec::new();
        let result = results.iter_mut().find(|result| result.id == id).unwrap();
        result.traces.clear();
        for sent in events {
            let status = receiver(*sent, &taken);
            if (200..300).contains(&status) {
                taken.push(*sent);
            } else {
                result.verdict = if role == Role::Setup { Verdict::Error } else { Verdict::Fail };
            }
            let payload = if sent.payload.is_empty() {
                String::new()
            } else {
                format!(r#","payload":{}"#, sent.payload)
            };
            let Sent { event, severity, sequence, stamp, .. } = sent;
            let body = format!(
                r#"{{"timestamp":{stamp},"sessionId":"{id}","sequence":{sequence},"event":"{event}","severity":"{severity}"{payload}}}"#
            );
            let request = format!("POST /webhook HTTP/1.1\nHost: localhost\n\n{body}");
            let body_bytes = body.len() as u64;
            let status = (status != 0).then_some(status);
            result.traces.push(Trace { request, body_bytes, ..trace(role, status) });
        }
        result.requests = events.len();
    };
    for (id, sent) in ALONE {
        play(id, Role::Test, &[*sent]);
    }
    let happy = story();
    for id in ["events/session-completed", "events/session-second-attempt"] {
        play(id, Role::Test, &happy);
    }
    let mut canceled = happy.clone();
    canceled.remove(5);
    for id in ["events/session-canceled", "events/session-camera-denied", "events/session-low-snr"] {
        play(id, Role::Test, &canceled);
    }
    let backwards: Vec<Sent> = happy.iter().rev().copied().collect();
    play("order/backwards", Role::Test, &backwards);
    play("order/swapped", Role::Test, &[happy[0], happy[2], happy[1], happy[5], happy[3]]);
    play("order/first-comes-second", Role::Test, &[Sent { stamp: 100, ..happy[1] }, happy[0]]);
    play("order/duplicate", Role::Test, &[happy[0], happy[0]]);
    for id in ["mac/missing", "mac/empty", "mac/wrong-secret", "body/spaces", "body/key-order"] {
        play(id, Role::Setup, &happy[..1]);
    }
    results
}

fn same(one: Sent, other: &Sent) -> bool {
    (one.event, one.sequence, one.stamp) == (other.event, other.sequence, other.stamp)
}

const RECEIVERS: &[(&str, Receiver)] =
    &[
        ("one-event-a-second", |sent, before| {
            let clash = |earlier: &Sent| earlier.stamp == sent.stamp && !same(sent, earlier);
            if before.iter().any(clash) { 409 } else { 204 }
        }),
        ("refuses-older-stamps", |sent, before| {
            if before.iter().any(|earlier| earlier.stamp > sent.stamp) { 409 } else { 204 }
        }),
        ("refuses-older-stamps", |sent, before| {
            if before.iter().any(|earlier| earlier.stamp >= sent.stamp) { 500 } else { 204 }
        }),
        ("needs-first-event-first", |sent, before| {
            let begun = before.iter().any(|earlier| earlier.event == "WMS_LOADED");
            if begun || sent.event == "WMS_LOADED" { 204 } else { 500 }
        }),
        ("refuses-sequence-zero", |sent, _| if sent.sequence == 0 { 400 } else { 204 }),
        ("crashes-without-payload", |sent, _| if sent.payload.is_empty() { 500 } else { 204 }),
        ("needs-payload", |sent, _| if sent.payload.is_empty() { 422 } else { 204 }),
        ("needs-measurement-id", |sent, _| if sent.payload.contains("measurementId") { 204 } else { 500 }),
        ("needs-measurement-id", |sent, _| {
            if sent.payload.is_empty() || sent.payload.contains("measurementId") { 204 } else { 400 }
        }),
        ("fails-at-errors", |sent, _| if sent.severity == "ERROR" { 0 } else { 204 }),
        ("reads-snr-as-integer", |sent, _| if sent.payload.contains("snr") { 422 } else { 204 }),
        ("fails-at-payloads", |sent, _| if sent.payload.is_empty() { 204 } else { 400 }),
        ("refuses-long-names", |sent, _| if sent.event.len() > 20 { 500 } else { 204 }),
        ("needs-events-before", |sent, before| {
            let stages = ["CONFIGURATION_LOADED", "CAMERA_STARTED", "MEASUREMENT_CREATED"];
            let Some(stage) = stages.iter().position(|stage| *stage == sent.event) else { return 204 };
            let came = |name: &str| before.iter().any(|earlier| earlier.event == name);
            if stage == 0 || came(stages[stage - 1]) { 204 } else { 422 }
        }),
        ("ends-sessions-early", |sent, before| {
            let over = before.iter().any(|earlier| earlier.event == "RESULTS_RECEIVED");
            if over && !before.iter().any(|earlier| same(sent, earlier)) { 410 } else { 204 }
        }),
        (
            "knows-older-page-only",
            |sent, _| {
                if matches!(sent.event, "LOW_SNR" | "GENERAL_ERROR") { 400 } else { 204 }
            },
        ),
        ("crashes-on-some-events", |sent, _| {
            if matches!(sent.event, "RESULTS_RECEIVED" | "CAMERA_STARTED") { 0 } else { 204 }
        }),
        (
            "refuses-some-events",
            |sent, _| {
                if matches!(sent.event, "CAMERA_STARTED" | "API_ERROR") { 400 } else { 204 }
            },
        ),
        ("refuses-within-sessions", |_, before| if before.len() > 2 { 400 } else { 204 }),
    ];

#[test]
fn what_is_not_taken_is_told_by_what_it_has_in_common() {
    for (place, (name, receiver)) in RECEIVERS.iter().enumerate() {
        let found = diagnose(&played(*receiver), None);
        let first = found.first().map(|diagnosis| diagnosis.name.as_str());
        assert_eq!(first, Some(*name), "number {place}: {:?}", names(&found));
    }
    assert_eq!(diagnose(&played(|_, _| 204), None), []);
}

#[test]
fn an_answer_that_did_not_end_is_none() {
    let mut results = played(|_, _| 204);
    let case = results.iter_mut().find(|result| result.id == "events/low-snr").unwrap();
    case.traces[0].failure = Some("body-timeout".to_owned());
    let samples = Samples::of(Facts::new(&results));
    let low = samples.all().iter().find(|sample| sample.event == "LOW_SNR").unwrap();
    assert_eq!((low.fate, low.status), (Fate::Silent, None));
}

#[test]
fn where_ordinary_events_fail_nothing_is_said_of_odd_ones() {
    // By no property that anybody would think of.
    let receiver: Receiver = |sent, _| if sent.event.ends_with('D') && sent.stamp != 100 { 400 } else { 204 };
    let mut results = played(receiver);
    for id in ["http/text-plain", "body/pretty", "order/gap", "input/nan"] {
        make(&mut results, (id, How::Refused));
    }
    for diagnosis in diagnose(&results, None) {
        let odd =
            |id: &String| id.starts_with("http/") || id.starts_with("body/") || id.starts_with("input/");
        assert!(!diagnosis.evidence.iter().all(odd), "{}", diagnosis.name);
    }
}

/// A session that begins, an event with another MAC, and one more ordinary event: each with its answer.
fn forge(result: &mut CaseResult, verdict: Verdict, answers: &[u16]) {
    let request = r#"POST / HTTP/1.1

{"timestamp":1,"sessionId":"s","sequence":0,"event":"WMS_LOADED","severity":"INFO"}"#;
    result.verdict = verdict;
    let roles = [Role::Setup, Role::Test, Role::After];
    let traces = roles.into_iter().zip(answers);
    result.traces = traces
        .map(|(role, status)| Trace { request: request.to_owned(), ..trace(role, Some(*status)) })
        .collect();
    result.requests = answers.len();
}

#[test]
fn a_ban_is_told_from_a_limit() {
    // (how many forged events before, the answer of the ban, which request is the first to get it, what is said)
    for (before, status, first, says) in [
        (4, 403, 2, "bans-after-forged-events"),
        (4, 401, 0, "bans-after-forged-events"),
        (4, 429, 2, "bans-after-forged-events"),
        (30, 403, 2, "bans-after-forged-events"),
        (30, 403, 0, "limits-rate"),
        (30, 429, 2, "limits-rate"),
    ] {
        let mut results = right();
        let odd =
            results.iter_mut().filter(|result| !matches!(result.section(), "events" | "order" | "state"));
        for (place, result) in odd.enumerate() {
            if place < before {
                forge(result, Verdict::Pass, &[204, 401, 204]);
            } else if place == before && first == 2 {
                forge(result, Verdict::Fail, &[204, 401, status]);
            } else {
                forge(result, Verdict::Error, &[status]);
            }
        }
        let found = diagnose(&results, None);
        assert_eq!(names(&found), [says], "{before} {status} {first}");
        let count = format!("After about {} events", before + first / 2);
        assert_eq!(found[0].says.starts_with(&count), says.starts_with("bans"), "{}", found[0].says);
    }
}

#[test]
fn limits_and_locks_are_told_from_what_is_odd() {
    let mut limited = right();
    let event = ALONE[0].1;
    for (place, result) in limited.iter_mut().enumerate() {
        let sent = Sent { ..event };
        let request = format!(
            "POST / HTTP/1.1\n\n{{\"timestamp\":1,\"sessionId\":\"s\",\"sequence\":0,\"event\":\"{}\",\"severity\":\"INFO\"}}",
            sent.event
        );
        let over = place % 3 != 0;
        result.verdict = if over { Verdict::Error } else { Verdict::Pass };
        let status = if over { 503 } else { 204 };
        result.traces = vec![Trace { request, ..trace(Role::Setup, Some(status)) }];
        result.requests = 1;
        if result.id.starts_with("mac/") {
            result.traces.push(trace(Role::Test, Some(503)));
        }
    }
    assert_eq!(names(&diagnose(&limited, None))[0], "limits-rate");

    let mut jammed = limited;
    for result in &mut jammed {
        let before = result.section() == "events" || result.id == "mac/missing";
        result.verdict = if before { Verdict::Pass } else { Verdict::Error };
        result.traces.truncate(1);
        result.traces[0].status = before.then_some(204);
    }
    assert_eq!(names(&diagnose(&jammed, None))[0], "jams-after-forged-mac");
    let odd = jammed.iter_mut().find(|result| result.id == "body/bom").unwrap();
    odd.verdict = Verdict::Pass;
    assert_eq!(names(&diagnose(&jammed, None))[0], "stops-answering");
}
