//! `check` against correct receivers in nine languages and frameworks: it blames none of them, however strict it is.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use common::cli::{Output, sim};
use common::receiver::{Kind, Receiver, Setup};

const SECRET: &str = "hunter2-of-the-check";

/// How often each is checked: `scripts/soak` asks for more.
fn rounds() -> usize {
    std::env::var("WMS_SIM_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

fn check(receiver: &Receiver, more: &[&str]) -> Output {
    let probe = format!("http://127.0.0.1:{}/sessions/{{sessionId}}", receiver.port());
    let url = receiver.url();
    let mut args = vec!["check", "--to", &url, "--secret", SECRET, "--strict", "--probe", &probe];
    args.extend(more);
    sim(args).run()
}

#[track_caller]
fn passes(setup: Setup, more: &[&str]) {
    let mut receiver = setup.start();
    receiver.allow_no_calls();
    for _ in 0..rounds() {
        let output = check(&receiver, more);
        assert_eq!(output.code(), Some(0), "{}\n{}", output.stdout, output.stderr);
        assert!(output.stdout.contains("PASSED in "), "{}", output.stdout);
    }
}

macro_rules! right {
    ($( $name:ident $kind:ident )*) => { $(
        #[test]
        fn $name() {
            passes(Setup::new(Kind::$kind, SECRET), &["--fast"]);
        }
    )* };
}

right! {
    node Node
    express Express
    fastify Fastify
    next Next
    flask Flask
    fast_api FastApi
    rack Rack
    php Php
    java Java
    axum Axum
}

#[test]
fn every_correct_receiver_is_among_them() {
    assert_eq!(Kind::CORRECT.len(), 10);
}

/// The receiver that has the page's own lines: right for the bodies that WMS sends.
#[test]
fn the_pages_own_lines() {
    let setup = Setup::new(Kind::NodeHttp, SECRET);
    let mut receiver = setup.start();
    receiver.allow_no_calls();
    let url = receiver.url();
    let output = sim(["check", "--to", &url, "--secret", SECRET, "--strict", "--fast"]).run();
    assert_eq!(output.code(), Some(0), "{}", output.stdout);
    assert!(output.stdout.contains("hashes as the page's snippet"), "{}", output.stdout);
}

/// What a right receiver may do otherwise.
#[test]
fn closes_each_connection() {
    passes(Setup::new(Kind::Node, SECRET).env("CLOSE", "1"), &["--fast"]);
}

/// It does not even say so: a client that goes on at once runs into the end of the connection.
#[test]
fn closes_each_connection_without_a_word() {
    passes(Setup::new(Kind::Node, SECRET).env("CLOSE", "silently"), &["--fast"]);
}

#[test]
fn other_statuses() {
    passes(Setup::new(Kind::Node, SECRET).env("STATUS_OK", "202").env("STATUS_BAD", "403"), &["--fast"]);
}

#[test]
fn knows_only_announced_sessions() {
    let setup = Setup::new(Kind::Node, SECRET).env("ANNOUNCED", "1");
    let mut receiver = setup.start();
    receiver.allow_no_calls();
    let announce = format!("http://127.0.0.1:{}/announce", receiver.port());
    let output = check(&receiver, &["--fast", "--before-session", &announce]);
    assert_eq!(output.code(), Some(0), "{}", output.stdout);
    // Without the word before, it refuses everything.
    let output = check(&receiver, &["--fast", "events/wms-loaded"]);
    assert_eq!(output.code(), Some(1), "{}", output.stdout);
}

#[test]
fn takes_two_seconds() {
    passes(
        Setup::new(Kind::Node, SECRET).env("SLOW_MS", "2000"),
        &[
            "events/w*",
            "mac/missing",
            "mac/wrong-secret",
            "order/duplicate",
            "body/pretty",
            "time/soon*",
            "input/not-json",
        ],
    );
}
