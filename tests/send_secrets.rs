//! Secrets and credentials are found in nothing that is printed or written.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::cli::{Output, Sim, file, scratch, sim, words};
use common::receiver::{Kind, Receiver, Setup};
use common::server::{Server, serve};
use common::tcp;
use serde_json::json;

const SECRET: &str = "M4RK-secret";
const MARK: &str = "M4RK";

#[track_caller]
fn assert_clean(what: &str, text: &str) {
    assert!(!text.contains(MARK), "a credential in {what}:\n{text}");
}

#[track_caller]
fn clean(output: &Output) {
    assert_clean("what was printed", &output.to_string());
}

/// A URL with credentials wherever a URL can have them.
fn url(port: u16) -> String {
    format!("http://M4RK-user:M4RK-password@127.0.0.1:{port}/webhook?token=M4RK-token&M4RK-bare")
}

const HEADER: [&str; 2] = ["--header", "X-Api-Key: M4RK-key"];

#[test]
fn no_run_tells_a_credential() {
    for receiver in [
        Setup::new(Kind::NodeHttp, SECRET).start(),
        Setup::new(Kind::NodeHttp, SECRET).plan(json!({ "status": [204, 500], "closeEvery": 5 })).start(),
        Setup::new(Kind::NodeHttp, "another").start(),
    ] {
        let url = url(receiver.port());
        let probe = url.replace("webhook", "{sessionId}");
        for output in ["human", "ndjson", "quiet"] {
            for transport in ["wire", "reqwest"] {
                let folder = scratch();
                let journal = folder.path().join("journal");
                let ran = sim(words("send low-snr bounce --pace max --output"))
                    .args([output, "--transport", transport, "--to", &url, "--secret", SECRET])
                    .args(HEADER)
                    .args(["--before-session", "true M4RK-command"])
                    .args(["--expect-probe", &probe, "--expect-within", "0s"])
                    .arg("--journal")
                    .arg(&journal)
                    .run();
                clean(&ran);
                assert_clean("the journal", &fs::read_to_string(&journal).unwrap());
            }
        }
        let records = receiver.records();
        assert!(records.iter().all(|record| record.header("X-Api-Key") == Some("M4RK-key")));
        let basic = "Basic TTRSSy11c2VyOk00UkstcGFzc3dvcmQ=";
        assert!(records.iter().all(|record| record.header("Authorization") == Some(basic)));
    }
}

#[test]
fn what_a_receiver_repeats_is_told_without_credentials() {
    let target = url(tcp::repeats());
    for transport in ["wire", "reqwest"] {
        for output in ["human", "ndjson", "quiet"] {
            let folder = scratch();
            let journal = folder.path().join("journal");
            let ran = sim(words("send bounce --pace max --output"))
                .args([output, "--transport", transport, "--to", &target, "--secret", SECRET])
                .args(HEADER)
                .arg("--journal")
                .arg(&journal)
                .exits(1);
            clean(&ran);
            let told = fs::read_to_string(&journal).unwrap();
            assert_clean("the journal", &told);
            assert!(told.contains("X-Api-Key: ***"), "the answer is in the journal: {told}");
        }
    }
}

#[test]
fn no_failure_tells_a_credential() {
    let closed = tcp::closed_port();
    let hangs = tcp::hangs();
    for transport in ["wire", "reqwest"] {
        for (target, more) in [
            (url(closed), ""),
            (url(closed), "--wait-for-target 100ms"),
            (url(hangs), "--timeout 200ms"),
            (url(tcp::answers(b"M4")), ""),
            (url(closed).replace("127.0.0.1", "no-such-host.invalid"), ""),
            (url(closed).replace("http:", "https:"), ""),
            (url(closed).replace("/webhook", "/webhook\\ \n"), ""),
            (url(closed).replace("http:", "ftp:"), ""),
            (url(closed).replace("http://", ""), ""),
            (url(closed).replace("127.0.0.1", "[::"), ""),
            (url(closed) + "#M4RK-fragment", ""),
        ] {
            let line =
                format!("send bounce --pace max --transport {transport} {more} --secret {SECRET} --to");
            clean(&sim(words(&line)).args([&target]).args(HEADER).run());
            let line = "send bounce --pace max --timeout 200ms --to http://127.0.0.1:9/ --secret x --proxy";
            clean(&sim(words(line)).args([&target]).run());
            // What is no URL at all is a command, whose own words are told.
            if target.contains("://") {
                let line = "send bounce --pace max --timeout 200ms --before-session";
                clean(&sim(words(line)).args([&target]).run());
                let line = "send bounce --pace max --timeout 200ms --expect-within 0s --expect-probe";
                for target in [&target, &target.replace("webhook", "{sessionId}")] {
                    clean(&sim(words(line)).args([target]).run());
                }
            }
        }
    }
}

