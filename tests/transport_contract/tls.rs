//! TLS: who is trusted, what is refused, and by which name.

use wms_sim::outcome::exchange::{FailureCode as C, Phase as P};
use wms_sim::transport::options::TransportOptions;

use crate::certs::{Authority, Identity};
use crate::sender::{BOTH, Expect, Sender, options};
use crate::server::{Server, Step, pause, repeat, status, write};

fn fails(code: C) -> Expect {
    Expect::Failure(code, P::Tls)
}

fn answers() -> Vec<Vec<Step>> {
    vec![repeat(&[Step::Read, status(200)], 2)]
}

/// Options that trust this authority.
fn trusting(authority: &Authority, port: u16) -> TransportOptions {
    let mut options = options("https", port);
    options.tls.extra_roots = Some(authority.pem.clone().into_bytes());
    options
}

#[tokio::test]
async fn certificates_are_judged() {
    let authority = Authority::new();
    let other = authority.identity("other.example", |_| {});
    let cases: Vec<(&str, Identity, Expect)> = vec![
        ("good", authority.good(), Expect::Reply(200, "")),
        ("expired", authority.expired(), fails(C::CertificateExpired)),
        ("not yet valid", authority.early(), fails(C::CertificateNotYetValid)),
        ("another host's", other, fails(C::CertificateWrongHost)),
        ("unknown issuer", Authority::new().good(), fails(C::CertificateUnknownIssuer)),
        ("not for servers", authority.wrong_purpose(), fails(C::CertificateInvalid)),
    ];
    for (name, identity, expect) in cases {
        for kind in BOTH {
            let server = Server::tls(identity.server(), answers()).await;
            let case = format!("{name} over {kind:?}");
            let exchange = Sender::new(kind, &trusting(&authority, server.port)).send("{}").await;
            expect.assert(&exchange, &case);

            let mut insecure = options("https", server.port);
            insecure.tls.insecure = true;
            let exchange = Sender::new(kind, &insecure).send("{}").await;
            Expect::Reply(200, "").assert(&exchange, &format!("insecure, {case}"));
        }
    }
}

#[tokio::test]
async fn every_version_is_spoken_and_connections_are_reused() {
    let authority = Authority::new();
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        for kind in BOTH {
            let config = authority.good().server_with(&[version], None);
            let server = Server::tls(config, answers()).await;
            let mut sender = Sender::new(kind, &trusting(&authority, server.port));
            for reused in [false, true] {
                let exchange = sender.send("{}").await;
                Expect::Reply(200, "").assert(&exchange, &format!("{version:?} over {kind:?}"));
                assert_eq!(exchange.reused, reused, "{version:?} over {kind:?}");
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            assert_eq!(server.connections(), 1);
        }
    }
}

#[tokio::test]
async fn client_certificates() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let client = |authority: &Authority| authority.identity("client", |_| {}).as_client();
    let cases = [
        ("the right one", Some(client(&clients)), Expect::Reply(200, "")),
        ("none", None, fails(C::ClientCertificateRefused)),
        ("a stranger's", Some(client(&Authority::new())), fails(C::ClientCertificateRefused)),
    ];
    for (name, identity, expect) in cases {
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            for kind in BOTH {
                let config = authority.good().server_with(&[version], Some(&clients));
                let server = Server::tls(config, answers()).await;
                let mut options = trusting(&authority, server.port);
                options.tls.client = identity.clone();
                let exchange = Sender::new(kind, &options).send("{}").await;
                expect.assert(&exchange, &format!("{name}, {version:?} over {kind:?}"));
            }
        }
    }
}

#[tokio::test]
async fn a_port_that_does_not_speak_tls() {
    let plain = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    let cases = [
        ("answers HTTP", vec![write(plain), Step::Finish, Step::Drain], fails(C::TlsNotSpoken)),
        ("greets", vec![write("SSH-2.0-OpenSSH_9.6\r\n"), Step::Drain], fails(C::TlsNotSpoken)),
        ("closes", vec![Step::Finish, Step::Drain], fails(C::ClosedWithoutReply)),
        ("resets", vec![pause(50), Step::Reset], fails(C::ConnectionReset)),
    ];
    for (name, script, expect) in cases {
        for kind in BOTH {
            let server = Server::plain(vec![script.clone()]).await;
            let exchange = Sender::new(kind, &trusting(&Authority::new(), server.port)).send("{}").await;
            expect.assert(&exchange, &format!("{name} over {kind:?}"));
        }
    }
}

/// A server that speaks TLS alone says so with an alert, which is not HTTP.
#[tokio::test]
async fn http_to_a_port_that_speaks_tls() {
    let authority = Authority::new();
    for kind in BOTH {
        let server = Server::tls(authority.good().server(), answers()).await;
        let exchange = Sender::new(kind, &options("http", server.port)).send("{}").await;
        let failure = exchange.result.unwrap_err();
        match kind {
            crate::sender::Kind::Wire => {
                assert_eq!(failure.code, C::NotHttp, "{failure}");
                assert!(failure.detail.contains("https://"), "{failure}");
            }
            // The alert's 7 bytes are too few for hyper to judge: it sees a message that is not complete.
            crate::sender::Kind::Client => {
                let codes = [C::NotHttp, C::ClosedWithoutReply, C::ConnectionReset];
                assert!(codes.contains(&failure.code), "{failure}");
            }
        }
    }
}

#[tokio::test]
async fn a_server_without_http_1() {
    let authority = Authority::new();
    for kind in BOTH {
        let mut config = authority.good().server();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let server = Server::tls(config, answers()).await;
        let exchange = Sender::new(kind, &trusting(&authority, server.port)).send("{}").await;
        fails(C::TlsFailed).assert(&exchange, &format!("{kind:?}"));
    }
}

/// Without TLS's farewell nobody can say whether a body that ends with the connection is whole (RFC 9112, 9.8).
#[tokio::test]
async fn a_body_that_ends_without_a_farewell() {
    let authority = Authority::new();
    let head = "HTTP/1.1 200 OK\r\n\r\nall of it?";
    let lost = Expect::Failure(C::ReplyTruncated, P::Body);
    let cases = [(Step::Finish, Expect::Reply(200, "all of it?")), (Step::Drop, lost)];
    for (end, expect) in cases {
        for kind in BOTH {
            let script = vec![Step::Read, write(head), pause(50), end.clone(), Step::Drain];
            let server = Server::tls(authority.good().server(), vec![script]).await;
            let exchange = Sender::new(kind, &trusting(&authority, server.port)).send("{}").await;
            expect.assert(&exchange, &format!("{end:?} over {kind:?}"));
        }
    }
}

#[tokio::test]
async fn a_connection_that_closes_over_tls_without_a_reply() {
    let authority = Authority::new();
    for end in [Step::Finish, Step::Drop] {
        for kind in BOTH {
            let script = vec![Step::Read, end.clone(), Step::Drain];
            let server = Server::tls(authority.good().server(), vec![script]).await;
            let exchange = Sender::new(kind, &trusting(&authority, server.port)).send("{}").await;
            let expect = Expect::Failure(C::ClosedWithoutReply, P::Wait);
            expect.assert(&exchange, &format!("{end:?} over {kind:?}"));
        }
    }
}
