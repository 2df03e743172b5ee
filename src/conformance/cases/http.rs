//! Section `http`: any correct HTTP is understood, however it is cut, spelled and connected.

mod measured;

use std::time::Duration;

pub(super) use measured::CASES as MEASURED;

use super::{first, ordinary};
use crate::conformance::case::{Case, Handshake, Manner, Needs, Play, Source};
use crate::conformance::kit::{Event, Kit};
use crate::conformance::script::{Demand, Form, MacLine, Names, Pacing, Script, Shot};
use crate::protocol::code::Code;
use crate::protocol::mac::PREFIX;

/// What a slow body takes in all: so many parts with such a pause before each.
const SLOW: (usize, Duration) = (25, Duration::from_millis(100));
/// Servers that close idle connections do so after 5 seconds at the earliest, mostly.
const IDLE: Duration = Duration::from_secs(6);
/// How many events are sent over one connection.
const OVER_ONE: usize = 8;

const STREAM: &str = "RFC 9112, 2";
const FRAMING: &str = "The body is read with one `read` and the number of bytes that it happens to give, and not until `Content-Length` is reached.";

const fn taken(
    id: &'static str,
    title: &'static str,
    section: &'static str,
    requirement: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    let source = Source::Standard(section);
    Case { id, title, source, requirement, stimulus, hint, play: Play::Script(script), ..Case::MUST }
}

const fn purposeful(
    id: &'static str,
    title: &'static str,
    section: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        explain: "WMS is not known to send this, so it can be refused. A proxy in front of the receiver may, and whoever looks for a hole does: a 5xx, silence or a receiver that has ended is a failure.",
        ..taken(
            id,
            title,
            section,
            "The receiver MUST answer with a 2xx or a 4xx, as it likes, and then take ordinary events.",
            stimulus,
            hint,
            script,
        )
    }
}

const PARSER: &str = "A body parser looks at the Content-Type and leaves the body away, and the code behind it goes on with `undefined`.";

