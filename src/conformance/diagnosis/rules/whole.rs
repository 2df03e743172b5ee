//! Bugs that show in every answer: nothing is answered, nothing is taken, nothing is reliable.

use std::collections::BTreeSet;

use super::{How, Need, Rule, Topic};
use crate::conformance::diagnosis::facts::Facts;
use crate::conformance::diagnosis::samples::Samples;
use crate::outcome::check::{CaseResult, Trace, Verdict};
use crate::outcome::exchange::FailureCode as Code;
use Need::{Fact, If, Some};

const LOST: &str = "Every real event is lost.";
const WAITS: &str =
    "The sender waits for the rest, gives up and takes the event for lost, even if it was stored.";
/// So many cases of more than one section have to show what ordinary events do not.
const SEVERAL: usize = 3;

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "closes-connection",
        says: "The receiver takes the connection and closes it without an answer.",
        matters: LOST,
        needs: &[Fact(|facts| {
            silent(facts, &[Code::ClosedWithoutReply, Code::ConnectionReset, Code::ReplyTruncated])
        })],
        explains: &[],
        weight: 100,
        fix: Topic::AlwaysAnswer,
    },
    Rule {
        name: "never-answers",
        says: "The receiver takes the request and never answers.",
        matters: "The sender gives up and takes each event for lost, even if it was stored.",
        needs: &[Fact(|facts| silent(facts, &[Code::ReplyTimeout, Code::HeadTimeout]))],
        explains: &[],
        weight: 100,
        fix: Topic::AlwaysAnswer,
    },
    Rule {
        name: "answers-no-http",
        says: "What answers on this port does not answer in HTTP, or not as the scheme of the URL says.",
        matters: LOST,
        needs: &[Fact(|facts| {
            silent(facts, &[Code::NotHttp, Code::BadHttp, Code::TlsNotSpoken, Code::SwitchedProtocols])
        })],
        // A port without TLS has no old version of it.
        explains: &[("http/tls-version", How::Wrong)],
        weight: 100,
        fix: Topic::Scheme,
    },
    Rule {
        name: "answers-interim-only",
        says: "The receiver says again and again that an answer is to come (100 Continue, or another 1xx), and none comes.",
        matters: "The sender gives up and takes each event for lost, even if it was stored.",
        needs: &[Fact(|facts| failed_with(facts, Code::TooManyInterim))],
        explains: &[],
        weight: 100,
        fix: Topic::FinalAnswer,
    },
    Rule {
        name: "answers-with-large-head",
        says: "The header fields of the receiver's answer take more than 64 KiB, or are more than 128.",
        matters: "Senders and proxies do not read so much: they take the event for lost, even if it was stored.",
        needs: &[Fact(|facts| failed_with(facts, Code::HeadTooLarge))],
        explains: &[],
        weight: 100,
        fix: Topic::BriefHead,
    },
    Rule {
        name: "answers-undefined-status",
        says: "The receiver answers with a status that HTTP does not define: it has 100 to 599 (RFC 9110, section 15).",
        matters: "Senders and proxies do what they like with it: most take it for a failure, and some drop the answer.",
        needs: &[Fact(|facts| facts.unfinished(is_undefined).map(|case| case.id.clone()).collect())],
        explains: &[],
        weight: 99,
        fix: Topic::DefinedStatus,
    },
    Rule {
        name: "answers-too-much",
        says: "The receiver answers with a body of more than 1 MiB, or with one that has no end.",
        matters: "Nobody needs it, and a sender does not read so much: it gives up and takes the event for lost, even if it was stored.",
        needs: &[Fact(|facts| facts.unfinished(is_too_large).map(|case| case.id.clone()).collect())],
        explains: &[],
        weight: 99,
        fix: Topic::BriefAnswer,
    },
    Rule {
        name: "never-ends-answers",
        says: "The receiver begins an answer and does not end it: neither Content-Length nor chunks nor a closed connection say where it ends, or fewer or more bytes come than that.",
        matters: WAITS,
        needs: &[
            Fact(|facts| facts.unfinished(is_endless).map(|case| case.id.clone()).collect()),
            If(most_are_endless),
        ],
        explains: &[("*", How::Silent), ("*", How::Spoiled)],
        weight: 99,
        fix: Topic::EndAnswer,
    },
    // Below what ordinary events have in common: who breaks off at some of them only has a reason of its own for that.
    Rule {
        name: "never-ends-answers",
        says: "The receiver begins some of its answers and does not end them: neither Content-Length nor chunks nor a closed connection say where they end, or fewer or more bytes come than that.",
        matters: WAITS,
        needs: &[Fact(endless_here_and_there)],
        explains: &[],
        weight: 86,
        fix: Topic::EndAnswer,
    },
    Rule {
        name: "redirects",
        says: "The receiver answers with a redirect in place of taking the event.",
        matters: "A sender of webhooks does not follow it, so every event is lost, while a browser and curl -L show that all is well.",
        needs: &[Fact(|facts| refused_with(facts, |status| (300..400).contains(&status)))],
        explains: &[("*", How::Redirected), ("*", How::Wrong)],
        weight: 99,
        fix: Topic::Redirect,
    },
    Rule {
        name: "unreliable",
        says: "The receiver answers the same kind of event sometimes right and sometimes wrong.",
        matters: "A part of the real events is lost, and no test of a single event shows it.",
        needs: &[Fact(|facts| {
            let flaky = facts.flaky();
            if flaky.len() < 3 { Vec::new() } else { flaky.iter().map(|case| case.id.clone()).collect() }
        })],
        explains: &[("*", How::Crashed), ("*", How::Silent), ("*", How::Spoiled), ("state/*", How::Wrong)],
        weight: 98,
        fix: Topic::Reliable,
    },
    Rule {
        name: "answers-late",
        says: "The receiver needs longer for an answer than a sender waits.",
        matters: "The sender gives up and takes the event for lost, or sends it again, even if it was stored.",
        needs: &[Fact(|facts| {
            let mut slow: Vec<String> = facts.too_slow().iter().map(|case| case.id.clone()).collect();
            let late = ["time/soon", "time/in-time"].into_iter().flat_map(|id| {
                facts.all(id, How::Late).chain(facts.all(id, How::Silent)).map(|case| case.id.clone())
            });
            slow.extend(late);
            slow.extend(super::time::late_alone(facts));
            slow.sort_by_key(|id| !id.starts_with("time/"));
            slow
        })],
        explains: &[("time/*", How::Wrong), ("*", How::Silent)],
        weight: 97,
        fix: Topic::AnswerFirst,
    },
    Rule {
        name: "crashes-on-every-event",
        says: "The receiver answers every event with a 5xx, right ones too.",
        matters: LOST,
        needs: &[Fact(|facts| refused_with(facts, |status| status >= 500))],
        explains: &[("*", How::Crashed)],
        weight: 96,
        fix: Topic::ReadLog,
    },
    every(
        95,
        "secret-not-set",
        "The receiver checks MACs with an empty secret: its own is not set where it runs.",
        "Anybody can sign events that it takes, and every real one is refused.",
        &[Some(&[("mac/empty-secret", How::Taken)]), REFUSED],
        Topic::Secret,
    ),
    every(
        95,
        "verifies-reserialised-python",
        "The receiver parses the body and checks the MAC over the JSON that Python makes of it, with blanks and with ASCII escapes.",
        "Every real event is refused, for WMS writes its JSON without blanks.",
        &[Some(&[("mac/over-python", How::Taken), ("body/spaces", How::Taken)]), REFUSED],
        Topic::RawBody,
    ),
    every(
        95,
        "verifies-sorted-body",
        "The receiver parses the body and checks the MAC over its JSON with the keys in order.",
        "Every real event is refused, for WMS does not sort its keys.",
        &[Some(&[("mac/over-sorted", How::Taken)]), REFUSED],
        Topic::RawBody,
    ),
    every(
        94,
        "verifies-empty-body",
        "The receiver checks the MAC over no bytes at all: something has read the body before, and nothing was left to hash.",
        "Every real event is refused, and one MAC that was ever made over nothing is right for each forged body.",
        &[Some(&[("mac/empty-body", How::Taken)]), REFUSED],
        Topic::RawBody,
    ),
    every(
        94,
        "expects-hash-without-key",
        "The receiver compares with a plain hash of the body, in which the secret has no part.",
        "Anybody can compute it, and every real event is refused.",
        &[Some(&[("mac/plain-hash", How::Taken)]), REFUSED],
        Topic::Compare,
    ),
    every(
        94,
        "expects-another-hash",
        "The receiver computes the MAC with another hash than SHA-256.",
        LOST,
        &[Some(&[("mac/sha1", How::Taken), ("mac/sha512", How::Taken), ("mac/md5", How::Taken)]), REFUSED],
        Topic::Compare,
    ),
    every(
        94,
        "expects-base64",
        "The receiver computes the right MAC and writes it in Base64; WMS writes it in hexadecimal.",
        LOST,
        &[Some(&[("mac/base64", How::Taken)]), REFUSED],
        Topic::Compare,
    ),
    every(
        94,
        "expects-no-prefix",
        "The receiver compares the digits alone with the whole header, which begins with hmac-sha256=.",
        LOST,
        &[Some(&[("mac/no-prefix", How::Taken)]), REFUSED],
        Topic::Compare,
    ),
    every(
        94,
        "expects-another-prefix",
        "The receiver computes the right digits and expects sha256= before them, as other webhooks have it; WMS writes hmac-sha256=.",
        LOST,
        &[Some(&[("mac/wrong-prefix", How::Taken)]), Need::No(&[("mac/no-prefix", How::Taken)]), REFUSED],
        Topic::Compare,
    ),
    every(
        94,
        "expects-capital-digits",
        "The receiver compares with digits in capitals; WMS writes small ones.",
        LOST,
        &[Some(&[("mac/upper-case-hex", How::Taken)]), REFUSED],
        Topic::Compare,
    ),
    every(
        94,
        "looks-up-header-in-one-spelling",
        SPELLING,
        "Every real event is refused as though it had no MAC.",
        &[Some(&[("mac/header-*", How::Taken), ("http/*-case-names", How::Taken)]), REFUSED],
        Topic::HeaderName,
    ),
    Rule {
        name: "ends-and-starts-anew",
        says: "The process ends now and then while it is checked, and something starts it anew. What ends it need not be the event under test: work that goes on after an acknowledgement can throw later.",
        matters: "What was acknowledged and not yet stored is lost, and so is what comes meanwhile.",
        needs: &[Fact(away)],
        explains: &[],
        weight: 97,
        fix: Topic::ReadLog,
    },
    Rule {
        name: "one-session-at-a-time",
        says: "The receiver knows one session at a time and refuses the events of any other.",
        matters: "As soon as two people measure at once, or somebody closes the page too early, the events of everybody else are lost.",
        needs: &[
            Fact(|facts| refused_with(facts, |status| matches!(status, 409 | 423 | 503))),
            If(tells_macs_apart),
        ],
        explains: &[("*", How::Refused), ("*", How::Crashed), ("*", How::Spoiled)],
        weight: 97,
        fix: Topic::PerSession,
    },
    Rule {
        name: "knows-announced-sessions-only",
        says: "The receiver refuses every event with a 404 though its MAC is right: it takes events of sessions that it knows only.",
        matters: "That is right if your app registers a session before it sends the browser away. The check has to announce its sessions then; else every real event is lost.",
        needs: &[
            Fact(|facts| refused_with(facts, |status| matches!(status, 404 | 410))),
            If(tells_macs_apart),
        ],
        explains: &[("*", How::Refused)],
        weight: 93,
        fix: Topic::Announce,
    },
    Rule {
        name: "refuses-verified-events",
        says: "The receiver checks the MAC rightly, and then refuses every event for another reason: right and wrong MACs get different answers.",
        matters: LOST,
        needs: &[REFUSED, If(tells_macs_apart)],
        explains: &[("*", How::Refused)],
        weight: 92,
        fix: Topic::OpenKeys,
    },
    Rule {
        name: "no-such-route",
        says: "Nothing takes a POST at this path: every request gets a 404 or 405, whatever its MAC.",
        matters: LOST,
        needs: &[Fact(|facts| refused_with(facts, |status| matches!(status, 404 | 405 | 410)))],
        explains: &[("*", How::Refused)],
        weight: 91,
        fix: Topic::Route,
    },
    Rule {
        name: "refuses-content-type",
        says: "The receiver refuses every event with 415, before it looks at anything else.",
        matters: LOST,
        needs: &[Fact(|facts| refused_with(facts, |status| status == 415))],
        explains: &[("*", How::Refused)],
        weight: 91,
        fix: Topic::ContentType,
    },
    Rule {
        name: "refuses-before-mac",
        says: "Something refuses every request, whatever its MAC, with an answer that is not that of a check of MACs: a protection against CSRF, a login, a firewall or a filter in front of the receiver.",
        matters: LOST,
        needs: &[REFUSED, If(|facts| is_answered_by_another(facts) && !tells_macs_apart(facts))],
        explains: &[("*", How::Refused)],
        weight: 91,
        fix: Topic::Exempt,
    },
    Rule {
        name: "refuses-every-mac",
        says: "The receiver refuses every event. Either its secret is another one (a line break at its end, decoded as hex or Base64), or it hashes something else than the bytes that arrived, or looks for the MAC in another header, or something before it refuses (a login).",
        matters: LOST,
        needs: &[REFUSED],
        explains: &[("*", How::Refused)],
        weight: 90,
        fix: Topic::WrongSecret,
    },
    Rule {
        name: "limits-rate",
        says: "The receiver, or what stands in front of it, takes an event at one time and refuses the same at another with 429 or 503: either so many requests are allowed in a second, or it is overloaded.",
        matters: "A session has several events a second, and many people measure at once: a part of them is lost.",
        needs: &[Fact(limited), If(|facts| !tells_macs_apart(facts))],
        explains: &[
            ("*", How::Refused),
            ("*", How::Crashed),
            ("*", How::Spoiled),
            ("state/*", How::Wrong),
            ("order/*", How::Wrong),
            ("time/*", How::Wrong),
        ],
        weight: 97,
        fix: Topic::Rate,
    },
    Rule {
        name: "limits-rate",
        says: "The receiver, or what stands in front of it, refuses events with 429 as soon as several come within a short time.",
        matters: "A session has several events a second, and many people measure at once: a part of them is lost.",
        needs: &[Fact(|facts| {
            let limited = |case: &&CaseResult| {
                case.verdict != Verdict::Pass
                    && case.traces.iter().any(|trace| trace.answered() == Option::Some(429))
            };
            facts.cases().iter().filter(limited).map(|case| case.id.clone()).collect()
        })],
        explains: &[("*", How::Refused), ("state/*", How::Wrong), ("order/*", How::Wrong)],
        weight: 97,
        fix: Topic::Rate,
    },
];

