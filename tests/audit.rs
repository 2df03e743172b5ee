//! `wms-sim audit` and `wms-sim dialect learn`, with journals of real runs and with what a real receiver wrote down.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a function that fails fails its test")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::cli::{Output, file, of_type, scratch, send, sim, words};
use common::receiver::{Kind, Receiver, Record};
use serde_json::{Value, json};
use tempfile::TempDir;

const SECRET: &str = "s";

/// The journal of a run to a real receiver.
fn run(folder: &TempDir, receiver: &Receiver, more: &str) -> PathBuf {
    let journal = folder.path().join("run.ndjson");
    send(&receiver.url(), SECRET, &format!("{more} --seed 3 --output quiet --journal")).arg(&journal).run();
    journal
}

fn audit(journal: &Path, more: &str) -> Output {
    sim(["audit", "--secret", SECRET]).arg(journal).args(words(more)).run()
}

/// Exit code, and the kinds of differences with how many there are.
#[track_caller]
fn kinds(journal: &Path, more: &str) -> (Option<i32>, Vec<(String, u64)>) {
    let output = audit(journal, &format!("--output ndjson {more}"));
    let lines = output.json_lines();
    let summary = lines.last().unwrap();
    assert_eq!(summary["type"], "summary", "{output}");
    assert_eq!(summary["differs"], output.code() == Some(1), "{output}");
    let kinds = summary["kinds"].as_object().unwrap();
    let told = of_type(&lines, "difference").len() as u64;
    let counted: u64 = kinds.values().map(|count| count.as_u64().unwrap()).sum();
    assert!(told <= counted && (told > 0) == (counted > 0), "{output}");
    (output.code(), kinds.iter().map(|(kind, count)| (kind.clone(), count.as_u64().unwrap())).collect())
}

/// The journal with a change to its first delivery that fits.
fn edit(journal: &Path, fits: impl Fn(&Value) -> bool, change: impl Fn(&mut Value)) -> String {
    let text = fs::read_to_string(journal).unwrap();
    let mut changed = false;
    let lines = text.lines().map(|line| {
        let mut value: Value = serde_json::from_str(line).unwrap();
        if !changed && value["type"] == "delivery" && fits(&value) {
            changed = true;
            change(&mut value);
            return value.to_string() + "\n";
        }
        line.to_owned() + "\n"
    });
    let edited = lines.collect();
    assert!(changed);
    edited
}

/// What a receiver wrote down, as a capture.
fn capture(records: &[Record]) -> String {
    let line = |record: &Record| {
        let headers: serde_json::Map<String, Value> =
            record.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        json!({ "type": "received", "at_ms": record.at_ms, "headers": headers, "body": record.body })
            .to_string()
    };
    records.iter().map(|record| line(record) + "\n").collect()
}

#[test]
fn what_was_sent_is_what_the_dialect_says() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let folder = scratch();
    let journal = run(&folder, &receiver, "--mix all");
    assert_eq!(kinds(&journal, ""), (Some(0), vec![]));
    let output = audit(&journal, "");
    assert!(output.stdout.contains("nothing differs") && output.stderr.is_empty(), "{output}");
    let quiet = audit(&journal, "--output quiet");
    assert_eq!((quiet.code(), &*quiet.stdout, &*quiet.stderr), (Some(0), "", ""));

    // The same as the receiver wrote it down.
    let captured = file(&folder, "received.ndjson", &capture(&receiver.records()));
    assert_eq!(kinds(&captured, ""), (Some(0), vec![]));
    // And in another dialect.
    let (code, found) = kinds(&captured, "--set websocket.initial=false --set results.first=0");
    let names: Vec<&str> = found.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!((code, names), (Some(1), vec!["results.first", "websocket.initial"]));
}

