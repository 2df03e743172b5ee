//! `--expect-probe`: after each session the customer's own system must show the scenario's outcome.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a function that fails fails its test")]

mod common;

use std::fs;

use common::cli::{Output, Sim, file, of_type, scratch, send, sim, until, words};
use common::customer::{Customer, http, json};
use common::tcp;
use serde_json::{Value, json};

const SECRET: &str = "s";

/// A run against a customer's system, asked by URL.
fn probed(customer: &Customer, more: &str) -> Sim {
    send(&customer.webhook(), SECRET, more).args(["--expect-probe", &customer.probe()])
}

/// A run against the built-in receiver, asked by a command.
fn by_command(command: &str, more: &str) -> Sim {
    sim(words(&format!("send --pace max --expect-within 0s {more}"))).args(["--expect-probe", command])
}

/// The probe lines of a run, and its last line.
fn lines(output: &Output) -> (Vec<Value>, Value) {
    let lines = output.json_lines();
    (of_type(&lines, "probe").into_iter().cloned().collect(), lines.last().unwrap().clone())
}

fn tally(end: &Value) -> [u64; 4] {
    ["matched", "differs", "excused", "unknown"].map(|key| end["probes"][key].as_u64().unwrap())
}

// --- what is asked ------------------------------------------------------------------------------------------------------

#[test]
fn a_system_that_shows_every_outcome_passes() {
    for order in ["sequential", "concurrent"] {
        let customer = Customer::start();
        let line = format!("--mix all --sessions 200 --output ndjson --order {order}");
        let (probes, end) = lines(&probed(&customer, &line).exits(0));
        assert_eq!(tally(&end), [200, 0, 0, 0]);
        let sessions: std::collections::BTreeSet<u64> =
            probes.iter().map(|probe| probe["session"].as_u64().unwrap()).collect();
        assert_eq!(sessions, (1..=200).collect());
        for outcome in ["completed", "canceled", "failed", "abandoned"] {
            let of = probes.iter().filter(|probe| probe["expected"] == outcome);
            assert!(of.clone().count() > 0);
            assert!(of.clone().all(|probe| probe["found"] == outcome && probe["verdict"] == "matched"));
        }
        assert!(customer.most_at_once() <= 16, "{}", customer.most_at_once());
    }
}

#[test]
fn a_session_is_asked_after_when_all_its_events_are_settled() {
    let customer = Customer::start();
    let output = probed(&customer, "bounce low-snr --output ndjson").exits(0);
    let lines = output.json_lines();
    for session in [1, 2] {
        let of: Vec<&str> = lines
            .iter()
            .filter(|line| line["session"] == session)
            .map(|line| line["type"].as_str().unwrap())
            .collect();
        assert_eq!(of[of.len() - 3..], ["delivery", "session_end", "probe"]);
    }
}

const HOSTILE: [&str; 8] = [
    "a/b?c#d&e%2F",
    "it's \"quoted\" \\ `x`",
    "$(touch owned) ; touch owned & | > owned",
    "\u{fc}\u{1f600} blanks  and\ttabs",
    "../../x",
    "*",
    "-n",
    "{sessionId} %WMS_SIM_SESSION_ID% !x",
];

#[test]
fn hostile_ids_arrive_as_they_are_by_url() {
    let customer = Customer::start();
    let folder = scratch();
    let ids = file(&folder, "ids", &(HOSTILE.join("\n") + "\n"));
    let run = probed(&customer, "bounce --sessions 8 --output ndjson").arg("--session-ids").arg(&ids);
    let (probes, end) = lines(&run.dir(folder.path()).exits(0));
    assert_eq!(tally(&end), [8, 0, 0, 0]);
    assert!(HOSTILE.iter().all(|id| probes.iter().any(|probe| probe["session_id"] == *id)));
    assert!(!folder.path().join("owned").exists());
    let asked = customer.asked();
    assert!(asked.contains_key("/sessions/a%2Fb%3Fc%23d%26e%252F"), "{asked:?}");
    assert!(asked.keys().all(|target| target.starts_with("/sessions/") && target.is_ascii()), "{asked:?}");
}