pub(super) const SPELLING: &str = "The receiver looks up X-WMS-Content-MAC in one spelling only.";

/// Every ordinary event is refused.
const REFUSED: Need = Fact(|facts| refused_with(facts, |status| (400..500).contains(&status)));

/// Every ordinary event is refused, and some case shows why.
const fn every(
    weight: u8,
    name: &'static str,
    says: &'static str,
    matters: &'static str,
    needs: &'static [Need],
    fix: Topic,
) -> Rule {
    Rule { name, says, matters, needs, explains: &[("*", How::Refused), ("*", How::Taken)], weight, fix }
}

/// The case that says why nothing was answered, if it was one of these.
fn silent(facts: Facts<'_>, codes: &[Code]) -> Vec<String> {
    let first = facts.unanswered().filter(|(_, code)| codes.contains(code));
    first.map(|(case, _)| case.id.clone()).into_iter().collect()
}

/// The cases that show this failure: the one that says why nothing was answered, or those in which some was not.
fn failed_with(facts: Facts<'_>, code: Code) -> Vec<String> {
    let mut shown = silent(facts, &[code]);
    let like_it = |case: &&CaseResult| {
        case.verdict != Verdict::Pass
            && case.traces.iter().any(|trace| trace.failure.as_deref() == Option::Some(code.as_str()))
    };
    shown.extend(facts.cases().iter().filter(like_it).map(|case| case.id.clone()));
    shown
}

