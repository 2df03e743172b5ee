//! The server over real sockets.

use super::*;
use crate::clock::Timestamp;
use crate::protocol::code::Code;
use crate::protocol::dialect::{Dialect, MacInput};
use crate::protocol::envelope::{self, Head};
use crate::protocol::mac::{Secret, Signer};
use crate::serve::inbox::InboxOptions;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

fn signer() -> Signer {
    Signer::new(&Secret::new("s"), MacInput::Bytes)
}

fn start() -> Embedded {
    let options = InboxOptions::new(vec![signer()], Dialect::current());
    Embedded::start(Arc::new(Desk::open(options))).unwrap()
}

fn event(sequence: u32, code: Code) -> Vec<u8> {
    let head = Head { timestamp: Timestamp(1_689_684_577), session_id: "session", sequence, code };
    let mut body = Vec::new();
    envelope::write(&mut body, head, &Dialect::current(), |_| {});
    body
}

/// Sends one request on a connection that stays open, and reads the answer's status line and body.
async fn exchange(stream: &mut TcpStream, line: &str, mac: Option<&str>, body: &[u8]) -> (u16, String) {
    let mac = mac.map(|mac| format!("x-wms-content-mac: {mac}\r\n")).unwrap_or_default();
    let head = format!(
        "{line} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{mac}content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let mut answer = Vec::new();
    let head_end = loop {
        if let Some(at) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break at + 4;
        }
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "closed");
    };
    let head = String::from_utf8(answer[..head_end].to_vec()).unwrap().to_lowercase();
    let length = head
        .split("\r\n")
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse::<usize>().unwrap());
    while answer.len() < head_end + length {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "closed");
    }
    let status = head[9..12].parse().unwrap();
    assert!(status != 405 || head.contains("allow: post"));
    (status, String::from_utf8(answer[head_end..].to_vec()).unwrap())
}

async fn connect(embedded: &Embedded) -> TcpStream {
    TcpStream::connect(embedded.address).await.unwrap()
}

#[tokio::test]
async fn one_connection_carries_many_events() {
    let embedded = start();
    assert!(embedded.url().starts_with("http://127.0.0.1:") && embedded.url().ends_with("/webhook"));
    let mut stream = connect(&embedded).await;
    for (sequence, code) in [Code::WmsLoaded, Code::ConfigurationLoaded].into_iter().enumerate() {
        let body = event(u32::try_from(sequence).unwrap(), code);
        let mac = signer().sign(&body);
        let answer = exchange(&mut stream, "POST /webhook", Some(mac.as_str()), &body).await;
        assert_eq!(answer, (204, String::new()));
    }
    let body = event(0, Code::WmsLoaded);
    let (status, answer) = exchange(&mut stream, "POST /webhook", None, &body).await;
    assert_eq!((status, answer.contains("header is missing")), (401, true));
    let (status, answer) = exchange(&mut stream, "GET /webhook", None, b"").await;
    assert_eq!((status, answer.contains("only POST")), (405, true));
    let (status, answer) = exchange(&mut stream, "POST /", None, b"").await;
    assert_eq!((status, answer.contains("/webhook")), (404, true));
    assert_eq!(embedded.desk.inbox().session(embedded.desk.now(), "session").unwrap().events, 2);
    let summary = embedded.stop().await.unwrap();
    assert_eq!((summary.received, summary.accepted, summary.refused_by_mac), (3, 2, 1));
}

#[tokio::test]
async fn bodies_that_are_too_large() {
    let embedded = start();
    let mut stream = connect(&embedded).await;
    for (extra, expected, code) in [(0, 401, "mac-missing"), (1, 413, "body-too-large")] {
        let body = vec![b' '; (1 << 20) + extra];
        let (status, answer) = exchange(&mut stream, "POST /webhook", None, &body).await;
        assert_eq!((status, answer.contains(code)), (expected, true));
    }
    // What is announced as enormous is refused before it comes.
    stream.write_all(b"POST /webhook HTTP/1.1\r\nhost: l\r\ncontent-length: 5000000\r\n\r\n").await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    assert_eq!(embedded.summary().bad_bodies, 2);
}

#[tokio::test]
async fn stopping_waits_for_nobody_and_frees_the_port() {
    let embedded = start();
    let address = embedded.address;
    // One connection that has nothing to say, and one in the middle of a request.
    let mut idle = connect(&embedded).await;
    exchange(&mut idle, "GET /", None, b"").await;
    let mut busy = connect(&embedded).await;
    busy.write_all(b"POST /webhook HTTP/1.1\r\nhost: l\r\ncontent-length: 10\r\n\r\n").await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), embedded.stop()).await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn dropping_stops_too() {
    let embedded = start();
    let address = embedded.address;
    drop(embedded);
    for _ in 0..100 {
        if TcpStream::connect(address).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the port is still open");
}
