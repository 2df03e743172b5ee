//! What an app remembers, and that it follows from the set of events alone.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::{Quirks, Remembered};
use crate::protocol::code::Code;
use crate::protocol::conclusion::Outcome;
use crate::protocol::dialect::Dialect;

fn body(sequence: u64, timestamp: i64, code: Code) -> Vec<u8> {
    let severity = code.severity().as_str();
    format!(
        r#"{{"timestamp":{timestamp},"sessionId":"a","sequence":{sequence},"event":"{code}","severity":"{severity}","payload":{{"measurementId":"m{sequence}"}}}}"#
    )
    .into_bytes()
}

/// Events of a session, a second apart.
fn session(codes: &[Code]) -> Vec<Vec<u8>> {
    let number = |place| u64::try_from(place).unwrap();
    let one = |(place, code): (usize, &Code)| {
        body(number(place), 1_700_000_000 + number(place).cast_signed(), *code)
    };
    codes.iter().enumerate().map(one).collect()
}

fn recall(quirk: Option<&str>, bodies: &[Vec<u8>], ended: bool) -> Option<Remembered> {
    let all = quirk.into_iter().map(|quirk| quirk.parse().unwrap()).collect();
    Quirks::new(all, Vec::new(), &Dialect::current()).unwrap().recall(
        "a",
        bodies.iter().map(Vec::as_slice),
        ended,
    )
}

const HAPPY: [Code; 8] = [
    Code::WmsLoaded,
    Code::MeasurementStarted,
    Code::MeasurementCreated,
    Code::IntermediateResults,
    Code::IntermediateResults,
    Code::ResultsReceived,
    Code::RedirectingToCallback,
    Code::PageUnloaded,
];

#[test]
fn what_an_app_remembers() {
    let all = recall(None, &session(&HAPPY), false).unwrap();
    assert_eq!((all.outcome, all.events, all.last_sequence), (Some(Outcome::Completed), 8, Some(7)));
    assert_eq!((all.measurement_id.as_deref(), all.counts["INTERMEDIATE_RESULTS"]), (Some("m5"), 2));
    assert_eq!(recall(None, &[], false), None);
    for (codes, open, ended) in [
        (&HAPPY[..5], None, Some(Outcome::Abandoned)),
        (&[Code::WmsLoaded, Code::PageUnloaded], Some(Outcome::Abandoned), Some(Outcome::Abandoned)),
        (
            &[Code::WmsLoaded, Code::CameraPermissionDenied, Code::PageUnloaded],
            Some(Outcome::Failed),
            Some(Outcome::Failed),
        ),
        (
            &[Code::MeasurementStarted, Code::MeasurementCanceled, Code::RedirectingToCallback],
            Some(Outcome::Canceled),
            Some(Outcome::Canceled),
        ),
    ] {
        let outcome = |as_ended| recall(None, &session(codes), as_ended).unwrap().outcome;
        assert_eq!((outcome(false), outcome(true)), (open, ended), "{codes:?}");
    }
}

/// The page is left and loaded again within a second, counting from 0 again.
#[test]
fn a_page_that_is_loaded_again_is_put_in_order() {
    let mut events = session(&[Code::WmsLoaded, Code::MeasurementStarted, Code::MeasurementCanceled]);
    let second = 1_700_000_002;
    events.push(body(3, second, Code::PageUnloaded));
    events.push(body(0, second, Code::WmsLoaded));
    events.push(body(1, second + 1, Code::PageUnloaded));
    let all = recall(None, &events, false).unwrap();
    assert_eq!((all.outcome, all.last_sequence, all.events), (Some(Outcome::Abandoned), Some(1), 6));
}

#[test]
fn quirks_of_the_memory_break_just_their_promise() {
    let mut twice = session(&HAPPY);
    twice.push(twice[3].clone());
    let honest = recall(None, &twice, false).unwrap();
    let counted = recall(Some("not-idempotent"), &twice, false).unwrap();
    assert_eq!((honest.events, counted.events), (8, 9));
    assert_eq!((honest.counts["INTERMEDIATE_RESULTS"], counted.counts["INTERMEDIATE_RESULTS"]), (2, 3));
    assert_eq!(honest.outcome, counted.outcome);
    // A start that comes after the results.
    let mut swapped = session(&HAPPY);
    swapped[1..].rotate_left(1);
    let last = recall(Some("last-event-wins"), &swapped, false).unwrap();
    assert_eq!(
        (recall(None, &swapped, false).unwrap().outcome, last.outcome),
        (Some(Outcome::Completed), None)
    );
    // In order, and once, both are right.
    for quirk in ["not-idempotent", "last-event-wins"] {
        assert_eq!(
            recall(Some(quirk), &session(&HAPPY), false),
            recall(None, &session(&HAPPY), false),
            "{quirk}"
        );
    }
}

proptest! {
    #[test]
    fn order_and_repetition_change_nothing(
        codes in proptest::collection::vec(0..Code::ALL.len(), 1..14),
        again in proptest::collection::vec(0usize..14, 0..8),
        seconds in proptest::collection::vec(0i64..3, 14),
        moves in proptest::collection::vec((0usize..22, 0usize..22), 0..40),
        restart in 0usize..14,
        ended: bool,
    ) {
        let mut time = 1_700_000_000;
        let mut bodies = Vec::new();
        for (place, code) in codes.iter().enumerate() {
            time += seconds[place];
            let sequence = if place >= restart { place - restart } else { place };
            bodies.push(body(sequence as u64, time, Code::ALL[*code]));
        }
        let honest = recall(None, &bodies, ended);
        let mut mixed = bodies.clone();
        mixed.extend(again.iter().filter_map(|place| bodies.get(*place).cloned()));
        for (one, other) in moves {
            let count = mixed.len();
            mixed.swap(one % count, other % count);
        }
        prop_assert_eq!(&recall(None, &mixed, ended), &honest);
        // Counting what comes twice is seen wherever something did.
        let distinct: BTreeSet<_> = bodies.iter().collect();
        let counted = recall(Some("not-idempotent"), &mixed, ended).unwrap();
        prop_assert_eq!(counted.events, mixed.len() as u64);
        prop_assert_eq!(honest.unwrap().events, distinct.len() as u64);
    }
}
