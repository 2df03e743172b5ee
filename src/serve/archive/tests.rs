//! What was written is what is read, whatever it holds; and the file is what the ledger is.

mod place;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;

use super::history::Told;
use super::row::{Read, moment, row, wall};
use super::session::{About, redacted, text};
use super::writer::Mirror;
use super::*;
use crate::clock::{Epoch, Moment};
use crate::outcome::journal::received::HIDDEN;
use crate::protocol::code::Severity;
use crate::protocol::conclusion::Outcome;
use crate::protocol::dialect::Dialect;
use crate::protocol::mac;
use crate::serve::desk::Desk;
use crate::serve::hub::Hub;
use crate::serve::inbox::{InboxOptions, SessionState};
use crate::serve::ledger::{
    Begun, Bounds, Delivered, Forwarded, Mac, MacVerdict, Record, Remark, Side, State,
};
use crate::transport::target::Target;

fn begun(target: &str) -> Begun {
    Begun {
        scenario: "happy-path".into(),
        title: "\0 – a title".into(),
        config: Some("demo".into()),
        expected: Outcome::Completed,
        interactive: true,
        pace: "1x".to_owned(),
        target: Target::parse(target).unwrap(),
        lacks_credentials: false,
        seed: u64::MAX,
    }
}

fn verdict() -> impl Strategy<Value = MacVerdict> {
    use MacVerdict::{Invalid, Missing, Spoiled, Valid};
    prop::sample::select(vec![Valid, Invalid, Missing, Spoiled])
}

fn delivered() -> impl Strategy<Value = Option<Delivered>> {
    use Delivered::{Accepted, Failed, Pending, Refused, Suppressed};
    prop::sample::select(vec![
        None,
        Some(Accepted),
        Some(Failed),
        Some(Pending),
        Some(Refused),
        Some(Suppressed),
    ])
}

/// Any text, with NUL and line breaks in it.
fn any_text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![Just('\0'), Just('\n'), any::<char>()], 0..20)
        .prop_map(|chars| chars.into_iter().collect())
}

fn any_bytes() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..100).prop_map(Bytes::from)
}

fn forwarded() -> impl Strategy<Value = Forwarded> {
    prop_oneof![
        Just(Forwarded::Pending),
        (any::<u16>(), any_bytes(), any::<u64>()).prop_map(|(status, answer, took)| Forwarded::answered(
            status,
            answer,
            Duration::from_nanos(took)
        )),
        (any_text(), any_text(), any::<u64>()).prop_map(|(code, detail, took)| Forwarded::Failed {
            code,
            detail,
            took: Duration::from_nanos(took)
        }),
    ]
}

prop_compose! {
    fn record()(
        (key, id, at, due) in (1..=i64::MAX.cast_unsigned(), any::<u64>(), 0..1_u64 << 60, prop::option::of(0..1_u64 << 60)),
        (sequence, status, latency) in (any::<Option<u64>>(), any::<Option<u16>>(), any::<Option<u64>>()),
        (event, reason, hint, other) in (any_text(), prop::option::of(any_text()), prop::option::of(any_text()), any_text()),
        (body, answer, attempts) in (any_bytes(), any_bytes(), any::<u32>()),
        (verdict, delivered) in (verdict(), delivered()),
        severity in prop::sample::select(vec![None, Some(Severity::Info), Some(Severity::Warn), Some(Severity::Error)]),
        failure in prop::option::of((any_text(), any_text())),
        faults in prop::collection::vec(any_text(), 0..3),
        remarks in prop::collection::vec((any_text(), any_text(), any_text()), 0..3),
        (forwarded, remembered) in (prop::option::of(forwarded()), any::<bool>()),
    ) -> Record {
        let remark = |(code, severity, message): (String, String, String)| Remark {
            code: code.into(), severity: severity.into(), message,
        };
        Record {
            key, id, sequence, event: event.into(), severity, body,
            headers: [(mac::HEADER.to_owned(), other)].into(),
            mac: Mac { verdict, reason, hint },
            at: Moment(at), due: due.map(Moment), status, latency: latency.map(Duration::from_nanos),
            answer, delivered, failure, attempts, faults,
            remarks: remarks.into_iter().map(remark).collect(), forwarded, remembered,
        }
    }
}

