//! Section `order`: what comes twice, out of order, late or not at all is taken all the same.

use std::time::Duration;

use super::ordinary;
use crate::conformance::case::{Case, Manner, Play};
use crate::conformance::kit::{Event, Kit};
use crate::conformance::script::{Demand, Script, Shot};
use crate::protocol::code::Code;

const BASE: Case = Case {
    explain: "Nothing is said about the order in which events arrive. A relay stands between the page and the webhook, so that events that happen within a second can overtake each other, come twice or get lost. A receiver that refuses them loses real sessions.",
    ..Case::MUST
};

const fn taken(
    id: &'static str,
    title: &'static str,
    requirement: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case { id, title, requirement, stimulus, hint, play: Play::Script(script), ..BASE }
}

const UNIQUE: &str = "A unique index over session and sequence is violated, and the error goes to the sender: answer 2xx to what is there already.";
const MONOTONE: &str =
    "The sequence has to be the next one: `if (event.sequence !== last + 1)`, or `WHERE ? > last_sequence`.";

pub(super) const CASES: &[Case] = &[
    taken(
        "order/duplicate",
        "an event that comes twice is taken twice",
        "The receiver MUST take an event again that it has taken before.",
        "An event, and the same bytes again over the same connection.",
        UNIQUE,
        |kit| {
            let mut session = kit.session();
            let event = kit.event(&mut session, Code::WmsLoaded);
            Script::of([Shot::setup(&event), again(&event)])
        },
    ),
    taken(
        "order/duplicate-later",
        "an event that comes again after others is taken",
        "The receiver MUST take an event again after other events of the session.",
        "A whole session, and then its third event again.",
        UNIQUE,
        |kit| {
            let events = kit.story("happy-path");
            let third = events.get(2).map(again);
            Script::of(events.iter().map(Shot::setup).chain(third))
        },
    ),
    taken(
        "order/duplicate-session",
        "a whole session that comes twice is taken",
        "The receiver MUST take each event of a session again.",
        "A whole session, and then all of it again.",
        UNIQUE,
        |kit| {
            let events = kit.story("happy-path");
            Script::of(events.iter().map(Shot::setup).chain(events.iter().map(again)))
        },
    ),
    taken(
        "order/duplicate-new-connection",
        "an event that comes again over a new connection is taken",
        "The receiver MUST take an event again over another connection.",
        "An event, and the same bytes again over a new connection.",
        "The session is bound to the connection that it began on, or to the worker that has it.",
        |kit| {
            let mut session = kit.session();
            let event = kit.event(&mut session, Code::WmsLoaded);
            let mut second = again(&event);
            second.form.fresh = true;
            Script::of([Shot::setup(&event), second])
        },
    ),
    taken(
        "order/duplicate-concurrent",
        "an event that comes four times at once is taken",
        "The receiver MUST take an event that comes several times at the same moment.",
        "The same event over four connections at the same time, in each of three sessions.",
        "Look first, insert then: two requests look before either has inserted, and the second violates the unique index. Use `ON CONFLICT DO NOTHING`.",
        |kit| {
            let mut script = Script::default();
            for _ in 0..3 {
                let mut session = kit.session();
                let first = kit.event(&mut session, Code::WmsLoaded);
                let event = kit.event(&mut session, Code::ConfigurationLoaded);
                script = script
                    .then([Shot::setup(&first)])
                    .together((0..4).map(|_| vec![Shot::test(&event).called("one of four at once")]));
            }
            script
        },
    ),
    taken(
        "order/first-concurrent",
        "the first event of a session that comes four times at once is taken",
        "The receiver MUST take the first event of a session that comes several times at the same moment.",
        "The first event of a session over four connections at the same time, in each of three sessions.",
        "The session is looked up and created in two steps: two requests create it, and the second fails.",
        |kit| {
            let mut script = Script::default();
            for _ in 0..3 {
                let mut session = kit.session();
                let event = kit.event(&mut session, Code::WmsLoaded);
                script =
                    script.together((0..4).map(|_| vec![Shot::test(&event).called("one of four at once")]));
            }
            script
        },
    ),
    taken(
        "order/swapped",
        "two neighbours in the wrong order are taken",
        "The receiver MUST take two events that overtook each other.",
        "A whole session, in which the second and the third event are swapped, and the last two as well.",
        MONOTONE,
        |kit| {
            let mut events = kit.story("happy-path");
            let last = events.len().saturating_sub(2);
            let swapped = |place: usize| place == 1 || place == 2 || place >= last;
            if events.len() > 4 {
                events.swap(1, 2);
                events.swap(last, last + 1);
            }
            Script::of(events.iter().enumerate().map(|(place, event)| {
                if swapped(place) {
                    Shot::test(event).called(format!("{} in the other's place", event.code))
                } else {
                    Shot::setup(event)
                }
            }))
        },
    ),
    taken(
        "order/first-comes-second",
        "a session whose first event comes second is taken",
        "The receiver MUST take a session whose first two events overtook each other.",
        "CONFIGURATION_LOADED with sequence 1, and then WMS_LOADED with sequence 0.",
        "Only WMS_LOADED creates the session, and what comes before it finds none.",
        |kit| {
            let mut session = kit.session();
            let first = kit.event(&mut session, Code::WmsLoaded);
            let second = kit.event(&mut session, Code::ConfigurationLoaded);
            Script::of([&second, &first].map(|event| Shot::test(event).called(event.code.as_str())))
        },
    ),
    taken(
        "order/backwards",
        "a session backwards is taken",
        "The receiver MUST take the events of a session in any order.",
        "A whole session from its last event to its first.",
        MONOTONE,
        |kit| {
            let events = kit.story("happy-path");
            Script::of(events.iter().rev().map(|event| Shot::test(event).called(event.code.as_str())))
        },
    ),
    taken(
        "order/late",
        "an event after the end is taken",
        "The receiver MUST take an event that comes after PAGE_UNLOADED.",
        "A whole session without one of its INTERMEDIATE_RESULTS, which comes after PAGE_UNLOADED.",
        "PAGE_UNLOADED closes the session, and what comes then is refused.",
        |kit| {
            let mut events = kit.story("happy-path");
            let late = events.iter().position(|event| event.code == Code::IntermediateResults);
            let late = late.map(|place| events.remove(place));
            let late =
                late.map(|event| Shot::test(&event).called("INTERMEDIATE_RESULTS after PAGE_UNLOADED"));
            Script::of(events.iter().map(Shot::setup).chain(late))
        },
    ),
    taken(
        "order/gap",
        "an event after a gap is taken",
        "The receiver MUST take events though one before them was lost.",
        "A whole session without its fourth and fifth event.",
        MONOTONE,
        |kit| {
            let events = kit.story("happy-path");
            Script::of(events.iter().enumerate().filter(|(place, _)| !(3..5).contains(place)).map(
                |(place, event)| {
                    if place < 3 {
                        Shot::setup(event)
                    } else {
                        Shot::test(event).called(format!("{} after a gap", event.code))
                    }
                },
            ))
        },
    ),
    taken(
        "order/interleaved",
        "two sessions in turn are taken",
        "The receiver MUST keep sessions apart that come in turn.",
        "Two whole sessions over one connection, an event of the one and an event of the other in turn.",
        "One current session or one last sequence in a global variable.",
        |kit| {
            let (one, other) = (kit.story("happy-path"), kit.story("low-snr"));
            let longest = one.len().max(other.len());
            let turns = (0..longest).flat_map(|place| [one.get(place), other.get(place)]).flatten();
            Script::of(turns.map(|event| Shot::test(event).called(event.code.as_str())).collect::<Vec<_>>())
        },
    ),
    Case {
        manner: Manner::Company,
        ..taken(
            "order/concurrent-events",
            "the events of a session at the same time are taken",
            "The receiver MUST take the events of one session that arrive at the same moment.",
            "The events of a whole session, each over a connection of its own, all at the same time.",
            "The session is read, changed and written back: transactions that collide are answered with an error.",
            |kit| {
                let events = kit.story("happy-path");
                let lanes = events.iter().map(|event| vec![Shot::test(event).called(event.code.as_str())]);
                Script::default().together(lanes.collect::<Vec<_>>())
            },
        )
    },
    Case {
        waits: true,
        ..taken(
            "order/late-by-seconds",
            "an event that comes three seconds after the end is taken",
            "The receiver MUST take an event that comes some seconds after PAGE_UNLOADED.",
            "A whole session without RESULTS_RECEIVED, and that three seconds after PAGE_UNLOADED.",
            "The session is forgotten as soon as PAGE_UNLOADED came.",
            |kit| {
                let mut events = kit.story("happy-path");
                let late = events.iter().position(|event| event.code == Code::ResultsReceived);
                let late = late.map(|place| events.remove(place));
                let late = late.map(|event| {
                    Shot::test(&event).called("RESULTS_RECEIVED three seconds after PAGE_UNLOADED")
                });
                Script::of(events.iter().map(Shot::setup)).wait(Duration::from_secs(3)).then(late)
            },
        )
    },
    purposeful(
        "order/restart-at-zero",
        "a sequence that begins anew is answered on purpose",
        "A session whose page is loaded again and counts from 0 once more.",
        |kit| {
            let mut session = kit.session();
            let codes = [Code::WmsLoaded, Code::ConfigurationLoaded, Code::PageUnloaded];
            let first = codes.map(|code| Shot::setup(&kit.event(&mut session, code)));
            session.next = 0;
            let second = [Code::WmsLoaded, Code::ConfigurationLoaded].map(|code| {
                Shot::test(&kit.event_at(&mut session, code, later(kit)))
                    .called(format!("{code}, counted from 0 again"))
            });
            Script::of(first.into_iter().chain(second.map(|shot| shot.demanding(Demand::OnPurpose))))
                .then([ordinary(kit)])
        },
    ),
    purposeful(
        "order/missing-beginning",
        "a session without its beginning is answered on purpose",
        "A whole session without its first six events.",
        |kit| {
            let events = kit.story("happy-path");
            let rest = events.iter().skip(6).map(|event| {
                Shot::test(event)
                    .demanding(Demand::OnPurpose)
                    .called(format!("{} without what comes before", event.code))
            });
            Script::of(rest.collect::<Vec<_>>()).then([ordinary(kit)])
        },
    ),
    purposeful(
        "order/missing-end",
        "a session that ends anywhere is answered on purpose",
        "The first event of a session and its last, and nothing between them.",
        |kit| {
            let events = kit.story("happy-path");
            let ends = events.first().into_iter().chain(events.last());
            let ends =
                ends.map(|event| Shot::test(event).demanding(Demand::OnPurpose).called(event.code.as_str()));
            Script::of(ends.collect::<Vec<_>>()).then([ordinary(kit)])
        },
    ),
];

const fn purposeful(
    id: &'static str,
    title: &'static str,
    stimulus: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        id,
        title,
        requirement: "The receiver MUST answer with a 2xx or a 4xx, as it likes, and then take ordinary events.",
        stimulus,
        hint: "An exception that nobody catches: a lookup that finds nothing, a transition that the state machine does not have.",
        explain: "Whether such a session is taken is a matter of taste. A 5xx, silence or a receiver that has ended is not.",
        play: Play::Script(script),
        ..Case::MUST
    }
}

fn again(event: &Event) -> Shot {
    Shot::test(event).called(format!("the same {} again", event.code))
}

fn later(kit: &Kit<'_>) -> crate::clock::Timestamp {
    kit.now().timestamp_at(crate::clock::Moment(2_000_000_000))
}
