//! Lanes that connect first and write later.

use std::time::Duration;

use tokio::time::sleep;
use wms_sim::outcome::exchange::{FailureCode as C, Phase as P};
use wms_sim::transport::options::TransportOptions;
use wms_sim::transport::wire::RawExchange;

use crate::certs::Authority;
use crate::raw::{bytes, head, lane, raw};
use crate::sender::{Expect, PATIENT, SHORT, options};
use crate::server::{Server, Step, repeat, status, write};

/// Longer than a connection has to be idle to count as one that may have died of it.
const LONG: Duration = Duration::from_millis(1200);

/// Long enough for the news of a closed connection to arrive on the same machine.
const NEWS: Duration = Duration::from_millis(200);

fn facts(raw: &RawExchange) -> (Option<u16>, bool, bool) {
    (raw.exchange.status(), raw.exchange.reused, raw.exchange.resent)
}

async fn server(scheme: &str, scripts: Vec<Vec<Step>>) -> (Server, TransportOptions) {
    let server = match scheme {
        "http" => Server::plain(scripts).await,
        _ => Server::tls(Authority::new().good().server(), scripts).await,
    };
    let mut options = options(scheme, server.port);
    options.tls.insecure = true;
    (server, options)
}

#[tokio::test]
async fn a_connection_that_was_opened_before_is_a_new_one() {
    for scheme in ["http", "https"] {
        let (server, options) = server(scheme, vec![repeat(&[Step::Read, status(200)], 2)]).await;
        let mut lane = lane(&options);
        assert!(!lane.is_open());
        for _ in 0..2 {
            assert!(lane.open(PATIENT).await && lane.is_open(), "{scheme}");
        }
        let request = raw(vec![bytes(head(0))]);
        for reused in [false, true] {
            let raw = lane.exchange(&request).await;
            assert_eq!(facts(&raw), (Some(200), reused, false), "{scheme}");
            let begun = raw.exchange.moments.begun;
            assert_eq!((raw.stood, raw.exchange.moments.connected), (Some(begun), Some(begun)), "{scheme}");
        }
        assert_eq!(server.connections(), 1, "{scheme}");
    }
}

/// A connection of the same age that had carried a request would be tried again.
#[tokio::test]
async fn a_request_that_is_lost_on_it_is_not_sent_again() {
    for scheme in ["http", "https"] {
        let (server, options) = server(scheme, vec![vec![Step::Read], vec![Step::Read, status(200)]]).await;
        let mut lane = lane(&options);
        assert!(lane.open(PATIENT).await);
        sleep(LONG).await;
        let raw = lane.exchange(&raw(vec![bytes(head(0))])).await;
        Expect::Failure(C::ClosedWithoutReply, P::Wait).assert(&raw.exchange, scheme);
        assert_eq!((facts(&raw), server.connections()), ((None, false, false), 1), "{scheme}");
        assert!(!lane.is_open());
    }
}

#[tokio::test]
async fn one_that_closed_or_spoke_meanwhile_is_replaced() {
    for first in [vec![], vec![write("HTTP/1.1 408 Too slow\r\nContent-Length: 0\r\n\r\n"), Step::Drain]] {
        let scripts = vec![first.clone(), first, vec![Step::Read, status(200)]];
        let (server, options) = server("http", scripts).await;
        let mut lane = lane(&options);
        for connections in 1..=2 {
            assert!(lane.open(PATIENT).await);
            sleep(NEWS).await;
            assert_eq!(server.connections(), connections);
        }
        let raw = lane.exchange(&raw(vec![bytes(head(0))])).await;
        assert_eq!((facts(&raw), server.connections()), ((Some(200), false, false), 3));
    }
}

/// What is in the way is left to the exchange to tell.
#[tokio::test]
async fn what_cannot_be_opened() {
    let request = raw(vec![bytes(head(0))]);
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let mut unheard = lane(&options("http", closed));
    assert!(!unheard.open(PATIENT).await && !unheard.is_open());
    let raw = unheard.exchange(&request).await;
    Expect::Failure(C::ConnectionRefused, P::Connect).assert(&raw.exchange, "nobody listens");

    let (_server, mut options) = server("https", vec![vec![Step::Read, status(200)]]).await;
    options.tls.insecure = false;
    let mut distrustful = lane(&options);
    assert!(!distrustful.open(PATIENT).await && !distrustful.is_open());
    let raw = distrustful.exchange(&request).await;
    Expect::Failure(C::CertificateUnknownIssuer, P::Tls).assert(&raw.exchange, "a stranger's");

    // Takes the connection, and never shakes hands.
    let (silent, mut options) = server("http", vec![vec![Step::Hang]; 2]).await;
    options.target =
        wms_sim::transport::target::Target::parse(&format!("https://localhost:{}/", silent.port)).unwrap();
    assert!(!lane(&options).open(SHORT).await);
}
