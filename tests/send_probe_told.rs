//! `--expect-probe`: which session an answer is about, and which sessions were not asked after, and why.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use common::cli::{Output, Sim, of_type, send};
use common::customer::{Customer, json};
use serde_json::Value;

const SECRET: &str = "s";

/// A run against a customer's system, asked by URL.
fn probed(customer: &Customer, more: &str) -> Sim {
    send(&customer.webhook(), SECRET, more).args(["--expect-probe", &customer.probe()])
}

fn of(output: &Output, kind: &str) -> Vec<Value> {
    of_type(&output.json_lines(), kind).into_iter().cloned().collect()
}

#[test]
fn of_several_sessions_each_is_named() {
    let customer = Customer::answering(|_| json(r#"{"outcome":"completed"}"#));
    let output = probed(&customer, "low-snr bounce --seed 1 --expect-within 0s").exits(1);
    let ids: Vec<String> = of(
        &probed(&customer, "low-snr bounce --seed 1 --expect-within 0s --output ndjson").exits(1),
        "probe",
    )
    .iter()
    .map(|probe| {
        assert!(probe["scenario"] == "low-snr" || probe["scenario"] == "bounce", "{probe}");
        format!("{} · {}", probe["scenario"].as_str().unwrap(), probe["session_id"].as_str().unwrap())
    })
    .collect();
    assert_eq!(ids.len(), 2);
    let told = |id: &str| {
        let line = output.stdout.lines().find(|line| line.contains(id));
        assert!(line.is_some_and(|line| line.contains("differs: completed")), "{id}\n{output}");
    };
    ids.iter().for_each(|id| told(id));
}
