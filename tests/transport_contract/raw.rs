//! Requests that are written as given: what goes out, what waits, and what becomes of the connection.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::sleep;
use wms_sim::clock::RunClock;
use wms_sim::transport::options::TransportOptions;
use wms_sim::transport::wire::{Piece, RawExchange, RawLane, RawRequest, Wire};

use crate::certs::Authority;
use crate::sender::{Expect, PATIENT, SECRET, options};
use crate::server::{Server, Step, pause, repeat, status, write};

/// Short beside every time limit here.
const MOMENT: Duration = Duration::from_millis(60);

pub fn lane(options: &TransportOptions) -> RawLane {
    Wire::new(options, RunClock::start()).unwrap().raw()
}

pub fn bytes(bytes: impl Into<Vec<u8>>) -> Piece {
    Piece::Bytes(Bytes::from(bytes.into()))
}

pub fn raw(pieces: Vec<Piece>) -> RawRequest {
    RawRequest { pieces, is_head: false }
}

/// A head that announces a body of this length.
pub fn head(length: usize) -> String {
    format!("POST /x HTTP/1.1\r\nhOsT: h\r\nX-Key: {SECRET}\r\nContent-Length: {length}\r\n\r\n")
}

/// Status, interim replies, bytes written, and whether the connection was reused and the request sent again.
fn facts(raw: &RawExchange) -> (Option<u16>, u32, u64, bool, bool) {
    let exchange = &raw.exchange;
    (exchange.status(), raw.interim, raw.written, exchange.reused, exchange.resent)
}

#[tokio::test]
async fn pieces_go_out_as_they_are_with_their_pauses() {
    let authority = Authority::new();
    for scheme in ["http", "https"] {
        let script = vec![vec![Step::Read, status(200)]];
        let server = match scheme {
            "http" => Server::plain(script).await,
            _ => Server::tls(authority.good().server(), script).await,
        };
        let mut options = options(scheme, server.port);
        options.tls.insecure = true;
        let parts = [&head(5)[..20], &head(5)[20..], "\0\r", "\n\u{e9}"];
        let wait = Piece::Pause(MOMENT);
        let request = raw(vec![
            bytes(parts[0]),
            wait.clone(),
            bytes(parts[1]),
            bytes(""),
            wait.clone(),
            bytes(parts[2]),
            bytes(parts[3]),
            // Nothing comes after it, so that it is not waited for.
            Piece::Pause(Duration::MAX),
        ]);
        let exchange = lane(&options).exchange(&request).await;
        let length = parts.concat().len() as u64;
        assert_eq!(facts(&exchange), (Some(200), 0, length, false, false), "{scheme}");
        assert_eq!(exchange.length, length);
        let moments = exchange.exchange.moments;
        assert!(moments.sent.unwrap().since(moments.connected.unwrap()) >= MOMENT * 2, "{moments:?}");
        let came = server.request().await;
        assert_eq!([came.head.as_bytes(), &came.body].concat(), parts.concat().into_bytes());
    }
}

