//! Ctrl-C and SIGTERM: what is under way is settled and told; the second time it ends at once.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use common::cli::{json_lines, of_type, scratch, send, sim, until};
use common::receiver::{Kind, Setup};
use common::tcp;
use serde_json::{Value, json};

const SECRET: &str = "s";

fn lines(journal: &Path) -> Vec<Value> {
    json_lines(&fs::read_to_string(journal).unwrap_or_default())
}

fn dispatched(journal: &Path) -> usize {
    let text = fs::read_to_string(journal).unwrap_or_default();
    text.matches("\"type\":\"dispatch\"").count()
}

#[test]
fn the_first_signal_ends_in_order() {
    for signal in ["INT", "TERM"] {
        for many in ["1", "40"] {
            let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(json!({ "delayMs": 100 })).start();
            let folder = scratch();
            let journal = folder.path().join("journal");
            let running = send(&receiver.url(), SECRET, "happy-path --max-in-flight 8 --sessions")
                .args([many, "--journal"])
                .arg(&journal)
                .spawn();
            until("three events are sent", || dispatched(&journal) >= 3);
            running.signal(signal);
            let output = running.wait();

            assert_eq!(output.code(), Some(130), "{output}");
            let output = output.says(&["ending: waiting for what is under way"]);
            let output = output
                .shows(&["interrupted: what was under way is settled", " accepted · 0 refused · 0 failed"]);
            let lines = lines(&journal);
            let (sent, settled) = (of_type(&lines, "dispatch").len(), of_type(&lines, "delivery").len());
            assert_eq!((sent, receiver.records().len()), (settled, settled), "{output}");
            assert_eq!(of_type(&lines, "interrupted").len(), 1);
            let end = lines.last().unwrap();
            assert_eq!(end["type"], "end");
            assert_eq!((&end["accepted"], &end["in_flight"]), (&json!(settled), &json!(0)));
            assert_eq!((&end["interrupted"], &end["exit_code"]), (&json!(true), &json!(130)));
        }
    }
}

#[test]
fn the_second_signal_ends_at_once() {
    let port = tcp::hangs();
    let folder = scratch();
    let journal = folder.path().join("journal");
    let mut running =
        send(&format!("http://127.0.0.1:{port}/"), SECRET, "happy-path --timeout none --journal")
            .arg(&journal)
            .spawn();
    until("an event is sent", || dispatched(&journal) == 1);
    running.signal("INT");
    until("the signal is heard", || !of_type(&lines(&journal), "interrupted").is_empty());
    assert!(!running.has_ended(), "it waits for the answer");
    running.signal("INT");
    let output = running.wait();

    assert_eq!(output.code(), Some(130), "{output}");
    output.shows(&["1 unanswered when it ended"]);
    let lines = lines(&journal);
    let end = lines.last().unwrap();
    assert_eq!((&end["type"], &end["in_flight"]), (&json!("end"), &json!(1)));
}

#[test]
fn two_signals_in_a_hurry_are_two() {
    let port = tcp::hangs();
    let folder = scratch();
    let journal = folder.path().join("journal");
    let running = send(&format!("http://127.0.0.1:{port}/"), SECRET, "happy-path --timeout none --journal")
        .arg(&journal)
        .spawn();
    until("an event is sent", || dispatched(&journal) == 1);
    // Two of one kind may be told as one by the operating system.
    running.signal("INT");
    running.signal("TERM");
    assert_eq!(running.wait().code(), Some(130));
}

#[test]
fn a_run_that_waits_for_its_next_event_ends_at_once() {
    let receiver = Setup::new(Kind::NodeHttp, SECRET).start();
    let folder = scratch();
    let journal = folder.path().join("journal");
    // A thousand times slower than life: the second event is minutes away.
    let running = sim(["send", "--pace", "0.001x", "--secret", SECRET, "--to", &receiver.url(), "--journal"])
        .arg(&journal)
        .spawn();
    until("the first event is accepted", || !of_type(&lines(&journal), "delivery").is_empty());
    running.signal("INT");
    let output = running.wait();
    assert_eq!(output.code(), Some(130), "{output}");
    assert_eq!(receiver.records().len(), 1);
}

#[test]
fn a_run_that_waits_for_its_command_ends_at_once() {
    let mut receiver = Setup::new(Kind::NodeHttp, SECRET).start();
    let folder = scratch();
    let begun = folder.path().join("begun");
    let command = format!("touch '{}'; exec sleep 60", begun.display());
    let running = send(&receiver.url(), SECRET, "bounce --before-session").arg(command).spawn();
    until("the command runs", || begun.exists());
    running.signal("INT");
    assert_eq!(running.wait().code(), Some(130));
    receiver.expect_no_calls();
}

#[test]
fn the_end_of_the_input_ends_a_run_by_steps() {
    let receiver = Setup::new(Kind::NodeHttp, SECRET).start();
    let mut running = send(&receiver.url(), SECRET, "happy-path --step").spawn();
    let mut input = running.child.stdin.take().unwrap();
    for sent in 1..=4 {
        input.write_all(b"\n").unwrap();
        until("the event has arrived", || receiver.records().len() == sent);
    }
    drop(input);
    let output = running.wait();
    assert_eq!(receiver.records().len(), 4, "{output}");
    assert_eq!(output.code(), Some(130), "{output}");
    output.shows(&["4 accepted"]).says(&["press Enter to send the next event"]);
}

#[test]
fn waiting_for_the_target_can_be_ended() {
    for signal in ["INT", "TERM"] {
        let nobody = format!("http://127.0.0.1:{}/", tcp::closed_port());
        let running = send(&nobody, SECRET, "bounce --wait-for-target 60s").spawn();
        until("the program hears signals", || running.hears_signals());
        running.signal(signal);
        let output = running.wait().says(&["interrupted while waiting for the target"]);
        assert_eq!(output.code(), Some(130), "{output}");
    }
}