#[test]
fn what_was_injected_is_left_out() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let folder = scratch();
    let faults = "--fault drop=3% --fault duplicate=3% --fault swap=3% --fault delay=3% --fault mac:missing=3% \
                  --fault body:unknown-event=3% --fault body:truncated=3% --fault burst=2%";
    let journal = run(&folder, &receiver, &format!("--mix production --sessions 60 {faults}"));
    assert_eq!(kinds(&journal, ""), (Some(0), vec![]));
    let output = audit(&journal, "");
    assert!(output.stdout.contains("with faults that the journal says were injected"), "{output}");

    // Where nobody says so, they are differences.
    let captured = file(&folder, "received.ndjson", &capture(&receiver.records()));
    let (code, found) = kinds(&captured, "");
    assert_eq!(code, Some(1));
    for kind in ["gap", "duplicate", "mac-missing", "event-unknown", "not-json", "bad-envelope"] {
        let bodies = ["not-json", "bad-envelope"];
        let there = |kind: &str| found.iter().any(|(found, _)| found == kind);
        assert!(
            there(kind) || bodies.contains(&kind) && bodies.iter().any(|kind| there(kind)),
            "{kind}: {found:?}"
        );
    }
}

#[test]
fn a_change_by_hand_is_found_where_it_stands() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let folder = scratch();
    let journal = run(&folder, &receiver, "happy-path");
    let started = |line: &Value| line["event"] == "CAMERA_STARTED";
    let replace = |from: &str, to: &str| {
        let (from, to) = (from.to_owned(), to.to_owned());
        edit(&journal, started, move |line| {
            line["body"] = json!(line["body"].as_str().unwrap().replace(&from, &to));
        })
    };
    for (text, expected) in [
        (replace("INFO", "WARN"), "severity-mismatch"),
        (replace("CAMERA_STARTED", "CAMERA_ON"), "event-unknown"),
        (replace("}", ",\"payload\":{}}"), "payload.empty"),
        (replace("\"sequence\":3", "\"sequence\":2"), "conflict"),
    ] {
        let changed = file(&folder, "changed.ndjson", &text);
        let output = audit(&changed, "--output ndjson");
        assert_eq!(output.code(), Some(1), "{output}");
        let lines = output.json_lines();
        let found: Vec<&str> =
            of_type(&lines, "difference").iter().map(|line| line["kind"].as_str().unwrap()).collect();
        // Its MAC is that of what it was.
        assert!(found.contains(&expected) && found.contains(&"mac-mismatch"), "{expected}: {output}");
        let number = text
            .lines()
            .position(|line| line.contains("delivery") && line.contains("CAMERA_STARTED"))
            .unwrap()
            + 1;
        let at = lines.iter().find(|line| line["kind"] == expected).unwrap();
        assert_eq!(at["line"], number, "{output}");
        for key in ["severity", "session_id", "sequence", "event", "found", "dialect", "evidence"] {
            assert!(!at[key].is_null(), "{key}: {output}");
        }
    }
    let other = edit(&journal, started, |line| line["headers"]["Content-Type"] = json!("text/plain"));
    let changed = file(&folder, "changed.ndjson", &other);
    assert_eq!(kinds(&changed, ""), (Some(1), vec![("http.content-type".to_owned(), 1)]));
}

#[test]
fn journals_that_are_not_whole_are_audited_as_far_as_they_are() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let folder = scratch();
    let journal = run(&folder, &receiver, "happy-path");
    let text = fs::read_to_string(&journal).unwrap();
    let from = |text: &str| sim(["audit"]).arg(file(&folder, "other.ndjson", text));
    let learn = |text: &str| sim(["dialect", "learn"]).arg(file(&folder, "other.ndjson", text));

    let whole = text.find("\"sequence\":5").unwrap();
    let output = from(&text[..whole]).exits(0).says(&["is cut off; all before it is audited"]);
    assert!(output.stdout.starts_with("5 requests"), "{output}");
    learn(&text[..whole]).exits(0).says(&["is cut off; all before it is learnt from"]);
    let torn = text.replacen("\"type\":\"delivery\"", "\"type\":deli", 1);
    from(&torn).run().says(&["is passed over"]);
    let no_end =
        text.lines().filter(|line| !line.contains("\"type\":\"end\"")).collect::<Vec<_>>().join("\n") + "\n";
    from(&no_end).exits(0).says(&["has no end"]);

    for (text, code, says) in [
        ("", 3, "is empty"),
        ("{\"level\":\"info\"}\n", 2, "no journal of wms-sim"),
        ("hello\n", 2, "\"type\":\"received\""),
        ("{\"type\":\"run\"}\n", 3, "nothing that was received"),
        ("{\"type\":\"capture\"}\n", 3, "nothing that was received"),
    ] {
        from(text).exits(code).says(&[says]);
        learn(text).exits(code).says(&[says]);
    }
    let huge = format!("{{\"type\":\"run\"}}\n{}\n", "x".repeat(9 << 20));
    from(&huge).exits(2).says(&["line 2", "longer than 8 MiB"]);
    learn(&huge).exits(2).says(&["line 2", "longer than 8 MiB"]);
    sim(["audit", "missing.ndjson"]).exits(2).says(&["cannot read the journal missing.ndjson"]);
    sim(["audit"]).exits(2);

    // What is no event at all is audited, and nothing can be learnt from it.
    let junk = "{\"type\":\"received\",\"headers\":{},\"body\":\"?\",\"body_base64\":\"/w==\"}\n";
    from(junk).exits(1).shows(&["mac-missing", "not-json"]);
    learn(junk).exits(3).says(&["no event to learn from", "1 request that are no events"]);
    // What is left out is not audited.
    let all = text.replace("\"faults\":[]", "\"faults\":[\"swap\"]");
    from(&all).exits(3).says(&["nothing to audit", "16 requests with faults"]);
}