#[test]
fn nothing_planned_tells_a_credential() {
    for mode in ["--dry-run", "--curl"] {
        let line = format!("send bounce {mode} --secret {SECRET} --to");
        let output = sim(words(&line)).args([url(9)]).args(HEADER).exits(0);
        clean(&output);
        let told = output.stderr.contains("credentials are printed as ***");
        assert_eq!(told, mode == "--curl", "{output}");
        let line = format!("send bounce {mode} --secret={SECRET} --header=X:M4RK --to={}", url(9));
        clean(&sim(words(&line)).exits(0));
        let environment = sim(["send", "bounce", mode])
            .env("WMS_SIM_SECRET", SECRET)
            .env("WMS_SIM_TO", &url(9))
            .env("WMS_SIM_HEADER", "X: M4RK");
        clean(&environment.exits(0));
    }
}

#[test]
fn nothing_made_of_traffic_tells_a_credential() {
    let folder = scratch();
    let journal = folder.path().join("journal");
    let line = format!("send low-snr --pace max --secret {SECRET} --journal");
    clean(&sim(words(&line)).arg(&journal).args(HEADER).exits(0));
    let right = fs::read_to_string(&journal).unwrap();
    // Headers of every kind, as somebody else would write them down.
    let received = json!({
        "type": "received",
        "headers": { "authorization": "Bearer M4RK", "cookie": "M4RK", "x-api-key": "M4RK", "x-wms-content-mac": "M4RK" },
        "body": "{}",
    });
    let received = file(&folder, "received", &format!("{received}\n"));
    let secret = file(&folder, "mac.secret", SECRET);
    for path in [&journal, &received] {
        for output in ["human", "ndjson", "quiet"] {
            let audit = || sim(["audit", "--output", output]).arg(path);
            clean(&audit().args(["--secret", SECRET]).run());
            clean(&audit().args(["--secret", "another"]).run());
            clean(&audit().arg("--secret-file").arg(&secret).arg("--secret-file").arg(&secret).run());
            clean(&audit().env("WMS_SIM_SECRET", SECRET).run());
        }
        clean(&sim(["dialect", "learn", "--secret", SECRET]).arg(path).run());
        clean(&sim(["dialect", "learn"]).env("WMS_SIM_SECRET", SECRET).arg(path).run());
    }
    // What is told of a MAC that is not right is not what would be right.
    let mac = right.split("hmac-sha256=").nth(1).unwrap()[..64].to_owned();
    let wrong = file(&folder, "wrong", &right.replace(&mac, &"0".repeat(64)));
    let output = sim(["audit", "--secret", SECRET]).arg(wrong).exits(1);
    assert!(output.stdout.contains("mac-mismatch") && !output.to_string().contains(&mac), "{output}");
}

#[test]
fn no_help_and_no_usage_error_tells_a_credential() {
    for line in [
        "send --help",
        "audit --help",
        "audit missing",
        "dialect learn --help",
        "dialect learn missing",
        "dialect --json learn missing",
        "sign --help",
        "send --paec max",
        "send --pace fast",
        "send --dry-run --curl",
        "send happy-pth",
        "send --header M4RK-without-a-colon",
        "send --header M4RK_bad\u{1}name:M4RK",
        "sign missing",
        "man",
        "completions bash",
        "scenarios list",
        "dialect",
        "events",
    ] {
        let run = sim(words(line))
            .env("WMS_SIM_SECRET", SECRET)
            .env("WMS_SIM_TO", &url(9))
            .env("WMS_SIM_HEADER", "X-Key: M4RK")
            .env("WMS_SIM_PROXY", &url(9));
        let output = run.run();
        assert!(output.code() == Some(0) || output.code() == Some(2), "{output}");
        clean(&output);
    }
}

