//! Section `state`: what a system remembers of a session depends on what came, and not on how.

use std::time::Duration;

use crate::conformance::case::{Between, Case, Disturbance, Needs, Order, Play, Source};
use crate::conformance::kit::Event;
use crate::outcome::check::Level;
use crate::protocol::code::Code;
use crate::seed::{Purpose, Seed};

/// One for each outcome that a session can have, and those with a twist.
const ALL: &[&str] = &["happy-path", "user-cancels", "low-snr", "second-attempt", "websocket-drop"];
/// So many shuffled orders are tried of each scenario.
const SHUFFLED: u64 = 2;

/// Longer than what has come is remembered where that is meant for what comes twice in a row.
const A_WHILE: Duration = Duration::from_secs(12);

const SWAPPED: &str = "If something is missing: what has a lower sequence than the event before is taken for old and dropped. If the outcome is another: each event overwrites it, `UPDATE sessions SET status = ?`. If a list stands in another order: it is in that of arrival, or of stamps, which are whole seconds. Keep all events, and sort them by `sequence`.";
const BACKWARDS: &str = "If something is missing: an event begins its session anew, ends it, or is dropped for its lower sequence. If the outcome is another: the last event to come overwrites it. If other values stand in a list: of events that share a key, such as their name, only one is kept. Keep all events, and sort them by `sequence`.";
const ANY_ORDER: &str = "What is remembered is made of each event as it comes, and of those before it. Keep all events under the unique key session ID, sequence and event, and conclude from all of them, sorted by `sequence`, when somebody asks.";
const COUNTED: &str = "Events are appended or counted without a look at what is there: `counter += 1`. Make session ID, sequence and event a unique key.";

const BASE: Case = Case {
    explain: "Events come twice, late and in any order, while users only see what your system made of them. The same session is played twice, once undisturbed, and your system is asked after both with --probe. Its answers are compared, IDs and times left aside.",
    needs: Needs::Probe,
    ..Case::MUST
};

const fn case(
    id: &'static str,
    title: &'static str,
    requirement: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    scenarios: &'static [&'static str],
    orders: fn(&[Event], Seed) -> Vec<Order>,
) -> Case {
    let play = Play::State(Disturbance { scenarios, orders, between: Between::Nothing });
    Case { id, title, requirement, stimulus, hint, play, ..BASE }
}

