//! What a person reads, word for word.

use std::fmt::Write as _;

use super::common::cli::{Output, file, scratch, sim, words};

fn seen(name: &str, output: &Output) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("../snapshots/check_verb");
    settings.add_filter(r"127\.0\.0\.1:\d{4,5}", "127.0.0.1:PORT");
    settings.add_filter(r"seed \d{5,}", "seed SEED");
    settings.add_filter(r"in \d+(\.\d)? s", "in 0.0 s");
    settings.add_filter(r"wms-webhook \d+\.\d+\.\d+", "wms-webhook VERSION");
    settings.bind(|| insta::assert_snapshot!(name, output));
}

#[test]
fn help_and_explanations() {
    seen("help", &sim(words("check --help")).env("COLUMNS", "100").exits(0));
    seen("explain", &sim(words("check --explain mac/over-compact")).exits(0));
    seen("list", &sim(words("check --list http order/d*")).exits(0));
}

#[test]
fn usage() {
    let folder = scratch();
    file(&folder, "old", "old");
    file(&folder, "same", "old");
    file(&folder, "new", "new");
    file(&folder, "empty", "");
    let to = "--to http://127.0.0.1:9/hook";
    let mut all = String::new();
    for line in [
        "mac/mising",
        "--to http://127.0.0.1:9/hook",
        "--timeout none",
        "--budget 0s",
        "--budget soon",
        "--wait-for-target none",
        "--probe http://127.0.0.1:9/sessions",
        "--probe true --probe-within none",
        "--rotate-step true",
        "--rotate-to new",
        &format!("{to} --secret-file old --rotate-to same"),
        &format!("{to} --secret-file old --rotate-to empty"),
        &format!("{to} --secret-file old --rotate-to missing"),
        &format!("{to} --secret-file old --rotate-to new mac"),
        "--hint cobol",
        "--proxy http://127.0.0.1:9",
        "--http2",
        "--transport reqwest",
    ] {
        let output = sim(["check"]).args(words(line)).dir(folder.path()).run();
        writeln!(all, "check {line}\n  exit {}\n{}", output.code().unwrap(), output.stderr).unwrap();
        assert_eq!(output.stdout, "", "{line}: {output}");
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("../snapshots/check_verb");
    settings.bind(|| insta::assert_snapshot!("usage", all));
}
