//! `scenarios lint`, as a user runs it.

#![allow(clippy::unwrap_used, reason = "a function that fails fails its test")]

mod common;

use std::fs;

use common::cli::{file, scratch, sim, words};

#[test]
fn a_mix_is_linted_with_the_scenarios_that_it_names() {
    let folder = scratch();
    let scenario = |name: &str, last: &str| {
        let head = format!("name: {name}\ntitle: T\noutcome: abandoned\nsteps:\n");
        file(&folder, &format!("{name}.yaml"), &format!("{head}  - WMS_LOADED\n  - {last}\n"));
    };
    let mix = |names: &[&str]| {
        let entries: Vec<String> =
            names.iter().map(|name| format!("  - {{ scenario: {name}, weight: 1 }}\n")).collect();
        let entries = entries.concat();
        file(&folder, "mine.yaml", &format!("name: mine\ntitle: Mine\nscenarios:\n{entries}"));
    };
    let lint = |files: &str| sim(words(&format!("scenarios lint {files}"))).dir(folder.path());
    scenario("whole", "PAGE_UNLOADED");
    scenario("order", "SCAN_COMPLETED");
    scenario("slip", "PAGE_UNLODED");
    mix(&["bounce", "./whole.yaml"]);
    assert_eq!(lint("mine.yaml").exits(0).stdout, "mine.yaml: good\n");

    mix(&["bounce", "./order.yaml", "./slip.yaml", "./missing.yaml", "bouce"]);
    let output = lint("mine.yaml").exits(2).shows(&[
        "there is no file ./missing.yaml",
        "did you mean 'bounce'?",
        "mine.yaml:5:17: this scenario of the mix:",
        "order.yaml:6:5",
        "mine.yaml:6:17: this scenario of the mix:",
        "slip.yaml:6:5",
        "did you mean `PAGE_UNLOADED`?",
    ]);
    assert!(!output.stdout.contains("good"), "{output}");

    // Each is told once, wherever it is named.
    mix(&["./slip.yaml"]);
    fs::copy(folder.path().join("mine.yaml"), folder.path().join("again.yaml")).unwrap();
    for files in ["mine.yaml again.yaml", "slip.yaml mine.yaml", "mine.yaml ./slip.yaml"] {
        let output = lint(files).exits(2);
        assert_eq!(output.stdout.matches("PAGE_UNLODED").count(), 2, "{output}");
    }
}
