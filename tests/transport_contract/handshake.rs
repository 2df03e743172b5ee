//! Handshakes without a request: versions, protocols, certificates.

use rustls::version::{TLS12, TLS13};
use wms_sim::outcome::exchange::{Failure, FailureCode as C, Phase as P};
use wms_sim::transport::options::{ProxyUrl, TransportOptions};
use wms_sim::transport::tls::handshake::{Facts, Versions, handshake};

use crate::certs::{Authority, Identity};
use crate::sender::{PATIENT, SECRET, SHORT, options};
use crate::server::{Server, Step, write};

/// The application protocols that a server speaks, and which is chosen.
type Chosen = (&'static [&'static str], Result<Option<&'static str>, C>);

const ALL: [Versions; 3] = [Versions::Tls12, Versions::Tls13, Versions::Any];

/// Options that trust this authority.
fn trusting(authority: &Authority, port: u16) -> TransportOptions {
    let mut options = options("https", port);
    options.tls.extra_roots = Some(authority.pem.clone().into_bytes());
    options
}

fn named(result: Result<Facts, Failure>) -> Result<&'static str, (C, P)> {
    result.map(|facts| facts.version).map_err(|failure| (failure.code, failure.phase))
}

#[tokio::test]
async fn versions_are_told_apart() {
    let authority = Authority::new();
    let failed = Err((C::TlsFailed, P::Tls));
    let both = [&TLS12, &TLS13];
    let cases = [
        (&both[..1], [Ok("TLS 1.2"), failed, Ok("TLS 1.2")]),
        (&both[1..], [failed, Ok("TLS 1.3"), Ok("TLS 1.3")]),
        (&both[..], [Ok("TLS 1.2"), Ok("TLS 1.3"), Ok("TLS 1.3")]),
    ];
    for (spoken, expected) in cases {
        let server = Server::tls(authority.good().server_with(spoken, None), vec![vec![Step::Drain]]).await;
        for (versions, expected) in ALL.into_iter().zip(expected) {
            for check in [true, false] {
                let result = handshake(&trusting(&authority, server.port), versions, check, PATIENT).await;
                if let Ok(facts) = &result {
                    let begin = if facts.version == "TLS 1.3" { "TLS_AES_" } else { "TLS_ECDHE_" };
                    assert!(facts.cipher.starts_with(begin), "{facts:?}");
                    assert_eq!(facts.alpn, None);
                }
                assert_eq!(named(result), expected, "{versions:?} to {spoken:?}, check: {check}");
            }
        }
    }
}

#[tokio::test]
async fn the_application_protocol_is_told() {
    let authority = Authority::new();
    let cases: [Chosen; 5] = [
        (&["h2", "http/1.1"], Ok(Some("h2"))),
        (&["http/1.1", "h2"], Ok(Some("http/1.1"))),
        (&["http/1.1"], Ok(Some("http/1.1"))),
        (&[], Ok(None)),
        (&["imap"], Err(C::TlsFailed)),
    ];
    for (spoken, expected) in cases {
        let mut config = authority.good().server();
        config.alpn_protocols = spoken.iter().map(|name| name.as_bytes().to_vec()).collect();
        let server = Server::tls(config, vec![vec![Step::Drain]]).await;
        let result = handshake(&trusting(&authority, server.port), Versions::Any, true, PATIENT).await;
        let alpn = result.map(|facts| facts.alpn).map_err(|failure| failure.code);
        assert_eq!(alpn, expected.map(|name| name.map(str::to_owned)), "{spoken:?}");
    }
}

#[tokio::test]
async fn certificates_are_judged_unless_that_is_not_wanted() {
    let authority = Authority::new();
    let cases: Vec<(&str, Identity, Option<C>)> = vec![
        ("good", authority.good(), None),
        ("expired", authority.expired(), Some(C::CertificateExpired)),
        ("not yet valid", authority.early(), Some(C::CertificateNotYetValid)),
        ("another host's", authority.identity("other.example", |_| {}), Some(C::CertificateWrongHost)),
        ("unknown issuer", Authority::new().good(), Some(C::CertificateUnknownIssuer)),
        ("not for servers", authority.wrong_purpose(), Some(C::CertificateInvalid)),
    ];
    for (name, identity, expected) in cases {
        let server = Server::tls(identity.server(), vec![vec![Step::Drain]]).await;
        let options = trusting(&authority, server.port);
        let checked = handshake(&options, Versions::Any, true, PATIENT).await;
        assert_eq!(checked.err().map(|failure| failure.code), expected, "{name}");
        let facts = handshake(&options, Versions::Any, false, PATIENT).await.unwrap();
        let end = facts.not_after.unwrap().to_string();
        assert_eq!(end == "2002-01-01T00:00:00Z", name == "expired", "{name}: {end}");
    }
}

#[tokio::test]
async fn nothing_is_sent_and_the_connection_is_closed() {
    let authority = Authority::new();
    let script = vec![Step::Take(1), Step::Drain];
    let server = Server::tls(authority.good().server(), vec![script]).await;
    let options = trusting(&authority, server.port);
    let task = tokio::spawn(async move { handshake(&options, Versions::Any, true, PATIENT).await });
    assert!(task.await.unwrap().is_ok());
    // The server would tell a byte; it finds the end instead.
    assert!(tokio::time::timeout(SHORT, server.request()).await.is_err());
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_port_that_does_not_speak_tls() {
    let cases = [
        (vec![write("SSH-2.0-OpenSSH_9.6\r\n"), Step::Drain], C::TlsNotSpoken),
        (vec![Step::Finish, Step::Drain], C::ClosedWithoutReply),
        (vec![Step::Hang], C::TlsTimeout),
    ];
    for (script, code) in cases {
        let server = Server::plain(vec![script]).await;
        let limit = if code == C::TlsTimeout { SHORT } else { PATIENT };
        let result = handshake(&options("https", server.port), Versions::Any, false, limit).await;
        assert_eq!(named(result), Err((code, P::Tls)));
    }
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let result = handshake(&options("https", closed), Versions::Any, false, PATIENT).await;
    assert_eq!(named(result), Err((C::ConnectionRefused, P::Connect)));
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_told() {
    let mut bad_roots = options("https", 9);
    bad_roots.tls.extra_roots = Some(b"no certificate".to_vec());
    let mut proxied = options("https", 9);
    proxied.proxy = Some(ProxyUrl::parse(&format!("http://u:{SECRET}@127.0.0.1:9")).unwrap());
    for (options, words) in [(bad_roots, "--cacert"), (proxied, "proxy")] {
        let failure = handshake(&options, Versions::Any, true, PATIENT).await.unwrap_err();
        assert_eq!(failure.code, C::InvalidRequest);
        assert!(failure.detail.contains(words) && !failure.detail.contains(SECRET), "{failure}");
    }
}
