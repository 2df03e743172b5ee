//! What is refused, and how the refusal is worded.

use super::{Bench, START, body, signer};
use crate::clock::Moment;
use crate::protocol::code::Code;
use crate::protocol::dialect::Dialect;
use crate::protocol::mac::{MacError, PREFIX};
use crate::serve::inbox::{FindingCode, Inbox, InboxOptions, Receipt, Received};

fn receive(inbox: &mut Inbox, headers: &[&str], body: &str) -> Receipt {
    let headers: Vec<&[u8]> = headers.iter().map(|header| header.as_bytes()).collect();
    let request =
        Received { mac_headers: &headers, content_type: Some(b"application/json"), body: body.as_bytes() };
    inbox.receive(Moment::ZERO, &request)
}

#[test]
fn the_mac_is_judged_before_anything_else() {
    let right = signer("s").sign(b"{").to_string();
    let wrong = signer("other").sign(b"{").to_string();
    let zeros = format!("{PREFIX}{}", "0".repeat(64));
    let mut bench = Bench::new();
    for (headers, error, code, reason) in [
        (&[][..], MacError::Missing, "mac-missing", "header-missing"),
        (&[right.as_str(), right.as_str()], MacError::Several, "mac-several", "header-several"),
        (&[&right[12..]], MacError::WrongPrefix, "mac-wrong-prefix", "header-prefix-missing"),
        (&["hmac-sha256=banana"], MacError::NotHex, "mac-not-hex", "header-not-hex"),
        (&[zeros.as_str()], MacError::Mismatch, "mac-mismatch", "wrong-secret"),
        (&[wrong.as_str()], MacError::Mismatch, "mac-mismatch", "wrong-secret"),
    ] {
        let receipt = receive(&mut bench.inbox, headers, "{");
        assert_eq!((receipt.status, receipt.mac), (401, Err(error)));
        let answer: serde_json::Value = serde_json::from_str(&receipt.answer).unwrap();
        assert_eq!(answer["error"], code);
        assert_eq!(answer["message"], error.to_string());
        assert_eq!(answer["reason"], reason);
        assert!(answer["hint"].as_str().is_some_and(|hint| hint.ends_with('.')));
        // Nobody learns from the answer what the right MAC is.
        assert!(!receipt.answer.contains(&right[PREFIX.len()..]));
        assert!(receipt.event.is_none());
    }
    let summary = bench.inbox.summary();
    assert_eq!((summary.received, summary.refused_by_mac, summary.sessions), (6, 6, 0));
    assert_eq!(summary.findings[&FindingCode::MacMismatch], 2);
}

#[test]
fn a_wrong_mac_is_explained_unless_that_costs_too_much() {
    let mut bench = Bench::new();
    let body = body("session", 0, START, Code::WmsLoaded);
    let mac = signer("s").sign(format!("{body}\n").as_bytes());
    let reason = |inbox: &mut Inbox, body: &str, millis: u64| {
        let request = Received {
            mac_headers: &[mac.as_str().as_bytes()],
            content_type: Some(b"application/json"),
            body: body.as_bytes(),
        };
        let receipt = inbox.receive(Moment(millis * 1_000_000), &request);
        let answer: serde_json::Value = serde_json::from_str(&receipt.answer).unwrap();
        let explained = receipt.explanation.map(|explanation| explanation.reason().as_str());
        assert_eq!((receipt.status, answer["reason"].as_str()), (401, explained));
        explained
    };
    // A body that is too large costs nothing and takes nothing from the others.
    for _ in 0..20 {
        assert_eq!(reason(&mut bench.inbox, &" ".repeat((64 << 10) + 1), 0), None);
    }
    let explained = (0..20).filter(|_| reason(&mut bench.inbox, &body, 0).is_some()).count();
    assert_eq!(explained, 8);
    assert_eq!(reason(&mut bench.inbox, &body, 249), None);
    assert_eq!(reason(&mut bench.inbox, &body, 250), Some("signed-with-newline"));
    assert_eq!(reason(&mut bench.inbox, &body, 251), None);
    // The number of headers explains itself.
    assert!(receive(&mut bench.inbox, &[], &body).answer.contains("header-missing"));
}