#[test]
fn the_dialect_that_was_spoken_is_learnt() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let folder = scratch();
    let set = "--dialect older --set payload.empty=null --set snr.scale=percent --set results.count=6 \
               --set http.user-agent=wms/2.0 --set constraint.key=reason --set canceled.after-violation=true";
    let journal = run(&folder, &receiver, &format!("--mix all --sessions 58 {set}"));
    assert_eq!(kinds(&journal, set), (Some(0), vec![]));
    let (code, found) = kinds(&journal, "");
    assert_eq!(code, Some(1));
    for key in
        ["events", "websocket.initial", "payload.empty", "snr.scale", "results.count", "constraint.key"]
    {
        assert!(found.iter().any(|(kind, _)| kind == key), "{key}: {found:?}");
    }

    // The settings of other verbs do not matter here.
    let learn = sim(["dialect", "learn"]).arg(&journal).env("WMS_SIM_DIALECT", "current");
    let learnt = file(&folder, "learnt.toml", &learn.exits(0).stdout);
    assert_eq!(kinds(&journal, &format!("--dialect {}", learnt.display())), (Some(0), vec![]));
    let told = sim(["dialect", "--json", "--dialect"]).arg(&learnt).exits(0).stdout;
    let told: Value = serde_json::from_str(&told).unwrap();
    let value = |name: &str| {
        let key = told.as_array().unwrap().iter().find(|key| key["key"] == name).unwrap();
        key["value"].as_str().unwrap().to_owned()
    };
    for (key, expected) in [
        ("events", "older"),
        ("payload.empty", "null"),
        ("snr.scale", "percent"),
        ("results.count", "6"),
        ("http.user-agent", "wms/2.0"),
        ("constraint.key", "reason"),
        ("canceled.after-violation", "true"),
        ("websocket.initial", "false"),
        // There was nothing to show it.
        ("body.charset", "ascii"),
    ] {
        assert_eq!(value(key), expected, "{key}");
    }
    let text = fs::read_to_string(&learnt).unwrap();
    assert!(text.contains("# no evidence in this traffic\n# \"body.charset\" = \"ascii\"\n"), "{text}");
    assert!(text.contains("# no traffic can show it\n# \"delivery.retries\" = \"0\"\n"), "{text}");
    // Sessions can be played in it.
    let played = sim(["send", "happy-path", "--dry-run", "--secret", "x", "--dialect"]).arg(&learnt);
    played.exits(0).shows(&["wms/2.0"]);
}

#[test]
fn what_contradicts_itself_is_told() {
    let receiver = Receiver::start(Kind::NodeHttp, SECRET);
    let folder = scratch();
    let journal = run(&folder, &receiver, "happy-path");
    let two = edit(
        &journal,
        |line| line["sequence"] == 2,
        |line| {
            line["headers"]["User-Agent"] = json!("evil\u{1b}[31m\nname = 1");
            line["headers"]["Content-Type"] = json!("a/b");
        },
    );
    let changed = file(&folder, "changed.ndjson", &two);
    let text = sim(["dialect", "learn"]).arg(&changed).exits(0).stdout;
    assert!(
        text.contains("# application/json: 15 events\n# a/b: 1 event (contradicts it; first in line "),
        "{text}"
    );
    assert!(text.contains("(not a value of this key; first in line "), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains("\nname"), "{text}");
    let learnt = file(&folder, "learnt.toml", &text);
    sim(["dialect", "--dialect"]).arg(learnt).exits(0);
}

