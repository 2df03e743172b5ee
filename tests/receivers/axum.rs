//! A receiver on axum. The point to get right is to extract `Bytes`: after `Json<T>` the bytes that the MAC is over are gone.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a program of its own, for the tests"
)]

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const MAX_BODY: usize = 1024 * 1024;

struct App {
    secret: Vec<u8>,
    sessions: Mutex<Sessions>,
    record: Mutex<Record>,
}

fn is_signed(secret: &[u8], headers: &HeaderMap, body: &[u8]) -> bool {
    let given = headers.get("X-WMS-Content-MAC").map_or(&b""[..], |value| value.as_bytes());
    let Some(digits) = given.strip_prefix(b"hmac-sha256=") else { return false };
    // `hex` takes upper case too; WMS writes lower case.
    let Ok(mac) = hex::decode(digits) else { return false };
    let expected = Hmac::<Sha256>::new_from_slice(secret).expect("any length will do").chain_update(body);
    !digits.iter().any(u8::is_ascii_uppercase) && expected.verify_slice(&mac).is_ok()
}

async fn webhook(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let mac_ok = is_signed(&app.secret, &headers, &body);
    let event = if mac_ok { Event::read(&body) } else { None };
    let status = match (mac_ok, &event) {
        (false, _) => StatusCode::UNAUTHORIZED,
        (true, None) => StatusCode::BAD_REQUEST,
        (true, Some(_)) => StatusCode::NO_CONTENT,
    };
    if let Some(event) = event {
        lock(&app.sessions).add(event, &body);
    }
    lock(&app.record).line(&headers, &body, mac_ok, status);
    match status {
        StatusCode::UNAUTHORIZED => (status, Json(json!({ "error": "wrong MAC" }))).into_response(),
        StatusCode::BAD_REQUEST => (status, Json(json!({ "error": "not an event" }))).into_response(),
        _ => status.into_response(),
    }
}

/// All that stands behind the slash, as it was sent: an ID may have slashes in it.
async fn session(State(app): State<Arc<App>>, uri: Uri) -> Response {
    let encoded = uri.path().strip_prefix("/sessions/").unwrap_or_default();
    let found = percent_decode_str(encoded).decode_utf8().ok().and_then(|id| lock(&app.sessions).find(&id));
    match found {
        Some(session) => Json(session).into_response(),
        None => (StatusCode::NOT_FOUND, Json(json!({ "error": "no such session" }))).into_response(),
    }
}

/// An event whose MAC is right. What it has beyond this is none of our business.
struct Event {
    session: String,
    sequence: i64,
    code: String,
    is_error: bool,
    measurement: Option<String>,
}

fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    (1..=1024).contains(&text.chars().count()).then(|| text.to_owned())
}

/// 1.0 and 1e2 are integers that somebody else's printer wrote.
fn integer(value: &Value) -> Option<i64> {
    let float = value.as_f64().filter(|float| float.fract() == 0.0)?;
    #[expect(clippy::cast_possible_truncation, reason = "it saturates, and no session has that many events")]
    Some(value.as_i64().unwrap_or(float as i64))
}

impl Event {
    fn read(body: &[u8]) -> Option<Self> {
        let message: Value = serde_json::from_slice(body).ok()?;
        Some(Self {
            session: text(message.get("sessionId")?)?,
            sequence: integer(message.get("sequence")?)?,
            code: text(message.get("event")?)?,
            is_error: message["severity"] == "ERROR",
            measurement: text(&message["payload"]["measurementId"]),
        })
    }
}

const MAX_SESSIONS: usize = 10_000;
const MAX_EVENTS: usize = 1_000; // of a session
const FAILURES: [&str; 6] = [
    "CAMERA_PERMISSION_DENIED",
    "CONSTRAINT_VIOLATION",
    "WEBSOCKET_RECONNECTION_FAILED",
    "API_ERROR",
    "LOW_SNR",
    "GENERAL_ERROR",
];