#[test]
fn a_settings_file_is_not_quoted_where_it_holds_a_credential() {
    let folder = scratch();
    for (text, code) in [
        (format!("secret = '{SECRET}'\nto = '{}'\nheader = ['X: M4RK']\ndry-run = true", url(9)), 0),
        (format!("secret = '{SECRET}'\nto = '{}'\nheader = 'M4RK'\ndry-run = true", url(9)), 2),
        (format!("secret = '{SECRET}\nto = 1"), 2),
        (format!("secret = ['{SECRET}', '{SECRET}', '{SECRET}']"), 2),
    ] {
        file(&folder, "mine.toml", &text);
        let output = sim(words("send bounce --config mine.toml")).dir(folder.path()).exits(code);
        clean(&output);
    }
}

#[test]
fn a_built_in_receiver_says_nothing_either() {
    let output = sim(words("send bounce --pace max --secret")).args([SECRET]).args(HEADER).exits(0);
    clean(&output);
    let output = sim(words("sign --secret")).args([SECRET]).input("{}").exits(0);
    clean(&output);
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let folder = scratch();
    let path = file(&folder, "mac.secret", SECRET);
    let output =
        sim(["send", "bounce", "--pace", "max", "--to", &receiver.url(), "--secret-file"]).arg(path).exits(0);
    clean(&output);
}

/// Whether sessions go elsewhere or to the server's own inbox, which sees the headers.
#[test]
fn a_history_holds_no_credential() {
    for elsewhere in [true, false] {
        let folder = scratch();
        let history = folder.path().join("history");
        let to = format!("--to={}", url(tcp::closed_port()));
        let sim = serve()
            .args([
                "--pace",
                "max",
                "--secret",
                SECRET,
                "--callback",
                "http://h/done?key=M4RK&M4RK#M4RK",
                "--persist",
            ])
            .arg(&history)
            .args(HEADER)
            .args(elsewhere.then_some(to))
            .dir(folder.path());
        let server = Server::of(sim);
        server.play(&json!({ "scenario": "bounce", "sessionId": "one" }));
        // Profile and tokens of a call-in URL, and a session that comes to the callback.
        let play = json!({ "scenario": "happy-path" });
        let called = server.post("/c/demo/M4RK-profile/M4RK-token/M4RK-refresh/two", &play);
        assert_eq!(called.0, 201, "{}", called.1);
        for session in ["one", "two"] {
            server.get(&format!("/api/sessions/{session}?wait=end"));
        }
        let sent = server.get("/api/sessions/two");
        assert!(sent["callback"].as_str().unwrap().contains("key=M4RK&"), "{sent}");
        let headers = [("Cookie", "M4RK"), ("Authorization", "Bearer M4RK"), ("X-Token", "M4RK")];
        server.ask("POST", "/webhook", &headers, "{}");
        server.end();
        let bytes = String::from_utf8_lossy(&fs::read(&history).unwrap()).into_owned();
        assert!(bytes.contains("WMS_LOADED") && bytes.contains("\"sessionId\":\"two\""), "no history");
        assert!(bytes.to_lowercase().contains("x-token"), "the name of a header is kept");
        assert!(bytes.contains("http://h/done?key=***&***&results="), "what it came to is kept");
        assert_clean("the history", &bytes);
    }
}

// --- every verb -------------------------------------------------------------------------------------------------------

/// From where a run has its secret and its credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Flags,
    SecretFile,
    Environment,
    Settings,
}

/// The flags of a verb that can hold something secret.
const DELIVERS: &[&str] = &["to", "header", "proxy", "secret"];
const CHECKS: &[&str] = &["to", "header", "secret"];
const KEYED: &[&str] = &["secret"];
const OPEN: &[&str] = &[];

