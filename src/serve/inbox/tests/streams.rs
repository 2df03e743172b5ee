//! Legal streams, undisturbed and disturbed: exactly the disturbance is found.

use proptest::prelude::*;

use super::{Bench, START, body};
use crate::protocol::code::Code;
use crate::protocol::dialect::Dialect;
use crate::protocol::grammar::{Grammar, State};
use crate::serve::inbox::{FindingCode, SessionView};

/// A walk over what the grammar expects, as bodies. A reload restarts the sequence.
fn walk(choices: &[u8]) -> Vec<String> {
    let grammar = Grammar::new(&Dialect::current());
    let (mut state, mut sequence) = (State::START, 0);
    let mut sent = Vec::new();
    for (choice, time) in choices.iter().zip(START..) {
        // Without a reload, so that swaps stay within one load of the page.
        let reload = |code: &Code| *code == Code::WmsLoaded && !sent.is_empty();
        let expected: Vec<Code> = grammar.expected(state).into_iter().filter(|code| !reload(code)).collect();
        if expected.is_empty() {
            break;
        }
        let code = expected[usize::from(*choice) % expected.len()];
        let mut text = body("session", sequence, time, code);
        if state.hidden {
            text = text.replace("HIDDEN", "VISIBLE");
        }
        sent.push(text);
        state = grammar.step(state, code, None).unwrap();
        sequence += 1;
    }
    sent
}

fn view(bench: &Bench) -> Option<SessionView> {
    bench.inbox.session(bench.now, "session")
}

proptest! {
    #[test]
    fn a_legal_stream_gives_no_finding(choices in prop::collection::vec(any::<u8>(), 1..60)) {
        let mut bench = Bench::new();
        for body in walk(&choices) {
            let receipt = bench.post(&body);
            prop_assert_eq!((receipt.status, receipt.findings), (204, vec![]), "{}", body);
        }
    }

    #[test]
    fn a_disturbed_stream_gives_the_disturbances_alone(
        choices in prop::collection::vec(any::<u8>(), 2..60),
        disturbances in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..8),
    ) {
        let sent = walk(&choices);
        let mut order: Vec<usize> = (0..sent.len()).collect();
        let mut touched = vec![false; sent.len()];
        let (mut swaps, mut duplicates) = (0, vec![]);
        for (at, swap) in disturbances {
            let at = at.index(sent.len());
            if swap && at + 1 < sent.len() && !touched[at] && !touched[at + 1] {
                (touched[at], touched[at + 1]) = (true, true);
                order.swap(at, at + 1);
                swaps += 1;
            } else if !swap {
                duplicates.push(at);
            }
        }
        for at in &duplicates {
            // Some time after the first: a repetition that overtakes is the first.
            let place = order.iter().position(|sent| sent == at).unwrap();
            let end = order.len();
            order.insert((place + 1 + at % 3).min(end), *at);
        }

        let (mut plain, mut disturbed) = (Bench::new(), Bench::new());
        for body in &sent {
            plain.post(body);
        }
        let found: Vec<FindingCode> = order.iter().flat_map(|at| disturbed.found(&sent[*at])).collect();
        let count = |code| found.iter().filter(|found| **found == code).count();
        prop_assert_eq!(count(FindingCode::OutOfOrder), swaps);
        prop_assert_eq!(count(FindingCode::Duplicate), duplicates.len());
        prop_assert_eq!(found.len(), swaps + duplicates.len());
        let expected = view(&plain).map(|view| SessionView { out_of_order: swaps as u64, ..view });
        prop_assert_eq!(view(&disturbed), expected);
    }

    #[test]
    fn nothing_panics_and_every_request_is_counted(
        requests in prop::collection::vec((0..3_u8, prop_oneof![0..40_u32, Just(u32::MAX)], 0..21_usize, -3..3_i64), 0..80),
    ) {
        let mut bench = Bench::new();
        let total = requests.len() as u64;
        for (session, sequence, code, time) in requests {
            let id = session.to_string();
            prop_assert!(bench.post(&body(&id, sequence, START + time, Code::ALL[code])).status < 300);
            let view = bench.inbox.session(bench.now, &id).unwrap();
            prop_assert!(!view.complete || view.missing == 0);
        }
        let summary = bench.inbox.summary();
        prop_assert_eq!((summary.received, summary.accepted), (total, total));
    }

    #[test]
    fn any_bytes_are_answered(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut bench = Bench::new();
        let text = String::from_utf8_lossy(&body);
        prop_assert!(matches!(bench.post(&text).status, 200 | 204 | 400));
    }
}
