//! Correct HTTP that is not understood.

use super::{How, Need, Rule, Topic, passed, rule};
use crate::outcome::exchange::FailureCode;
use How::{Crashed, Redirected, Refused, Silent, Spoiled, Wrong};
use Need::{If, No, Some};

const PROXY: &str = "A proxy, or another version of WMS, may send it, and then every event is lost.";

pub(super) const RULES: &[Rule] = &[
    rule(
        70,
        "redirects",
        "The receiver answers with a redirect in place of taking the event.",
        "A sender of webhooks does not follow it, so the event is lost, while a browser and curl -L show that all is well.",
        &[Some(&[("http/no-redirect", Redirected), ("events/*", Redirected)])],
        &[("*", Redirected)],
        Topic::Redirect,
    ),
    rule(
        97,
        "mishandles-keep-alive",
        "The receiver takes each event over a connection of its own, and fails at a later one of the same connection: it closes it without a word, or does not answer.",
        "Senders use a connection for many events: all but the first ones are lost.",
        &[
            Some(&[("http/keep-alive", Silent)]),
            If(|facts| passed(facts, "http/new-connections") && passed(facts, "events/results-received")),
        ],
        &[("*", Silent), ("*", Spoiled), ("state/*", Wrong), ("time/*", Wrong)],
        Topic::KeepAlive,
    ),
    rule(
        39,
        "refuses-charset",
        "The receiver compares the Content-Type with a text, and refuses one that has ; charset=utf-8 behind it.",
        "Many HTTP clients and proxies add the charset by themselves: then every event is lost.",
        &[Some(&[("http/content-type-charset", Wrong)])],
        &[("http/unknown-charset", Wrong), ("http/json-suffix", Wrong)],
        Topic::ContentType,
    ),
    rule(
        38,
        "reads-first-segment",
        "The receiver reads what has arrived so far and takes it for the whole request.",
        "Longer events, and any on a slow line, arrive in several parts: they are lost now and then.",
        &[Some(&[
            ("http/several-segments", Wrong),
            ("http/head-then-body", Wrong),
            ("http/split-head", Wrong),
        ])],
        &[
            ("http/slow-body", Wrong),
            ("http/chunked*", Wrong),
            ("body/raw-cut", Wrong),
            ("input/*", Wrong),
            ("http/expect-continue", Wrong),
            ("http/interim", Wrong),
        ],
        Topic::ReadAll,
    ),
    rule(
        37,
        "hurries-slow-bodies",
        "The receiver gives up on a body that takes some seconds to arrive.",
        "Events over a slow line, or through a busy proxy, are lost.",
        &[Some(&[("http/slow-body", Wrong)])],
        &[],
        Topic::ReadAll,
    ),
    rule(
        37,
        "reads-no-chunks",
        "The receiver goes by Content-Length, and sees no body where it comes in chunks.",
        PROXY,
        &[Some(&[("http/chunked", Wrong), ("http/chunked-small", Wrong)])],
        &[],
        Topic::ReadAll,
    ),
    rule(
        36,
        "mishandles-keep-alive",
        "The receiver takes the first event of a connection and misunderstands those that follow, or sends them into one that is closed.",
        "Senders use a connection for many events: all but the first are lost.",
        &[Some(&[("http/keep-alive", Wrong), ("http/reuse-after-pause", Wrong)])],
        &[("events/session-*", Wrong), ("http/after-refusal", Wrong), ("http/connections", Wrong)],
        Topic::KeepAlive,
    ),
    rule(
        36,
        "leaves-bodies-unread",
        "The receiver refuses a request by its head, leaves the body unread, and takes it for the beginning of the next request.",
        "A proxy sends everybody's events over the same connections: what comes behind a refused request is lost.",
        &[Some(&[("http/after-refusal", Wrong)]), No(&[("http/keep-alive", Wrong)])],
        &[],
        Topic::KeepAlive,
    ),
    rule(
        35,
        "waits-for-body",
        "The receiver never says 100 Continue to a sender that waits for it, and does not answer.",
        "Some senders, curl and .NET among them, wait so before they send a body.",
        &[Some(&[
            ("http/expect-continue", Silent),
            ("http/expect-continue", Crashed),
            ("http/expect-continue", Spoiled),
        ])],
        &[],
        Topic::Server,
    ),
    rule(
        34,
        "throws-on-content-type",
        "The receiver answers with a 5xx, or not at all, where the Content-Type is another one, malformed, or not there.",
        "Whoever sends such a request makes errors in your log, and one that ends the worker loses the events of everybody.",
        &[Some(&[
            ("http/no-content-type", Wrong),
            ("http/text-plain", Wrong),
            ("http/form", Wrong),
            ("http/json-suffix", Wrong),
            ("http/unknown-charset", Wrong),
            ("http/malformed-content-type", Wrong),
            ("mac/wrong-secret-content-type", Crashed),
        ])],
        &[],
        Topic::ContentType,
    ),
    rule(
        33,
        "throws-on-odd-http",
        "The receiver, or a proxy in front of it, answers HTTP/1.0 or a whole URL as the target with a 5xx, or not at all.",
        "Some proxies and health checks speak so.",
        &[Some(&[("http/http10", Wrong), ("http/absolute-form", Wrong)])],
        &[],
        Topic::Server,
    ),
    rule(
        40,
        "certificate-of-a-ca",
        "The receiver shows a CA's certificate as its own: one that `openssl req -x509` made without further words is such a one.",
        "Strict senders close the connection before they send anything: every event is lost.",
        &[
            Some(&[("http/certificate", Wrong)]),
            If(|facts| {
                let code = FailureCode::CertificateOfCa.as_str();
                facts
                    .cases()
                    .iter()
                    .any(|case| case.id == "http/certificate" && case.actual.starts_with(code))
            }),
        ],
        &[("http/certificate", Wrong)],
        Topic::OwnCertificate,
    ),
    rule(
        39,
        "certificate-not-trusted",
        "The receiver's certificate is not one that a sender trusts.",
        "The sender closes the connection before it sends anything: every event is lost.",
        &[Some(&[("http/certificate", Wrong)])],
        &[],
        Topic::Certificate,
    ),
    rule(
        39,
        "speaks-old-tls",
        "The receiver speaks neither TLS 1.2 nor 1.3.",
        "Senders of today refuse to talk to it: every event is lost.",
        &[Some(&[("http/tls-version", Wrong)])],
        &[],
        Topic::Certificate,
    ),
    rule(
        38,
        "fails-over-http2",
        "The receiver offers HTTP/2 and does not take events that come over it.",
        "A sender that speaks HTTP/2 uses it as soon as it is offered: its events are lost.",
        &[Some(&[("http/http2", Wrong), ("http/http2", Refused)]), No(&[("http/lower-case-names", Wrong)])],
        &[],
        Topic::HeaderName,
    ),
];
