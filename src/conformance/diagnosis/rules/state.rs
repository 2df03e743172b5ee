//! What is remembered of a session and should not be, or is forgotten.

use super::{Claim, How, Need, Rule, Topic};
use How::Wrong;
use Need::Some;

const SEEN: &str =
    "Users see what your system made of a session: here it depends on how the network behaved.";

const fn bug(
    weight: u8,
    name: &'static str,
    says: &'static str,
    matters: &'static str,
    needs: &'static [Need],
    explains: &'static [Claim],
    fix: Topic,
) -> Rule {
    Rule { name, says, matters, needs, explains, weight, fix }
}

pub(super) const RULES: &[Rule] = &[
    bug(
        38,
        "loses-events",
        "Sessions that went the same way do not look the same afterwards: events that were taken are lost, or sessions change each other. (Or the probe shows what differs by its nature: leave that out of its answer.)",
        "A 2xx says that an event is safe: nobody sends it again.",
        &[Some(&[("state/undisturbed", Wrong)])],
        &[("state/*", Wrong)],
        Topic::Store,
    ),
    bug(
        37,
        "stores-forged-events",
        "A forged event that was refused changes what is remembered all the same: it is stored before its MAC is checked.",
        "Anybody on the internet can change what users see.",
        &[Some(&[("state/forged", Wrong)])],
        &[],
        Topic::Everywhere,
    ),
    bug(
        36,
        "not-idempotent",
        "An event that comes twice counts as two.",
        SEEN,
        &[Some(&[("state/duplicates", Wrong), ("state/twice", Wrong), ("state/duplicates-later", Wrong)])],
        &[("state/duplicates-concurrent", Wrong)],
        Topic::Idempotent,
    ),
    bug(
        35,
        "loses-late-events",
        "An event that comes after PAGE_UNLOADED is answered with a 2xx and thrown away.",
        "The results of a measurement can be that event.",
        &[Some(&[("state/late", Wrong)])],
        &[
            ("state/swapped", Wrong),
            ("state/backwards", Wrong),
            ("state/shuffled", Wrong),
            ("state/concurrent", Wrong),
        ],
        Topic::Conclude,
    ),
    bug(
        34,
        "last-event-wins",
        "What is remembered of a session depends on the order in which its events arrived: the last one wins, or one that comes too early is ignored.",
        SEEN,
        &[Some(&[("state/swapped", Wrong), ("state/backwards", Wrong), ("state/shuffled", Wrong)])],
        &[("state/concurrent", Wrong)],
        Topic::Conclude,
    ),
    bug(
        33,
        "races-on-state",
        "Of several events that come at the same moment some are lost, or count twice: a session is read, changed and written back.",
        SEEN,
        &[Some(&[("state/concurrent", Wrong), ("state/duplicates-concurrent", Wrong)])],
        &[],
        Topic::Transaction,
    ),
];
