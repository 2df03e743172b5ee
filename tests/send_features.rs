//! What `send` can do beside playing a scenario.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use common::cli::{START, file, json_lines, of_type, scratch, send, sim, until, words};
use common::page;
use common::receiver::{Kind, Receiver, Setup};
use common::tcp;
use serde_json::{Value, json};

const SECRET: &str = "s";

#[test]
fn a_single_event_by_hand() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let url = receiver.url();
    send(&url, SECRET, "--event LOW_SNR").exits(0);
    send(&url, SECRET, "--event API_ERROR --sequence 7 --session-id mine --payload")
        .args([r#"{"code":"X","more":[1,{"a":null}]}"#])
        .exits(0);
    send(&url, SECRET, "--event MEASUREMENT_CREATED --start-time").args([START]).exits(0);
    let bodies: Vec<Value> = receiver.records().iter().map(common::receiver::Record::json).collect();
    assert_eq!(bodies.len(), 3);
    assert_eq!(bodies[0]["payload"], json!({ "details": "LOW_SNR" }));
    assert_eq!((&bodies[0]["sequence"], &bodies[0]["severity"]), (&json!(0), &json!("ERROR")));
    assert_eq!((&bodies[1]["sequence"], &bodies[1]["sessionId"]), (&json!(7), &json!("mine")));
    assert_eq!(bodies[1]["payload"], json!({ "code": "X", "more": [1, { "a": null }] }));
    assert!(page::is_uuid(bodies[2]["payload"]["measurementId"].as_str().unwrap()));
    assert_eq!(bodies[2]["timestamp"], 1_767_323_045);
}

#[test]
fn payload_values_can_be_overridden() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    send(&receiver.url(), SECRET, "happy-path --override INTERMEDIATE_RESULTS.payload.snr=-100")
        .args(["--override", "RESULTS_RECEIVED.payload.note=two words"])
        .exits(0);
    let bodies: Vec<Value> = receiver.records().iter().map(common::receiver::Record::json).collect();
    let of = |code: &str| bodies.iter().filter(|body| body["event"] == code).collect::<Vec<_>>();
    assert_eq!(of("INTERMEDIATE_RESULTS").len(), 5);
    for body in of("INTERMEDIATE_RESULTS") {
        assert_eq!(body["payload"]["snr"], -100);
        assert!(body["payload"]["measurementId"].is_string(), "{body}");
    }
    assert_eq!(of("RESULTS_RECEIVED")[0]["payload"]["note"], "two words");
}

#[test]
fn a_header_is_added_to_every_request() {
    for transport in ["wire", "reqwest"] {
        let receiver = Receiver::start(Kind::NodeHttp, SECRET);
        send(&receiver.url(), SECRET, "bounce --transport")
            .args([transport, "--header", "X-Tenant: blue, or green", "--header", "User-Agent: mine/1"])
            .exits(0);
        for record in receiver.records() {
            assert_eq!(record.header("X-Tenant"), Some("blue, or green"));
            assert_eq!(record.header("User-Agent"), Some("mine/1"));
        }
    }
}

// --- order ------------------------------------------------------------------------------------------------------------

/// The most requests that were in flight at once in one session, by the journal.
fn most_in_flight(order: &str, sessions: u64) -> BTreeMap<u64, i64> {
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(json!({ "delayMs": 40 })).start();
    let what = format!("happy-path --output ndjson --sessions {sessions} --order {order}");
    let lines = send(&receiver.url(), SECRET, &what).exits(0).json_lines();
    let (mut now, mut most) = (BTreeMap::<u64, i64>::new(), BTreeMap::<u64, i64>::new());
    for line in &lines {
        let step = match line["type"].as_str().unwrap() {
            "dispatch" => 1,
            "delivery" => -1,
            _ => continue,
        };
        let session = line["session"].as_u64().unwrap();
        let count = now.entry(session).or_default();
        *count += step;
        let most = most.entry(session).or_default();
        *most = (*most).max(*count);
    }
    most
}

#[test]
fn sequential_events_wait_for_each_other_and_concurrent_ones_do_not() {
    let most = most_in_flight("sequential", 3);
    assert_eq!(most.into_values().collect::<Vec<_>>(), [1, 1, 1]);
    assert!(most_in_flight("concurrent", 1)[&1] > 1);
}

