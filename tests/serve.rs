//! `serve`: the control API, the inbox, live events, and who may speak to them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::Duration;

use common::cli::{sim, until};
use common::page;
use common::receiver::{Kind, Receiver};
use common::server::{SECRET, Server};
use serde_json::{Value, json};

fn codes(session: &Value) -> Vec<&str> {
    session["events"].as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect()
}

#[test]
fn a_session_is_played_to_the_inbox_and_shown_on_both_sides() {
    let server = Server::start(&[]);
    let id =
        server.play(&json!({ "scenario": "low-snr", "pace": "max", "seed": 7, "sessionId": "mine / ünd ?" }));
    assert_eq!(id, "mine / ünd ?");
    let path = "mine%20%2F%20%C3%BCnd%20%3F";
    let sent = server.get(&format!("/api/sessions/{path}?wait=end"));
    assert_eq!((&sent["state"], &sent["outcome"]), (&json!("ended"), &json!("failed")));
    assert_eq!((&sent["expected"], &sent["seed"]), (&json!("failed"), &json!("7")));
    assert_eq!(sent["sent"]["events"], sent["sent"]["accepted"]);
    let received = server.get(&format!("/api/inbox/{path}?wait=end"));
    assert_eq!(received["outcome"], "failed");
    assert_eq!(codes(&sent), codes(&received));
    for (one, other) in sent["events"].as_array().unwrap().iter().zip(received["events"].as_array().unwrap())
    {
        assert_eq!(one["body"], other["body"]);
        let mac = page::mac(SECRET, one["body"].as_str().unwrap());
        assert_eq!(one["headers"]["X-WMS-Content-MAC"], mac);
        assert_eq!((&one["mac"]["verdict"], &other["mac"]["verdict"]), (&json!("valid"), &json!("valid")));
        assert_eq!((&one["status"], &one["delivery"]), (&json!(204), &json!("accepted")));
        assert_eq!(other["findings"], json!([]));
    }
    let listed = server.get("/api/sessions?q=MINE");
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(server.get("/api/sessions?q=other"), json!([]));
    assert_eq!(server.get("/api/sessions?q=low_snr").as_array().unwrap().len(), 1);
    assert_eq!(server.get("/api/sessions?q=results_received"), json!([]));
    assert_eq!(server.get("/api/sessions?state=running"), json!([]));
}

#[test]
fn a_session_is_read_page_by_page() {
    let server = Server::start(&["--pace", "max"]);
    let id = server.play(&json!({ "scenario": "happy-path" }));
    for side in ["sessions", "inbox"] {
        let all = server.get(&format!("/api/{side}/{id}?wait=end"));
        let (mut read, mut after) = (Vec::new(), 0);
        loop {
            let page = server.get(&format!("/api/{side}/{id}?limit=5&after={after}"));
            let events = page["events"].as_array().unwrap();
            assert!(events.len() <= 5);
            let Some(last) = events.last() else { break };
            after = last["key"].as_u64().unwrap();
            read.extend(events.iter().cloned());
        }
        assert_eq!(json!(read), all["events"]);
        // Whoever only waits needs no events.
        let waited = server.get(&format!("/api/{side}/{id}?wait=16&limit=0"));
        assert_eq!((&waited["events"], &waited["outcome"]), (&json!([]), &json!("completed")));
    }
    for query in ["limit=x", "limit=-1", "after=1.5"] {
        let (status, body) = server.ask("GET", &format!("/api/sessions/{id}?{query}"), &[], "");
        assert!(status == 400 && body.contains(r#""error":"bad-query""#), "{query}: {status} {body}");
    }
    assert_eq!(server.ask("GET", "/api/sessions?limit=x", &[], "").0, 400);
    let document = server.get("/openapi.json");
    for path in ["/api/sessions/{id}", "/api/inbox/{id}"] {
        let parameters = document["paths"][path]["get"]["parameters"].as_array().unwrap();
        let names: Vec<_> = parameters.iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["id", "wait", "timeout", "limit", "after"]);
    }
}

#[test]
fn events_go_to_a_webhook_of_ones_own() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let server = Server::start(&["--to", &receiver.url(), "--pace", "max"]);
    let id = server.play(&json!({}));
    let session = server.get(&format!("/api/sessions/{id}?wait=end"));
    assert_eq!(session["scenario"], "happy-path");
    assert_eq!(receiver.records().len(), session["events"].as_array().unwrap().len());
    assert!(receiver.records().iter().all(|record| record.mac_ok));
    // A target of its own, which refuses.
    let strict = Receiver::start(Kind::NodeHttp, "another");
    let id = server.play(&json!({ "to": strict.url(), "scenario": "bounce", "seed": 2 }));
    let session = server.get(&format!("/api/sessions/{id}?wait=end"));
    assert_eq!(session["sent"]["refused"], 3);
    assert_eq!(
        (&session["events"][0]["status"], &session["events"][0]["delivery"]),
        (&json!(401), &json!("refused"))
    );
    assert!(session["events"][0]["answer"].as_str().unwrap().contains("MAC"));
}

