//! What strangers may try on `serve`: each has its stated answer, and the server goes on serving.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a function that fails fails its test")]

mod common;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use common::page;
use common::server::{SECRET, Server};
use serde_json::{Value, json};

/// The status of what is answered to these bytes; `None` where the connection is closed without an answer.
fn said(server: &Server, bytes: &[u8]) -> (Option<u16>, String) {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    // A server that has heard enough closes: writing on fails, and the answer is there all the same.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        answer.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&answer);
        // The end of an answer is known by its length; some of these keep the connection.
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .to_ascii_lowercase()
                .split("content-length: ")
                .nth(1)
                .map(|rest| rest.split("\r\n").next().unwrap().parse::<usize>().unwrap());
            if length.is_none_or(|length| body.len() >= length) {
                break;
            }
        }
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    (text.get(9..12).and_then(|status| status.parse().ok()), text)
}

/// A request with a head as it is written here and nothing added but its host.
fn request(server: &Server, line: &str, fields: &str, body: &str) -> Vec<u8> {
    format!("{line} HTTP/1.1\r\nHost: {}\r\n{fields}\r\n{body}", server.address()).into_bytes()
}

fn event(session: &str, event: &str) -> String {
    json!({ "timestamp": 1_767_323_045, "sessionId": session, "sequence": 0, "event": event, "severity": "INFO" })
        .to_string()
}

fn post(server: &Server, body: &str) -> u16 {
    let mac = page::mac(SECRET, body);
    server
        .ask("POST", "/webhook", &[("X-WMS-Content-MAC", &mac), ("Content-Type", "application/json")], body)
        .0
}

/// What is tried, its bytes, and the answers that it may have.
type Try = (&'static str, Vec<u8>, &'static [Option<u16>]);