fn hub(history: Option<&History>) -> Arc<Hub> {
    let options = InboxOptions::new(Vec::new(), Dialect::current());
    let desk = Desk::open_since(options, history.and_then(History::earliest));
    // So few changes are remembered that they are missed now and then.
    let bounds = Bounds { sessions: 4, records: 3, bytes: 1 << 20, changes: 8 };
    Hub::new(desk, bounds, history.map_or(0, History::latest))
}

fn scratch() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history");
    (folder, path)
}

/// Follows the hub's ledger into a new file.
fn mirror(hub: &Arc<Hub>, path: &Path) -> Mirror {
    let known = hub.look(crate::serve::ledger::Ledger::latest);
    Mirror::new(open(path).unwrap(), Arc::clone(hub), Targets::default(), known)
}

/// Everything in the ledger, in one text.
fn all_of(hub: &Hub) -> Vec<String> {
    hub.look(|ledger| {
        let mut ids = ledger.ids();
        ids.sort();
        let one = |id: &Arc<str>| {
            let records = [Side::Sent, Side::Received].map(|side| ledger.records(id, side).to_vec());
            format!("{id:?} {:?} {records:?}", ledger.kept(id))
        };
        ids.iter().map(one).collect()
    })
}

/// Everything in the file, in the same text.
fn all_in(store: &mut Store, epoch: Epoch) -> Vec<String> {
    let history = store.read().unwrap();
    assert_eq!(history.damaged(), 0);
    let mut told: Vec<Told> = history.sessions;
    told.sort_by(|a, b| a.id.cmp(&b.id));
    let one = |Told { id, about, records }| {
        let kept = about.kept(epoch, &Targets::default());
        let (mut sent, mut received) = (Vec::new(), Vec::new());
        for read in records {
            if read.side == Side::Sent { &mut sent } else { &mut received }.push(read.record(epoch));
        }
        format!("{id:?} {kept:?} {:?}", [sent, received])
    };
    told.into_iter().map(one).collect()
}

proptest! {
    #[test]
    fn a_record_is_the_same_again(record in record(), sent in any::<bool>(), epoch in -(1_i128 << 60)..1 << 61) {
        let epoch = Epoch::from_unix_nanos(epoch);
        let side = if sent { Side::Sent } else { Side::Received };
        let read = Read::of(row(epoch, side, &record)).unwrap();
        prop_assert_eq!(read.side, side);
        prop_assert_eq!(read.record(epoch), record);
    }
}

proptest! {
    // Each case makes a file.
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Through the database too, whose texts and blobs are not those of Rust.
    #[test]
    fn any_text_and_any_bytes_go_through_the_file(records in prop::collection::vec(record(), 1..4), id in any_text(), callback in any_text()) {
        let (_folder, path) = scratch();
        let hub = hub(None);
        let mut mirror = mirror(&hub, &path);
        let id: Arc<str> = id.into();
        hub.write(|ledger, now| {
            ledger.began(&id, now, begun("http://h/path"));
            for record in records {
                ledger.add(&id, Side::Received, record, now);
            }
            // As it is kept: the rest of it is not in the file.
            ledger.called_back(&id, redacted(&callback), now);
        });
        mirror.catch_up().unwrap();
        prop_assert_eq!(all_in(&mut mirror.store, hub.epoch()), all_of(&hub));
    }

    /// Whatever happens, and however seldom it is looked at.
    #[test]
    fn the_file_is_what_the_ledger_is(steps in prop::collection::vec((0_u8..9, 0_u8..7, 1_u64..6), 1..80)) {
        let (_folder, path) = scratch();
        let hub = hub(None);
        let mut mirror = mirror(&hub, &path);
        for (what, name, key) in steps {
            let id: Arc<str> = name.to_string().into();
            let pending = Record { delivered: Some(Delivered::Pending), ..empty() };
            hub.write(|ledger, now| match what {
                0 => ledger.began(&id, now, begun("http://h/")),
                1 | 2 => drop(ledger.add(&id, Side::Sent, pending, now)),
                3 | 4 => drop(ledger.add(&id, Side::Received, empty(), now)),
                5 => ledger.change(&id, Side::Sent, key, now, |record| record.delivered = Some(Delivered::Accepted)),
                6 => ledger.ended(&id, State::Ended, now),
                7 if name == 0 => ledger.forget(),
                7 => ledger.received_state(&id, SessionState::Running, key, now),
                _ => {}
            });
            if what == 8 {
                mirror.catch_up().unwrap();
                prop_assert_eq!(all_in(&mut mirror.store, hub.epoch()), all_of(&hub));
            }
        }
        mirror.catch_up().unwrap();
        let before = all_of(&hub);
        prop_assert_eq!(all_in(&mut mirror.store, hub.epoch()), &before[..]);
        // Another run has the same, but for what was under way.
        drop(mirror);
        let mut store = open(&path).unwrap();
        let history = store.read().unwrap();
        let again = self::hub(Some(&history));
        let latest = history.latest();
        let known = history.restore(&again, &Targets::default());
        prop_assert!(known > latest);
        let (was, is) = (hub.look(|ledger| ledger.ids().len()), again.look(|ledger| ledger.ids().len()));
        // What ran could be more than the bound; it does not run any more.
        prop_assert!(is <= was && is >= was.min(4), "{was} {is}");
        let unfinished = again.look(|ledger| {
            let pending = |id: &Arc<str>| {
                ledger.records(id, Side::Sent).iter().any(|record| record.delivered == Some(Delivered::Pending))
            };
            ledger.ids().iter().any(|id| pending(id) || ledger.kept(id).unwrap().state == State::Running)
        });
        prop_assert!(!unfinished);
        // And what it made of that is written.
        let mut mirror = Mirror::new(store, Arc::clone(&again), Targets::default(), known);
        mirror.catch_up().unwrap();
        prop_assert_eq!(all_in(&mut mirror.store, again.epoch()), all_of(&again));
    }
}

