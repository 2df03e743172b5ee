//! What goes out, and what happens to what is too much for the receiver.

use bytes::Bytes;
use wms_sim::outcome::exchange::{FailureCode as C, Phase as P};
use wms_sim::transport::Outgoing;

use crate::sender::{BOTH, Expect, Kind, SECRET, SHORT, Sender, options};
use crate::server::{Server, Step, pause, repeat, status, write};

#[tokio::test]
async fn the_bytes_that_go_out() {
    for kind in BOTH {
        let server = Server::plain(vec![vec![Step::Read, status(200)]]).await;
        let mut options = options("http", server.port);
        options.user_agent = "agent/1".into();
        options.headers.push("x-Two: a".parse().unwrap());
        options.headers.push("x-Two: b".parse().unwrap());
        assert_eq!(Sender::new(kind, &options).send("{\"a\":\"b\"}").await.status(), Some(200));
        let request = server.request().await;
        assert_eq!(request.body, b"{\"a\":\"b\"}");
        let mut lines: Vec<&str> = request.head.trim_end().split("\r\n").collect();
        assert_eq!(lines.remove(0), format!("POST /hook?token={SECRET} HTTP/1.1"));
        let host = format!("Host: localhost:{}", server.port);
        let key = format!("X-Api-Key: {SECRET}");
        let mut wanted = vec![
            host.as_str(),
            "Authorization: Basic dXNlcjpzM2NyM3Q=",
            "Content-Type: application/json",
            "User-Agent: agent/1",
            "Accept: */*",
            &key,
            "x-Two: a",
            "x-Two: b",
            "X-WMS-Content-MAC: hmac-sha256=00ff",
            "Content-Length: 9",
        ];
        if kind == Kind::Client {
            // hyper orders fields as it likes, and spells them in title case.
            wanted[6..9].copy_from_slice(&["X-Two: a", "X-Two: b", "X-Wms-Content-Mac: hmac-sha256=00ff"]);
            wanted.sort_unstable();
            lines.sort_unstable();
        }
        assert_eq!(lines, wanted, "{kind:?}");
    }
}

#[tokio::test]
async fn the_users_own_fields_win() {
    for kind in BOTH {
        let server = Server::plain(vec![vec![Step::Read, status(200)]]).await;
        let mut options = options("http", server.port);
        for text in ["Host: other.example", "Content-Type: text/plain", "Authorization: Bearer x"] {
            options.headers.push(text.parse().unwrap());
        }
        let without = Outgoing { body: Bytes::from_static(b"x"), mac: None };
        assert_eq!(Sender::new(kind, &options).exchange(&without).await.status(), Some(200));
        let head = server.request().await.head;
        for (name, value) in
            [("host", "other.example"), ("content-type", "text/plain"), ("authorization", "Bearer x")]
        {
            let found: Vec<&str> = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .filter(|(field, _)| field.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
                .collect();
            assert_eq!(found, [value], "{kind:?} {name}");
        }
        assert!(!head.to_ascii_lowercase().contains("content-mac"), "{head}");
    }
}

#[tokio::test]
async fn a_signature_that_would_break_the_message_is_not_sent() {
    for kind in BOTH {
        let server = Server::plain(vec![vec![Step::Read, status(200)]]).await;
        let broken = Outgoing { body: Bytes::from_static(b"x"), mac: Some("a\r\nEvil: 1".into()) };
        let exchange = Sender::new(kind, &options("http", server.port)).exchange(&broken).await;
        Expect::Failure(C::InvalidRequest, P::Send).assert(&exchange, &format!("{kind:?}"));
        assert_eq!(server.connections(), 0);
    }
}

#[tokio::test]
async fn large_bodies_arrive_whole() {
    let body: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    for kind in BOTH {
        let server = Server::plain(vec![repeat(&[Step::Read, status(200)], 2)]).await;
        let mut sender = Sender::new(kind, &options("http", server.port));
        for body in [body.clone(), Vec::new()] {
            assert_eq!(sender.send(body.clone()).await.status(), Some(200), "{kind:?}");
            assert!(server.request().await.body == body, "{kind:?}");
        }
    }
}

/// A receiver that has seen enough says 413 while the request is still on its way.
#[tokio::test]
async fn an_early_answer_is_read() {
    const TOO_LARGE: &str = "HTTP/1.1 413 Too large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig";
    let endings = [
        ("and waits", vec![Step::ReadHead, write(TOO_LARGE), Step::Hang]),
        ("and closes", vec![Step::ReadHead, write(TOO_LARGE)]),
        ("and closes, then reads", vec![Step::ReadHead, write(TOO_LARGE), Step::Finish, Step::Drain]),
    ];
    for (name, script) in endings {
        for kind in BOTH {
            let server = Server::plain(vec![script.clone()]).await;
            let exchange = Sender::new(kind, &options("http", server.port)).send(vec![b'a'; 64 << 20]).await;
            let case = format!("{name} over {kind:?}");
            Expect::Reply(413, "big").assert(&exchange, &case);
            assert!(exchange.result.unwrap().closed);
        }
    }
}

#[tokio::test]
async fn a_request_that_is_cut_off_without_an_answer() {
    for kind in BOTH {
        let server = Server::plain(vec![vec![pause(50), Step::Reset]]).await;
        let exchange = Sender::new(kind, &options("http", server.port)).send(vec![b'a'; 64 << 20]).await;
        Expect::Failure(C::ConnectionReset, P::Send).assert(&exchange, &format!("{kind:?}"));
    }
}

/// Each request has its own time, also where the lane's timer was set by one before.
#[tokio::test]
async fn the_time_limit_begins_with_each_request() {
    for kind in BOTH {
        let answer = [Step::Read, pause(150), status(200)];
        let server = Server::plain(vec![[repeat(&answer, 4), vec![Step::Read, Step::Hang]].concat()]).await;
        let mut options = options("http", server.port);
        options.timeout = Some(SHORT);
        let mut sender = Sender::new(kind, &options);
        for _ in 0..4 {
            assert_eq!(sender.send("{}").await.status(), Some(200), "{kind:?}");
        }
        Expect::Failure(C::ReplyTimeout, P::Wait).assert(&sender.send("{}").await, &format!("{kind:?}"));
    }
}
