//! `--expect-probe`: which session an answer is about, and which sessions were not asked after, and why.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use common::cli::{Output, Sim, of_type, send, sim, until, words};
use common::customer::{Customer, json};
use common::tcp;
use serde_json::{Value, json};

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
    for id in &ids {
        told(id);
    }
}

#[test]
fn a_session_that_was_cut_short_is_not_asked_after_and_that_is_told() {
    const TAKEN: &[u8] = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    let customer = Customer::start();
    let ends = "--seed 1 --set delivery.when-down=end-session --expect-probe";
    // The first event is taken, the connection of the second dies: the rest of the session is not sent.
    let webhook = || format!("http://127.0.0.1:{}/", tcp::in_turn(&[TAKEN, b"", TAKEN]));
    let run = |more: &str| send(&webhook(), SECRET, &format!("camera-denied {more} {ends}"));
    let output = run("").arg(customer.probe()).exits(1);
    output.shows(&[
        "expected: failed                         not asked: the session was cut short",
        "sessions  0 of 1 played to the end · 1 cut short",
        "probes    0 matched · 0 differs · 0 unknown · 1 not asked",
    ]);
    let output = run("--output ndjson").arg(customer.probe()).exits(1);
    let lines = output.json_lines();
    let told = of(&output, "not_asked");
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&told[0]["session"], &told[0]["scenario"], &told[0]["expected"], &told[0]["why"]),
        (&json!(1), &json!("camera-denied"), &json!("failed"), &json!("cut"))
    );
    assert_eq!(of(&output, "session_end")[0]["cut"], true);
    let end = lines.last().unwrap();
    assert_eq!(end["probes"]["not_asked"], 1);
    assert_eq!(end["sessions"], json!({ "started": 1, "completed": 0, "cut": 1 }));
    assert!(customer.asked().is_empty());

    // Of several, each is named; of many, they are counted.
    let nobody = format!("http://127.0.0.1:{}/", tcp::closed_port());
    let output = send(&nobody, SECRET, &format!("bounce --sessions 2 {ends}")).arg(customer.probe()).exits(3);
    let ids = output.stdout.matches("not asked: the session was cut short  bounce · ").count();
    assert_eq!(ids, 2, "{output}");
    let output =
        send(&nobody, SECRET, &format!("bounce --sessions 12 {ends}")).arg(customer.probe()).exits(3);
    assert!(!output.stdout.contains("not asked: "), "{output}");
    output.shows(&["0 of 12 played to the end · 12 cut short", "12 not asked"]);
}

#[test]
fn without_a_probe_a_session_that_was_cut_short_is_counted_too() {
    let nobody = format!("http://127.0.0.1:{}/", tcp::closed_port());
    let output = send(&nobody, SECRET, "bounce --sessions 3 --set delivery.when-down=end-session").exits(3);
    assert!(!output.stdout.contains("not asked"), "{output}");
    output.shows(&["sessions  0 of 3 played to the end · 3 cut short"]);
    // One whose events all were sent was played to its end, whatever came of them.
    send(&nobody, SECRET, "bounce --sessions 3").exits(3).shows(&["sessions  3 of 3 played to the end\n"]);
}

#[test]
fn sessions_that_were_not_asked_after_because_the_run_was_ended_are_counted() {
    let slow = Customer::answering(|_| json(r#"{"status":"processing"}"#));
    for output in ["human", "ndjson"] {
        let before = slow.asked().len();
        let line = format!("bounce --sessions 5 --expect-within 600s --output {output}");
        let running = probed(&slow, &line).spawn();
        until("all are asked after", || slow.asked().len() == before + 5);
        running.signal("INT");
        let ended = running.wait();
        assert_eq!(ended.code(), Some(130), "{ended}");
        if output == "human" {
            assert!(!ended.stdout.contains("not asked:"), "{ended}");
            ended.shows(&[
                "5 of 5 played to the end",
                "probes    0 matched · 0 differs · 0 unknown · 5 not asked",
            ]);
        } else {
            let told = of(&ended, "not_asked");
            assert!(told.len() == 5 && told.iter().all(|line| line["why"] == "interrupted"), "{ended}");
            assert_eq!(ended.json_lines().last().unwrap()["probes"]["not_asked"], 5);
        }
    }
}

#[test]
fn a_command_that_fails_is_told_with_what_it_printed() {
    let run = |command: &str| {
        let line = "send bounce --pace max --expect-within 0s --expect-probe";
        sim(words(line)).arg(command).exits(3).stdout
    };
    let told = run("echo '{\"outcome\":\"abandoned\"}'; exit 1");
    let expected = r#"failed (exit status: 1); it printed {"outcome":"abandoned"}"#;
    assert!(told.contains(expected), "{told}");
    let told = run("echo 'no database' >&2; printf '%0100d' 0; exit 4");
    let zeros = "0".repeat(60);
    assert!(
        told.contains(&format!("failed (exit status: 4): no database; it printed {zeros}...\n")),
        "{told}"
    );
    let told = run("echo 'no database' >&2; exit 4");
    assert!(told.contains("failed (exit status: 4): no database\n"), "{told}");
}

#[test]
fn the_other_spelling_of_canceled_is_told() {
    let customer = Customer::answering(|_| json(r#"{"outcome":"cancelled"}"#));
    let output = probed(&customer, "user-cancels --expect-within 0s").exits(1);
    output.shows(&["differs: cancelled", "why: the word is spelt `canceled`, with one l"]);
}