fn empty() -> Record {
    Record {
        key: 0,
        id: 0,
        sequence: None,
        event: "WMS_LOADED".into(),
        severity: None,
        body: Bytes::new(),
        headers: [].into(),
        mac: Mac { verdict: MacVerdict::Invalid, reason: None, hint: None },
        at: Moment::ZERO,
        due: None,
        status: None,
        latency: None,
        answer: Bytes::new(),
        delivered: None,
        failure: None,
        attempts: 1,
        faults: Vec::new(),
        forwarded: None,
        remembered: false,
        remarks: Vec::new(),
    }
}

#[test]
fn values_of_headers_are_not_kept_unless_they_are_harmless() {
    let headers = [
        ("content-type", "application/json", true),
        ("X-WMS-Content-MAC", "hmac", true),
        ("USER-AGENT", "me", true),
        ("x-api-key", "secret", false),
        ("Authorization", "secret", false),
        ("x-forwarded-authorization", "secret", false),
    ];
    let all = headers.map(|(name, value, _)| (name.to_owned(), value.to_owned()));
    let row = row(
        Epoch::from_unix_nanos(0),
        Side::Received,
        &Record { key: 1, headers: all[..].into(), ..empty() },
    );
    assert!(!row.about.contains("secret"), "{}", row.about);
    let read = Read::of(row).unwrap().record(Epoch::from_unix_nanos(0));
    for ((name, value, harmless), found) in headers.iter().zip(&*read.headers) {
        let expected = if *harmless { *value } else { HIDDEN };
        assert_eq!((found.0.as_str(), found.1.as_str()), (*name, expected));
    }
}

#[test]
fn credentials_of_a_target_are_not_kept_and_found_again_where_they_are_configured() {
    let epoch = Epoch::from_unix_nanos(0);
    let with = "http://user:M4RK@h/x?token=M4RK";
    let own = Target::parse("http://127.0.0.1:5/webhook").unwrap();
    let targets = |configured: &[&str]| Targets {
        own_inbox: Some(own.clone()),
        configured: configured.iter().map(|url| Target::parse(url).unwrap()).collect(),
    };
    let read = |url: &str, targets: &Targets| {
        let hub = hub(None);
        let id: Arc<str> = "a".into();
        hub.write(|ledger, now| ledger.began(&id, now, begun(url)));
        let kept = hub.look(|ledger| ledger.kept("a")).unwrap();
        let text = text(epoch, &kept, &Targets { configured: Vec::new(), ..targets.clone() });
        assert!(!text.contains("M4RK"), "{text}");
        let later = Targets {
            own_inbox: Some(Target::parse("http://127.0.0.1:6/webhook").unwrap()),
            ..targets.clone()
        };
        let begun = About::of(&text).unwrap().kept(epoch, &later).unwrap().begun.unwrap();
        (begun.target, begun.lacks_credentials)
    };
    let (target, lacks) = read(with, &targets(&[]));
    assert_eq!((target.to_string().as_str(), lacks), ("http://***@h/x?token=***", true));
    let other = "http://user:other@elsewhere/x?token=M4RK";
    assert!(read(with, &targets(&[other])).1);
    assert_eq!(read(with, &targets(&[other, with])), (Target::parse(with).unwrap(), false));
    assert_eq!(read("http://h/x", &targets(&[])), (Target::parse("http://h/x").unwrap(), false));
    // The server's own inbox is where it is now.
    assert_eq!(read("http://127.0.0.1:5/webhook", &targets(&[])).0.port(), 6);
}