/// Wherever a request is cut, it is the same request, and the connection can be used again.
#[tokio::test]
async fn a_request_can_be_cut_anywhere() {
    let text = head(3) + "{ }";
    let server = Server::plain(vec![repeat(&[Step::Read, status(204)], text.len() + 1)]).await;
    let mut lane = lane(&options("http", server.port));
    for place in 0..=text.len() {
        let (front, back) = text.split_at(place);
        let exchange = lane.exchange(&raw(vec![bytes(front), bytes(back)])).await;
        assert_eq!(facts(&exchange), (Some(204), 0, text.len() as u64, place > 0, false), "cut at {place}");
        let came = server.request().await;
        assert_eq!(came.head + &String::from_utf8(came.body).unwrap(), text);
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn each_interim_reply_lets_the_request_go_on() {
    let authority = Authority::new();
    let script = vec![
        Step::Take(head(4).len()),
        write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"),
        Step::Take(2),
        write("HTTP/1.1 100 Continue\r\n\r\n"),
        Step::Take(2),
        status(202),
    ];
    for scheme in ["http", "https"] {
        let server = match scheme {
            "http" => Server::plain(vec![script.clone()]).await,
            _ => Server::tls(authority.good().server(), vec![script.clone()]).await,
        };
        let mut options = options(scheme, server.port);
        options.tls.insecure = true;
        let wait = Piece::AwaitInterim(PATIENT * 2);
        let request = raw(vec![bytes(head(4)), wait.clone(), bytes("ab"), wait.clone(), bytes("cd")]);
        let mut lane = lane(&options);
        let exchange = lane.exchange(&request).await;
        assert_eq!(facts(&exchange), (Some(202), 2, request.length(), false, false), "{scheme}");
        assert!(lane.is_open());
    }
}

#[tokio::test]
async fn an_interim_reply_that_came_during_a_pause_counts() {
    let script = vec![Step::ReadHead, write("HTTP/1.1 100 Continue\r\n\r\n"), Step::Take(2), status(200)];
    let server = Server::plain(vec![script]).await;
    let pieces =
        vec![bytes(head(2)), Piece::Pause(MOMENT * 3), Piece::AwaitInterim(PATIENT * 2), bytes("ab")];
    let exchange = lane(&options("http", server.port)).exchange(&raw(pieces)).await;
    assert_eq!(facts(&exchange).0, Some(200));
}

#[tokio::test]
async fn without_an_interim_reply_the_request_goes_on_after_the_wait() {
    let server = Server::plain(vec![vec![Step::Read, status(200)]]).await;
    let request = raw(vec![bytes(head(2)), Piece::AwaitInterim(MOMENT), bytes("ab")]);
    let exchange = lane(&options("http", server.port)).exchange(&request).await;
    assert_eq!(facts(&exchange), (Some(200), 0, request.length(), false, false));
    let moments = exchange.exchange.moments;
    assert!(moments.sent.unwrap().since(moments.connected.unwrap()) >= MOMENT);
}

#[tokio::test]
async fn a_final_reply_ends_the_sending() {
    let refusal = "HTTP/1.1 417 No\r\nContent-Length: 2\r\n\r\n";
    let cases = [
        ("at once", vec![write(format!("{refusal}no"))]),
        // The wait is over before the body of the refusal is there.
        ("slowly", vec![write(refusal), pause(300), write("no")]),
        ("after an interim reply", vec![write(format!("HTTP/1.1 102 Wait\r\n\r\n{refusal}no"))]),
    ];
    for (name, answer) in cases {
        let script = [vec![Step::ReadHead], answer, vec![Step::Drain]].concat();
        let server = Server::plain(vec![script]).await;
        let mut lane = lane(&options("http", server.port));
        let wait = if name == "slowly" { MOMENT } else { PATIENT * 2 };
        let pieces = vec![bytes(head(2)), Piece::Pause(MOMENT), Piece::AwaitInterim(wait), bytes("ab")];
        let exchange = lane.exchange(&raw(pieces)).await;
        Expect::Reply(417, "no").assert(&exchange.exchange, name);
        assert_eq!((exchange.written, exchange.length), (head(2).len() as u64, head(2).len() as u64 + 2));
        assert_eq!(exchange.exchange.moments.sent, None);
        // The receiver may still wait for the body: nothing else can be said on this connection.
        assert!(!lane.is_open(), "{name}");
    }
}

/// Many requests wait at once, each on a task of its own.
#[tokio::test]
async fn lanes_can_be_handed_to_tasks() {
    let server = Server::plain(vec![vec![Step::Read, status(200)]]).await;
    let wire = Wire::new(&options("http", server.port), RunClock::start()).unwrap();
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let mut lane = wire.raw();
            let request = raw(vec![bytes(head(2)), Piece::Pause(MOMENT), bytes("ab")]);
            tokio::spawn(async move { lane.exchange(&request).await.exchange.status() })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Some(200));
    }
    assert_eq!(server.connections(), 50);
}

#[tokio::test]
async fn a_complete_reply_ends_a_pause() {
    let server = Server::plain(vec![vec![Step::ReadHead, status(408), Step::Drain]]).await;
    let pieces = vec![bytes(head(2)), Piece::Pause(PATIENT * 2), bytes("ab")];
    let exchange = lane(&options("http", server.port)).exchange(&raw(pieces)).await;
    assert_eq!(facts(&exchange), (Some(408), 0, head(2).len() as u64, false, false));
}