#[test]
fn never_more_in_flight_than_allowed() {
    let receiver = Setup::new(Kind::NodeHttp, SECRET).plan(json!({ "delayMs": 20 })).start();
    let what = "happy-path --output ndjson --sessions 6 --order concurrent --max-in-flight 4";
    let mut now = 0;
    for line in send(&receiver.url(), SECRET, what).exits(0).json_lines() {
        match line["type"].as_str().unwrap() {
            "dispatch" => now += 1,
            "delivery" => now -= 1,
            _ => {}
        }
        assert!(now <= 4, "{line}");
    }
}

// --- before a session -------------------------------------------------------------------------------------------------

#[test]
fn a_command_is_run_before_each_session() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let folder = scratch();
    let known = folder.path().join("known");
    let command = format!("printf '%s\\n' \"$WMS_SIM_SESSION_ID\" >> '{}'", known.display());
    let lines = send(&receiver.url(), SECRET, "bounce --sessions 5 --output ndjson --before-session")
        .arg(&command)
        .exits(0)
        .json_lines();
    let known = fs::read_to_string(&known).unwrap();
    let mut known: Vec<&str> = known.lines().collect();
    known.sort_unstable();
    let mut played: Vec<&str> =
        of_type(&lines, "session").iter().map(|line| line["session_id"].as_str().unwrap()).collect();
    played.sort_unstable();
    assert_eq!(known, played);
}

#[test]
fn a_session_whose_command_fails_is_not_played() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let folder = scratch();
    // The second call fails.
    let command = format!(
        "echo >> '{0}/calls'; test $(wc -l < '{0}/calls') != 2 || {{ echo 'the database is closed' >&2; exit 4; }}",
        folder.path().display()
    );
    let output = send(&receiver.url(), SECRET, "bounce --sessions 3 --max-in-flight 1 --before-session")
        .arg(&command)
        .exits(3);
    output.shows(&["was not played", "the database is closed", "1 not played"]);
    let sessions: std::collections::BTreeSet<String> =
        receiver.records().iter().map(|record| record.json()["sessionId"].to_string()).collect();
    assert_eq!(sessions.len(), 2);
}