#[test]
fn every_hostile_request_has_its_answer() {
    let server = Server::start(&[]);
    let long = "x".repeat(200_000);
    let many = "X-Field: 1\r\n".repeat(2_000);
    let deep = "[".repeat(100_000);
    let huge_announced =
        "POST /webhook HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n".to_owned();
    let huge = "y".repeat(5 << 20);
    let over = "z".repeat((1 << 20) + 1);
    let length = |body: &str| format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    let own = |line: &str, fields: &str, body: &str| request(&server, line, fields, body);
    let tries: Vec<Try> = vec![
        ("a head that is too large", own("GET /", &format!("X: {long}\r\n"), ""), &[Some(431)]),
        ("too many fields", own("GET /", &many, ""), &[Some(431)]),
        ("an address that is too long", own(&format!("GET /{long}"), "", ""), &[Some(414), Some(431)]),
        ("no HTTP at all", b"\x16\x03\x01\x02\x00\x01\x00 hello\r\n\r\n".to_vec(), &[Some(400)]),
        (
            "two lengths",
            own("POST /webhook", "Content-Length: 1\r\nContent-Length: 2\r\n", "a"),
            &[Some(400)],
        ),
        ("a length that is no number", own("POST /webhook", "Content-Length: -1\r\n", ""), &[Some(400)]),
        (
            "a chunk that is none",
            own("POST /webhook", "Transfer-Encoding: chunked\r\n", "ZZZ\r\nabc\r\n0\r\n\r\n"),
            &[Some(400)],
        ),
        ("an enormous body that is announced", huge_announced.into_bytes(), &[Some(413)]),
        ("an enormous body", own("POST /webhook", &length(&huge), &huge), &[Some(413)]),
        ("a body that is just too large", own("POST /webhook", &length(&over), &over), &[Some(413)]),
        ("a body without a MAC", own("POST /webhook", &length("{}"), "{}"), &[Some(401)]),
        ("arrays in arrays", own("POST /webhook", &length(&deep), &deep), &[Some(401)]),
        ("arrays in arrays for the API", own("POST /api/sessions", &length(&deep), &deep), &[Some(413)]),
        (
            "arrays in arrays that fit",
            own("POST /api/sessions", &length(&deep[..60_000]), &deep[..60_000]),
            &[Some(400), Some(422)],
        ),
        ("another method", own("DELETE /webhook", "", ""), &[Some(405)]),
        ("another name", b"GET /api/info HTTP/1.1\r\nHost: evil.example\r\n\r\n".to_vec(), &[Some(403)]),
        ("no name", b"GET /api/info HTTP/1.1\r\n\r\n".to_vec(), &[Some(400), Some(403)]),
        (
            "a page of another site",
            own("POST /api/sessions", &format!("Origin: http://evil.example\r\n{}", length("{}")), "{}"),
            &[Some(403)],
        ),
        (
            "a form of another site",
            own("POST /api/sessions", "Content-Type: text/plain\r\nContent-Length: 2\r\n", "{}"),
            &[Some(415)],
        ),
        ("a way out of the folder", own("GET /pages/../../Cargo.toml", "", ""), &[Some(404)]),
        ("an escaped way out of it", own("GET /pages/%2e%2e/%2e%2e/Cargo.toml", "", ""), &[Some(404)]),
        (
            "a callback to elsewhere",
            own("GET /c/a/b/c/d?callback=https://evil.example/", "", ""),
            &[Some(400)],
        ),
        ("a session that nobody knows", own("GET /api/sessions/%00%ff", "", ""), &[Some(400), Some(404)]),
        ("a wait for ever", own("GET /api/sessions/a?wait=end&timeout=99h", "", ""), &[Some(400)]),
        (
            "a target that is a file",
            own(
                "POST /api/sessions",
                &length(r#"{"to":"file:///etc/passwd"}"#),
                r#"{"to":"file:///etc/passwd"}"#,
            ),
            &[Some(400)],
        ),
        (
            "a request to be a proxy",
            b"GET http://evil.example/api/info HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".to_vec(),
            &[Some(403)],
        ),
        (
            "a tunnel",
            b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n".to_vec(),
            &[Some(404), Some(405)],
        ),
    ];
    assert!(tries.len() >= 20);
    for (what, bytes, expected) in tries {
        let (status, answer) = said(&server, &bytes);
        assert!(expected.contains(&status), "{what}: {answer:.300}");
        assert!(!answer.contains(SECRET) && !answer.contains("panicked"), "{what}: {answer}");
        // It goes on serving.
        assert_eq!(post(&server, &event("good", "WMS_LOADED")) / 100, 2, "after {what}");
    }
    assert_eq!(server.get("/api/inbox/good")["state"], "running");
}

#[test]
fn what_strangers_write_stays_text() {
    let server = Server::start(&[]);
    let nasty = "\"><img src=x onerror=alert(1)><script>alert(2)</script>'&lt;\u{202e}\u{0}";
    for (session, name) in [(nasty, "WMS_LOADED"), ("s", nasty)] {
        assert_eq!(post(&server, &event(session, name)) / 100, 2);
    }
    // JSON that no browser takes for a page, at every place where it is shown.
    for path in ["/api/sessions", "/api/inbox/s", "/api/sessions?q=%3Cscript%3E"] {
        let bytes = request(&server, &format!("GET {path}"), "Accept: text/html\r\n", "");
        let (status, answer) = said(&server, &bytes);
        assert_eq!(status, Some(200), "{answer}");
        assert!(answer.to_ascii_lowercase().contains("content-type: application/json"), "{path}: {answer}");
    }
    // The landing page holds what its URL says, but never as markup.
    let path = "/c/%3Cscript%3Ealert(1)%3C%2Fscript%3E/%22%3E%3Cimg%20src=x%3E/t/r/%3C!--%3Cscript%3E?scenario=%3C/script%3E";
    let (_, answer) = said(&server, &request(&server, &format!("GET {path}"), "", ""));
    for markup in ["<script>alert", "<img src=x", "<!--<script>", "?scenario=</script>"] {
        assert!(!answer.contains(markup), "{markup}: {answer}");
    }
    assert!(answer.to_ascii_lowercase().contains("content-security-policy"));
}

#[test]
fn a_crowd_that_says_nothing_keeps_nobody_out() {
    // scripts/soak asks for 10,000.
    let crowd = std::env::var("IDLE_CONNECTIONS").map_or(300, |text| text.parse().unwrap());
    let server = Server::start(&[]);
    let idle: Vec<TcpStream> = (0..crowd)
        .map(|number| {
            let mut stream = TcpStream::connect(server.address()).unwrap();
            // Some say nothing, some begin and stop.
            let begun: &[u8] = [
                &b""[..],
                b"POST /webhook HT",
                b"POST /webhook HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf",
            ][number % 3];
            stream.write_all(begun).unwrap();
            stream
        })
        .collect();
    for number in 0..50 {
        assert_eq!(post(&server, &event(&format!("s{number}"), "WMS_LOADED")) / 100, 2);
    }
    let sessions: Value = server.get("/api/sessions?limit=100");
    assert_eq!(sessions.as_array().unwrap().len(), 50);
    drop(idle);
}

#[test]
fn whoever_is_too_slow_is_told_or_let_go() {
    let server = Server::start(&[]);
    // Heads and bodies have half a minute: all of these wait at the same time.
    let tries: [(&[u8], Option<u16>, &str); 3] = [
        (b"GET / HTTP/1.1\r\nHos", None, ""),
        (b"POST /webhook HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf", Some(408), "body-too-slow"),
        (
            b"POST /api/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
            Some(408),
            "body-too-slow",
        ),
    ];
    thread::scope(|scope| {
        for (bytes, status, word) in tries {
            let server = &server;
            scope.spawn(move || {
                let (found, answer) = said(server, bytes);
                assert_eq!(found, status, "{answer}");
                assert!(answer.contains(word), "{answer}");
            });
        }
    });
    assert_eq!(server.get("/healthz")["status"], "ok");
}

#[test]
fn so_many_followers_and_waiting_requests_and_no_more() {
    let server = Server::start(&[]);
    let mut followers = Vec::new();
    let mut statuses = Vec::new();
    for _ in 0..70 {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(&request(&server, "GET /api/events", "", "")).unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        statuses.push(String::from_utf8_lossy(&head[9..]).into_owned());
        followers.push(stream);
    }
    assert_eq!(statuses.iter().filter(|status| *status == "200").count(), 64);
    assert_eq!(statuses.iter().filter(|status| *status == "503").count(), 6);
    drop(followers);
    // A session that somebody waits for need not be there yet.
    let id = server.play(&json!({ "scenario": "happy-path", "pace": "1x" }));
    let path = format!("GET /api/sessions/{id}?wait=end&timeout=120s");
    let wait = || {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(&request(&server, &path, "", "")).unwrap();
        stream
    };
    let mut waiting: Vec<TcpStream> = (0..1_000).map(|_| wait()).collect();
    common::cli::until("no more requests may wait", || {
        let (status, answer) = said(&server, &request(&server, &path.replace("120s", "1s"), "", ""));
        // The one that asked may have had the place of one that waits on and was refused meanwhile.
        waiting.push(wait());
        status == Some(503) && answer.contains("too-many-waiting")
    });
    drop(waiting);
}
