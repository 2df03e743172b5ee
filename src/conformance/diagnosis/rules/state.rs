//! What is remembered of a session and should not be, or is forgotten.

use super::{Claim, How, Need, Rule, Topic, rule};
use crate::conformance::diagnosis::facts::Facts;
use crate::conformance::diagnosis::shown;
use How::Wrong;
use Need::{Fact, No, Some};

/// Whatever is compared fails with it.
const ALL: &[Claim] = &[("state/*", Wrong)];

const SEEN: &str =
    "Users see what your system made of a session: here it depends on how the network behaved.";

pub(super) const RULES: &[Rule] = &[
    rule(
        77,
        "remembers-in-each-process",
        "What is shown of the same session goes to and fro from one question to the next: several processes or instances answer, and each remembers in its own memory what came to it.",
        "Each of them knows a part of a session: users see an outcome or none, by chance, and an event that comes twice counts twice.",
        &[Fact(swings)],
        ALL,
        Topic::SharedStore,
    ),
    rule(
        39,
        "shares-current-session",
        "Sessions that run at the same time are mixed up, and alone each is right: what belongs to a session, such as which one is the current, is kept in one variable for all.",
        "One user sees what happened to another.",
        &[
            Fact(shown::mixed_up),
            Some(&[
                ("state/undisturbed", Wrong),
                ("state/duplicates", Wrong),
                ("state/concurrent", Wrong),
                ("state/swapped", Wrong),
            ]),
        ],
        ALL,
        Topic::PerSession,
    ),
    rule(
        39,
        "forgets-ended-sessions",
        "At PAGE_UNLOADED all that is known of a session is deleted, and with it what has come: the probe shows a session without events after its end, and one that begins afresh with what comes then.",
        "An event that comes late, or again, overwrites the outcome: a measurement that was completed is running again.",
        &[Fact(shown::begun_again), No(&[("state/undisturbed", Wrong)])],
        ALL,
        Topic::Conclude,
    ),
    rule(
        38,
        "loses-events",
        "Sessions that went the same way do not look the same afterwards: events that were taken are lost, or sessions change each other. (Or the probe shows what differs by its nature: leave that out of its answer.)",
        "A 2xx says that an event is safe: nobody sends it again.",
        &[Some(&[("state/undisturbed", Wrong)])],
        ALL,
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
        "The session is remembered for the connection, for the worker that serves it, or in one variable for all: events of another session over the same connection count for the first.",
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
        "loses-late-events",
        "An event that comes after PAGE_UNLOADED is answered with a 2xx and thrown away.",
        "The results of a measurement can be that event.",
        &[Fact(shown::after_the_end)],
        ALL,
        Topic::Conclude,
    ),
    rule(
        35,
        "order-of-arrival-shows",
        "An event that comes late is answered with a 2xx and dropped, as one with a lower sequence than the last, or drops what came before it, as WMS_LOADED where that begins a session anew.",
        "Users see a part of their session: which one depends on how the network behaved.",
        &[Fact(shown::fewer)],
        ALL,
        Topic::Conclude,
    ),
    rule(
        35,
        "order-of-arrival-shows",
        "Events are shown in the order in which they arrived, or in that of their time stamps: these are whole seconds, so that events of one second stand in the order of arrival.",
        SEEN,
        &[Fact(shown::moved)],
        ALL,
        Topic::Conclude,
    ),
    rule(
        35,
        "keeps-one-of-a-key",
        "Different events of a session share a key, such as the event's name, or that and the second of its stamp: of these the first one to come is kept, or the last, and the others are lost.",
        "A part of each session is lost, in order or not: an event can come several times in one, such as INTERMEDIATE_RESULTS, and several in a second.",
        &[Fact(shown::replaced)],
        ALL,
        Topic::Idempotent,
    ),
    rule(
        35,
        "last-event-wins",
        "The outcome of a session is that of the event that came last, whatever its place.",
        SEEN,
        &[Fact(shown::outcomes)],
        ALL,
        Topic::Conclude,
    ),
    rule(
        34,
        "order-of-arrival-shows",
        "What is remembered of a session shows in which order its events arrived: a late one is dropped, or taken for the newest, or shown where it came.",
        SEEN,
        &[Some(&[("state/backwards", Wrong), ("state/swapped", Wrong), ("state/shuffled", Wrong)])],
        ALL,
        Topic::Conclude,
    ),
    rule(
        34,
        "loses-late-events",
        "What comes after PAGE_UNLOADED changes what is remembered of a session, or is thrown away.",
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
