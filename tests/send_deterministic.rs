//! The same seed gives the same bytes, and a change of one scenario leaves everything else as it was.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use common::cli::{START, file, json_lines, scratch, sim, words};
use common::receiver::{Kind, Receiver};
use serde_json::Value;

const RUN: &str = "send --mix production --sessions 1000 --start-time 2026-01-02T03:04:05Z --secret x --to http://127.0.0.1:9/ --dry-run";

/// The run with seed 7, which most of the tests look at.
fn usual() -> &'static str {
    static USUAL: OnceLock<String> = OnceLock::new();
    USUAL.get_or_init(|| dry_run("--seed 7"))
}

fn dry_run(more: &str) -> String {
    let output = sim(words(RUN)).args(words(more)).exits(0);
    assert_eq!(output.stderr, "");
    output.stdout
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let first = usual();
    assert!(first == dry_run("--seed 7"), "two runs with the same seed differ");
    let other = dry_run("--seed 8");
    let bodies = |text: &str| -> Vec<String> {
        json_lines(text).iter().map(|line| line["body"].as_str().unwrap().to_owned()).collect()
    };
    let (mine, others) = (bodies(first), bodies(&other));
    assert!(mine.iter().all(|body| !others.contains(body)), "another seed gives some of the same bodies");
}

#[test]
fn one_session_alone_is_what_it_is_in_the_whole_run() {
    let all = usual();
    for number in [1, 417, 1000] {
        let alone = dry_run(&format!("--seed 7 --only-session {number}"));
        let of_run: Vec<&str> =
            all.lines().filter(|line| line.contains(&format!("\"session\":{number},"))).collect();
        assert!(!of_run.is_empty());
        assert_eq!(alone.lines().collect::<Vec<_>>(), of_run, "session {number}");
    }
}

#[test]
fn a_longer_run_begins_as_the_shorter_does() {
    let short = RUN.replace("1000", "10");
    let short = sim(words(&short)).args(["--seed", "7"]).exits(0).stdout;
    assert!(usual().starts_with(&short));
}

/// What was sent of one session, in order.
type Sessions = BTreeMap<u64, Vec<Value>>;

fn sessions(text: &str) -> Sessions {
    let mut sessions = Sessions::new();
    for line in json_lines(text) {
        sessions.entry(line["session"].as_u64().unwrap()).or_default().push(line);
    }
    sessions
}

/// The whole built-in catalogue in a folder, with `steps` put before a line of one scenario.
fn changed_catalogue(folder: &tempfile::TempDir, scenario: &str, before: &str, steps: &str) {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    for (from, to) in [(home.clone(), ""), (home.join("mixes"), "mixes/")] {
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let mut text = fs::read_to_string(&path).unwrap();
                if path.file_stem().unwrap() == scenario {
                    assert_eq!(text.matches(before).count(), 1);
                    text = text.replace(before, &format!("{steps}\n{before}"));
                }
                file(folder, &format!("{to}{}", path.file_name().unwrap().display()), &text);
            }
        }
    }
}

fn body(line: &Value) -> Value {
    serde_json::from_str(line["body"].as_str().unwrap()).unwrap()
}

#[test]
fn a_new_step_changes_only_what_it_must() {
    let before = sessions(usual());
    assert_eq!(before.len(), 1000);
    // Results come at their time after MEASUREMENT_STARTED, whatever is between; a start comes so long after the step
    // before it.
    for (place, later) in [("  - use: scan", 0), ("  - use: start", 5)] {
        let folder = scratch();
        let steps = "  - maybe: 30%
    steps:
      - { event: PAGE_VISIBILITY_CHANGE, after: 3s, payload: { state: HIDDEN } }
      - { event: PAGE_VISIBILITY_CHANGE, after: 2s, payload: { state: VISIBLE } }";
        let steps = if later == 0 { steps.replace("3s", "1s").replace("2s", "1s") } else { steps.to_owned() };
        changed_catalogue(&folder, "happy-path", place, &steps);
        let catalogue = folder.path().display().to_string();
        let output = sim(words(RUN)).args(["--seed", "7", "--scenarios", &catalogue]).exits(0);
        check_changed(&before, &sessions(&output.stdout), later);
    }
}

fn check_changed(before: &Sessions, after: &Sessions, later: i64) {
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    let (mut taken, mut left) = (0, 0);
    for (number, old) in before {
        let new = &after[number];
        if new.len() == old.len() {
            assert_eq!(new, old, "session {number}");
            left += usize::from(old[0]["scenario"] == "happy-path");
        } else {
            assert_eq!(old[0]["scenario"], "happy-path", "session {number}");
            check_taken(old, new, later);
            taken += 1;
        }
    }
    // 30 of 100, of some 680.
    assert!((130..280).contains(&taken) && left > 300, "{taken} taken, {left} left");
}

