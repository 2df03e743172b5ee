//! Replaying a journal: byte for byte, or signed anew; and what is said of journals that are not whole.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a function that fails fails its test")]

mod common;

use std::fs;

use common::cli::{scratch, send, sim};
use common::receiver::{Kind, Receiver, Record};

fn wire(records: &[Record]) -> Vec<(String, Option<String>)> {
    let mut all: Vec<_> = records
        .iter()
        .map(|record| (record.body.clone(), record.header("X-WMS-Content-MAC").map(str::to_owned)))
        .collect();
    all.sort();
    all
}

#[test]
fn ten_thousand_events_are_identical_on_the_wire() {
    let (first, second) = (Receiver::start(Kind::NodeHttp, "s"), Receiver::start(Kind::NodeHttp, "s"));
    let folder = scratch();
    let journal = folder.path().join("run.ndjson");
    let line = "--mix production --sessions 700 --seed 3 --output quiet --fault mac:corrupted=1% --fault body:truncated=1% --fault swap=2% --journal";
    send(&first.url(), "s", line).arg(&journal).exits(0);
    sim(["replay", "--to", &second.url(), "--output", "quiet"]).arg(&journal).exits(0);
    let (sent, again) = (first.records(), second.records());
    assert!(sent.len() > 10_000, "{}", sent.len());
    assert_eq!(wire(&sent), wire(&again));
}

#[test]
fn one_session_keeps_its_order_and_can_be_signed_anew() {
    let (first, second) = (Receiver::start(Kind::NodeHttp, "old"), Receiver::start(Kind::NodeHttp, "new"));
    let folder = scratch();
    let journal = folder.path().join("run.ndjson");
    send(&first.url(), "old", "--mix all --seed 3 --output quiet --journal").arg(&journal).exits(0);
    let text = fs::read_to_string(&journal).unwrap();
    let id =
        text.lines().find(|line| line.contains("\"session\":7,") && line.contains("\"session\"")).unwrap();
    let id: serde_json::Value = serde_json::from_str(id).unwrap();
    let id = id["session_id"].as_str().unwrap();
    sim(["replay", "--to", &second.url(), "--secret", "new", "--resign", "--only-session", "7"])
        .arg(&journal)
        .exits(0);
    let bodies = |records: &[Record]| -> Vec<String> {
        records.iter().filter(|record| record.body.contains(id)).map(|record| record.body.clone()).collect()
    };
    let again = second.records();
    assert!(again.iter().all(|record| record.mac_ok));
    assert_eq!(bodies(&first.records()), bodies(&again));
    assert_eq!(bodies(&again).len(), again.len());
}

#[test]
fn journals_that_are_not_whole_are_played_as_far_as_they_are() {
    let receiver = Receiver::start(Kind::NodeHttp, "s");
    let folder = scratch();
    let journal = folder.path().join("run.ndjson");
    send(&receiver.url(), "s", "happy-path --seed 3 --output quiet --journal").arg(&journal).exits(0);
    let text = fs::read_to_string(&journal).unwrap();

    let cut = folder.path().join("cut.ndjson");
    let whole = text.find("\"sequence\":5").unwrap();
    fs::write(&cut, &text[..whole]).unwrap();
    let before = receiver.records().len();
    sim(["replay", "--to", &receiver.url()]).arg(&cut).exits(0).says(&["is cut off"]);
    assert_eq!(receiver.records().len() - before, 5);

    let foreign = folder.path().join("foreign.ndjson");
    fs::write(&foreign, "{\"level\":\"info\"}\n").unwrap();
    sim(["replay", "--to", &receiver.url()]).arg(&foreign).exits(2).says(&["no journal of wms-sim"]);
    for begin in ["{", "{\"type\":\"ru", &text[..40], &text[..text.find('\n').unwrap() - 1]] {
        fs::write(&foreign, begin).unwrap();
        let cut = ["is cut off inside its first line", "nothing to send"];
        sim(["replay", "--to", &receiver.url()]).arg(&foreign).exits(3).says(&cut);
    }
    fs::write(&foreign, "{\"level\":\"in").unwrap();
    sim(["replay", "--to", &receiver.url()]).arg(&foreign).exits(2).says(&["no journal of wms-sim"]);
    fs::write(&foreign, "").unwrap();
    sim(["replay", "--to", &receiver.url()]).arg(&foreign).exits(3).says(&["is empty"]);
    let torn = text.replacen("\"type\":\"delivery\"", "\"type\":deli", 1);
    fs::write(&foreign, torn).unwrap();
    sim(["replay", "--to", &receiver.url()]).arg(&foreign).exits(0).says(&["is passed over"]);
    sim(["replay", "--to", &receiver.url(), "--only-session", "9"])
        .arg(&journal)
        .exits(3)
        .says(&["session of that number"]);
    sim(["replay", "--to", &receiver.url(), "--journal"])
        .arg(&journal)
        .arg(&journal)
        .exits(2)
        .says(&["to be replayed"]);
    assert_eq!(fs::read_to_string(&journal).unwrap(), text);
    sim(["replay"]).arg(&journal).exits(2).says(&["--to"]);
    sim(["replay", "--to", &receiver.url(), "--resign"]).arg(&journal).exits(2).says(&["secret"]);
}

