//! Correct HTTP that is not understood.

use super::{Claim, How, Need, Rule, Topic};
use How::{Crashed, Redirected, Refused, Silent, Spoiled, Wrong};
use Need::{No, Some};

const PROXY: &str = "A proxy, or another version of WMS, may send it, and then every event is lost.";

const fn bug(
    weight: u8,
    name: &'static str,
    says: &'static str,
    matters: &'static str,
    needs: &'static [Need],
    explains: &'static [Claim],
    fix: Topic,
) -> Rule {
    Rule { name, says, matters, needs, explains, weight, fix }
}

pub(super) const RULES: &[Rule] = &[
    bug(
        70,
        "redirects",
        "The receiver answers with a redirect in place of taking the event.",
        "A sender of webhooks does not follow it, so the event is lost, while a browser and curl -L show that all is well.",
        &[Some(&[("http/no-redirect", Redirected), ("events/*", Redirected)])],
        &[("*", Redirected)],
        Topic::Redirect,
    ),
    bug(
        39,
        "refuses-charset",
        "The receiver compares the Content-Type with a text, and refuses one that has ; charset=utf-8 behind it.",
        "Many HTTP clients and proxies add the charset by themselves: then every event is lost.",
        &[Some(&[("http/content-type-charset", Wrong)])],
        &[("http/unknown-charset", Wrong), ("http/json-suffix", Wrong)],
        Topic::ContentType,
    ),
    bug(
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
            ("input/*", Wrong),
            ("http/expect-continue", Wrong),
            ("http/interim", Wrong),
        ],
        Topic::ReadAll,
    ),
    bug(
        37,
        "hurries-slow-bodies",
        "The receiver gives up on a body that takes some seconds to arrive.",
        "Events over a slow line, or through a busy proxy, are lost.",
        &[Some(&[("http/slow-body", Wrong)])],
        &[],
        Topic::ReadAll,
    ),
    bug(
        37,
        "reads-no-chunks",
        "The receiver goes by Content-Length, and sees no body where it comes in chunks.",
        PROXY,
        &[Some(&[("http/chunked", Wrong), ("http/chunked-small", Wrong)])],
        &[],
        Topic::ReadAll,
    ),
    bug(
        36,
        "mishandles-keep-alive",
        "The receiver takes the first event of a connection and misunderstands those that follow, or sends them into one that is closed.",
        "Senders use a connection for many events: all but the first are lost.",
        &[Some(&[("http/keep-alive", Wrong), ("http/reuse-after-pause", Wrong)])],
        &[("events/session-*", Wrong), ("http/after-refusal", Wrong), ("http/connections", Wrong)],
        Topic::KeepAlive,
    ),
    bug(
        36,
        "leaves-bodies-unread",
        "The receiver refuses a request by its head, leaves the body unread, and takes it for the beginning of the next request.",
        "A proxy sends everybody's events over the same connections: what comes behind a refused request is lost.",
        &[Some(&[("http/after-refusal", Wrong)]), No(&[("http/keep-alive", Wrong)])],
        &[],
        Topic::KeepAlive,
    ),
    bug(
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
    bug(
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
        ])],
        &[],
        Topic::ContentType,
    ),
    bug(
        33,
        "throws-on-odd-http",
        "The receiver, or a proxy in front of it, answers HTTP/1.0 or a whole URL as the target with a 5xx, or not at all.",
        "Some proxies and health checks speak so.",
        &[Some(&[("http/http10", Wrong), ("http/absolute-form", Wrong)])],
        &[],
        Topic::Server,
    ),
    bug(
        39,
        "certificate-not-trusted",
        "The receiver's certificate is not one that a sender trusts.",
        "The sender closes the connection before it sends anything: every event is lost.",
        &[Some(&[("http/certificate", Wrong)])],
        &[],
        Topic::Certificate,
    ),
    bug(
        39,
        "speaks-old-tls",
        "The receiver speaks neither TLS 1.2 nor 1.3.",
        "Senders of today refuse to talk to it: every event is lost.",
        &[Some(&[("http/tls-version", Wrong)])],
        &[],
        Topic::Certificate,
    ),
    bug(
        38,
        "fails-over-http2",
        "The receiver offers HTTP/2 and does not take events that come over it.",
        "A sender that speaks HTTP/2 uses it as soon as it is offered: its events are lost.",
        &[Some(&[("http/http2", Wrong), ("http/http2", Refused)]), No(&[("http/lower-case-names", Wrong)])],
        &[],
        Topic::HeaderName,
    ),
];