#[test]
fn what_cannot_be_played_is_told() {
    let server = Server::start(&[]);
    for (body, status, error) in [
        (json!({ "scenario": "low-snt" }), 400, "no-such-scenario"),
        (json!({ "mix": "prod" }), 400, "no-such-mix"),
        (json!({ "scenario": "bounce", "mix": "all" }), 400, "two-plays"),
        (json!({ "pace": "fast" }), 400, "bad-pace"),
        (json!({ "to": "ftp://h/" }), 400, "bad-target"),
        (json!({ "faults": ["explode@3"] }), 400, "bad-fault"),
        (json!({ "sessionId": "" }), 400, "bad-session-id"),
        (json!({ "seed": "x" }), 400, "bad-seed"),
        (json!({ "sessionID": "x" }), 422, "bad-body"),
    ] {
        let (given, answer) = server.post("/api/sessions", &body);
        assert_eq!((given, &answer["error"]), (status, &json!(error)), "{body} {answer}");
    }
    let (_, answer) = server.post("/api/sessions", &json!({ "scenario": "low-snt" }));
    assert!(answer["message"].as_str().unwrap().contains("did you mean 'low-snr'?"));
    let id = server.play(&json!({ "sessionId": "twice" }));
    assert_eq!(server.post("/api/sessions", &json!({ "sessionId": id })).0, 409);
    assert_eq!(server.ask("GET", "/api/sessions/nobody", &[], "").0, 404);
    assert_eq!(server.ask("GET", "/api/nothing", &[], "").0, 404);
    assert_eq!(server.ask("GET", "/api/sessions/twice?wait=soon", &[], "").0, 400);
    assert_eq!(server.ask("GET", "/api/sessions/twice?wait=end&timeout=1h", &[], "").0, 400);
    let large = json!({ "sessionId": "x".repeat(100_000) });
    assert_eq!(server.post("/api/sessions", &large).0, 413);
}

#[test]
fn the_user_of_the_page_acts() {
    let server = Server::start(&["--pace", "10x"]);
    let id = server.play(&json!({ "scenario": "happy-path", "seed": 3 }));
    server.get(&format!("/api/sessions/{id}?wait=7&timeout=60s"));
    let act = |act: &str| server.post(&format!("/api/sessions/{id}/acts"), &json!({ "act": act }));
    assert_eq!(act("hide"), (200, json!({ "told": true })));
    assert_eq!(act("hide"), (200, json!({ "told": false })));
    assert_eq!(act("cancel"), (200, json!({ "told": true })));
    let session = server.get(&format!("/api/sessions/{id}?wait=end&timeout=60s"));
    let codes = codes(&session);
    let rest = ["PAGE_VISIBILITY_CHANGE", "MEASUREMENT_CANCELED", "REDIRECTING_TO_CALLBACK", "PAGE_UNLOADED"];
    assert!(codes.ends_with(&rest), "{codes:?}");
    assert_eq!((&session["outcome"], &session["expected"]), (&json!("canceled"), &json!("completed")));
    assert_eq!(act("close").0, 409);
    let id = server.play(&json!({ "scenario": "low-snr" }));
    let told = server.post(&format!("/api/sessions/{id}/acts"), &json!({ "act": "cancel" }));
    assert_eq!(told, (200, json!({ "told": false })));
}

