//! A TLS handshake and nothing else: what was agreed on, or why nothing was.

use std::sync::Arc;
use std::time::Duration;

use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::version::{TLS12, TLS13};
use rustls::{CertificateError, ClientConnection, Error, RootCertStore, SupportedProtocolVersion};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsConnector;

use crate::clock::Timestamp;
use crate::outcome::exchange::{Failure, FailureCode, Phase};

use super::super::failure;
use super::super::options::{SetupError, TransportOptions};
use super::super::wire::connect::{Asking, Connector, server_name};
use super::TlsOptions;

/// The versions of TLS that are offered. Older ones are not spoken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versions {
    /// TLS 1.2 alone.
    Tls12,
    /// TLS 1.3 alone.
    Tls13,
    /// Both.
    Any,
}

impl Versions {
    fn offered(self) -> Vec<&'static SupportedProtocolVersion> {
        match self {
            Self::Tls12 => vec![&TLS12],
            Self::Tls13 => vec![&TLS13],
            Self::Any => vec![&TLS13, &TLS12],
        }
    }
}

/// What a handshake agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// `TLS 1.2` or `TLS 1.3`.
    pub version: &'static str,
    /// The application protocol: `h2`, `http/1.1`, or none if the server chose none.
    pub alpn: Option<String>,
    /// The cipher suite by its registered name, such as `TLS_AES_128_GCM_SHA256`.
    pub cipher: String,
    /// The last moment of the server's certificate, if that can be read.
    pub not_after: Option<Timestamp>,
}

/// Opens a connection to the target, TCP and TLS, and closes it: no request is sent. `h2` and `http/1.1` are offered.
///
/// Trust, client certificate and source address are those of the settings; `check: false` accepts any certificate, as
/// `--insecure` does, so that trouble with versions and trouble with certificates can be told apart. TLS is spoken even
/// where the URL begins with `http://`. With TLS 1.3 a client learns of a refusal of its own certificate after the
/// handshake only, and so not here.
///
/// # Errors
/// The failure, named as that of a delivery; [`FailureCode::InvalidRequest`] for settings that cannot be used.
pub async fn handshake(
    options: &TransportOptions,
    versions: Versions,
    check: bool,
    limit: Duration,
) -> Result<Facts, Failure> {
    let mut phase = Phase::Resolve;
    match tokio::time::timeout(limit, shake(options, versions, check, &mut phase)).await {
        Ok(result) => result,
        Err(_) => Err(failure::timed_out(phase, Some(limit))),
    }
}

async fn shake(
    options: &TransportOptions,
    versions: Versions,
    check: bool,
    phase: &mut Phase,
) -> Result<Facts, Failure> {
    if options.proxy.is_some() {
        return Err(unusable(&"a handshake alone cannot go through a proxy"));
    }
    let tls = TlsOptions { insecure: options.tls.insecure || !check, ..options.tls.clone() };
    let config = tls
        .offering(&[b"h2", b"http/1.1"], &versions.offered(), true)
        .map_err(|error| unusable(&SetupError::from(error)))?;
    let name = server_name(&options.target).map_err(|error| unusable(&error))?;
    let connector = Connector::plain(options).map_err(|error| unusable(&error))?;
    let tcp = connector.tcp(phase, Asking::Once).await?;
    *phase = Phase::Tls;
    let mut stream = TlsConnector::from(Arc::new(config))
        .connect(name, tcp)
        .await
        .map_err(|error| failure::name(&error, Phase::Tls))?;
    let facts = facts(stream.get_ref().1);
    // The farewell is a courtesy; what was agreed on is known without it.
    let _ = stream.shutdown().await;
    Ok(facts)
}

fn unusable(why: &impl ToString) -> Failure {
    Failure::new(FailureCode::InvalidRequest, Phase::Tls, why.to_string())
}

fn facts(tls: &ClientConnection) -> Facts {
    let version = match tls.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "TLS 1.3",
    };
    let cipher = tls.negotiated_cipher_suite().map(|suite| suite.suite());
    let cipher = cipher.and_then(|suite| suite.as_str()).unwrap_or("unknown");
    Facts {
        version,
        alpn: tls.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned()),
        // rustls marks the suites of TLS 1.3; their registered names have no such mark.
        cipher: cipher.replacen("TLS13_", "TLS_", 1),
        not_after: tls.peer_certificates().and_then(<[_]>::first).and_then(not_after),
    }
}

/// The last moment of a certificate. It is judged as at the end of time, by nobody's word: its age is looked at before
/// its issuer, and the judgement says when it ended.
fn not_after(certificate: &CertificateDer<'_>) -> Option<Timestamp> {
    let parsed = ParsedCertificate::try_from(certificate).ok()?;
    let CryptoProvider { signature_verification_algorithms, .. } = ring::default_provider();
    let end = UnixTime::since_unix_epoch(Duration::from_secs(u64::MAX));
    let nobody = RootCertStore::empty();
    let algorithms = signature_verification_algorithms.all;
    match verify_server_cert_signed_by_trust_anchor(&parsed, &nobody, &[], end, algorithms) {
        Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
            i64::try_from(not_after.as_secs()).ok().map(Timestamp)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_read_whoever_issued_it() {
        let table = [
            (2002, 1, 1, "2002-01-01T00:00:00Z"),
            (2049, 12, 31, "2049-12-31T00:00:00Z"),
            (2050, 1, 1, "2050-01-01T00:00:00Z"),
            (9999, 12, 31, "9999-12-31T00:00:00Z"),
        ];
        for (year, month, day, text) in table {
            let mut params = CertificateParams::new(vec!["h".to_owned()]).unwrap();
            params.not_after = date_time_ymd(year, month, day);
            let made = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
            let read = not_after(made.der()).unwrap();
            let shown = if year == 9999 { read.0.to_string() } else { read.to_string() };
            let text = if year == 9999 { "253402214400" } else { text };
            assert_eq!(shown, text);
        }
        assert_eq!(not_after(&CertificateDer::from(b"no certificate".as_slice())), None);
    }
}
