//! How a check ends before its time: by a signal, by its budget, by its first failure.

use std::fs;

use super::common::cli::{json_lines, of_type, scratch, until, words};
use super::common::receiver::{Kind, Setup};
use super::report::{Report, check, reported};

fn slow() -> Setup {
    Setup::new(Kind::Node, super::SECRET).env("SLOW_MS", "1000")
}

#[test]
fn what_was_judged_is_written_when_it_is_interrupted() {
    let receiver = slow().start();
    for signal in ["INT", "TERM"] {
        let folder = scratch();
        let journal = folder.path().join("j");
        let read = || json_lines(&fs::read_to_string(&journal).unwrap_or_default());
        let running = check(
            &receiver.url(),
            "mac --journal j --write-baseline b --report json=a.json,junit=a.xml,tap=a.tap,html=a.html",
        )
        .dir(folder.path())
        .spawn();
        until("a case is judged", || !of_type(&read(), "case").is_empty());
        running.signal(signal);
        let output = running.wait();
        assert_eq!(output.code(), Some(130), "{output}");
        let output = output.shows(&["INTERRUPTED in ", "not judged"]);
        let report = Report::read(&folder.path().join("a.json"));
        assert_eq!(report.0["ending"]["interrupted"], true);
        let (judged, left) = (report.with("pass"), report.with("error"));
        assert!(!judged.is_empty() && !left.is_empty(), "{output}");
        assert!(left.iter().all(|id| report.actual(id).contains("interrupted")), "{output}");
        assert_eq!(report.cases().len(), report.selected());
        let lines = read();
        assert_eq!(of_type(&lines, "case").len(), report.cases().len());
        assert_eq!(lines.last().unwrap()["ending"]["interrupted"], true);
        for name in ["a.xml", "a.tap", "a.html", "b"] {
            assert!(folder.path().join(name).exists(), "{name}");
        }
        // Nothing was written beside.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 6);
    }
}

#[test]
fn a_hook_that_does_not_end_is_ended_with_the_check() {
    let mut receiver = Setup::new(Kind::Node, super::SECRET).start();
    receiver.allow_no_calls();
    let folder = scratch();
    let begun = folder.path().join("begun");
    let command = format!("touch '{}'; exec sleep 60", begun.display());
    let running = check(&receiver.url(), "mac/missing --before-session").arg(&command).spawn();
    until("the command runs", || begun.exists());
    running.signal("INT");
    assert_eq!(running.wait().code(), Some(130));
    let (output, report) =
        reported(check(&receiver.url(), "mac/m* --budget 1s --before-session").arg(&command));
    assert_eq!(output.code(), Some(3), "{output}");
    assert!(report.actual("mac/missing").contains("budget of 1s"), "{output}");
}

#[test]
fn the_budget_bounds_a_slow_receiver() {
    let receiver = slow().start();
    let (output, report) = reported(check(&receiver.url(), "--budget 3s"));
    assert!(report.took() < 15.0, "{output}");
    assert_eq!(output.code(), Some(3), "{output}");
    let left = report.with("error");
    assert!(left.len() > 100, "{left:?}");
    assert_eq!(report.with("fail"), [""; 0], "a slow receiver is not blamed");
    assert!(left.iter().all(|id| report.actual(id).contains("the budget of 3s was used up")), "{output}");
    // One reason is told once, and not for each of two hundred cases.
    assert!(output.stdout.lines().count() < 60, "{output}");
    assert!(output.stdout.contains("budget of 3s was used up (--budget)"), "{output}");
}

#[test]
fn a_receiver_slower_than_the_time_limit_is_told_from_one_that_is_gone() {
    let receiver = slow().start();
    let (output, report) = reported(check(&receiver.url(), "mac/missing body/pretty --timeout 500ms"));
    assert_eq!(output.code(), Some(3), "{output}");
    assert!(report.actual("mac/missing").contains("--timeout"), "{output}");
}

/// Cases of a slow one run beside each other: which of those that were under way ended it cannot be known, and is not claimed.
#[test]
fn where_several_were_under_way_each_of_them_may_have_ended_it() {
    let mut receiver =
        Setup::new(Kind::Mutant, super::SECRET).mutant("not-json-exit").env("SLOW_MS", "600").start();
    receiver.may_die();
    let asked = "body/id-proto body/id-path body/bom input/sequence-fraction --wait-for-target 300ms";
    let (output, report) = reported(check(&receiver.url(), asked));
    assert_eq!(output.code(), Some(1), "{output}");
    let failed = report.with("fail");
    assert_eq!(failed.len(), 1, "{output}");
    let told = format!("{} {}", failed[0], report.actual(failed[0]));
    assert!(told.contains("body/bom"), "{output}");
    assert!(report.actual(failed[0]).contains("may have ended it instead: "), "{output}");
    assert_eq!(report.0["diagnosis"][0]["name"], "dies-of-bad-input", "{output}");
}

/// The first answer is waited for thrice as long as the limit says, and what is advised is longer than that.
#[test]
fn a_longer_time_limit_is_longer_than_the_one_that_was_not_enough() {
    let port = super::common::tcp::hangs();
    for (limit, advised) in [("500ms", "--timeout 3s gives it that"), ("1s", "--timeout 6s gives it that")] {
        let run = check(&super::report::url(port), "mac/missing --wait-for-target 0s --timeout").arg(limit);
        let output = run.env("COLUMNS", "1000").exits(3);
        let text: Vec<&str> = output.stdout.split_whitespace().collect();
        assert!(text.join(" ").contains(advised), "{output}");
    }
}

#[test]
fn the_first_failure_ends_it_where_that_is_asked_for() {
    let receiver = Setup::new(Kind::Mutant, super::SECRET).mutant("no-verification").start();
    let (output, report) = reported(check(&receiver.url(), "mac body/pretty --fail-fast"));
    assert_eq!(output.code(), Some(1), "{output}");
    assert_eq!(report.with("fail").len(), 1, "{output}");
    let skipped = report.with("skip");
    assert!(skipped.len() > 5, "{output}");
    assert!(skipped.iter().all(|id| report.actual(id).contains("--fail-fast")), "{output}");
    // What does not count ends nothing.
    let receiver = Setup::new(Kind::Mutant, super::SECRET).mutant("unknown-severity-400").start();
    let (output, report) = reported(check(&receiver.url(), "body/unknown-severity body/pretty --fail-fast"));
    assert_eq!((output.code(), report.with("skip").len()), (Some(0), 0), "{output}");
}

#[test]
fn what_should_be_counts_with_strict_only() {
    for (mutant, case) in [("unknown-severity-400", "body/unknown-severity"), ("chunked-411", "http/chunked")]
    {
        let receiver = Setup::new(Kind::Mutant, super::SECRET).mutant(mutant).start();
        for (more, code) in [("", 0), ("--strict", 1)] {
            let (output, report) = reported(check(&receiver.url(), "body http --fast").args(words(more)));
            assert_eq!(output.code(), Some(code), "{mutant}: {output}");
            assert!(report.with("fail").contains(&case), "{mutant}: {output}");
            assert_eq!(report.case(case)["counts"], code == 1, "{mutant}: {output}");
        }
    }
}

#[test]
fn waiting_for_the_receiver_can_be_ended() {
    let nobody = super::report::url(super::common::tcp::closed_port());
    let running = check(&nobody, "mac/m* --wait-for-target 60s").spawn();
    until("the program hears signals", || running.hears_signals());
    running.signal("INT");
    let output = running.wait();
    assert_eq!(output.code(), Some(130), "{output}");
}
