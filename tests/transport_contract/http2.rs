//! HTTP/2, which only the full HTTP client speaks.

use std::future::Future;

use bytes::Bytes;
use h2::Reason;
use h2::server::SendResponse;
use http::{Request, Response};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use wms_sim::outcome::exchange::{FailureCode as C, Phase as P};

use crate::sender::{Expect, Kind, SECRET, SHORT, Sender, options};

/// A request without its body, and the body.
type Seen = (Request<()>, Vec<u8>);

/// A server on one port that gives every request to `answer`, and what it saw.
async fn server<F, A>(answer: F) -> (u16, mpsc::UnboundedReceiver<Seen>)
where
    F: Fn(SendResponse<Bytes>) -> A + Clone + Send + 'static,
    A: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, seen) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let (tell, answer) = (tell.clone(), answer.clone());
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(tcp).await.ok()?;
                while let Some(Ok((request, respond))) = connection.accept().await {
                    let (tell, answer) = (tell.clone(), answer.clone());
                    tokio::spawn(async move {
                        let (parts, mut stream) = request.into_parts();
                        let mut body = Vec::new();
                        while let Some(Ok(piece)) = stream.data().await {
                            body.extend_from_slice(&piece);
                        }
                        let _ = tell.send((Request::from_parts(parts, ()), body));
                        answer(respond).await;
                    });
                }
                Some(())
            });
        }
    });
    (port, seen)
}

fn sender(port: u16) -> Sender {
    let mut options = options("http", port);
    options.http2 = true;
    options.timeout = Some(SHORT * 5);
    Sender::new(Kind::Client, &options)
}

#[tokio::test]
async fn requests_are_sent_and_the_connection_is_reused() {
    let (port, mut seen) = server(async |mut respond: SendResponse<Bytes>| {
        let head = Response::builder().status(202).header("retry-after", "3").body(()).unwrap();
        respond.send_response(head, false).unwrap().send_data(Bytes::from_static(b"ok"), true).unwrap();
    })
    .await;
    let mut sender = sender(port);
    for reused in [false, true] {
        let exchange = sender.send("{}").await;
        Expect::Reply(202, "ok").assert(&exchange, "http/2");
        assert_eq!((exchange.reused, exchange.resent), (reused, false));
        let reply = exchange.result.unwrap();
        assert_eq!((reply.retry_after.as_deref(), reply.closed), (Some("3"), false));

        let (request, body) = seen.recv().await.unwrap();
        assert_eq!(body, b"{}");
        assert_eq!(request.uri().to_string(), format!("http://localhost:{port}/hook?token={SECRET}"));
        assert_eq!(request.headers()["x-wms-content-mac"], "hmac-sha256=00ff");
        assert_eq!(request.headers()["content-length"], "2");
        assert_eq!(request.headers()["content-type"], "application/json");
    }
}

#[tokio::test]
async fn failures_have_names() {
    let (port, _seen) = server(async |mut respond: SendResponse<Bytes>| {
        respond.send_reset(Reason::INTERNAL_ERROR);
    })
    .await;
    Expect::Failure(C::ConnectionReset, P::Wait).assert(&sender(port).send("{}").await, "a reset stream");

    let (port, _seen) = server(async |respond: SendResponse<Bytes>| {
        tokio::time::sleep(SHORT * 100).await;
        drop(respond);
    })
    .await;
    Expect::Failure(C::ReplyTimeout, P::Wait).assert(&sender(port).send("{}").await, "silence");

    let (port, _seen) = server(async |mut respond: SendResponse<Bytes>| {
        let _stream = respond.send_response(Response::new(()), false).unwrap();
        tokio::time::sleep(SHORT * 100).await;
    })
    .await;
    Expect::Failure(C::BodyTimeout, P::Body)
        .assert(&sender(port).send("{}").await, "a body that never comes");

    let (port, _seen) = server(async |mut respond: SendResponse<Bytes>| {
        let mut stream = respond.send_response(Response::new(()), false).unwrap();
        let piece = Bytes::from(vec![b'a'; 1 << 20]);
        while stream.send_data(piece.clone(), false).is_ok() {
            tokio::time::sleep(SHORT / 40).await;
        }
    })
    .await;
    Expect::Failure(C::BodyTooLarge, P::Body).assert(&sender(port).send("{}").await, "a body without end");
}