pub(super) const CASES: &[Case] = &[
    Case {
        source: Source::Robustness,
        explain: "A sender of webhooks follows no redirect: the event is lost. It looks as though everything works, because a browser and curl -L do follow.",
        ..taken(
            "http/no-redirect",
            "the answer is no redirect",
            "",
            "The receiver MUST answer where the event is sent, and not redirect it (3xx).",
            "An ordinary event.",
            "A trailing slash that the framework adds or takes away, a proxy that sends everybody from http to https, or a login page in front of the path.",
            |kit| script(kit, |shot| shot.demanding(Demand::Here)),
        )
    },
    taken(
        "http/content-type-charset",
        "a content type with charset is understood",
        "RFC 9110, 8.3",
        "The receiver MUST take an event whose Content-Type has a parameter.",
        "An event with ; charset=utf-8 behind its Content-Type.",
        "The header is compared with the text `application/json`: compare what stands before the semicolon.",
        |kit| {
            let plain = kit.dialect().content_type.split(';').next().unwrap_or_default().trim().to_owned();
            script(kit, |shot| typed(shot, format!("{plain}; charset=utf-8")))
        },
    ),
    taken(
        "http/several-segments",
        "a body in several TCP segments is read to its end",
        STREAM,
        "The receiver MUST take an event whose body arrives in several parts.",
        "An event whose body comes in four parts, 30 ms apart.",
        FRAMING,
        |kit| paced(kit, Pacing::Parts(4, Duration::from_millis(30))),
    ),
    taken(
        "http/head-then-body",
        "a body that comes after its head is waited for",
        STREAM,
        "The receiver MUST take an event whose head and body arrive one after the other.",
        "An event whose head comes first, and whose body comes 100 ms later.",
        FRAMING,
        |kit| paced(kit, Pacing::HeadThenBody(Duration::from_millis(100))),
    ),
    taken(
        "http/split-head",
        "a head in two TCP segments is read to its end",
        STREAM,
        "The receiver MUST take an event whose head arrives in several parts.",
        "An event whose request is cut in the middle of a header field, with 100 ms between the parts.",
        "The head is taken to be whole after the first `read`.",
        |kit| paced(kit, Pacing::SplitHead(Duration::from_millis(100))),
    ),
    Case {
        waits: true,
        ..taken(
            "http/slow-body",
            "a body of a slow line is waited for",
            STREAM,
            "The receiver MUST take an event whose body takes a few seconds to arrive.",
            "An event whose body comes a few bytes at a time, in 2.5 s.",
            "A time limit of a second or two for the whole request.",
            |kit| paced(kit, Pacing::Parts(SLOW.0, SLOW.1)),
        )
    },
    taken(
        "http/keep-alive",
        "events over one connection are taken",
        "RFC 9112, 9.3",
        "The receiver MUST take events that come over the same connection, or close it after its answer.",
        "Eight events of a session over one connection. It may be closed after any answer: then the next comes over a new one.",
        "The body of the request before was not read to its end, or an answer says another length than it has: what follows is then misunderstood.",
        |kit| {
            let events = kit.story("happy-path");
            Script::of(events.iter().take(OVER_ONE).map(named))
        },
    ),
    Case {
        explain: "Whoever sends the forged request shares the connection with nobody, but a proxy in front of the receiver uses its connections for everybody: the events that come behind a refused request are then lost.",
        ..taken(
            "http/after-refusal",
            "an event over the connection of a refused one is taken",
            "RFC 9112, 9.3",
            "The receiver MUST read the body of a request that it refuses, or close the connection: the event that follows over the same connection has to be taken.",
            "An event without a MAC, one whose MAC has no digits, and one as text/plain; behind each the next ordinary event over the same connection. It may be closed after any answer: then the next comes over a new one.",
            "The request is refused by its head alone (no MAC, another Content-Type), its body stays in the connection, and is read as the beginning of the next request. Read the body first, or answer with `Connection: close`.",
            after_refusal,
        )
    },
    Case {
        waits: true,
        ..taken(
            "http/reuse-after-pause",
            "an event after a pause of the connection is taken",
            "RFC 9112, 9.3",
            "The receiver MUST take an event over a connection that was idle for some seconds, or have closed it.",
            "An event, six seconds of silence, and the next event. Over a new connection where the receiver has closed the first.",
            "A proxy that keeps a connection alive for longer than the server behind it, and so sends into one that is closed.",
            |kit| {
                let mut session = kit.session();
                let first = Shot::setup(&kit.event(&mut session, Code::WmsLoaded));
                let second = kit.event(&mut session, Code::ConfigurationLoaded);
                Script::of([first]).wait(IDLE).then([Shot::test(&second).called("the event after the pause")])
            },
        )
    },
    taken(
        "http/new-connections",
        "a new connection for every event is taken",
        "RFC 9112, 9.3",
        "The receiver MUST take the events of a session over as many connections.",
        "A whole session, each event over a connection of its own.",
        "State that hangs on the connection and not on the session ID, or connections that are never closed and run out.",
        |kit| {
            let events = kit.story("happy-path");
            Script::of(events.iter().map(|event| named(event).written(Form::fresh())))
        },
    ),
    Case {
        level: crate::outcome::check::Level::Should,
        source: Source::Robustness,
        explain: "Senders and proxies keep connections open so as to use them again, and some of them are idle for minutes. Whoever waits for the next request of one of them answers nobody else: events are lost though the receiver has nothing to do.",
        // Who fails it is in the way of whatever runs beside anything.
        manner: Manner::Company,
        ..taken(
            "http/idle-beside",
            "events are taken while another connection is idle",
            "",
            "The receiver SHOULD answer events that come over a new connection while another one is open and idle, or close a connection after its answer.",
            "An event whose connection is left open, and the next event of the session over a new connection.",
            "A server with one thread that reads from a connection until it is closed: `HTTPServer` of Python with `protocol_version = \"HTTP/1.1\"`, a loop around `accept()`.",
            |kit| {
                let mut session = kit.session();
                let first = Shot::setup(&kit.event(&mut session, Code::WmsLoaded));
                let second = Shot::test(&kit.event(&mut session, Code::ConfigurationLoaded));
                let second = second.called("the event beside an idle connection").written(Form::fresh());
                Script::of([first.called("an ordinary event whose connection is left open")])
                    .leave_idle()
                    .then([second])
            },
        )
    },
    taken(
        "http/lower-case-names",
        "header names in small letters are understood",
        "RFC 9110, 5.1",
        "The receiver MUST understand the names of header fields in any spelling.",
        "An event with every header name in small letters, as HTTP/2 and many proxies spell them.",
        "Headers are kept in a map that tells capitals from small letters.",
        |kit| spelled(kit, Names::Lower),
    ),
    taken(
        "http/upper-case-names",
        "header names in capitals are understood",
        "RFC 9110, 5.1",
        "The receiver MUST understand the names of header fields in any spelling.",
        "An event with every header name in capitals.",
        "Headers are kept in a map that tells capitals from small letters.",
        |kit| spelled(kit, Names::Upper),
    ),
    chunked(
        "http/chunked",
        "a chunked body is read",
        "An event whose body comes as one chunk, with Transfer-Encoding and without Content-Length.",
        |kit| script(kit, |shot| in_chunks(shot, usize::MAX)),
    ),
    chunked(
        "http/chunked-small",
        "a body in many small chunks is read",
        "An event whose body comes in chunks of 7 bytes.",
        |kit| script(kit, |shot| in_chunks(shot, 7)),
    ),
    purposeful(
        "http/no-content-type",
        "an event without a content type is answered on purpose",
        "RFC 9110, 8.3",
        "An event without Content-Type.",
        "`req.headers['content-type'].startsWith(..)` of a header that is not there.",
        |kit| strange_type(kit, ""),
    ),
    purposeful(
        "http/text-plain",
        "an event as text/plain is answered on purpose",
        "RFC 9110, 8.3",
        "An event whose Content-Type is text/plain.",
        PARSER,
        |kit| strange_type(kit, "text/plain"),
    ),
    purposeful(
        "http/form",
        "an event as a form is answered on purpose",
        "RFC 9110, 8.3",
        "An event whose Content-Type is application/x-www-form-urlencoded, which curl says if nobody says otherwise.",
        "The framework reads the body as a form: what is left of it is no JSON, or nothing.",
        |kit| strange_type(kit, "application/x-www-form-urlencoded"),
    ),
    purposeful(
        "http/json-suffix",
        "an event as application/cloudevents+json is answered on purpose",
        "RFC 6839, 3.1",
        "An event whose Content-Type is application/cloudevents+json.",
        PARSER,
        |kit| strange_type(kit, "application/cloudevents+json"),
    ),
    purposeful(
        "http/unknown-charset",
        "an event in an unknown charset is answered on purpose",
        "RFC 9110, 8.3.2",
        "An event whose Content-Type says charset=no-such-charset.",
        "The charset is looked up and not found, and nobody catches that.",
        |kit| strange_type(kit, "application/json; charset=no-such-charset"),
    ),
    purposeful(
        "http/malformed-content-type",
        "an event with a malformed content type is answered on purpose",
        "RFC 9110, 8.3",
        "An event whose Content-Type is `json;;=`.",
        "The header is taken apart, and nobody asks whether all parts are there.",
        |kit| strange_type(kit, "json;;="),
    ),
    Case {
        manner: Manner::Rough,
        ..purposeful(
            "http/expect-continue",
            "Expect: 100-continue is answered on purpose",
            "RFC 9110, 10.1.1",
            "An event with Expect: 100-continue, whose body waits for the word to go on, a second at most. 417 is right too.",
            "A server or proxy that waits for the body and never says 100, or hands the field on to one that does not know it.",
            |kit| strange(kit, Form { expect: true, fresh: true, ..Form::default() }),
        )
    },
    Case {
        manner: Manner::Rough,
        ..purposeful(
            "http/http10",
            "HTTP/1.0 is answered on purpose",
            "RFC 9110, 2.5",
            "An event over HTTP/1.0, as some proxies still speak to what is behind them. 505 is a 5xx: such a server has to answer 4xx.",
            "An answer in chunks, which HTTP/1.0 does not know, or a missing Host.",
            |kit| strange(kit, Form { http10: true, fresh: true, ..Form::default() }),
        )
    },
    Case {
        manner: Manner::Rough,
        ..purposeful(
            "http/absolute-form",
            "a whole URL as the request's target is answered on purpose",
            "RFC 9112, 3.2.2",
            "An event whose request line has the whole URL in place of the path, as it is sent to proxies. A server has to understand it.",
            "The path is taken from the request line as text, and no route is found: 404 is all right, an exception is not.",
            |kit| strange(kit, Form { absolute: true, fresh: true, ..Form::default() }),
        )
    },
    Case {
        id: "http/http2",
        title: "an event over HTTP/2 is taken where HTTP/2 is offered",
        source: Source::Standard("RFC 9113, 3.2"),
        requirement: "The receiver MUST take an event over HTTP/2 if it offers h2 in the TLS handshake.",
        stimulus: "An event over HTTP/2, where the handshake offers it.",
        hint: "A proxy that speaks HTTP/2 and code behind it that looks for a header in capitals, or for Host.",
        needs: Needs::Https,
        play: Play::Http2,
        ..Case::MUST
    },
    Case {
        id: "http/certificate",
        title: "the certificate is valid",
        source: Source::Standard("RFC 9110, 4.3.4"),
        requirement: "The receiver MUST show a certificate that is valid now, for its host, from an issuer that is trusted.",
        stimulus: "A TLS handshake, without a request.",
        hint: "Intermediate certificates that the server does not send (browsers find them, most senders do not), a certificate for another name, or one that was not renewed.",
        needs: Needs::Https,
        play: Play::Tls(Handshake::Certificate),
        ..Case::MUST
    },
    Case {
        id: "http/tls-version",
        title: "TLS 1.2 or 1.3 is spoken",
        source: Source::Standard("RFC 8996"),
        requirement: "The receiver MUST speak TLS 1.2 or 1.3; older versions are not to be used any more.",
        stimulus: "A TLS handshake that offers 1.2 and 1.3, and takes any certificate.",
        hint: "A server that was set up years ago, or one that speaks plain HTTP on this port.",
        needs: Needs::Https,
        play: Play::Tls(Handshake::Version),
        ..Case::MUST
    },
    Case {
        id: "http/tls-spoken",
        title: "what is spoken above and below TLS",
        source: Source::Standard("RFC 8446, 4.2.1"),
        requirement: "Which versions of TLS and which protocols above them (ALPN) the receiver speaks is measured.",
        stimulus: "A TLS handshake for each version, without a request.",
        needs: Needs::Https,
        play: Play::Tls(Handshake::Spoken),
        ..Case::INFO
    },
];

