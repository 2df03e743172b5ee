//! From the HTTP client's errors, which are chains of other crates' errors, to names.

use std::error::Error;
use std::io;

use crate::outcome::exchange::{Failure, FailureCode, Phase};

use super::super::failure;

/// What is known about the request that failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances {
    /// How far it was.
    pub(super) phase: Phase,
    /// It goes through a proxy.
    pub(super) proxied: bool,
    /// It was to be spoken in HTTP/2.
    pub(super) http2: bool,
}

/// Names an error. The outermost error is left out of the detail: it holds the URL, and so may hold a token.
pub(super) fn name(error: &reqwest::Error, at: Circumstances) -> Failure {
    let Circumstances { phase, proxied, http2 } = at;
    if error.is_builder() {
        return Failure::new(FailureCode::InvalidRequest, Phase::Send, deepest(error));
    }
    let named = links(error).find_map(|link| link_name(link, phase));
    let mut failure = named.unwrap_or_else(|| unnamed(error, phase));
    if http2 && unavailable(&failure) {
        failure.code = FailureCode::Http2Unavailable;
    }
    if proxied && proxys(&failure, error) {
        failure.code = FailureCode::ProxyFailed;
        failure.phase = Phase::Connect;
    }
    failure
}

/// Names an error of hyper's own.
#[cfg(feature = "serve")]
pub(in crate::transport) fn of_hyper(error: &hyper::Error, phase: Phase) -> Failure {
    hyper_name(error, phase)
        .or_else(|| links(error).find_map(|link| link_name(link, phase)))
        .unwrap_or_else(|| Failure::new(FailureCode::OtherTransport, phase, error.to_string()))
}

/// The errors beneath this one, from the outside in.
fn links<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |link: &&'a (dyn Error + 'static)| (**link).source())
}

fn deepest(error: &(dyn Error + 'static)) -> String {
    links(error).last().map_or_else(|| "the HTTP client gives no reason".to_owned(), ToString::to_string)
}

fn link_name(link: &(dyn Error + 'static), phase: Phase) -> Option<Failure> {
    if let Some(failure) = link.downcast_ref::<Failure>() {
        return Some(failure.clone());
    }
    if let Some(hyper) = link.downcast_ref::<hyper::Error>() {
        return hyper_name(hyper, phase);
    }
    if let Some(io) = link.downcast_ref::<io::Error>() {
        return Some(io_name(io, phase));
    }
    None
}

/// `None` where what lies beneath says more.
fn hyper_name(error: &hyper::Error, phase: Phase) -> Option<Failure> {
    let named = |code, phase| Some(Failure::new(code, phase, error.to_string()));
    if error.is_parse() {
        // Which rule was broken is known by the words alone, and a wrong version and a line that is no status line
        // at all have the same ones.
        let words = error.to_string();
        let code = if words.contains("too large") {
            FailureCode::HeadTooLarge
        } else if words.contains("HTTP version") {
            FailureCode::NotHttp
        } else {
            FailureCode::BadHttp
        };
        return named(code, Phase::Head);
    }
    if error.is_incomplete_message() {
        return match phase {
            Phase::Body => named(FailureCode::ReplyTruncated, Phase::Body),
            // hyper does not tell whether part of a head had come.
            _ => named(FailureCode::ClosedWithoutReply, Phase::Wait),
        };
    }
    if error.is_canceled() && error.source().is_none() {
        return named(FailureCode::ClosedWithoutReply, phase);
    }
    None
}

fn io_name(error: &io::Error, phase: Phase) -> Failure {
    // rustls is wrapped once by tokio-rustls, and once more by the connector.
    if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>()) {
        return io_name(inner, phase);
    }
    let malformed = matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput);
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).is_some();
    if phase == Phase::Body && malformed && !tls {
        return Failure::new(FailureCode::BadHttp, phase, error.to_string());
    }
    failure::name(error, phase)
}

fn unnamed(error: &reqwest::Error, phase: Phase) -> Failure {
    let detail = deepest(error);
    // RST_STREAM and GOAWAY: HTTP/2's ways to cut.
    let code = if detail.contains("received") && links(error).any(|link| link.to_string() == "http2 error") {
        FailureCode::ConnectionReset
    } else {
        FailureCode::OtherTransport
    };
    Failure::new(code, phase, detail)
}

/// Whether the failure is how a server looks that does not speak HTTP/2.
fn unavailable(failure: &Failure) -> bool {
    match failure.code {
        // Only h2 itself says so: what came is not made of frames.
        FailureCode::OtherTransport => failure.detail.contains("error detected"),
        FailureCode::TlsFailed => failure.detail.contains("NoApplicationProtocol"),
        _ => false,
    }
}

/// Whether a failure came up before the receiver itself was reached. The proxy's own errors are not public, so they
/// are known by their words.
fn proxys(failure: &Failure, error: &reqwest::Error) -> bool {
    let tunnel = || links(error).any(|link| link.to_string().starts_with("tunnel error"));
    let sender = matches!(failure.code, FailureCode::OutOfDescriptors | FailureCode::OutOfPorts);
    !sender && (matches!(failure.phase, Phase::Resolve | Phase::Connect) || tunnel())
}