/// The new session is the old one with two events more, and what follows them so many seconds later.
fn check_taken(old: &[Value], new: &[Value], later: i64) {
    assert_eq!(new.len(), old.len() + 2, "{}", old[0]["session_id"]);
    let place = new.iter().position(|line| body(line)["event"] == "PAGE_VISIBILITY_CHANGE").unwrap();
    assert_eq!(new[..place], old[..place]);
    assert_eq!(body(&new[place])["payload"]["state"], "HIDDEN");
    assert_eq!(body(&new[place + 1])["payload"]["state"], "VISIBLE");
    for (old, new) in old[place..].iter().zip(&new[place + 2..]) {
        let (mut expected, found) = (body(old), body(new));
        expected["sequence"] = (expected["sequence"].as_u64().unwrap() + 2).into();
        expected["timestamp"] = (expected["timestamp"].as_i64().unwrap() + later).into();
        assert_eq!(found, expected);
        assert_eq!(new["session_id"], old["session_id"]);
    }
}

#[test]
fn a_dry_run_prints_what_a_receiver_gets() {
    for (pace, sessions, order) in
        [("max", 60, "sequential"), ("max", 60, "concurrent"), ("500x", 20, "sequential")]
    {
        let receiver = Receiver::start(Kind::NodeHttp, "x");
        let what = format!(
            "send --mix all --sessions {sessions} --seed 11 --start-time {START} --pace {pace} --secret x --order {order}"
        );
        let to = ["--to", &receiver.url()];
        sim(words(&what)).args(to).args(["--output", "quiet"]).exits(0);
        let planned = sim(words(&what)).args(to).args(["--dry-run"]).exits(0).json_lines();

        let mut expected: Vec<(String, String)> = planned
            .iter()
            .map(|line| {
                let mac = line["headers"]["X-WMS-Content-MAC"].as_str().unwrap().to_owned();
                (line["body"].as_str().unwrap().to_owned(), mac)
            })
            .collect();
        let mut arrived: Vec<(String, String)> = receiver
            .records()
            .into_iter()
            .map(|record| {
                let mac = record.header("X-WMS-Content-MAC").unwrap().to_owned();
                (record.body, mac)
            })
            .collect();
        expected.sort();
        arrived.sort();
        assert!(expected == arrived, "pace {pace}, {order}");
    }
}

#[test]
fn a_dry_runs_headers_are_those_that_are_sent() {
    let receiver = Receiver::start(Kind::NodeHttp, "x");
    let what = ["send", "bounce", "--pace", "max", "--secret", "x", "--to", &receiver.url(), "--seed", "1"];
    sim(what).args(["--output", "quiet"]).exits(0);
    let line = sim(what).args(["--dry-run"]).exits(0).json_lines().remove(0);
    let record = receiver.records().remove(0);
    for (name, value) in line["headers"].as_object().unwrap() {
        if name != "X-WMS-Content-MAC" {
            assert_eq!(
                record.headers.iter().find(|(key, _)| key == name).unwrap().1,
                value.as_str().unwrap()
            );
        }
    }
}

#[test]
fn time_runs_by_the_pace_and_never_ahead_of_the_clock() {
    let due = |pace: &str| -> Vec<(f64, i64)> {
        let what =
            format!("send --seed 3 --start-time 2026-01-02T03:04:05Z --secret x --dry-run --pace {pace}");
        let lines = sim(words(&what)).exits(0).json_lines();
        lines
            .iter()
            .map(|line| (line["due_ms"].as_f64().unwrap(), body(line)["timestamp"].as_i64().unwrap()))
            .collect()
    };
    let (real, fast, max) = (due("1x"), due("20x"), due("max"));
    assert_eq!(real, max, "at max the stamps are as in life");
    for ((real, _), (fast, stamp)) in real.iter().zip(&fast) {
        assert!((real / 20.0 - fast).abs() < 0.01, "{real} {fast}");
        #[expect(clippy::cast_possible_truncation, reason = "seconds of one session")]
        let whole = (fast / 1000.0).floor() as i64;
        assert_eq!(*stamp, 1_767_323_045 + whole);
    }
}

#[test]
fn sessions_have_the_ids_that_they_are_given() {
    let folder = scratch();
    let ids = file(&folder, "ids.txt", "first\nsecond one\r\nthe third/\u{fc}\n");
    let ids = ids.display().to_string();
    let what = words("send bounce --sessions 5 --secret x --dry-run");
    let lines = sim(&what).args(["--session-ids", &ids]).exits(0).json_lines();
    let found: BTreeMap<u64, String> = lines
        .iter()
        .map(|line| (line["session"].as_u64().unwrap(), body(line)["sessionId"].as_str().unwrap().to_owned()))
        .collect();
    let expected = ["first", "second one", "the third/\u{fc}", "first", "second one"];
    assert_eq!(found.into_values().collect::<Vec<_>>(), expected);
    assert!(lines.iter().all(|line| line["body"].as_str().unwrap().is_ascii()), "bodies are ASCII");

    let lines = sim(["send", "bounce", "--secret", "x", "--dry-run", "--session-id", "undefined"])
        .exits(0)
        .json_lines();
    assert!(lines.iter().all(|line| body(line)["sessionId"] == "undefined"));
}

