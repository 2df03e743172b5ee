//! What a person sees, word for word.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use common::cli::{Output, START, file, scratch, send, sim, words};
use common::customer::{Customer, http, json as shows};
use common::receiver::{Kind, Receiver, Setup};
use common::tcp;
use serde_json::json;

const SECRET: &str = "s";

/// What differs in every text.
const EVER: &[(&str, &str)] = &[
    (r"127\.0\.0\.1:\d{5}", "127.0.0.1:PORT"),
    (r"--seed \d{5,}", "--seed SEED"),
    (r"--start-time 20[0-9T:.-]+Z", "--start-time TIME"),
    (r"wms-sim/\d+\.\d+\.\d+", "wms-sim/VERSION"),
];

/// And in those of runs: when an event was sent, and how long it took.
const RUN: &[(&str, &str)] = &[
    (r"(?m)^ *\d+\.\d{3}  ", "   0.000  "),
    (r"(?m)^(   0\.000  .{76}|   0\.000  .{67}) *\d+(?:\.\d+)? m?s$", "$1   0.00 ms"),
    (r"(p50|p90|p99|max) \d+(\.\d+)? m?s", "$1 0.00 ms"),
    (r"(events?) in \d+(\.\d+)? m?s:", "$1 in 0 ms:"),
];

/// Compares with what was seen before; what differs from run to run is replaced.
fn seen(name: &str, output: &Output) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("snapshots/texts");
    let run = if name.starts_with("run") { RUN } else { &[] };
    for (pattern, by) in run.iter().chain(EVER) {
        settings.add_filter(pattern, *by);
    }
    settings.bind(|| insta::assert_snapshot!(name, output));
}

/// `send` whose bytes are the same each time.
fn fixed(url: &str, more: &str) -> Output {
    send(url, SECRET, "--seed 1 --start-time").args([START]).args(words(more)).run()
}

#[test]
fn runs() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    seen("run-success", &fixed(&receiver.url(), "happy-path"));
    seen("run-success-several", &fixed(&receiver.url(), "bounce camera-denied --max-in-flight 1"));
    seen("run-many", &fixed(&receiver.url(), "--mix all --sessions 30"));
    let receiver = Receiver::start(Kind::NodeHttp, "another");
    seen("run-refused", &fixed(&receiver.url(), "camera-denied"));
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(json!({ "status": [204, 500, 204] })).start();
    seen("run-some-refused", &fixed(&receiver.url(), "camera-denied"));
    seen("run-some-refused-of-many", &fixed(&receiver.url(), "bounce --sessions 12 --max-in-flight 1"));
    let nobody = format!("http://127.0.0.1:{}/", tcp::closed_port());
    seen("run-nobody-listens", &fixed(&nobody, "camera-denied"));
    seen("run-nobody-listens-many", &fixed(&nobody, "happy-path --sessions 30 --max-in-flight 1"));
    seen("run-nobody-listens-quiet", &fixed(&nobody, "bounce --output quiet"));
    seen("run-nobody-comes", &fixed(&nobody, "bounce --wait-for-target 100ms"));
    let hangs = format!("http://127.0.0.1:{}/", tcp::hangs());
    seen("run-no-answer", &fixed(&hangs, "bounce --timeout 100ms"));
    let not_http = format!("http://127.0.0.1:{}/", tcp::answers(b"SSH-2.0-OpenSSH_9.6\r\n"));
    seen("run-not-http", &fixed(&not_http, "bounce"));
    seen("run-built-in", &sim(words("send camera-denied-closed --pace max")).run());
    let output = send(&nobody, SECRET, "bounce --seed 1 --start-time").args([START]);
    seen("run-not-announced", &output.args(["--before-session", "echo no such tenant >&2; false"]).run());
}

