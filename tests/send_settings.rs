//! Settings files and the environment: what they set goes together with what is typed.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use common::cli::{Sim, file, scratch, send, sim, words};
use common::tcp;
use tempfile::TempDir;

/// A run with a settings file that is named.
fn named(text: &str, line: &str) -> (TempDir, Sim) {
    let folder = scratch();
    file(&folder, "n.toml", text);
    let run = sim(words(&format!("{line} --config n.toml"))).dir(folder.path());
    (folder, run)
}

#[test]
fn what_a_file_sets_is_there_for_the_flags_that_need_it() {
    let (_folder, run) = named("expect-probe = 'true'", "send bounce --pace max --expect-within 0s");
    // The command says nothing, which is told: it was asked.
    run.exits(1).shows(&["it said nothing"]);
    let (_folder, run) = named("expect-within = '0s'", "send bounce --pace max --expect-probe true");
    run.exits(1).shows(&["it said nothing"]);
    let (_folder, run) = named("event = 'API_ERROR'", "send --dry-run --sequence 7 --payload {\"code\":1}");
    run.exits(0).shows(&[r#"\"sequence\":7"#, r#"\"payload\":{\"code\":1}"#]);
    let (folder, run) = named("cert = 'c.pem'", "send --to https://127.0.0.1:9/ --secret x --key k.pem");
    file(&folder, "c.pem", "no certificate");
    file(&folder, "k.pem", "no key");
    let output = run.exits(2);
    assert!(!output.stderr.contains("--cert needs") && !output.stderr.contains("required"), "{output}");
}

#[test]
fn what_is_of_use_with_another_flag_alone_breaks_nothing() {
    sim(words("send bounce --pace max")).env("WMS_SIM_EXPECT_WITHIN", "30s").exits(0);
    let (_folder, run) = named("expect-within = '30s'", "send bounce --pace max");
    run.exits(0);
    // The file's event is not what was typed, and what belongs to it goes with it.
    let event = "event = 'API_ERROR'\nsequence = 3\npayload = '{}'";
    let (_folder, run) = named(event, "send bounce --pace max");
    run.exits(0);
}

#[test]
fn what_is_missing_is_told() {
    for (line, says) in [
        ("send bounce --expect-within 5s", "--expect-probe URL|CMD"),
        ("send --payload {}", "--event CODE"),
        ("send --sequence 3", "--event CODE"),
        ("send --cert a.pem", "--key FILE"),
        ("send --key a.pem", "--cert FILE"),
    ] {
        sim(words(line)).exits(2).says(&[says]);
    }
    let told = |name: &str, value: &str, says: &str| {
        let output = sim(words("send --dry-run")).env(name, value).exits(2);
        output.says(&[says, &format!("is set by the environment variable {name}")]);
    };
    told("WMS_SIM_SEQUENCE", "3", "--event CODE");
    told("WMS_SIM_CERT", "c.pem", "--key FILE");
    let (_folder, run) = named("key = 'k.pem'", "send --dry-run");
    run.exits(2).says(&["--cert FILE", "--key is set by line 1 of n.toml"]);
}

#[test]
fn keys_of_the_dialect_that_cannot_have_an_effect_are_told() {
    let told = |line: &str| sim(words(&format!("send bounce --dry-run {line}"))).exits(0).stderr;
    let backoff = "--set delivery.backoff=1s..2s";
    assert!(told(backoff).contains("--set delivery.backoff has no effect without --retries"));
    let both = "--set delivery.retries=2 --pace max";
    assert!(
        told(&format!("{backoff} {both}")).contains("--set delivery.backoff has no effect at --pace max")
    );
    let once = told(&format!("{backoff} {both} --backoff 1s..2s"));
    assert_eq!(once.matches("has no effect").count(), 1, "{once}");
    assert!(!told(&format!("{backoff} --retries 1 --pace 20x")).contains("no effect"));
    assert!(!told(&format!("{backoff} --set delivery.retries=1")).contains("no effect"));

    let free = "--set relay.order=free has no effect without relay.latency";
    assert!(told("--set relay.order=free").contains(free));
    assert!(told("--set relay.order=free --set relay.latency=0s..0s").contains(free));
    assert!(!told("--set relay.order=free --set relay.latency=0s..1s").contains("no effect"));
    assert!(!told("--set relay.order=kept").contains("no effect"));
    let environment = sim(words("send bounce --dry-run")).env("WMS_SIM_SET", "relay.order=free");
    environment.exits(0).says(&[free]);
    // In a file they wait for the runs that they are of use to.
    let (_folder, run) = named("set = ['relay.order=free', 'delivery.backoff=1s..2s']", "send --dry-run");
    assert!(!run.exits(0).stderr.contains("no effect"));
}

#[test]
fn what_a_replay_does_not_use_is_told_in_one_warning() {
    let folder = scratch();
    let url = format!("http://127.0.0.1:{}/", tcp::answers(b"HTTP/1.1 204 OK\r\nConnection: close\r\n\r\n"));
    send(&url, "s", "bounce --journal run.ndjson").dir(folder.path()).exits(0);
    let told = |line: &str| {
        let line = format!("replay run.ndjson --pace max --secret s --to {url} {line}");
        sim(words(&line)).dir(folder.path()).exits(0).stderr
    };
    let unused = "--set relay.latency=0s..1s --set relay.order=free --set callback.results=base64url \
                  --set snr.scale=percent";
    let output =
        told(&format!("{unused} --set delivery.timeout=5s --set events=older --set mac.input=bytes"));
    assert_eq!(output.matches("no effect").count(), 1, "{output}");
    assert!(
        output.contains(
            "--set: a replay sends the journal's bytes, so these keys have no effect: relay.latency, relay.order, \
             callback.results, snr.scale, events, mac.input\n"
        ),
        "{output}"
    );
    assert!(
        !told("--set mac.input=bytes --resign --set http.user-agent=x --set delivery.order=concurrent")
            .contains("no effect")
    );
    assert!(
        told("--set delivery.backoff=1s..2s")
            .contains("--set delivery.backoff has no effect without --retries")
    );
}

#[test]
fn sections_and_flags_that_are_not_there_are_told() {
    for (text, says) in [
        ("[sned]\npace = 'max'", &["there is no section [sned]", "did you mean [send]?"][..]),
        ("[zzz]\nx = 1", &["there is no section [zzz]", "sections are verbs: send, check, replay, "]),
        ("[checks]\nx = 1", &["there is no section [checks]", "did you mean [check]?"]),
        (
            "[replay]\nfault = 'drop@3'",
            &["sets 'fault' under [replay]", "replay has no such flag", "send has it"],
        ),
        ("[replay]\nonly-sesion = 3", &["sets 'only-sesion' under [replay]", "did you mean 'only-session'?"]),
        ("[replay]\nxyz = 3", &["sets 'xyz' under [replay]", "wms-sim replay --help lists the flags"]),
        ("[send]\nscenario = 'bounce'", &["sets 'scenario' under [send]", "serve has it"]),
        ("[verify]\npace = '1x'", &["verify has no such flag", "send, replay, serve have it"]),
        ("pcae = '1x'", &["sets 'pcae', which is no flag", "did you mean 'pace'?"]),
        ("[pace]\nx = 1", &["'pace' is not a flag's value"]),
        ("completions = { x = 1 }", &["sets 'x' under [completions]", "completions has no such flag"]),
    ] {
        let (_folder, run) = named(text, "send --dry-run");
        run.exits(2).says(&["n.toml"]).says(says);
    }
}
