//! Known failures.

use std::fs;
use std::path::Path;

use super::common::cli::{Sim, file, scratch, sim, words};
use super::common::receiver::{Kind, Receiver, Setup};
use super::report::{Report, check};

fn reprinted() -> Receiver {
    Setup::new(Kind::Mutant, super::SECRET).mutant("reprinted").start()
}

fn run(receiver: &Receiver, folder: &Path, more: &str) -> Sim {
    check(&receiver.url(), "body --fast --report json=a.json").args(words(more)).dir(folder)
}

fn known(path: &Path) -> toml::Table {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.starts_with("# Known failures of wms-sim check"), "{text}");
    text.parse::<toml::Table>().unwrap()["known"].as_table().cloned().unwrap()
}

#[test]
fn failures_that_are_known_fail_no_run() {
    let (receiver, folder) = (reprinted(), scratch());
    let path = folder.path().join("known.toml");
    run(&receiver, folder.path(), "--strict").exits(1);
    let output = run(&receiver, folder.path(), "--strict --write-baseline known.toml").exits(0);
    let first = known(&path);
    output.says(&[&format!("the baseline known.toml is written: {} known failure", first.len())]);
    for other in ["--output quiet", "--output ndjson"] {
        let line = format!("--strict --write-baseline known.toml {other}");
        let output = run(&receiver, folder.path(), &line).exits(0);
        assert!(!output.stderr.contains("is written"), "{output}");
    }
    assert!(first.contains_key("body/pretty"), "{first:?}");
    assert_eq!(first["body/pretty"].as_str(), Some("(say why)"));
    run(&receiver, folder.path(), "--strict --baseline known.toml")
        .exits(0)
        .shows(&["PASSED in ", "the baseline knows"]);
    let report = Report::read(&folder.path().join("a.json"));
    assert_eq!(report.case("body/pretty")["verdict"], "fail");
    assert_eq!(report.case("body/pretty")["known"], "(say why)");
    assert_eq!(report.case("body/pretty")["counts"], false);

    // Reasons stay, in the file and from another one; what is not run stays too.
    let text = fs::read_to_string(&path).unwrap().replacen("(say why)", "until June", 1);
    file(&folder, "known.toml", &format!("{text}\"mac/missing\" = \"not run here\"\n"));
    let before = known(&path);
    for line in [
        "--write-baseline known.toml",
        "--baseline known.toml --write-baseline known.toml",
        "--baseline known.toml --write-baseline new.toml",
    ] {
        run(&receiver, folder.path(), "--strict").args(words(line)).exits(0);
        let name = line.rsplit(' ').next().unwrap();
        assert_eq!(known(&folder.path().join(name)), before, "{line}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing is left beside");
}

#[test]
fn what_passes_by_now_fails_the_run_and_is_dropped() {
    let receiver = Receiver::start(Kind::Node, super::SECRET);
    let folder = scratch();
    let path = file(&folder, "known.toml", "[known]\n\"body/pretty\" = \"until June\"\n");
    let output = run(&receiver, folder.path(), "--baseline known.toml").exits(1);
    output.shows(&[
        "STALE body/pretty",
        "until June",
        "take it out of the baseline",
        "Take out of the baseline what passes by now: body/pretty",
    ]);
    run(&receiver, folder.path(), "--baseline known.toml --write-baseline known.toml").exits(0);
    assert!(known(&path).is_empty());
    run(&receiver, folder.path(), "--baseline known.toml").exits(0);
    // An empty file is a baseline.
    file(&folder, "known.toml", "");
    run(&receiver, folder.path(), "--baseline known.toml").exits(0);
}

#[test]
fn what_is_wrong_with_it_is_said_before_the_run() {
    let mut receiver = Receiver::start(Kind::Node, super::SECRET);
    receiver.expect_no_calls();
    let folder = scratch();
    for (text, says) in [
        (
            "[known]\n\"body/prety\" = \"x\"\n",
            &["names the case body/prety", "did you mean body/pretty?"][..],
        ),
        ("[known]\n\"zzz\" = \"x\"\n", &["names the case zzz", "--list"]),
        ("[known\n\"a\" = 1\n", &["cannot be read", "known.toml", "1 | [known"]),
        ("[known]\n\"body/pretty\" = 1\n", &["cannot be read", "2 | \"body/pretty\" = 1"]),
        ("[konwn]\n\"body/pretty\" = \"x\"\n", &["cannot be read", "konwn"]),
        ("\u{0}", &["cannot be read"]),
    ] {
        let path = file(&folder, "known.toml", text);
        for line in ["--baseline known.toml", "--write-baseline known.toml"] {
            run(&receiver, folder.path(), line).exits(2).says(says);
            assert_eq!(fs::read_to_string(&path).unwrap(), text, "{line}");
        }
    }
    file(&folder, "known.toml", "");
    for (line, says) in [
        ("--baseline none.toml", "none.toml"),
        ("--write-baseline none/known.toml", "there is no such folder"),
        ("--write-baseline .", "it is a folder"),
        ("--write-baseline -", "--write-baseline needs a file"),
        ("--write-baseline b --journal b", "name the same file"),
        ("--write-baseline a.json", "name the same file"),
        ("--write-baseline ./a.json", "name the same file"),
    ] {
        run(&receiver, folder.path(), line).exits(2).says(&[says]);
    }
    assert!(!folder.path().join("a.json").exists());
}

/// A baseline of a receiver that is down says nothing, and loses nothing.
#[test]
fn where_nothing_was_judged_nothing_is_forgotten() {
    let folder = scratch();
    let path = file(&folder, "known.toml", "[known]\n\"body/pretty\" = \"until June\"\n");
    let nobody = super::report::url(super::common::tcp::closed_port());
    let line = words("--secret s --wait-for-target 0s --write-baseline known.toml");
    sim(["check", "body", "--to", &nobody]).args(line).dir(folder.path()).exits(3);
    let known = known(&path);
    assert_eq!((known.len(), known["body/pretty"].as_str()), (1, Some("until June")));
}
