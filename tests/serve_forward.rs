//! `serve --forward`: what comes in goes on as it came, both answers are shown, and the capture can be replayed, audited
//! and learnt from.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a function that fails fails its test")]

mod common;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use common::cli::{scratch, sim};
use common::page;
use common::receiver::{Kind, Receiver, Setup};
use common::server::{SECRET, Server};
use common::tcp;
use serde_json::{Value, json};
use wms_sim::clock::{Epoch, Moment, wall_clock};

/// A body as nobody would write it who parses and prints: only the same bytes have the same MAC.
const BODY: &str = "{ \"event\":\"WMS_LOADED\",\"sequence\" : 0, \"sessionId\":\"f\\u00fcr\",\n\"severity\":\"INFO\",\"timestamp\":1767323045,\"isReload\":false}\n";

fn raw(server: &Server, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

fn events(session: &Value) -> &Vec<Value> {
    session["events"].as_array().unwrap()
}

#[test]
fn the_same_bytes_and_the_same_fields_in_the_same_spelling() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap();
    let server = Server::start(&["--forward", &format!("http://{host}/hook?a=%2F")]);
    let mac = page::mac(SECRET, BODY);
    let receiving = thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let request = tcp::read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 299 Fine\r\nX-Own: Yes\r\nContent-Length: 2\r\n\r\nok").unwrap();
        String::from_utf8(request).unwrap()
    });
    let request = format!(
        "POST /webhook HTTP/1.1\r\nhOsT: real.tunnel.example\r\nContent-TYPE: application/json; charset=utf-8\r\n\
         X-WMS-Content-MAC: {mac}\r\nx-B: 1\r\nCookie: a=b\r\nX-A: one\r\nx-a: two\r\nConnection: close, x-b\r\n\
         Content-Length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    let answer = raw(&server, request.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 299") && answer.contains("x-own: Yes"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nok"), "{answer}");
    // The name of the target, what belonged to the connection left out, and not a byte else.
    let expected = request
        .replace("POST /webhook", "POST /hook?a=%2F")
        .replace("real.tunnel.example", &host.to_string())
        .replace("x-B: 1\r\n", "")
        .replace("Connection: close, x-b\r\n", "");
    assert_eq!(receiving.join().unwrap(), expected);
}

#[test]
fn both_answers_are_shown_and_the_sender_hears_the_targets() {
    let plan = json!({ "status": [503], "retryAfter": 7 });
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(plan).start();
    let server = Server::start(&["--forward", &receiver.url()]);
    let mac = page::mac(SECRET, BODY);
    let headers = [("X-WMS-Content-MAC", &*mac), ("Content-Type", "application/json")];
    let (status, answer) = server.ask("POST", "/webhook", &headers, BODY);
    assert_eq!((status, &*answer), (503, "{\"status\":503}"));
    let seen = server.get("/api/inbox/f%C3%BCr");
    let event = &events(&seen)[0];
    assert_eq!((&event["status"], &event["mac"]["verdict"]), (&json!(200), &json!("valid")));
    assert_eq!(
        (&event["forwarded"]["status"], &event["forwarded"]["answer"]),
        (&json!(503), &json!("{\"status\":503}"))
    );
    assert!(event["forwarded"]["latency_ms"].as_f64().unwrap() > 0.0);

    // What is forged goes on too: the target is asked, and the inbox says what it thinks.
    let wrong = [("X-WMS-Content-MAC", "hmac-sha256=00"), ("Content-Type", "application/json")];
    let (status, _) = server.ask("POST", "/webhook", &wrong, BODY);
    let record = receiver.records().pop().unwrap();
    assert_eq!((record.mac_ok, record.status), (false, Some(status)));
    let seen = server.get("/api/inbox/f%C3%BCr");
    assert_eq!(
        (&events(&seen)[1]["status"], &events(&seen)[1]["mac"]["verdict"]),
        (&json!(401), &json!("invalid"))
    );
    assert_eq!(server.get("/api/info")["forward"], json!(receiver.url()));
}

