//! Cases that look at a TLS handshake.

use super::Runner;
use super::attempt::Attempt;
use crate::conformance::case::Handshake;
use crate::outcome::check::Verdict;
use crate::outcome::exchange::{Failure, FailureCode, Phase};
use crate::transport::tls::handshake::{Facts, Versions, handshake};

const CERTIFICATE: &str = "a certificate that is valid for the host";
const VERSION: &str = "TLS 1.2 or 1.3";

impl Runner {
    /// Shakes hands and judges what was agreed on.
    pub(super) async fn handshake(&self, what: Handshake) -> Attempt {
        match what {
            Handshake::Certificate => self.certificate().await,
            Handshake::Version => self.version().await,
            Handshake::Spoken => self.spoken().await,
        }
    }

    async fn certificate(&self) -> Attempt {
        if self.options.tls.insecure {
            return Attempt::of(Verdict::Skip, CERTIFICATE, "with --insecure no certificate is looked at");
        }
        match self.shake(Versions::Any, true).await {
            Ok(facts) => {
                let until = facts.not_after.map(|end| format!(", until {end}")).unwrap_or_default();
                Attempt::of(Verdict::Pass, CERTIFICATE, format!("a valid certificate{until}"))
            }
            Err(failure) if is_of_certificate(failure.code) => failed(CERTIFICATE, &failure),
            Err(failure) => unknown(CERTIFICATE, &failure),
        }
    }

    async fn version(&self) -> Attempt {
        match self.shake(Versions::Any, false).await {
            Ok(facts) => Attempt::of(Verdict::Pass, VERSION, facts.version),
            Err(failure) if is_refusal(&failure) => failed(VERSION, &failure),
            Err(failure) => unknown(VERSION, &failure),
        }
    }

    async fn spoken(&self) -> Attempt {
        const EXPECTED: &str = "any answer: it is only measured";
        let both = match self.shake(Versions::Any, false).await {
            Ok(facts) => facts,
            Err(failure) => return unknown(EXPECTED, &failure),
        };
        let mut versions = Vec::new();
        for (version, name) in [(Versions::Tls12, "TLS 1.2"), (Versions::Tls13, "TLS 1.3")] {
            match self.shake(version, false).await {
                Ok(_) => versions.push(name),
                Err(failure) if is_refusal(&failure) => {}
                Err(failure) => return unknown(EXPECTED, &failure),
            }
        }
        let Facts { version, alpn, cipher, .. } = both;
        let alpn = alpn.unwrap_or_else(|| "no protocol of those offered (ALPN)".to_owned());
        let versions = if versions.is_empty() { version.to_owned() } else { versions.join(" and ") };
        Attempt::of(
            Verdict::Pass,
            EXPECTED,
            format!("{versions}; of h2 and http/1.1 it chose {alpn}; {cipher}"),
        )
    }

    /// A handshake with the settings of the run; `check` looks at the certificate.
    pub(super) async fn shake(&self, versions: Versions, check: bool) -> Result<Facts, Failure> {
        handshake(&self.options, versions, check, self.timeout()).await
    }
}

/// Whether a handshake had a result, and it is that the versions are not spoken. A connection that is cut or silent says
/// nothing of versions; whom the receiver speaks to is its own affair, and another version would not help.
fn is_refusal(failure: &Failure) -> bool {
    failure.phase == Phase::Tls && matches!(failure.code, FailureCode::TlsFailed | FailureCode::TlsNotSpoken)
}

const fn is_of_certificate(code: FailureCode) -> bool {
    matches!(
        code,
        FailureCode::CertificateExpired
            | FailureCode::CertificateNotYetValid
            | FailureCode::CertificateWrongHost
            | FailureCode::CertificateUnknownIssuer
            | FailureCode::CertificateOfCa
            | FailureCode::CertificateInvalid
    )
}

fn failed(expected: &str, failure: &Failure) -> Attempt {
    Attempt::of(Verdict::Fail, expected, format!("{failure} ({})", failure.code.meaning()))
}

/// What keeps a handshake from being judged.
pub(super) fn unknown(expected: &str, failure: &Failure) -> Attempt {
    let mut attempt = Attempt::error(expected, format!("not judged: {failure}"));
    attempt.down = failure.code.is_down();
    attempt
}
