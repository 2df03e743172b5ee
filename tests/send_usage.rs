//! Wrong usage: exit code 2, what is wrong, and what to do. And which setting wins.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use common::cli::{Output, Sim, file, scratch, sim, words};
use serde_json::Value;

/// A usage error: nothing on standard output.
#[track_caller]
fn wrong(line: &str) -> Output {
    let output = sim(words(line)).exits(2);
    assert_eq!(output.stdout, "", "{output}");
    output
}

#[test]
fn no_secret() {
    let output = wrong("send --to http://127.0.0.1:9/");
    output.says(&["a MAC secret is needed", "--secret-file FILE", "WMS_SIM_SECRET", "--secret SECRET"]);
    wrong("sign").says(&["--secret-file FILE"]);
    sim(words("send --to http://127.0.0.1:9/ --secret")).args([""]).exits(2).says(&["the secret is empty"]);
}

#[test]
fn names_that_are_not_there() {
    wrong("send happy-pth").says(&["there is no scenario 'happy-pth'", "did you mean 'happy-path'?"]);
    wrong("send xyzzy").says(&["there is no scenario 'xyzzy'", "wms-sim scenarios list"]);
    wrong("send --mix prodction").says(&["there is no mix", "did you mean 'production'?"]);
    wrong("send --event LOWSNR").says(&["did you mean LOW_SNR?"]);
    wrong("scenarios show happy-pth").says(&["did you mean 'happy-path'?"]);
    wrong("sned").says(&["'send'"]);
    wrong("send --paec max").says(&["--pace"]);
    wrong("send --event LOW_SNR --dialect older").says(&["the older page has no LOW_SNR"]);
}

#[test]
fn forms_of_the_events_exclude_each_other() {
    wrong("events --schema --openapi").says(&["--schema", "--openapi"]);
    wrong("events --schema --json").says(&["--schema", "--json"]);
    wrong("events --openapi --json").says(&["--openapi", "--json"]);
}

#[test]
fn values_that_cannot_be() {
    for (line, says) in [
        ("send --pace 20", "'20' is not a pace"),
        ("send --pace 0x", "not between"),
        ("send --seed seven", "a whole number"),
        ("send --seed=-1", "a whole number"),
        ("send --sessions 0", "--sessions"),
        ("send --sessions 1000001", "--sessions"),
        ("send --only-session 2", "--only-session 2: the run has 1 session"),
        ("send --header nocolon", "no colon"),
        ("send --header X-WMS-Content-MAC:abc", "cannot be set"),
        ("send --header Content-Length:5", "cannot be set"),
        ("send --set snr", "KEY=VALUE"),
        ("send --set snr.scal=percent", "did you mean snr.scale?"),
        ("send --set snr.scale=huge", "it takes decibel, percent"),
        (
            "send --set delivery.backoff=30s..1s",
            "delivery.backoff cannot be '30s..1s': the range is backwards; did you mean 1s..30s?",
        ),
        ("send --set relay.latency=2s..100ms", "the range is backwards; did you mean 100ms..2s?"),
        ("send --retries 1 --backoff 30s..1s", "'30s..1s' is backwards; did you mean 1s..30s?"),
        ("send --set delivery.backoff=2h..1h", "it takes"),
        ("send --set snr.scale=2s..1s", "it takes decibel, percent"),
        ("send --override LOW_SNR.details=1", "EVENT.payload.KEY=VALUE"),
        ("send --payload {} ", "--event"),
        ("send --event LOW_SNR --payload {", "--payload is not JSON"),
        ("send --event LOW_SNR --sequence=-1", "--sequence"),
        ("send --timeout 5", "'5' is not a duration"),
        ("send --timeout 0s", "leaves no time"),
        ("send --accept 2xx", "not a set of HTTP statuses"),
        ("send --start-time today", "RFC 3339"),
        (
            "send --start-time 99999-01-01T00:00:00Z",
            "is not between 0000-01-01T00:00:00Z and 9999-12-30T22:00:00Z",
        ),
        (
            "send --start-time=-0001-01-01T00:00:00Z",
            "is not between 0000-01-01T00:00:00Z and 9999-12-30T22:00:00Z",
        ),
        ("send --to ftp://127.0.0.1/ --secret x", "ftp://"),
        ("send --to 127.0.0.1:8080 --secret x", "scheme"),
        ("send --to http:// --secret x", "--to"),
        ("send --wait-for-target none", "needs an end"),
        ("send --proxy nonsense --to http://127.0.0.1:9/ --secret x", "--proxy"),
    ] {
        wrong(line).says(&[says]);
    }
}

