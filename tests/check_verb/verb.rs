//! What is run, listed and explained.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use wms_sim::conformance::case::Case;
use wms_sim::conformance::cases;

use super::common::cli::{file, json_lines, of_type, scratch, sim, words};
use super::common::receiver::{Kind, Receiver, Setup};
use super::common::tcp;
use super::report::{Report, check, reported};

fn sections() -> BTreeSet<&'static str> {
    let all = cases::all();
    all.iter().filter(|case| case.stage.is_none()).map(Case::section).collect()
}

#[test]
fn without_a_target_the_built_in_receiver_is_checked_and_passes() {
    let output = sim(words("check --fast --strict")).exits(0).says(&["no --to, so the built-in receiver"]);
    let output = output.shows(&["PASSED in "]);
    assert!(sections().len() >= 8, "{:?}", sections());
    for section in sections() {
        assert!(
            output.stdout.lines().any(|line| line.trim_start().starts_with(section)),
            "{section}: {output}"
        );
    }
}

#[test]
fn cases_are_chosen_by_section_and_glob() {
    let ids = |line: &str| -> Vec<String> {
        let (output, report) = reported(sim(words("check")).args(words(line)));
        assert_eq!(output.code(), Some(0), "{output}");
        report.cases().iter().map(|case| case["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("mac/missing"), ["mac/missing"]);
    assert_eq!(ids("mac/wrong-secre?"), ["mac/wrong-secret"]);
    let order = ids("order mac/missing order/*");
    assert_eq!(order[0], "mac/missing", "in the order of the suite");
    assert!(order.len() > 5 && order[1..].iter().all(|id| id.starts_with("order/")), "{order:?}");
    for (pattern, says) in [
        ("mac/mising", "did you mean mac/missing?"),
        ("ordre", "did you mean order?"),
        ("mac/*x*y*z", "no case is called 'mac/*x*y*z'"),
        ("", "no case is called ''"),
        ("zzz", "--list"),
    ] {
        sim(["check", pattern]).exits(2).says(&[says]);
        sim(["check", "mac/missing", pattern]).exits(2).says(&[says]);
        sim(["check", "--list", pattern]).exits(2).says(&[says]);
    }
}

#[test]
fn the_list_has_a_line_a_case() {
    let list = |line: &str| -> Vec<String> {
        let output = sim(words("check --list")).args(words(line)).exits(0);
        output.stdout.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
    };
    let all: Vec<&str> = cases::all().iter().map(|case| case.id).collect();
    assert!(all.len() >= 80, "{}", all.len());
    assert_eq!(list(""), all);
    let quick: Vec<&str> = cases::all().iter().filter(|case| !case.waits).map(|case| case.id).collect();
    assert!(quick.len() < all.len());
    assert_eq!(list("--fast"), quick);
    assert_eq!(list("mac/miss* mac/missing"), ["mac/missing"]);
    // What the drill runs is what it lists.
    let drill: Vec<&str> =
        cases::all().iter().filter(|case| case.stage.is_some()).map(|case| case.id).collect();
    let folder = scratch();
    let new = file(&folder, "new", "n").display().to_string();
    assert_eq!(list(&format!("--rotate-to {new}")), drill);
}

#[test]
fn cases_are_explained() {
    let mut seen = BTreeSet::new();
    for case in cases::all().iter().filter(|case| seen.insert(case.section())) {
        sim(["check", "--explain", case.id]).exits(0).shows(&[case.id, case.title, "required"]);
    }
    let section = sim(words("check --explain mac")).exits(0);
    for case in cases::all() {
        assert_eq!(
            section.stdout.contains(&format!("{} · ", case.id)),
            case.section() == "mac",
            "{}",
            case.id
        );
    }
    sim(["check", "--explain", "mac/t*"]).exits(0).shows(&["mac/truncated", "wms-sim check 'mac/t*'"]);
    sim(words("check --explain mac/mising")).exits(2).says(&["did you mean mac/missing?"]);
    sim(words("check --explain zzz")).exits(2).says(&["--list"]);
    sim(["check", "--explain", ""]).exits(2).says(&["no case is called ''"]);
}

#[test]
fn the_journal_gives_the_same_report() {
    let receiver = Receiver::start(Kind::NodeHttp, "another");
    let folder = scratch();
    let path = |name: &str| folder.path().join(name);
    for (line, code) in
        [("mac order body/pretty state", 1), ("mac/missing", 3), ("events/w* --write-baseline known.toml", 0)]
    {
        check(&receiver.url(), line)
            .args(words("--journal j.ndjson --report json=a.json,tap=a.tap,junit=a.xml,html=a.html"))
            .dir(folder.path())
            .exits(code);
        sim(words("report j.ndjson --report json=b.json,tap=b.tap,junit=b.xml,html=b.html"))
            .dir(folder.path())
            .exits(code);
        for kind in ["json", "tap", "xml", "html"] {
            let read = |name: &str| fs::read_to_string(path(&format!("{name}.{kind}"))).unwrap();
            assert!(read("a") == read("b"), "{line}: {kind}\n{}\n{}", read("a"), read("b"));
        }
        Report::read(&path("a.json"));
        file(&folder, "known.toml", "");
    }
}

#[test]
fn programs_read_a_line_a_case_and_quiet_says_what_is_wrong_only() {
    let receiver = Receiver::start(Kind::NodeHttp, super::SECRET);
    let run = |line: &str| check(&receiver.url(), line);
    let output = run("mac/m* body/raw-emoji state --output ndjson").exits(0);
    let lines = output.json_lines();
    assert_eq!(lines[0]["type"], "check");
    assert_eq!(lines[0]["selected"], of_type(&lines, "case").len());
    assert_eq!(lines.last().unwrap()["type"], "check-end");
    assert_eq!(output.stderr, "");
    let output = run("mac/missing --output quiet").exits(0);
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""));
    let other = Receiver::start(Kind::NodeHttp, "another");
    let output = check(&other.url(), "events/w* --output quiet").exits(1).says(&["FAILED in "]);
    assert_eq!(output.stdout, "");
}

#[test]
fn standard_output_is_one_thing() {
    for (kind, begin) in [("json", "{\n"), ("tap", "TAP version 14"), ("junit", "<?xml"), ("html", "<!")] {
        let output = sim(words(&format!("check mac/missing --report {kind}=-"))).exits(0);
        assert!(output.stdout.starts_with(begin), "{output}");
        let output = output.says(&["PASSED in "]);
        assert!(!output.stdout.contains("PASSED in "), "{output}");
    }
    let both = sim(words("check mac/missing --output ndjson --report json=-")).exits(2);
    let both = both.says(&["--output ndjson", "standard output"]);
    assert_eq!(both.stdout, "");
    sim(words("check mac/missing --output quiet --report json=-")).exits(0).shows(&["\"suite\""]);
}

/// What is wrong with a file is said before anything is sent.
#[test]
fn files_are_looked_at_before_the_run() {
    let mut receiver = Receiver::start(Kind::NodeHttp, super::SECRET);
    receiver.expect_no_calls();
    let folder = scratch();
    let thesis = file(&folder, "thesis.json", "{\"my\":\"thesis\"}");
    for line in [
        "--report json=thesis.json",
        "--report json=none/a.json",
        "--report json=a.json,html=a.json",
        "--journal none/j",
        "--journal thesis.json",
        "--baseline none.toml",
        "--write-baseline none/b.toml",
        "--write-baseline thesis.json",
        "--write-baseline .",
    ] {
        let run = check(&receiver.url(), "mac/missing").args(words(line)).dir(folder.path());
        let output = run.exits(2);
        let name = line.rsplit([' ', '=']).next().unwrap();
        assert!(output.stderr.contains(name), "{line}: {output}");
        assert_eq!(fs::read_to_string(&thesis).unwrap(), "{\"my\":\"thesis\"}", "{line}");
        let there: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(there, ["thesis.json"], "{line}");
    }
}

/// The same seed gives the same sessions. Bodies have the time of the run in them.
#[test]
fn a_seed_gives_the_same_sessions() {
    let receiver = Receiver::start(Kind::NodeHttp, super::SECRET);
    let mut before = 0;
    let mut sessions = |seed: &str| -> Vec<Vec<Value>> {
        check(&receiver.url(), "order/swapped order/gap body/pretty --seed").arg(seed).exits(0);
        let records = receiver.records();
        let mut seen: Vec<Vec<Value>> = records[before..]
            .iter()
            .map(|record| ["sessionId", "sequence", "event"].map(|key| record.json()[key].clone()).to_vec())
            .collect();
        before = records.len();
        seen.sort_by_key(|one| format!("{one:?}"));
        seen
    };
    let (one, same, other) = (sessions("7"), sessions("7"), sessions("8"));
    assert!(one.len() > 3);
    assert_eq!(one, same);
    assert_ne!(one, other);
    let output = check(&receiver.url(), "mac/missing --seed 7 --output ndjson").exits(0);
    assert_eq!(json_lines(&output.stdout)[0]["seed"], 7);
}

#[test]
fn what_is_left_out_is_said() {
    // Nothing of what was asked for is left.
    let waits = cases::all().iter().find(|case| case.waits).unwrap().id;
    sim(["check", "--fast", waits]).exits(3).says(&["no case is left"]);
    let (output, report) = reported(sim(words("check state")));
    assert_eq!(output.code(), Some(3), "nothing was judged: {output}");
    assert!(report.actual("state/duplicates").contains("--probe"), "{output}");
}

#[test]
fn a_probe_that_never_can_be_asked_is_told_before_anything_is_waited_for() {
    let receiver = Setup::new(Kind::Node, super::SECRET).start();
    let folder = scratch();
    // A command that is not there: nothing is sent or written.
    let line = "state mac/missing --report json=a.json --journal j --probe no-such-command-of-mine";
    let output = check(&receiver.url(), line).dir(folder.path()).run();
    assert_eq!(output.code(), Some(2), "{output}");
    let output = output.says(&["no-such-command-of-mine", "127", "nothing was sent"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{output}");
    // One that fails on a session that it does not know is there; it is asked in vain, as ever.
    let (output, report) = reported(
        check(&receiver.url(), "state/undisturbed --probe-within 1s").args(["--probe", "echo oops; exit 1"]),
    );
    assert!(report.actual("state/undisturbed").contains("oops"), "{output}");
    // Where nothing asks, nobody has to be there.
    let output = check(&receiver.url(), "mac/missing --probe no-such-command-of-mine").run();
    assert_eq!(output.code(), Some(0), "{output}");
    // A URL at which nobody listens: told once, and no case waits for it.
    let nobody = format!("http://u:s3cret@127.0.0.1:{}/{{sessionId}}?k=s3cret", tcp::closed_port());
    let line = "state mac/missing --wait-for-target 200ms --probe-within 10m --budget 1m";
    let (output, report) = reported(check(&receiver.url(), line).args(["--probe", &nobody]));
    assert_eq!(output.code(), Some(3), "{output}");
    assert_eq!(report.with("pass"), ["mac/missing"], "{output}");
    for id in report.with("error") {
        assert!(report.actual(id).contains("cannot be asked: connection-refused"), "{output}");
    }
    assert!(!output.to_string().contains("s3cret"), "{output}");
}
