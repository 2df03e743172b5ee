//! The receivers themselves, and the harness that starts them, by POSTs that are put together by hand: what
//! `wms-sim` is tested against must not be tested by `wms-sim`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use common::receiver::{Kind, Receiver, Setup};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

const SECRET: &str = "schl\u{fc}ssel";
const BODY: &[u8] = br#"{"sessionId":"a","sequence":0,"event":"WMS_LOADED"}"#;

fn mac(body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(body);
    format!("hmac-sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// The status of the answer; `None` if there was none.
fn post(port: u16, mac: Option<&str>, body: &[u8]) -> Option<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mac = mac.map(|mac| format!("X-WMS-Content-MAC: {mac}\r\n")).unwrap_or_default();
    let head = format!(
        "POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{mac}Connection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).split(' ').nth(1)?.parse().ok()
}

#[test]
fn each_answers_by_the_contract_and_keeps_a_record() {
    for kind in [&[Kind::NodeHttp][..], &Kind::CORRECT].concat() {
        let receiver = Receiver::start(kind, SECRET);
        let takes = kind.takes_with();
        let status = |mac: Option<&str>, body: &[u8]| post(receiver.port(), mac, body);
        assert_eq!(status(Some(&mac(BODY)), BODY), Some(takes), "{kind:?}");
        assert_eq!(status(Some(&mac(b"other")), BODY), Some(401), "{kind:?}");
        assert_eq!(status(None, BODY), Some(401), "{kind:?}");
        assert_eq!(status(Some("hmac-sha256="), BODY), Some(401), "{kind:?}");
        assert_eq!(status(Some(&mac(BODY).to_uppercase()), BODY), Some(401), "{kind:?}");
        assert_eq!(status(Some(&mac(b"no JSON")), b"no JSON"), Some(400), "{kind:?}");
        assert_eq!(status(Some(&mac(b"")), b""), Some(400), "{kind:?}");

        let records = receiver.records();
        let statuses: Vec<_> = records.iter().map(|record| record.status.unwrap()).collect();
        assert_eq!(statuses, [takes, 401, 401, 401, 401, 400, 400], "{kind:?}");
        let (first, second) = (&records[0], &records[1]);
        assert_eq!((first.n, second.n), (1, 2), "{kind:?}");
        assert_eq!((first.mac_ok, second.mac_ok), (true, false), "{kind:?}");
        assert_eq!(first.body.as_bytes(), BODY, "{kind:?}");
        assert_eq!(first.json()["sessionId"], "a", "{kind:?}");
        assert_eq!(first.header("x-wms-content-mac"), Some(mac(BODY).as_str()), "{kind:?}");
        assert!(first.at_ms <= second.at_ms, "{kind:?}");
    }
}

/// The WMS page's lines decode the body before they hash it, so they are right for ASCII only.
#[test]
fn only_the_pages_own_lines_refuse_a_body_that_is_not_ascii() {
    let body = "{\"sessionId\":\"Zo\u{eb}\",\"sequence\":0,\"event\":\"WMS_LOADED\"}\n".as_bytes();
    for (kind, expected) in
        [(Kind::NodeHttp, 401), (Kind::Node, 204), (Kind::Express, 204), (Kind::Flask, 204)]
    {
        let receiver = Receiver::start(kind, SECRET);
        assert_eq!(post(receiver.port(), Some(&mac(body)), body), Some(expected), "{kind:?}");
        assert_eq!(receiver.records()[0].body.as_bytes(), body, "{kind:?}");
    }
}

#[test]
fn a_plan_makes_it_fail_in_turn() {
    let plan = json!({"status": [200, 500, 503], "closeEvery": 4});
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(plan).start();
    let statuses: Vec<_> = (0..5).map(|_| post(receiver.port(), Some(&mac(BODY)), BODY)).collect();
    assert_eq!(statuses, [Some(200), Some(500), Some(503), None, Some(500)]);
    let recorded: Vec<_> =
        receiver.wait_for(5, Duration::from_secs(5)).iter().map(|record| record.status).collect();
    assert_eq!(recorded, statuses);
}

#[test]
fn a_killed_receiver_can_be_followed_by_another_on_its_port() {
    let mut first = Receiver::start(Kind::NodeHttp, SECRET);
    post(first.port(), Some(&mac(BODY)), BODY);
    first.kill();
    let second = Setup::new(Kind::NodeHttp, SECRET).port(first.port()).start();
    assert_eq!(second.url(), first.url());
    assert_eq!(post(second.port(), Some(&mac(BODY)), BODY), Some(204));
    assert_eq!((first.records().len(), second.records().len()), (1, 1));
}

/// What the panic said.
fn panic_of(test: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(test)).expect_err("a panic");
    panic.downcast_ref::<String>().expect("a text").clone()
}

#[test]
fn a_receiver_that_nobody_called_fails_its_test() {
    assert!(panic_of(|| drop(Receiver::start(Kind::NodeHttp, SECRET))).contains("never called"));

    let mut receiver = Receiver::start(Kind::NodeHttp, SECRET);
    receiver.allow_no_calls();
    drop(receiver);

    let said = panic_of(|| {
        let mut receiver = Receiver::start(Kind::NodeHttp, SECRET);
        receiver.expect_no_calls();
        post(receiver.port(), None, BODY);
    });
    assert!(said.contains("called 1 times"), "{said}");
}

#[test]
fn a_receiver_that_cannot_start_says_why() {
    let first = Receiver::start(Kind::NodeHttp, SECRET);
    let said = panic_of(|| drop(Setup::new(Kind::NodeHttp, SECRET).port(first.port()).start()));
    assert!(said.contains("ended before it was ready") && said.contains("EADDRINUSE"), "{said}");
    assert!(panic_of(|| drop(Receiver::start(Kind::NodeHttp, ""))).contains("WMS_MAC_SECRET is not set"));
    post(first.port(), None, BODY);
}
