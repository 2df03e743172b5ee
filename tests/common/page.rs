//! What the WMS page says of events, written down a second time: the program is judged by this and not by itself.

#![allow(dead_code, reason = "every test file compiles this module and uses another part of it")]
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a wrong event fails its test")]

use std::collections::BTreeSet;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::Sha256;

/// Payload keys of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys {
    None,
    /// `measurementId`
    Id,
    /// `measurementId` once a measurement was created
    IdIfCreated,
    IdSnrSequence,
    /// The same and a key with one of the values
    IdIfCreatedAnd(&'static str, &'static [&'static str]),
    Details(&'static str),
}

use Keys::{Details, Id, IdIfCreated, IdIfCreatedAnd, IdSnrSequence, None as Nothing};

const CONSTRAINTS: &[&str] = &[
    "FaceNone",
    "FaceOffTarget",
    "FaceDirection",
    "FaceFar",
    "FaceMovement",
    "ImageBright",
    "ImageDark",
    "ImageQuality",
    "ImageBackLit",
    "LowFps",
];

const API_CODES: &[&str] = &[
    "INVALID_TOKEN",
    "TOKEN_EXPIRED",
    "LICENSE_EXPIRED",
    "INACTIVE_LICENSE",
    "INACTIVE_DEVICE",
    "WORKER_ERROR",
    "LIVENESS_ERROR",
    "ANALYSIS_ERROR",
];

const EVENTS: [(&str, &str, Keys); 21] = [
    ("WMS_LOADED", "INFO", Nothing),
    ("CONFIGURATION_LOADED", "INFO", Nothing),
    ("CAMERA_PERMISSION_GRANTED", "INFO", Nothing),
    ("CAMERA_PERMISSION_DENIED", "ERROR", Nothing),
    ("CAMERA_STARTED", "INFO", Nothing),
    ("MEASUREMENT_STARTED", "INFO", Nothing),
    ("MEASUREMENT_CREATED", "INFO", Id),
    ("INTERMEDIATE_RESULTS", "INFO", IdSnrSequence),
    ("SCAN_COMPLETED", "INFO", Id),
    ("RESULTS_RECEIVED", "INFO", Id),
    ("REDIRECTING_TO_CALLBACK", "INFO", IdIfCreated),
    ("MEASUREMENT_CANCELED", "WARN", Id),
    ("CONSTRAINT_VIOLATION", "ERROR", IdIfCreatedAnd("constraint", CONSTRAINTS)),
    ("PAGE_UNLOADED", "INFO", IdIfCreated),
    ("WEBSOCKET_DISCONNECTED", "WARN", Id),
    ("WEBSOCKET_RECONNECTED", "INFO", Id),
    ("WEBSOCKET_RECONNECTION_FAILED", "ERROR", Id),
    ("API_ERROR", "ERROR", IdIfCreatedAnd("code", API_CODES)),
    ("PAGE_VISIBILITY_CHANGE", "INFO", IdIfCreatedAnd("state", &["VISIBLE", "HIDDEN"])),
    ("LOW_SNR", "ERROR", Details("LOW_SNR")),
    ("GENERAL_ERROR", "ERROR", Details("CAMERA_START_ERROR")),
];

/// The codes that the newer page has.
pub fn current_codes() -> BTreeSet<String> {
    EVENTS.iter().map(|(code, ..)| (*code).to_owned()).collect()
}

/// The codes that the older page has.
pub fn older_codes() -> BTreeSet<String> {
    let mut codes = current_codes();
    assert!(codes.remove("LOW_SNR") && codes.remove("GENERAL_ERROR"));
    codes
}

/// The value of the MAC header for a body.
pub fn mac(secret: &str, body: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(body);
    format!("hmac-sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// Checks the bodies of one session in the order in which they arrived. `restarts`: the page may be loaded again, with
/// the sequence at 0.
#[track_caller]
pub fn check_session(bodies: &[Value], restarts: bool) {
    let mut session = Session::default();
    for body in bodies {
        session.check(body, restarts);
    }
}

#[derive(Debug, Default)]
struct Session {
    next: u64,
    time: i64,
    measurement: Option<String>,
    results: u64,
}

impl Session {
    #[track_caller]
    fn check(&mut self, body: &Value, restarts: bool) {
        let object = body.as_object().expect("an object");
        let code = body["event"].as_str().expect("event");
        let (_, severity, keys) =
            EVENTS.iter().find(|(known, ..)| *known == code).unwrap_or_else(|| panic!("no event {code}"));
        let names: Vec<&str> = object.keys().map(String::as_str).collect();
        let envelope = ["timestamp", "sessionId", "sequence", "event", "severity", "payload"];
        let length =
            if *keys == Nothing || *keys == IdIfCreated && self.measurement.is_none() { 5 } else { 6 };
        assert_eq!(names, envelope[..length], "{body}");
        assert_eq!(body["severity"], *severity, "{body}");

        let sequence = body["sequence"].as_u64().expect("a sequence");
        if restarts && sequence == 0 && code == "WMS_LOADED" {
            *self = Self { time: self.time, ..Self::default() };
        }
        assert_eq!(sequence, self.next, "{body}");
        self.next += 1;
        if sequence == 0 {
            assert_eq!(code, "WMS_LOADED", "{body}");
        }
        let time = body["timestamp"].as_i64().expect("whole seconds");
        assert!(time >= self.time, "time runs backwards: {body} after {}", self.time);
        self.time = time;

        match code {
            "MEASUREMENT_CREATED" => {
                let id = body["payload"]["measurementId"].as_str().expect("an ID").to_owned();
                assert_ne!(self.measurement.as_ref(), Some(&id), "a new measurement has a new ID: {body}");
                self.measurement = Some(id);
                self.results = 0;
            }
            "INTERMEDIATE_RESULTS" => self.results += 1,
            _ => {}
        }
        let empty = Map::new();
        self.check_payload(
            *keys,
            object.get("payload").map_or(&empty, |payload| payload.as_object().unwrap()),
            body,
        );
    }

    #[track_caller]
    fn check_payload(&self, keys: Keys, payload: &Map<String, Value>, body: &Value) {
        let mut expected: Vec<&str> = Vec::new();
        let with_id = match keys {
            Nothing | Details(_) => false,
            Id | IdSnrSequence => {
                assert!(self.measurement.is_some(), "no measurement was created before {body}");
                true
            }
            IdIfCreated | IdIfCreatedAnd(..) => self.measurement.is_some(),
        };
        if with_id {
            expected.push("measurementId");
            let id = payload["measurementId"].as_str().expect("an ID");
            assert!(is_uuid(id), "{body}");
            assert_eq!(Some(id), self.measurement.as_deref(), "{body}");
        }
        match keys {
            IdSnrSequence => {
                expected.extend(["snr", "sequence"]);
                assert!(payload["snr"].is_number(), "{body}");
                assert_eq!(payload["sequence"].as_u64(), Some(self.results), "{body}");
            }
            IdIfCreatedAnd(key, values) => {
                expected.push(key);
                assert!(values.contains(&payload[key].as_str().expect("a text")), "{body}");
            }
            Details(details) => {
                expected.push("details");
                assert_eq!(payload["details"], details, "{body}");
            }
            Nothing | Id | IdIfCreated => {}
        }
        let found: BTreeSet<&str> = payload.keys().map(String::as_str).collect();
        assert_eq!(found, expected.into_iter().collect(), "{body}");
    }
}

/// A UUID in the usual form.
pub fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}