/// RFC 9110, section 15.
fn is_undefined(trace: &Trace) -> bool {
    trace.answered().is_some_and(|status| !(100..600).contains(&status))
}

/// The answer was longer than anybody reads: it may have had an end.
fn is_too_large(trace: &Trace) -> bool {
    trace.is_unfinished() && trace.failure.as_deref() == Option::Some(Code::BodyTooLarge.as_str())
}

/// The answer began, and its end did not come.
fn is_endless(trace: &Trace) -> bool {
    trace.is_unfinished() && !is_too_large(trace)
}

/// Most of the real events got answers without an end.
fn most_are_endless(facts: Facts<'_>) -> bool {
    let (endless, others): (Vec<&Trace>, Vec<&Trace>) = facts.real().partition(|trace| is_endless(trace));
    endless.len() > others.len()
}

/// The cases that show answers without an end, if these are several and no matter of one section.
fn endless_here_and_there(facts: Facts<'_>) -> Vec<String> {
    let cases: Vec<&CaseResult> = facts.unfinished(is_endless).collect();
    let sections: BTreeSet<&str> = cases.iter().map(|case| case.section()).collect();
    if cases.len() < SEVERAL || sections.len() < 2 {
        return Vec::new();
    }
    cases.iter().map(|case| case.id.clone()).collect()
}

