//! Whether a port that does not answer events speaks the other scheme: http where the URL says https, or the reverse.

use std::time::Duration;

use bytes::Bytes;

use super::Runner;
use crate::conformance::judge::Seen;
use crate::outcome::exchange::FailureCode;
use crate::transport::options::TransportOptions;
use crate::transport::target::Target;
use crate::transport::tls::handshake::{Versions, handshake};
use crate::transport::wire::{Piece, RawRequest, Wire};

/// Who speaks the other scheme says so soon.
const SOON: Duration = Duration::from_secs(2);
/// What many servers answer in HTTP where they expected TLS, and in TLS where they expected HTTP.
const BAD_REQUEST: u16 = 400;

impl Runner {
    /// The URL in the other scheme, to be shown, if the port speaks that one.
    pub(super) async fn other_scheme(&self, seen: &Seen) -> Option<String> {
        if !is_strange(seen) {
            return None;
        }
        let other = self.options.target.in_other_scheme();
        let spoken = if other.is_https() {
            let limit = self.timeout().min(SOON);
            // A part of it is for the second address of a name.
            let options = TransportOptions { timeout: Some(limit), ..self.options.clone() };
            handshake(&options, Versions::Any, false, limit).await.is_ok()
        } else {
            let certain =
                seen.result.as_ref().is_err_and(|failure| failure.code == FailureCode::TlsNotSpoken);
            let status = self.greet(&other).await;
            status.is_some_and(|status| certain || status != BAD_REQUEST)
        };
        spoken.then(|| other.to_string())
    }

    /// What is answered to a request that holds nothing of the user's: no event, no path, no credentials.
    async fn greet(&self, target: &Target) -> Option<u16> {
        let limit = self.timeout().min(SOON);
        let options = TransportOptions {
            timeout: Some(limit),
            source: self.options.source,
            ..TransportOptions::new(target.clone())
        };
        let head = format!("HEAD / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", target.authority());
        let request = RawRequest { pieces: vec![Piece::Bytes(Bytes::from(head))], is_head: true };
        let wire = Wire::new(&options, self.clock).ok()?;
        let mut connection = Box::new(wire.raw());
        let raw = Box::pin(connection.exchange_within(&request, Some(limit))).await;
        raw.exchange.status()
    }
}

/// Whether an answer says itself that TLS was expected, as those of nginx, Apache, Go and Tomcat do.
pub(super) fn is_about_tls(seen: &Seen) -> bool {
    seen.result.as_ref().is_ok_and(|reply| {
        let text = String::from_utf8_lossy(&reply.excerpt).to_ascii_lowercase();
        reply.status == BAD_REQUEST && ["https", "ssl", "tls"].iter().any(|word| text.contains(word))
    })
}

/// Whether this may have come of the wrong scheme.
fn is_strange(seen: &Seen) -> bool {
    seen.result.as_ref().err().is_none_or(|failure| {
        matches!(
            failure.code,
            FailureCode::TlsNotSpoken
                | FailureCode::TlsTimeout
                | FailureCode::NotHttp
                | FailureCode::BadHttp
                | FailureCode::ClosedWithoutReply
                | FailureCode::ConnectionReset
                | FailureCode::ReplyTimeout
        )
    })
}
