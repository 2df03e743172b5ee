//! What happened on the wire for one request: a reply or a named failure, with its moments.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;

/// One request and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The receiver's reply, or why there was none.
    pub result: Result<Reply, Failure>,
    /// When each step was reached.
    pub moments: Moments,
    /// The connection had carried a request before.
    pub reused: bool,
    /// A reused connection had died unnoticed, and the request was sent again on a new one before any byte of an
    /// answer was seen. Never the receiver's fault: closing an idle connection is its right (RFC 9112, 9.3.1).
    pub resent: bool,
}

impl Exchange {
    /// The HTTP status, where there was a reply.
    pub fn status(&self) -> Option<u16> {
        self.result.as_ref().ok().map(|reply| reply.status)
    }
}

/// The moments of one request. A step that was not reached is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moments {
    /// The transport took the request.
    pub begun: Moment,
    /// A connection was there: at once for a reused one, else after name look-up, TCP and TLS.
    pub connected: Option<Moment>,
    /// The last byte of the request was handed to the operating system.
    pub sent: Option<Moment>,
    /// The first byte of the final reply was read.
    pub first_byte: Option<Moment>,
    /// The reply was complete, or the failure was noticed.
    pub ended: Moment,
}

/// What the receiver answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The status of the final response; 1xx responses before it were read and passed over.
    pub status: u16,
    /// The beginning of the body, for people: at most [`Reply::EXCERPT`] bytes.
    pub excerpt: Vec<u8>,
    /// How long the whole body was, in bytes.
    pub body_bytes: u64,
    /// The value of `Retry-After`, as sent.
    pub retry_after: Option<String>,
    /// The value of `Location`, as sent: redirects are never followed, but they are told.
    pub location: Option<String>,
    /// The receiver closed the connection after this reply.
    pub closed: bool,
}

impl Reply {
    /// How much of a body is kept.
    pub const EXCERPT: usize = 2048;
}

/// Why there was no reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Failure {
    /// The stable name of what went wrong.
    pub code: FailureCode,
    /// The step in which it went wrong.
    pub phase: Phase,
    /// What happened this time: addresses, names, the operating system's words. No credentials.
    pub detail: String,
    /// The status of a reply that began and did not end. Only the wire transport knows it: with the client it is `None`.
    pub status: Option<u16>,
}

impl Failure {
    /// A failure with its particulars.
    pub fn new(code: FailureCode, phase: Phase, detail: impl Into<String>) -> Self {
        Self { code, phase, detail: detail.into(), status: None }
    }
}

/// The step of a request in which something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Looking up the name.
    Resolve,
    /// Opening the TCP connection, through the proxy where there is one.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Sending the request.
    Send,
    /// Waiting for the first byte of the reply.
    Wait,
    /// Reading the rest of the reply's head.
    Head,
    /// Reading the reply's body.
    Body,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Send => "send",
            Self::Wait => "wait",
            Self::Head => "head",
            Self::Body => "body",
        })
    }
}

/// Whose side a failure was on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The receiver: its process, its HTTP, its certificate.
    Receiver,
    /// Between the two: names, routes, proxies. Nobody can say from here whose it is.
    Network,
    /// This machine: out of descriptors, out of ports.
    Sender,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Receiver => "receiver",
            Self::Network => "network",
            Self::Sender => "sender",
        })
    }
}

macro_rules! failures {
    ($( $variant:ident $name:literal $side:ident $meaning:literal $advice:literal )*) => {
        /// The stable names of everything that can go wrong with a request.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum FailureCode {
            $( #[doc = $meaning] #[serde(rename = $name)] $variant, )*
        }

        impl FailureCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// The stable name, for scripts.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// Whose side it was on.
            pub const fn side(self) -> Side {
                match self { $( Self::$variant => Side::$side, )* }
            }

            /// What it means, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $( Self::$variant => $meaning, )* }
            }

            /// What to do next, in a sentence.
            pub const fn advice(self) -> &'static str {
                match self { $( Self::$variant => $advice, )* }
            }
        }
    };
}

