//! Section `time`: the answer comes soon, alone and in a crowd.

use std::time::Duration;

use crate::conformance::case::{Case, Direction, Manner, Play};
use crate::conformance::kit::Kit;
use crate::conformance::script::{Demand, Script, Shot};
use crate::outcome::check::Level;

/// So much longer than demanded an answer is waited for, so that a slow one is told from none.
const LONGER: Duration = Duration::from_secs(5);
/// How many sessions come at once.
const CROWD: usize = 50;
/// How many events of a session are sent.
const EVENTS: usize = 3;

const EXPLAIN: &str = "How long WMS waits is not documented. A sender of webhooks waits some seconds, and then takes the event for lost: an answer that comes later is one that nobody hears.";

pub(super) const CASES: &[Case] = &[
    alone(
        Level::Should,
        "time/soon",
        "an event is acknowledged soon",
        "The receiver SHOULD acknowledge an event within 5 seconds.",
        |kit| one_by_one(kit, kit.setup().soon),
    ),
    alone(
        Level::Must,
        "time/in-time",
        "an event is acknowledged in time",
        "The receiver MUST acknowledge an event within 10 seconds.",
        |kit| one_by_one(kit, kit.setup().late),
    ),
    crowded(
        Level::Should,
        "time/soon-in-a-crowd",
        "events of fifty sessions are acknowledged soon",
        "The receiver SHOULD acknowledge each event within 5 seconds though fifty sessions come at once.",
        |kit| at_once(kit, kit.setup().soon),
    ),
    crowded(
        Level::Must,
        "time/in-time-in-a-crowd",
        "events of fifty sessions are acknowledged in time",
        "The receiver MUST acknowledge each event within 10 seconds though fifty sessions come at once.",
        |kit| at_once(kit, kit.setup().late),
    ),
    window(
        "time/window-past",
        "how old an event may be",
        "Events stamped now, an hour, a day, a month and ten years ago, and then between what is taken and what is refused.",
        Direction::Past,
    ),
    window(
        "time/window-future",
        "how far ahead an event's clock may be",
        "Events stamped now, an hour, a day, a month and ten years ahead, and then between what is taken and what is refused.",
        Direction::Future,
    ),
];

const fn alone(
    level: Level,
    id: &'static str,
    title: &'static str,
    requirement: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        id,
        title,
        level,
        requirement,
        stimulus: "The first three events of a session, one after the other, with nothing beside them.",
        hint: "The work is done before the answer: mails, other services, a database that is asleep. Store the event, answer, and work then.",
        explain: EXPLAIN,
        manner: Manner::Alone,
        play: Play::Script(script),
        ..Case::MUST
    }
}

const fn crowded(
    level: Level,
    id: &'static str,
    title: &'static str,
    requirement: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        id,
        title,
        level,
        requirement,
        stimulus: "The first three events of fifty sessions at the same time, each session over a connection of its own.",
        hint: "One worker, a lock that is held during a request, or a pool of connections to the database that is too small: all others wait.",
        explain: EXPLAIN,
        manner: Manner::Company,
        play: Play::Script(script),
        ..Case::MUST
    }
}

const fn window(id: &'static str, title: &'static str, stimulus: &'static str, direction: Direction) -> Case {
    Case {
        id,
        title,
        requirement: "From which stamps on events are refused is measured: a window keeps captured requests from being sent again, and too small a one loses what was delayed.",
        stimulus,
        play: Play::Window(direction),
        ..Case::INFO
    }
}

fn one_by_one(kit: &mut Kit<'_>, limit: Duration) -> Script {
    Script::of(session(kit, limit))
}

fn at_once(kit: &mut Kit<'_>, limit: Duration) -> Script {
    let lanes: Vec<Vec<Shot>> = (0..CROWD).map(|_| session(kit, limit)).collect();
    Script::default().together(lanes)
}

fn session(kit: &mut Kit<'_>, limit: Duration) -> Vec<Shot> {
    let longest = kit.setup().late.max(limit).saturating_add(LONGER);
    let within = |shot: Shot| shot.demanding(Demand::AcceptWithin(limit)).within(longest);
    kit.story("happy-path").iter().take(EVENTS).map(|event| within(Shot::test(event))).collect()
}
