//! `wms-sim check` as a user runs it: what it says, writes and answers, against receivers that are right, wrong, hostile and
//! mortal.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "../common/mod.rs"]
mod common;
mod ends;
mod hostile;
mod report;
mod settings;
mod texts;

mod verb;
const SECRET: &str = "s";
