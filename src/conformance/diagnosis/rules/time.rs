//! Answers that come too late where many ask at once.

use super::{How, Need, Rule, Topic};
use crate::conformance::diagnosis::facts::Facts;
use crate::outcome::check::{CaseResult, Role, Trace};
use How::{Crashed, Late, Refused, Silent, Wrong};
use Need::{No, Some};

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "dies-of-ordinary-events",
        says: "The receiver ends while it takes ordinary events: after some of them it took no connections any more.",
        matters: "Every event is lost until somebody starts it anew.",
        needs: &[Need::Fact(died)],
        explains: &[("*", Crashed), ("*", Silent), ("*", Wrong)],
        weight: 98,
        fix: Topic::Reliable,
    },
    Rule {
        name: "mishandles-keep-alive",
        says: "The receiver answers the first event of a connection, and those that follow not at all.",
        matters: "Senders use a connection for many events: all but the first are lost.",
        needs: &[
            Some(&[("events/session-completed", Silent), ("http/keep-alive", Silent)]),
            No(&[("events/wms-loaded", Wrong), ("events/results-received", Wrong)]),
        ],
        explains: &[("*", Silent)],
        weight: 73,
        fix: Topic::KeepAlive,
    },
    Rule {
        name: "one-connection-at-a-time",
        says: "The receiver serves one connection at a time: as long as one is open, though nothing comes over it, it answers nobody else.",
        matters: "Senders and proxies keep connections open for minutes so as to use them again: meanwhile all other events are lost.",
        needs: &[
            Some(&[("http/idle-beside", Silent)]),
            No(&[("http/new-connections", Silent), ("events/configuration-loaded", Silent)]),
        ],
        explains: &[
            ("events/many-sessions", Silent),
            ("order/*concurrent*", Silent),
            ("state/*", Silent),
            ("time/*-in-a-crowd", Silent),
            ("time/*-in-a-crowd", Late),
        ],
        weight: 72,
        fix: Topic::Connections,
    },
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
            Need::If(|facts| late_alone(facts).is_empty()),
        ],
        explains: &[("events/many-sessions", Silent), ("time/*", Wrong), ("order/concurrent-events", Silent)],
        weight: 71,
        fix: Topic::Workers,
    },
    Rule {
        name: "shares-state-between-requests",
        says: "The receiver takes each event alone, and refuses rightly signed ones as forged where many come at once: requests that run at the same time share a hash object, a buffer for the body or a variable.",
        matters: "The more people measure, the more events are lost, each as though its MAC were wrong.",
        needs: &[Need::Fact(refused_as_forged_in_a_crowd), No(&[("events/session-*", Wrong)])],
        explains: &[
            ("events/many-sessions", Refused),
            ("time/*-in-a-crowd", Refused),
            ("order/*concurrent*", Wrong),
            ("state/*concurrent", Wrong),
        ],
        weight: 42,
        fix: Topic::OwnState,
    },
    Rule {
        name: "breaks-under-load",
        says: "The receiver takes each event alone, and fails where fifty sessions come at once.",
        matters: "The more people measure, the more events are lost.",
        needs: &[
            Some(&[
                ("events/many-sessions", Crashed),
                ("events/many-sessions", Refused),
                ("time/*-in-a-crowd", Crashed),
                ("time/*-in-a-crowd", Refused),
            ]),
            No(&[("events/session-*", Wrong)]),
        ],
        explains: &[("order/*concurrent*", Wrong), ("state/*concurrent", Wrong)],
        weight: 41,
        fix: Topic::Workers,
    },
];

/// The cases in which ordinary events were answered late though few came at once, if most were answered so.
pub(super) fn late_alone(facts: Facts<'_>) -> Vec<String> {
    /// The budget of `time/soon`.
    const LATE_MS: f64 = 5000.0;
    const CROWDS: [&str; 3] = ["many-", "crowd", "concurrent"];
    let (mut late, mut soon) = (Vec::new(), 0);
    let is_alone =
        |case: &&CaseResult| case.section() != "state" && !CROWDS.iter().any(|word| case.id.contains(word));
    for case in facts.cases().iter().filter(is_alone) {
        let is_ordinary = |trace: &&Trace| {
            trace.role == Role::Setup || (trace.role == Role::Test && case.section() == "events")
        };
        let took = case.traces.iter().filter(is_ordinary).find(|trace| trace.answered().is_some());
        match took.map(|trace| trace.took_ms >= LATE_MS) {
            Option::Some(true) => late.push(case.id.clone()),
            Option::Some(false) => soon += 1,
            None => {}
        }
    }
    if late.len() > soon { late } else { Vec::new() }
}

/// The cases of many sessions at once in which rightly signed events got the answer of a forged one.
fn refused_as_forged_in_a_crowd(facts: Facts<'_>) -> Vec<String> {
    let forged = facts.forged();
    let as_forged = |case: &&CaseResult| {
        let answers = case.traces.iter().filter_map(Trace::answered);
        answers.filter(|status| *status >= 400).any(|status| forged.contains(&status))
    };
    let crowds = facts.all("events/many-sessions", Refused).chain(facts.all("time/*-in-a-crowd", Refused));
    crowds.filter(as_forged).map(|case| case.id.clone()).collect()
}

/// The cases that show that the receiver ended without anything odd.
fn died(facts: Facts<'_>) -> Vec<String> {
    const SINCE: &[&str] = &["events/", "time/"];
    let odd = |id: &str| ["input/", "body/", "mac/", "http/"].iter().any(|section| id.starts_with(section));
    if facts.deadly().any(|case| odd(&case.id)) {
        return Vec::new();
    }
    let dead = facts.deadly().filter(|case| SINCE.iter().any(|section| case.id.starts_with(section)));
    dead.chain(facts.down_since(SINCE)).map(|case| case.id.clone()).collect()
}
