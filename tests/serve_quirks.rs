//! `serve --quirk`: the answer is wrong in the way that the quirk says, and the inbox goes on telling what is true.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use common::cli::{send, sim, until};
use common::page;
use common::server::{SECRET, Server};
use serde_json::{Value, json};
use wms_sim::serve::quirk::QUIRKS;

/// `wms-sim serve --quirk ..`
struct Odd(Server);

/// A request to the webhook.
#[derive(Clone)]
struct Sent {
    macs: Vec<String>,
    content_type: &'static str,
    body: String,
}

impl Odd {
    fn start(quirks: &[&str]) -> Self {
        Self(Server::start(&flags(quirks)))
    }

    /// A connection on which a request has been sent.
    fn asked(&self, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
        let address = self.0.address();
        let mut stream = TcpStream::connect(address).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    fn posted(&self, sent: &Sent) -> TcpStream {
        let macs = sent.macs.iter().map(|mac| format!("X-WMS-Content-MAC: {mac}\r\n"));
        let headers = format!("Content-Type: {}\r\n{}", sent.content_type, macs.collect::<String>());
        self.asked("POST", "/webhook", &headers, &sent.body)
    }

    /// The whole answer; empty where there is none.
    fn post(&self, sent: &Sent) -> String {
        answer(self.posted(sent))
    }

    fn get(&self, path: &str) -> (u16, Value) {
        let (status, body) = self.0.ask("GET", path, &[], "");
        (status, serde_json::from_str(&body).unwrap())
    }

    /// What the inbox has of a session, in the order in which it came.
    fn received(&self, session: &str) -> Vec<Value> {
        let (status, detail) = self.get(&format!("/api/inbox/{session}"));
        assert_eq!(status, 200, "{detail}");
        detail["events"].as_array().unwrap().clone()
    }

    fn state(&self, session: &str) -> Value {
        let (status, state) = self.get(&format!("/api/inbox/{session}/state"));
        assert_eq!(status, 200, "{state}");
        state
    }

    /// Ends it as Ctrl-C or a supervisor does, and waits until it has ended well.
    fn ends_well(&mut self) {
        self.0.signal("TERM");
        let mut code = None;
        until("the server has ended", || {
            code = self.0.child.try_wait().unwrap();
            code.is_some()
        });
        assert_eq!(code.unwrap().code(), Some(0));
    }
}

fn flags<'a>(quirks: &[&'a str]) -> Vec<&'a str> {
    quirks.iter().flat_map(|quirk| ["--quirk", *quirk]).collect()
}