#[test]
fn the_command_that_repeats_a_run_repeats_it() {
    let first = sim(words("send low-snr --pace max --dry-run --secret x")).exits(0);
    let line = first.stderr.lines().find(|line| line.contains("repeat this run: ")).unwrap();
    let (_, command) = line.split_once("wms-sim ").unwrap();
    let command = command.replace("\"$WMS_SIM_SECRET\"", "x");
    let second = sim(words(&command)).exits(0);
    assert_eq!(first.stdout, second.stdout);
    assert_eq!(second.stderr, "");
}

/// The command that a run prints, as words.
fn again(output: &common::cli::Output) -> Vec<String> {
    let line = output.stderr.lines().find(|line| line.contains("repeat this run: ")).unwrap();
    let (_, command) = line.split_once("wms-sim ").unwrap();
    words(&command.replace("\"$WMS_SIM_SECRET\"", "x").replace('\'', ""))
}

#[test]
fn the_command_that_repeats_a_run_names_what_the_environment_set() {
    let first = sim(words("send --dry-run --pace 20x"))
        .env("WMS_SIM_SECRET", "x")
        .env("WMS_SIM_MIX", "trouble")
        .env("WMS_SIM_SESSIONS", "3")
        .env("WMS_SIM_SET", "snr.scale=percent")
        .env("WMS_SIM_FAULT", "duplicate=10%")
        .env("WMS_SIM_TO", "http://user:M4RK@127.0.0.1:9/hook")
        .env("WMS_SIM_HEADER", "X: M4RK")
        .env("WMS_SIM_INSECURE", "yes")
        .env("WMS_SIM_HTTP2", "0")
        .env("WMS_SIM_PACE", "max")
        .exits(0);
    assert!(!first.stderr.contains("M4RK"), "{first}");
    let command = again(&first);
    for word in ["--secret", "trouble", "--insecure", "snr.scale=percent", "http://***@127.0.0.1:9/hook"] {
        assert!(command.contains(&word.to_owned()), "{word}\n{first}");
    }
    for word in ["max", "--http2"] {
        assert!(!command.contains(&word.to_owned()), "{word}\n{first}");
    }
    let second =
        sim(command.into_iter().filter(|word| !["--header", "X:", "..."].contains(&word.as_str()))).exits(0);
    let bodies = |output: &common::cli::Output| output.json_lines().iter().map(body).collect::<Vec<_>>();
    assert_eq!(bodies(&first), bodies(&second));

    // Also where nothing was drawn. Of two secrets, the one that counts is named.
    let folder = scratch();
    file(&folder, "mac.secret", "of the file");
    let fixed =
        ["send", "bounce", "--dry-run", "--seed", "1", "--start-time", START, "--secret-file", "mac.secret"];
    let fixed = || sim(fixed).dir(folder.path()).env("WMS_SIM_SECRET", "of the environment");
    assert!(!fixed().exits(0).stderr.contains("repeat this run"));
    let command = again(&fixed().env("WMS_SIM_PACE", "3x").exits(0));
    assert!(
        command.ends_with(&words("--pace 3x")) && !command.contains(&"--secret".to_owned()),
        "{command:?}"
    );
}

#[test]
fn the_command_that_repeats_a_run_names_what_an_unnamed_file_set() {
    let folder = scratch();
    file(
        &folder,
        "wms-sim.toml",
        "pace = 'max'\nmix = 'trouble'\nset = ['snr.scale=percent', 'results.first=0']\n[send]\ndry-run = true",
    );
    let first = sim(words("send low-snr --seed 4 --secret x")).dir(folder.path()).exits(0);
    let command = again(&first);
    // The mix of the file gave way to the scenario that was typed.
    assert!(!command.contains(&"--mix".to_owned()), "{first}");
    let elsewhere = sim(&command).exits(0);
    assert_eq!(first.stdout, elsewhere.stdout);
    assert_eq!(first.stdout, sim(&command).dir(folder.path()).exits(0).stdout);

    // A file that was named is named again.
    file(&folder, "mine.toml", "pace = 'max'\nsecret = 'x'\ndry-run = true");
    let first = sim(words("send low-snr --config mine.toml")).dir(folder.path()).exits(0);
    let command = again(&first);
    assert!(!command.contains(&"--pace".to_owned()), "{first}");
    assert_eq!(first.stdout, sim(&command).dir(folder.path()).exits(0).stdout);
}