#[test]
fn what_does_not_go_together() {
    for line in [
        "send happy-path --mix all",
        "send happy-path --event LOW_SNR",
        "send --dry-run --curl",
        "send --dry-run --step",
        "send --sequence 3",
        "send --cert a.pem",
        "send --session-id a --session-ids b",
        "send --config a.toml --no-config",
        "send --to http://127.0.0.1:9/ --secret a --secret-file b",
        "send --dry-run --journal j",
    ] {
        wrong(line);
    }
    let several = "--session-id names one session, and there are";
    wrong("send --session-id a --sessions 2").says(&[several, "--session-ids FILE"]);
    wrong("send low-snr bounce --session-id a").says(&[several]);
    wrong("send --mix all --session-id a").says(&[several]);
}

#[test]
fn files_that_are_missing() {
    for line in [
        "send missing.yaml",
        "send --mix ./missing.yaml",
        "send --scenarios missing",
        "send --config missing.toml",
        "send --session-ids missing",
        "send --secret-file missing --to http://127.0.0.1:9/",
        "send --dialect missing.toml",
        "send --cacert missing --to https://127.0.0.1:9/ --secret x",
        "sign missing --secret x",
        "scenarios lint missing.yaml",
    ] {
        wrong(line).says(&["missing"]);
    }
    let folder = scratch();
    let journal = folder.path().join("no/such/folder");
    sim(words("send bounce --journal")).arg(journal).exits(2).says(&["cannot write the journal"]);
}

#[test]
fn a_scenario_with_an_error_is_shown_with_its_place() {
    let folder = scratch();
    let text = "name: broken\ntitle: Broken\noutcome: completed\nsteps:\n  - use: opening\n  - evnt: CAMERA_STARTED\n";
    file(&folder, "broken.yaml", text);
    for line in ["send broken.yaml", "scenarios lint broken.yaml", "scenarios show broken.yaml"] {
        let output = sim(words(line)).dir(folder.path()).exits(2);
        let told = format!("{}{}", output.stdout, output.stderr);
        for text in
            ["broken.yaml:6:5", "the key `evnt` is not known", "did you mean `event`?", "  |     ^^^^"]
        {
            assert!(told.contains(text), "{text}\n{output}");
        }
        assert!(!told.contains("\\n"), "{output}");
    }
}

#[test]
fn a_scenario_with_nothing_to_send_is_wrong() {
    let folder = scratch();
    file(&folder, "gone.yaml", "name: gone\ntitle: G\noutcome: failed\nlegal: false\nsteps:\n  - LOW_SNR\n");
    let line = "send gone.yaml --pace max --dialect older";
    sim(words(line)).dir(folder.path()).exits(2).says(&["gone.yaml:6:5", "nothing to send"]);
    file(
        &folder,
        "mixes/none.yaml",
        "name: none\ntitle: None\nscenarios:\n  - { scenario: bounce, weight: 0 }\n",
    );
    sim(words("send --mix none --scenarios .")).dir(folder.path()).exits(2);
}

#[test]
fn a_backoff_that_cannot_have_an_effect_is_told() {
    let told = |line: &str| sim(words(&format!("send bounce {line}"))).exits(0).stderr;
    let at_max = "--backoff has no effect at --pace max";
    for line in
        ["--dry-run --pace max --retries 2 --backoff 1s..2s", "--pace max --retries 2 --backoff 5s..9s"]
    {
        let told = told(line);
        assert_eq!(told.matches(at_max).count(), 1, "{told}");
        assert!(told.contains("retries follow at once") && told.contains("Retry-After"), "{told}");
    }
    assert!(told("--dry-run --backoff 1s..2s").contains("--backoff has no effect without --retries"));
    assert!(!told("--dry-run --pace 20x --retries 2 --backoff 1s..2s").contains("--backoff has"));
    assert!(!told("--dry-run --pace max --retries 2").contains("--backoff has"));
    let environment =
        sim(words("send bounce --dry-run --pace max --retries 1")).env("WMS_SIM_BACKOFF", "1s..2s");
    environment.exits(0).says(&[at_max]);
}

#[test]
fn curl_commands_without_a_target_say_where_they_go() {
    let stands_in = "no --to was given: http://127.0.0.1/webhook stands in for your webhook's URL";
    sim(words("send bounce --curl")).exits(0).says(&[stands_in]).shows(&["http://127.0.0.1/webhook"]);
    for line in ["send bounce --curl --secret x --to http://127.0.0.1:9/", "send bounce --dry-run"] {
        let output = sim(words(line)).exits(0);
        assert!(!output.stderr.contains("stands in"), "{output}");
    }
}

