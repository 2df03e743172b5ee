//! What makes a receiver right, asked of each that claims to be: a table of requests put together by hand, what it
//! remembers, and a crowd. And each mutant has to start, and to take what it is not wrong about.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a function that fails fails its test"
)]

mod common;

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::panic::resume_unwind;
use std::process::Command;
use std::thread;
use std::time::Duration;

use common::receiver::{Kind, Receiver, Setup};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::Sha256;

const SECRET: &str = "schl\u{fc}ssel";

fn mac(body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(body);
    format!("hmac-sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// Sends these pieces, a moment apart, and reads the answer to its end: its status, and its body. `None`: there was none.
fn exchange(port: u16, pieces: &[&[u8]], within: Duration) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(within)).unwrap();
    stream.set_write_timeout(Some(within)).unwrap();
    for (number, piece) in pieces.iter().enumerate() {
        if number > 0 {
            thread::sleep(Duration::from_millis(20));
        }
        // Who refuses a large body may close before it has read it all; the answer is there all the same.
        let _ = stream.write_all(piece);
    }
    let mut answer = Vec::new();
    let mut buffer = [0; 1 << 12];
    // Who informs again and again is not waited for.
    while answer.windows(10).filter(|window| window == b"HTTP/1.1 1").count() < 4 {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(count) => answer.extend_from_slice(&buffer[..count]),
        }
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    let mut rest = text.as_str();
    loop {
        let status = rest.split(' ').nth(1)?.parse().ok()?;
        let (_, body) = rest.split_once("\r\n\r\n")?;
        if status >= 200 {
            return Some((status, body.to_owned()));
        }
        rest = body; // 100 Continue
    }
}

const PATIENCE: Duration = Duration::from_secs(20);

