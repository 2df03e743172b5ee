//! Ordinary events that are not taken, told by what they have in common.

use super::{Claim, How, Need, Rule, passed, rule};
use crate::conformance::diagnosis::facts::Facts;
use crate::conformance::diagnosis::fixes::Topic;
use crate::conformance::diagnosis::samples::{Earlier, Fate, Sample, Samples};
use crate::outcome::check::Verdict;
use Need::{Fact, If};

const LOST: &str = "These events are lost, and whatever they would have told.";
const OVERTAKEN: &str = "Events overtake each other on their way: real sessions lose a part of theirs.";

/// Whatever is made of ordinary events fails with them.
const ALL: &[Claim] = &[
    ("*", How::Refused),
    ("*", How::Crashed),
    ("*", How::Silent),
    ("*", How::Spoiled),
    ("*", How::Redirected),
    ("events/*", How::Wrong),
    ("order/*", How::Wrong),
    ("time/*", How::Wrong),
    ("http/*", How::Wrong),
    ("state/*", How::Wrong),
    ("body/*", How::Wrong),
];

const NO_PAYLOAD: &str =
    "Most events before a measurement have none: they are lost, and a session seems to begin in its middle.";
const PAYLOAD: &str = "The receiver does not take events without a payload: it reads a key of one that is not there, or its schema demands one.";