/// A way to run each verb: the line, what it takes, its standard input, and how it ends.
const RUNS: &[(&str, &[&str], &str, i32)] = &[
    ("send bounce --pace max --output human", DELIVERS, "", 3),
    ("send bounce --pace max --output ndjson --journal sent", DELIVERS, "", 3),
    ("send bounce --pace max --output quiet --journal sent", DELIVERS, "", 3),
    ("send bounce --pace max --http2 --insecure", DELIVERS, "", 3),
    ("send bounce --dry-run", DELIVERS, "", 0),
    ("send bounce --pace fast", DELIVERS, "", 2),
    ("send no-such-scenario", DELIVERS, "", 2),
    ("replay run.ndjson --pace max", DELIVERS, "", 3),
    ("replay run.ndjson --pace max --resign --output ndjson --journal again", DELIVERS, "", 3),
    ("replay run.ndjson --pace max --output quiet --journal again", DELIVERS, "", 3),
    ("replay run.ndjson --pace max --only-session 9", DELIVERS, "", 3),
    ("replay run.ndjson --pace fast", DELIVERS, "", 2),
    ("replay no-such-journal", DELIVERS, "", 2),
    ("replay body.json", DELIVERS, "", 2),
    ("sign body.json", KEYED, "", 0),
    ("sign", KEYED, "{}", 0),
    ("sign missing", KEYED, "", 2),
    ("verify body.json --mac nonsense", KEYED, "", 1),
    ("verify body.json --mac nonsense --output ndjson", KEYED, "", 1),
    ("verify --show-expected --mac nonsense", KEYED, "{}", 1),
    ("verify body.json", KEYED, "", 2),
    ("scenarios list", OPEN, "", 0),
    ("scenarios show happy-path --diagram", OPEN, "", 0),
    ("scenarios show no-such-scenario", OPEN, "", 2),
    ("scenarios lint body.json", OPEN, "", 2),
    ("dialect", OPEN, "", 0),
    ("dialect --set no-such-key=1", OPEN, "", 2),
    ("events", OPEN, "", 0),
    ("events --schema --openapi", OPEN, "", 2),
    ("audit run.ndjson", KEYED, "", 0),
    ("audit run.ndjson --output ndjson --set payload.empty=object", KEYED, "", 1),
    ("audit --help", KEYED, "", 0),
    ("dialect learn run.ndjson", KEYED, "", 0),
    ("serve --help", DELIVERS, "", 0),
    ("serve --pace fast", DELIVERS, "", 2),
    ("serve --listen 192.0.2.1:1", DELIVERS, "", 3),
    ("serve --mix no-such-mix", DELIVERS, "", 2),
    ("serve --persist body.json", DELIVERS, "", 2),
    ("serve --persist history --listen 192.0.2.1:1", DELIVERS, "", 3),
    ("check mac/m* --output human --wait-for-target 0s", CHECKS, "", 3),
    ("check mac/m* --output ndjson --journal sent --wait-for-target 0s", CHECKS, "", 3),
    ("check mac/m* --output quiet --journal sent --wait-for-target 0s", CHECKS, "", 3),
    ("check mac/m* --wait-for-target 0s --report json=-", CHECKS, "", 3),
    ("check mac/mising", CHECKS, "", 2),
    ("check --timeout none", CHECKS, "", 2),
    ("check --rotate-to marked.secret --secret-file marked.secret", &["to"], "", 2),
    ("check --baseline body.json", CHECKS, "", 2),
    ("check --list", CHECKS, "", 0),
    ("check --explain mac/missing", CHECKS, "", 0),
    ("check --help", CHECKS, "", 0),
    ("report check.ndjson", OPEN, "", 1),
    ("report check.ndjson --report html=-", OPEN, "", 1),
    ("report --help", OPEN, "", 0),
    ("report run.ndjson", OPEN, "", 2),
    ("faults", OPEN, "", 0),
    ("faults --no-such-flag", OPEN, "", 2),
    ("completions bash", OPEN, "", 0),
    ("completions no-such-shell", OPEN, "", 2),
    ("man", OPEN, "", 0),
    ("man --no-such-flag", OPEN, "", 2),
    ("send --help", DELIVERS, "", 0),
    ("send -h", DELIVERS, "", 0),
    ("replay --help", DELIVERS, "", 0),
    ("replay -h", DELIVERS, "", 0),
    ("sign --help", KEYED, "", 0),
    ("verify --help", KEYED, "", 0),
];