failures! {
    NameNotFound "name-not-found" Network "The host name could not be looked up."
        "Check the spelling of the host, and that this machine can resolve it."
    ConnectionRefused "connection-refused" Receiver "Nothing listens on the port."
        "Start the receiver, check the port, or give it time with --wait-for-target 30s."
    Unreachable "unreachable" Network "No route leads to the address."
        "Check the address, the network and the firewall."
    ConnectTimeout "connect-timeout" Network "The TCP connection was not accepted in time."
        "Check the address and the firewall; a full accept queue looks the same."
    ProxyFailed "proxy-failed" Network "The proxy did not make the connection."
        "Check --proxy and the proxy's own log."
    TlsTimeout "tls-timeout" Receiver "The TLS handshake did not end in time."
        "Check that the port speaks TLS."
    TlsNotSpoken "tls-not-spoken" Receiver "The port answered something that is not TLS."
        "Use http:// in the URL, or the port on which the receiver speaks TLS."
    CertificateExpired "certificate-expired" Receiver "The receiver's certificate has expired."
        "Renew the certificate; --insecure skips the check for a test."
    CertificateNotYetValid "certificate-not-yet-valid" Receiver "The receiver's certificate is not valid yet."
        "Check the clocks of both machines."
    CertificateWrongHost "certificate-wrong-host" Receiver "The receiver's certificate is for another host."
        "Use a host name that the certificate lists."
    CertificateUnknownIssuer "certificate-unknown-issuer" Receiver "The receiver's certificate comes from an issuer that is not trusted here."
        "Name the issuer with --cacert FILE; --insecure skips the check for a test."
    CertificateOfCa "certificate-of-ca" Receiver "The receiver shows a CA's certificate as its own."
        "Make a certificate for the server, with basicConstraints=CA:FALSE and its host as subjectAltName."
    CertificateInvalid "certificate-invalid" Receiver "The receiver's certificate is not acceptable."
        "See the detail; a certificate that is not made for servers, or one that breaks its issuer's rules, are the usual causes."
    ClientCertificateRefused "client-certificate-refused" Receiver "The receiver wants a client certificate, or another one."
        "Give it with --cert FILE --key FILE."
    TlsFailed "tls-failed" Receiver "The TLS handshake failed."
        "See the detail; versions and ciphers that both sides know are the usual cause."
    SendTimeout "send-timeout" Receiver "The receiver did not take the request in time."
        "The receiver reads too slowly, or not at all."
    ReplyTimeout "reply-timeout" Receiver "No reply came in time."
        "Acknowledge first, work later; --timeout changes how long is waited."
    HeadTimeout "head-timeout" Receiver "The head of the reply was not complete in time."
        "The receiver began to answer and stopped."
    BodyTimeout "body-timeout" Receiver "The body of the reply did not end in time."
        "End the reply: a webhook's answer needs no body."
    ClosedWithoutReply "closed-without-reply" Receiver "The connection was closed before any reply."
        "The receiver's process crashed, or a proxy in front of it gave up: see its log."
    ConnectionReset "connection-reset" Receiver "The connection was reset."
        "The receiver's process crashed, or it closed the connection with data unread: see its log."
    ReplyTruncated "reply-truncated" Receiver "The connection was closed in the middle of the reply."
        "The receiver promised more bytes than it sent: see its log."
    NotHttp "not-http" Receiver "The reply is not HTTP."
        "Check that the port is the receiver's; a TLS port needs https://."
    BadHttp "bad-http" Receiver "The reply breaks the rules of HTTP."
        "See the detail: a contradictory or malformed header or chunk."
    HeadTooLarge "head-too-large" Receiver "The head of the reply is larger than 64 KiB or has more than 128 fields."
        "Send fewer or shorter header fields."
    BodyTooLarge "body-too-large" Receiver "The body of the reply is larger than 1 MiB."
        "Answer briefly: a webhook's answer needs no body."
    TooManyInterim "too-many-interim-replies" Receiver "More than 16 interim (1xx) replies came before the final one."
        "Send the final status."
    SwitchedProtocols "switched-protocols" Receiver "The reply was 101, a change of protocol that nobody asked for."
        "Answer a POST with a final status."
    Http2Unavailable "http2-unavailable" Receiver "HTTP/2 was asked for and could not be used."
        "Leave --http2 out, or let the receiver speak it."
    OutOfDescriptors "out-of-descriptors" Sender "This machine has no file descriptor left for a connection."
        "Raise the limit (ulimit -n) or lower --max-in-flight."
    OutOfPorts "out-of-ports" Sender "This machine has no local port left for a connection."
        "Lower --max-in-flight, or let the receiver keep connections alive."
    InvalidRequest "invalid-request" Sender "The request could not be made."
        "See the detail: a header that is not allowed, usually."
    OtherTransport "other-transport-failure" Network "The transport failed in a way that has no name of its own."
        "See the detail."
}

impl FailureCode {
    /// Whether the receiver could not be reached at all.
    pub const fn is_down(self) -> bool {
        matches!(self, Self::ConnectionRefused | Self::Unreachable | Self::ConnectTimeout)
    }

    /// Whether the time limit ran out on a connection that stood.
    pub const fn is_timeout(self) -> bool {
        matches!(
            self,
            Self::TlsTimeout | Self::SendTimeout | Self::ReplyTimeout | Self::HeadTimeout | Self::BodyTimeout
        )
    }

    /// The code of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }
}

impl fmt::Display for FailureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
