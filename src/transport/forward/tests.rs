use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::*;

const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";

/// A receiver that reads whole requests and answers each connection's in turn; gives back what it read.
async fn receiver(
    connections: Vec<Vec<&'static str>>,
) -> (Forwarder, tokio::task::JoinHandle<Vec<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = Target::parse(&format!("http://u:p@{}/hook?a=1", listener.local_addr().unwrap())).unwrap();
    let receiving = tokio::spawn(async move {
        let mut seen = Vec::new();
        for answers in connections {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut requests = Vec::new();
            for answer in answers {
                requests.push(request(&mut stream).await);
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
            seen.push(requests);
        }
        seen
    });
    let options =
        TransportOptions { timeout: Some(Duration::from_secs(20)), ..TransportOptions::new(target) };
    (Forwarder::new(&options, RunClock::start()).unwrap(), receiving)
}

async fn request(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    while !text.ends_with(b"{\"a\" : 1}") {
        let mut byte = [0];
        stream.read_exact(&mut byte).await.unwrap();
        text.push(byte[0]);
    }
    String::from_utf8(text).unwrap()
}

fn foreign() -> Foreign {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("host", "tunnel.example"),
        ("x-wms-content-mac", "hmac-sha256=00"),
        ("x-wms-content-mac", "second"),
        ("connection", "close"),
        ("content-length", "9"),
    ] {
        headers.append(name, value.parse().unwrap());
    }
    Foreign { headers, extensions: Extensions::new(), body: Bytes::from_static(b"{\"a\" : 1}") }
}

fn code(returned: &Returned) -> Option<FailureCode> {
    returned.result.as_ref().err().map(|failure| failure.code)
}

#[tokio::test]
async fn one_connection_carries_many_and_nothing_is_added() {
    let said = "HTTP/1.1 202 Accepted\r\nX-Own: 1\r\nKeep-Alive: timeout=5\r\nContent-Length: 4\r\n\r\nback";
    let (forwarder, receiving) = receiver(vec![vec![said, NO_CONTENT]]).await;
    let answer = forwarder.pass(foreign()).await.result.ok().unwrap();
    assert_eq!((answer.status, &answer.body[..]), (202, &b"back"[..]));
    assert!(answer.headers.contains_key("x-own") && !answer.headers.contains_key("keep-alive"));
    assert_eq!(forwarder.pass(foreign()).await.result.ok().unwrap().status, 204);
    let seen = receiving.await.unwrap();
    let host = forwarder.target().authority();
    let expected = format!(
        "POST /hook?a=1 HTTP/1.1\r\nhost: {host}\r\nx-wms-content-mac: hmac-sha256=00\r\nx-wms-content-mac: second\r\n\
         content-length: 9\r\nauthorization: Basic dTpw\r\n\r\n{{\"a\" : 1}}"
    );
    assert_eq!(seen, [[expected.clone(), expected]]);
}

#[tokio::test]
async fn a_connection_that_was_closed_between_requests_costs_nothing() {
    let (forwarder, receiving) = receiver(vec![vec![NO_CONTENT], vec![NO_CONTENT]]).await;
    for _ in 0..2 {
        assert_eq!(forwarder.pass(foreign()).await.result.ok().unwrap().status, 204);
        // The receiver closes the connection behind its last answer. That is noticed before the next request.
        let is_open = || forwarder.idle.lock().unwrap().iter().any(|idle| !idle.line.is_closed());
        while is_open() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    assert_eq!(receiving.await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_goes_wrong_has_a_name() {
    let large = format!("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n{}", "x".repeat(1_100_000));
    for (answer, expected) in [
        ("", FailureCode::ClosedWithoutReply),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", FailureCode::ReplyTruncated),
        ("SSH-2.0-OpenSSH\r\n\r\n", FailureCode::NotHttp),
        (&large, FailureCode::BodyTooLarge),
    ] {
        let answer: &'static str = answer.to_owned().leak();
        let (forwarder, _) = receiver(vec![vec![answer]]).await;
        assert_eq!(code(&forwarder.pass(foreign()).await), Some(expected), "{answer:.60}");
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let target = Target::parse(&format!("http://{nobody}/")).unwrap();
    let forwarder = Forwarder::new(&TransportOptions::new(target), RunClock::start()).unwrap();
    assert_eq!(code(&forwarder.pass(foreign()).await), Some(FailureCode::ConnectionRefused));
}

#[tokio::test]
async fn nobody_is_waited_for_for_ever() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = Target::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let options =
        TransportOptions { timeout: Some(Duration::from_millis(200)), ..TransportOptions::new(target) };
    let forwarder = Forwarder::new(&options, RunClock::start()).unwrap();
    assert_eq!(code(&forwarder.pass(foreign()).await), Some(FailureCode::ReplyTimeout));
}

#[test]
fn what_it_cannot_do_is_refused() {
    let options =
        TransportOptions { http2: true, ..TransportOptions::new(Target::parse("http://h/").unwrap()) };
    assert!(Forwarder::new(&options, RunClock::start()).is_err());
}