#[test]
fn hostile_ids_arrive_as_they_are_by_command() {
    let folder = scratch();
    let ids = file(&folder, "ids", &(HOSTILE.join("\n") + "\n"));
    // However it stands there, it is the session's ID, in one word.
    let places = [
        "{sessionId}",
        "\"{sessionId}\"",
        "'{sessionId}'",
        "\"$(printf %s \"{sessionId}\")\"",
        "\"$(printf %s {sessionId})\"",
        "\"$WMS_SIM_SESSION_ID\"",
        "\"$(sh -c 'printf %s \"$WMS_SIM_SESSION_ID\"')\"",
    ];
    for (number, place) in places.iter().enumerate() {
        let seen = folder.path().join(number.to_string());
        let command =
            format!("printf '%s\\n' {place} >> '{}'; echo '{{\"status\":\"Abandoned\"}}'", seen.display());
        let line = "bounce --sessions 8 --output ndjson";
        let output = by_command(&command, line).arg("--session-ids").arg(&ids).dir(folder.path()).exits(0);
        assert_eq!(tally(&lines(&output).1), [8, 0, 0, 0]);
        let seen = fs::read_to_string(&seen).unwrap();
        let mut seen: Vec<&str> = seen.lines().collect();
        let mut expected = HOSTILE;
        seen.sort_unstable();
        expected.sort_unstable();
        assert_eq!(seen, expected, "{place}");
        assert!(!folder.path().join("owned").exists(), "{place}");
    }
}

#[test]
fn an_id_that_climbs_the_path_is_not_asked_after_elsewhere() {
    let customer = Customer::start();
    let output = probed(&customer, "bounce --session-id .. --expect-within 0s").exits(3);
    output.shows(&["unknown", "cannot stand in the URL's path"]);
    assert!(customer.asked().is_empty());
    let url = format!("http://127.0.0.1:{}/sessions?id={{sessionId}}", customer.port());
    send(&customer.webhook(), SECRET, "bounce --session-id .. --expect-within 0s --expect-probe")
        .arg(url)
        .exits(1);
    assert_eq!(customer.asked().keys().collect::<Vec<_>>(), ["/sessions?id=%2E%2E"]);
}

#[test]
fn credentials_of_the_url_are_sent_and_redirects_are_not_followed() {
    let customer = Customer::answering(|_| {
        b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            .to_vec()
    });
    let url = format!("http://user:password@127.0.0.1:{}/s/{{sessionId}}?key=1", customer.port());
    send(&customer.webhook(), SECRET, "bounce --session-id x --expect-within 0s --expect-probe")
        .arg(url)
        .exits(3)
        .shows(&["answered 302"]);
    let heads = customer.heads();
    assert_eq!(heads.len(), 1);
    let head = heads[0].to_ascii_lowercase();
    assert!(head.starts_with("get /s/x?key=1 http/1.1\r\n"), "{head}");
    assert!(
        head.contains("authorization: basic dxnlcjpwyxnzd29yza==")
            && head.contains("accept: application/json")
    );
}

#[test]
fn steps_and_a_session_alone_are_asked_after_too() {
    let customer = Customer::start();
    probed(&customer, "invalid-profile --step")
        .input("\n\n\n\n")
        .exits(0)
        .shows(&["expected: failed", "1 matched"]);
    let run = probed(&customer, "--mix all --sessions 40 --only-session 7 --seed 3 --output ndjson");
    assert_eq!(tally(&lines(&run.exits(0)).1), [1, 0, 0, 0]);
}

// --- what is found ------------------------------------------------------------------------------------------------------

