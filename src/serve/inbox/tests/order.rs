//! What only several requests together say: duplicates, gaps, order, reloads, time.

use super::{Bench, HEALTHY, MEASUREMENT, START, bodies, body, with_payload};
use crate::clock::Moment;
use crate::protocol::code::Code;
use crate::protocol::dialect::Dialect;
use crate::serve::inbox::{FindingCode, SessionState};

/// Posts the bodies with these indexes and says what each brought.
fn arrive(bench: &mut Bench, bodies: &[String], order: &[usize]) -> Vec<Vec<FindingCode>> {
    order.iter().map(|at| bench.found(&bodies[*at])).collect()
}

fn quiet(found: &[Vec<FindingCode>]) -> bool {
    found.iter().all(Vec::is_empty)
}

#[test]
fn a_healthy_session_gives_no_finding() {
    let mut bench = Bench::new();
    assert!(quiet(&arrive(&mut bench, &bodies(&HEALTHY), &(0..12).collect::<Vec<_>>())));
    let view = bench.inbox.session(bench.now, "session").unwrap();
    assert_eq!((view.state, view.events, view.complete), (SessionState::Completed, 12, true));
    assert_eq!(bench.inbox.summary().complete, 1);
    assert_eq!(bench.inbox.events("session").len(), 12);
}

#[test]
fn duplicates_and_conflicts() {
    let mut bench = Bench::new();
    let sent = bodies(&HEALTHY);
    arrive(&mut bench, &sent, &[0, 1, 2]);
    assert_eq!(bench.found(&sent[1]), [FindingCode::Duplicate]);
    assert_eq!(
        bench.found(&sent[1].replace("CONFIGURATION_LOADED", "CAMERA_STARTED")),
        [FindingCode::Conflict]
    );
    // One that waits for its predecessor is known as well.
    arrive(&mut bench, &sent, &[4]);
    assert_eq!(bench.found(&sent[4]), [FindingCode::Duplicate]);
    let summary = bench.inbox.summary();
    assert_eq!((summary.accepted, summary.duplicates, summary.gaps), (7, 2, 1));
}

#[test]
fn what_is_too_old_to_tell() {
    let mut bench = Bench::with(Dialect::current(), |options| options.max_events_per_session = 4);
    let sent = bodies(&HEALTHY);
    arrive(&mut bench, &sent, &[0, 1, 2, 3, 4]);
    assert_eq!(bench.found(&sent[0]), [FindingCode::TooOld]);
    assert_eq!(bench.found(&sent[1]), [FindingCode::Duplicate]);
    assert_eq!(bench.inbox.events("session").len(), 4);
}

#[test]
fn a_swap_is_told_with_the_late_one_and_judged_in_order() {
    let mut bench = Bench::new();
    let sent = bodies(&HEALTHY);
    let found = arrive(&mut bench, &sent, &[0, 2, 1, 3, 5, 4, 6, 7, 9, 8, 11, 10]);
    for (at, found) in found.iter().enumerate() {
        let late = [2, 5, 9, 11].contains(&at);
        assert_eq!(found, if late { &[FindingCode::OutOfOrder][..] } else { &[] }, "{at}");
    }
    let view = bench.inbox.session(bench.now, "session").unwrap();
    assert_eq!((view.state, view.missing, view.complete), (SessionState::Completed, 0, true));
}

#[test]
fn a_gap_is_told_when_it_is_given_up() {
    // After enough events ...
    let mut bench = Bench::new();
    let sent = bodies(&HEALTHY);
    let order: Vec<usize> = (0..12).filter(|at| *at != 2).collect();
    let found = arrive(&mut bench, &sent, &order);
    assert!(quiet(&found[..10]));
    assert_eq!(found[10], [FindingCode::Gap]);
    let view = bench.inbox.session(bench.now, "session").unwrap();
    assert_eq!((view.state, view.missing, view.complete), (SessionState::Completed, 1, false));
    assert_eq!(bench.found(&sent[2]), [FindingCode::OutOfOrder]);
    assert!(bench.inbox.session(bench.now, "session").unwrap().complete);

    // ... or after enough time.
    let mut bench = Bench::new();
    arrive(&mut bench, &sent, &[0, 1, 3]);
    bench.now = Moment(11_000_000_000);
    let receipt = bench.post(&sent[4]);
    assert_eq!(receipt.findings.len(), 1);
    assert_eq!(receipt.findings[0].to_string(), "event 2 is missing");
    assert_eq!(bench.inbox.summary().gaps, 1);
}

#[test]
fn what_was_missed_is_not_held_against_the_rest() {
    let mut bench = Bench::new();
    let sent = bodies(&HEALTHY);
    let found = arrive(&mut bench, &sent, &[7, 8, 9, 10, 11]);
    assert!(quiet(&found));
    let view = bench.inbox.session(bench.now, "session").unwrap();
    assert_eq!((view.state, view.missing), (SessionState::Completed, 7));
}

#[test]
fn events_that_cannot_happen_where_they_stand() {
    let mut bench = Bench::new();
    let codes = [Code::WmsLoaded, Code::MeasurementCreated, Code::WebsocketReconnected, Code::ScanCompleted];
    let receipts: Vec<_> = bodies(&codes).iter().map(|body| bench.post(body)).collect();
    assert_eq!(
        receipts[1].findings[0].to_string(),
        "event 1: MEASUREMENT_CREATED cannot happen when the page has just loaded"
    );
    assert_eq!(receipts.iter().map(|receipt| receipt.findings.len()).sum::<usize>(), 1);
}