#[test]
fn a_journal_that_an_editor_has_saved_is_read_or_named() {
    let receiver = Receiver::start(Kind::NodeHttp, "s");
    let folder = scratch();
    let journal = folder.path().join("run.ndjson");
    send(&receiver.url(), "s", "bounce --seed 3 --output quiet --journal").arg(&journal).exits(0);
    let text = fs::read_to_string(&journal).unwrap();
    let saved = folder.path().join("saved.ndjson");
    let replay = |bytes: &[u8]| {
        fs::write(&saved, bytes).unwrap();
        sim(["replay", "--pace", "max", "--to", &receiver.url()]).arg(&saved)
    };
    for whole in [
        format!("\u{feff}{text}"),
        format!("{text}\n\r\n  \n"),
        format!("{text}  "),
        text.replace('\n', "\r\n"),
    ] {
        let before = receiver.records().len();
        let output = replay(whole.as_bytes()).exits(0);
        assert!(!output.stderr.contains("warning"), "{output}");
        assert!(receiver.records().len() > before);
    }
    let units = |mark: &str| format!("{mark}{text}").encode_utf16().collect::<Vec<u16>>();
    for bytes in [
        units("\u{feff}").into_iter().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
        units("\u{feff}").into_iter().flat_map(u16::to_be_bytes).collect(),
        units("").into_iter().flat_map(u16::to_le_bytes).collect(),
        units("").into_iter().flat_map(u16::to_be_bytes).collect(),
    ] {
        replay(&bytes).exits(2).says(&["is UTF-16, and a journal is UTF-8", "iconv -f UTF-16 -t UTF-8"]);
    }
}

#[test]
fn an_event_of_a_later_version_keeps_its_name() {
    let (first, second) = (Receiver::start(Kind::NodeHttp, "s"), Receiver::start(Kind::NodeHttp, "s"));
    let folder = scratch();
    let journal = folder.path().join("run.ndjson");
    send(&first.url(), "s", "bounce --seed 3 --output quiet --journal").arg(&journal).exits(0);
    let text = fs::read_to_string(&journal).unwrap();
    let later = folder.path().join("later.ndjson");
    fs::write(&later, text.replace("WMS_LOADED", "FACE_WAS_FOUND")).unwrap();
    let again = folder.path().join("again.ndjson");
    let replay = || sim(["replay", "--to", &second.url(), "--pace", "max"]).arg(&later);
    // The MAC is that of the body as it was.
    replay().exits(1).shows(&["FACE_WAS_FOUND"]);
    replay().args(["--resign", "--secret", "s", "--output", "ndjson", "--journal"]).arg(&again).exits(0);
    let lines = common::cli::json_lines(&fs::read_to_string(&again).unwrap());
    let told = common::cli::of_type(&lines, "delivery");
    assert_eq!(
        (&told[0]["event"], &told[0]["severity"]),
        (&"FACE_WAS_FOUND".into(), &serde_json::Value::Null)
    );
    // And it can be replayed once more.
    fs::rename(&again, &later).unwrap();
    replay().exits(0).shows(&["FACE_WAS_FOUND"]);
}
