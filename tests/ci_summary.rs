//! The summary of a job on GitHub: it counts as the terminal does, and nothing from elsewhere is markup in it.

#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

use std::path::Path;
use std::process::Command;

use wms_sim::outcome::check::{Check, Score};
use wms_sim::report::check::{Format, text};

#[path = "check_reports/fixture.rs"]
#[allow(dead_code, reason = "the tests of the reports use the rest of it")]
mod fixture;

/// What jq makes of a check with the functions of summary.jq.
fn jq(check: &Check, filter: &str) -> String {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let report = folder.path().join("check.json");
    std::fs::write(&report, Format::Json.render(check).unwrap()).unwrap();
    let output = Command::new("jq")
        .arg("-r")
        .arg("-L")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/ci"))
        .arg(format!("include \"summary\"; {filter}"))
        .arg(report)
        .output()
        .expect("jq, which scripts/test installs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn it_counts_as_the_terminal_does() {
    for (name, check) in fixture::all() {
        let counts = jq(&check, "counts");
        let told = anstream::adapter::strip_str(&text::human(&check)).to_string();
        // Long lines are broken there.
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(&format!(": {}", counts.trim_end())), "{name}: {counts}\n{told}");
        let score = Score::of(&check.cases);
        assert_eq!(jq(&check, "outputs"), format!("passed={}\nfailed={}\n", score.passed(), score.failing()));
    }
}

#[test]
fn what_it_says() {
    let summary = jq(&fixture::check(), "summary(\"1\"; \"wms-sim-check\")");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("ci-summary", summary));
}

#[test]
fn nothing_from_elsewhere_is_markup() {
    let mut check = fixture::check();
    for case in &mut check.cases {
        fixture::HOSTILE.clone_into(&mut case.actual);
    }
    for diagnosis in &mut check.diagnosis {
        diagnosis.says = format!("{}\n\n# a heading\n| a | row |", fixture::HOSTILE);
    }
    let summary = jq(&check, "summary(\"1\"; \"a\")");
    assert!(summary.contains("\\<script\\>alert\\(1\\)"), "{summary}");
    let mut cells = 0;
    for line in summary.lines() {
        assert!(!line.chars().any(|c| c.is_control() || "\u{202e}\u{200f}\u{2028}".contains(c)), "{line:?}");
        let bare: Vec<char> = unescaped(line);
        let ours = line.starts_with('#') || line.starts_with("|---") || line.starts_with("The whole report");
        assert!(ours || !bare.iter().any(|c| "<>[]#&_{}".contains(*c)), "{line}");
        if line.starts_with('|') {
            assert_eq!(bare.iter().filter(|c| **c == '|').count(), 5, "{line}");
            cells += 1;
        }
    }
    assert!(cells > 4, "{summary}");
}

/// The characters without a backslash before them.
fn unescaped(line: &str) -> Vec<char> {
    let mut bare = vec![];
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next();
        } else {
            bare.push(c);
        }
    }
    bare
}
