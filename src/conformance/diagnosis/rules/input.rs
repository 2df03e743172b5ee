//! What brings a receiver down.

use super::{Claim, How, Need, Rule, Topic, rule};
use crate::conformance::diagnosis::facts::Facts;
use crate::outcome::check::{CaseResult, Role, Trace, Verdict};
use How::{Crashed, Redirected, Silent, Spoiled, Wrong};
use Need::{No, Some};

const ALARM: &str = "A body that a proxy cut, or a new version of WMS, makes an outage of what should be a 400: alarms go off, and some runtimes end the worker.";
/// Forged events whose body nobody can decode: who does not survive them parses before it verifies.
const UNDECODABLE: [&str; 2] = ["mac/over-seven-bits", "mac/over-valid-only"];
const PARSED: &[Claim] = &[
    ("input/not-json", Wrong),
    ("input/truncated", Wrong),
    ("input/empty", Wrong),
    ("input/blank", Wrong),
    ("input/trailing-garbage", Wrong),
    ("input/comments", Wrong),
    ("input/control-character", Wrong),
    ("input/utf-16", Wrong),
    // What is no UTF-8 is no JSON (RFC 8259, section 8.1), and nobody has to parse it to refuse its MAC.
    (UNDECODABLE[0], Crashed),
    (UNDECODABLE[0], Silent),
    (UNDECODABLE[1], Crashed),
    (UNDECODABLE[1], Silent),
];

/// The forged event that the receiver did not survive.
fn deadly_mac(facts: Facts<'_>) -> Vec<String> {
    let of_its_mac =
        |case: &&CaseResult| case.id.starts_with("mac/") && !UNDECODABLE.contains(&case.id.as_str());
    facts.deadly().filter(of_its_mac).map(|case| case.id.clone()).collect()
}

/// The cases that show that the receiver stopped working, and what it was that stopped it.
fn deadly(facts: Facts<'_>) -> Vec<String> {
    const SINCE: &[&str] = &["input/", "body/", "http/"];
    let odd = |case: &&CaseResult| SINCE.iter().chain(&UNDECODABLE).any(|begin| case.id.starts_with(begin));
    let dead = facts.deadly().filter(odd);
    let spoiled = ["input/*", "body/*"].into_iter().chain(UNDECODABLE);
    let spoiled = spoiled.flat_map(|pattern| facts.all(pattern, Spoiled));
    let mut shown: Vec<&CaseResult> = dead.chain(spoiled).collect();
    if shown.is_empty() {
        // The case itself was not selected, or could not be told: what came after it shows it all the same.
        shown.extend(facts.down_since(SINCE).take(1));
    }
    if shown.is_empty() && jammed(facts) {
        shown.extend(facts.all("body/*", Crashed).chain(facts.all("input/*", Crashed)));
    }
    shown.iter().map(|case| case.id.clone()).collect()
}

/// Many ordinary events were not answered as they should, though the events of WMS were taken before.
fn jammed(facts: Facts<'_>) -> bool {
    const MANY: usize = 10;
    let broken = |case: &&CaseResult| {
        let down =
            |trace: &Trace| trace.role == Role::Setup && trace.answered().is_none_or(|status| status >= 500);
        case.verdict == Verdict::Error && case.traces.iter().any(down)
    };
    let taken = facts.all("events/*", How::Right).count();
    taken > MANY && facts.flaky().len() < 3 && facts.cases().iter().filter(broken).count() >= MANY
}

