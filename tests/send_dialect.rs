//! The keys of the dialect that say how events are delivered.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, TcpListener};
use std::sync::mpsc;
use std::thread;

use common::cli::{of_type, send, sim, words};
use common::receiver::{Kind, Setup};
use serde_json::{Value, json};

const SECRET: &str = "s";

/// A receiver that takes one connection and says where it came from.
fn one_connection() -> (u16, mpsc::Receiver<IpAddr>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, peers) = mpsc::channel();
    thread::spawn(move || {
        let (mut stream, peer) = listener.accept().unwrap();
        tell.send(peer.ip()).unwrap();
        let mut request = [0; 4096];
        while !request.ends_with(b"}") {
            let read = stream.read(&mut request).unwrap();
            if read == 0 || request[..read].ends_with(b"}") {
                break;
            }
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").unwrap();
    });
    (port, peers)
}

#[cfg(target_os = "linux")]
#[test]
fn requests_come_from_the_address_that_is_asked_for() {
    for transport in ["wire", "reqwest"] {
        let (port, peers) = one_connection();
        let what =
            format!("--event WMS_LOADED --transport {transport} --set delivery.source-address=127.0.0.2");
        send(&format!("http://127.0.0.1:{port}/"), SECRET, &what).exits(0);
        assert_eq!(peers.recv().unwrap().to_string(), "127.0.0.2", "{transport}");
    }
}

#[test]
fn an_address_of_another_machine_is_refused_before_anything_is_sent() {
    for transport in ["wire", "reqwest"] {
        let what =
            format!("--event WMS_LOADED --transport {transport} --set delivery.source-address=192.0.2.1");
        send("http://127.0.0.1:9/", SECRET, &what).exits(2).says(&["no address 192.0.2.1"]);
    }
}

#[test]
fn an_address_of_the_other_family_is_refused_before_anything_is_sent() {
    for transport in ["wire", "reqwest"] {
        for (url, source, says) in [
            ("http://127.0.0.1:9/", "::1", "::1 is an IPv6 address and the target's 127.0.0.1 is not"),
            ("http://[::1]:9/", "127.0.0.1", "127.0.0.1 is an IPv4 address and the target's [::1] is not"),
        ] {
            let what =
                format!("--event WMS_LOADED --transport {transport} --set delivery.source-address={source}");
            let output = send(url, SECRET, &what).exits(2).says(&["delivery.source-address", says]);
            assert_eq!(output.stdout, "", "{output}");
        }
    }
}

/// What a dry run would send: (due in ms, sequence, timestamp).
fn planned(more: &str) -> Vec<(f64, u64, i64)> {
    let line = format!(
        "send low-snr --seed 4 --start-time 2026-01-02T03:04:05Z --dry-run --secret {SECRET} --to http://127.0.0.1:9/ {more}"
    );
    let row = |line: &Value| {
        let body: Value = serde_json::from_str(line["body"].as_str().unwrap()).unwrap();
        let number = |key: &str| body[key].as_i64().unwrap();
        (line["due_ms"].as_f64().unwrap(), number("sequence").cast_unsigned(), number("timestamp"))
    };
    sim(words(&line)).exits(0).json_lines().iter().map(row).collect()
}

#[test]
fn a_relay_delays_events_and_keeps_their_stamps() {
    let direct = planned("");
    let relayed = planned("--set relay.latency=100ms..2s");
    assert_eq!(direct.len(), relayed.len());
    for (direct, relayed) in direct.iter().zip(&relayed) {
        assert_eq!((direct.1, direct.2), (relayed.1, relayed.2));
        assert!((100.0..=2000.0).contains(&(relayed.0 - direct.0)), "{direct:?} {relayed:?}");
    }
    assert!(relayed.is_sorted_by(|a, b| a.0 <= b.0));
}

#[test]
fn in_a_free_order_events_overtake_each_other_on_their_way() {
    let relayed = planned("--set relay.latency=0s..5s --set relay.order=free");
    let mut sequences: Vec<u64> = relayed.iter().map(|row| row.1).collect();
    assert!(!sequences.is_sorted(), "{sequences:?}");
    sequences.sort_unstable();
    assert_eq!(sequences, (0..relayed.len() as u64).collect::<Vec<_>>());
    assert!(relayed.is_sorted_by(|a, b| a.0 <= b.0));
}

#[test]
fn a_session_can_end_where_its_endpoint_does_not_answer() {
    let plan = json!({ "closeEvery": 4 });
    for (value, sent) in [("try-each", 16), ("end-session", 4)] {
        let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(plan.clone()).start();
        let what = format!("happy-path --seed 2 --output ndjson --set delivery.when-down={value}");
        let lines = send(&receiver.url(), SECRET, &what).exits(1).json_lines();
        let deliveries = of_type(&lines, "delivery");
        assert_eq!(deliveries.len(), 16);
        let tried = deliveries.iter().filter(|line| line["status"] != "suppressed").count();
        assert_eq!(tried, sent, "{value}");
    }
}

#[test]
fn retries_are_a_key_and_a_flag_that_wins() {
    let plan = json!({ "status": [503, 204] });
    for (flags, requests) in [
        ("", 1),
        ("--set delivery.retries=2", 2),
        ("--set delivery.retries=0 --retries 2", 2),
        ("--set delivery.retries=2 --retries 0", 1),
    ] {
        let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(plan.clone()).start();
        send(&receiver.url(), SECRET, &format!("--event WMS_LOADED {flags}")).run();
        assert_eq!(receiver.records().len(), requests, "{flags}");
    }
}