#[test]
fn times_are_cut_where_they_cannot_be_said() {
    for (epoch, at, expected) in
        [(0, 5, 5), (-7, 5, -2), (i128::from(i64::MAX), 5, i64::MAX), (i128::MIN / 2, 5, i64::MIN)]
    {
        assert_eq!(wall(Epoch::from_unix_nanos(epoch), Moment(at)), expected);
    }
    assert_eq!(moment(Epoch::from_unix_nanos(i64::MIN.into()), i64::MAX), Moment(u64::MAX));
    assert_eq!(moment(Epoch::from_unix_nanos(10), 3), Moment::ZERO);
}

#[test]
fn a_clock_that_was_set_back_changes_no_time() {
    let (_folder, path) = scratch();
    // What is told comes from tomorrow.
    let tomorrow = crate::clock::wall_clock().after(Moment(86_400_000_000_000));
    let first = hub(None);
    let mut mirror = mirror(&first, &path);
    let ahead = first.epoch().until(tomorrow);
    first.write(|ledger, _| {
        ledger.add(&"a".into(), Side::Received, Record { at: ahead, ..empty() }, ahead);
    });
    mirror.catch_up().unwrap();
    let shown = first.look(|ledger| first.dated(ledger.session("a").unwrap()).started_at);
    drop(mirror);
    let history = open(&path).unwrap().read().unwrap();
    let again = hub(Some(&history));
    history.restore(&again, &Targets::default());
    let shown_again = again.look(|ledger| again.dated(ledger.session("a").unwrap()).started_at);
    assert_eq!(shown, shown_again);
    // The clock of the server is right all the same.
    let now = again.epoch().after(again.now()).unix_nanos();
    assert!((now - crate::clock::wall_clock().unix_nanos()).abs() < 60_000_000_000);
}

#[test]
fn a_history_that_lacks_something_is_damaged() {
    for lacks in [
        "DROP TABLE record",
        "DROP TABLE session",
        "DROP TABLE latest",
        "ALTER TABLE record DROP COLUMN body",
        "DROP TABLE session; CREATE TABLE session (number, id, about); INSERT INTO session VALUES ('x', 1, 2)",
    ] {
        let (_folder, path) = scratch();
        drop(open(&path).unwrap());
        rusqlite::Connection::open(&path).unwrap().execute_batch(lacks).unwrap();
        let error = open(&path).and_then(|mut store| store.read()).err().unwrap();
        assert!(matches!(error, ArchiveError::Damaged(_)), "{lacks}: {error}");
        assert!(!error.to_string().contains("SELECT"), "{error}");
        assert!(error.advice().contains("move it away"), "{}", error.advice());
    }
}

#[test]
fn a_callback_is_kept_without_what_may_be_a_credential() {
    for (url, kept) in [
        ("http://h/done", "http://h/done"),
        ("http://h/done?results=e30%3D", "http://h/done?results=e30%3D"),
        ("http://h/done?key=M4RK&error=LOW_SNR", "http://h/done?key=***&error=LOW_SNR"),
        ("http://h/?M4RK&a=M4RK=M4RK&&error=A", "http://h/?***&a=***&***&error=A"),
        ("http://h/?error=A&state=M4RK#/M4RK?error=M4RK", "http://h/?error=A&state=***#***"),
        ("http://h/#M4RK", "http://h/#***"),
        ("http://h/?errors=M4RK&Results=M4RK", "http://h/?errors=***&Results=***"),
    ] {
        let shown = redacted(url);
        assert_eq!(shown, kept);
        // What was read from a file is written to it again.
        assert_eq!(redacted(&shown), kept);
    }
}