#[test]
fn a_system_that_takes_its_time_is_asked_again() {
    let customer = Customer::answering(|question| match question.before {
        0 => http("404 Not Found", ""),
        1 => http("503 Service Unavailable", "later"),
        2 => json(""),
        3 => json(r#"{"outcome":null,"status":"processing"}"#),
        _ => json(r#"{"outcome":"Canceled"}"#),
    });
    let output = probed(&customer, "user-cancels --output ndjson --expect-within 120s").exits(0);
    let (probes, _) = lines(&output);
    assert_eq!(
        (&probes[0]["verdict"], &probes[0]["asks"], &probes[0]["found"]),
        (&json!("matched"), &json!(5), &json!("Canceled"))
    );
}

#[test]
fn another_outcome_is_the_receivers_failure() {
    let customer = Customer::answering(|question| match question.outcome() {
        "failed" => json(r#"{"status":"completed","outcome":"abandoned"}"#),
        right => json(&format!(r#"{{"status":"{right}"}}"#)),
    });
    let output = probed(&customer, "low-snr bounce --output ndjson --expect-within 0s").exits(1);
    let (probes, end) = lines(&output);
    assert_eq!((tally(&end), &end["exit_code"]), ([1, 1, 0, 0], &json!(1)));
    let wrong = probes.iter().find(|probe| probe["session"] == 1).unwrap();
    assert_eq!(
        (&wrong["expected"], &wrong["found"], &wrong["verdict"], &wrong["excused"]),
        (&json!("failed"), &json!("abandoned"), &json!("differs"), &json!(false))
    );
    probed(&customer, "low-snr --expect-within 0s")
        .exits(1)
        .shows(&["expected: failed", "differs: abandoned"]);
    let output = probed(&customer, "low-snr --expect-within 0s --output quiet").exits(1);
    output.says(&["probes    0 matched · 1 differs · 0 unknown"]);
}

#[test]
fn a_session_that_the_system_does_not_know_is_its_failure() {
    let customer = Customer::answering(|_| http("404 Not Found", "no such session"));
    let output = probed(&customer, "bounce --expect-within 200ms").exits(1);
    output.shows(&["differs: none", "does not know the session", "0 matched · 1 differs"]);
    by_command("true", "bounce").exits(1).shows(&["differs: none", "it said nothing"]);
}

#[test]
fn what_cannot_be_told_is_no_failure_of_the_receiver() {
    for (status, body, says) in [
        ("200 OK", "<html>Sign in</html>", "is not JSON; it begins with <html>Sign in"),
        ("200 OK", "{}", "without an `outcome` or a `status`"),
        ("200 OK", r#"{"status":200}"#, "`status` is no text"),
        ("401 Unauthorized", r#"{"outcome":"abandoned"}"#, "answered 401"),
        ("500 Internal Server Error", "", "answered 500"),
    ] {
        let customer = Customer::answering(move |_| http(status, body));
        let output = probed(&customer, "bounce --expect-within 0s").exits(3);
        output.shows(&["unknown", says, "0 matched · 0 differs · 1 unknown", "what to do:"]);
    }
    let nobody = format!("http://127.0.0.1:{}/{{sessionId}}", tcp::closed_port());
    by_command(&nobody, "bounce").exits(3).shows(&["did not answer", "refused"]);
    for (command, says) in [
        ("echo 'the database is closed' >&2; exit 4", "the database is closed"),
        ("no-such-command-here", "not found"),
        ("echo '{\"outcome\":\"abandoned\"}'; exit 1", "failed (exit status: 1)"),
        ("echo abandoned", "is not JSON"),
    ] {
        by_command(command, "bounce").exits(3).shows(&["unknown", says]);
    }
}

#[test]
fn a_failure_of_the_receiver_counts_more_than_what_cannot_be_told() {
    let customer = Customer::answering(|question| match question.outcome() {
        "failed" => json("?"),
        _ => json(r#"{"outcome":"completed"}"#),
    });
    let output = probed(&customer, "low-snr bounce --expect-within 0s --output ndjson").exits(1);
    assert_eq!(tally(&lines(&output).1), [0, 1, 0, 1]);
}

#[test]
fn endless_and_silent_answers_have_an_end() {
    let huge = Customer::answering(|_| {
        let mut answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
        answer.resize(8 << 20, b' ');
        answer
    });
    probed(&huge, "bounce --expect-within 0s").exits(3).shows(&["longer than 65536 bytes"]);
    by_command("yes", "bounce").exits(3).shows(&["longer than 65536 bytes"]);
    // What is long and still JSON is read.
    let long = "printf '{\"x\":\"%050000d\",\"outcome\":\"abandoned\"}' 0";
    by_command(long, "bounce").exits(0);

    let silent = format!("http://127.0.0.1:{}/{{sessionId}}", tcp::hangs());
    let output = by_command(&silent, "bounce --timeout 1500ms");
    output.exits(3).shows(&["there was no answer within 1 s"]);
    let mark = format!("{}.62", std::process::id());
    by_command(&format!("sleep {mark}; true"), "bounce --timeout 500ms")
        .exits(3)
        .shows(&["no answer within 0.5 s"]);
    assert_eq!(running(&mark), 0, "the command's own child still runs");
    // One that leaves something running has said what it has to say.
    by_command("echo '{\"status\":\"abandoned\"}'; (sleep 3; true) &", "bounce").exits(0);
}

/// The processes that have this word as an argument of their own.
fn running(word: &str) -> usize {
    // Where there is no such folder, nobody can look.
    let Ok(processes) = fs::read_dir("/proc") else { return 0 };
    processes
        .filter_map(|entry| fs::read(entry.ok()?.path().join("cmdline")).ok())
        .filter(|words| words.split(|byte| *byte == 0).any(|it| it == word.as_bytes()))
        .count()
}

// --- whose failure it is -----------------------------------------------------------------------------------------------

#[test]
fn a_fault_in_the_session_excuses_another_outcome() {
    let customer = Customer::start();
    let run = probed(
        &customer,
        "camera-denied-closed happy-path --expect-within 0s --output ndjson --fault drop@2",
    );
    let (probes, end) = lines(&run.exits(0));
    assert_eq!(tally(&end), [1, 1, 1, 0]);
    let struck = probes.iter().find(|probe| probe["session"] == 1).unwrap();
    assert_eq!(
        (&struck["verdict"], &struck["excused"], &struck["excuse"], &struck["found"]),
        (&json!("differs"), &json!(true), &json!("fault"), &json!("abandoned"))
    );
    let output = probed(&customer, "camera-denied-closed --expect-within 0s --fault drop@2").exits(0);
    output.shows(&["differs: abandoned", "excused: a fault struck the session", "1 differs (1 excused)"]);
    // Every event lost: nothing can be known.
    let output = probed(&customer, "bounce --expect-within 0s --fault drop=100% --output ndjson").run();
    assert_eq!(tally(&lines(&output).1), [0, 1, 1, 0]);
    // Many at random, and none of it blamed on a system that does its job.
    let line = "--mix all --sessions 200 --seed 5 --expect-within 0s --output ndjson --fault drop=4% --fault swap=2%";
    let (_, end) = lines(&probed(&customer, line).exits(0));
    let [matched, differs, excused, unknown] = tally(&end);
    assert_eq!((matched + differs, differs, unknown), (200, excused, 0));
    assert!(differs > 0);
}

#[test]
fn an_event_that_the_dialect_lacks_excuses_another_outcome() {
    // Without the error that the older page does not tell, this one sees no failure.
    let customer = Customer::answering(|question| {
        let error = question.events.iter().any(|event| event["severity"] == "ERROR");
        let outcome = question.outcome();
        json(&format!(
            r#"{{"status":"{}"}}"#,
            if outcome == "failed" && !error { "abandoned" } else { outcome }
        ))
    });
    let line = "low-snr camera-denied happy-path --dialect older --expect-within 0s --output ndjson";
    let (probes, end) = lines(&probed(&customer, line).exits(0));
    assert_eq!(tally(&end), [2, 1, 1, 0]);
    let excused = probes.iter().find(|probe| probe["excused"] == true).unwrap();
    assert_eq!((&excused["session"], &excused["excuse"]), (&json!(1), &json!("dialect")));
    // The newer page tells it, and nothing is excused.
    probed(&customer, "results-timeout --expect-within 0s").exits(1);
}

#[test]
fn where_nothing_arrived_nobody_is_blamed_for_the_outcome() {
    let customer = Customer::start();
    let nobody = format!("http://127.0.0.1:{}/", tcp::closed_port());
    let run = send(&nobody, SECRET, "bounce --expect-within 0s --output ndjson --expect-probe");
    let (probes, end) = lines(&run.arg(customer.probe()).exits(3));
    assert_eq!(tally(&end), [0, 1, 1, 0]);
    assert_eq!(probes[0]["excuse"], "unanswered");
}

#[test]
fn a_session_that_was_refused_is_asked_after_all_the_same() {
    let refuses = tcp::answers(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let customer = Customer::start();
    let url = format!("http://127.0.0.1:{refuses}/");
    let run =
        send(&url, SECRET, "bounce --expect-within 0s --output ndjson --expect-probe").arg(customer.probe());
    assert_eq!(tally(&lines(&run.exits(1)).1), [0, 1, 0, 0]);
}

#[test]
fn what_was_not_played_is_not_asked_after() {
    let customer = Customer::start();
    let output = probed(&customer, "bounce --before-session false --output ndjson").exits(3);
    assert_eq!(tally(&lines(&output).1), [0, 0, 0, 0]);
    // The receiver is gone after the first event, and so is the rest of the session.
    let gone = tcp::answers(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let url = format!("http://127.0.0.1:{gone}/");
    let run = send(&url, SECRET, "bounce --retries 1 --expect-within 0s --output ndjson --expect-probe")
        .arg(customer.probe());
    assert_eq!(tally(&lines(&run.exits(1)).1), [0, 0, 0, 0]);
    assert!(customer.asked().is_empty());
}

#[test]
fn a_signal_ends_the_asking_at_once() {
    let folder = scratch();
    let begun = folder.path().join("begun");
    let mark = format!("{}.63", std::process::id());
    let command = format!("touch '{}'; sleep {mark}; true", begun.display());
    let running_probe =
        sim(words("send bounce --pace max --timeout none --expect-within 600s --output ndjson"))
            .args(["--expect-probe", &command])
            .spawn();
    until("the command runs", || begun.exists());
    running_probe.signal("INT");
    let output = running_probe.wait();
    assert_eq!(output.code(), Some(130), "{output}");
    assert_eq!(tally(&lines(&output).1), [0, 0, 0, 0]);
    until("its child has ended", || running(&mark) == 0);

    let slow = Customer::answering(|_| json(r#"{"status":"processing"}"#));
    let waiting = probed(&slow, "bounce --sessions 30 --expect-within 600s --output ndjson").spawn();
    until("all are asked after", || slow.asked().len() == 30);
    waiting.signal("TERM");
    assert_eq!(waiting.wait().code(), Some(130));
}

#[test]
fn a_journal_tells_it_and_can_be_replayed() {
    let customer = Customer::start();
    let folder = scratch();
    let journal = folder.path().join("journal");
    let output =
        probed(&customer, "happy-path bounce --output ndjson").arg("--journal").arg(&journal).exits(0);
    assert_eq!(output.stdout, fs::read_to_string(&journal).unwrap());
    sim(["replay", "--pace", "max", "--to", &customer.webhook()]).arg(&journal).exits(0);
}

// --- usage ----------------------------------------------------------------------------------------------------------------

#[test]
fn what_does_not_go_with_it_is_told() {
    let probe = "--expect-probe http://127.0.0.1:9/{sessionId}";
    for (line, says) in [
        (format!("send --event LOW_SNR {probe}"), "a single event has none"),
        (format!("send bounce --dry-run --secret x {probe}"), "and nothing is"),
        (format!("send bounce --curl --secret x {probe}"), "and nothing is"),
        (format!("send bounce --expect-within 5 {probe}"), "not a duration"),
        (format!("send bounce --expect-within none {probe}"), "needs an end"),
        ("send bounce --expect-within 5s".to_owned(), "--expect-probe"),
        ("send bounce --expect-probe http://127.0.0.1:9/sessions".to_owned(), "has no {sessionId}"),
        ("send bounce --expect-probe http://{sessionId}.example/".to_owned(), "path and query only"),
        ("send bounce --expect-probe ftp://127.0.0.1/{sessionId}".to_owned(), "ftp://"),
        ("send bounce --expect-probe=".to_owned(), "is empty"),
    ] {
        let output = sim(words(&line)).exits(2).says(&[says]);
        assert_eq!(output.stdout, "", "{output}");
    }
    let folder = scratch();
    file(&folder, "mine.toml", "expect-probe = 'http://127.0.0.1:9/{sessionId}'\nsecret = 'x'");
    // What is typed is what is meant.
    for line in ["send --event LOW_SNR --pace max", "send bounce --dry-run", "send bounce --curl"] {
        sim(words(&format!("{line} --config mine.toml"))).dir(folder.path()).exits(0);
    }
}

#[test]
fn sessions_that_share_an_id_are_warned_of() {
    let folder = scratch();
    let ids = file(&folder, "ids", "one\ntwo\n");
    let customer = Customer::start();
    let run = probed(&customer, "bounce --sessions 3 --expect-within 0s").arg("--session-ids").arg(&ids);
    run.run().says(&["3 sessions share 2 session IDs"]);
}