pub(super) const CASES: &[Case] = &[
    case(
        "state/undisturbed",
        "two sessions that went the same way look the same",
        "What is remembered of two sessions with the same events MUST be the same, IDs and times left aside.",
        "Sessions of five scenarios, each twice, in order.",
        "A session changes another one, or the probe shows what differs by its nature, such as a number that counts sessions: leave that out of its answer.",
        ALL,
        |events, _| vec![Order::line("undisturbed", 0..events.len())],
    ),
    case(
        "state/duplicates",
        "events that come twice count once",
        "What is remembered of a session MUST not depend on whether events come twice.",
        "Each event of a session twice in a row.",
        COUNTED,
        &["happy-path", "user-cancels"],
        |events, _| {
            let twice = (0..events.len()).flat_map(|place| [place, place]);
            vec![Order::line("each event twice in a row", twice)]
        },
    ),
    case(
        "state/duplicates-concurrent",
        "events that come twice at the same moment count once",
        "What is remembered of a session MUST not depend on whether events come twice at the same moment.",
        "Each event of a session over two connections at the same time.",
        "Look first, insert then: two requests look before either has inserted. Make session ID, sequence and event a unique key.",
        &["happy-path", "user-cancels"],
        |events, _| {
            let steps = (0..events.len()).map(|place| vec![vec![place], vec![place]]).collect();
            vec![Order { steps, ..Order::line("each event twice at the same moment", []) }]
        },
    ),
    case(
        "state/duplicates-later",
        "events that come again after the end count once",
        "What is remembered of a session MUST not depend on whether events come again after its end.",
        "A whole session, and then two of its events again.",
        "Only the event before is compared, or the session is forgotten at its end and begins anew with what comes then.",
        &["happy-path", "low-snr"],
        |events, _| {
            let again = [1, events.len() / 2];
            vec![Order::line("two events again after the end", (0..events.len()).chain(again))]
        },
    ),
    Case {
        waits: true,
        ..case(
            "state/duplicates-after-a-while",
            "events that come again some seconds later count once",
            "What is remembered of a session MUST not depend on whether events come again some seconds after its end.",
            "A whole session, twelve seconds of silence, and then three of its events again.",
            "What has come is remembered for a few seconds only: `SET key EX 5 NX`, a cache with a short time to live, or a table of keys that is emptied. Make session ID, sequence and event a unique key of the events themselves.",
            &["happy-path"],
            |events, _| {
                let again = [0, events.len() / 2, events.len().saturating_sub(1)];
                let steps = vec![vec![(0..events.len()).collect()], vec![again.to_vec()]];
                let name = "three events again after twelve seconds";
                vec![Order { steps, pause: A_WHILE, ..Order::line(name, []) }]
            },
        )
    },
    case(
        "state/twice",
        "a session that comes twice counts once",
        "What is remembered of a session MUST not depend on whether all of it comes again.",
        "A whole session, and then all of it again.",
        COUNTED,
        &["happy-path", "second-attempt", "user-cancels"],
        |events, _| {
            let places = 0..events.len();
            vec![Order::line("the whole session twice", places.clone().chain(places))]
        },
    ),
    case(
        "state/swapped",
        "events that overtake each other change nothing",
        "What is remembered of a session MUST not depend on whether neighbours overtake each other.",
        "A whole session in which every event changes places with its neighbour, and another one in which only the last two do.",
        SWAPPED,
        &["happy-path", "user-cancels", "low-snr"],
        |events, _| {
            // Without a neighbour the last one stays.
            let pairs =
                (0..events.len()).map(|place| if place ^ 1 < events.len() { place ^ 1 } else { place });
            let mut end: Vec<usize> = (0..events.len()).collect();
            let last = end.len().saturating_sub(2);
            end[last..].reverse();
            vec![Order::line("neighbours swapped", pairs), Order::line("the last two swapped", end)]
        },
    ),
    case(
        "state/backwards",
        "a session backwards comes to the same",
        "What is remembered of a session MUST not depend on the order in which its events arrive.",
        "A whole session from its last event to its first.",
        BACKWARDS,
        &["happy-path", "user-cancels", "low-snr"],
        |events, _| vec![Order::line("backwards", (0..events.len()).rev())],
    ),
    case(
        "state/late",
        "the event that decides can come last",
        "What is remembered of a session MUST take in an event that comes after PAGE_UNLOADED.",
        "A whole session whose deciding event (its results, its cancellation, its error) comes after all others.",
        "PAGE_UNLOADED closes or deletes the session, and what comes then is answered with a 2xx and thrown away, or begins it anew.",
        &["happy-path", "user-cancels", "low-snr"],
        |events, _| {
            const DECIDE: [Code; 3] = [Code::ResultsReceived, Code::MeasurementCanceled, Code::LowSnr];
            let late = events.iter().rposition(|event| DECIDE.contains(&event.code)).unwrap_or(0);
            let others = (0..events.len()).filter(move |place| *place != late);
            vec![Order::line("the deciding event last", others.chain([late]))]
        },
    ),
    case(
        "state/concurrent",
        "events that come at the same moment all count",
        "What is remembered of a session MUST hold every event of it though all arrive at the same moment.",
        "All events of a session at the same time, each over a connection of its own.",
        "The session is read, changed and written back: of two requests that do so at once, one undoes what the other did. Use a transaction, a lock on the row, or one insert for each event.",
        &["happy-path", "websocket-drop", "user-cancels"],
        |events, _| {
            let lanes = (0..events.len()).map(|place| vec![place]).collect();
            vec![Order { steps: vec![lanes], ..Order::line("all events at the same moment", []) }]
        },
    ),
    case(
        "state/shuffled",
        "any order comes to the same",
        "What is remembered of a session MUST be the same after every order in which its events arrive.",
        "Whole sessions in two orders each that are drawn from the seed.",
        ANY_ORDER,
        &["happy-path", "low-snr", "second-attempt"],
        |events, seed| (1..=SHUFFLED).map(|number| shuffled(events.len(), seed, number)).collect(),
    ),
    Case {
        source: Source::Page,
        play: Play::Alike(|word| ["a", "b"].map(|last| format!("{word:x<239}{last}")).to_vec()),
        ..case(
            "state/long-ids",
            "sessions with long IDs that are alike are kept apart",
            "The session ID is any text that the customer assigns: what is remembered of a session MUST be its own, though another one's ID begins with the same characters.",
            "Two sessions that end differently, whose IDs have 240 characters and differ in the last one only.",
            "A column or key that cuts the ID: `CHAR(36)`, `substr($id, 0, 64)`, a MySQL that is not strict. The events of one user are then shown to another.",
            &[],
            |_, _| Vec::new(),
        )
    },
    // Any text is allowed, and capitals count in it. But the IDs that were seen are UUIDs and small letters, and who makes all
    // IDs that way loses nothing: so this does not bind.
    Case {
        level: Level::Should,
        source: Source::Page,
        play: Play::Alike(|word| ["x", "X"].map(|last| format!("{word}-{last}")).to_vec()),
        ..case(
            "state/ids-by-case",
            "sessions whose IDs differ in capitals only are kept apart",
            "The session ID is any text that the customer assigns: what is remembered of a session SHOULD be its own, though another one's ID differs in the case of a letter only.",
            "Two sessions that end differently, whose IDs differ in that the last letter is small in one and a capital in the other.",
            "A collation that does not tell capitals from small letters, as MySQL's and SQL Server's usual ones, or `toLowerCase()` on the ID.",
            &[],
            |_, _| Vec::new(),
        )
    },
    // These are all texts of their own, and who makes the IDs makes them of letters and digits as a rule.
    Case {
        level: Level::Should,
        source: Source::Page,
        play: Play::Alike(|word| {
            let forms = ["e", "\u{e9}", "e\u{301}", "\u{ff45}", "e "];
            forms.map(|last| format!("{word}-{last}")).to_vec()
        }),
        ..case(
            "state/ids-by-form",
            "sessions whose IDs differ in accents, forms or blanks only are kept apart",
            "The session ID is any text that the customer assigns: what is remembered of a session SHOULD be its own, though another one's ID differs in an accent, in the form of a character, or in a blank at the end only.",
            "Five sessions that end differently, whose IDs end in e, in \u{e9}, in the same as two characters (e and U+0301), in the wide \u{ff45} (U+FF45), and in e and a blank. One that is refused is left aside.",
            "A collation that does not tell accents apart, as MySQL's utf8mb4_0900_ai_ci, or passes over blanks at the end, as SQL Server's; `trim()`, `normalize('NFC')` or `normalize('NFKC')` on the ID.",
            &[],
            |_, _| Vec::new(),
        )
    },
    Case {
        play: Play::State(Disturbance {
            scenarios: &["happy-path", "low-snr"],
            orders: |events, _| vec![Order::line("with forged events in between", 0..events.len())],
            between: Between::Forged,
        }),
        ..case(
            "state/forged",
            "forged events change nothing",
            "What is remembered of a session MUST not depend on events whose MAC is wrong.",
            "A whole session, and in between and afterwards forged events that would cancel, complete or fail it.",
            "The event is stored before its MAC is checked, or checked by something that runs later.",
            &[],
            |_, _| Vec::new(),
        )
    },
    Case {
        play: Play::State(Disturbance {
            scenarios: &["happy-path", "user-cancels"],
            orders: |events, _| vec![Order::line("each event forged before", 0..events.len())],
            between: Between::ForgedCopies,
        }),
        ..case(
            "state/forged-copies",
            "an event that was forged before is remembered when it comes",
            "What is remembered of a session MUST not depend on events whose MAC is wrong.",
            "A whole session, and before each event the same event with a wrong MAC.",
            "The event is noted as seen before its MAC is checked, and the right one is then taken for a repetition: anybody can keep events from you.",
            &[],
            |_, _| Vec::new(),
        )
    },
    Case {
        play: Play::State(Disturbance {
            scenarios: &["happy-path"],
            orders: |events, _| vec![Order::line("in turns with another session", 0..events.len())],
            between: Between::AnotherSession,
        }),
        ..case(
            "state/one-connection",
            "sessions that share a connection are kept apart",
            "What is remembered of a session MUST be its own, though events of another come over the same connection.",
            "A whole session, and after each event one of another session, over one connection.",
            "The session is remembered for the connection, or in a variable of the worker that serves it. WMS, or a proxy before you, sends whatever comes over the connections it has.",
            &[],
            |_, _| Vec::new(),
        )
    },
];

