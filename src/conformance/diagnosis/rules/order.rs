//! Events that come twice, out of order or late, and are refused.

use super::{Claim, How, Need, Rule, Topic, ordinary_sessions_are_taken, passed};
use How::{Crashed, Refused, Silent, Wrong};
use Need::{If, No, Some};

const OVERTAKEN: &str = "Between the page and your webhook events overtake each other, come twice or get lost. A receiver that refuses them loses real sessions.";
const ALL: &[Claim] = &[
    ("order/*", Wrong),
    ("state/*", Wrong),
    ("http/*", Wrong),
    ("body/big-sequence", Wrong),
    ("input/sequence-*", Wrong),
    ("input/duplicate-keys", Wrong),
    ("input/lone-surrogate", Silent),
];

const fn bug(
    weight: u8,
    name: &'static str,
    says: &'static str,
    needs: &'static [Need],
    explains: &'static [Claim],
    fix: Topic,
) -> Rule {
    super::rule(weight, name, says, OVERTAKEN, needs, explains, fix)
}

pub(super) const RULES: &[Rule] = &[
    bug(
        79,
        "one-session-at-a-time",
        "The receiver mixes up sessions that run at the same time: something that belongs to a session is kept in one place for all.",
        &[
            Some(&[("order/interleaved", Refused)]),
            No(&[("events/low-snr", Wrong), ("order/gap", Refused), ("order/duplicate", Wrong)]),
        ],
        &[("*", Refused), ("events/many-sessions", Wrong), ("state/*", Wrong), ("time/*", Wrong)],
        Topic::PerSession,
    ),
    bug(
        50,
        "one-session-at-a-time",
        "The receiver mixes up sessions that run at the same time: it refuses events because of what another session sent.",
        &[
            Some(&[("events/many-sessions", Refused)]),
            Some(&[("order/interleaved", Refused), ("order/late", Refused), ("order/swapped", Refused)]),
            No(&[("events/low-snr", Wrong), ("events/session-*", Wrong)]),
        ],
        &[("order/*", Wrong), ("state/*", Wrong), ("time/*", Wrong), ("http/*", Wrong)],
        Topic::PerSession,
    ),
    bug(
        49,
        "refuses-gaps",
        "The receiver takes the next event of a session only: after one that was lost it refuses all that follow.",
        &[Some(&[("order/gap", Wrong)]), If(ordinary_sessions_are_taken)],
        ALL,
        Topic::AnyOrder,
    ),
    bug(
        48,
        "refuses-swapped",
        "The receiver refuses an event whose sequence is lower than one that came before.",
        &[
            Some(&[("order/first-comes-second", Wrong)]),
            Some(&[("order/swapped", Wrong), ("order/backwards", Wrong)]),
            If(ordinary_sessions_are_taken),
        ],
        ALL,
        Topic::AnyOrder,
    ),
    bug(
        48,
        "refuses-swapped",
        "The receiver refuses events that overtook each other.",
        &[
            Some(&[("order/swapped", Wrong), ("order/backwards", Wrong)]),
            No(&[("order/late", Wrong)]),
            If(ordinary_sessions_are_taken),
        ],
        ALL,
        Topic::AnyOrder,
    ),
    bug(
        47,
        "refuses-late",
        "The receiver refuses what comes late: either it closes a session at PAGE_UNLOADED, or it refuses what is older than the last event.",
        &[Some(&[("order/late", Wrong), ("order/late-by-seconds", Wrong)]), If(ordinary_sessions_are_taken)],
        ALL,
        Topic::AnyOrder,
    ),
    bug(
        46,
        "binds-session-to-connection",
        "The receiver knows a session on the connection only on which it began.",
        &[
            Some(&[("http/new-connections", Refused), ("order/duplicate-new-connection", Refused)]),
            No(&[("order/duplicate", Wrong), ("order/duplicate-later", Wrong)]),
            If(|facts| passed(facts, "order/duplicate") || passed(facts, "http/keep-alive")),
        ],
        ALL,
        Topic::PerSession,
    ),
    bug(
        45,
        "refuses-duplicates",
        "The receiver refuses an event that comes twice.",
        &[Some(&[
            ("order/duplicate", Wrong),
            ("order/duplicate-later", Wrong),
            ("order/duplicate-session", Wrong),
        ])],
        &[("order/duplicate*", Wrong), ("order/first-concurrent", Wrong), ("state/*", Wrong)],
        Topic::Idempotent,
    ),
    bug(
        44,
        "races-on-duplicates",
        "The receiver looks whether an event is there and stores it in two steps: of two that come at the same moment, one fails.",
        &[
            Some(&[("order/duplicate-concurrent", Wrong), ("order/first-concurrent", Wrong)]),
            No(&[("order/concurrent-events", Wrong)]),
        ],
        &[("order/concurrent-events", Wrong), ("state/*concurrent", Wrong)],
        Topic::Idempotent,
    ),
    bug(
        43,
        "races-on-sessions",
        "The receiver fails where several events of one session come at the same moment: either they read and write the same row, or the session is locked meanwhile.",
        &[
            Some(&[("order/concurrent-events", Wrong)]),
            No(&[("events/many-sessions", Wrong), ("time/*-in-a-crowd", Wrong)]),
        ],
        &[("state/*concurrent", Wrong), ("order/*concurrent", Wrong)],
        Topic::Transaction,
    ),
    bug(
        42,
        "crashes-on-restart",
        "The receiver answers with a 5xx, or not at all, to a session that begins anew, or that lacks a part.",
        &[Some(&[
            ("order/restart-at-zero", Crashed),
            ("order/restart-at-zero", Silent),
            ("order/missing-*", Crashed),
            ("order/missing-*", Silent),
            ("body/id-undefined", Crashed),
        ])],
        &[],
        Topic::AnyOrder,
    ),
];