// --- settings ---------------------------------------------------------------------------------------------------------

/// `send` in a folder with a settings file of this name and text.
fn with_settings(name: &str, text: &str, line: &str) -> (tempfile::TempDir, Sim) {
    let folder = scratch();
    file(&folder, name, text);
    let sim = sim(words(line)).dir(folder.path());
    (folder, sim)
}

fn with_file(text: &str, line: &str) -> Output {
    let (_folder, sim) = with_settings("wms-sim.toml", text, line);
    sim.run()
}

#[test]
fn a_file_that_nobody_named_sets_no_target_secret_or_command() {
    for text in [
        "to = 'http://127.0.0.1:9/'",
        "secret = 'x'",
        "secret-file = '/etc/hostname'",
        "before-session = 'touch owned'",
        "expect-probe = 'touch owned'",
        "journal = 'owned'",
        "proxy = 'http://127.0.0.1:9'",
        "insecure = true",
        "header = 'A: b'",
        "[send]\nto = 'http://127.0.0.1:9/'",
        "[send]\nbefore-session = 'touch owned'",
        "[sign]\nsecret = 'x'",
    ] {
        let (folder, sim) = with_settings("wms-sim.toml", text, "send bounce --pace max");
        let output = sim.exits(2).says(&["nobody named the file", "--no-config", "--config wms-sim.toml"]);
        assert_eq!(output.stdout, "");
        assert!(!folder.path().join("owned").exists());
    }
}

#[test]
fn a_file_that_nobody_named_can_be_left_unread() {
    let output = with_file("to = 'http://127.0.0.1:9/'", "send bounce --pace max --no-config");
    assert_eq!(output.code(), Some(0), "{output}");
    let output = with_file("to = [", "send bounce --pace max --no-config --output quiet");
    assert_eq!(output.code(), Some(0), "{output}");
}

#[test]
fn a_named_file_sets_anything() {
    let text = "to = 'http://127.0.0.1:9/'\nsecret = 'x'\npace = 'max'\n[send]\nseed = 5";
    let (_folder, sim) = with_settings("mine.toml", text, "send bounce --output ndjson --config mine.toml");
    let line = run_line(&sim.exits(3));
    assert_eq!(line["target"], "http://127.0.0.1:9/");
    assert_eq!((&line["seed"], &line["pace"]), (&Value::from(5), &Value::from("max")));
}

#[test]
fn a_wrong_file_is_told() {
    let told = |text, says: &[&str]| {
        let output = with_file(text, "send bounce --dry-run");
        assert_eq!(output.code(), Some(2), "{output}");
        output.says(&["wms-sim.toml"]).says(says);
    };
    told("pace = [", &["not TOML", "line 1"]);
    told("paec = 'max'", &["'paec', which is no flag", "did you mean 'pace'?"]);
    told("pace = { a = 1 }", &["is not a flag's value"]);
    told("seed = [1, 2]", &["gives 'seed' several values"]);
    told("config = 'other.toml'", &["cannot set 'config'"]);
    let output = with_file("pace = 'fast'", "send bounce --dry-run");
    assert_eq!(output.code(), Some(2), "{output}");
    output.says(&["'fast' is not a pace"]);
}

fn run_line(output: &Output) -> Value {
    output.json_lines().remove(0)
}

#[test]
fn a_flag_wins_over_the_environment_over_the_file_over_the_default() {
    let line = "send bounce --output ndjson --pace max";
    let seed = |file: &str, environment: Option<&str>, flag: &str| {
        let (_folder, mut sim) = with_settings("wms-sim.toml", file, &format!("{line} {flag}"));
        if let Some(value) = environment {
            sim = sim.env("WMS_SIM_SEED", value);
        }
        run_line(&sim.exits(0))["seed"].as_u64().unwrap()
    };
    assert_eq!(seed("seed = 1", Some("2"), "--seed 3"), 3);
    assert_eq!(seed("seed = 1", Some("2"), ""), 2);
    assert_eq!(seed("seed = 1", None, "--seed 3"), 3);
    assert_eq!(seed("seed = 1", None, ""), 1);
    assert_eq!(seed("[send]\nseed = 1", None, ""), 1);
    assert_eq!(seed("", Some("2"), ""), 2);
    assert!(seed("", None, "") > 3, "drawn");
}

