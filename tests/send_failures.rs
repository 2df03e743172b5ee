//! What goes wrong on the way to a receiver: exit codes, and that people are told.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use common::cli::{Sim, of_type, send, sim, words};
use common::receiver::{Kind, Receiver, Setup};
use common::tcp;
use serde_json::{Value, json};

const SECRET: &str = "s";

fn to_port(port: u16, more: &str) -> Sim {
    send(&format!("http://127.0.0.1:{port}/webhook"), SECRET, more)
}

/// The failure code of every delivery of a run, which ends with this exit code.
fn failures(port: u16, more: &str, exit: i32) -> Vec<String> {
    let lines = to_port(port, more).args(["--output", "ndjson"]).exits(exit).json_lines();
    let deliveries = of_type(&lines, "delivery");
    assert!(!deliveries.is_empty());
    for line in &deliveries {
        assert_eq!((&line["status"], &line["http_status"]), (&json!("failed"), &Value::Null), "{line}");
    }
    let end = lines.last().unwrap();
    assert_eq!((&end["type"], &end["exit_code"]), (&json!("end"), &json!(exit)));
    deliveries.iter().map(|line| line["failure"]["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn nobody_listens() {
    let port = tcp::closed_port();
    let output = to_port(port, "bounce --seed 3").exits(3);
    output.shows(&["0 accepted", "connection-refused", "Start the receiver, check the port"]);
    assert!(failures(port, "bounce", 3).iter().all(|code| code == "connection-refused"));
}

#[test]
fn a_name_that_is_not_there() {
    let output = send("http://no-such-host.invalid/", SECRET, "bounce").exits(3);
    output.shows(&["name-not-found", "no-such-host.invalid", "Check the spelling of the host"]);
}

#[test]
fn the_wrong_secret_is_refused_with_the_receivers_own_words() {
    for kind in Kind::QUICK {
        let receiver = Receiver::start(kind, "another secret");
        let output = send(&receiver.url(), SECRET, "bounce --seed 3").exits(1);
        output.shows(&["401 refused", "wrong MAC", "0 accepted"]);
        assert!(receiver.records().iter().all(|record| !record.mac_ok && record.status == Some(401)));
    }
}

#[test]
fn some_errors_of_the_receiver_fail_the_run_and_do_not_end_the_session() {
    let plan = json!({ "status": [204, 500, 204] });
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(plan).start();
    let output = send(&receiver.url(), SECRET, "happy-path").exits(1);
    output.shows(&[
        "11 accepted · 5 refused",
        "500 refused",
        r#"{"status":500}"#,
        "answered  500 to 5 events",
    ]);
    assert_eq!(receiver.records().len(), 16);
}

#[test]
fn only_errors_are_not_success_either() {
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(json!({ "status": 503 })).start();
    send(&receiver.url(), SECRET, "bounce").exits(1).shows(&["0 accepted"]);
}

#[test]
fn the_statuses_that_accept_can_be_chosen() {
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(json!({ "status": 503 })).start();
    send(&receiver.url(), SECRET, "bounce --accept 200,500-599").exits(0);
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(json!({ "status": 204 })).start();
    send(&receiver.url(), SECRET, "bounce --accept 200").exits(1).shows(&["204 refused"]);
}

#[test]
fn redirects_are_not_followed() {
    let answer = b"HTTP/1.1 308 Permanent Redirect\r\nLocation: http://127.0.0.1:1/elsewhere?token=MARKER\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    for transport in ["wire", "reqwest"] {
        let port = tcp::answers(answer);
        let output = to_port(port, &format!("bounce --transport {transport}")).exits(1);
        let output = output.shows(&["308 refused", "redirects are never followed"]);
        assert!(!output.stdout.contains("MARKER"), "{output}");
    }
}

#[test]
fn a_receiver_that_never_answers() {
    for transport in ["wire", "reqwest"] {
        let more = format!("bounce --timeout 300ms --transport {transport}");
        assert!(failures(tcp::hangs(), &more, 3).iter().all(|code| code == "reply-timeout"), "{transport}");
    }
}

#[test]
fn a_timeout_counts_against_a_receiver_that_answered_before() {
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(json!({ "delayMs": [0, 60_000] })).start();
    let output = send(&receiver.url(), SECRET, "invalid-profile --timeout 2s").exits(1);
    output.shows(&["2 accepted · 0 refused · 2 failed", "reply-timeout"]);
}

#[test]
fn answers_that_are_none() {
    for (answer, code) in [
        (&b"this is not HTTP at all, nor will it ever be\r\n\r\n"[..], "not-http"),
        (b"", "closed-without-reply"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "reply-truncated"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "bad-http"),
    ] {
        let codes = failures(tcp::answers(answer), "bounce", 3);
        assert!(codes.iter().all(|found| found == code), "{codes:?}");
    }
}

#[test]
fn a_receiver_that_hangs_up_now_and_then() {
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(json!({ "closeEvery": 4 })).start();
    let lines = send(&receiver.url(), SECRET, "happy-path --output ndjson").exits(1).json_lines();
    let hung_up = receiver.records().iter().filter(|record| record.status.is_none()).count();
    // The events come too fast for a connection to die of old age: each hang-up is the receiver's failure.
    let failed: Vec<_> =
        of_type(&lines, "delivery").into_iter().filter(|line| line["status"] == "failed").collect();
    assert!(hung_up > 0 && failed.len() == hung_up, "{hung_up}, of which {} failed", failed.len());
    assert!(
        failed
            .iter()
            .all(|line| line["failure"]["code"] == "closed-without-reply" && line["resent"] == false)
    );
}

#[test]
fn what_the_receiver_says_cannot_drive_the_terminal() {
    let port = tcp::answers(
        b"HTTP/1.1 500 No\r\nContent-Length: 26\r\nConnection: close\r\n\r\n\x1b[2Jgone\x07\r\nline \xff\xfe two \x9b3m",
    );
    let output = to_port(port, "bounce --seed 3").exits(1).shows(&["gone"]);
    let wild = |c: char| c.is_control() && c != '\n';
    assert!(!output.stdout.contains(wild), "{output}");
}

#[test]
fn a_run_of_many_sessions_tells_the_first_of_its_troubles_and_counts_the_rest() {
    let output = to_port(tcp::closed_port(), "happy-path --sessions 30 --seed 1").exits(3);
    assert!(output.stdout.lines().count() < 60, "{output}");
    output.shows(&["0 accepted · 0 refused · 480 failed", "more is counted below"]);
}

#[test]
fn quiet_tells_failures_and_nothing_else() {
    let output = to_port(tcp::closed_port(), "bounce --output quiet").exits(3);
    assert_eq!(output.stdout, "");
    output.says(&["connection-refused", "repeat this run: wms-sim send"]);
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let output = send(&receiver.url(), SECRET, "bounce --output quiet").exits(0);
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""));
}

#[test]
fn a_target_that_does_not_come_up_is_waited_for_and_then_told() {
    let output = to_port(tcp::closed_port(), "bounce --wait-for-target 300ms").exits(3);
    output.says(&["the target did not accept a connection within 0.3 s"]);
}

#[test]
fn what_the_built_in_receiver_notices_is_told_and_fails_nothing() {
    let output = sim(words("send bounce --pace max --session-id")).args([""]).exits(0);
    output.shows(&["noticed: The session ID is empty"]);
}