/// The cases in which ordinary events were not taken, if each of them was answered like this.
fn refused_with(facts: Facts<'_>, wanted: fn(u16) -> bool) -> Vec<String> {
    let ordinary = facts.ordinary();
    if !ordinary.all(wanted) {
        return Vec::new();
    }
    ordinary.cases.iter().map(|&id| id.to_owned()).collect()
}

/// A status that no check of MACs uses, or a page for people.
fn is_answered_by_another(facts: Facts<'_>) -> bool {
    const USUAL: [u16; 3] = [400, 401, 403];
    let other = |trace: &Trace| {
        trace.answered().is_some_and(|status| status >= 400 && !USUAL.contains(&status))
            || trace.answer.trim_start().starts_with('<')
    };
    facts.cases().iter().filter(|case| case.section() == "events").flat_map(|case| &case.traces).all(other)
}

/// The same ordinary event is taken at one time and refused at another, as limits do it.
fn limited(facts: Facts<'_>) -> Vec<String> {
    Samples::of(facts).unlike(|event| matches!(event.status, Option::Some(429 | 503)))
}

/// Whether events with a right MAC get another answer than those with a wrong one.
fn tells_macs_apart(facts: Facts<'_>) -> bool {
    let forged = facts.forged();
    let refused = |status: &u16| *status >= 400;
    !forged.is_empty()
        && !facts
            .ordinary()
            .answers
            .iter()
            .flatten()
            .filter(|status| refused(status))
            .any(|status| forged.contains(status))
}

/// The cases that found nobody there for some time.
fn away(facts: Facts<'_>) -> Vec<String> {
    facts.away()
}