const fn chunked(
    id: &'static str,
    title: &'static str,
    stimulus: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        level: crate::outcome::check::Level::Should,
        explain: "A proxy that does not know the length yet sends chunks. A receiver that goes by Content-Length sees no body at all, and a MAC that does not fit it.",
        ..taken(
            id,
            title,
            "RFC 9112, 7.1",
            "The receiver SHOULD read a body that comes in chunks.",
            stimulus,
            "As many bytes are read as Content-Length says, which is not there.",
            script,
        )
    }
}

/// One event, changed.
fn script(kit: &mut Kit<'_>, change: impl FnOnce(Shot) -> Shot) -> Script {
    Script::of([change(Shot::test(&first(kit)))])
}

fn named(event: &Event) -> Shot {
    Shot::test(event).called(event.code.as_str())
}

/// One event that is handed over at its own speed, for which there is time enough whatever the settings say.
fn paced(kit: &mut Kit<'_>, pacing: Pacing) -> Script {
    let pauses = SLOW.1 * u32::try_from(SLOW.0).unwrap_or(u32::MAX);
    let limit = kit.setup().late.saturating_add(pauses);
    script(kit, |shot| shot.written(Form { pacing, ..Form::default() }).within(limit))
}

/// Requests that may be refused by their heads alone, and behind each an ordinary event over the same connection.
///
/// Whether they are refused is judged elsewhere. Each is a step of its own, so that one without an answer ends nothing.
fn after_refusal(kit: &mut Kit<'_>) -> Script {
    let mut session = kit.session();
    let before = kit.event(&mut session, Code::WmsLoaded);
    let mut script = Script::of([Shot::setup(&before)]);
    let refused = [
        Shot::test(&first(kit)).with_macs(Vec::new()).called("an event without a MAC"),
        Shot::test(&first(kit))
            .with_macs(vec![MacLine::new(PREFIX)])
            .called("an event with a MAC of no digits"),
        typed(Shot::test(&first(kit)), "text/plain".to_owned()).called("an event as text/plain"),
    ];
    let codes = [Code::ConfigurationLoaded, Code::CameraPermissionGranted, Code::CameraStarted];
    for (refused, code) in refused.into_iter().zip(codes) {
        let next = Shot::test(&kit.event(&mut session, code));
        let next = next.called(format!("the event behind {}", refused.label));
        script = script.then([refused.demanding(Demand::Anything)]).then([next]);
    }
    script
}

fn spelled(kit: &mut Kit<'_>, names: Names) -> Script {
    script(kit, |shot| shot.written(Form { names, ..Form::default() }))
}

fn typed(shot: Shot, content_type: String) -> Shot {
    shot.written(Form { content_type: Some(content_type.into()), ..Form::default() })
}

fn in_chunks(shot: Shot, size: usize) -> Shot {
    shot.written(Form { chunks: Some(size), ..Form::default() })
}

fn strange_type(kit: &mut Kit<'_>, content_type: &'static str) -> Script {
    strange(kit, Form { content_type: Some(content_type.into()), ..Form::default() })
}

/// An event in a form that may be refused, and an ordinary one afterwards.
fn strange(kit: &mut Kit<'_>, form: Form) -> Script {
    let event = first(kit);
    let after = ordinary(kit).written(Form::fresh());
    Script::of([Shot::test(&event).written(form).demanding(Demand::OnPurpose)]).then([after])
}
