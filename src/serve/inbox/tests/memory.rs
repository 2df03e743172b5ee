//! Memory does not grow with what is received.

use super::{Bench, START, body};
use crate::protocol::code::Code;
use crate::protocol::dialect::Dialect;
use crate::seed::{Purpose, Seed};

#[test]
fn a_hundred_thousand_sessions() {
    let mut bench = Bench::with(Dialect::current(), |options| {
        options.max_sessions = 1000;
        options.max_events_per_session = 8;
        options.max_session_id_bytes = 64;
    });
    let (mut longest, purpose) = (0, Purpose::named("memory"));
    for number in 0..100_000 {
        let draw = Seed(1).session(number).draw(purpose);
        // IDs of 1 to 300 bytes; sequences anywhere.
        let id = format!("{number:x}-{}", "x".repeat(usize::try_from(draw.between(0, 290)).unwrap()));
        let sequence = u32::try_from(draw.next().between(0, 40)).unwrap();
        let receipt = bench.post(&body(&id, sequence, START, Code::ALL[(number % 21) as usize]));
        longest = longest.max(receipt.event.unwrap().session_id.len());
    }
    assert!(longest <= 64 + '…'.len_utf8() + 16, "{longest}");
    let summary = bench.inbox.summary();
    assert_eq!((summary.sessions, summary.forgotten), (100_000, 99_000));
    assert_eq!(bench.inbox.recent(bench.now, usize::MAX).len(), 1000);
}

#[test]
fn one_endless_session() {
    let mut bench = Bench::with(Dialect::current(), |options| options.max_events_per_session = 50);
    // Every second event is missing, and the page is never left.
    for number in 0..20_000 {
        bench.post(&body("session", number * 2, START, Code::ALL[(number % 21) as usize]));
    }
    assert_eq!(bench.inbox.events("session").len(), 50);
    let summary = bench.inbox.summary();
    assert_eq!((summary.gaps, summary.missing), (19_999, 19_999));
    let size = std::mem::size_of::<super::super::session::Session>();
    assert!(size <= 640, "a session takes {size} bytes before its events");
}

#[test]
fn long_ids_that_begin_alike_are_told_apart() {
    let mut bench = Bench::new();
    for end in ["a", "b"] {
        let id = format!("{}{end}", "é".repeat(400));
        bench.post(&body(&id, 0, START, Code::WmsLoaded));
        assert_eq!(bench.inbox.session(bench.now, &id).unwrap().events, 1);
    }
    assert_eq!(bench.inbox.summary().sessions, 2);
}

#[test]
fn a_long_id_is_found_as_it_was_sent_and_as_it_is_kept() {
    let mut bench = Bench::new();
    let id = "x".repeat(400);
    let kept = bench.post(&body(&id, 0, START, Code::WmsLoaded)).event.unwrap().session_id;
    for id in [id.as_str(), &*kept] {
        assert_eq!(bench.inbox.session(bench.now, id).unwrap().session_id, kept, "{id}");
        assert_eq!(bench.inbox.events(id).len(), 1);
    }
}

#[test]
fn forgotten_sessions_stay_in_the_numbers() {
    let mut bench = Bench::new();
    bench.post(&body("a", 3, START, Code::WmsLoaded));
    bench.inbox.forget_sessions();
    let summary = bench.inbox.summary();
    assert_eq!((summary.sessions, summary.forgotten, summary.missing), (1, 1, 3));
    assert!(bench.inbox.recent(bench.now, 10).is_empty());
}