/// What is known of each session; yours has a table with a unique index instead. It depends on which events came, and not
/// on how often or in which order. An event is known by its body: a page that is loaded again may count from 0 again, and
/// what is sent twice has the same bytes.
#[derive(Default)]
struct Sessions {
    known: HashMap<String, HashMap<[u8; 32], Event>>,
    oldest_first: VecDeque<String>,
}

impl Sessions {
    fn add(&mut self, event: Event, body: &[u8]) {
        if !self.known.contains_key(&event.session) {
            self.oldest_first.push_back(event.session.clone());
            if self.oldest_first.len() > MAX_SESSIONS
                && let Some(oldest) = self.oldest_first.pop_front()
            {
                self.known.remove(&oldest);
            }
        }
        let events = self.known.entry(event.session.clone()).or_default();
        if events.len() < MAX_EVENTS {
            events.insert(Sha256::digest(body).into(), event);
        }
    }

    /// `None` if nothing has come.
    fn find(&self, session: &str) -> Option<Value> {
        let events = self.known.get(session)?;
        let mut counts = BTreeMap::new();
        for event in events.values() {
            *counts.entry(event.code.as_str()).or_insert(0) += 1;
        }
        let has = |code| counts.contains_key(code);
        let outcome = if has("RESULTS_RECEIVED") {
            Some("completed")
        } else if has("MEASUREMENT_CANCELED") {
            Some("canceled")
        } else if FAILURES.into_iter().any(has) || events.values().any(|event| event.is_error) {
            Some("failed")
        } else {
            has("PAGE_UNLOADED").then_some("abandoned")
        };
        // That of the event with the highest sequence. The ID decides between two, so that their order does not.
        let measurement =
            events.values().filter_map(|event| Some((event.sequence, event.measurement.as_ref()?))).max();
        Some(json!({
            "sessionId": session,
            "outcome": outcome,
            "measurementId": measurement.map(|(_, id)| id),
            "events": events.len(),
            "lastSequence": events.values().map(|event| event.sequence).max(),
            "counts": counts,
        }))
    }
}

/// What the tests need around a receiver and a receiver of yours does not: the record, and the ending.
struct Record {
    file: Option<File>,
    received: u64,
}

impl Record {
    /// Written before the answer goes out, so that whoever has an answer finds its line in the record.
    fn line(&mut self, headers: &HeaderMap, body: &[u8], mac_ok: bool, status: StatusCode) {
        self.received += 1;
        let Some(file) = &mut self.file else { return };
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let headers: HashMap<_, _> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
            .collect();
        let line = json!({
            "n": self.received,
            "at_ms": u64::try_from(at.as_millis()).unwrap_or(u64::MAX),
            "mac_ok": mac_ok,
            "status": status.as_u16(),
            "headers": headers,
            "body": String::from_utf8_lossy(body),
        });
        file.write_all(format!("{line}\n").as_bytes()).expect("a record to write to");
    }
}

/// The parent holds our stdin: when it dies, however it dies, so do we.
fn end_with_stdin() {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[tokio::main]
async fn main() {
    let secret = std::env::var("WMS_MAC_SECRET").unwrap_or_default().into_bytes();
    if secret.is_empty() {
        eprintln!("WMS_MAC_SECRET is not set");
        std::process::exit(2);
    }
    let file = std::env::var_os("RECORD")
        .map(|path| OpenOptions::new().append(true).create(true).open(path).expect("a record to write to"));
    let record = Mutex::new(Record { file, received: 0 });
    let app = Router::new()
        .route("/webhook", post(webhook))
        .route("/sessions/{*id}", get(session))
        .route("/healthz", get(|| async { Json(json!({ "ok": true })) }))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(Arc::new(App { secret, sessions: Mutex::default(), record }));

    let port = std::env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(0);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("a port to listen on");
    end_with_stdin();
    println!("{}", json!({ "type": "ready", "port": listener.local_addr().expect("bound").port() }));
    axum::serve(listener, app).await.expect("a server");
}
