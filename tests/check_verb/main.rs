//! `wms-sim check` as a user runs it: what it says, writes and answers, against receivers that are right, wrong, hostile and
//! mortal.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod baseline;
#[path = "../common/mod.rs"]
mod common;
mod ends;
mod fallen;
mod hostile;
mod hung;
mod report;
mod rotation;
mod serial;
mod settings;
mod texts;
mod tls;
mod verb;

const SECRET: &str = "s";
