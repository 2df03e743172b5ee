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
    let detail = ledger.detail("a", Side::Sent, Page::default()).unwrap();
    assert_eq!(detail.session.outcome, Some(Outcome::Completed));
    assert_eq!(detail.session.sent.unwrap().accepted, 1);
    assert_eq!((detail.events[0].key, detail.events[0].id), (key, 3));
    assert!(ledger.detail("a", Side::Received, Page::default()).is_none());
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
    let ids: Vec<String> = ledger.search("", None).map(|view| view.session_id).collect();
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
    let detail = ledger.detail("a", Side::Received, Page::default()).unwrap();
    assert_eq!((detail.events.len(), detail.session.received.unwrap().events), (4, 10));
}

#[test]
fn a_page_of_events_begins_after_a_key_and_is_bounded() {
    let mut ledger = small();
    // Another session's records lie between its own.
    let keys: Vec<u64> = (0..4)
        .map(|_| {
            ledger.add(&id("b"), Side::Sent, record("X", None), Moment(1));
            ledger.add(&id("a"), Side::Received, record("X", None), Moment(1))
        })
        .collect();
    let page = |after, limit| {
        let detail = ledger.detail("a", Side::Received, Page { limit, after }).unwrap();
        assert_eq!(detail.session.received.unwrap().events, 4, "the numbers are those of the session");
        detail.events.iter().map(|event| event.key).collect::<Vec<_>>()
    };
    assert_eq!(page(None, None), keys);
    assert_eq!(page(None, Some(3)), keys[..3]);
    assert_eq!(page(Some(keys[1]), None), keys[2..]);
    assert_eq!(page(Some(keys[1] - 1), Some(1)), keys[1..2], "the key of an event that is not there");
    assert_eq!(page(Some(keys[0]), Some(2)), keys[1..3]);
    for (after, limit) in [(None, Some(0)), (Some(keys[3]), None), (Some(u64::MAX), Some(usize::MAX))] {
        assert!(page(after, limit).is_empty());
    }
}

#[test]
fn large_events_come_page_by_page_and_none_is_left_out() {
    let bounds = Bounds { sessions: 3, records: 50, bytes: usize::MAX, changes: 8 };
    let mut ledger = Ledger::new(bounds, 0);
    for size in [1_usize, 5 << 20, 9 << 20, 2 << 20, 20 << 20, 1, 1] {
        let body = Bytes::from(vec![b'x'; size]);
        ledger.add(&id("a"), Side::Received, Record { body, ..record("X", None) }, Moment(1));
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let detail = ledger.detail("a", Side::Received, Page { limit: None, after }).unwrap();
        seen.push(detail.events.len());
        after = detail.events.last().map(|event| event.key);
        if !detail.more {
            break;
        }
    }
    // The one that is larger than a page comes alone.
    assert_eq!(seen, [3, 1, 1, 2]);
    let none = ledger.detail("a", Side::Received, Page { limit: Some(0), after: None }).unwrap();
    assert!(none.events.is_empty() && none.more);
}

#[test]
fn sessions_are_found_by_what_is_shown_of_them_and_by_their_events() {
    let mut ledger = small();
    ledger.began(&id("Anna"), Moment(1), begun());
    ledger.add(&id("Anna"), Side::Sent, record("LOW_SNR", None), Moment(1));
    ledger.add(&id("other"), Side::Received, record("WMS_LOADED", None), Moment(1));
    let found = |text: &str, state| -> Vec<String> {
        ledger.search(text, state).map(|view| view.session_id).collect()
    };
    for text in ["anna", "NN", "happy-PATH", "low_snr", "SNR"] {
        assert_eq!(found(text, None), ["Anna"], "{text}");
        assert!(found(text, Some(State::Interrupted)).is_empty(), "{text}");
    }
    assert_eq!(found("Wms_Loaded", None), ["other"]);
    assert_eq!(found("", None), ["other", "Anna"]);
    assert_eq!(found("_", Some(State::Running)), ["Anna"]);
    assert!(found("low_snr2", None).is_empty());
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

fn any_delivery() -> impl Strategy<Value = Option<Delivered>> {
    use Delivered::{Accepted, Failed, Pending, Refused, Suppressed};
    prop::sample::select(vec![
        None,
        Some(Pending),
        Some(Accepted),
        Some(Refused),
        Some(Failed),
        Some(Suppressed),
    ])
}

fn any_state() -> impl Strategy<Value = Option<SessionState>> {
    use SessionState::{Abandoned, Completed, Running};
    prop::sample::select(vec![None, Some(Running), Some(Completed), Some(Abandoned)])
}

proptest! {
    /// How far a session has come is what a look at all of it says.
    #[test]
    fn how_far_it_has_come_is_told_without_views(
        plays in any::<bool>(),
        ends in any::<bool>(),
        records in prop::collection::vec((any::<bool>(), any_delivery()), 0..8),
        inbox in any_state(),
    ) {
        let mut ledger = small();
        if plays {
            ledger.began(&id("a"), Moment(0), begun());
        }
        // All that came counts, whether it is kept or not: only four records are.
        let mut expected = [0_u64, 0];
        for (sent, delivered) in records {
            let side = if sent { Side::Sent } else { Side::Received };
            let delivered = delivered.filter(|_| sent);
            let settled = if sent { !matches!(delivered, Some(Delivered::Pending) | None) } else { true };
            expected[usize::from(!sent)] += u64::from(settled);
            ledger.add(&id("a"), side, record("RESULTS_RECEIVED", delivered), Moment(1));
        }
        if let Some(state) = inbox {
            ledger.received_state(&id("a"), state, 0, Moment(2));
        }
        if ends {
            ledger.ended(&id("a"), State::Ended, Moment(3));
        }
        for (side, expected) in [Side::Sent, Side::Received].into_iter().zip(expected) {
            let detail = ledger.detail("a", side, Page::default());
            prop_assert_eq!(ledger.has("a", side), detail.is_some());
            prop_assert_eq!(ledger.settled("a", side), detail.as_ref().map(|_| expected));
            let over = |detail: &DetailView| {
                detail.session.state != State::Running
                    && (side == Side::Sent || detail.session.outcome.is_some())
            };
            prop_assert_eq!(ledger.is_over("a", side), detail.as_ref().is_some_and(over));
        }
    }

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