/// All that comes, whether the other side ends or breaks the connection.
fn answer(mut stream: TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

fn status(answer: &str) -> Option<u16> {
    answer.get(9..12).map(|digits| digits.parse().unwrap())
}

fn event(session: &str, sequence: u64, code: &str, payload: &str) -> String {
    let timestamp = 1_700_000_000 + sequence;
    format!(
        r#"{{"timestamp":{timestamp},"sessionId":"{session}","sequence":{sequence},"event":"{code}","severity":"INFO"{payload}}}"#
    )
}

fn signed(body: &str) -> Sent {
    signed_over(body, body)
}

fn signed_over(body: &str, signed: &str) -> Sent {
    Sent { macs: vec![page::mac(SECRET, signed)], content_type: "application/json", body: body.to_owned() }
}

fn with_macs(macs: &[&str]) -> Sent {
    Sent {
        macs: macs.iter().map(|mac| (*mac).to_owned()).collect(),
        ..signed(&event("a", 0, "WMS_LOADED", ""))
    }
}

/// A sequence of events of the session `a`.
fn events(codes: &[(u64, &str)]) -> Vec<Sent> {
    codes.iter().map(|(sequence, code)| signed(&event("a", *sequence, code, ""))).collect()
}

/// What shows a quirk: what is sent, how the last of it is answered, and what is true of it: its verdict and the answer
/// that the inbox would have given.
struct Shown {
    quirk: &'static str,
    sent: Vec<Sent>,
    answered: Option<u16>,
    verdict: &'static str,
    instead_of: u16,
}

fn shown() -> Vec<Shown> {
    let one = |quirk, sent: Sent, answered, verdict, instead_of| Shown {
        quirk,
        sent: vec![sent],
        answered: Some(answered),
        verdict,
        instead_of,
    };
    let several = |quirk, sent, answered, instead_of| Shown {
        quirk,
        sent,
        answered: Some(answered),
        verdict: "valid",
        instead_of,
    };
    let good = event("a", 0, "WMS_LOADED", "");
    let right = page::mac(SECRET, &good);
    let wrong = page::mac("another", &good);
    let digits = right.strip_prefix("hmac-sha256=").unwrap();
    // From Node 20 and Python 3.11: `JSON.stringify(JSON.parse(..))`, `json.dumps(json.loads(..))`.
    let odd = r#"{ "timestamp":1700000000,"sessionId":"a","sequence":0,"event":"WMS_LOADED","severity":"INFO","payload":{"x":"\u00e9\/"} }"#;
    let javascript = r#"{"timestamp":1700000000,"sessionId":"a","sequence":0,"event":"WMS_LOADED","severity":"INFO","payload":{"x":"é/"}}"#;
    let python = r#"{"timestamp": 1700000000, "sessionId": "a", "sequence": 0, "event": "WMS_LOADED", "severity": "INFO", "payload": {"x": "\u00e9/"}}"#;
    let wide = event("a", 0, "WMS_LOADED", r#","payload":{"x":"é"}"#);
    let charset = Sent { content_type: "application/json; charset=utf-8", ..signed(&good) };
    let large = event("a", 0, "WMS_LOADED", &format!(r#","payload":{{"x":"{}"}}"#, "x".repeat(101 << 10)));
    let bad_json = || signed(r#"{"sessionId":"a","#);
    vec![
        one("accepts-any-mac", with_macs(&[&wrong]), 204, "invalid", 401),
        one("accepts-missing-mac", with_macs(&[]), 204, "missing", 401),
        one("accepts-empty-mac", with_macs(&[""]), 204, "invalid", 401),
        one("accepts-truncated-mac", with_macs(&[&right[..44]]), 204, "invalid", 401),
        one("accepts-truncated-mac", with_macs(&["hmac-sha256="]), 204, "invalid", 401),
        one("accepts-longer-mac", with_macs(&[&format!("{right}00")]), 204, "invalid", 401),
        one("ignores-mac-prefix", with_macs(&[&format!("sha256={digits}")]), 204, "invalid", 401),
        one("takes-first-mac", with_macs(&[&right, &wrong]), 204, "invalid", 401),
        one("takes-last-mac", with_macs(&[&wrong, &right]), 204, "invalid", 401),
        one("reserialises", signed(odd), 401, "valid", 200),
        one("reserialises", signed_over(odd, javascript), 204, "invalid", 401),
        one("reserialises-python", signed(odd), 401, "valid", 200),
        one("reserialises-python", signed_over(odd, python), 204, "invalid", 401),
        one("latin1-body", signed(&wide), 401, "valid", 200),
        one("latin1-body", signed_over(&wide, &wide.replace('é', "Ã©")), 204, "invalid", 401),
        one("trims-body", signed(&format!("{good}\n")), 401, "valid", 204),
        one("verifies-empty-body", signed(&good), 401, "valid", 204),
        one("verifies-empty-body", signed_over(&good, ""), 204, "invalid", 401),
        one("refuses-charset", charset, 415, "valid", 204),
        one("body-limit", signed(&large), 413, "valid", 200),
        one("body-limit=1kb", signed(&event("a", 0, &"X".repeat(1_000), "")), 413, "valid", 200),
        one("crashes-on-bad-json", bad_json(), 500, "valid", 400),
        several("dies-after-bad-json", vec![bad_json(), signed(&good)], 503, 204),
        one("crashes-on-wrong-types", signed(&good.replace(":0,", ":\"0\",")), 500, "valid", 400),
        one("crashes-without-payload", signed(&good), 500, "valid", 204),
        one("refuses-unknown-events", signed(&event("a", 0, "WMS_NEW", "")), 400, "valid", 200),
        one("refuses-unknown-fields", signed(&event("a", 0, "WMS_LOADED", ",\"new\":1")), 400, "valid", 200),
        several("refuses-duplicates", vec![signed(&good), signed(&good)], 409, 200),
        several(
            "refuses-swapped",
            events(&[(0, "WMS_LOADED"), (2, "CAMERA_PERMISSION_GRANTED"), (1, "CONFIGURATION_LOADED")]),
            409,
            200,
        ),
        several("refuses-gaps", events(&[(0, "WMS_LOADED"), (2, "CAMERA_PERMISSION_GRANTED")]), 409, 204),
        several(
            "refuses-late",
            events(&[(0, "WMS_LOADED"), (2, "PAGE_UNLOADED"), (1, "CONFIGURATION_LOADED")]),
            409,
            200,
        ),
        several(
            "one-session-at-a-time",
            vec![signed(&event("b", 0, "WMS_LOADED", "")), signed(&good)],
            409,
            204,
        ),
        several(
            "fails-every-third",
            events(&[(0, "WMS_LOADED"), (1, "CONFIGURATION_LOADED"), (2, "PAGE_UNLOADED")]),
            500,
            204,
        ),
        one("redirects", signed(&good), 302, "valid", 204),
        Shown { answered: None, ..one("closes-connection", signed(&good), 0, "valid", 204) },
        one("refuses-with-200", with_macs(&[&wrong]), 200, "invalid", 401),
    ]
}

/// Those that need more than one answer to be seen; each has a test of its own below.
const SEEN_BELOW: [&str; 6] = [
    "answers-late",
    "never-answers",
    "one-request-at-a-time",
    "loses-every-third",
    "not-idempotent",
    "last-event-wins",
];

#[test]
fn every_quirk_is_seen_at_the_webhook_and_told_by_the_inbox() {
    let mut seen = BTreeSet::from(SEEN_BELOW);
    for Shown { quirk, sent, answered, verdict, instead_of } in shown() {
        seen.insert(quirk.split('=').next().unwrap());
        // Without the quirk the same is answered as it says.
        for (quirks, expected) in [(&[][..], Some(instead_of)), (&[quirk][..], answered)] {
            let server = Odd::start(quirks);
            let answers: Vec<String> = sent.iter().map(|sent| server.post(sent)).collect();
            let last = answers.last().unwrap();
            assert_eq!(status(last), expected, "{quirk}: {last}");
            assert_eq!(expected.is_none(), last.is_empty(), "{quirk}: {last}");
            if quirk == "redirects" && expected == answered {
                assert!(last.contains("location: /webhook/"), "{last}");
            }
            // Of what is no event nobody knows the session; it is the one that changed last.
            let session = server.get("/api/sessions?limit=1").1[0]["sessionId"].clone();
            let records = server.received(&session.as_str().unwrap().replace(' ', "%20"));
            let record = records.last().unwrap();
            assert_eq!(record["mac"]["verdict"], verdict, "{quirk}: {record}");
            assert_eq!(record["status"], json!(expected), "{quirk}: {record}");
            assert_eq!(notes(record).is_empty(), quirks.is_empty(), "{quirk}: {record}");
            if !quirks.is_empty() {
                let note = &notes(record)[0];
                let told = match answered {
                    Some(answered) => format!(" answered {answered} instead of {instead_of}"),
                    None => format!(" closed the connection instead of answering {instead_of}"),
                };
                assert!(note.starts_with(quirk) && note.ends_with(&told), "{quirk}: {note}");
            }
        }
    }
    let all: BTreeSet<&str> = QUIRKS.iter().map(|info| info.name).collect();
    assert_eq!(seen, all);
}

/// What the quirks did to a request.
fn notes(record: &Value) -> Vec<String> {
    let found = record["findings"].as_array().unwrap().iter();
    found
        .filter(|found| found["code"] == "quirk" && found["severity"] == "note")
        .map(|found| found["message"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn answers_come_late_and_one_after_the_other() {
    let good = signed(&event("a", 0, "WMS_LOADED", ""));
    let server = Odd::start(&["answers-late=300ms"]);
    assert_eq!(status(&server.post(&good)), Some(204));
    let record = &server.received("a")[0];
    assert!(record["latency_ms"].as_f64().unwrap() >= 300.0 && record["status"] == 204, "{record}");
    assert_eq!(notes(record), ["answers-late=300ms waited before the answer"]);
    assert_eq!(record["mac"]["verdict"], "valid");

    let server = Odd::start(&["one-request-at-a-time"]);
    let sent = [(0, "WMS_LOADED"), (1, "CONFIGURATION_LOADED"), (2, "CAMERA_PERMISSION_GRANTED")];
    let open: Vec<TcpStream> = events(&sent).iter().map(|sent| server.posted(sent)).collect();
    for stream in open {
        assert!(status(&answer(stream)).unwrap() < 300);
    }
    let latencies = server.received("a").into_iter().map(|record| record["latency_ms"].as_f64().unwrap());
    let mut latencies: Vec<f64> = latencies.collect();
    latencies.sort_by(f64::total_cmp);
    // Three came together; the last had to wait for two others, give or take what it took to send them.
    assert!(latencies[0] >= 100.0 && latencies[2] >= 200.0, "{latencies:?}");
}

#[test]
fn a_server_that_never_answers_holds_little_and_ends_all_the_same() {
    let mut server = Odd::start(&["never-answers"]);
    let good = signed(&event("a", 0, "WMS_LOADED", ""));
    let mut first = server.posted(&good);
    first.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let error = first.read(&mut [0; 1]).unwrap_err();
    assert!(matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut), "{error}");
    let record = server.received("a")[0].clone();
    assert_eq!((&record["status"], &record["latency_ms"]), (&Value::Null, &Value::Null));
    assert_eq!(notes(&record), ["never-answers gave no answer instead of 204"]);
    assert_eq!(server.state("a")["events"], 1);

    // More than it holds: each is held or told so at once. Those that are held say nothing until the end.
    let mut open: Vec<TcpStream> = (0..299).map(|_| server.posted(&good)).collect();
    until("all have come", || server.received("a").len() == 300);
    let refused: Vec<Value> =
        server.received("a").into_iter().filter(|record| record["status"] == 503).collect();
    assert_eq!(refused.len(), 300 - 256);
    assert!(refused[0]["answer"].as_str().unwrap().contains("too-many-held"), "{}", refused[0]);

    // Whoever goes makes room.
    drop(first);
    drop(open.split_off(1));
    until("there is room again", || {
        let stream = server.posted(&good);
        stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        (&stream).read(&mut [0; 1]).is_err()
    });
    let held = server.posted(&good);
    until("it has come", || server.received("a").last().unwrap()["status"] == Value::Null);
    server.ends_well();
    assert_eq!(answer(held), "");
}

#[test]
fn sessions_of_its_own_can_end_while_answers_are_held() {
    for quirk in ["never-answers", "answers-late=2m", "one-request-at-a-time"] {
        let mut server = Odd::start(&[quirk]);
        let body = json!({ "scenario": "happy-path", "pace": "20x", "sessionId": "mine" }).to_string();
        let begun =
            answer(server.asked("POST", "/api/sessions", "Content-Type: application/json\r\n", &body));
        assert_eq!(status(&begun), Some(201), "{begun}");
        until("an event has come", || server.get("/api/inbox/mine").0 == 200);
        server.ends_well();
    }
}

// --- what an app would remember ----------------------------------------------------------------------------------------

const SESSION: [(u64, &str); 5] = [
    (0, "WMS_LOADED"),
    (1, "MEASUREMENT_STARTED"),
    (2, "RESULTS_RECEIVED"),
    (3, "REDIRECTING_TO_CALLBACK"),
    (4, "PAGE_UNLOADED"),
];

#[test]
fn an_app_remembers_the_set_of_events() {
    let server = Odd::start(&[]);
    assert_eq!(server.get("/api/inbox/a/state").0, 404);
    let session = events(&SESSION);
    for place in [4, 2, 2, 0, 3, 1, 4, 1] {
        server.post(&session[place]);
    }
    // What is forged is not remembered.
    server.post(&with_macs(&["hmac-sha256=0"]));
    assert_eq!(
        server.state("a"),
        json!({
            "sessionId": "a", "outcome": "completed", "measurementId": null, "events": 5, "lastSequence": 4,
            "counts": {
                "WMS_LOADED": 1, "MEASUREMENT_STARTED": 1, "RESULTS_RECEIVED": 1, "REDIRECTING_TO_CALLBACK": 1,
                "PAGE_UNLOADED": 1,
            },
        })
    );
    server.post(&signed(&event("open", 0, "WMS_LOADED", "")));
    assert_eq!(server.state("open")["outcome"], Value::Null);
    assert_eq!(server.get("/api/inbox/open/state?ended=true").1["outcome"], "abandoned");
}

#[test]
fn quirks_of_the_memory_are_seen_in_the_state() {
    let session = events(&SESSION);
    let told = |server: &Odd, places: &[usize]| {
        let answers = places.iter().map(|place| status(&server.post(&session[*place])).unwrap());
        assert!(answers.into_iter().all(|status| status < 300));
        server.state("a")
    };
    let server = Odd::start(&["not-idempotent"]);
    let state = told(&server, &[0, 1, 1]);
    assert_eq!((&state["events"], &state["counts"]["MEASUREMENT_STARTED"]), (&json!(3), &json!(2)));
    assert_eq!(server.get("/api/inbox/a").1["received"]["duplicates"], 1);

    let server = Odd::start(&["last-event-wins"]);
    assert_eq!(told(&server, &[0, 2, 1])["outcome"], Value::Null);
    assert_eq!(server.get("/api/inbox/a").1["outcome"], "completed");

    let server = Odd::start(&["loses-every-third"]);
    let state = told(&server, &[0, 1, 2, 3, 4]);
    assert_eq!((&state["events"], &state["outcome"]), (&json!(4), &json!("failed")));
    let (_, detail) = server.get("/api/inbox/a");
    assert_eq!((&detail["received"]["events"], &detail["outcome"]), (&json!(5), &json!("completed")));
    assert_eq!(notes(&detail["events"][2]), ["loses-every-third forgot the event"]);

    // A forged event that is taken is remembered: that is what makes it bad.
    let server = Odd::start(&["accepts-any-mac"]);
    server.post(&with_macs(&["hmac-sha256=0"]));
    assert_eq!(server.state("a")["events"], 1);
}

#[test]
fn a_run_can_ask_for_the_state() {
    let probed = |server: &Odd, more: &str| {
        let webhook = format!("{}/webhook", server.0.url);
        let probe = format!("{}/api/inbox/{{sessionId}}/state?ended=true", server.0.url);
        send(&webhook, SECRET, more).args(["--expect-probe", &probe, "--expect-within", "0s"])
    };
    let right = Odd::start(&[]);
    // Another seed, other session IDs.
    for (order, seed) in [("sequential", 1), ("concurrent", 2)] {
        probed(&right, &format!("--mix all --sessions 90 --seed {seed} --order {order}")).exits(0);
    }
    // What is lost is missed.
    let wrong = Odd::start(&["loses-every-third"]);
    probed(&wrong, "--mix all --sessions 90 --seed 1").exits(1);
}

// --- how it is told ------------------------------------------------------------------------------------------------------

#[test]
fn that_the_inbox_misbehaves_is_told_everywhere() {
    let quirks = ["answers-late=6s", "body-limit", "refuses-duplicates"];
    let server = Odd::start(&quirks);
    let names = json!(["answers-late=6s", "body-limit=100kb", "refuses-duplicates"]);
    assert_eq!(server.get("/api/info").1["quirks"], names);
    let honest = Odd::start(&[]);
    assert_eq!(honest.get("/api/info").1["quirks"], json!([]));

    for (quirks, names) in [(&[][..], json!([])), (&quirks, names)] {
        let serve = sim(["serve", "--listen", "127.0.0.1:0", "--output", "ndjson"]).args(flags(quirks));
        let (mut command, _folder) = serve.into_command();
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&ready["type"], &ready["quirks"]), (&json!("ready"), &names));
    }

    let (mut command, _folder) =
        sim(["serve", "--listen", "127.0.0.1:0", "--quirk", "redirects"]).into_command();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let warning = lines.find(|line| line.contains("warning")).unwrap();
    let reader = thread::spawn(move || lines.for_each(drop));
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    assert!(warning.contains("the inbox misbehaves on purpose: redirects"), "{warning}");
}

#[test]
fn what_is_no_quirk_is_told() {
    for (quirks, says) in [
        (&["accept-any-mac"][..], "did you mean accepts-any-mac?"),
        (&["accept-any-mac"], "wms-sim serve --help lists them"),
        (&["answers-late=1h"], "is not a duration from 1ms to 2m"),
        (&["redirects", "never-answers"], "redirects and never-answers cannot be on together"),
        (&["body-limit", "body-limit=1kb"], "body-limit is there twice"),
    ] {
        sim(["serve", "--listen", "127.0.0.1:0"]).args(flags(quirks)).exits(2).says(&[says]);
    }
    sim(["serve", "--quirk", "redirects", "--forward", "http://127.0.0.1:9/"])
        .exits(2)
        .says(&["--quirk and --forward cannot be on together"]);
    let names: Vec<&str> = QUIRKS.iter().map(|info| info.name).collect();
    sim(["serve", "--help"]).exits(0).shows(&names);
}
