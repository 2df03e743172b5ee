//! Failures before any reply, each in its phase.

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use wms_sim::outcome::exchange::{FailureCode as C, Phase as P};
use wms_sim::transport::target::Target;
use wms_sim::transport::wire::accepts;

use crate::sender::{BOTH, Expect, PATIENT, SHORT, Sender, options};
use crate::server::{Server, Step, pause, status};

fn fails(code: C, phase: P) -> Expect {
    Expect::Failure(code, phase)
}

/// A port on which nothing listens.
async fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn nothing_listens() {
    for kind in BOTH {
        let mut options = options("http", closed_port().await);
        for host in ["localhost", "127.0.0.1"] {
            options.target = Target::parse(&format!("http://{host}:{}/", options.target.port())).unwrap();
            let exchange = Sender::new(kind, &options).send("{}").await;
            fails(C::ConnectionRefused, P::Connect).assert(&exchange, &format!("{host} over {kind:?}"));
            assert_eq!((exchange.moments.connected, exchange.moments.sent), (None, None));
        }
    }
}

#[tokio::test]
async fn a_name_that_does_not_exist() {
    for kind in BOTH {
        let mut options = options("http", 80);
        options.target = Target::parse("http://does-not-exist.invalid/").unwrap();
        let exchange = Sender::new(kind, &options).send("{}").await;
        fails(C::NameNotFound, P::Resolve).assert(&exchange, &format!("{kind:?}"));
        let detail = exchange.result.unwrap_err().detail;
        assert!(detail.contains("does-not-exist.invalid") || detail.contains("looked up"), "{detail}");
    }
}

/// The system refuses to open TCP connections to multicast addresses: nothing is sent.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_address_that_no_route_leads_to() {
    for kind in BOTH {
        let mut options = options("http", 80);
        options.target = Target::parse("http://224.0.0.1:9/").unwrap();
        let exchange = Sender::new(kind, &options).send("{}").await;
        fails(C::Unreachable, P::Connect).assert(&exchange, &format!("{kind:?}"));
    }
}

/// Linux drops what comes to a port whose queue is full, as a firewall would.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn connections_that_are_not_accepted() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut held = Vec::new();
    while let Ok(tcp) = tokio::time::timeout(SHORT, TcpStream::connect(address)).await {
        held.push(tcp.unwrap());
        assert!(held.len() < 64, "the queue does not fill");
    }
    for kind in BOTH {
        let mut options = options("http", address.port());
        options.target = Target::parse(&format!("http://{address}/")).unwrap();
        options.timeout = Some(SHORT);
        let exchange = Sender::new(kind, &options).send("{}").await;
        fails(C::ConnectTimeout, P::Connect).assert(&exchange, &format!("{kind:?}"));
    }
}

#[tokio::test]
async fn a_handshake_that_is_not_answered() {
    for kind in BOTH {
        let server = Server::plain(vec![vec![Step::Hang]]).await;
        let mut options = options("https", server.port);
        options.tls.insecure = true;
        options.timeout = Some(SHORT);
        let exchange = Sender::new(kind, &options).send("{}").await;
        fails(C::TlsTimeout, P::Tls).assert(&exchange, &format!("{kind:?}"));
        assert_eq!(exchange.moments.connected, None);
    }
}

#[tokio::test]
async fn a_request_that_is_not_taken() {
    for kind in BOTH {
        let server = Server::plain(vec![vec![Step::Hang]]).await;
        let mut options = options("http", server.port);
        options.timeout = Some(SHORT * 2);
        let exchange = Sender::new(kind, &options).send(vec![b'a'; 64 << 20]).await;
        fails(C::SendTimeout, P::Send).assert(&exchange, &format!("{kind:?}"));
        assert!(exchange.moments.connected.is_some() && exchange.moments.sent.is_none());
    }
}

#[tokio::test]
async fn without_a_time_limit_one_waits() {
    for kind in BOTH {
        let server = Server::plain(vec![vec![Step::Read, pause(300), status(200)]]).await;
        let mut options = options("http", server.port);
        options.timeout = None;
        assert_eq!(Sender::new(kind, &options).send("{}").await.status(), Some(200));
    }
}

#[tokio::test]
async fn whether_a_target_accepts_connections_is_known_without_a_request() {
    let server = Server::plain(vec![vec![Step::Drain]]).await;
    let target = |port: u16| Target::parse(&format!("https://localhost:{port}/")).unwrap();
    assert_eq!(accepts(&target(server.port), PATIENT).await, Ok(()));
    let failure = accepts(&target(closed_port().await), PATIENT).await.unwrap_err();
    assert_eq!((failure.code, failure.phase), (C::ConnectionRefused, P::Connect));
}

/// Runs the test below in a process of its own, with few descriptors: the limit is the process's.
#[cfg(unix)]
#[test]
fn no_descriptors() {
    let me = std::env::current_exe().unwrap();
    let child = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 60 && exec \"$0\" --ignored --exact phases::with_few_descriptors"])
        .arg(me)
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
}

#[cfg(unix)]
#[tokio::test]
#[ignore = "uses up the descriptors of its process; run by no_descriptors"]
async fn with_few_descriptors() {
    let server = Server::plain(vec![vec![Step::Read, status(200)]]).await;
    let mut held = Vec::new();
    while let Ok(file) = std::fs::File::open("/dev/null") {
        held.push(file);
        assert!(held.len() < 5000, "there is no limit");
    }
    for kind in BOTH {
        let exchange = Sender::new(kind, &options("http", server.port)).send("{}").await;
        fails(C::OutOfDescriptors, P::Connect).assert(&exchange, &format!("{kind:?}"));
    }
}
