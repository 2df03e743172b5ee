//! The cases of `check` that look at HTTP, at time and at what is remembered, against receivers that are right, and against
//! such that are wrong in one way.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a function that fails fails its test")]
#![allow(clippy::disallowed_methods, reason = "a receiver here has a clock of its own, as real ones do")]

#[path = "../transport_contract/certs.rs"]
#[allow(dead_code, reason = "another test needs the rest")]
mod certs;
#[path = "../common/mod.rs"]
mod common;
mod harness;
mod http;
mod state;
mod system;
mod tls;