#[test]
fn probes() {
    let probed = |customer: &Customer, more: &str| {
        let run = send(&customer.webhook(), SECRET, "--seed 1 --expect-within 0s --start-time").args([START]);
        run.args(["--expect-probe", &customer.probe()]).args(words(more)).run()
    };
    // Sessions of a seed have the same ID in every run: each run has a system of its own.
    seen("run-probe-matched", &probed(&Customer::start(), "bounce"));
    seen("run-probe-matched-many", &probed(&Customer::start(), "--mix all --sessions 30"));
    seen("run-probe-excused", &probed(&Customer::start(), "camera-denied-closed --fault drop@2"));
    let another = || Customer::answering(|_| shows(r#"{"outcome":"abandoned"}"#));
    seen("run-probe-differs", &probed(&another(), "camera-denied-closed"));
    // Of many sessions one is told.
    let several = format!("{} camera-denied-closed", "bounce ".repeat(11));
    seen("run-probe-differs-many", &probed(&another(), &several));
    let unknown = Customer::answering(|_| http("404 Not Found", ""));
    seen("run-probe-not-known", &probed(&unknown, "bounce"));
    let not_json = Customer::answering(|_| shows("<!doctype html>"));
    seen("run-probe-unknown", &probed(&not_json, "bounce"));
}

#[test]
fn planned() {
    seen("planned-curl", &fixed("http://127.0.0.1:9/webhook", "bounce --curl"));
    seen("planned-dry-run", &fixed("http://127.0.0.1:9/webhook", "bounce --dry-run"));
}

#[test]
fn verbs() {
    for (name, line) in [
        ("scenarios-list", "scenarios list"),
        ("scenarios-show-diagram", "scenarios show happy-path --diagram"),
        ("scenarios-show", "scenarios show low-snr"),
        ("events", "events"),
        ("dialect", "dialect"),
        ("dialect-toml", "dialect --toml"),
    ] {
        seen(name, &sim(words(line)).exits(0));
    }
}

#[test]
fn audits() {
    let folder = scratch();
    let journal = folder.path().join("run.ndjson");
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let run = send(&receiver.url(), SECRET, "--seed 1 --start-time").args([START]);
    run.args(words("happy-path low-snr --fault duplicate@1 --max-in-flight 1 --journal")).arg(&journal).run();
    let audit = |more: &str| sim(["audit"]).arg(&journal).args(words(more)).run();
    seen("audit-nothing", &audit("--secret s"));
    seen("audit-differs", &audit("--secret another --set payload.empty=null --set websocket.initial=false"));
    seen("audit-ndjson", &audit("--output ndjson --set results.count=6"));
    let learnt = sim(["dialect", "learn", "run.ndjson"]).dir(folder.path());
    seen("learnt", &learnt.exits(0));
}

#[test]
fn helps() {
    for verb in [
        "",
        "send",
        "scenarios",
        "dialect",
        "dialect learn",
        "events",
        "audit",
        "report",
        "sign",
        "completions",
        "man",
    ] {
        let name = format!("help{}{}", if verb.is_empty() { "" } else { "-" }, verb.replace(' ', "-"));
        seen(&name, &sim(words(&format!("{verb} --help"))).exits(0));
    }
    seen("help-send-short", &sim(words("send -h")).exits(0));
}

#[test]
fn usage_errors() {
    for (name, line) in [
        ("wrong-no-secret", "send --to http://127.0.0.1:9/"),
        ("wrong-scenario", "send happy-pth"),
        ("wrong-pace", "send --pace 20"),
        ("wrong-seed", "send --seed seven"),
        ("wrong-set", "send --set snr.scal=percent"),
        ("wrong-probe", "send --expect-probe http://127.0.0.1:9/sessions"),
    ] {
        seen(name, &sim(words(line)).exits(2));
    }
    let folder = scratch();
    let text = "name: broken\ntitle: Broken\noutcome: completed\nsteps:\n  - use: opening\n  - evnt: CAMERA_STARTED\n";
    file(&folder, "broken.yaml", text);
    seen("wrong-scenario-file", &sim(words("send broken.yaml")).dir(folder.path()).exits(2));
    file(&folder, "wms-sim.toml", "to = 'http://127.0.0.1:9/'");
    seen("wrong-settings", &sim(words("send")).dir(folder.path()).exits(2));
    file(&folder, "wms-sim.toml", "pace = 'max'\nseed = [");
    seen("wrong-settings-toml", &sim(words("send")).dir(folder.path()).exits(2));
}
