//! The examples that are no tests of cargo themselves, run as their README says.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

use std::path::Path;
use std::process::Command;

#[test]
fn the_tests_in_pytest_pass() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/tests/pytest");
    let python = folder.join(".venv/bin/python");
    assert!(
        python.exists(),
        "{} does not exist.\nRun scripts/test: it installs what is missing, or says how.",
        python.display()
    );
    let output = Command::new(python)
        .args(["-m", "pytest", "--color=no", "-p", "no:cacheprovider"])
        .current_dir(&folder)
        .env("WMS_SIM_BIN", env!("CARGO_BIN_EXE_wms-sim"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    let summary = text.lines().last().unwrap_or_default();
    assert!(summary.contains(" passed"), "{text}");
    assert!(!summary.contains("skipped") && !summary.contains("warning"), "{text}");
}