#[test]
fn switches_can_be_set_by_the_environment_and_the_file() {
    let output = with_file("dry-run = true", "send bounce --seed 1");
    assert!(output.code() == Some(0) && output.json_lines()[0]["body"].is_string(), "{output}");
    let output = with_file("dry-run = false", "send bounce --seed 1 --pace max --output ndjson");
    assert!(output.code() == Some(0) && output.json_lines()[0]["type"] == "run", "{output}");
    for value in ["1", "true"] {
        let output = sim(words("send bounce --seed 1")).env("WMS_SIM_DRY_RUN", value).exits(0);
        assert!(output.json_lines()[0]["body"].is_string(), "{output}");
    }
    for value in ["0", "false"] {
        let output =
            sim(words("send bounce --pace max --output ndjson")).env("WMS_SIM_DRY_RUN", value).exits(0);
        assert_eq!(run_line(&output)["type"], "run");
    }
}

#[test]
fn what_is_typed_wins_over_what_cannot_go_with_it_in_the_file() {
    let plays = |file: &str, line: &str| {
        let output = with_file(file, &format!("send --pace max --output ndjson {line}"));
        assert_eq!(output.code(), Some(0), "{output}");
        run_line(&output)["plays"].as_str().unwrap().to_owned()
    };
    assert_eq!(plays("mix = 'all'", "bounce"), "bounce");
    assert_eq!(plays("event = 'LOW_SNR'", "bounce"), "bounce");
    assert_eq!(plays("event = 'LOW_SNR'", "--mix trouble"), "mix trouble");
    assert_eq!(plays("mix = 'all'", "--event WMS_LOADED"), "one WMS_LOADED");
    assert_eq!(plays("mix = 'trouble'\nsessions = 3", ""), "mix trouble");

    let folder = scratch();
    file(&folder, "wms-sim.toml", "session-id = 'of the file'\ncurl = true");
    file(&folder, "ids", "typed");
    let line = "send bounce --dry-run --seed 1 --session-ids ids";
    let output = sim(words(line)).dir(folder.path()).exits(0);
    assert_eq!(output.json_lines()[0]["session_id"], "typed");
}

#[test]
fn the_secret_that_was_typed_wins() {
    let folder = scratch();
    file(&folder, "mac.secret", "of the file\n");
    let sign = |sim: Sim| sim.dir(folder.path()).input("{}").exits(0).stdout.trim().to_owned();
    let typed = sim(words("sign --secret typed")).env("WMS_SIM_SECRET_FILE", "mac.secret");
    assert_eq!(sign(typed), common::page::mac("typed", "{}"));
    let typed = sim(words("sign --secret-file mac.secret")).env("WMS_SIM_SECRET", "of the environment");
    assert_eq!(sign(typed), common::page::mac("of the file", "{}"));
    let environment = sim(words("sign")).env("WMS_SIM_SECRET", "of the environment");
    assert_eq!(sign(environment), common::page::mac("of the environment", "{}"));
}

// --- where a value came from ------------------------------------------------------------------------------------------

