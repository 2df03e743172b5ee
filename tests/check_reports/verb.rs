//! `wms-sim report`, and the files that it leaves.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use wms_sim::outcome::check::Check;
use wms_sim::outcome::check::journal;

use super::common::cli::{Output, Sim, file, scratch, send, sim, words};
use super::common::receiver::{Kind, Receiver};
use super::fixture::{check, good, interrupted, unanswered};

fn lines(check: &Check) -> Vec<String> {
    let cases = check.cases.iter().enumerate().map(|(place, case)| journal::case_line(place, case));
    let end = journal::end_line(&check.diagnosis, &check.ending);
    let all = std::iter::once(journal::setup_line(&check.setup)).chain(cases).chain([end]);
    all.map(|line| format!("{line}\n")).collect()
}

fn write(folder: &TempDir, check: &Check) -> PathBuf {
    file(folder, "check.ndjson", &lines(check).concat())
}

fn report(journal: &Path, more: &str) -> Sim {
    sim(["report"]).arg(journal).args(words(more)).dir(journal.parent().unwrap())
}

#[track_caller]
fn told(output: &Output, text: &str) {
    assert!(output.stderr.contains(text), "{output}");
}

#[test]
fn the_exit_code_is_that_of_the_check() {
    let folder = scratch();
    for (check, code) in [(check(), 1), (good(), 0), (unanswered(), 3), (interrupted(), 130)] {
        let journal = write(&folder, &check);
        let output = report(&journal, "").exits(code);
        assert!(output.stdout.contains(&check.setup.target) && !output.stdout.contains('\u{1b}'), "{output}");
        report(&journal, "--report json=-").exits(code);
    }
}

#[test]
fn files_are_as_the_reports_are() {
    let folder = scratch();
    let journal = write(&folder, &check());
    let files = "--report json=a.json,junit=b.xml --report tap=c.tap,html=d.html";
    let output = report(&journal, files).exits(1);
    assert_eq!(output.stdout, "");
    told(&output, "FAILED");
    for (format, name) in
        wms_sim::report::check::Format::ALL.into_iter().zip(["a.json", "b.xml", "c.tap", "d.html"])
    {
        let there = fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(there, format.render(&check()).unwrap(), "{name}");
    }
    // Over a report one may write another of its format; nothing else is left in the folder.
    let journal = write(&folder, &good());
    report(&journal, "--report json=a.json,html=d.html").exits(0);
    let there = fs::read_to_string(folder.path().join("a.json")).unwrap();
    assert_eq!(there, wms_sim::report::check::Format::Json.render(&good()).unwrap());
    for format in wms_sim::report::check::Format::ALL {
        for name in ["a.json", "b.xml", "c.tap", "d.html"] {
            let before = fs::read(folder.path().join(name)).unwrap();
            if before.starts_with(format.begin().as_bytes()) {
                continue;
            }
            let output = report(&journal, &format!("--report {format}={name}")).exits(2);
            told(&output, &format!("{name} is there already, and is the "));
            told(&output, &format!("report of another check, and not the {format} report"));
            told(&output, "nothing was changed");
            assert_eq!(fs::read(folder.path().join(name)).unwrap(), before, "{format} onto {name}");
        }
    }
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.count(), 5);
    let piped = report(&journal, "--report json=-").exits(0);
    assert_eq!(piped.stdout, wms_sim::report::check::Format::Json.render(&good()).unwrap());
    assert_eq!(piped.stderr, "");
}

#[test]
fn a_file_that_is_not_ours_stays_as_it_is() {
    let folder = scratch();
    let journal = write(&folder, &check());
    let thesis = file(&folder, "thesis.html", "<!doctype html>\n<title>My thesis</title>");
    let output = report(&journal, "--report html=thesis.html").exits(2);
    told(&output, "no report of wms-sim");
    assert!(fs::read_to_string(&thesis).unwrap().contains("My thesis"));
    // An empty one is nobody's.
    fs::write(&thesis, "").unwrap();
    report(&journal, "--report html=thesis.html").exits(1);
    // What could not be made leaves an earlier report as it was.
    let before = fs::read(&thesis).unwrap();
    let none = file(&folder, "none.ndjson", "");
    report(&none, "--report html=thesis.html").exits(3);
    assert_eq!(fs::read(&thesis).unwrap(), before);
    let fresh = report(&none, "--report html=fresh.html").exits(3);
    assert!(!folder.path().join("fresh.html").exists(), "{fresh}");
}

