//! A receiver behind TLS.

use std::fs;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

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
}