/// A POST of this body with this line in its head, which may be several or none.
fn post(port: u16, line: &str, body: &[u8]) -> Option<u16> {
    let head = format!(
        "POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{line}Connection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    exchange(port, &[&[head.as_bytes(), body].concat()], PATIENCE).map(|(status, _)| status)
}

fn signed(body: &[u8]) -> String {
    format!("X-WMS-Content-MAC: {}\r\n", mac(body))
}

fn deliver(port: u16, body: &[u8]) -> Option<u16> {
    post(port, &signed(body), body)
}

fn event(session: &str, sequence: u64, code: &str) -> Vec<u8> {
    let event = json!({ "timestamp": 1_689_684_577, "sessionId": session, "sequence": sequence, "event": code, "severity": "INFO" });
    event.to_string().into_bytes()
}

/// What it knows of a session.
fn state(port: u16, session: &str) -> Option<Value> {
    let path = utf8_percent_encode(session, NON_ALPHANUMERIC);
    let head = format!("GET /sessions/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let (status, body) = exchange(port, &[head.as_bytes()], PATIENCE)?;
    assert!(status == 200 || status == 404, "{status} for /sessions/{path}");
    // In chunks or not, the object is between its braces.
    let object = body.find('{').zip(body.rfind('}')).map_or("", |(begin, end)| &body[begin..=end]);
    (status == 200).then(|| serde_json::from_str(object).unwrap_or_else(|error| panic!("{error} in {body}")))
}

/// Each is started once, all at the same time, and asked everything. Every one that fails is told of.
#[test]
fn each_correct_receiver_is_correct() {
    let threads = Kind::CORRECT.map(|kind| {
        let ask = move || {
            let receiver = Receiver::start(kind, SECRET);
            any_session_can_be_asked_after(kind, &receiver);
            a_forged_event_is_refused(kind, &receiver);
            a_body_is_taken_or_refused_on_purpose(kind, &receiver);
            http_is_spoken_as_the_server_speaks_it(kind, &receiver);
            what_is_known_depends_on_what_came_and_not_on_how(kind, &receiver);
            fifty_sessions_at_once_are_taken(kind, &receiver);
        };
        thread::Builder::new().name(format!("{kind:?}")).spawn(ask).unwrap()
    });
    let failed: Vec<_> = threads.into_iter().filter_map(|thread| thread.join().err()).collect();
    if let Some(first) = failed.into_iter().next() {
        resume_unwind(first); // each has printed its own
    }
}

/// What is answered: one of these, or anything that is neither an error of its own nor silence.
enum Answer {
    Taken,
    OneOf(&'static [u16]),
    OnPurpose,
}

use Answer::{OnPurpose, OneOf, Taken};

impl Answer {
    fn is(&self, kind: Kind, status: Option<u16>) -> bool {
        match (self, status) {
            (_, None) => false,
            (Taken, Some(status)) => status == kind.takes_with(),
            (OneOf(statuses), Some(status)) => statuses.contains(&status),
            (OnPurpose, Some(status)) => (200..500).contains(&status),
        }
    }
}

const REFUSED: Answer = OneOf(&[401]);
const NO_EVENT: Answer = OneOf(&[400]);

fn a_forged_event_is_refused(kind: Kind, receiver: &Receiver) {
    let body = event("forged", 0, "WMS_LOADED");
    let right = mac(&body);
    let digits = right.strip_prefix("hmac-sha256=").unwrap();
    let headers = [
        ("empty", String::new(), REFUSED),
        ("of another body", mac(b"other"), REFUSED),
        ("of nothing", mac(b""), REFUSED),
        ("prefix only", "hmac-sha256=".to_owned(), REFUSED),
        ("no prefix", digits.to_owned(), REFUSED),
        ("another prefix", format!("hmac-sha512={digits}"), REFUSED),
        ("upper case", format!("hmac-sha256={}", digits.to_uppercase()), REFUSED),
        ("all in upper case", right.to_uppercase(), REFUSED),
        ("a digit less", right[..right.len() - 1].to_owned(), REFUSED),
        ("a digit more", format!("{right}0"), REFUSED),
        ("a letter that is not hex more", format!("{right}z"), REFUSED),
        ("not ASCII", format!("hmac-sha256={}", "\u{eb}".repeat(32)), OneOf(&[400, 401])),
        ("twice, other first", format!("{}\r\nX-WMS-Content-MAC: {right}", mac(b"other")), OnPurpose),
    ];
    let port = receiver.port();
    assert_eq!(post(port, "", &body), Some(401), "{kind:?}: missing");
    for (name, header, answer) in headers {
        let status = post(port, &format!("X-WMS-Content-MAC: {header}\r\n"), &body);
        assert!(answer.is(kind, status), "{kind:?}: {name} was answered with {status:?}");
        if name != "twice, other first" {
            assert_eq!(state(port, "forged"), None, "{kind:?}: {name} was remembered");
        }
    }
    let head = [b"POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\nX-WMS-Content-MAC: ", &[0xff; 76][..], b"\r\n\r\n{}"].concat();
    let answer = exchange(port, &[&head], PATIENCE).map(|(status, _)| status);
    assert!(OneOf(&[400, 401]).is(kind, answer), "{kind:?}: a header of bytes was answered with {answer:?}");
    assert_eq!(deliver(port, &body), Some(kind.takes_with()), "{kind:?}");
}

/// Bodies whose MAC is right, and what they are answered with.
fn bodies() -> Vec<(&'static str, Vec<u8>, Answer)> {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let mut table: Vec<(&str, String, Answer)> = [
        ("nothing", ""),
        ("no JSON", "no JSON"),
        ("cut off", r#"{"sessionId":"a","sequence":0"#),
        ("array", "[]"),
        ("text", r#""sessionId""#),
        ("null", "null"),
        ("number", "7"),
        ("no session", r#"{"sequence":0,"event":"E"}"#),
        ("no sequence", r#"{"sessionId":"a","event":"E"}"#),
        ("no event", r#"{"sessionId":"a","sequence":0}"#),
        ("session null", r#"{"sessionId":null,"sequence":0,"event":"E"}"#),
        ("session a number", r#"{"sessionId":1,"sequence":0,"event":"E"}"#),
        ("session empty", r#"{"sessionId":"","sequence":0,"event":"E"}"#),
        ("session an object", r#"{"sessionId":{"a":[]},"sequence":0,"event":"E"}"#),
        ("sequence a text", r#"{"sessionId":"a","sequence":"0","event":"E"}"#),
        ("sequence true", r#"{"sessionId":"a","sequence":true,"event":"E"}"#),
        ("sequence a fraction", r#"{"sessionId":"a","sequence":0.5,"event":"E"}"#),
        ("sequence infinite", r#"{"sessionId":"a","sequence":1e999,"event":"E"}"#),
        ("event a number", r#"{"sessionId":"a","sequence":0,"event":7}"#),
        ("event a list", r#"{"sessionId":"a","sequence":0,"event":["E"]}"#),
    ]
    .map(|(name, body)| (name, body.to_owned(), NO_EVENT))
    .into();
    table.push(("nested", deep(100_000), OneOf(&[400])));
    table.push(("nested, open", "[".repeat(100_000), OneOf(&[400])));
    table.push(("objects, open", r#"{"a":"#.repeat(100_000), OneOf(&[400])));
    for (name, body) in [
        ("payload nested", format!(r#"{{"sessionId":"n","sequence":0,"event":"E","payload":{}}}"#, deep(100_000))),
        ("keys twice", r#"{"sessionId":"a","sessionId":7,"sequence":0,"event":"E"}"#.to_owned()),
        ("half a surrogate pair", r#"{"sessionId":"a\ud800","sequence":0,"event":"E\udc00"}"#.to_owned()),
        ("half a pair elsewhere", r#"{"sessionId":"half","sequence":0,"event":"E","payload":{"measurementId":"\ud800"},"severity":"\udfff"}"#.to_owned()),
        ("NUL", r#"{"sessionId":"a\u0000b","sequence":0,"event":"E\u0000"}"#.to_owned()),
        ("NUL in a key", r#"{"sessionId":"z","sequence":0,"event":"E","\u0000":1}"#.to_owned()),
        ("byte order mark", "\u{feff}{\"sessionId\":\"bom\",\"sequence\":0,\"event\":\"E\"}".to_owned()),
        ("huge sequence", r#"{"sessionId":"huge","sequence":123456789012345678901234567890,"event":"E"}"#.to_owned()),
        ("1e300", r#"{"sessionId":"huge","sequence":1e300,"event":"E"}"#.to_owned()),
        ("5000 digits", format!(r#"{{"sessionId":"huge","sequence":{},"event":"E"}}"#, "1".repeat(5000))),
        ("NaN", r#"{"sessionId":"a","sequence":NaN,"event":"E"}"#.to_owned()),
        ("negative", r#"{"sessionId":"neg","sequence":-1,"event":"E"}"#.to_owned()),
        ("a session of 100 KB", String::from_utf8(event(&"x".repeat(100_000), 0, "E")).unwrap()),
        ("an event of 100 KB", String::from_utf8(event("long event", 0, &"x".repeat(100_000))).unwrap()),
    ] {
        table.push((name, body, OnPurpose));
    }
    for (name, body) in [
        ("unknown event", r#"{"sessionId":"u","sequence":0,"event":"SOMETHING_NEW","severity":"INFO"}"#),
        ("unknown key", r#"{"sessionId":"u","sequence":1,"event":"WMS_LOADED","region":{"a":[1,null]}}"#),
        ("unknown severity", r#"{"sessionId":"u","sequence":2,"event":"WMS_LOADED","severity":"FATAL"}"#),
        ("severity a number", r#"{"sessionId":"u","sequence":2,"event":"WMS_LOADED","severity":3}"#),
        ("payload null", r#"{"sessionId":"u","sequence":3,"event":"WMS_LOADED","payload":null}"#),
        ("payload empty", r#"{"sessionId":"u","sequence":4,"event":"WMS_LOADED","payload":{}}"#),
        ("payload a text", r#"{"sessionId":"u","sequence":4,"event":"WMS_LOADED","payload":"x"}"#),
        (
            "measurement a number",
            r#"{"sessionId":"u","sequence":4,"event":"WMS_LOADED","payload":{"measurementId":7}}"#,
        ),
        ("sequence 1.0", r#"{"sessionId":"u","sequence":1.0,"event":"WMS_LOADED"}"#),
        ("sequence 1e2", r#"{"sessionId":"u","sequence":1e2,"event":"WMS_LOADED"}"#),
        (
            "printed prettily",
            "{\n  \"event\": \"WMS_LOADED\",\n  \"sequence\": 5,\r\n\t\"sessionId\": \"u\"\n}\n",
        ),
        ("escapes", r#"{"sessionId":"\u0075\/","sequence":0,"event":"WMS\u005fLOADED"}"#),
        ("event __proto__", r#"{"sessionId":"u","sequence":6,"event":"__proto__"}"#),
        ("key __proto__", r#"{"sessionId":"u","sequence":6,"event":"E","__proto__":{"a":1}}"#),
        ("event constructor", r#"{"sessionId":"u","sequence":6,"event":"constructor"}"#),
    ] {
        table.push((name, body.to_owned(), Taken));
    }
    table.into_iter().map(|(name, body, answer)| (name, body.into_bytes(), answer)).collect()
}

fn a_body_is_taken_or_refused_on_purpose(kind: Kind, receiver: &Receiver) {
    for (name, body, answer) in bodies() {
        let status = deliver(receiver.port(), &body);
        assert!(answer.is(kind, status), "{kind:?}: {name} was answered with {status:?}");
    }
    let not_utf8 = deliver(receiver.port(), b"{\"sessionId\":\"\xff\",\"sequence\":0,\"event\":\"E\"}");
    assert!(OnPurpose.is(kind, not_utf8), "{kind:?}: {not_utf8:?}");
    for megabytes in [3, 10] {
        let large = vec![b' '; megabytes << 20];
        assert_eq!(deliver(receiver.port(), &large), Some(413), "{kind:?}: {megabytes} MB");
    }
    assert_eq!(deliver(receiver.port(), &event("after", 0, "E")), Some(kind.takes_with()), "{kind:?}");
    assert_eq!(state(receiver.port(), "u").expect("the session u")["events"], 14, "{kind:?}");
}

fn any_session_can_be_asked_after(kind: Kind, receiver: &Receiver) {
    let port = receiver.port();
    let (long, emoji) = ("x".repeat(512), "\u{1f642}".repeat(512));
    let ids = [
        "x",
        "undefined",
        "__proto__",
        "constructor",
        "Zo\u{eb} \u{20ac}",
        "\u{1f469}\u{200d}\u{1f52c}",
        "\u{2028}",
        "a/b",
        "/etc/passwd",
        "../../x",
        "a//b/",
        "it's",
        "a\"b",
        "'; DROP TABLE event; --",
        "100%",
        "%2F",
        "a+b c",
        "a?b#c",
        "\\",
        "a\nb",
        "<b>",
        "A",
        "a",
        &long,
        &emoji,
    ];
    for id in ids {
        assert_eq!(state(port, id), None, "{kind:?}: {id}");
        // Escaped, and as it is.
        let escaped = id.chars().fold(String::new(), |mut text, c| {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| write!(text, "\\u{unit:04x}").unwrap());
            text
        });
        let escaped = format!(r#"{{"sessionId":"{escaped}","sequence":0,"event":"WMS_LOADED"}}"#);
        for body in [escaped.into_bytes(), event(id, 1, "CAMERA_STARTED")] {
            assert_eq!(deliver(port, &body), Some(kind.takes_with()), "{kind:?}: {id}");
        }
        let expected = json!({
            "sessionId": id, "outcome": null, "measurementId": null, "events": 2, "lastSequence": 1,
            "counts": { "WMS_LOADED": 1, "CAMERA_STARTED": 1 },
        });
        assert_eq!(state(port, id), Some(expected), "{kind:?}: {id}");
    }
}

fn http_is_spoken_as_the_server_speaks_it(kind: Kind, receiver: &Receiver) {
    let port = receiver.port();
    let body = event("http", 0, "WMS_LOADED");
    let mac = mac(&body);
    let ask = |head: &str, body: &[u8]| {
        let head = format!("{head}\r\nHost: localhost\r\nX-WMS-Content-MAC: {mac}\r\nConnection: close\r\n");
        exchange(port, &[head.as_bytes(), body], PATIENCE).map(|(status, _)| status)
    };
    let whole = [format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(), &body].concat();
    let with_type = |line: &str| [format!("Content-Type: {line}\r\n").as_bytes(), &whole].concat();
    let chunks: Vec<u8> = [
        b"Transfer-Encoding: chunked\r\n\r\n5\r\n",
        &body[..5],
        b"\r\n",
        format!("{:x}\r\n", body.len() - 5).as_bytes(),
        &body[5..],
        b"\r\n0\r\n\r\n",
    ]
    .concat();
    let expecting = [b"Expect: 100-continue\r\n".as_slice(), &whole].concat();

    let table = [
        ("no content type", "POST /webhook HTTP/1.1", whole.clone(), Taken),
        ("charset", "POST /webhook HTTP/1.1", with_type("application/json; charset=utf-8"), Taken),
        ("plain text", "POST /webhook HTTP/1.1", with_type("text/plain"), Taken),
        ("a form", "POST /webhook HTTP/1.1", with_type("application/x-www-form-urlencoded"), OnPurpose),
        ("a broken type", "POST /webhook HTTP/1.1", with_type(";;"), OnPurpose),
        ("a query", "POST /webhook?a=b HTTP/1.1", whole.clone(), Taken),
        ("chunked", "POST /webhook HTTP/1.1", chunks, Taken),
        ("Expect", "POST /webhook HTTP/1.1", expecting, OnPurpose),
        ("HTTP/1.0", "POST /webhook HTTP/1.0", whole.clone(), OnPurpose),
        ("absolute form", "POST http://localhost/webhook HTTP/1.1", whole.clone(), OnPurpose),
        ("GET", "GET /webhook HTTP/1.1", b"\r\n".to_vec(), OneOf(&[404, 405])),
        ("HEAD", "HEAD /webhook HTTP/1.1", b"\r\n".to_vec(), OneOf(&[404, 405])),
        ("two slashes", "GET // HTTP/1.1", b"\r\n".to_vec(), OnPurpose),
    ];
    for (name, head, rest, answer) in table {
        let status = ask(head, &rest);
        assert!(answer.is(kind, status), "{kind:?}: {name} was answered with {status:?}");
    }

    let head = format!(
        "POST /webhook HTTP/1.1\r\nhost: localhost\r\nx-wms-content-mac: {mac}\r\nconnection: close\r\n"
    );
    let bytes = [head.as_bytes(), &whole].concat();
    let pieces: Vec<&[u8]> = bytes.chunks(40).collect();
    let status = exchange(port, &pieces, PATIENCE).map(|(status, _)| status);
    assert_eq!(status, Some(kind.takes_with()), "{kind:?}: piece by piece");
    assert_eq!(state(port, "http").expect("the session")["events"], 1, "{kind:?}");
}

/// A session, with a measurement, that ends as the codes say.
fn session(id: &str, codes: &[&str]) -> Vec<Vec<u8>> {
    let event = |(sequence, code): (usize, &&str)| {
        let severity = if *code == "NEW_ERROR" { "ERROR" } else { "INFO" };
        json!({ "sessionId": id, "sequence": sequence, "event": code, "severity": severity, "payload": { "measurementId": format!("m{}", sequence / 4) } })
            .to_string()
            .into_bytes()
    };
    codes.iter().enumerate().map(event).collect()
}

fn what_is_known_depends_on_what_came_and_not_on_how(kind: Kind, receiver: &Receiver) {
    let port = receiver.port();
    let ends: [(&str, &[&str], Value); 6] = [
        (
            "completed",
            &["WMS_LOADED", "LOW_SNR", "MEASUREMENT_CANCELED", "RESULTS_RECEIVED", "PAGE_UNLOADED"],
            json!("completed"),
        ),
        (
            "canceled",
            &["WMS_LOADED", "API_ERROR", "MEASUREMENT_CANCELED", "PAGE_UNLOADED"],
            json!("canceled"),
        ),
        ("failed", &["WMS_LOADED", "CONSTRAINT_VIOLATION", "PAGE_UNLOADED"], json!("failed")),
        ("severity", &["WMS_LOADED", "NEW_ERROR", "PAGE_UNLOADED"], json!("failed")),
        ("abandoned", &["WMS_LOADED", "CAMERA_STARTED", "PAGE_UNLOADED"], json!("abandoned")),
        ("running", &["WMS_LOADED", "INTERMEDIATE_RESULTS", "INTERMEDIATE_RESULTS"], Value::Null),
    ];
    for (name, codes, outcome) in ends {
        let known = |way: &str, bodies: &[Vec<u8>]| {
            for body in bodies {
                assert_eq!(deliver(port, body), Some(kind.takes_with()), "{kind:?}: {way}");
            }
            let mut state = state(port, way).unwrap_or_else(|| panic!("{kind:?}: no session {way}"));
            state["sessionId"] = Value::Null;
            state
        };
        let id = format!("{name} in order");
        let in_order = known(&id, &session(&id, codes));
        assert_eq!(in_order["outcome"], outcome, "{kind:?}: {id}");
        assert_eq!(in_order["measurementId"], format!("m{}", (codes.len() - 1) / 4), "{kind:?}: {id}");
        assert_eq!(in_order["events"], codes.len(), "{kind:?}: {id}");
        assert_eq!(in_order["lastSequence"], codes.len() - 1, "{kind:?}: {id}");

        let id = format!("{name} backwards and twice");
        let mut bodies = session(&id, codes);
        bodies.reverse();
        bodies.extend(bodies.clone());
        assert_eq!(known(&id, &bodies), in_order, "{kind:?}: {id}");
    }
    // A page that is loaded again counts from 0 again.
    let again = [event("again", 0, "WMS_LOADED"), event("again", 0, "PAGE_UNLOADED")];
    for body in &again {
        assert_eq!(deliver(port, body), Some(kind.takes_with()), "{kind:?}: counts again from 0");
    }
    assert_eq!(state(port, "again").expect("the session")["events"], 2, "{kind:?}");
}

fn fifty_sessions_at_once_are_taken(kind: Kind, receiver: &Receiver) {
    let port = receiver.port();
    thread::scope(|scope| {
        for number in 0..50 {
            scope.spawn(move || {
                let id = format!("s{number}");
                for body in session(&id, &["WMS_LOADED", "RESULTS_RECEIVED", "PAGE_UNLOADED"]) {
                    // The same event twice at once.
                    thread::scope(|scope| {
                        let twice = scope.spawn(|| deliver(port, &body));
                        assert_eq!(deliver(port, &body), Some(kind.takes_with()), "{kind:?}: {id}");
                        assert_eq!(twice.join().unwrap(), Some(kind.takes_with()), "{kind:?}: {id}");
                    });
                }
                assert_eq!(state(port, &id).expect("the session")["events"], 3, "{kind:?}: {id}");
            });
        }
    });
}

#[test]
fn the_receiver_on_node_does_what_a_right_receiver_may_do() {
    let body = event("a", 0, "WMS_LOADED");
    let start = |key: &str, value: &str| Setup::new(Kind::Node, SECRET).env(key, value).start();

    assert_eq!(deliver(start("STATUS_OK", "202").port(), &body), Some(202));
    assert_eq!(post(start("STATUS_BAD", "403").port(), "", &body), Some(403));
    assert_eq!(deliver(start("SLOW_MS", "50").port(), &body), Some(204));
    assert_eq!(deliver(start("CLOSE", "1").port(), &body), Some(204));

    let both = Setup::new(Kind::Node, "new").env("SECRET_OLD", SECRET).start();
    assert_eq!(deliver(both.port(), &body), Some(204));
    assert_eq!(post(both.port(), "X-WMS-Content-MAC: \r\n", &body), Some(401));

    let announced = start("ANNOUNCED", "1");
    assert_eq!(deliver(announced.port(), &body), Some(404));
    let head = "POST /announce HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 17\r\n\r\n{\"sessionId\":\"a\"}";
    assert_eq!(exchange(announced.port(), &[head.as_bytes()], PATIENCE).map(|(status, _)| status), Some(204));
    assert_eq!(deliver(announced.port(), &body), Some(204));
    assert_eq!(deliver(announced.port(), &event("b", 0, "WMS_LOADED")), Some(404));
}

/// Over TLS by curl, with HTTP/1.1 and with HTTP/2.
#[test]
fn the_receiver_on_node_speaks_https() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let identity = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(&cert, identity.cert.pem()).unwrap();
    std::fs::write(&key, identity.signing_key.serialize_pem()).unwrap();
    let receiver = Setup::new(Kind::Node, SECRET).env("TLS_CERT", &cert).env("TLS_KEY", &key).start();
    let body = event("tls", 0, "WMS_LOADED");
    for version in ["1.1", "2"] {
        let output = Command::new("curl")
            .args([
                "-sS",
                "--noproxy",
                "*",
                "-o",
                "-",
                "-w",
                "%{http_code} %{http_version}",
                &format!("--http{version}"),
            ])
            .args(["-H", &format!("X-WMS-Content-MAC: {}", mac(&body)), "--data-binary"])
            .arg(String::from_utf8(body.clone()).unwrap())
            .arg("--cacert")
            .arg(&cert)
            .arg("--resolve")
            .arg(format!("localhost:{}:127.0.0.1", receiver.port()))
            .arg(format!("https://localhost:{}/webhook", receiver.port()))
            .output()
            .expect("curl");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(said, format!("204 {version}"), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The bugs that let nothing pass, or nothing for long.
const TAKE_NOTHING: &[&str] = &[
    "status-999",
    "continues-for-ever",
    "printed-by-python",
    "sorted",
    "hashes-nothing",
    "base64-gateway",
    "base64-mac",
    "hex-secret",
    "header-lower-case",
    "redirect-301",
    "redirect-307",
    "slow-7s",
    "slow-12s",
    "informs-only",
    "never-answers",
    "answers-300",
    "payload-absent-500",
    "another-header",
    "another-prefix",
    "basic-auth-401",
    "csrf-419",
    "hash-of-secret-and-body",
    "measurement-not-null-500",
    "payload-required-422",
    "secret-base64",
    "sequence-falsy-400",
    "secret-with-newline",
    "stamp-and-body",
    "stamps-in-milliseconds-400",
];

#[test]
fn each_mutant_takes_what_it_is_not_wrong_about() {
    let home = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/receivers");
    let output =
        Command::new("node").arg("mutants.cjs").arg("--list").current_dir(home).output().expect("node");
    let list = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Vec<&str>> = list.lines().map(|line| line.split('\t').collect()).collect();
    assert!(rows.len() >= 40, "{list}");
    assert!(
        rows.iter()
            .all(|row| row.len() == 6 && !row[0].is_empty() && !row[2].is_empty() && !row[5].is_empty()),
        "{list}"
    );
    let mut names: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    for name in TAKE_NOTHING {
        assert!(names.contains(name), "there is no mutant {name}");
    }
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all, "two mutants have the same name");

    let next = std::sync::Mutex::new(names.into_iter());
    let problems = std::sync::Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let Some(name) = next.lock().unwrap().next() else { return };
                    let mut receiver = Setup::new(Kind::Mutant, SECRET).mutant(name).start();
                    receiver.allow_no_calls();
                    let id = format!("0b7d1c1e-ad3f-4b7e-9a51-{:012}", 7);
                    let body = event(&id, 0, "WMS_LOADED");
                    let head = format!(
                        "POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{}Connection: close\r\nContent-Length: {}\r\n\r\n",
                        signed(&body),
                        body.len()
                    );
                    let request = [head.as_bytes(), &body].concat();
                    let answer = exchange(receiver.port(), &[&request], Duration::from_secs(2));
                    let status = answer.map(|(status, _)| status);
                    let taken = status.is_some_and(|status| (200..300).contains(&status));
                    if taken == TAKE_NOTHING.contains(&name) {
                        problems.lock().unwrap().push(format!("{name}: {status:?}"));
                    } else if taken && state(receiver.port(), &id).is_none_or(|state| state["events"] != 1) {
                        problems.lock().unwrap().push(format!("{name} does not know the session"));
                    }
                }
            });
        }
    });
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
