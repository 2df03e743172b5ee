//! The names of what goes wrong on a connection, whichever transport it was.

use std::io::{Error, ErrorKind};
use std::net::IpAddr;

use crate::outcome::exchange::{Failure, FailureCode, Phase};

use super::tls;

/// Names an error of the operating system or of TLS that came up in `phase`.
pub(super) fn name(error: &Error, phase: Phase) -> Failure {
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return tls::failure::name(tls, phase);
    }
    Failure::new(code(error, phase), phase, error.to_string())
}

/// Names the setting that lets no route lead there, where requests come from an address that was chosen.
pub(super) fn from_source(mut failure: Failure, source: Option<IpAddr>) -> Failure {
    if let Some(source) = source.filter(|_| failure.code == FailureCode::Unreachable) {
        failure.detail = format!("{} (delivery.source-address is {source})", failure.detail);
    }
    failure
}

/// Whether the connection was cut by the other side, in the words of any operating system.
pub(super) fn is_cut(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::NotConnected
    )
}

fn code(error: &Error, phase: Phase) -> FailureCode {
    if out_of_descriptors(error) {
        return FailureCode::OutOfDescriptors;
    }
    // There was no connection that could have been cut: hyper's word for no address that can be tried.
    let none_yet = error.kind() == ErrorKind::NotConnected && phase == Phase::Connect;
    if is_cut(error) && !none_yet {
        return FailureCode::ConnectionReset;
    }
    match (error.kind(), phase) {
        (_, Phase::Resolve) => FailureCode::NameNotFound,
        (ErrorKind::ConnectionRefused, _) => FailureCode::ConnectionRefused,
        (ErrorKind::AddrNotAvailable | ErrorKind::AddrInUse, Phase::Connect) => FailureCode::OutOfPorts,
        // WSAENOBUFS: Windows's word for it.
        (_, Phase::Connect) if cfg!(windows) && error.raw_os_error() == Some(10055) => {
            FailureCode::OutOfPorts
        }
        (ErrorKind::TimedOut, _) => timeout(phase),
        // A firewall's rule that rejects outgoing connections is told as a lack of permission.
        (
            ErrorKind::NetworkUnreachable
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::PermissionDenied
            | ErrorKind::AddrNotAvailable
            | ErrorKind::NotConnected,
            _,
        ) => FailureCode::Unreachable,
        (ErrorKind::UnexpectedEof, Phase::Tls | Phase::Wait) => FailureCode::ClosedWithoutReply,
        (ErrorKind::UnexpectedEof, Phase::Head | Phase::Body) => FailureCode::ReplyTruncated,
        _ => FailureCode::OtherTransport,
    }
}

/// The code for a phase that did not end in time.
pub(super) const fn timeout(phase: Phase) -> FailureCode {
    match phase {
        Phase::Resolve => FailureCode::NameNotFound,
        Phase::Connect => FailureCode::ConnectTimeout,
        Phase::Tls => FailureCode::TlsTimeout,
        Phase::Send => FailureCode::SendTimeout,
        Phase::Wait => FailureCode::ReplyTimeout,
        Phase::Head => FailureCode::HeadTimeout,
        Phase::Body => FailureCode::BodyTimeout,
    }
}

/// The failure of a phase that did not end within the time limit.
pub(super) fn timed_out(phase: Phase, limit: Option<std::time::Duration>) -> Failure {
    let what = match phase {
        Phase::Resolve => "the name was not looked up",
        Phase::Connect => "no connection was made",
        Phase::Tls => "the TLS handshake did not end",
        Phase::Send => "the request was not taken",
        Phase::Wait => "no reply began",
        Phase::Head => "the head of the reply did not end",
        Phase::Body => "the body of the reply did not end",
    };
    let detail = limit.map_or_else(|| what.to_owned(), |limit| format!("{what} within {limit:?}"));
    Failure::new(timeout(phase), phase, detail)
}

/// Whether this process or this machine has no file descriptor left. There is no `ErrorKind` for that.
fn out_of_descriptors(error: &Error) -> bool {
    // ENFILE and EMFILE have these numbers on Linux, macOS and the BSDs; WSAEMFILE is Windows's.
    let codes: &[i32] = if cfg!(windows) { &[10024] } else { &[23, 24] };
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_system_have_names() {
        use FailureCode as C;
        let table = [
            (ErrorKind::ConnectionRefused, Phase::Connect, C::ConnectionRefused),
            (ErrorKind::HostUnreachable, Phase::Connect, C::Unreachable),
            (ErrorKind::NetworkUnreachable, Phase::Wait, C::Unreachable),
            (ErrorKind::PermissionDenied, Phase::Connect, C::Unreachable),
            (ErrorKind::NotConnected, Phase::Connect, C::Unreachable),
            (ErrorKind::NotConnected, Phase::Wait, C::ConnectionReset),
            (ErrorKind::AddrNotAvailable, Phase::Connect, C::OutOfPorts),
            (ErrorKind::TimedOut, Phase::Connect, C::ConnectTimeout),
            (ErrorKind::TimedOut, Phase::Wait, C::ReplyTimeout),
            (ErrorKind::ConnectionReset, Phase::Tls, C::ConnectionReset),
            (ErrorKind::ConnectionAborted, Phase::Wait, C::ConnectionReset),
            (ErrorKind::BrokenPipe, Phase::Send, C::ConnectionReset),
            (ErrorKind::UnexpectedEof, Phase::Tls, C::ClosedWithoutReply),
            (ErrorKind::UnexpectedEof, Phase::Body, C::ReplyTruncated),
            (ErrorKind::Other, Phase::Resolve, C::NameNotFound),
            (ErrorKind::Other, Phase::Wait, C::OtherTransport),
        ];
        for (kind, phase, code) in table {
            assert_eq!(name(&Error::from(kind), phase).code, code, "{kind:?} in {phase}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn too_many_open_files_is_told_in_every_phase() {
        for errno in [23, 24] {
            for phase in [Phase::Resolve, Phase::Connect, Phase::Wait] {
                let failure = name(&Error::from_raw_os_error(errno), phase);
                assert_eq!(failure.code, FailureCode::OutOfDescriptors);
            }
        }
    }
}