#[test]
fn a_url_is_told_of_each_session_before_its_first_event() {
    // Both are the same receiver here, so the order can be seen. What is POSTed first has no MAC, so it is refused
    // unless another server is told; that one only says yes.
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let yes = tcp::answers(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let output = send(&receiver.url(), SECRET, "bounce --before-session")
        .args([format!("http://127.0.0.1:{yes}/sessions")])
        .exits(0);
    drop(output);

    let mut told = Receiver::start(Kind::NodeHttp, SECRET);
    let mut never = Receiver::start(Kind::NodeHttp, SECRET);
    let output =
        send(&never.url(), SECRET, "bounce --session-id one --before-session").args([told.url()]).exits(3);
    output.shows(&["was not played", "answered 401"]);
    assert_eq!(told.records()[0].json(), json!({ "sessionId": "one" }));
    assert_eq!(told.records()[0].header("Content-Type"), Some("application/json"));
    never.expect_no_calls();
    told.allow_no_calls();

    let nobody = format!("http://127.0.0.1:{}/", tcp::closed_port());
    let output = send(&never.url(), SECRET, "bounce --before-session").args([nobody]).exits(3);
    output.shows(&["was not played", "did not answer"]);
}

// --- what is printed --------------------------------------------------------------------------------------------------

#[test]
fn curl_commands_deliver_valid_events() {
    let receiver = Receiver::start(Kind::NodeHttp, "it's a \"secret\" $HOME");
    let ids = scratch();
    let ids = file(&ids, "ids", "it's; $(touch owned) `x` \"q\" \\ \u{fc}\n");
    let folder = scratch();
    let script = send(&receiver.url(), "it's a \"secret\" $HOME", "low-snr --curl --session-ids")
        .arg(&ids)
        .exits(0)
        .stdout;
    let mut shell = Command::new("sh")
        .args(["-e", "-s"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    shell.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(shell.wait().unwrap().success());
    let records = receiver.records();
    assert!(records.len() >= 12 && records.iter().all(|record| record.mac_ok), "{records:?}");
    let bodies: Vec<Value> = records.iter().map(common::receiver::Record::json).collect();
    page::check_session(&bodies, false);
    assert_eq!(bodies[0]["sessionId"], "it's; $(touch owned) `x` \"q\" \\ \u{fc}");
    assert!(!folder.path().join("owned").exists());
}

#[test]
fn ndjson_on_standard_output_is_the_journal() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let folder = scratch();
    let journal = folder.path().join("journal");
    let output = send(&receiver.url(), SECRET, "--mix trouble --sessions 12 --output ndjson --journal")
        .arg(&journal)
        .exits(0);
    assert_eq!(output.stdout, fs::read_to_string(&journal).unwrap());
    let lines = output.json_lines();
    assert_eq!((&lines[0]["type"], &lines.last().unwrap()["type"]), (&json!("run"), &json!("end")));
    let count = |kind| of_type(&lines, kind).len();
    assert_eq!((count("session"), count("session_end")), (12, 12));
    assert_eq!((count("dispatch"), count("delivery")), (receiver.records().len(), receiver.records().len()));
    for (line, record) in of_type(&lines, "delivery").iter().zip(receiver.records()) {
        for key in
            ["session", "session_id", "sequence", "event", "status", "http_status", "attempts", "faults"]
        {
            assert!(!line[key].is_null(), "no {key} in {line}");
        }
        assert!(line["headers"]["X-WMS-Content-MAC"].is_string() && line["body"].is_string(), "{line}");
        assert!(record.mac_ok);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_trouble() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let url = receiver.url();
    let runs = [
        words("scenarios list"),
        words("send --mix production --sessions 2000 --dry-run --secret x"),
        words(&format!("send happy-path --pace max --sessions 9 --secret {SECRET} --to {url}")),
        words(&format!(
            "send happy-path --pace max --sessions 9 --secret {SECRET} --to {url} --output ndjson"
        )),
        words("dialect"),
        words("man"),
    ];
    for run in runs {
        let (mut command, _home) = sim(&run).into_command();
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 1];
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut first).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("panicked") && !stderr.contains("roken pipe"), "{run:?}\n{stderr}");
        assert_eq!(output.status.code(), Some(0), "{run:?}\n{stderr}");
    }
    // A run is not cut short because nobody reads what it tells.
    assert_eq!(receiver.records().len(), 2 * 9 * 16);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_standard_output_is_told_and_is_no_success() {
    for line in
        ["scenarios list", "send --dry-run --secret x --seed 1", "sign --secret x", "send bounce --pace max"]
    {
        let (mut command, _home) = sim(words(line)).into_command();
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = command.stdin(Stdio::null()).stdout(full).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{line}: {stderr}");
        assert!(
            stderr.contains("standard output is not complete: No space left on device"),
            "{line}: {stderr}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_the_journal_is_told_and_is_no_success() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let output = send(&receiver.url(), SECRET, "happy-path --journal /dev/full").exits(3);
    output.says(&["the journal /dev/full is not complete"]).shows(&["16 accepted"]);
    assert_eq!(receiver.records().len(), 16);
}

// --- signing ----------------------------------------------------------------------------------------------------------

#[test]
fn openssl_and_sign_agree_on_a_body_that_was_received() {
    let receiver = Receiver::start(Kind::NodeHttp, "schl\u{fc}ssel");
    send(&receiver.url(), "schl\u{fc}ssel", "api-error-late").exits(0);
    let folder = scratch();
    for (number, record) in receiver.records().iter().enumerate().take(3) {
        let body = file(&folder, &format!("body-{number}"), &record.body);
        let openssl = Command::new("openssl")
            .args(["dgst", "-sha256", "-hmac", "schl\u{fc}ssel"])
            .arg(&body)
            .output()
            .unwrap();
        assert!(openssl.status.success(), "{openssl:?}");
        let text = String::from_utf8(openssl.stdout).unwrap();
        let digest = text.trim().rsplit(' ').next().unwrap();
        let header = record.header("X-WMS-Content-MAC").unwrap();
        assert_eq!(header, format!("hmac-sha256={digest}"));

        let secret = file(&folder, "mac.secret", "schl\u{fc}ssel\r\n");
        let from_file = sim(["sign"]).arg(&body).arg("--secret-file").arg(&secret).exits(0);
        let from_pipe =
            sim(words("sign -")).env("WMS_SIM_SECRET", "schl\u{fc}ssel").input(&record.body).exits(0);
        assert_eq!((from_file.stdout.trim(), from_pipe.stdout.trim()), (header, header));
    }
}

// --- the smaller verbs ------------------------------------------------------------------------------------------------

#[test]
fn a_new_scenario_is_good_and_can_be_played() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let folder = scratch();
    let here = |line: &str| sim(words(line)).dir(folder.path());
    here("scenarios new my-case.yaml").exits(0).says(&["wrote my-case.yaml"]);
    here("scenarios lint my-case.yaml").exits(0).shows(&["my-case.yaml: good"]);
    here("scenarios new my-case.yaml").exits(2).says(&["is there already"]);
    here("scenarios new My_Case.yaml").exits(2).says(&["lower-case letters"]);
    here(&format!("send my-case.yaml --pace max --secret {SECRET} --to {}", receiver.url())).exits(0);
    here("send my-case --scenarios . --dry-run --secret x").exits(0);
    let bodies: Vec<Value> = receiver.records().iter().map(common::receiver::Record::json).collect();
    page::check_session(&bodies, false);
    let schema = fs::read_to_string(folder.path().join("wms-sim.scenario.schema.json")).unwrap();
    let printed = sim(words("scenarios schema")).exits(0).stdout;
    assert_eq!(json_lines(&schema.replace('\n', " ")), json_lines(&printed.replace('\n', " ")));
}

#[test]
fn every_scenario_that_is_shown_can_be_saved_and_played() {
    let folder = scratch();
    for name in ["happy-path", "page-reload", "tab-hidden"] {
        let shown = sim(["scenarios", "show", name]).exits(0).stdout;
        file(&folder, &format!("{name}.yaml"), &shown);
        let line = format!("send ./{name}.yaml --dry-run --secret x --seed 1 --start-time {START}");
        let mine = sim(words(&line)).dir(folder.path()).exits(0).stdout;
        assert_eq!(mine, sim(words(&line.replace("./", "").replace(".yaml", ""))).exits(0).stdout);
    }
}

#[test]
fn completions_and_the_manual_are_what_shells_and_man_read() {
    for (shell, check) in [("bash", Some("bash")), ("zsh", None), ("fish", None)] {
        let script = sim(["completions", shell]).exits(0).stdout;
        assert!(script.contains("wms-sim") && script.contains("before-session"), "{shell}");
        if let Some(shell) = check {
            let mut child = Command::new(shell).args(["-n"]).stdin(Stdio::piped()).spawn().unwrap();
            child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
            assert!(child.wait().unwrap().success(), "{shell} cannot read it");
        }
    }
    let page = sim(["man"]).exits(0).stdout;
    assert!(page.contains(".TH wms-sim 1") && page.contains("\\-\\-before\\-session"), "{page}");
}

#[test]
fn a_receiver_that_starts_late_is_waited_for() {
    let port = tcp::closed_port();
    let mut running =
        send(&format!("http://127.0.0.1:{port}/webhook"), SECRET, "bounce --wait-for-target 60s").spawn();
    // Long enough that it has looked at least once.
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(!running.has_ended());
    let receiver = Setup::new(Kind::NodeHttp, SECRET).port(port).start();
    let output = running.wait();
    assert_eq!(output.code(), Some(0), "{output}");
    assert!(receiver.records().len() >= 2);
}

#[test]
fn each_enter_sends_one_event() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let mut running = send(&receiver.url(), SECRET, "invalid-profile --step").spawn();
    let mut input = running.child.stdin.take().unwrap();
    for sent in 1..=4 {
        assert_eq!(receiver.records().len(), sent - 1);
        input.write_all(b"\n").unwrap();
        until("the event has arrived", || receiver.records().len() == sent);
    }
    // All four are sent: it ends by itself, with its input still open.
    until("it ends", || running.has_ended());
    drop(input);
    let output = running.wait();
    assert_eq!(output.code(), Some(0), "{output}");
}

#[test]
fn a_run_without_a_target_judges_itself() {
    let output = sim(words("send --mix all --sessions 40 --pace max")).exits(0);
    let output = output.says(&["a built-in receiver at http://127.0.0.1:"]);
    output.shows(&["with a right MAC in 40 sessions", "40 of 40 played to the end"]);
}

#[cfg(unix)]
#[test]
fn a_command_before_a_session_ends_with_everything_it_started() {
    let mark = format!("{}.61", std::process::id());
    let command = format!("sleep {mark}; true");
    sim(["send", "bounce", "--pace", "max", "--timeout", "400ms", "--before-session", &command])
        .exits(3)
        .shows(&["did not end within"]);
    // The shell's child has that argument of its own; nothing else does.
    let left = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| std::fs::read(entry.ok()?.path().join("cmdline")).ok())
        .filter(|words| words.split(|byte| *byte == 0).any(|word| word == mark.as_bytes()))
        .count();
    assert_eq!(left, 0, "the command's own child still runs");
}