pub(super) const RULES: &[Rule] = &[
    rule(
        96,
        "ends-sessions-early",
        "The receiver closes a session before its end, as at RESULTS_RECEIVED, and does not take the events that follow.",
        "REDIRECTING_TO_CALLBACK and PAGE_UNLOADED always follow, and others can come late.",
        &[Fact(ended)],
        ALL,
        Topic::AnyOrder,
    ),
    rule(
        96,
        "one-event-a-second",
        "The receiver does not take an event whose time stamp an event of its session has had: it takes the second for a key, alone or with the session ID.",
        "Stamps are whole seconds, and a session has several events in one: all but the first are lost.",
        &[Fact(|facts| {
            because_after(facts, |event| {
                event.after(|earlier| earlier.stamp == event.stamp) && !event.is_duplicate()
            })
        })],
        ALL,
        Topic::Idempotent,
    ),
    rule(
        96,
        "refuses-older-stamps",
        "The receiver does not take an event whose time stamp is lower than that of one before.",
        OVERTAKEN,
        &[Fact(|facts| because_after(facts, |event| event.after(|earlier| earlier.stamp > event.stamp)))],
        ALL,
        Topic::AnyOrder,
    ),
    rule(
        96,
        "refuses-older-stamps",
        "The receiver does not take an event whose time stamp is not higher than that of each before.",
        "Stamps are whole seconds, and a session has several events in one. Besides, events overtake each other on their way.",
        &[Fact(|facts| because_after(facts, |event| event.after(|earlier| earlier.stamp >= event.stamp)))],
        ALL,
        Topic::AnyOrder,
    ),
    rule(
        96,
        "needs-first-event-first",
        "The receiver takes a session only if its first event came first: that alone creates it.",
        "Events can overtake each other: if the first comes second, the others before it are lost.",
        &[Fact(needs_first)],
        ALL,
        Topic::AnyOrder,
    ),
    rule(
        96,
        "refuses-sequence-zero",
        "The receiver does not take events with the sequence 0: either it takes 0 for a value that is missing, `if (!sequence)`, or it counts from 1.",
        "The first event of each session has the sequence 0.",
        &[Fact(|facts| because(facts, |event| event.sequence == 0))],
        ALL,
        Topic::Shapes,
    ),
    rule(
        96,
        "needs-measurement-id",
        "The receiver takes events only with a measurement ID in their payload: its schema demands one, or a column that is NOT NULL.",
        "Where nothing was measured there is none: sessions that end early are lost, and their end with them.",
        &[Fact(without_measurement)],
        ALL,
        Topic::Payload,
    ),
    rule(
        96,
        "crashes-without-payload",
        PAYLOAD,
        NO_PAYLOAD,
        &[Fact(without_payload), If(|facts| Samples::of(facts).mostly(Fate::Crashed))],
        ALL,
        Topic::Payload,
    ),
    rule(96, "needs-payload", PAYLOAD, NO_PAYLOAD, &[Fact(without_payload)], ALL, Topic::Payload),
    rule(
        96,
        "fails-at-errors",
        "The receiver does not take events with the severity ERROR: what it does for these only, such as an alarm, throws or does not end.",
        "The events that say why a measurement failed are lost.",
        &[Fact(|facts| because(facts, |event| event.severity == "ERROR"))],
        ALL,
        Topic::AnswerFirst,
    ),
    rule(
        96,
        "reads-snr-as-integer",
        "The receiver does not take events whose snr has a fraction: it reads it as a whole number.",
        "Results on their way, and the reason of a failure, are lost.",
        &[Fact(|facts| because(facts, has_fraction))],
        ALL,
        Topic::Numbers,
    ),
    rule(
        96,
        "fails-at-payloads",
        "The receiver does not take events that have a payload: either something in it fails, or all that is longer than some limit does.",
        LOST,
        &[Fact(|facts| because(facts, |event| !is_bare(event)))],
        ALL,
        Topic::Payload,
    ),
    rule(
        96,
        "needs-events-before",
        "The receiver takes some events only after others of their session: either a state machine asks for the step before, or a row that they refer to (a foreign key) is not there yet.",
        OVERTAKEN,
        &[Fact(alone_only)],
        ALL,
        Topic::AnyOrder,
    ),
    rule(
        95,
        "refuses-long-names",
        "The receiver does not take the events with the longest names: a column or a check takes fewer characters.",
        LOST,
        &[Fact(|facts| Samples::of(facts).beyond(|event| event.event.len() as u64))],
        ALL,
        Topic::OpenEnums,
    ),
    rule(
        95,
        "limits-bodies-too-low",
        "The receiver does not take the longest of the real events: a limit of a server, or a column for the body, is too low.",
        "Events with results or errors are lost, for they are the longest.",
        &[Fact(|facts| Samples::of(facts).beyond(|event| event.body_bytes))],
        ALL,
        Topic::Limits,
    ),
    rule(
        95,
        "crashes-on-some-events",
        "The receiver answers some of the real events with a 5xx, or not in time: either its enum or its database lacks their names, or what it does at these events only fails or takes too long.",
        LOST,
        &[Fact(|facts| Samples::of(facts).by_name()), If(|facts| !Samples::of(facts).mostly(Fate::Refused))],
        ALL,
        Topic::OpenEnums,
    ),
    rule(
        95,
        "refuses-some-events",
        "The receiver refuses some of the real events, whatever comes before them: either it does not know their names, or it demands of them what they do not have.",
        LOST,
        &[Fact(|facts| Samples::of(facts).by_name())],
        ALL,
        Topic::OpenEnums,
    ),
    rule(
        95,
        "jams-after-forged-mac",
        "After a forged event that was refused the receiver answers nothing any more: a lock, a connection or a worker is not given back on that way.",
        "Anybody on the internet can stop it with one request, without any secret.",
        &[Fact(stops), If(nothing_odd_but_forged)],
        ALL,
        Topic::GiveBack,
    ),
    rule(
        86,
        "stops-answering",
        "From some request on the receiver does not answer ordinary events that it took before: a lock, a connection or a worker is not given back on some way through its code.",
        "Every event is lost until somebody starts it anew.",
        &[Fact(stops)],
        ALL,
        Topic::GiveBack,
    ),
    rule(
        69,
        "refuses-within-sessions",
        "The receiver takes each event alone, and not all of them within a session: what came before decides, such as its time, its order, or how many there were.",
        LOST,
        &[
            Need::Some(&[("events/session-*", How::Wrong)]),
            Need::No(&[("events/wms-loaded", How::Wrong), ("events/many-sessions", How::Late)]),
            If(|facts| super::events::ONE.iter().all(|id| facts.all(id, How::Wrong).next().is_none())),
        ],
        ALL,
        Topic::AnyOrder,
    ),
];