#[test]
fn a_wrong_value_of_the_environment_is_told_with_its_variable() {
    let wrong = |line: &str, name: &str, value: &str, says: &[&str]| {
        sim(words(line)).env(name, value).exits(2).says(says)
    };
    for (name, value, says) in [
        ("WMS_SIM_PACE", "fast", "'fast' is not a pace"),
        ("WMS_SIM_SESSIONS", "0", "--sessions"),
        ("WMS_SIM_TRANSPORT", "pigeon", "possible values"),
        ("WMS_SIM_INSECURE", "perhaps", "not a boolean"),
        ("WMS_SIM_FAULT", "dorp@3", "drop"),
        ("WMS_SIM_TIMEOUT", "5", "'5' is not a duration"),
        ("WMS_SIM_ACCEPT", "2xx", "not a set of HTTP statuses"),
        ("WMS_SIM_SET", "snr.scal=percent", "did you mean snr.scale?"),
        ("WMS_SIM_OVERRIDE", "LOW_SNR.details=1", "EVENT.payload.KEY=VALUE"),
        ("WMS_SIM_HEADER", "nocolon", "no colon"),
        ("WMS_SIM_TO", "ftp://127.0.0.1/", "ftp://"),
        ("WMS_SIM_MIX", "prodction", "there is no mix"),
        ("WMS_SIM_EVENT", "LOWSNR", "did you mean LOW_SNR?"),
        ("WMS_SIM_SCENARIOS", "missing", "cannot read the folder"),
        ("WMS_SIM_SESSION_IDS", "missing", "no such file"),
        ("WMS_SIM_SECRET_FILE", "missing", "no such file"),
        ("WMS_SIM_SECRET", "", "the secret is empty"),
        ("WMS_SIM_DIALECT", "missing.toml", "neither a preset nor a file"),
        ("WMS_SIM_CACERT", "missing", "no such file"),
        ("WMS_SIM_JOURNAL", "no/such/folder", "cannot write the journal"),
        ("WMS_SIM_ONLY_SESSION", "2", "the run has 1 session"),
    ] {
        let flag = name["WMS_SIM_".len()..].to_lowercase().replace('_', "-");
        let place = format!("--{flag} is set by the environment variable {name}");
        let output = wrong("send", name, value, &[says, &place]);
        assert_eq!(output.stderr.matches(&place).count(), 1, "{output}");
    }
    let place = "--session-ids is set by the environment variable WMS_SIM_SESSION_IDS";
    wrong("send --session-id a", "WMS_SIM_SESSION_IDS", "b", &["cannot be used with", place]);
    wrong("scenarios show happy-path", "WMS_SIM_SEED", "x", &["variable WMS_SIM_SEED"]);
    // What was typed is to blame itself, whatever the environment says.
    for line in ["send --pace fast", "send --pace=fast"] {
        let output = wrong(line, "WMS_SIM_PACE", "slow", &["'fast' is not a pace"]);
        assert!(!output.stderr.contains("WMS_SIM_PACE"), "{output}");
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_named() {
    use std::os::unix::ffi::OsStrExt as _;
    let (mut command, _home) = sim(["send"]).into_command();
    let output = command.env("WMS_SIM_PACE", std::ffi::OsStr::from_bytes(b"\xff")).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("UTF-8") && told.contains("variable WMS_SIM_PACE"), "{told}");
}

#[test]
fn a_wrong_value_of_a_file_is_told_with_its_line() {
    let told = |text: &str, says: &[&str]| {
        let output = with_file(text, "send bounce --dry-run");
        assert_eq!(output.code(), Some(2), "{output}");
        output.says(says)
    };
    told("pace = 'fast'", &["'fast' is not a pace", "--pace is set by line 1 of wms-sim.toml"]);
    told("# pace\nseed = 1\n\n[send]\npace = 'fast'", &["--pace is set by line 5 of wms-sim.toml"]);
    told("timeout = 5", &["'5' is not a duration", "--timeout is set by line 1 of wms-sim.toml"]);
    told("[replay]\ntimeout = 5\n[send]\ntimeout = 6", &["'6' is not", "--timeout is set by line 4 of"]);
    let output = with_file("timeout = 5", "send --timeout 6");
    assert!(output.stderr.contains("'6' is not") && !output.stderr.contains("toml"), "{output}");
    let (_folder, sim) = with_settings("mine.toml", "secret-file = 'missing'", "sign --config mine.toml");
    sim.exits(2).says(&["no such file", "--secret-file is set by line 1 of mine.toml"]);
}

#[test]
fn what_a_file_says_of_one_verb_wins_over_what_it_says_of_all() {
    let output = with_file("timeout = 5\n[send]\ntimeout = '2s'", "send bounce --dry-run");
    assert_eq!(output.code(), Some(0), "{output}");
}

#[test]
fn a_variable_that_sets_nothing_is_told() {
    let told = |line: &str, name: &str| sim(words(line)).env(name, "M4RK").exits(0);
    told("send bounce --dry-run", "WMS_SIM_PAEC")
        .says(&["warning", "variable WMS_SIM_PAEC sets nothing; did you mean WMS_SIM_PACE?"]);
    for line in ["faults", "scenarios list", "dialect", "completions bash", "man"] {
        let output = told(line, "WMS_SIM_SECRT").says(&["WMS_SIM_SECRT", "did you mean WMS_SIM_SECRET?"]);
        assert!(!output.stderr.contains("M4RK") && !output.stdout.contains("SECRT"), "{output}");
    }
    told("faults", "WMS_SIM_XYZZY").says(&["WMS_SIM_XYZZY sets nothing", "wms-sim send --help"]);
    let quiet = told("faults", "WMS_SIM_BIN");
    assert!(!quiet.stderr.contains("WMS_SIM_BIN"), "{quiet}");
    told("faults", "WMS_SIM_CONFIG").says(&["WMS_SIM_CONFIG sets nothing", "--config can only be typed"]);
    let quiet = told("send bounce --pace max --output quiet", "WMS_SIM_PAEC");
    assert_eq!(quiet.stderr, "");
    // A variable of another verb's flag, of the session before which a command runs, and of somebody else.
    for name in ["WMS_SIM_MAC", "WMS_SIM_SECRET", "WMS_SIM_SESSION_ID", "WMS_SIMULATOR", "OTHER_WMS_SIM_PAEC"]
    {
        assert_eq!(told("faults", name).stderr, "", "{name}");
    }
}
