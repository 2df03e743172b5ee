//! All is well until so many requests have come: bans, limits, and pools that run dry.

use super::{How, Need, Rule, Topic, rule};
use crate::conformance::diagnosis::facts::Facts;
use crate::conformance::diagnosis::samples::Samples;
use crate::outcome::check::{CaseResult, Role, Verdict};
use Need::Fact;

/// A limit of requests begins anywhere; where it begins after so few forged events, they are the reason.
const FEW: usize = 20;
/// So many cases run side by side with those before them.
const BESIDE: usize = 8;

const MANY: &str =
    "All events come from few addresses, and many people measure at once: a part of their events is lost.";

pub(super) const RULES: &[Rule] = &[
    // Above what is unreliable: a short ban is over when a case is tried again.
    rule(
        98,
        "bans-after-forged-events",
        "After about {forged} events with a wrong MAC the receiver, or a firewall in front of it, refuses right events too: it bans the sender, for a time or for good.",
        "WMS sends from few addresses: whoever forges some events from behind the same proxy, or has the address of WMS counted, stops all real ones. So does a wrong secret, even after it is mended.",
        &[Fact(banned)],
        &[
            ("*", How::Refused),
            ("*", How::Crashed),
            ("*", How::Redirected),
            ("*", How::Spoiled),
            ("state/*", How::Wrong),
            ("order/*", How::Wrong),
            ("time/*", How::Wrong),
        ],
        Topic::Ban,
    ),
    rule(
        72,
        "stops-answering",
        "The receiver stops answering after about {answered} requests: each takes something that is not given back, such as a connection of a pool or a worker, until none is left.",
        "Every event is lost until somebody starts it anew.",
        &[Fact(dried_up)],
        &[("*", How::Silent), ("*", How::Late), ("time/*", How::Wrong), ("events/many-sessions", How::Wrong)],
        Topic::GiveBack,
    ),
    rule(
        70,
        "limits-rate",
        "The receiver, or a firewall in front of it, takes an event at one time and refuses the same with 403 at another: it allows so many requests in some time, or after some that were refused.",
        MANY,
        &[Fact(|facts| Samples::of(facts).unlike(|event| event.status == Some(403)))],
        &[
            ("*", How::Refused),
            ("*", How::Spoiled),
            ("state/*", How::Wrong),
            ("order/*", How::Wrong),
            ("time/*", How::Wrong),
        ],
        Topic::Rate,
    ),
];

/// The first right event that was not taken after forged ones.
struct Ban {
    /// How many of those were refused before.
    forged: usize,
    /// One of them was the last thing before.
    at_once: bool,
    status: u16,
}

/// Before the section `mac` nothing is forged, and in it nothing else is odd.
fn ban(facts: Facts<'_>) -> Option<Ban> {
    let mut forged = 0;
    let mut at_once = false;
    let mac = facts.cases().iter().filter(|case| case.section() == "mac");
    for trace in mac.flat_map(|case| &case.traces) {
        let status = trace.answered()?;
        if trace.role == Role::Test {
            at_once = (400..500).contains(&status);
            forged += usize::from(at_once);
        } else if trace.is_taken() {
            at_once = false;
        } else {
            return (forged > 0).then_some(Ban { forged, at_once, status });
        }
    }
    None
}

/// How many forged events there were before right ones were refused.
pub(super) fn forged_before_ban(facts: Facts<'_>) -> usize {
    ban(facts).map_or(0, |ban| ban.forged)
}

/// The cases that show a ban. Who limits all requests begins anywhere, and with 429 or 503; who bans begins after few forged
/// events, or right after one.
fn banned(facts: Facts<'_>) -> Vec<String> {
    let Some(Ban { forged, at_once, status }) = ban(facts) else { return Vec::new() };
    let is_limit = forged > FEW && (!at_once || matches!(status, 429 | 503));
    let shown = showing(facts, status);
    let before = shown.iter().filter(|id| id.starts_with("events/")).count();
    if is_limit
        || before > BESIDE
        || Samples::of(facts).unlike(|event| event.status == Some(status)).is_empty()
    {
        return Vec::new();
    }
    shown
}

/// The cases that went wrong and in which something was answered with this status.
fn showing(facts: Facts<'_>, status: u16) -> Vec<String> {
    let like_it = |case: &&CaseResult| {
        matches!(case.verdict, Verdict::Fail | Verdict::Error)
            && case.traces.iter().any(|trace| trace.answered() == Some(status))
    };
    facts.cases().iter().filter(like_it).map(|case| case.id.clone()).collect()
}

/// The cases with events that were not answered, if nothing was in the end, and no queue of what came before explains that.
fn dried_up(facts: Facts<'_>) -> Vec<String> {
    if facts.silence().is_none() {
        return Vec::new();
    }
    facts.unfinished(|trace| trace.status.is_none()).map(|case| case.id.clone()).collect()
}
