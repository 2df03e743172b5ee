//! Tests of a webhook that drive `wms-sim serve` through its control API, to copy: into `tests/` of your crate, with
//! `axum`, `hex`, `hmac`, `serde_json`, `sha2` and `tokio`.
//!
//! Where no process is wanted, `wms_sim::Simulator` plays the same sessions from inside the test.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a function that fails fails its test"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

const SECRET: &str = "a MAC secret that only these tests know";

// --- the app under test: yours goes here -----------------------------------------------------------------------------

/// What the app has stored: the events that were rightly signed, in the order in which they came.
#[derive(Clone, Default)]
struct Database(Arc<Mutex<Vec<Value>>>);

impl Database {
    /// The names of a session's events.
    fn events(&self, session: &str) -> Vec<String> {
        let events = self.0.lock().unwrap();
        let of_session = events.iter().filter(|event| event["sessionId"] == session);
        of_session.map(|event| event["event"].as_str().unwrap().to_owned()).collect()
    }
}

async fn webhook(State(database): State<Database>, headers: HeaderMap, body: Bytes) -> StatusCode {
    // The MAC is over the bytes that came, so it is checked before anybody parses them.
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(&body);
    let given = headers.get("X-WMS-Content-MAC").and_then(|header| header.to_str().ok());
    let given = given.and_then(|header| hex::decode(header.strip_prefix("hmac-sha256=")?).ok());
    let signed = given.is_some_and(|given| mac.verify_slice(&given).is_ok());
    if !signed {
        return StatusCode::UNAUTHORIZED;
    }
    let Ok(event) = serde_json::from_slice::<Value>(&body) else { return StatusCode::BAD_REQUEST };
    let mut events = database.0.lock().unwrap();
    // What is sent twice is the same, byte for byte.
    if !events.contains(&event) {
        events.push(event);
    }
    StatusCode::NO_CONTENT
}

/// Starts the app on a free port; gives its webhook's URL and what it stores. It ends with the tests.
fn app() -> (String, Database) {
    let database = Database::default();
    let router = Router::new().route("/webhook", post(webhook)).with_state(database.clone());
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/webhook", listener.local_addr().unwrap());
    thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), router).await.unwrap();
        });
    });
    (url, database)
}

// --- wms-sim and its control API -------------------------------------------------------------------------------------

/// `wms-sim serve`, ended when it is dropped.
struct Wms {
    child: Child,
    /// Such as `127.0.0.1:8787`.
    address: String,
}

impl Wms {
    /// Starts it in front of a webhook, and waits until it listens.
    fn start(webhook: &str) -> Self {
        let program = std::env::var("WMS_SIM_BIN").unwrap_or_else(|_| default_program());
        let mut child = Command::new(&program)
            // Port 0 is a free one, so that tests can run side by side.
            .args(["serve", "--listen", "127.0.0.1:0", "--to", webhook, "--output", "ndjson"])
            // By the environment: whoever may list processes sees what is typed.
            .env("WMS_SIM_SECRET", SECRET)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{program} cannot be started: {error}; set WMS_SIM_BIN"));
        // The first line has the address. It is printed once the port is open.
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let ready: Value =
            serde_json::from_str(&line).expect("it says on standard error why it does not start");
        let address = ready["url"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        Self { child, address }
    }

    /// Plays a session; gives its ID.
    fn play(&self, order: &Value) -> String {
        let (status, answer) = self.ask("POST", "/api/sessions", order);
        assert_eq!(status, 201, "{answer}");
        answer["sessionId"].as_str().unwrap().to_owned()
    }

    /// A session, once it has come so far: `end`, or so many events that were answered.
    fn wait(&self, session: &str, until: &str) -> Value {
        // An ID of your own that is no plain word has to be percent-encoded.
        let path = format!("/api/sessions/{session}?wait={until}&timeout=20s");
        let (status, answer) = self.ask("GET", &path, &json!(null));
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// A request; gives the status and the JSON of the answer. An HTTP client such as `ureq` makes one line of this.
    fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or_default())
    }
}

impl Drop for Wms {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary that cargo has just built; with a `wms-sim` that is installed, this is `"wms-sim"`.
fn default_program() -> String {
    env!("CARGO_BIN_EXE_wms-sim").to_owned()
}

/// The names of a session's events.
fn names(session: &Value) -> Vec<&str> {
    session["events"].as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect()
}

// --- tests -----------------------------------------------------------------------------------------------------------

#[test]
fn the_app_stores_what_was_sent() {
    let (url, database) = app();
    let wms = Wms::start(&url);
    let id = wms.play(&json!({ "scenario": "low-snr", "pace": "max" }));
    let session = wms.wait(&id, "end");
    // When the time is over, the answer is the session as it is then.
    assert_eq!((&session["state"], &session["outcome"]), (&json!("ended"), &json!("failed")));
    assert_eq!(session["sent"]["accepted"], session["sent"]["events"]);
    assert_eq!(database.events(&id), names(&session));
}

#[test]
fn a_session_can_be_looked_at_while_it_runs() {
    let (url, database) = app();
    let wms = Wms::start(&url);
    // The prompt for the camera takes its user some seconds, even at twenty times the speed.
    let id = wms.play(&json!({ "scenario": "prompt-ignored", "pace": "20x" }));
    let session = wms.wait(&id, "2");
    assert_eq!(database.events(&id)[..2], ["WMS_LOADED", "CONFIGURATION_LOADED"]);
    assert_eq!(session["state"], "running");
}

#[test]
fn a_seed_gives_the_same_events_again() {
    let (url, _) = app();
    let wms = Wms::start(&url);
    // Without an ID of its own the second session would go on in the first: IDs are drawn from the seed too.
    let played = |id: &str, seed: u64| {
        wms.play(&json!({ "sessionId": id, "scenario": "page-reload", "pace": "max", "seed": seed }));
        wms.wait(id, "end")
    };
    let (first, again, other) = (played("first", 7), played("again", 7), played("other", 8));
    assert_eq!(names(&first), names(&again));
    assert_ne!(names(&first), names(&other));
}

#[test]
fn an_event_that_comes_twice_or_wrongly_signed_changes_nothing() {
    let (url, database) = app();
    let wms = Wms::start(&url);
    let faults = json!(["duplicate@2", "mac:wrong-secret@5"]);
    let id = wms.play(&json!({ "scenario": "happy-path", "pace": "max", "faults": faults }));
    let session = wms.wait(&id, "end");
    let sent = session["events"].as_array().unwrap();
    let refused: Vec<&Value> = sent.iter().filter(|event| event["status"] == 401).collect();
    assert_eq!((refused.len(), &refused[0]["sequence"]), (1, &json!(5)));
    assert_eq!(database.events(&id).len(), sent.len() - 2);
}

#[test]
fn everything_is_forgotten_between_tests_that_share_a_server() {
    let (url, _) = app();
    let wms = Wms::start(&url);
    let id = wms.play(&json!({ "scenario": "bounce", "pace": "max" }));
    // A session that still runs would stay.
    wms.wait(&id, "end");
    assert_eq!(wms.ask("DELETE", "/api/sessions", &json!(null)).0, 204);
    assert_eq!(wms.ask("GET", "/api/sessions", &json!(null)), (200, json!([])));
}