#[cfg(unix)]
#[test]
fn a_command_that_says_much_or_leaves_something_running_does_no_harm() {
    for command in ["head -c 50000000 /dev/zero >&2", "(sleep 3; true) & true"] {
        sim(["send", "bounce", "--pace", "max", "--before-session", command]).exits(0);
    }
}

#[test]
fn a_journal_takes_the_place_of_a_journal_and_of_nothing_else() {
    let folder = scratch();
    let journal = folder.path().join("run.ndjson");
    for _ in 0..2 {
        sim(["send", "camera-denied-closed", "--pace", "max", "--output", "quiet", "--journal"])
            .arg(&journal)
            .exits(0);
        assert_eq!(of_type(&json_lines(&fs::read_to_string(&journal).unwrap()), "delivery").len(), 4);
    }
    let other = file(&folder, "mac.secret", "precious and long enough");
    sim(["send", "bounce", "--pace", "max", "--journal"]).arg(&other).exits(2).says(&["is no journal"]);
    assert_eq!(fs::read_to_string(&other).unwrap(), "precious and long enough");
}

#[test]
fn two_runs_do_not_share_a_journal() {
    let folder = scratch();
    let journal = folder.path().join("run.ndjson");
    let mut first = sim(["send", "happy-path", "--journal"]).arg(&journal).spawn();
    until("the first run writes its journal", || fs::metadata(&journal).is_ok_and(|data| data.len() > 0));
    sim(["send", "bounce", "--pace", "max", "--journal"])
        .arg(&journal)
        .exits(2)
        .says(&["another run is writing"]);
    first.kill();
}