pub(super) const RULES: &[Rule] = &[
    rule(
        89,
        "dies-of-forged-mac",
        "The receiver ends where a MAC is missing or is not what it expects: the comparison throws, and nobody catches it. (Or a firewall bans the sender then, and closes the port to it.)",
        "Anybody on the internet can end it with one request, without any secret.",
        &[Need::Fact(deadly_mac)],
        &[("*", Crashed), ("*", Silent), ("*", Spoiled), ("time/*", Wrong), ("state/*", Wrong)],
        Topic::Compare,
    ),
    rule(
        88,
        "dies-of-bad-input",
        "One odd request, and the receiver takes no ordinary events any more.",
        "One request of anybody who has a right MAC, or a proxy that cuts a body, and the events of everybody are lost until somebody starts it anew.",
        &[Need::Fact(deadly)],
        &[
            ("*", Crashed),
            ("*", Silent),
            ("*", Spoiled),
            ("input/*", Wrong),
            ("time/*", Wrong),
            ("state/*", Wrong),
        ],
        Topic::Catch,
    ),
    rule(
        28,
        "crashes-on-bad-json",
        "The receiver answers a body that is not JSON with a 5xx, or not at all: it parses outside of any error handling.",
        ALARM,
        &[Some(PARSED)],
        &[
            ("input/nan", Wrong),
            ("input/duplicate-keys", Wrong),
            ("input/invalid-utf8", Wrong),
            ("input/very-deep-*", Crashed),
            ("body/bom", Wrong),
        ],
        Topic::Catch,
    ),
    rule(
        27,
        "crashes-on-wrong-types",
        "The receiver answers JSON that is no event with a 5xx, or not at all: it uses values without asking what they are.",
        ALARM,
        &[Some(&[
            ("input/no-*", Wrong),
            ("input/session-id-*", Wrong),
            ("input/event-*", Wrong),
            ("input/sequence-text", Wrong),
            ("input/timestamp-text", Wrong),
            ("input/payload-*", Wrong),
            ("input/array", Wrong),
            ("input/text", Wrong),
            ("input/number", Wrong),
            ("input/null", Wrong),
            ("input/empty-object", Wrong),
        ])],
        &[
            ("input/sequence-*", Wrong),
            ("input/timestamp-*", Wrong),
            ("input/proto-keys", Wrong),
            ("input/deep-payload", Wrong),
            ("body/payload-*", Wrong),
            ("input/lone-surrogate", Wrong),
            ("input/invalid-utf8", Wrong),
            ("input/nan", Wrong),
            ("input/duplicate-keys", Wrong),
            ("body/big-*", Wrong),
            ("body/id-*", Crashed),
        ],
        Topic::Shapes,
    ),
    rule(
        26,
        "crashes-without-payload",
        "The receiver answers an event without the payload that it expects with a 5xx, or not at all.",
        ALARM,
        &[Some(&[("body/payload-*", Crashed), ("body/payload-*", Silent)])],
        &[],
        Topic::Payload,
    ),
    rule(
        25,
        "crashes-on-deep-json",
        "The receiver answers deeply nested JSON with a 5xx, or not at all: it runs out of stack.",
        "One request can end the process, and no error handling helps where the stack is gone.",
        &[Some(&[("input/deep-*", Wrong), ("input/very-deep-*", Wrong)])],
        &[],
        Topic::Limits,
    ),
    rule(
        24,
        "crashes-on-large-bodies",
        "The receiver answers a large body with a 5xx, or not at all, in place of a 413.",
        "Anybody can send one, with no MAC at all, and use up the memory of the process.",
        &[Some(&[
            ("input/*-kb", Wrong),
            ("input/*-mb", Wrong),
            ("input/long-key", Wrong),
            ("input/many-keys", Wrong),
        ])],
        &[],
        Topic::Limits,
    ),
    rule(
        23,
        "crashes-on-odd-numbers",
        "The receiver answers numbers that its types or its database do not hold with a 5xx, or not at all.",
        ALARM,
        &[Some(&[
            ("input/sequence-fraction", Wrong),
            ("input/sequence-*", Wrong),
            ("input/timestamp-*", Wrong),
            ("input/nan", Wrong),
            ("body/big-*", Wrong),
        ])],
        &[],
        Topic::Numbers,
    ),
    rule(
        22,
        "crashes-on-odd-text",
        "The receiver answers text that its strings or its database do not hold with a 5xx, or not at all.",
        ALARM,
        &[Some(&[
            ("input/lone-surrogate", Wrong),
            ("input/invalid-utf8", Wrong),
            ("body/id-nul", Wrong),
            ("body/bom", Wrong),
        ])],
        &[],
        Topic::Unicode,
    ),
    rule(
        10,
        "crashes-on-odd-input",
        "The receiver answers some bodies with a 5xx, or not at all.",
        ALARM,
        &[
            Some(&[
                ("input/proto-keys", Crashed),
                ("input/*", Crashed),
                ("input/*", Silent),
                ("input/*", Redirected),
                ("body/*", Crashed),
                ("body/*", Silent),
            ]),
            No(&[("input/*", Spoiled)]),
        ],
        &[],
        Topic::Catch,
    ),
];
