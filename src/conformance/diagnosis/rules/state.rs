//! What is remembered of a session and should not be, or is forgotten.

use super::{How, Need, Rule, Topic, rule};
use crate::conformance::diagnosis::facts::Facts;
use How::Wrong;
use Need::{No, Some};

const SEEN: &str =
    "Users see what your system made of a session: here it depends on how the network behaved.";

pub(super) const RULES: &[Rule] = &[
    rule(
        77,
        "remembers-in-each-process",
        "What is shown of the same session goes to and fro from one question to the next: several processes or instances answer, and each remembers in its own memory what came to it.",
        "Each of them knows a part of a session: users see an outcome or none, by chance, and an event that comes twice counts twice.",
        &[Need::Fact(swings)],
        &[("state/*", Wrong)],
        Topic::SharedStore,
    ),
    rule(
        38,
        "loses-events",
        "Sessions that went the same way do not look the same afterwards: events that were taken are lost, or sessions change each other. (Or the probe shows what differs by its nature: leave that out of its answer.)",
        "A 2xx says that an event is safe: nobody sends it again.",
        &[Some(&[("state/undisturbed", Wrong)])],
        &[("state/*", Wrong)],
        Topic::Store,
    ),
    rule(
        38,
        "merges-sessions",
        "Two sessions whose IDs are alike are taken for one: the ID is cut, trimmed or normalised, or compared without its capitals or accents.",
        "A user sees what happened in the session of another.",
        &[
            Some(&[("state/long-ids", Wrong), ("state/ids-by-case", Wrong), ("state/ids-by-form", Wrong)]),
            No(&[("state/undisturbed", Wrong)]),
        ],
        &[("state/long-ids", Wrong), ("state/ids-by-*", Wrong)],
        Topic::WholeIds,
    ),
    rule(
        38,
        "forgotten-after-forged-copies",
        "An event is noted as seen before its MAC is checked: the right one that comes after a forged copy is taken for a repetition and lost.",
        "Anybody on the internet who guesses an event can keep it from you.",
        &[
            Some(&[("state/forged-copies", Wrong)]),
            No(&[("state/undisturbed", Wrong), ("state/forged", Wrong), ("mac/wrong-secret*", Wrong)]),
        ],
        &[("state/forged-copies", Wrong)],
        Topic::Everywhere,
    ),
    rule(
        38,
        "session-of-the-connection",
        "The session is remembered for the connection, or for the worker that serves it: events of another session over the same connection count for the first.",
        "A proxy sends the events of all users over the connections that it has: one user sees what happened to another.",
        &[Some(&[("state/one-connection", Wrong)]), No(&[("state/undisturbed", Wrong)])],
        &[("state/one-connection", Wrong)],
        Topic::PerSession,
    ),
    rule(
        37,
        "stores-forged-events",
        "A forged event that was refused changes what is remembered all the same: it is stored before its MAC is checked.",
        "Anybody on the internet can change what users see.",
        &[Some(&[("state/forged", Wrong)]), No(&[("mac/wrong-secret*", Wrong)])],
        &[],
        Topic::Everywhere,
    ),
    rule(
        36,
        "not-idempotent",
        "An event that comes twice counts as two.",
        SEEN,
        &[Some(&[("state/duplicates", Wrong), ("state/twice", Wrong)])],
        &[("state/duplicates*", Wrong), ("state/twice", Wrong)],
        Topic::Idempotent,
    ),
    rule(
        35,
        "forgets-what-has-come",
        "An event that comes again some seconds later counts as two, though one that comes again at once does not: what has come is remembered for a short time only.",
        SEEN,
        &[
            Some(&[("state/duplicates-after-a-while", Wrong)]),
            No(&[
                ("state/duplicates", Wrong),
                ("state/duplicates-later", Wrong),
                ("state/twice", Wrong),
                ("state/undisturbed", Wrong),
                ("state/late", Wrong),
                ("state/backwards", Wrong),
                ("state/shuffled", Wrong),
            ]),
        ],
        &[],
        Topic::Idempotent,
    ),
    rule(
        35,
        "order-of-arrival-shows",
        "What is remembered of a session shows in which order its events arrived: a late one is dropped, or taken for the newest, or shown where it came.",
        SEEN,
        &[Some(&[("state/late", Wrong)]), Some(&[("state/swapped", Wrong)])],
        &[("state/*", Wrong)],
        Topic::Conclude,
    ),
    rule(
        34,
        "last-event-wins",
        "What is remembered of a session depends on the order in which its events came: either the last to come wins, or of two that share a key, such as the second of their stamps, the first one only is kept.",
        SEEN,
        &[Some(&[("state/backwards", Wrong), ("state/swapped", Wrong), ("state/shuffled", Wrong)])],
        &[("state/*", Wrong)],
        Topic::Conclude,
    ),
    rule(
        34,
        "loses-late-events",
        "An event that comes after PAGE_UNLOADED is answered with a 2xx and thrown away.",
        "The results of a measurement can be that event.",
        &[Some(&[("state/late", Wrong), ("state/duplicates-later", Wrong)])],
        &[("state/concurrent", Wrong)],
        Topic::Conclude,
    ),
    rule(
        33,
        "races-on-state",
        "Of several events that come at the same moment some are lost, or count twice: a session is read, changed and written back.",
        SEEN,
        &[Some(&[("state/concurrent", Wrong), ("state/duplicates-concurrent", Wrong)])],
        &[],
        Topic::Transaction,
    ),
];

/// The cases for which what is shown of a session goes to and fro.
fn swings(facts: Facts<'_>) -> Vec<String> {
    facts.swings()
}