fn because(facts: Facts<'_>, has: impl Fn(&Sample<'_>) -> bool) -> Vec<String> {
    Samples::of(facts).because(has)
}

fn because_after(facts: Facts<'_>, has: impl Fn(&Sample<'_>) -> bool) -> Vec<String> {
    Samples::of(facts).because_after(has)
}

/// Its first event is `WMS_LOADED`, or that with the sequence 0.
fn needs_first(facts: Facts<'_>) -> Vec<String> {
    let late = |event: &Sample<'_>, is_first: fn(&str, i64) -> bool| {
        let first = |earlier: &Earlier| is_first(&earlier.event, earlier.sequence);
        !is_first(&event.event, event.sequence) && !event.after(first)
    };
    let by_name = because_after(facts, |event| late(event, |name, _| name == "WMS_LOADED"));
    if by_name.is_empty() {
        because_after(facts, |event| late(event, |_, sequence| sequence == 0))
    } else {
        by_name
    }
}

/// There is no payload, or nothing in it.
fn is_bare(event: &Sample<'_>) -> bool {
    event.payload.as_ref().and_then(serde_json::Value::as_object).is_none_or(serde_json::Map::is_empty)
}

fn without_payload(facts: Facts<'_>) -> Vec<String> {
    because(facts, is_bare)
}

fn without_measurement(facts: Facts<'_>) -> Vec<String> {
    let any = because(facts, |event| !event.has("measurementId"));
    if any.is_empty() { because(facts, |event| !is_bare(event) && !event.has("measurementId")) } else { any }
}

fn has_fraction(event: &Sample<'_>) -> bool {
    let snr =
        event.payload.as_ref().and_then(|payload| payload.get("snr")).and_then(serde_json::Value::as_f64);
    snr.is_some_and(|snr| snr.fract() != 0.0)
}

/// Events that are not taken alone, if all are within the sessions that they belong to.
fn alone_only(facts: Facts<'_>) -> Vec<String> {
    if !facts.every("events/session-*", How::Right) || !passed(facts, "events/wms-loaded") {
        return Vec::new();
    }
    let alone = super::events::ONE.iter().flat_map(|id| facts.all(id, How::Wrong));
    alone.map(|case| case.id.clone()).collect()
}

/// Sessions with results whose last events are not taken, if those without results are taken whole.
fn ended(facts: Facts<'_>) -> Vec<String> {
    let results =
        ["events/session-completed", "events/session-second-attempt", "events/session-websocket-drop"];
    let others = ["events/session-canceled", "events/session-camera-denied", "events/session-low-snr"];
    let last =
        |event: &Sample<'_>| matches!(event.event.as_str(), "REDIRECTING_TO_CALLBACK" | "PAGE_UNLOADED");
    let samples = Samples::of(facts);
    let mut bad = samples
        .all()
        .iter()
        .filter(|event| event.fate != Fate::Taken && event.is_of("events/session-"))
        .peekable();
    if !passed(facts, "events/redirecting")
        || !others.iter().all(|id| passed(facts, id))
        || bad.peek().is_none()
        || !bad.all(last)
    {
        return Vec::new();
    }
    results.iter().flat_map(|id| facts.all(id, How::Wrong)).map(|case| case.id.clone()).collect()
}

/// The cases that had no answer to an event that is answered elsewhere.
fn stops(facts: Facts<'_>) -> Vec<String> {
    Samples::of(facts).unlike(|event| event.fate == Fate::Silent)
}

/// Nothing but forged events, and some of them, came before the receiver stopped.
fn nothing_odd_but_forged(facts: Facts<'_>) -> bool {
    let judged = |section: &str| {
        let judged = |verdict| matches!(verdict, Verdict::Pass | Verdict::Fail);
        facts.cases().iter().filter(|case| case.section() == section && judged(case.verdict)).count()
    };
    let few = facts.cases().iter().filter(|case| case.section() == "mac").count() / 2;
    (1..=few).contains(&judged("mac")) && judged("body") == 0 && judged("input") == 0
}