#[cfg(unix)]
#[test]
fn links_rights_and_devices_stay_what_they_are() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = scratch();
    let journal = write(&folder, &good());
    let real = file(&folder, "deep/real.json", "");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o604)).unwrap();
    symlink(&real, folder.path().join("link.json")).unwrap();
    report(&journal, "--report json=link.json,tap=/dev/null").exits(0);
    assert!(folder.path().join("link.json").is_symlink());
    assert!(fs::read_to_string(&real).unwrap().starts_with("{\n"));
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o604);
    report(&journal, "--report json=new.json").exits(0);
    let mode = fs::metadata(folder.path().join("new.json")).unwrap().permissions().mode() & 0o777;
    let usual = fs::metadata(&journal).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, usual, "a new file has the rights that every new file gets");
}

#[test]
fn what_is_wrong_with_the_flag_is_said() {
    let folder = scratch();
    let journal = write(&folder, &good());
    for (flag, text) in [
        ("htlm=a", "did you mean 'html'?"),
        ("json", "json=FILE"),
        ("html=", "has no file"),
        ("json=a,json=b", "names json twice"),
        ("json=a,html=a", "sends json and html to a"),
        ("json=a,html=./a", "sends json and html to ./a"),
        ("json=-,html=-", "sends json and html to -"),
        ("json=none/a.json", "there is no such folder"),
        ("json=.", "it is a folder"),
    ] {
        told(&report(&journal, &format!("--report {flag}")).exits(2), text);
    }
    file(&folder, "wms-sim.toml", "[report]\nreport = \"json=a\"\n");
    told(&report(&journal, "").exits(2), "cannot set 'report'");
}

#[test]
fn a_killed_check_is_reported_as_far_as_it_went() {
    let folder = scratch();
    let lines = lines(&good());
    let text = lines[..5].concat() + &lines[5][..30];
    let journal = file(&folder, "check.ndjson", &text);
    let output = report(&journal, "").exits(3);
    told(&output, "line 6, the last of");
    assert!(output.stdout.contains("9 of 13"), "{output}");
    assert!(output.stdout.contains("NOT ALL JUDGED"), "{output}");
    let tap = report(&journal, "--report tap=-").exits(3);
    assert!(tap.stdout.contains("\n1..13\n"), "{tap}");
    // A failure that was seen counts.
    let cut: String = super::verb::lines(&check())[..12].concat();
    report(&file(&folder, "check.ndjson", &cut), "").exits(1);
    told(&report(&file(&folder, "check.ndjson", "{\"type\":\"check\",\"su"), "").exits(3), "cut off inside");
    let holed = [&lines[0], "no line of ours\n", &lines[1], lines.last().unwrap()].concat();
    told(&report(&file(&folder, "check.ndjson", &holed), "").exits(3), "line 2 of");
}

#[test]
fn other_files_are_named() {
    let folder = scratch();
    let receiver = Receiver::start(Kind::NodeHttp, "s");
    let run = folder.path().join("run.ndjson");
    send(&receiver.url(), "s", "bounce --journal").arg(&run).exits(0);
    told(&report(&run, "").exits(2), "reports are made of checks only");
    let check = write(&folder, &good());
    told(&sim(["audit"]).arg(&check).exits(2), "wms-sim report");
    for (text, why, code) in [
        ("", "is empty", 3),
        ("hello\n", "no journal of a check", 2),
        ("{\"type\":\"case\"}\n", "no journal of a check", 2),
        ("{\"level\":\"info\"}\n", "no journal of a check", 2),
        ("\u{feff}{\"type\":\"check\"}\n", "no journal of a check", 2),
    ] {
        told(&report(&file(&folder, "other.ndjson", text), "").exits(code), why);
    }
    let utf16: Vec<u8> = "{\"type\":\"check\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(folder.path().join("other.ndjson"), utf16).unwrap();
    told(&report(&folder.path().join("other.ndjson"), "").exits(2), "UTF-16");
    // A run's journal may take the place of a check's.
    send(&receiver.url(), "s", "bounce --journal").arg(&check).exits(0);
}
