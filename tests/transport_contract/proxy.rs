//! What only the full HTTP client can do: proxies and HTTP/2.

use tokio::net::TcpListener;
use wms_sim::outcome::exchange::{FailureCode as C, Phase as P};
use wms_sim::transport::client::environment_has_proxy;
use wms_sim::transport::options::{ProxyUrl, SetupError};
use wms_sim::transport::target::Target;

use crate::certs::Authority;
use crate::sender::{Expect, Kind, SECRET, Sender, options};
use crate::server::{Server, Step, status, write};

fn proxy(port: u16) -> ProxyUrl {
    ProxyUrl::parse(&format!("http://user:{SECRET}@127.0.0.1:{port}")).unwrap()
}

#[test]
fn the_wire_says_what_it_cannot_do() {
    let mut with_proxy = options("http", 1);
    with_proxy.proxy = Some(proxy(1));
    let mut with_http2 = options("http", 1);
    with_http2.http2 = true;
    for (options, setting) in [(with_proxy, "--proxy"), (with_http2, "--http2")] {
        let refused = Sender::try_new(Kind::Wire, &options).err().unwrap();
        assert_eq!(refused, SetupError::NeedsClient { setting });
    }
}

#[tokio::test]
async fn plain_requests_go_to_the_proxy_in_full() {
    let server = Server::plain(vec![vec![Step::Read, status(200)]]).await;
    let mut options = options("http", 9);
    options.target = Target::parse("http://receiver.invalid/hook?a=1").unwrap();
    options.proxy = Some(proxy(server.port));
    let exchange = Sender::new(Kind::Client, &options).send("{}").await;
    Expect::Reply(200, "").assert(&exchange, "through the proxy");
    let head = server.request().await.head;
    assert!(head.starts_with("POST http://receiver.invalid/hook?a=1 HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("Proxy-Authorization: Basic dXNlcjpzM2NyM3Q=\r\n"), "{head}");
}

#[tokio::test]
async fn proxies_that_fail_are_not_the_receivers_fault() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let refusal =
        |status: &str| vec![write(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")), Step::Drain];
    let mut cases = vec![("http", closed), ("https", closed)];
    let mut servers = Vec::new();
    for script in [refusal("407 Credentials"), refusal("502 No"), vec![Step::Finish, Step::Drain]] {
        let server = Server::plain(vec![script]).await;
        cases.push(("https", server.port));
        servers.push(server);
    }
    for (scheme, port) in cases {
        let mut options = options(scheme, 9);
        options.tls.extra_roots = Some(Authority::new().pem.into_bytes());
        options.proxy = Some(proxy(port));
        let exchange = Sender::new(Kind::Client, &options).send("{}").await;
        Expect::Failure(C::ProxyFailed, P::Connect).assert(&exchange, scheme);
    }
}

#[tokio::test]
async fn a_receiver_without_http_2() {
    let answer = vec![write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), Step::Drain];
    let server = Server::plain(vec![answer]).await;
    let mut plain = options("http", server.port);
    plain.http2 = true;
    let exchange = Sender::new(Kind::Client, &plain).send("{}").await;
    assert_eq!(exchange.result.unwrap_err().code, C::Http2Unavailable);

    let authority = Authority::new();
    let mut config = authority.good().server();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let server = Server::tls(config, vec![vec![Step::Drain]]).await;
    let mut tls = options("https", server.port);
    tls.http2 = true;
    tls.tls.extra_roots = Some(authority.pem.into_bytes());
    let exchange = Sender::new(Kind::Client, &tls).send("{}").await;
    assert_eq!(exchange.result.unwrap_err().code, C::Http2Unavailable);
}

/// Runs the test below in a process of its own: the environment is the process's.
#[tokio::test]
async fn the_environments_proxy() {
    let server = Server::plain(vec![vec![Step::Read, status(203)]]).await;
    let child = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "proxy::with_a_proxy_in_the_environment"])
        .env("HTTP_PROXY", format!("http://127.0.0.1:{}", server.port))
        .env("NO_PROXY", "direct.invalid")
        .env_remove("REQUEST_METHOD")
        .output()
        .await
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    assert!(server.request().await.head.starts_with("POST http://receiver.invalid/ HTTP/1.1\r\n"));
}

#[tokio::test]
#[ignore = "needs a proxy in its environment; run by the_environments_proxy"]
async fn with_a_proxy_in_the_environment() {
    let target = |url: &str| Target::parse(url).unwrap();
    let mut options = options("http", 9);
    for (url, proxied) in [
        ("http://receiver.invalid/", true),
        ("http://direct.invalid/", false),
        ("http://localhost:9/", false),
    ] {
        options.target = target(url);
        assert_eq!(
            (environment_has_proxy(&options.target), options.needs_client()),
            (proxied, proxied),
            "{url}"
        );
    }
    options.target = target("http://receiver.invalid/");
    Expect::Reply(203, "").assert(&Sender::new(Kind::Client, &options).send("{}").await, "through the proxy");

    let server = Server::plain(vec![vec![Step::Read, status(200)]]).await;
    options.target = target(&format!("http://localhost:{}/", server.port));
    Expect::Reply(200, "").assert(&Sender::new(Kind::Client, &options).send("{}").await, "not through it");
    assert!(server.request().await.head.starts_with("POST / HTTP/1.1\r\n"));
}
