//! `wms-sim verify` as a user runs it.

#![allow(clippy::unwrap_used, reason = "a function that fails fails its test")]

mod common;

use common::cli::{file, json_lines, scratch, sim};
use serde_json::Value;

const BODY: &str = r#"{"a":1}"#;

/// The header of a body, by the program itself.
fn signed(secret: &str, body: &str) -> String {
    sim(["sign", "--secret", secret]).input(body).exits(0).stdout.trim().to_owned()
}

fn told(text: &str) -> Value {
    let lines = json_lines(text);
    assert_eq!(lines.len(), 1, "{text}");
    lines[0].clone()
}

#[test]
fn a_right_mac_is_valid() {
    let mac = signed("x", BODY);
    let verify = || sim(["verify", "--secret", "x", "--mac", &mac]).input(BODY);
    assert_eq!(verify().exits(0).stdout, "valid\n");
    assert_eq!(verify().args(["--output", "quiet"]).exits(0).stdout, "");
    let shown = verify().args(["--show-expected", "--output", "ndjson"]).exits(0).stdout;
    assert_eq!(told(&shown)["expected"], mac.as_str());
    let folder = scratch();
    let body = file(&folder, "body.json", BODY);
    assert_eq!(sim(["verify", "--secret", "x", "--mac", &mac]).arg(body).exits(0).stdout, "valid\n");
}

#[test]
fn a_wrong_mac_is_explained() {
    let verify = |mac: &str| sim(["verify", "--secret", "x", "--mac", mac]).input(BODY);
    let output = verify(&signed("x", "{\"a\": 1}\n")).exits(1);
    assert!(output.stdout.starts_with("invalid\n") && output.stderr.is_empty(), "{output}");
    assert!(output.stdout.contains("signed-with-spaces") && output.stdout.contains("Hash the body's bytes"));
    // The right value is told on demand only.
    let right = signed("x", BODY);
    assert!(!output.stdout.contains(&right[12..]));
    assert!(verify(&signed("y", BODY)).arg("--show-expected").exits(1).stdout.contains(&right));

    let output = verify(&signed("y", BODY)).args(["--output", "ndjson"]).exits(1);
    let told = told(&output.stdout);
    assert_eq!((&told["reason"], &told["complete"]), (&"wrong-secret".into(), &true.into()));
    assert!(told["hint"].is_string() && told["what"].is_string() && told.get("expected").is_none());
    assert_eq!(verify("").args(["--output", "quiet"]).exits(1).stdout, "");
}

#[test]
fn either_of_two_secrets_is_accepted() {
    let folder = scratch();
    let (old, new) = (file(&folder, "old.secret", "old\n"), file(&folder, "new.secret", "new\n"));
    let verify = |mac: &str| {
        let sim = sim(["verify", "--output", "ndjson", "--mac", mac]).input(BODY);
        sim.arg("--secret-file").arg(&old).arg("--secret-file").arg(&new)
    };
    for (secret, place) in [("old", 0), ("new", 1)] {
        let mac = signed(secret, BODY);
        let told = told(&verify(&mac).arg("--show-expected").exits(0).stdout);
        assert_eq!((&told["valid"], &told["secret"]), (&true.into(), &place.into()));
        assert_eq!(told["expected"], mac.as_str());
    }
    let both = ["verify", "--secret", "old", "--secret", "new", "--mac"];
    let output = sim(both).arg(signed("new", BODY)).input(BODY).exits(0);
    assert_eq!(output.stdout, "valid\n  secret    number 2 of those given\n");
    let output = sim(both).arg(signed("new\n", BODY)).input(BODY).exits(1);
    assert!(output.stdout.contains("secret-with-newline") && output.stdout.contains("number 2 of those"));
    let explained = told(&verify(&signed("new", "{\"a\": 1}")).exits(1).stdout);
    assert_eq!((&explained["reason"], &explained["secret"]), (&"signed-with-spaces".into(), &1.into()));
    let explained = told(&verify(&signed("other", BODY)).exits(1).stdout);
    assert_eq!((&explained["reason"], &explained["secret"]), (&"wrong-secret".into(), &Value::Null));
    let five = ["a", "b", "c", "d", "e"].map(|secret| ["--secret", secret]).concat();
    sim(["verify", "--mac", "m"])
        .args(five)
        .input(BODY)
        .exits(2)
        .says(&["there are 5 secrets; 4 are the most"]);
    sim(["verify", "--mac", "m", "--secret", "a", "--secret-file", "b"]).exits(2).says(&["two secrets"]);
}

#[test]
fn the_dialects_input_is_taken_into_account() {
    let wide = "{\"a\":\"\u{e9}\"}";
    let output = sim(["verify", "--secret", "x", "--set", "mac.input=latin1", "--output", "ndjson"])
        .args(["--mac", &signed("x", wide)])
        .input(wide)
        .exits(1);
    assert_eq!(told(&output.stdout)["reason"], "signed-bytes");
}

#[test]
fn what_cannot_be_checked_is_a_usage_error() {
    let output = sim(["verify", "--mac", "m"]).input(BODY).exits(2);
    assert!(output.stderr.contains("a MAC secret is needed to check a MAC"), "{output}");
    sim(["verify", "--secret", "x"]).input(BODY).exits(2);
    sim(["verify", "--secret", "x", "--mac", "m", "no-such-file"]).exits(2);
    // A settings file that nobody named reads no secrets and shows no right values.
    let folder = scratch();
    for setting in ["secret-file = \"/etc/passwd\"", "show-expected = true"] {
        file(&folder, "wms-sim.toml", setting);
        let output = sim(["verify", "--secret", "x", "--mac", "m"]).dir(folder.path()).input(BODY).exits(2);
        assert!(output.stderr.contains("nobody named the file"), "{output}");
    }
}