#[test]
fn time_does_not_run_backwards() {
    let mut bench = Bench::new();
    let mut sent = bodies(&HEALTHY);
    sent[2] = body("session", 2, START - 5, HEALTHY[2]);
    let found = arrive(&mut bench, &sent, &[0, 1, 2, 3]);
    assert_eq!(found[2], [FindingCode::TimestampBackwards]);
    assert!(found[3].is_empty());
}

#[test]
fn measurement_ids_are_those_that_were_created() {
    let mut bench = Bench::new();
    let mut sent = bodies(&HEALTHY);
    sent[8] = sent[8].replace(MEASUREMENT, "another");
    let found = arrive(&mut bench, &sent, &(0..12).collect::<Vec<_>>());
    assert_eq!(found[8], [FindingCode::MeasurementIdUnknown]);
    // Where the creation was missed nobody can tell.
    let mut bench = Bench::new();
    let order: Vec<usize> = (6..12).chain([0, 1, 2, 3]).collect();
    let found = arrive(&mut bench, &sent, &order).concat();
    assert!(!found.contains(&FindingCode::MeasurementIdUnknown), "{found:?}");
}

#[test]
fn unknown_events_leave_the_course_alone() {
    let mut bench = Bench::new();
    let mut sent = bodies(&[Code::WmsLoaded, Code::WmsLoaded, Code::ConfigurationLoaded]);
    sent[1] = sent[1].replace("WMS_LOADED", "COFFEE_BREAK");
    let found = arrive(&mut bench, &sent, &[0, 1, 2]);
    assert_eq!(found, [vec![], vec![FindingCode::EventUnknown], vec![]]);
}

const LEFT: [Code; 3] = [Code::WmsLoaded, Code::ConfigurationLoaded, Code::PageUnloaded];

/// A session that is left and loaded again: the sequence restarts.
fn reloaded() -> Vec<String> {
    let again = HEALTHY.iter().zip(0_u32..);
    bodies(&LEFT)
        .into_iter()
        .chain(
            again.map(|(code, sequence)| body("session", sequence, START + 10 + i64::from(sequence), *code)),
        )
        .collect()
}

#[test]
fn a_reload_starts_again_at_0() {
    let mut bench = Bench::new();
    let sent = reloaded();
    assert!(quiet(&arrive(&mut bench, &sent, &(0..15).collect::<Vec<_>>())));
    let view = bench.inbox.session(bench.now, "session").unwrap();
    assert_eq!((view.loads, view.events, view.state), (2, 15, SessionState::Completed));
    assert!(view.complete);
    // Duplicates of both halves are known.
    assert_eq!(arrive(&mut bench, &sent, &[0, 1, 2, 3, 4, 5]).concat(), [FindingCode::Duplicate; 6]);
}

#[test]
fn swaps_around_a_reload() {
    // The end of the first half comes after the beginning of the second.
    let sent = reloaded();
    let mut bench = Bench::new();
    let found = arrive(&mut bench, &sent, &[0, 1, 3, 2, 4, 5]);
    assert_eq!(found[2], [FindingCode::RestartWithoutUnload]);
    assert!(quiet(&found[3..]), "{found:?}");
    assert_eq!(bench.inbox.summary().missing, 0);
    // The second event of the second half comes before its first.
    let mut bench = Bench::new();
    let found = arrive(&mut bench, &sent, &[0, 1, 2, 4, 3, 5]);
    assert_eq!(found.concat(), [FindingCode::OutOfOrder]);
    assert_eq!(bench.inbox.session(bench.now, "session").unwrap().loads, 2);
}

#[test]
fn reloads_unlike_the_dialect() {
    let mut dialect = Dialect::current();
    dialect.set("reload.sequence", "continue").unwrap();
    let mut bench = Bench::with(dialect.clone(), |_| {});
    assert_eq!(arrive(&mut bench, &reloaded(), &[0, 1, 2, 3]).concat(), [FindingCode::RestartUnlikeDialect]);
    let goes_on = bodies(&[LEFT.as_slice(), &HEALTHY].concat());
    let all: Vec<usize> = (0..15).collect();
    assert!(quiet(&arrive(&mut Bench::with(dialect, |_| {}), &goes_on, &all)));
    let found = arrive(&mut Bench::new(), &goes_on, &all);
    assert_eq!(found.concat(), [FindingCode::ContinuedUnlikeDialect]);
}

#[test]
fn another_first_event_in_the_same_second_is_no_reload() {
    let mut bench = Bench::new();
    let sent = bodies(&HEALTHY);
    bench.post(&sent[0]);
    assert_eq!(
        bench.found(&sent[0].replace("INFO", "WARN")),
        [FindingCode::SeverityMismatch, FindingCode::Conflict]
    );
}

#[test]
fn silence_ends_a_session() {
    let mut bench = Bench::new();
    arrive(&mut bench, &bodies(&HEALTHY), &[0, 1, 2, 3, 4, 5, 6]);
    let state = |bench: &Bench, now| bench.inbox.session(now, "session").unwrap().state;
    assert_eq!(state(&bench, Moment::ZERO), SessionState::Running);
    assert_eq!(state(&bench, Moment(3_600_000_000_000)), SessionState::Abandoned);
}

#[test]
fn visibility_alternates() {
    let mut bench = Bench::new();
    let state = |sequence, state: &str| {
        let payload = format!("{{\"state\":\"{state}\"}}");
        with_payload("session", sequence, START, Code::PageVisibilityChange, &payload)
    };
    bench.post(&body("session", 0, START, Code::WmsLoaded));
    assert_eq!(bench.found(&state(1, "HIDDEN")), []);
    assert_eq!(bench.found(&state(2, "HIDDEN")), [FindingCode::IllegalEvent]);
}