#[tokio::test]
async fn a_reply_to_head_has_no_body() {
    let answers = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", true),
        ("HTTP/1.1 405 No\r\nTransfer-Encoding: chunked\r\n\r\n", true),
        ("HTTP/1.1 200 OK\r\n\r\n", true),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong", false),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n", false),
    ];
    for (answer, reused) in answers {
        let first = vec![Step::ReadHead, write(answer), Step::Read, status(201)];
        let server = Server::plain(vec![first, vec![Step::Read, status(201)]]).await;
        let mut lane = lane(&options("http", server.port));
        let request = RawRequest { pieces: vec![bytes("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")], is_head: true };
        let exchange = lane.exchange(&request).await.exchange;
        assert_eq!(exchange.result.unwrap().body_bytes, 0, "{answer}");
        assert_eq!(lane.is_open(), reused, "{answer}");
        let next = lane.exchange(&raw(vec![bytes(head(0))])).await;
        assert_eq!((next.exchange.status(), next.exchange.reused), (Some(201), reused), "{answer}");
    }
}

#[tokio::test]
async fn a_connection_is_reused_where_the_reply_allows_it() {
    let cases = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true),
        ("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", true),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nGARBAGE", false),
    ];
    for (answer, reused) in cases {
        let first = vec![Step::Read, write(answer), Step::Read, status(201)];
        let server = Server::plain(vec![first, vec![Step::Read, status(201)]]).await;
        let mut lane = lane(&options("http", server.port));
        let request = raw(vec![bytes(head(2)), bytes("ab")]);
        assert!(!lane.is_open());
        assert_eq!(facts(&lane.exchange(&request).await).0, Some(200));
        assert_eq!(lane.is_open(), reused, "{answer}");
        let second = lane.exchange(&request).await;
        assert_eq!(facts(&second), (Some(201), 0, request.length(), reused, false), "{answer}");
        assert_eq!(server.connections(), 2 - usize::from(reused));
    }
}

#[tokio::test]
async fn a_lane_can_be_closed() {
    let server = Server::plain(vec![repeat(&[Step::Read, status(200)], 2)]).await;
    let mut lane = lane(&options("http", server.port));
    for _ in 0..2 {
        let exchange = lane.exchange(&raw(vec![bytes(head(0))])).await;
        assert!(lane.is_open() && !exchange.exchange.reused);
        lane.close();
        assert!(!lane.is_open());
    }
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_connection_that_died_of_idleness_is_replaced() {
    let (news, long) = (Duration::from_millis(200), Duration::from_millis(1200));
    // It closes while idle, which is seen before anything is sent; or just as the next request comes.
    let unnoticed = vec![Step::Read, status(200), Step::Read];
    for (first, rest, resent) in [(vec![Step::Read, status(200)], news, false), (unnoticed, long, true)] {
        let server = Server::plain(vec![first, vec![Step::Read, status(201)]]).await;
        let mut lane = lane(&options("http", server.port));
        let request = raw(vec![bytes(head(2)), Piece::Pause(Duration::from_millis(20)), bytes("ab")]);
        assert_eq!(facts(&lane.exchange(&request).await), (Some(200), 0, request.length(), false, false));
        sleep(rest).await;
        assert_eq!(facts(&lane.exchange(&request).await), (Some(201), 0, request.length(), false, resent));
        assert_eq!(server.connections(), 2);
    }
}

#[tokio::test]
async fn what_a_settings_fields_say_can_be_written_by_hand() {
    let server = Server::plain(vec![vec![Step::Read, status(200)]]).await;
    let options = options("http", server.port);
    let mut text = format!("POST {} HTTP/1.1\r\n", options.target.path_and_query());
    for field in options.fields().unwrap() {
        text += &[&field.name().to_ascii_lowercase(), ": ", field.value(), "\r\n"].concat();
    }
    text += "content-length: 0\r\n\r\n";
    let request = raw(vec![bytes(text.clone())]);
    assert_eq!(lane(&options).exchange(&request).await.exchange.status(), Some(200));
    assert_eq!(server.request().await.head, text);
    assert_eq!(format!("{request:?}"), format!("RawRequest(1 pieces, {} bytes)", text.len()));
}