#[test]
fn whoever_loses_the_connection_misses_nothing() {
    let server = Server::start(&["--pace", "max"]);
    let first = server.follow("?after=0", None);
    let id = server.play(&json!({ "scenario": "bounce", "seed": 3 }));
    server.get(&format!("/api/inbox/{id}?wait=end"));
    // Some of it, then the connection is lost. With these seeds, all three events of the scenario are played.
    let mut known = String::new();
    while known.is_empty() {
        known = first.recv_timeout(Duration::from_secs(10)).unwrap().0;
    }
    drop(first);
    for seed in [2, 4, 5] {
        let id = server.play(&json!({ "scenario": "bounce", "seed": seed }));
        server.get(&format!("/api/sessions/{id}?wait=end"));
    }
    let again = server.follow("", Some(&known));
    let mut sessions = std::collections::BTreeMap::<String, Value>::new();
    let mut records = std::collections::BTreeMap::<u64, Value>::new();
    let complete = |sessions: &std::collections::BTreeMap<String, Value>| {
        sessions
            .values()
            .filter(|session| session["state"] == "ended" && session["sent"]["accepted"] == 3)
            .count()
            >= 3
    };
    while !complete(&sessions) || records.len() < 18 {
        let (_, name, data) = again.recv_timeout(Duration::from_secs(10)).unwrap();
        match name.as_str() {
            "session" => drop(sessions.insert(data["sessionId"].as_str().unwrap().to_owned(), data)),
            "record" => {
                assert!(
                    sessions.contains_key(data["sessionId"].as_str().unwrap()),
                    "a record before its session"
                );
                drop(records.insert(data["record"]["key"].as_u64().unwrap(), data));
            }
            other => panic!("{other}"),
        }
    }
    // A number of another run, and one that was never given.
    let reset = server.follow("", Some("999999999"));
    assert_eq!(reset.recv_timeout(Duration::from_secs(10)).unwrap().1, "reset");
    // One session alone.
    let one = server.follow(&format!("?after=0&session={id}"), None);
    for _ in 0..4 {
        let (_, name, data) = one.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(name != "removed" && data["sessionId"] == id.as_str(), "{name} {data}");
    }
}

/// Whoever is told nothing and then loses the connection must be able to say so, also to a server that was started anew.
#[test]
fn a_follower_knows_at_once_where_it_stands() {
    let number = |server: &Server, more: &str| -> u64 {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let request = format!("GET /api/events HTTP/1.1\r\nHost: {}\r\n{more}\r\n", server.address());
        stream.write_all(request.as_bytes()).unwrap();
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        lines.find_map(|line| line.strip_prefix("id: ")?.parse().ok()).unwrap()
    };
    let server = Server::start(&["--pace", "max"]);
    let known = number(&server, "");
    let id = server.play(&json!({ "scenario": "bounce" }));
    server.get(&format!("/api/inbox/{id}?wait=end"));
    let again = server.follow("", Some(&known.to_string()));
    assert_eq!(again.recv_timeout(Duration::from_secs(10)).unwrap().1, "session");
    drop(server);
    // The next one has done more than the last one had when the connection was lost.
    thread::sleep(Duration::from_millis(1100));
    let server = Server::start(&["--pace", "max"]);
    for _ in 0..3 {
        let id = server.play(&json!({ "scenario": "bounce" }));
        server.get(&format!("/api/inbox/{id}?wait=end"));
    }
    let reset = server.follow("", Some(&(known + 2).to_string()));
    assert_eq!(reset.recv_timeout(Duration::from_secs(10)).unwrap().1, "reset");
}

