//! Answers that come too late where many ask at once.

use super::{How, Need, Rule, Topic};
use How::{Crashed, Late, Refused, Silent, Wrong};
use Need::{No, Some};

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "one-request-at-a-time",
        says: "The receiver answers soon alone and late in a crowd: it handles one request after the other, or waits for a lock or a connection that all share.",
        matters: "When many people measure at once, senders give up waiting and events are lost.",
        needs: &[
            Some(&[
                ("time/*-in-a-crowd", Late),
                ("time/*-in-a-crowd", Silent),
                ("events/many-sessions", Silent),
            ]),
            No(&[("time/soon", Wrong), ("time/in-time", Wrong)]),
        ],
        explains: &[("events/many-sessions", Silent), ("time/*", Wrong), ("order/concurrent-events", Silent)],
        weight: 71,
        fix: Topic::Workers,
    },
    Rule {
        name: "breaks-under-load",
        says: "The receiver takes each event alone, and fails where fifty sessions come at once.",
        matters: "The more people measure, the more events are lost.",
        needs: &[Some(&[
            ("events/many-sessions", Crashed),
            ("events/many-sessions", Refused),
            ("time/*-in-a-crowd", Crashed),
            ("time/*-in-a-crowd", Refused),
        ])],
        explains: &[("order/*concurrent*", Wrong), ("state/*concurrent", Wrong)],
        weight: 41,
        fix: Topic::Workers,
    },
];
