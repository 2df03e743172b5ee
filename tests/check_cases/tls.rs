//! Cases of https, against receivers with certificates good and bad.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use wms_sim::outcome::check::Verdict::{Error, Fail, Pass, Skip};
use wms_sim::transport::headers::Header;

use crate::certs::Authority;
use crate::harness::{Check, Results, hasty_peer};

const CASES: &[&str] =
    &["http/certificate", "http/tls-version", "http/tls-spoken", "http/http2", "http/lower-case-names"];

const API_KEY: &str = "k3y-of-a-user";

/// A receiver that answers 204 over HTTP/1.1, and `status` over HTTP/2. Counts the requests over HTTP/2.
fn receiver(config: ServerConfig, status: u16) -> (String, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let http2 = move |tls| {
        let count = Arc::clone(&counted);
        async move { http2(tls, status, &count).await }
    };
    (listening(config, http2), count)
}

/// The URL of a receiver that answers 204 over HTTP/1.1, and does this over HTTP/2.
fn listening<F>(
    config: ServerConfig,
    http2: impl Fn(TlsStream<TcpStream>) -> F + Clone + Send + 'static,
) -> String
where
    F: Future<Output = Option<()>> + Send,
{
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            let acceptor = TlsAcceptor::from(Arc::new(config));
            while let Ok((tcp, _)) = listener.accept().await {
                let (acceptor, http2) = (acceptor.clone(), http2.clone());
                tokio::spawn(async move {
                    let tls = acceptor.accept(tcp).await.ok()?;
                    if tls.get_ref().1.alpn_protocol() == Some(b"h2") {
                        http2(tls).await
                    } else {
                        http1(tls).await
                    }
                });
            }
        });
    });
    format!("https://localhost:{port}/webhook")
}

async fn http1(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Option<()> {
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        request.extend_from_slice(&buffer[..count]);
    }
    stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await.ok()?;
    stream.shutdown().await.ok()
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length =
        head.split("content-length:").nth(1).and_then(|rest| rest.lines().next()?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}

async fn http2(stream: impl AsyncRead + AsyncWrite + Unpin, status: u16, count: &AtomicUsize) -> Option<()> {
    let mut connection = h2::server::handshake(stream).await.ok()?;
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        assert!(request.headers().contains_key("x-wms-content-mac"));
        count.fetch_add(1, Ordering::Relaxed);
        let head = http::Response::builder().status(status).body(()).unwrap();
        let _ = respond.send_response(head, true);
    }
    Some(())
}

/// Ends the connection, and repeats in the reason (GOAWAY) what it may have been sent.
async fn repeat_in_goaway(mut stream: TlsStream<TcpStream>) -> Option<()> {
    const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
    const PROTOCOL_ERROR: &[u8] = &[0, 0, 0, 1];
    let reason = format!("not with x-api-key: {API_KEY}");
    let length = u32::try_from(8 + reason.len()).unwrap().to_be_bytes();
    let head = [&length[1..], &[7, 0], &[0; 4]].concat();
    let goaway = [&head, &[0; 4][..], PROTOCOL_ERROR, reason.as_bytes()].concat();
    stream.write_all(SETTINGS).await.ok()?;
    stream.write_all(&goaway).await.ok()?;
    // Until the other side has read it and gone.
    while stream.read(&mut [0; 4096]).await.ok()? > 0 {}
    Some(())
}

fn check(url: &str, authority: &Authority, insecure: bool) -> Results {
    let mut check = Check::of(url);
    check.options.tls.extra_roots = Some(authority.pem.clone().into_bytes());
    check.options.tls.insecure = insecure;
    check.run(CASES)
}

fn with_alpn(mut config: ServerConfig, protocols: &[&[u8]]) -> ServerConfig {
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    config
}

#[test]
fn a_right_receiver_passes_with_and_without_http2() {
    let authority = Authority::new();
    let (url, _) = receiver(with_alpn(authority.good().server(), &[b"http/1.1"]), 204);
    let results = check(&url, &authority, false);
    assert_eq!(results.of("http/http2"), (Skip, "HTTP/2 is not offered"));
    assert_eq!(results.that(Pass).len(), CASES.len() - 1);
    let (_, told) = results.of("http/tls-spoken");
    assert!(told.starts_with("TLS 1.2 and TLS 1.3; of h2 and http/1.1 it chose http/1.1; TLS_"), "{told}");
    assert!(results.of("http/certificate").1.starts_with("a valid certificate, until "));

    let (url, count) = receiver(with_alpn(authority.good().server(), &[b"h2", b"http/1.1"]), 202);
    let results = check(&url, &authority, false);
    assert_eq!(results.that(Pass).len(), CASES.len());
    assert_eq!(results.of("http/http2"), (Pass, "202 to the event over HTTP/2"));
    assert_eq!(count.load(Ordering::Relaxed), 1);

    // The certificate is looked at unless the user says otherwise.
    let results = check(&url, &Authority::new(), true);
    assert_eq!(results.of("http/certificate"), (Skip, "with --insecure no certificate is looked at"));
    assert_eq!(results.that(Pass).len(), CASES.len() - 1);
}

#[test]
fn an_event_over_http2_has_to_be_taken() {
    let authority = Authority::new();
    let (url, _) = receiver(with_alpn(authority.good().server(), &[b"h2", b"http/1.1"]), 500);
    let results = check(&url, &authority, false);
    assert_eq!(results.of("http/http2"), (Fail, "500 to the event over HTTP/2"));
    assert_eq!(results.of("http/lower-case-names").0, Pass);
}

#[test]
fn what_is_said_of_http2_holds_no_credential() {
    let authority = Authority::new();
    let url = listening(with_alpn(authority.good().server(), &[b"h2", b"http/1.1"]), repeat_in_goaway);
    let mut check = Check::of(&url);
    check.options.tls.extra_roots = Some(authority.pem.clone().into_bytes());
    check.options.headers.push(Header::new("X-Api-Key", API_KEY).unwrap());
    let results = check.run(CASES);
    let (verdict, told) = results.of("http/http2");
    assert!(verdict == Fail && told.contains("not with x-api-key: ***"), "{verdict:?} {told}");
    let all = serde_json::to_string(&results.cases).unwrap();
    assert!(!all.contains(API_KEY), "{all}");
}

#[test]
fn a_bad_certificate_is_told_though_no_request_gets_through() {
    let authority = Authority::new();
    let other = authority.identity("other.example", |_| {});
    for (identity, word) in
        [(authority.expired(), "expired"), (other, "wrong-host"), (Authority::new().good(), "unknown-issuer")]
    {
        let (url, _) = receiver(identity.server(), 204);
        let results = check(&url, &authority, false);
        let (verdict, told) = results.of("http/certificate");
        assert!(verdict == Fail && told.starts_with(&format!("certificate-{word}: ")), "{verdict:?} {told}");
        assert_eq!(results.of("http/tls-version").0, Pass);
        assert_eq!(results.of("http/lower-case-names").0, Error);
        assert!(results.ending.unanswered);
    }
}

#[test]
fn a_port_without_tls_is_told() {
    let url = hasty_peer().replace("http:", "https:");
    let results = Check::of(&url).run(CASES);
    let (verdict, told) = results.of("http/tls-version");
    assert!(verdict == Fail && told.starts_with("tls-not-spoken"), "{verdict:?} {told}");
    assert_eq!(results.of("http/certificate").0, Error);
}