#[test]
fn what_came_in_is_shown_as_what_it_is() {
    let server = Server::start(&[]);
    let body =
        json!({ "timestamp": 1, "sessionId": "s", "sequence": 0, "event": "WMS_LOADED", "severity": "INFO" });
    let headers = [("X-WMS-Content-MAC", "wrong"), ("X-Api-Key", "k3y"), ("X-Trace", "t1")];
    assert_eq!(server.ask("POST", "/webhook", &headers, &body.to_string()).0, 401);
    let seen = server.get("/api/inbox/s");
    let event = &seen["events"][0];
    // That nobody vouches for it changes nothing about what it says.
    assert_eq!((&event["severity"], &event["event"]), (&json!("INFO"), &json!("WMS_LOADED")));
    assert_eq!((&event["headers"]["x-api-key"], &event["headers"]["x-trace"]), (&json!("***"), &json!("t1")));
    assert_eq!(event["at_ms"], json!(0.0), "times count from the first event");
    // The longest ID that can be played is found again in the inbox.
    let id = server.play(&json!({ "scenario": "bounce", "pace": "max", "sessionId": "L".repeat(3_000) }));
    let came = server.get(&format!("/api/inbox/{id}?wait=end"));
    assert_eq!(came["sessionId"], json!(id));
    assert!(server.get(&format!("/api/inbox/{id}/state"))["events"].as_u64().unwrap() > 0);
}

#[test]
fn who_acts_where_nobody_plays_is_told_why_that_cannot_be() {
    let server = Server::start(&[]);
    let id = server.play(&json!({ "scenario": "bounce", "pace": "max" }));
    server.get(&format!("/api/sessions/{id}?wait=end"));
    for (id, status, error) in [(&*id, 409, "not-running"), ("nobody", 404, "no-such-session")] {
        let (found, answer) = server.post(&format!("/api/sessions/{id}/acts"), &json!({ "act": "cancel" }));
        assert_eq!((found, &answer["error"]), (status, &json!(error)), "{answer}");
    }
    for (method, path) in
        [("PUT", "/api/sessions"), ("POST", "/api/info"), ("DELETE", "/healthz"), ("POST", "/")]
    {
        let (status, answer) = server.ask(method, path, &[], "");
        assert!(status == 405 && answer.contains("method-not-allowed"), "{method} {path}: {status} {answer}");
    }
    let (_, answer) = server.post("/api/sessions", &json!({ "seed": -1 }));
    assert!(answer["message"].as_str().unwrap().contains("a seed is a whole number"), "{answer}");
}

#[test]
fn a_query_that_means_nothing_is_told() {
    let server = Server::start(&[]);
    for path in [
        "/api/events?after=x",
        "/api/inbox/s/state?ended=maybe",
        "/api/sessions?limit=-1",
        "/api/sessions/s?wait=soon",
        "/api/sessions/s/journal?side=left",
    ] {
        let (status, answer) = server.ask("GET", path, &[], "");
        let told: Value =
            serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{path}: {error}: {answer}"));
        assert_eq!((status, &told["error"]), (400, &json!("bad-query")), "{path}");
    }
    let (status, answer) = server.ask("POST", "/api/sessions/s/events/nine/replay", &[], "");
    assert!(status == 400 && answer.contains("bad-path"), "{answer}");
}

