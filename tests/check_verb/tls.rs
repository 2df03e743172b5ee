//! A receiver behind TLS.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::common::cli::scratch;
use super::common::receiver::{Kind, Receiver, Setup};
use super::report::{check, reported};

fn certificates(folder: &Path) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.distinguished_name.push(rcgen::DnType::CommonName, "an issuer of this test");
    let ca_certificate = ca.self_signed(&ca_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = server.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap();
    fs::write(folder.join("ca.pem"), ca_certificate.pem()).unwrap();
    fs::write(folder.join("server.pem"), certificate.pem()).unwrap();
    fs::write(folder.join("server.key"), key.serialize_pem()).unwrap();
}

fn receiver(folder: &Path) -> Receiver {
    let mut receiver = Setup::new(Kind::Node, super::SECRET)
        .env("TLS_CERT", folder.join("server.pem"))
        .env("TLS_KEY", folder.join("server.key"))
        .start();
    receiver.allow_no_calls();
    receiver
}

/// A port that speaks TLS, and answers a request without it with these bytes before it hangs up. It ends with the process.
pub fn port_answering_http(bytes: &'static [u8]) -> u16 {
    /// How every handshake begins.
    const HANDSHAKE: u8 = 0x16;
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let config = Arc::clone(&config);
            thread::spawn(move || {
                let mut first = [0];
                if stream.peek(&mut first).is_ok() && first[0] == HANDSHAKE {
                    let tls = ServerConnection::new(config).unwrap();
                    let _ = StreamOwned::new(tls, stream).read(&mut [0; 4096]);
                } else {
                    let _ = stream.read(&mut [0; 4096]);
                    let _ = stream.write_all(bytes);
                }
            });
        }
    });
    port
}

#[test]
fn everything_about_http_passes_over_tls() {
    let folder = scratch();
    certificates(folder.path());
    let receiver = receiver(folder.path());
    let url = format!("https://localhost:{}/webhook", receiver.port());
    let ca = folder.path().join("ca.pem").display().to_string();
    let (output, report) = reported(check(&url, "http mac/m* order/duplicate --strict --cacert").arg(&ca));
    assert_eq!(output.code(), Some(0), "{output}");
    assert_eq!(report.with("skip"), [""; 0], "{output}");
    assert_eq!(report.case("http/certificate")["verdict"], "pass", "{output}");

    // Without the check of the certificate all but that is judged.
    let (output, report) = reported(check(&url, "http --fast --insecure"));
    assert!(report.with("fail").iter().all(|id| *id == "http/certificate"), "{output}");
    assert_eq!(report.case("http/tls-version")["verdict"], "pass", "{output}");
    assert_eq!(report.case("http/chunked")["verdict"], "pass", "{output}");
}

#[test]
fn a_certificate_that_is_not_trusted_is_the_failure() {
    let folder = scratch();
    certificates(folder.path());
    let receiver = receiver(folder.path());
    let url = format!("https://localhost:{}/webhook", receiver.port());
    let (output, report) = reported(check(&url, "http mac/missing"));
    assert_eq!(output.code(), Some(1), "{output}");
    assert_eq!(report.with("fail"), ["http/certificate"], "{output}");
    assert!(report.actual("mac/missing").contains("certificate-unknown-issuer"), "{output}");
    // Spoken to without TLS, it judges nothing.
    let (output, report) = reported(check(&url.replace("https:", "http:"), "http mac/missing --timeout 2s"));
    assert_eq!((output.code(), report.with("fail").len()), (Some(3), 0), "{output}");
    let shown = output.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains(&format!("run it again with --to {url}")), "{output}");
}

/// A certificate as `openssl req -x509` makes it is a CA's. The lines of the fix make one that is not, and they are run.
#[test]
fn a_certificate_of_a_ca_and_its_fix() {
    let folder = scratch();
    let run = |line: &str| {
        let done = Command::new("sh").args(["-ec", line]).current_dir(folder.path()).output().unwrap();
        assert!(done.status.success(), "{line}\n{}", String::from_utf8_lossy(&done.stderr));
    };
    run(
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout server.key -out server.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost",
    );
    let checked = |line: &str| {
        let receiver = receiver(folder.path());
        let url = format!("https://localhost:{}/webhook", receiver.port());
        reported(check(&url, line).dir(folder.path()))
    };
    let line = "http/certificate mac/missing --cacert server.pem";
    let (output, report) = checked(line);
    assert_eq!(output.code(), Some(1), "{output}");
    assert!(report.actual("http/certificate").starts_with("certificate-of-ca: "), "{output}");
    let bugs = report.0["diagnosis"].as_array().unwrap();
    assert_eq!((bugs.len(), &bugs[0]["name"]), (1, &"certificate-of-a-ca".into()), "{output}");
    run(bugs[0]["fixes"][0]["code"].as_str().unwrap());
    let (output, report) = checked(line);
    assert_eq!(output.code(), Some(0), "{output}");
    assert_eq!(report.with("pass").len(), 2, "{output}");
}
