//! Every kind of reply, good and bad.

use wms_sim::outcome::exchange::FailureCode as C;
use wms_sim::outcome::exchange::Phase as P;

use crate::sender::{BOTH, Expect, Kind, PATIENT, SHORT, Sender, options};
use crate::server::{Server, Step, pause, write};

/// One script and what it has to lead to.
struct Case {
    name: &'static str,
    script: Vec<Step>,
    wire: Expect,
    /// What the other transport makes of it, and why that is not the same.
    client: Option<(Expect, &'static str)>,
    waits: bool,
}

fn case(name: &'static str, steps: Vec<Step>, wire: Expect) -> Case {
    let mut script = vec![Step::Read];
    script.extend(steps);
    Case { name, script, wire, client: None, waits: false }
}

impl Case {
    fn client(mut self, expect: Expect, why: &'static str) -> Self {
        self.client = Some((expect, why));
        self
    }

    /// The case ends with the time limit.
    fn waits(mut self) -> Self {
        self.waits = true;
        self
    }
}

fn text(name: &'static str, text: &str, wire: Expect) -> Case {
    case(name, vec![write(text), Step::Finish, Step::Drain], wire)
}

fn reply(status: u16, body: &'static str) -> Expect {
    Expect::Reply(status, body)
}

fn fails(code: C, phase: P) -> Expect {
    Expect::Failure(code, phase)
}

async fn run(cases: Vec<Case>) {
    for case in cases {
        for kind in BOTH {
            let server = Server::plain(vec![case.script.clone()]).await;
            let mut options = options("http", server.port);
            options.timeout = Some(if case.waits { SHORT } else { PATIENT });
            let exchange = Sender::new(kind, &options).send("{}").await;
            let name = format!("{} over {kind:?}", case.name);
            match (&case.client, kind) {
                (Some((expect, why)), Kind::Client) => expect.assert(&exchange, &format!("{name} ({why})")),
                _ => case.wire.assert(&exchange, &name),
            }
            assert!(!exchange.resent && !exchange.reused, "{name}");
            let sent = case.wire != fails(C::ConnectionReset, P::Wait);
            assert!(!sent || exchange.moments.sent.is_some(), "{name}");
            assert_eq!(server.connections(), 1, "{name}");
        }
    }
}

const NO_BYTES: &str = "hyper does not tell whether part of a head had come";

#[tokio::test]
async fn complete_replies() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3;x=y\r\ncde\r\n0\r\nX-Sum: 1\r\n\r\n";
    run(vec![
        text("content-length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", reply(200, "ok")),
        text("content-length twice the same", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", reply(200, "ok")),
        text("no reason phrase", "HTTP/1.1 201\r\nContent-Length: 0\r\n\r\n", reply(201, "")),
        text("until close", "HTTP/1.1 200 OK\r\n\r\nall of it", reply(200, "all of it")),
        text("chunked with trailers", chunked, reply(200, "abcde")),
        case("a byte at a time", vec![Step::Pieces(1, chunked.into()), Step::Drain], reply(200, "abcde")),
        text("gzip without chunked runs until close", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nxyz", reply(200, "xyz")),
        text("http/1.0", "HTTP/1.0 200 OK\r\n\r\nold", reply(200, "old")),
        text("204 with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", reply(204, "")),
        text("304 with chunks announced", "HTTP/1.1 304 Same\r\nTransfer-Encoding: chunked\r\n\r\n", reply(304, "")),
        text("interim replies", "HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", reply(200, "")),
        text("a status without a name", "HTTP/1.1 999 Own\r\nContent-Length: 0\r\n\r\n", reply(999, "")),
        text("garbage after the reply", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokGARBAGE", reply(200, "ok")),
        text("line feeds alone", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", reply(200, "ok")),
        case("a redirect to itself is told, not followed", vec![
            write("HTTP/1.1 307 Elsewhere\r\nLocation: /hook\r\nContent-Length: 0\r\n\r\n"), Step::Drain,
        ], reply(307, "")),
        case("slow to begin", vec![pause(100), write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")], reply(200, "")),
    ])
    .await;
}

#[tokio::test]
async fn malformed_replies() {
    let length = |value: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {value}\r\n\r\nabc");
    let chunked = |body: &str| format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
    let head = fails(C::BadHttp, P::Head);
    let body = fails(C::BadHttp, P::Body);
    run(vec![
        text("an SSH server", "SSH-2.0-OpenSSH_9.6\r\n", fails(C::NotHttp, P::Head)),
        text("a mail server", "220 mail.example ESMTP\r\n", fails(C::NotHttp, P::Head)),
        case(
            "a TLS alert",
            vec![write([0x15, 3, 1, 0, 2, 2, 70].as_slice()), Step::Finish, Step::Drain],
            fails(C::NotHttp, P::Head),
        ),
        text("http/2 in words", "HTTP/2 200 OK\r\n\r\n", head.clone()).client(
            fails(C::NotHttp, P::Head),
            "hyper tells a wrong version and no HTTP at all in the same words",
        ),
        text("a status of letters", "HTTP/1.1 abc No\r\n\r\n", head.clone()),
        text("a line without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", head.clone()),
        text("a length of letters", &length("x"), head.clone()),
        text("a negative length", &length("-1"), head.clone()),
        text("two lengths", &length("3\r\nContent-Length: 4"), head.clone()),
        text(
            "length and chunks",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            head.clone(),
        )
        .client(reply(200, ""), "hyper prefers Transfer-Encoding, as it may"),
        text(
            "chunks in http/1.0",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            head.clone(),
        ),
        text("a chunk size of letters", &chunked("xyz\r\n"), body.clone()),
        text("a chunk longer than its size", &chunked("1\r\nab\r\n0\r\n\r\n"), body.clone()),
        text("a chunk size of 17 digits", &chunked("11112222333344445\r\n"), body.clone()),
        text(
            "101",
            "HTTP/1.1 101 Switch\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            fails(C::SwitchedProtocols, P::Head),
        ),
    ])
    .await;
}

#[tokio::test]
async fn replies_that_break_off() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Le";
    const BODY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc";
    const CHUNK: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc";
    const INTERIM: &str = "HTTP/1.1 100 Go on\r\n\r\n";

    let close = |sent: &str| vec![write(sent), Step::Finish, Step::Drain];
    let reset = |sent: &str| vec![write(sent), pause(100), Step::Reset];
    run(vec![
        case("closed at once", close(""), fails(C::ClosedWithoutReply, P::Wait)),
        case("closed after an interim reply", close(INTERIM), fails(C::ClosedWithoutReply, P::Wait)),
        case("closed in the head", close(HEAD), fails(C::ReplyTruncated, P::Head))
            .client(fails(C::ClosedWithoutReply, P::Wait), NO_BYTES),
        case("closed in the body", close(BODY), fails(C::ReplyTruncated, P::Body)),
        case("closed in a chunk", close(CHUNK), fails(C::ReplyTruncated, P::Body)),
        case("reset at once", reset(""), fails(C::ConnectionReset, P::Wait)),
        case("reset in the head", reset(HEAD), fails(C::ConnectionReset, P::Head))
            .client(fails(C::ConnectionReset, P::Wait), NO_BYTES),
        case("reset in the body", reset(BODY), fails(C::ConnectionReset, P::Body)),
    ])
    .await;
}

#[tokio::test]
async fn replies_that_do_not_end() {
    run(vec![
        case("silence", vec![Step::Hang], fails(C::ReplyTimeout, P::Wait)).waits(),
        case(
            "silence after an interim reply",
            vec![write("HTTP/1.1 102 Wait\r\n\r\n"), Step::Hang],
            fails(C::ReplyTimeout, P::Wait),
        )
        .waits(),
        case("half a head", vec![write("HTTP/1.1 200 OK\r\nA"), Step::Hang], fails(C::HeadTimeout, P::Head))
            .waits()
            .client(fails(C::ReplyTimeout, P::Wait), NO_BYTES),
        case(
            "half a body",
            vec![write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"), Step::Hang],
            fails(C::BodyTimeout, P::Body),
        )
        .waits(),
        case(
            "a last chunk that never comes",
            vec![write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"), Step::Hang],
            fails(C::BodyTimeout, P::Body),
        )
        .waits(),
        case(
            "a body that trickles",
            vec![write("HTTP/1.1 200 OK\r\n\r\n"), Step::Pieces(1, vec![b'a'; 1000]), Step::Hang],
            fails(C::BodyTimeout, P::Body),
        )
        .waits(),
    ])
    .await;
}

#[tokio::test]
async fn replies_without_bounds() {
    let fields = |count: usize| {
        format!("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{}\r\n", "A: b\r\n".repeat(count - 1))
    };
    let flood = "HTTP/1.1 102 Wait\r\n\r\n".repeat(17) + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let large = format!("HTTP/1.1 200 OK\r\nA: {}\r\nContent-Length: 0\r\n\r\n", "a".repeat(70_000));
    run(vec![
        text("128 fields", &fields(128), reply(200, "")),
        text("129 fields", &fields(129), fails(C::HeadTooLarge, P::Head)),
        text("a head of 70 kB", &large, fails(C::HeadTooLarge, P::Head)),
        case(
            "a head without end",
            vec![write("HTTP/1.1 200 OK\r\nA: "), Step::Flood(vec![b'a'; 4096], 1 << 30)],
            fails(C::HeadTooLarge, P::Head),
        ),
        text("17 interim replies", &flood, fails(C::TooManyInterim, P::Head))
            .client(reply(200, ""), "hyper passes over any number of them"),
    ])
    .await;
}

/// A gigabyte must neither be held nor be waited for.
#[tokio::test]
async fn a_gigabyte_is_not_read() {
    const GIGABYTE: u64 = 1 << 30;
    let chunk = [b"10000\r\n".as_slice(), &vec![b'a'; 65_536], b"\r\n"].concat();
    let bodies = [
        (
            "content-length",
            write(format!("HTTP/1.1 200 OK\r\nContent-Length: {GIGABYTE}\r\n\r\n")),
            vec![b'a'; 65_536],
        ),
        ("chunked", write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), chunk),
        ("until close", write("HTTP/1.1 200 OK\r\n\r\n"), vec![b'a'; 65_536]),
    ];
    for (name, head, flood) in bodies {
        for kind in BOTH {
            let server =
                Server::plain(vec![vec![Step::Read, head.clone(), Step::Flood(flood.clone(), GIGABYTE)]])
                    .await;
            let mut sender = Sender::new(kind, &options("http", server.port));
            let exchange = sender.send("{}").await;
            fails(C::BodyTooLarge, P::Body).assert(&exchange, &format!("{name} over {kind:?}"));
            // What is in flight between the two when the sender leaves is the buffers' of the system.
            assert!(server.written() < 64 << 20, "{name} over {kind:?}: {} bytes", server.written());
        }
    }
}

#[tokio::test]
async fn advice_in_a_reply_is_told() {
    let head = "HTTP/1.1 429 Slow\r\nretry-after: 17\r\nLOCATION: https://elsewhere.example/\r\nContent-Length: 5000\r\n";
    for (close, closed) in [("", false), ("Connection: close\r\n", true)] {
        for kind in BOTH {
            let body = "b".repeat(5000);
            let script = vec![Step::Read, write(format!("{head}{close}\r\n{body}")), Step::Drain];
            let server = Server::plain(vec![script]).await;
            let reply = Sender::new(kind, &options("http", server.port)).send("{}").await.result.unwrap();
            assert_eq!(reply.status, 429);
            assert_eq!(reply.retry_after.as_deref(), Some("17"));
            assert_eq!(reply.location.as_deref(), Some("https://elsewhere.example/"));
            assert_eq!((reply.body_bytes, reply.excerpt.len(), reply.closed), (5000, 2048, closed));
        }
    }
}