#[test]
fn records_are_told_of_one_session_and_of_the_others_that_they_changed() {
    let server = Server::start(&["--pace", "max"]);
    let watched = server.play(&json!({ "scenario": "bounce", "sessionId": "watched" }));
    let other = server.play(&json!({ "scenario": "low-snr" }));
    for id in [&watched, &other] {
        server.get(&format!("/api/inbox/{id}?wait=end"));
    }
    let sum = |query: &str| {
        let (mut sessions, mut records) = (BTreeSet::new(), BTreeSet::new());
        for (_, name, data) in server.follow(&format!("?after=0{query}"), None) {
            let id = data["sessionId"].as_str().unwrap_or_default().to_owned();
            match name.as_str() {
                "session" => sessions.insert(id),
                "record" => records.insert(id),
                _ => panic!("{name}"),
            };
            // The last word is of the session that ended last.
            if sessions.len() == 2 && (query == "&records=" || records.contains("watched")) {
                break;
            }
        }
        (sessions, records)
    };
    let both = BTreeSet::from([watched.clone(), other.clone()]);
    assert_eq!(sum("&records="), (both.clone(), BTreeSet::new()));
    assert_eq!(sum("&records=watched"), (both, BTreeSet::from([watched.clone()])));
    // The names of events come with their session.
    let listed = server.get("/api/sessions?q=low_snr");
    assert_eq!(listed[0]["sessionId"], json!(other));
    assert!(listed[0]["eventNames"].as_array().unwrap().contains(&json!("LOW_SNR")));
}

#[test]
fn pages_of_other_sites_and_other_names_are_kept_out() {
    let server = Server::start(&["--allow-host", "wms.test"]);
    let json = ("Content-Type", "application/json");
    for (headers, allowed) in [
        (vec![], true),
        (vec![("Host", "localhost")], true),
        (vec![("Host", "wms.test"), ("Origin", "https://wms.test")], true),
        (vec![("Host", "evil.example")], false),
        (vec![("Origin", "http://evil.example")], false),
        (vec![("Origin", "null")], false),
    ] {
        let mut with_type = headers.clone();
        with_type.push(json);
        let (status, _) = server.ask("POST", "/api/sessions", &with_type, r#"{"scenario":"bounce"}"#);
        assert_eq!(status, if allowed { 201 } else { 403 }, "{headers:?}");
        let (status, _) = server.ask("GET", "/", &headers, "");
        assert_eq!(status, if allowed { 200 } else { 403 }, "{headers:?}");
        // The webhook is for everybody: its MAC says who may.
        let (status, _) = server.ask("POST", "/webhook", &headers, "{}");
        assert_eq!(status, 401, "{headers:?}");
    }
}

#[test]
fn an_event_is_sent_again_as_it_was_or_spoiled() {
    let server = Server::start(&["--pace", "max"]);
    let id = server.play(&json!({ "scenario": "bounce", "seed": 2 }));
    let session = server.get(&format!("/api/sessions/{id}?wait=end"));
    let event = &session["events"][1];
    let path = format!("/api/sessions/{id}/events/{}", event["key"]);
    assert_eq!(server.post(&format!("{path}/replay"), &json!({})).0, 204);
    assert_eq!(server.post(&format!("{path}/replay"), &json!({ "fault": "mac:wrong-secret" })).0, 204);
    let after = server.get(&format!("/api/sessions/{id}"));
    let events = after["events"].as_array().unwrap();
    assert_eq!(events.len(), 5);
    assert_eq!(events[3]["body"], event["body"]);
    assert_eq!((&events[3]["status"], &events[4]["status"]), (&json!(200), &json!(401)));
    assert_eq!(
        (&events[4]["mac"]["verdict"], &events[4]["faults"]),
        (&json!("spoiled"), &json!(["mac:wrong-secret"]))
    );
    let received = server.get(&format!("/api/inbox/{id}"));
    assert_eq!(received["received"]["duplicates"], 1);
    let forged = received["events"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&forged["mac"]["verdict"], &forged["mac"]["reason"]),
        (&json!("invalid"), &json!("wrong-secret"))
    );
    assert_eq!(server.post(&format!("{path}/replay"), &json!({ "fault": "explode" })).0, 400);
    assert_eq!(server.post("/api/sessions/x/events/99/replay", &json!({})).0, 404);

    let (status, curl) = server.ask("GET", &format!("{path}/curl"), &[], "");
    assert!(
        status == 200 && curl.starts_with("curl ") && curl.contains("X-WMS-Content-MAC: hmac-sha256="),
        "{curl}"
    );
    let output = Command::new("sh")
        .args([
            "-c",
            &format!("{curl} -o /dev/null -w '%{{http_code}}'").replace('\n', " ").replace("\\ ", " "),
        ])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "200", "{curl}");

    let (status, journal) = server.ask("GET", &format!("/api/sessions/{id}/journal"), &[], "");
    assert_eq!(status, 200);
    let folder = common::cli::scratch();
    let file = common::cli::file(&folder, "session.ndjson", &journal);
    sim(["replay"]).arg(&file).args(["--to", &format!("{}/webhook", server.url), "--pace", "max"]).run();
    let again = server.get(&format!("/api/inbox/{id}"));
    assert_eq!(again["received"]["events"], 11);
}

