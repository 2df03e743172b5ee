//! The ledger keeps its bounds and its promise: whoever asks for what came since gets everything, or is told that it
//! cannot be had.

use super::*;
use crate::protocol::conclusion::Outcome;
use bytes::Bytes;
use proptest::prelude::*;

fn id(text: &str) -> Arc<str> {
    text.into()
}

fn record(event: &str, delivered: Option<Delivered>) -> Record {
    Record {
        key: 0,
        id: 0,
        sequence: Some(0),
        event: event.into(),
        severity: None,
        body: Bytes::from_static(b"{}"),
        headers: [].into(),
        mac: Mac { verdict: MacVerdict::Valid, reason: None, hint: None },
        at: Moment::ZERO,
        due: None,
        status: None,
        latency: None,
        answer: Bytes::new(),
        forwarded: None,
        delivered,
        failure: None,
        attempts: 0,
        faults: Vec::new(),
        remarks: Vec::new(),
        remembered: false,
    }
}

fn begun() -> Begun {
    Begun {
        scenario: "happy-path".into(),
        title: "t".into(),
        config: None,
        expected: Outcome::Completed,
        interactive: true,
        pace: "1x".to_owned(),
        target: Target::parse("http://h/").unwrap(),
        lacks_credentials: false,
        seed: u64::MAX,
    }
}

fn small() -> Ledger {
    Ledger::new(Bounds { sessions: 3, records: 4, bytes: 1 << 20, changes: 8 }, 0)
}

#[test]
fn a_session_is_shown_as_it_goes() {
    let mut ledger = small();
    let session = id("a");
    ledger.began(&session, Moment(5), begun());
    let key =
        ledger.add(&session, Side::Sent, record("RESULTS_RECEIVED", Some(Delivered::Pending)), Moment(6));
    let view = ledger.session("a").unwrap();
    assert_eq!(
        (view.state, view.outcome, view.seed.as_deref()),
        (State::Running, None, Some("18446744073709551615"))
    );
    ledger
        .change(&session, Side::Sent, key, Moment(7), |record| record.delivered = Some(Delivered::Accepted));
    let detail = ledger.detail("a", Side::Sent).unwrap();
    assert_eq!(detail.session.outcome, Some(Outcome::Completed));
    assert_eq!(detail.session.sent.unwrap().accepted, 1);
    assert_eq!((detail.events[0].key, detail.events[0].id), (key, 3));
    assert!(ledger.detail("a", Side::Received).is_none());
    ledger.ended(&session, State::Ended, Moment(8));
    assert_eq!(ledger.session("a").unwrap().state, State::Ended);
}

#[test]
fn the_oldest_session_makes_room_but_one_that_runs_stays() {
    let mut ledger = small();
    ledger.began(&id("runs"), Moment(0), begun());
    for name in ["a", "b", "c", "d"] {
        ledger.add(&id(name), Side::Received, record("X", None), Moment(1));
    }
    let ids: Vec<String> = ledger.recent().map(|view| view.session_id).collect();
    assert_eq!(ids, ["d", "c", "runs"]);
    assert!(matches!(ledger.since(ledger.latest() - 1, 10), News::Removed(_, gone) if gone == [id("b")]));
}

#[test]
fn bytes_are_bounded() {
    let mut ledger = Ledger::new(Bounds { bytes: 10_000, ..Bounds::default() }, 0);
    for name in 0..100 {
        let body = Bytes::from(vec![b'x'; 3_000]);
        ledger.add(
            &id(&name.to_string()),
            Side::Received,
            Record { body, ..record("X", None) },
            Moment(name),
        );
    }
    assert!(
        ledger.bytes <= 10_000 && ledger.len() == 2,
        "{} bytes in {} sessions",
        ledger.bytes,
        ledger.len()
    );
    ledger.forget();
    assert_eq!((ledger.bytes, ledger.len()), (0, 0));
}

#[test]
fn more_records_than_are_kept_are_counted() {
    let mut ledger = small();
    for _ in 0..10 {
        ledger.add(&id("a"), Side::Received, record("X", None), Moment(1));
    }
    let detail = ledger.detail("a", Side::Received).unwrap();
    assert_eq!((detail.events.len(), detail.session.received.unwrap().events), (4, 10));
}

#[test]
fn what_was_missed_too_long_ago_has_to_be_loaded_again() {
    let mut ledger = small();
    assert_eq!(ledger.since(0, 10), News::None);
    assert_eq!(ledger.since(7, 10), News::TooMuch(0));
    for _ in 0..20 {
        ledger.add(&id("a"), Side::Received, record("X", None), Moment(1));
    }
    assert_eq!(ledger.since(3, 10), News::TooMuch(20));
    assert!(
        matches!(ledger.since(15, 3), News::Changes(changes) if changes.len() == 3 && changes[0].number == 16)
    );
    assert_eq!(ledger.since(20, 10), News::None);
}

proptest! {
    /// Whoever follows the news, in steps of any size, knows every change or was told to look again.
    #[test]
    fn no_change_is_passed_over(steps in prop::collection::vec((0_u8..4, 0_u8..5, 1_usize..6), 1..200)) {
        let mut ledger = small();
        let mut known = 0;
        let mut seen = 0_u64;
        for (what, name, most) in steps {
            let session = id(&name.to_string());
            match what {
                0 => ledger.began(&session, Moment(1), begun()),
                1 => drop(ledger.add(&session, Side::Sent, record("WMS_LOADED", None), Moment(1))),
                2 => ledger.ended(&session, State::Ended, Moment(1)),
                _ => ledger.forget(),
            }
            match ledger.since(known, most) {
                News::None => prop_assert_eq!(known, ledger.latest()),
                News::TooMuch(latest) => { prop_assert!(latest - known > 8); known = latest; seen = latest; }
                News::Removed(number, _) => { prop_assert_eq!(number, seen + 1); known = number; seen = number; }
                News::Changes(changes) => {
                    for change in changes {
                        seen += 1;
                        prop_assert_eq!(change.number, seen);
                        known = change.number;
                    }
                }
            }
            prop_assert!(ledger.len() <= 3 + 5);
            let bytes: usize = ledger.entries.values().map(Entry::bytes).sum();
            prop_assert_eq!(bytes, ledger.bytes);
        }
    }
}