#[test]
fn what_belongs_to_a_single_event_needs_one() {
    sim(["send", "bounce", "--sequence", "3", "--dry-run"])
        .exits(2)
        .says(&["--sequence is for a single event"]);
    sim(["send", "bounce", "--payload", "{}", "--dry-run"])
        .exits(2)
        .says(&["--payload is for a single event"]);
}

#[test]
fn the_built_in_receiver_finds_no_fault_with_the_catalogue_at_any_pace() {
    for pace in ["max", "100x", "1000x"] {
        let output =
            sim(["send", "--mix", "all", "--sessions", "145", "--seed", "1", "--pace", pace]).exits(0);
        assert!(!output.stdout.contains("noticed"), "{output}");
    }
}

#[test]
fn a_secret_can_be_replaced_in_the_middle_of_a_run() {
    let (old, new) = (Receiver::start(Kind::NodeHttp, "old"), Receiver::start(Kind::NodeHttp, "new"));
    let rotating = |url: &str| {
        sim(words("send happy-path --seed 2 --pace max --secret old --secret new --rotate-at 50% --to"))
            .arg(url)
    };
    rotating(&old.url()).exits(1);
    rotating(&new.url()).exits(1);
    let judged =
        |receiver: &Receiver| receiver.records().iter().map(|record| record.mac_ok).collect::<Vec<_>>();
    let (by_old, by_new) = (judged(&old), judged(&new));
    let change = by_old.iter().position(|right| !right).unwrap();
    assert!(
        change > 0
            && by_old[..change].iter().all(|right| *right)
            && by_old[change..].iter().all(|right| !right)
    );
    assert!(by_old.iter().zip(&by_new).all(|(one, other)| one != other), "each event has one of the secrets");
    // The built-in receiver knows both.
    sim(words("send happy-path --pace max --secret old --secret new --rotate-at 50%")).exits(0);
    sim(words("send --secret old --rotate-at 50%")).exits(2).says(&["two secrets"]);
}
