//! Requests that are written as given, to receivers that do not behave.

use std::time::Duration;

use tokio::time::timeout;
use wms_sim::outcome::exchange::{FailureCode as C, Phase as P, Side};
use wms_sim::transport::wire::Piece;

use crate::certs::Authority;
use crate::raw::{bytes, head, lane, raw};
use crate::sender::{Expect, PATIENT, SECRET, SHORT, options};
use crate::server::{Server, Step, pause, status, write};

const TEN_MB: usize = 10 << 20;
/// More than the buffers between two processes hold.
const TOO_MUCH: usize = 64 << 20;

/// What comes of a request with a body of `length` bytes, and how much of it was written.
async fn large(script: Vec<Step>, length: usize, limit: Duration) -> (Expected, u64, u64) {
    let server = Server::plain(vec![script]).await;
    let request = raw(vec![bytes(head(length)), bytes(vec![b'a'; length])]);
    let raw = lane(&options("http", server.port)).exchange_within(&request, Some(limit)).await;
    assert!(!format!("{raw:?}").contains(SECRET));
    let expected =
        raw.exchange.result.map(|reply| reply.status).map_err(|failure| (failure.code, failure.phase));
    (expected, raw.written, raw.length)
}

type Expected = Result<u16, (C, P)>;

#[tokio::test]
async fn a_reply_that_comes_while_much_is_sent_is_read() {
    let refusal = write("HTTP/1.1 413 Too large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
    let ends = [
        // With unread data this is a reset.
        vec![],
        vec![Step::Finish, Step::Drain],
        vec![Step::Hang],
        vec![pause(100), Step::Reset],
    ];
    for end in ends {
        let script = [vec![Step::ReadHead, refusal.clone()], end.clone()].concat();
        for length in [TEN_MB, TOO_MUCH] {
            let (result, written, all) = large(script.clone(), length, PATIENT).await;
            assert_eq!(result, Ok(413), "{end:?}");
            assert!(written <= all && all == (head(length).len() + length) as u64);
        }
    }
}

#[tokio::test]
async fn a_connection_that_breaks_under_a_request() {
    for end in [vec![Step::Reset], vec![]] {
        let script = [vec![Step::ReadHead, pause(50)], end.clone()].concat();
        let (result, written, all) = large(script, TOO_MUCH, PATIENT).await;
        assert_eq!(result, Err((C::ConnectionReset, P::Send)), "{end:?}");
        assert!(written < all, "{end:?}: {written} of {all}");
    }
}

/// A pause does not hide that the connection has ended, nor that a reply came before.
#[tokio::test]
async fn a_connection_that_ends_during_a_pause() {
    let cases = [
        (vec![Step::Reset], Err((C::ConnectionReset, P::Send))),
        (vec![], Err((C::ConnectionReset, P::Send))),
        (vec![write("HTTP/1.1 408 Late\r\n\r\nuntil the end")], Ok(408)),
        (vec![write("SSH-2.0-OpenSSH_9.6\r\n"), Step::Hang], Err((C::NotHttp, P::Head))),
    ];
    for wait in [Piece::Pause(PATIENT * 2), Piece::AwaitInterim(PATIENT * 2)] {
        for (end, expected) in &cases {
            let server = Server::plain(vec![[vec![Step::ReadHead], end.clone()].concat()]).await;
            let request = raw(vec![bytes(head(2)), wait.clone(), bytes("ab")]);
            let raw = lane(&options("http", server.port)).exchange(&request).await;
            let result = raw.exchange.result.map(|reply| reply.status);
            assert_eq!(&result.map_err(|failure| (failure.code, failure.phase)), expected, "{end:?}");
            assert_eq!(raw.written, head(2).len() as u64);
        }
    }
}

#[tokio::test]
async fn a_receiver_that_never_reads() {
    let (result, written, all) = large(vec![Step::Hang], TOO_MUCH, SHORT * 2).await;
    assert_eq!(result, Err((C::SendTimeout, P::Send)));
    assert!(0 < written && written < all, "{written} of {all}");
}

#[tokio::test]
async fn replies_that_are_none() {
    let dribble = ["HTTP/1.1 200 OK\r\n".to_owned(), "x: y\r\n".repeat(30)].concat().into_bytes().into_iter();
    let dribble: Vec<Step> = dribble.flat_map(|byte| [write([byte]), pause(10)]).collect();
    let flood = Step::Flood(b"HTTP/1.1 100 Go\r\n\r\n".to_vec(), 1 << 30);
    let chunks =
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n{}\r\n", "a".repeat(4096));
    let cases: Vec<(&str, Vec<Step>, Expected)> = vec![
        ("garbage", vec![write([0xff, 0, 13, 10].repeat(1000))], Err((C::NotHttp, P::Head))),
        ("nothing", vec![], Err((C::ClosedWithoutReply, P::Wait))),
        ("a reset", vec![pause(50), Step::Reset], Err((C::ConnectionReset, P::Wait))),
        ("half a head", vec![write("HTTP/1.1 200 OK\r\nA")], Err((C::ReplyTruncated, P::Head))),
        (
            "a gigabyte announced",
            vec![write("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"), Step::Hang],
            Err((C::BodyTooLarge, P::Body)),
        ),
        (
            "a gigabyte in chunks",
            vec![write(chunks), Step::Flood([b"1000\r\n", &[b'a'; 4096][..], b"\r\n"].concat(), 1 << 30)],
            Err((C::BodyTooLarge, P::Body)),
        ),
        ("interim replies without end", vec![flood], Err((C::TooManyInterim, P::Head))),
        ("silence", vec![Step::Hang], Err((C::ReplyTimeout, P::Wait))),
        ("a head byte by byte", dribble, Err((C::HeadTimeout, P::Head))),
        (
            "a body that stops",
            vec![write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"), Step::Hang],
            Err((C::BodyTimeout, P::Body)),
        ),
        ("HTTP/1.0", vec![write("HTTP/1.0 200 OK\r\n\r\nuntil the end")], Ok(200)),
        (
            "another protocol",
            vec![write("HTTP/1.1 101 Switch\r\n\r\n")],
            Err((C::SwitchedProtocols, P::Head)),
        ),
    ];
    for (name, answer, expected) in cases {
        let server = Server::plain(vec![[vec![Step::Read], answer].concat()]).await;
        let mut options = options("http", server.port);
        let waits = matches!(expected, Err((C::ReplyTimeout | C::HeadTimeout | C::BodyTimeout, _)));
        options.timeout = Some(if waits { SHORT } else { PATIENT });
        let mut lane = lane(&options);
        let raw = timeout(PATIENT, lane.exchange(&raw(vec![bytes(head(0))]))).await.unwrap();
        let result = raw.exchange.result.map(|reply| reply.status);
        assert_eq!(result.map_err(|failure| (failure.code, failure.phase)), expected, "{name}");
        assert_eq!((raw.written, lane.is_open()), (raw.length, false), "{name}");
    }
}

/// A request that is slower than its own time limit is nobody's fault but its own.
#[tokio::test]
async fn a_request_that_waits_beyond_its_time_limit() {
    let long = SHORT + Duration::from_millis(100);
    for wait in [Piece::Pause(long), Piece::AwaitInterim(long)] {
        let server = Server::plain(vec![vec![Step::Read, status(200)]]).await;
        let mut options = options("http", server.port);
        options.timeout = Some(SHORT);
        let request = raw(vec![bytes(head(2)), wait, bytes("ab")]);
        let mut lane = lane(&options);
        let raw = lane.exchange(&request).await;
        Expect::Failure(C::InvalidRequest, P::Send).assert(&raw.exchange, "too slow");
        assert_eq!(
            (raw.exchange.result.unwrap_err().code.side(), raw.written),
            (Side::Sender, raw.length - 2)
        );
        for limit in [Some(PATIENT), None] {
            let raw = lane.exchange_within(&request, limit).await;
            assert_eq!((raw.exchange.status(), raw.written), (Some(200), raw.length));
        }
    }
}

#[tokio::test]
async fn a_request_that_reaches_no_connection() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let go = "HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let server = Server::plain(vec![vec![Step::Read, write(go)], vec![Step::Reset]]).await;
    let request = raw(vec![bytes(head(0))]);
    let raw = lane(&options("http", closed)).exchange(&request).await;
    Expect::Failure(C::ConnectionRefused, P::Connect).assert(&raw.exchange, "nobody listens");
    assert_eq!((raw.written, raw.interim), (0, 0));
    // TLS to a port that does not speak it; the interim reply of the exchange before is forgotten.
    let mut lane = lane(&options("http", server.port));
    assert_eq!(lane.exchange(&request).await.interim, 1);
    let raw = lane.exchange(&request).await;
    assert!(raw.exchange.result.is_err());
    assert_eq!(raw.interim, 0);
}

#[tokio::test]
async fn an_untrusted_certificate_gets_no_request() {
    let server = Server::tls(Authority::new().good().server(), vec![vec![Step::Read, status(200)]]).await;
    let mut options = options("https", server.port);
    options.tls.extra_roots = Some(Authority::new().pem.into_bytes());
    let raw = lane(&options).exchange(&raw(vec![bytes(head(0))])).await;
    Expect::Failure(C::CertificateUnknownIssuer, P::Tls).assert(&raw.exchange, "a stranger's");
    assert_eq!(raw.written, 0);
}

#[tokio::test]
async fn a_request_of_nothing_waits_for_what_is_said() {
    let server = Server::plain(vec![vec![pause(50), status(408)]]).await;
    for pieces in [vec![], vec![Piece::AwaitInterim(PATIENT), bytes("")]] {
        let raw = lane(&options("http", server.port)).exchange(&raw(pieces)).await;
        assert_eq!((raw.exchange.status(), raw.written, raw.length), (Some(408), 0, 0));
    }
}

#[tokio::test]
async fn an_exchange_that_is_dropped_takes_its_connection_along() {
    let slow = vec![Step::Read, status(200), Step::ReadHead, pause(300), status(500), Step::Drain];
    let server = Server::plain(vec![slow, vec![Step::Read, status(201)]]).await;
    let mut lane = lane(&options("http", server.port));
    let request = raw(vec![bytes(head(2)), Piece::Pause(Duration::from_millis(20)), bytes("ab")]);
    assert_eq!(lane.exchange(&request).await.exchange.status(), Some(200));
    let endless = raw(vec![bytes(head(2)), Piece::Pause(PATIENT), bytes("ab")]);
    assert!(timeout(Duration::from_millis(100), lane.exchange(&endless)).await.is_err());
    assert!(!lane.is_open());
    let raw = lane.exchange(&request).await;
    assert_eq!((raw.exchange.status(), raw.exchange.reused, raw.written), (Some(201), false, raw.length));
}
