//! Two readers of HTTP, written independently, must understand the same bytes in the same way: the wire's own, and
//! hyper's inside the client. The bytes come in arbitrary pieces, over real sockets.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wms_sim::outcome::exchange::{Exchange, FailureCode, Reply};

use crate::sender::{Kind, Sender, options};

/// A reply: its bytes, and where they are cut into pieces.
#[derive(Clone, Debug)]
struct Case {
    bytes: Vec<u8>,
    cuts: Vec<prop::sample::Index>,
}

/// Interim replies, then a status line, fields and a body that mostly fit together and sometimes do not.
fn cases() -> impl Strategy<Value = Case> {
    let interim = prop::collection::vec(
        prop::sample::select(vec!["HTTP/1.1 100 Go on\r\n\r\n", "HTTP/1.1 103 Hints\r\nLink: </x>\r\n\r\n"]),
        0..3,
    );
    let version = prop::sample::select(vec!["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0"]);
    let status = prop::sample::select(vec![200_u16, 201, 202, 204, 205, 301, 304, 400, 413, 500, 599, 999]);
    let noise = prop::collection::vec(
        prop::sample::select(vec![
            "Server: x",
            "Connection: close",
            "Connection: keep-alive",
            "Retry-After: 3",
            "Location: /elsewhere",
            "x-empty:",
            "X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "X-Latin: \u{e9}",
            " folded: line",
            "bad name: x",
            "Content-Length: 1",
            "Transfer-Encoding: identity",
        ]),
        0..4,
    );
    let body = prop::collection::vec(any::<u8>(), 0..200);
    let framing = 0..8_usize;
    let break_off = prop::option::weighted(0.15, any::<prop::sample::Index>());
    let flip = prop::option::weighted(0.15, (any::<prop::sample::Index>(), any::<u8>()));
    let cuts = prop::collection::vec(any::<prop::sample::Index>(), 0..8);
    (interim, version, status, noise, body, framing, (break_off, flip, cuts)).prop_map(
        |(interim, version, status, noise, body, framing, (break_off, flip, cuts))| {
            let mut bytes = interim.concat().into_bytes();
            bytes.extend(format!("{version} {status} Some words\r\n").into_bytes());
            for line in noise {
                bytes.extend(format!("{line}\r\n").into_bytes());
            }
            bytes.extend(framed(framing, &body));
            if let Some((place, byte)) = flip {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            if let Some(place) = break_off {
                bytes.truncate(place.index(bytes.len()));
            }
            Case { bytes, cuts }
        },
    )
}

/// The last fields, the empty line and the body, framed in one of several ways.
fn framed(way: usize, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let chunks = |size: usize, extension: &str, trailer: &str| {
        let mut out = b"Transfer-Encoding: chunked\r\n\r\n".to_vec();
        for chunk in body.chunks(size) {
            out.extend(format!("{:x}{extension}\r\n", chunk.len()).into_bytes());
            out.extend(chunk);
            out.extend(b"\r\n");
        }
        out.extend(format!("0\r\n{trailer}\r\n").into_bytes());
        out
    };
    match way {
        0 | 1 => [format!("Content-Length: {length}\r\n\r\n").as_bytes(), body].concat(),
        2 => [format!("content-length: {length}, {length}\r\n\r\n").as_bytes(), body].concat(),
        3 => [b"\r\n", body].concat(),
        4 => [b"Content-Length: 150\r\n\r\n", body].concat(),
        5 => chunks(7, "", ""),
        6 => chunks(50, ";name=\"value\"", "X-Sum: 1\r\nX-More: 2\r\n"),
        _ => chunks(200, " ", "X-Sum: 1\r\n"),
    }
}

/// Writes the case on every connection, once the request is there.
async fn serve(listener: TcpListener, case: Arc<Mutex<Case>>) {
    loop {
        let Ok((tcp, _)) = listener.accept().await else { return };
        let case = case.lock().unwrap().clone();
        tokio::spawn(answer(tcp, case));
    }
}

async fn answer(mut tcp: TcpStream, case: Case) -> Option<()> {
    tcp.set_nodelay(true).ok()?;
    let mut request = Vec::new();
    while !request.ends_with(b"BODY") {
        if tcp.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    }
    let mut places: Vec<usize> = case.cuts.iter().map(|cut| cut.index(case.bytes.len() + 1)).collect();
    places.extend([0, case.bytes.len()]);
    places.sort_unstable();
    for pair in places.windows(2) {
        tcp.write_all(&case.bytes[pair[0]..pair[1]]).await.ok()?;
        tokio::task::yield_now().await;
    }
    tcp.shutdown().await.ok()?;
    while tcp.read_buf(&mut request).await.ok()? > 0 {}
    Some(())
}

/// What was understood: all of the reply, and of a failure only that there is one, as its name may differ in ways that
/// the tables of replies tell.
fn understood(exchange: &Exchange) -> Option<&Reply> {
    exchange.result.as_ref().ok()
}

/// Where the wire is stricter on purpose: a `Content-Length` beside a `Transfer-Encoding` is refused whatever it says,
/// as it may hide another reply (RFC 9112, 6.3), and so is a line feed without its carriage return in a trailer.
fn stricter(wire: &Exchange, bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let both = text.contains("content-length:") && text.contains("transfer-encoding:");
    wire.result.as_ref().is_err_and(|failure| {
        failure.code == FailureCode::BadHttp
            && (both && failure.detail.contains("Content-Length")
                || failure.detail == "a trailer's value holds a control character")
    })
}

#[test]
fn the_same_bytes_are_understood_in_the_same_way() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let case = Arc::new(Mutex::new(Case { bytes: Vec::new(), cuts: Vec::new() }));
    let (listener, port) = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    });
    runtime.spawn(serve(listener, Arc::clone(&case)));

    let mut runner = TestRunner::new(Config { cases: 2500, failure_persistence: None, ..Config::default() });
    let counted = std::cell::Cell::new((0, 0));
    runner
        .run(&cases(), |generated| {
            *case.lock().unwrap() = generated.clone();
            let (wire, client) = runtime.block_on(async {
                let mut of = Vec::new();
                for kind in [Kind::Wire, Kind::Client] {
                    of.push(Sender::new(kind, &options("http", port)).send("BODY").await);
                }
                let client = of.pop().unwrap();
                (of.pop().unwrap(), client)
            });
            let (good, bad) = counted.get();
            counted.set(if wire.result.is_ok() { (good + 1, bad) } else { (good, bad + 1) });
            if stricter(&wire, &generated.bytes) || understood(&wire) == understood(&client) {
                return Ok(());
            }
            let text = String::from_utf8_lossy(&generated.bytes).into_owned();
            Err(TestCaseError::fail(format!("{text:?}\nwire {wire:?}\nclient {client:?}")))
        })
        .unwrap();
    let (replies, failures) = counted.get();
    assert!(replies > 500 && failures > 100, "one-sided cases: {replies} replies, {failures} failures");
}
