//! A run that is killed: what its journal says was accepted is what the receiver got.
//!
//! `KILLS=1000 cargo test --test send_killed` kills more often.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a function that fails fails its test")]

mod common;

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;
use std::path::Path;
use std::thread;
use std::time::Duration;
use std::{env, fs};

use common::cli::{json_lines, scratch, send};
use common::receiver::{Kind, Receiver};
use serde_json::Value;

const SECRET: &str = "s";

/// Session ID and sequence; the mix has no reload, so these name one event.
type Event = (String, u64);

fn event(line: &Value, id: &str) -> Event {
    (line[id].as_str().unwrap().to_owned(), line["sequence"].as_u64().unwrap())
}

#[derive(Debug, Default)]
struct Journal {
    sessions: BTreeSet<String>,
    dispatched: BTreeSet<Event>,
    accepted: BTreeMap<Event, String>,
}

/// Reads what is left of a journal: whole lines, and at most the beginning of one.
fn read(path: &Path) -> Journal {
    let text = fs::read_to_string(path).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    let mut journal = Journal::default();
    for (place, line) in json_lines(whole).iter().enumerate() {
        match line["type"].as_str().unwrap() {
            "run" => assert_eq!(place, 0),
            "session" => {
                journal.sessions.insert(line["session_id"].as_str().unwrap().to_owned());
            }
            "dispatch" => assert!(journal.dispatched.insert(event(line, "session_id")), "{line}"),
            "delivery" => {
                let key = event(line, "session_id");
                assert_eq!(line["status"], "accepted", "{line}");
                assert!(journal.dispatched.contains(&key), "{line}");
                let body = line["body"].as_str().unwrap().to_owned();
                assert!(journal.accepted.insert(key, body).is_none(), "{line}");
            }
            "session_end" => {}
            other => panic!("a line of type {other} in a run that was killed"),
        }
    }
    journal
}

fn check(journal: &Journal, receiver: &Receiver) {
    let got: BTreeMap<Event, String> = receiver
        .records()
        .into_iter()
        .map(|record| (event(&record.json(), "sessionId"), record.body))
        .filter(|((session, _), _)| journal.sessions.contains(session))
        .collect();
    for (key, body) in &journal.accepted {
        assert_eq!(got.get(key), Some(body), "the journal says that {key:?} was accepted");
    }
    for key in got.keys().filter(|key| !journal.accepted.contains_key(key)) {
        assert!(journal.dispatched.contains(key), "the journal knows nothing of {key:?}, which was received");
    }
    let in_flight = journal.dispatched.len() - journal.accepted.len();
    assert!(in_flight <= 16, "{in_flight} in flight, and --max-in-flight is 16");
}

#[test]
fn a_killed_run_leaves_a_journal_that_is_true() {
    let kills: u64 = env::var("KILLS").map_or(8, |text| text.parse().unwrap());
    let folder = scratch();
    let mut accepted = 0;
    for kill in 0..kills {
        let mut receiver = Receiver::start(Kind::NodeHttp, SECRET);
        receiver.allow_no_calls();
        let path = folder.path().join(format!("{kill}.ndjson"));
        let order = if kill % 2 == 0 { "sequential" } else { "concurrent" };
        let what = format!(
            "--mix production --sessions 100000 --seed {kill} --max-in-flight 16 --output quiet --order {order}"
        );
        let mut running = send(&receiver.url(), SECRET, &what).arg("--journal").arg(&path).spawn();
        let millis = 20 + RandomState::new().hash_one(kill) % 700;
        thread::sleep(Duration::from_millis(millis));
        assert!(!running.has_ended());
        running.kill();
        let journal = read(&path);
        accepted += journal.accepted.len();
        check(&journal, &receiver);
    }
    assert!(accepted > 0, "every run was killed before anything was accepted");
}