#[test]
fn the_server_says_goodbye() {
    let mut server = Server::start(&["--pace", "1x"]);
    let id = server.play(&json!({ "scenario": "low-snr" }));
    server.get(&format!("/api/sessions/{id}?wait=2&timeout=60s"));
    let events = server.follow("", None);
    // The inspector holds a connection open, and that does not hold the server up.
    let _idle = TcpStream::connect(server.address()).unwrap();
    server.signal("TERM");
    let mut told = Vec::new();
    while let Ok((_, name, data)) = events.recv_timeout(Duration::from_secs(10)) {
        told.push(name.clone());
        if name == "record" && data["record"]["event"] == "PAGE_UNLOADED" {
            told.push("unloaded".to_owned());
        }
    }
    assert!(
        told.contains(&"unloaded".to_owned()) && told.last().map(String::as_str) == Some("bye"),
        "{told:?}"
    );
    let mut code = None;
    until("the server has ended", || {
        code = server.child.try_wait().unwrap();
        code.is_some()
    });
    assert_eq!(code.unwrap().code(), Some(0));
    drop(server.out.take());
}

#[test]
fn the_document_describes_what_there_is() {
    let server = Server::start(&[]);
    let document = server.get("/openapi.json");
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["webhooks"].as_object().unwrap().len(), 21);
    let known: Vec<&String> = document["components"]["schemas"].as_object().unwrap().keys().collect();
    let text = document.to_string();
    for part in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(known.iter().any(|known| *known == name), "{name}");
    }
    for (path, methods) in document["paths"].as_object().unwrap() {
        let concrete = path.replace("{id}", "x").replace("{key}", "1");
        if path == "/api/events" {
            continue;
        }
        for method in methods.as_object().unwrap().keys() {
            let headers = [("Content-Type", "application/json")];
            let (status, body) = server.ask(&method.to_uppercase(), &concrete, &headers, "{}");
            let nothing = status == 405 || (status == 404 && body.contains("there is nothing here"));
            assert!(!nothing, "{method} {path}: {status} {body}");
        }
    }
    assert_eq!(server.get("/healthz")["status"], "ok");
    assert_eq!(server.get("/readyz")["status"], "ready");
    let info = server.get("/api/info").to_string();
    assert!(info.contains("/webhook") && !info.contains(SECRET), "{info}");
    assert!(server.get("/api/scenarios").as_array().unwrap().len() >= 26);
    assert!(server.get("/api/mixes").as_array().unwrap().len() >= 3);
    assert!(server.get("/api/faults").as_array().unwrap().len() >= 15);
}