#[test]
fn a_target_that_does_not_answer_is_told() {
    for (port, status, code) in [
        (tcp::closed_port(), 502, "connection-refused"),
        (tcp::hangs(), 504, "reply-timeout"),
        (tcp::answers(b""), 502, "closed-without-reply"),
    ] {
        let server = Server::start(&[
            "--forward",
            &format!("http://u:s3cret@127.0.0.1:{port}/?t=s3cret"),
            "--timeout",
            "1s",
        ]);
        let mac = page::mac(SECRET, BODY);
        let (found, answer) = server.ask("POST", "/webhook", &[("X-WMS-Content-MAC", &mac)], BODY);
        assert_eq!(found, status, "{answer}");
        assert!(
            answer.contains("forward-failed")
                && answer.contains(code)
                && !answer.contains("s3cret")
                && !answer.contains("127.0.0.1"),
            "{answer}"
        );
        let session = server.get("/api/inbox/f%C3%BCr");
        assert_eq!(events(&session)[0]["forwarded"]["failure"]["code"], code);
        assert!(!session.to_string().contains("s3cret"));
    }
}

#[test]
fn a_capture_is_replayed_audited_and_learnt_from() {
    let app = Receiver::start(Kind::Express, SECRET);
    let folder = scratch();
    let capture = folder.path().join("real.ndjson");
    let path = capture.to_str().unwrap();
    // Two runs of the server, one capture.
    for seed in [1, 2] {
        let mut server = Server::start(&["--forward", &app.url(), "--journal", path]);
        let webhook = format!("{}/webhook", server.url);
        sim(["send", "low-snr", "bounce", "--pace", "max", "--seed", &seed.to_string(), "--to", &webhook])
            .env("WMS_SIM_SECRET", SECRET)
            .exits(0);
        server.signal("TERM");
        assert!(server.child.wait().unwrap().success());
    }
    let first: Vec<String> = app.records().iter().map(|record| record.body.clone()).collect();
    let text = fs::read_to_string(&capture).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
    assert_eq!((of("capture"), of("received"), of("forwarded")), (2, first.len(), first.len()));
    let forwarded: Vec<_> = lines.iter().filter(|line| line["type"] == "forwarded").collect();
    assert!(forwarded.iter().all(|line| line["status"] == 200 || line["status"] == 204), "{forwarded:?}");

    let again = Receiver::start(Kind::Express, SECRET);
    sim(["replay", path, "--to", &again.url(), "--pace", "max"]).exits(0);
    let mut bodies: Vec<String> = again.records().iter().map(|record| record.body.clone()).collect();
    assert!(again.records().iter().all(|record| record.mac_ok));
    let mut expected = first.clone();
    bodies.sort();
    expected.sort();
    assert_eq!(bodies, expected);

    let audit = sim(["audit", path]).env("WMS_SIM_SECRET", SECRET).run();
    assert_eq!(audit.code(), Some(0), "{}", audit.stdout);
    let learnt = sim(["dialect", "learn", path]).env("WMS_SIM_SECRET", SECRET).exits(0);
    assert!(learnt.stdout.contains("content-type"), "{}", learnt.stdout);
    let only = Receiver::start(Kind::Express, SECRET);
    sim(["replay", path, "--to", &only.url(), "--pace", "max", "--only-session", "2"]).exits(0);
    let ids: std::collections::BTreeSet<String> =
        only.records().iter().map(|record| record.json()["sessionId"].to_string()).collect();
    assert_eq!(ids.len(), 1);
}

#[test]
fn a_capture_is_never_written_over() {
    let folder = scratch();
    let other = common::cli::file(&folder, "notes.txt", "dear diary");
    let path = other.to_str().unwrap();
    sim(["serve", "--listen", "127.0.0.1:0", "--journal", path])
        .exits(2)
        .says(&["is there already", "nothing was changed"]);
    assert_eq!(fs::read_to_string(&other).unwrap(), "dear diary");
    // A capture that was cut off in the middle of a line goes on behind it.
    let cut = common::cli::file(&folder, "cut.ndjson", "{\"type\":\"capture\"}\n{\"type\":\"rece");
    let mut server = Server::start(&["--journal", cut.to_str().unwrap()]);
    let mac = page::mac(SECRET, BODY);
    assert_eq!(server.ask("POST", "/webhook", &[("X-WMS-Content-MAC", &mac)], BODY).0, 200);
    server.signal("TERM");
    server.child.wait().unwrap();
    let text = fs::read_to_string(&cut).unwrap();
    let whole: Vec<&str> = text.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).collect();
    assert_eq!((whole.len(), text.lines().count()), (3, 4), "{text}");
    assert!(!text.contains(SECRET));
}

