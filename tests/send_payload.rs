//! Payloads by hand: what was written is what is sent.

mod common;

use common::cli::{file, scratch, sim, words};

/// The body of the one event of a dry run.
fn body(args: &[&str]) -> String {
    let output = sim(words("send --dry-run --seed 1")).args(args).exits(0);
    output.json_lines()[0]["body"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_payload_keeps_its_numbers_and_keys() {
    let sent = |payload: &str| body(&["--event", "API_ERROR", "--payload", payload]);
    for (written, ends) in [
        (
            r#"{ "id": 123456789012345678901234567890 }"#,
            r#""payload":{"id":123456789012345678901234567890}}"#,
        ),
        (
            "[9007199254740993, 18446744073709551616, -9223372036854775809]",
            "[9007199254740993,18446744073709551616,-9223372036854775809]}",
        ),
        ("[1.50, 1E3, 1e400, 0.12345678901234567890]", "[1.50,1E3,1e400,0.12345678901234567890]}"),
        (r#"{"code": "A", "code": "B"}"#, r#""payload":{"code":"A","code":"B"}}"#),
        (r#"{"name": "é  \u0041"}"#, r#"{"name":"\u00e9  \u0041"}}"#),
    ] {
        let body = sent(written);
        assert!(body.ends_with(ends), "{body}");
    }
    sim(words("send --event API_ERROR --payload"))
        .args([r#"{"a":1,}"#])
        .exits(2)
        .says(&["--payload is not JSON"]);
}

#[test]
fn an_overriding_value_keeps_its_numbers_and_keys() {
    let sent =
        |value: &str| body(&["--event", "LOW_SNR", "--override", &format!("LOW_SNR.payload.id={value}")]);
    assert!(sent("123456789012345678901234567890").ends_with(r#""id":123456789012345678901234567890}}"#));
    assert!(sent(r#"{"a": 1.50, "a": 2}"#).ends_with(r#""id":{"a":1.50,"a":2}}}"#));
    assert!(sent("1e400").ends_with(r#""id":1e400}}"#));
    assert!(sent("two words").ends_with(r#""id":"two words"}}"#));
}

#[test]
fn a_signal_that_is_given_is_sent_as_it_is_written() {
    let name = "INTERMEDIATE_RESULTS";
    for value in ["99999999", "0.123456", "-100", "1.50", "1e400", "2147483648.5"] {
        for set in ["snr.number=decimal", "snr.number=integer", "snr.scale=percent"] {
            let sent =
                body(&["--event", name, "--override", &format!("{name}.payload.snr={value}"), "--set", set]);
            assert!(sent.contains(&format!("\"snr\":{value},")), "{set} {sent}");
        }
    }
    let folder = scratch();
    let steps = ["99999999", "0.123456", "-100", "{ one_of: [0.123456, 0.123456] }"]
        .map(|value| format!("  - {{ event: INTERMEDIATE_RESULTS, payload: {{ snr: {value} }} }}\n"));
    let text =
        format!("name: signal\ntitle: Signal\noutcome: abandoned\nlegal: false\nsteps:\n{}", steps.concat());
    file(&folder, "signal.yaml", &text);
    for set in ["snr.number=decimal", "snr.number=integer", "snr.scale=percent"] {
        let output = sim(words("send signal.yaml --dry-run --seed 1 --set")).arg(set).dir(folder.path());
        let signals: Vec<String> = output
            .exits(0)
            .json_lines()
            .iter()
            .map(|line| {
                let body = line["body"].as_str().unwrap_or_default();
                let (_, rest) = body.split_once("\"snr\":").unwrap_or_default();
                rest.split(',').next().unwrap_or_default().to_owned()
            })
            .collect();
        assert_eq!(signals, ["99999999", "0.123456", "-100", "0.123456"], "{set}");
    }
}

#[test]
fn a_scenario_whose_numbers_lose_digits_is_warned_of() {
    let folder = scratch();
    let text = "name: digits\ntitle: Digits\noutcome: abandoned\nsteps:\n  - event: WMS_LOADED\n    payload: { a: 0.12345678901234567890, b: 1.50 }\n";
    file(&folder, "digits.yaml", text);
    let output = sim(words("scenarios lint digits.yaml")).dir(folder.path()).run();
    let told = format!("{}{}", output.stdout, output.stderr);
    assert!(told.contains("`0.12345678901234567890` is sent as 0.12345678901234568"), "{output}");
    assert!(!told.contains("`1.50` is sent"), "{output}");
}
