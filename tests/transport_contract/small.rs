//! A server that does one thing after the other and whose queue of connections is short. The operating system lets requests
//! for a connection fall where the queue is full.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::timeout;
use wms_sim::clock::RunClock;
use wms_sim::outcome::exchange::{FailureCode as C, Phase as P};
use wms_sim::transport::wire::Wire;

use crate::raw::{bytes, head, raw};
use crate::sender::{Expect, PATIENT, SHORT, options};

const QUEUE: u32 = 2;
const LANES: usize = 40;
const REQUESTS: usize = 2;
/// So long the server works on one request. All of them take longer than one address of several may be waited for.
const WORK: Duration = Duration::from_millis(40);

fn listen() -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    socket.listen(QUEUE).unwrap()
}

async fn serve_one_by_one(listener: TcpListener) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
        tokio::time::sleep(WORK).await;
        let _ = stream.write_all(b"HTTP/1.0 204 No Content\r\n\r\n").await;
    }
}

/// The name has a second address, at which nobody listens.
#[tokio::test]
async fn many_lanes_at_once_are_all_served() {
    let listener = listen();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(serve_one_by_one(listener));
    let wire = Wire::new(&options("http", port), RunClock::start()).unwrap();
    let lanes: Vec<_> = (0..LANES)
        .map(|_| {
            let mut lane = wire.raw();
            tokio::spawn(async move {
                let request = raw(vec![bytes(head(0))]);
                for _ in 0..REQUESTS {
                    let raw = lane.exchange_within(&request, Some(PATIENT)).await;
                    assert_eq!(raw.exchange.status(), Some(204), "{raw:?}");
                    // Whoever waits for room in the queue does not wait for an answer.
                    assert!(raw.stood.is_some_and(|stood| stood < raw.exchange.moments.ended));
                }
            })
        })
        .collect();
    for lane in lanes {
        lane.await.unwrap();
    }
    server.abort();
}

/// The time to connect is that of the settings, however long the answer may take. An address that answered is not left for
/// another one, which refuses.
#[tokio::test]
async fn a_connection_that_nobody_takes_is_given_up_in_time() {
    let listener = listen();
    let port = listener.local_addr().unwrap().port();
    let mut options = options("http", port);
    options.timeout = Some(SHORT);
    let wire = Wire::new(&options, RunClock::start()).unwrap();
    // The queue is filled, and nobody works it off.
    let mut waiting = Vec::new();
    loop {
        let mut lane = wire.raw();
        if !lane.open(SHORT).await {
            break;
        }
        waiting.push(lane);
        assert!(waiting.len() < LANES);
    }
    assert!(!waiting.is_empty());
    let request = raw(vec![bytes(head(0))]);
    for limit in [Some(PATIENT), None] {
        let mut lane = wire.raw();
        let raw = timeout(PATIENT, lane.exchange_within(&request, limit)).await.unwrap();
        Expect::Failure(C::ConnectTimeout, P::Connect).assert(&raw.exchange, "a full queue");
        assert_eq!(
            raw.exchange.result.unwrap_err().detail,
            format!("no connection was made within {:?}", SHORT * 3)
        );
        assert_eq!(raw.stood, None);
    }
}