/// The run, in a folder of its own, with something secret wherever this verb takes it.
fn run_with(from: From, line: &str, takes: &[&str], input: &str, port: u16, journal: &Path) -> Output {
    let folder = scratch();
    file(&folder, "body.json", "{}");
    file(&folder, "marked.secret", SECRET);
    fs::copy(journal, folder.path().join("run.ndjson")).unwrap();
    fs::copy(journal.with_file_name("check.ndjson"), folder.path().join("check.ndjson")).unwrap();
    let values = [
        ("to", url(port)),
        ("header", HEADER[1].to_owned()),
        ("proxy", url(port)),
        ("secret", SECRET.into()),
    ];
    let mut sim: Sim = sim(words(line));
    let mut settings = String::new();
    for (flag, value) in &values {
        let has = takes.contains(flag);
        match from {
            From::SecretFile if *flag == "secret" && has => {
                sim = sim.args(["--secret-file", "marked.secret"]);
            }
            From::Flags | From::SecretFile if has => sim = sim.arg(format!("--{flag}")).arg(value),
            // Every verb finds all of them in its environment and its settings, whether it takes them or not.
            From::Environment => sim = sim.env(&format!("WMS_SIM_{}", flag.to_uppercase()), value),
            From::Settings => settings += &[flag, " = '", value, "'\n"].concat(),
            From::Flags | From::SecretFile => {}
        }
    }
    if from == From::Settings {
        settings += &["before-session = '", &url(port), "'\n"].concat();
        file(&folder, "mine.toml", &settings);
        sim = sim.args(["--config", "mine.toml"]);
    }
    let output = sim.dir(folder.path()).input(input).run();
    if let Ok(history) = fs::read(folder.path().join("history")) {
        assert_clean(&format!("the history of {line}"), &String::from_utf8_lossy(&history));
    }
    for written in ["sent", "again"] {
        if let Ok(text) = fs::read_to_string(folder.path().join(written)) {
            let ended = ["\"type\":\"end\"", "\"type\":\"check-end\""].iter().any(|end| text.contains(end));
            assert!(ended, "{line}: {text}");
            assert_clean(&format!("the journal of {line}"), &text);
        }
    }
    output
}

#[test]
fn no_verb_tells_a_credential() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let folder = scratch();
    let journal = folder.path().join("run.ndjson");
    let recorded =
        ["send", "bounce", "--pace", "max", "--secret", SECRET, "--to", &receiver.url(), "--journal"];
    sim(recorded).arg(&journal).exits(0);
    let checked =
        ["check", "events/w*", "--secret", "M4RK-another", "--to", &url(receiver.port()), "--journal"];
    sim(checked).arg(journal.with_file_name("check.ndjson")).exits(1);
    // What listens here never was a proxy: nothing is answered.
    let closed = tcp::closed_port();
    for (line, takes, input, code) in RUNS {
        for from in [From::Flags, From::SecretFile, From::Environment, From::Settings] {
            let output = run_with(from, line, takes, input, closed, &journal);
            assert_eq!(output.code(), Some(*code), "{line}, {from:?}: {output}");
            assert_clean(&format!("what '{line}' printed, {from:?}"), &output.to_string());
        }
    }
}

/// Everything that a check prints and writes, against receivers that take everything, some things and nothing.
#[test]
fn no_check_tells_a_credential() {
    let right = || Setup::new(Kind::Node, SECRET).start();
    let failing = Setup::new(Kind::Mutant, SECRET).mutant("page-snippet").start();
    for (receiver, code) in [(right(), 0), (failing, 1), (Setup::new(Kind::Node, "another").start(), 1)] {
        let to = url(receiver.port());
        let probe = to.replace("/webhook", "/sessions/{sessionId}");
        let announce = to.replace("/webhook", "/announce");
        for (output, hook) in [("human", "true M4RK-command"), ("ndjson", &announce), ("quiet", &announce)] {
            let folder = scratch();
            let ran =
                sim(words("check mac/m* mac/two* body/p* body/raw* state/twice events/w* http/get http/chunked --strict --output"))
                    .args([output, "--to", &to, "--secret", SECRET, "--probe", &probe])
                    .args(["--probe-within", "200ms", "--journal", "j.ndjson", "--write-baseline", "b.toml"])
                    .args(["--report", "json=a.json,junit=a.xml,tap=a.tap,html=a.html"])
                    .args(HEADER)
                    .args(
                        (hook != announce || code == 0)
                            .then_some(["--before-session", hook])
                            .into_iter()
                            .flatten(),
                    )
                    .dir(folder.path());
            let ran = ran.run();
            clean(&ran);
            let again = sim(words("report j.ndjson")).dir(folder.path()).run();
            clean(&again);
            for entry in fs::read_dir(folder.path()).unwrap() {
                let path = entry.unwrap().path();
                assert_clean(&path.display().to_string(), &fs::read_to_string(&path).unwrap());
            }
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 6, "{ran}");
        }
    }
}