#[test]
fn strangers_are_shown_as_they_are_and_bounded() {
    let server = Server::start(&[]);
    let hostile = "<img src=x onerror=alert(1)>";
    let body = json!({ "sessionId": hostile, "sequence": 0, "event": hostile }).to_string();
    assert_eq!(server.ask("POST", "/webhook", &[("X-WMS-Content-MAC", hostile)], &body).0, 401);
    assert_eq!(server.ask("POST", "/webhook", &[], "not JSON").0, 401);
    assert_eq!(server.ask("GET", "/webhook", &[], "").0, 405);
    assert_eq!(server.ask("POST", "/webhook", &[], &"x".repeat(2 << 20)).0, 413);
    let listed = server.get("/api/sessions");
    let ids: Vec<&str> =
        listed.as_array().unwrap().iter().map(|one| one["sessionId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["(no session ID)", hostile]);
    assert_eq!(listed[1]["received"]["macs_wrong"], 1);
    // Credentials that a proxy sent along are nobody's business.
    let secret = ("Authorization", "Bearer s3cret-token");
    server.ask("POST", "/webhook", &[secret], "{}");
    let detail = server.get("/api/inbox/(no%20session%20ID)").to_string();
    assert!(!detail.contains("s3cret-token") && detail.contains("***"), "{detail}");
    assert_eq!(server.ask("DELETE", "/api/sessions", &[], "").0, 204);
    assert_eq!(server.get("/api/sessions"), json!([]));
}

#[test]
fn a_browser_is_called_in_and_called_back() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let server = Server::start(&[
        "--to",
        &receiver.url(),
        "--callback",
        "http://127.0.0.1:9/done?app=1",
        "--allow-callback",
        "http://127.0.0.1:9/other",
    ]);
    let path = "/c/demo/profile%2Fdata/token/refresh/my%20session";
    let (status, page) = server.ask("GET", path, &[("Host", "whatever.example")], "");
    assert!(status == 200 && page.contains(r#""sessionId":"my session""#), "{page}");
    let start = |query: &str, body: &Value| server.post(&format!("{path}{query}"), body);
    let (status, begun) = start("", &json!({ "scenario": "camera-denied", "pace": "max" }));
    assert_eq!((status, &begun["sessionId"]), (201, &json!("my session")));
    let session = server.get("/api/sessions/my%20session?wait=end");
    assert_eq!(session["callback"], "http://127.0.0.1:9/done?app=1&error=CAMERA_PERMISSION_NOT_GRANTED");
    assert_eq!(receiver.records().len(), session["events"].as_array().unwrap().len());
    // Results, and where else it may lead.
    let (status, _) =
        start("?callback=http://127.0.0.1:9/other/page", &json!({ "scenario": "happy-path", "pace": "max" }));
    assert_eq!(status, 201);
    let session = server.get("/api/sessions/my%20session?wait=end");
    let callback = session["callback"].as_str().unwrap();
    assert!(callback.starts_with("http://127.0.0.1:9/other/page?results="), "{callback}");
    for (query, error) in [
        ("?callback=http://evil.example/", "callback-not-allowed"),
        ("?callback=javascript:alert(1)", "callback-unusable"),
        ("?pace=fast", "call-in-options"),
    ] {
        let (status, answer) = start(query, &json!({}));
        assert_eq!((status, &answer["error"]), (400, &json!(error)), "{query}");
        assert_eq!(server.ask("GET", &format!("{path}{query}"), &[], "").0, 400);
    }
    let foreign = [("Origin", "http://evil.example"), ("Content-Type", "application/json")];
    assert_eq!(server.ask("POST", path, &foreign, "{}").0, 403);
    // Of an attempt that has come to nothing, and of a session without an ID.
    assert_eq!(server.ask("GET", "/c/demo/p", &[], "").0, 400);
    let (status, begun) = server.post("/c/demo/p/t/r", &json!({ "scenario": "bounce", "pace": "max" }));
    assert!(status == 201 && page::is_uuid(begun["sessionId"].as_str().unwrap()), "{begun}");

    // The API next to the page.
    let license =
        json!({ "Key": "k", "DeviceTypeID": "LINUX", "Name": "n", "Identifier": "i", "Version": "1" });
    let (status, tokens) = server.post("/organizations/licenses", &license);
    assert_eq!(status, 200, "{tokens}");
    let token = format!("Bearer {}", tokens["Token"].as_str().unwrap());
    let created = session["events"]
        .as_array()
        .unwrap()
        .iter()
        .find(|event| event["event"] == "MEASUREMENT_CREATED")
        .unwrap();
    let body: Value = serde_json::from_str(created["body"].as_str().unwrap()).unwrap();
    let id = body["payload"]["measurementId"].as_str().unwrap();
    let (status, measured) =
        server.ask("GET", &format!("/measurements/{id}"), &[("Authorization", &token)], "");
    let measured: Value = serde_json::from_str(&measured).unwrap();
    assert_eq!(
        (status, &measured["StatusID"], &measured["simulated"]),
        (200, &json!("COMPLETE"), &json!(true))
    );
    assert_eq!(server.ask("GET", "/studies", &[("Authorization", &token)], "").0, 501);
}

#[test]
fn each_config_has_its_own_webhook_and_secret() {
    let (one, other) =
        (Receiver::start(Kind::NodeHttp, "secret one"), Receiver::start(Kind::NodeHttp, "secret two"));
    let folder = common::cli::scratch();
    common::cli::file(&folder, "one.secret", "secret one\n");
    let config = format!(
        "[configs.one]\nwebhook = \"{}\"\nsecret_file = \"one.secret\"\nscenario = \"low-snr\"\npace = \"max\"\n\
         [configs.two]\nwebhook = \"{}\"\nsecret_env = \"SECRET_OF_TWO\"\nmix = \"all\"\npace = \"max\"\n",
        one.url(),
        other.url()
    );
    let file = common::cli::file(&folder, "serve.toml", &config);
    let file = file.to_str().unwrap();
    sim(["serve", "--serve-config", file]).exits(2).says(&["SECRET_OF_TWO is not set"]);
    let server = Server::with(&["--serve-config", file], &[("SECRET_OF_TWO", "secret two")]);
    for (config, receiver) in [("one", &one), ("two", &other)] {
        let (status, begun) = server.post(&format!("/c/{config}/p/t/r/session-{config}"), &json!({}));
        assert_eq!(status, 201, "{begun}");
        let session = server.get(&format!("/api/sessions/session-{config}?wait=end"));
        assert_eq!((&session["config"], &session["sent"]["refused"]), (&json!(config), &json!(0)));
        assert!(receiver.records().iter().all(|record| record.mac_ok) && !receiver.records().is_empty());
    }
    assert_eq!(server.get("/api/info")["configs"], json!(["one", "two"]));
    // One that nobody configured uses the defaults of the command line: the server's own inbox.
    server.post("/c/three/p/t/r/third", &json!({ "scenario": "bounce", "pace": "max" }));
    server.get("/api/sessions/third?wait=end");
    assert_eq!(server.get("/api/inbox/third")["received"]["refused"], 0);
}

#[test]
fn an_event_that_waits_for_its_answer_is_shown() {
    let slow = common::receiver::Setup::new(Kind::NodeHttp, SECRET).plan(json!({ "delayMs": 3000 })).start();
    let server = Server::start(&["--to", &slow.url(), "--pace", "max"]);
    let id = server.play(&json!({ "scenario": "bounce" }));
    let mut event = Value::Null;
    until("the event is under way", || {
        event = server.get(&format!("/api/sessions/{id}"))["events"][0].clone();
        event["delivery"] == "pending"
    });
    let body: Value = serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
    assert_eq!((&body["event"], &event["status"]), (&json!("WMS_LOADED"), &Value::Null));
    slow.wait_for(1, Duration::from_secs(10));
}
