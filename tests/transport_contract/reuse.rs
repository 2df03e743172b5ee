//! Connections that live on, and those that died meanwhile.

use std::time::Duration;

use tokio::time::{sleep, timeout};
use wms_sim::outcome::exchange::{Exchange, FailureCode as C, Phase as P};

use crate::sender::{BOTH, Expect, Kind, Sender, options};
use crate::server::{Server, Step, pause, repeat, status, write};

/// Long enough for the news of a closed connection to arrive on the same machine.
const NEWS: Duration = Duration::from_millis(200);

fn facts(exchange: &Exchange) -> (Option<u16>, bool, bool) {
    (exchange.status(), exchange.reused, exchange.resent)
}

/// Two requests with a pause between, each connection playing its script.
async fn two(kind: Kind, scripts: Vec<Vec<Step>>, between: Duration) -> (Exchange, Exchange, usize) {
    let server = Server::plain(scripts).await;
    let mut sender = Sender::new(kind, &options("http", server.port));
    let first = sender.send("1").await;
    sleep(between).await;
    let second = sender.send("2").await;
    (first, second, server.connections())
}

#[tokio::test]
async fn a_connection_is_reused() {
    let old = write("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n");
    let chunked = write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n");
    for answer in [status(200), old, chunked] {
        for kind in BOTH {
            let script = repeat(&[Step::Read, answer.clone()], 3);
            let server = Server::plain(vec![script]).await;
            let mut sender = Sender::new(kind, &options("http", server.port));
            for number in 0..3 {
                let exchange = sender.send("{}").await;
                assert_eq!(facts(&exchange), (Some(200), number > 0, false), "{kind:?}");
                let moments = exchange.moments;
                assert_eq!(moments.connected == Some(moments.begun), number > 0, "{kind:?}");
                // hyper takes a connection back a moment after the end of a reply.
                sleep(Duration::from_millis(20)).await;
            }
            assert_eq!(server.connections(), 1);
        }
    }
}

#[tokio::test]
async fn a_connection_is_not_reused_against_the_receivers_word() {
    let closes = [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: x, CLOSE\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nGARBAGE",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 500 Nobody asked\r\nContent-Length: 0\r\n\r\n",
    ];
    for answer in closes {
        for kind in BOTH {
            let scripts = vec![vec![Step::Read, write(answer), Step::Drain], vec![Step::Read, status(201)]];
            let (first, second, connections) = two(kind, scripts, NEWS).await;
            assert_eq!(facts(&first), (Some(200), false, false), "{kind:?} {answer:?}");
            assert_eq!(facts(&second), (Some(201), false, false), "{kind:?} {answer:?}");
            assert_eq!(connections, 2);
        }
    }
}

#[tokio::test]
async fn a_connection_that_closed_or_spoke_while_idle_is_left_alone() {
    let unsolicited = write("HTTP/1.1 408 Too slow\r\nContent-Length: 0\r\n\r\n");
    let ends: [Vec<Step>; 3] = [vec![], vec![Step::Reset], vec![pause(20), unsolicited, Step::Drain]];
    for end in ends {
        for kind in BOTH {
            let dying = [vec![Step::Read, status(200)], end.clone()].concat();
            let (first, second, connections) =
                two(kind, vec![dying, vec![Step::Read, status(201)]], NEWS).await;
            assert_eq!(facts(&first), (Some(200), false, false), "{kind:?} {end:?}");
            assert_eq!(facts(&second), (Some(201), false, false), "{kind:?} {end:?}");
            assert_eq!(connections, 2);
        }
    }
}

/// The receiver takes the second request from a living connection, and closes without a byte.
fn dies_with_the_second() -> Vec<Step> {
    vec![Step::Read, status(200), Step::Read]
}

/// Longer than a connection has to be idle to count as one that may have died of it.
const LONG: Duration = Duration::from_millis(1200);