#[test]
fn both_secrets_of_a_rotation_are_right() {
    let folder = scratch();
    let (old, new) = (file(&folder, "old.secret", "old\n"), file(&folder, "new.secret", "new\n"));
    let journal = folder.path().join("run.ndjson");
    let receiver = Receiver::start(Kind::NodeHttp, "new");
    sim(words("send happy-path --pace max --seed 1 --rotate-at 50% --output quiet --to"))
        .arg(receiver.url())
        .args(["--secret-file".as_ref(), old.as_os_str(), "--secret-file".as_ref(), new.as_os_str()])
        .arg("--journal")
        .arg(&journal)
        .run();
    let audit = |secrets: &[(&str, &PathBuf)]| {
        let mut run = sim(["audit"]).arg(&journal);
        for (flag, path) in secrets {
            run = run.arg(flag).arg(path);
        }
        run
    };
    let both = audit(&[("--secret-file", &new), ("--secret-file", &old)]).exits(0);
    assert!(
        both.stdout.contains("by secret 1 · ") && both.stdout.contains("by secret 2 · 0 not right"),
        "{both}"
    );
    audit(&[("--secret-file", &new), ("--secret-file", &old)]).exits(0);
    audit(&[("--secret-file", &new)]).exits(1).shows(&["mac-mismatch", "wrong-secret"]);
    audit(&[]).exits(0).shows(&["MACs: not checked"]);
}

#[test]
fn what_macs_are_computed_over_is_learnt_where_it_shows() {
    let folder = scratch();
    let journal = folder.path().join("run.ndjson");
    sim(words("send happy-path --pace max --output quiet --set body.charset=utf8 --set mac.input=latin1"))
        .args(["--secret", SECRET, "--session-id", "Sitzung-\u{e9}\u{20ac}", "--journal"])
        .arg(&journal)
        .exits(0);
    let learn = || sim(["dialect", "learn"]).arg(&journal);
    let text = learn().args(["--secret", SECRET]).exits(0).stdout;
    assert!(
        text.contains("\n\"mac.input\" = \"latin1\"\n") && text.contains("\n\"body.charset\" = \"utf8\"\n")
    );
    assert!(learn().exits(0).stdout.contains("\n# \"mac.input\" = \"bytes\"\n"));
    let keys = |(code, found): (Option<i32>, Vec<(String, u64)>)| {
        (code, found.into_iter().map(|(kind, _)| kind).collect::<Vec<_>>())
    };
    assert_eq!(
        keys(kinds(&journal, "")),
        (Some(1), ["body.charset", "mac.input", "session-id.style"].map(str::to_owned).to_vec())
    );
}

#[test]
fn the_verb_beside_it_is_what_it_was() {
    let output = sim(["dialect"]).exits(0);
    assert!(output.stdout.contains("websocket.initial = true"), "{output}");
    sim(words("dialect --toml --set results.first=0")).exits(0).shows(&["\"results.first\" = \"0\""]);
    sim(words("dialect --json learn x")).exits(2);
    sim(words("dialect learn")).exits(2);
    let folder = scratch();
    let received = "{\"type\":\"received\",\"headers\":{},\"body\":\"\"}\n";
    file(&folder, "received.ndjson", received);
    file(&folder, "wms-sim.toml", "[audit]\noutput = 'ndjson'\nset = ['results.first=0']");
    let output = sim(words("audit received.ndjson")).dir(folder.path()).exits(1);
    assert_eq!(output.json_lines().last().unwrap()["type"], "summary");
    file(&folder, "wms-sim.toml", "[audit]\nsecret-file = 'x'");
    sim(words("audit received.ndjson")).dir(folder.path()).exits(2).says(&["nobody named the file"]);
}