#[test]
fn two_secrets_are_accepted_during_a_rotation_and_none_without_one() {
    let options = |signers| InboxOptions::new(signers, Dialect::current());
    let mut inbox = Inbox::new(options(vec![signer("rotation-1"), signer("rotation-2")]));
    let body = body("session", 0, START, Code::WmsLoaded);
    for (secret, status) in [("rotation-1", 204), ("rotation-2", 200), ("other", 401)] {
        let mac = signer(secret).sign(body.as_bytes());
        assert_eq!(receive(&mut inbox, &[mac.as_str()], &body).status, status, "{secret}");
    }
    let mut locked = Inbox::new(options(vec![]));
    let mac = signer("").sign(body.as_bytes());
    assert_eq!(receive(&mut locked, &[mac.as_str()], &body).status, 401);
    assert!(!format!("{inbox:?}").contains("rotation-2"));
}

#[test]
fn bodies_that_are_no_event() {
    let mut bench = Bench::with(Dialect::current(), |options| options.max_body_bytes = 1000);
    let deep = format!("{{\"payload\":{}", "[".repeat(500));
    for (body, status, error, words) in [
        ("", 400, "not-json", "line 1, column 0"),
        ("{\"timestamp\":1,\n}", 400, "not-json", "line 2, column 1"),
        ("\u{feff}{}", 400, "not-json", "line 1, column 1"),
        (&deep, 400, "not-json", "line 1"),
        ("{} {}", 400, "bad-envelope", "missing field `timestamp`"),
        ("[]", 400, "bad-envelope", "line 1, column"),
        ("null", 400, "bad-envelope", "line 1, column"),
        (r#"{"timestamp":"1"}"#, 400, "bad-envelope", "expected i64"),
        (r#"{"timestamp":1,"timestamp":1}"#, 400, "bad-envelope", "duplicate field `timestamp`"),
        (r#"{"timestamp":1,"sessionId":"s","sequence":-1,"event":"X"}"#, 400, "bad-envelope", "expected u64"),
        (
            r#"{"timestamp":1,"sessionId":null,"sequence":0,"event":"X"}"#,
            400,
            "bad-envelope",
            "expected a string",
        ),
        (&" ".repeat(1001), 413, "body-too-large", "1000 bytes"),
    ] {
        let receipt = bench.post(body);
        let answer: serde_json::Value = serde_json::from_str(&receipt.answer).unwrap();
        let message = answer["message"].as_str().unwrap();
        assert_eq!((receipt.status, &answer["error"]), (status, &error.into()), "{body} {message}");
        assert!(message.contains(words), "{body}: {message}");
        assert!(receipt.mac.is_ok() && receipt.event.is_none());
    }
    // A body that is not UTF-8 is not JSON either.
    let body = b"{\"timestamp\":1,\"sessionId\":\"\xff\",\"sequence\":0,\"event\":\"X\"}";
    let mac = signer("s").sign(body);
    let request = Received { mac_headers: &[mac.as_str().as_bytes()], content_type: None, body };
    assert_eq!(bench.inbox.receive(Moment::ZERO, &request).status, 400);
    let summary = bench.inbox.summary();
    assert_eq!((summary.received, summary.bad_bodies, summary.accepted), (13, 13, 0));
}

#[test]
fn an_oversized_body_that_was_never_read_is_counted() {
    let mut bench = Bench::new();
    let (status, answer) = bench.inbox.refuse_oversized();
    assert!(status == 413 && answer.contains("body-too-large"));
    assert_eq!(bench.inbox.summary().bad_bodies, 1);
}