#[tokio::test]
async fn a_stale_connection_is_tried_again_once() {
    for kind in BOTH {
        let scripts = vec![dies_with_the_second(), vec![Step::Read, status(201)]];
        let (_, second, connections) = two(kind, scripts, LONG).await;
        assert_eq!((facts(&second), connections), ((Some(201), false, true), 2), "{kind:?}");

        let scripts =
            vec![[dies_with_the_second(), vec![Step::Reset]].concat(), vec![Step::Read, status(201)]];
        let (_, second, connections) = two(kind, scripts, LONG).await;
        assert_eq!((facts(&second), connections), ((Some(201), false, true), 2), "{kind:?} with a reset");

        let scripts = vec![dies_with_the_second(), vec![Step::Read]];
        let (_, second, connections) = two(kind, scripts, LONG).await;
        Expect::Failure(C::ClosedWithoutReply, P::Wait).assert(&second, "both connections die");
        assert_eq!((second.reused, second.resent, connections), (false, true, 2), "{kind:?}");
    }
}

#[tokio::test]
async fn a_busy_connection_that_dies_has_lost_its_request() {
    for kind in BOTH {
        let scripts = vec![dies_with_the_second(), vec![Step::Read, status(201)]];
        let (_, second, connections) = two(kind, scripts, Duration::from_millis(20)).await;
        Expect::Failure(C::ClosedWithoutReply, P::Wait).assert(&second, "the handler crashed");
        assert_eq!((second.reused, second.resent, connections), (true, false, 1), "{kind:?}");
    }
}

#[tokio::test]
async fn a_connection_that_began_to_answer_is_not_tried_again() {
    let half = vec![Step::Read, status(200), Step::Read, write("HTTP/1.1 2")];
    let scripts = || vec![half.clone(), vec![Step::Read, status(201)]];
    let (_, second, connections) = two(Kind::Wire, scripts(), LONG).await;
    Expect::Failure(C::ReplyTruncated, P::Head).assert(&second, "wire");
    assert_eq!((second.reused, second.resent, connections), (true, false, 1));

    // hyper does not tell whether a byte of the answer had come, so the client cannot know better.
    let (_, second, connections) = two(Kind::Client, scripts(), LONG).await;
    assert_eq!((facts(&second), connections), ((Some(201), false, true), 2));
}

#[tokio::test]
async fn a_new_connection_that_dies_is_the_receivers_doing() {
    for kind in BOTH {
        let server = Server::plain(vec![vec![Step::Read]]).await;
        let exchange = Sender::new(kind, &options("http", server.port)).send("{}").await;
        Expect::Failure(C::ClosedWithoutReply, P::Wait).assert(&exchange, "first request");
        assert_eq!((exchange.resent, server.connections()), (false, 1));
    }
}

#[tokio::test]
async fn an_idle_lane_lets_go_of_its_connection() {
    for kind in BOTH {
        let script = repeat(&[Step::Read, status(200)], 2);
        let server = Server::plain(vec![script]).await;
        let mut sender = Sender::new(kind, &options("http", server.port));
        assert_eq!(facts(&sender.send("1").await), (Some(200), false, false));
        sender.idle();
        assert_eq!(facts(&sender.send("2").await), (Some(200), false, false));
        assert_eq!(server.connections(), 2);
    }
}

#[tokio::test]
async fn an_exchange_that_is_dropped_takes_its_connection_along() {
    for kind in BOTH {
        let slow = vec![Step::Read, status(200), Step::Read, pause(300), status(500), Step::Drain];
        let server = Server::plain(vec![slow, vec![Step::Read, status(201)]]).await;
        let mut sender = Sender::new(kind, &options("http", server.port));
        assert_eq!(sender.send("1").await.status(), Some(200));
        assert!(timeout(Duration::from_millis(100), sender.send("2")).await.is_err());
        assert_eq!(facts(&sender.send("3").await), (Some(201), false, false), "{kind:?}");
    }
}