#[test]
fn a_capture_counts_from_its_own_beginning_whatever_the_history_is() {
    let folder = scratch();
    let (history, capture) = (folder.path().join("history.db"), folder.path().join("real.ndjson"));
    let (history, capture) = (history.to_str().unwrap(), capture.to_str().unwrap());
    let mac = page::mac(SECRET, BODY);
    let mut first = Server::start(&["--persist", history]);
    assert_eq!(first.ask("POST", "/webhook", &[("X-WMS-Content-MAC", &mac)], BODY).0, 200);
    first.signal("TERM");
    first.child.wait().unwrap();
    let between = wall_clock();
    let mut second = Server::start(&["--persist", history, "--journal", capture]);
    assert_eq!(
        second.ask("POST", "/webhook", &[("X-WMS-Content-MAC", &mac), ("X-Api-Key", "k3y")], BODY).0,
        200
    );
    let after = wall_clock();
    // Nobody's credentials are written down, in the capture or in what is exported.
    let (_, exported) = second.ask("GET", "/api/sessions/f%C3%BCr/journal?side=received", &[], "");
    assert!(exported.contains("\"x-api-key\":\"***\"") && !exported.contains("k3y"), "{exported}");
    second.signal("TERM");
    second.child.wait().unwrap();
    let text = fs::read_to_string(capture).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let start = Epoch::parse_rfc3339(lines[0]["start_time"].as_str().unwrap()).unwrap();
    let at = Duration::from_secs_f64(lines[1]["at_ms"].as_f64().unwrap() / 1e3);
    assert!(start >= between.to_whole_millis(), "{text}");
    assert!(start.after(Moment::from(at)) <= after, "{text}");
    assert!(!text.contains("k3y"));
}

#[test]
fn what_waits_for_its_target_hears_that_the_server_ends() {
    let folder = scratch();
    let capture = folder.path().join("real.ndjson");
    let target = format!("http://127.0.0.1:{}/", tcp::hangs());
    let mut server = Server::start(&["--forward", &target, "--journal", capture.to_str().unwrap()]);
    let mac = page::mac(SECRET, BODY);
    let (status, answer) = thread::scope(|scope| {
        let asking = scope.spawn(|| server.ask("POST", "/webhook", &[("X-WMS-Content-MAC", &mac)], BODY));
        common::cli::until("it is under way", || server.get("/api/sessions").as_array().unwrap().len() == 1);
        server.signal("TERM");
        asking.join().unwrap()
    });
    assert!(status == 503 && answer.contains("ending"), "{answer}");
    assert!(server.child.wait().unwrap().success());
    let text = fs::read_to_string(&capture).unwrap();
    assert!(text.lines().last().unwrap().contains("server-ended"), "{text}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_capture_that_could_not_be_written_is_no_success() {
    let mut server = Server::start(&["--journal", "/dev/full"]);
    let mac = page::mac(SECRET, BODY);
    assert_eq!(server.ask("POST", "/webhook", &[("X-WMS-Content-MAC", &mac)], BODY).0, 200);
    server.signal("TERM");
    assert_eq!(server.child.wait().unwrap().code(), Some(3));
}

#[test]
fn what_cannot_be_forwarded_to_is_said_at_once() {
    let says = |args: &[&str], words: &[&str]| {
        sim(["serve", "--listen", "127.0.0.1:8787"]).args(args).exits(2).says(words);
    };
    says(&["--forward", "http://localhost:8787/webhook"], &["--forward", "leads back to this server"]);
    says(&["--forward", "ftp://h/"], &["--forward: only URLs"]);
    says(&["--allow-host", "http://h/"], &["--allow-host", "a name is wanted"]);
    says(&["--forward", "http://h/", "--http2"], &["--forward", "HTTP/1.1"]);
}