#[test]
fn no_check_that_fails_tells_a_credential() {
    let closed = tcp::closed_port();
    let folder = scratch();
    file(&folder, "old", SECRET);
    file(&folder, "new", "M4RK-next");
    for target in [
        url(closed),
        url(tcp::hangs()),
        url(tcp::answers(b"M4")),
        url(closed).replace("127.0.0.1", "no-such-host.invalid"),
        url(closed).replace("http:", "https:"),
        url(closed).replace("/webhook", "/webhook\\ \n"),
        url(closed).replace("http:", "ftp:"),
        url(closed).replace("127.0.0.1", "[::"),
        url(closed) + "#M4RK-fragment",
    ] {
        let line =
            format!("check mac/m* --timeout 200ms --wait-for-target 0s --budget 3s --secret {SECRET} --to");
        clean(&sim(words(&line)).args([&target]).args(HEADER).run());
        for flag in ["--probe", "--before-session"] {
            let with_place = target.replace("webhook", "{sessionId}");
            for target in [&target, &with_place] {
                let line = "check state/duplicates mac/missing --timeout 200ms --budget 3s --probe-within 0s";
                clean(&sim(words(line)).args([flag, target]).run());
            }
        }
        let drill = sim(words("check --secret-file old --rotate-to new --budget 3s --timeout 200ms"));
        clean(
            &drill
                .args(["--wait-for-target", "0s", "--rotate-step", "true M4RK", "--to", &target])
                .dir(folder.path())
                .run(),
        );
    }
    let journal = sim(["check", "mac/missing", "--rotate-step", "true M4RK-step", "--secret", SECRET]);
    clean(&journal.exits(2));
}

#[test]
fn a_replay_that_succeeds_or_is_refused_tells_no_credential() {
    let (good, other) = (Receiver::start(Kind::NodeHttp, SECRET), Receiver::start(Kind::NodeHttp, "another"));
    let folder = scratch();
    let journal = folder.path().join("run.ndjson");
    let recorded =
        ["send", "bounce", "--pace", "max", "--secret", SECRET, "--to", &url(good.port()), "--journal"];
    sim(recorded).args([&journal]).args(HEADER).exits(0);
    for (receiver, code) in [(&good, 0), (&other, 1)] {
        for output in ["human", "ndjson", "quiet"] {
            let again = folder.path().join("again");
            let ran = sim(words("replay --pace max --resign --secret"))
                .args([SECRET, "--output", output])
                .args(["--to", &url(receiver.port())])
                .args(HEADER)
                .arg(&journal)
                .arg("--journal")
                .arg(&again)
                .exits(code);
            clean(&ran);
            assert_clean("the journal", &fs::read_to_string(&again).unwrap());
        }
    }
    let mac = sim(words("sign --secret")).args([SECRET]).input("{}").exits(0);
    let line = ["verify", "--secret", SECRET, "--mac", mac.stdout.trim()];
    clean(&sim(line).input("{}").exits(0));
}

#[test]
fn a_verb_that_takes_no_secret_does_not_repeat_one() {
    for verb in ["scenarios list", "dialect", "events", "faults", "completions bash", "man", ""] {
        for flag in
            [format!("--secret={SECRET}"), format!("--to={}", url(9)), format!("--header={}", HEADER[1])]
        {
            clean(&sim(words(verb)).arg(flag).exits(2));
        }
    }
    for slip in [format!("--secrte={SECRET}"), format!("--haeder={}", HEADER[1])] {
        clean(&sim(["send"]).arg(slip).exits(2));
    }
}

/// A verb that is new has to be run here too.
#[test]
fn every_verb_is_run() {
    let help = sim(["--help"]).exits(0).stdout;
    let listed = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let verbs: BTreeSet<&str> = listed
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|verb| *verb != "help")
        .collect();
    assert!(verbs.len() >= 10 && verbs.contains("send"), "{help}");
    for verb in verbs {
        for success in [true, false] {
            let run = RUNS.iter().any(|(line, _, _, code)| {
                line.split_whitespace().next() == Some(verb) && (*code == 0) == success
            });
            assert!(run, "no run of {verb} {}", if success { "succeeds" } else { "fails" });
        }
    }
}