/// The n-th order that is drawn for so many events.
fn shuffled(count: usize, seed: Seed, number: u64) -> Order {
    let mut places: Vec<usize> = (0..count).collect();
    let mut draw = seed.draw(Purpose::named("conformance").of("shuffled").number(number));
    for place in (1..count).rev() {
        let other = draw.between(0, place as u64);
        places.swap(place, usize::try_from(other).unwrap_or(place));
        draw = draw.next();
    }
    Order::line(format!("shuffled order {number}"), places)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::clock::Epoch;
    use crate::conformance::kit::Kit;
    use crate::conformance::kit::tests::setup;

    #[test]
    fn every_order_has_every_event_of_the_session_and_differs_from_the_usual_one() {
        let setup = setup();
        let now = Epoch::from_unix_nanos(1_767_323_045_000_000_000);
        for case in CASES {
            let Play::State(what) = case.play else { continue };
            assert!(!what.scenarios.is_empty(), "{}", case.id);
            for scenario in what.scenarios {
                let events = Kit::new(&setup, case.id, 1, now).story(scenario);
                assert!(events.len() > 5, "{scenario}");
                let orders = (what.orders)(&events, setup.seed);
                let names: BTreeSet<_> = orders.iter().map(|order| order.name.clone()).collect();
                let steps: BTreeSet<_> = orders.iter().map(|order| order.steps.clone()).collect();
                assert_eq!((names.len(), steps.len()), (orders.len(), orders.len()), "{}", case.id);
                for order in orders {
                    let places: BTreeSet<usize> = order.steps.iter().flatten().flatten().copied().collect();
                    assert_eq!(places, (0..events.len()).collect(), "{}, {}", case.id, order.name);
                    let usual = order.is_usual(events.len());
                    let should = case.id == "state/undisturbed" || what.between != Between::Nothing;
                    assert_eq!(usual, should, "{}, {}", case.id, order.name);
                }
            }
        }
    }
}
