//! What a transport is set up with: everything that is the same for each request.

use core::net::IpAddr;
use std::fmt;
use std::time::Duration;

use super::client::environment_has_proxy;
use super::headers::{Header, HeaderError};
use super::limits::DEFAULT_TIMEOUT;
use super::target::Target;
use super::tls::TlsOptions;
use crate::protocol::dialect::Dialect;

/// The settings of a transport. Start with [`TransportOptions::new`] and change what differs.
#[derive(Clone, Debug)]
pub struct TransportOptions {
    /// Where requests go.
    pub target: Target,
    /// Fields added to every request, in this order. One named `Host`, `Content-Type`, `User-Agent` or
    /// `Authorization` takes the place of the transport's own.
    pub headers: Vec<Header>,
    /// The value of `User-Agent`.
    pub user_agent: String,
    /// The value of `Content-Type`.
    pub content_type: String,
    /// How long a request may take over all its phases, or, where it is written as given
    /// ([`RawLane`](super::wire::RawLane)), over those after the TCP connection; `None` waits for ever.
    pub timeout: Option<Duration>,
    /// The address that requests come from; `None` leaves it to the system.
    pub source: Option<IpAddr>,
    /// Whom to trust, and as whom to appear.
    pub tls: TlsOptions,
    /// The proxy to go through, over [`Client`](super::client::Client) only.
    pub proxy: Option<ProxyUrl>,
    /// Speak HTTP/2, over [`Client`](super::client::Client) only.
    pub http2: bool,
}

impl TransportOptions {
    /// Sends to `target` with the usual settings.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            headers: Vec::new(),
            user_agent: concat!("wms-sim/", env!("CARGO_PKG_VERSION")).to_owned(),
            content_type: "application/json".to_owned(),
            timeout: Some(DEFAULT_TIMEOUT),
            source: None,
            tls: TlsOptions::default(),
            proxy: None,
            http2: false,
        }
    }

    /// Sends to `target` what a dialect says that requests are like.
    pub fn speaking(target: Target, dialect: &Dialect) -> Self {
        Self {
            content_type: dialect.content_type.clone(),
            user_agent: dialect.user_agent.clone(),
            timeout: dialect.timeout,
            source: dialect.source_address,
            ..Self::new(target)
        }
    }

    /// Whether only [`Client`](super::client::Client) can do what is asked for: a proxy, given here or by the
    /// environment, or HTTP/2. Everything else is better off with [`Wire`](super::wire::Wire).
    pub fn needs_client(&self) -> bool {
        self.http2 || self.proxy.is_some() || environment_has_proxy(&self.target)
    }

    /// What every request carries: each field but `Content-Length` and `X-WMS-Content-MAC`, in the order in which they
    /// are written. Their values are not for display.
    ///
    /// # Errors
    /// A setting that cannot stand in a header, such as a user agent with a line break.
    pub fn fields(&self) -> Result<Vec<Header>, HeaderError> {
        let own = [
            ("Host", Some(self.target.authority())),
            ("Authorization", self.target.authorization()),
            ("Content-Type", Some(self.content_type.as_str())),
            ("User-Agent", Some(self.user_agent.as_str())),
            ("Accept", Some("*/*")),
        ];
        let mut fields = Vec::with_capacity(own.len() + self.headers.len());
        // Host comes first (RFC 9110, 7.2), even one that the user named last.
        fields.extend(self.headers.iter().filter(|header| header.is("Host")).cloned());
        for (name, value) in own {
            if let Some(value) = value
                && !self.headers.iter().any(|header| header.is(name))
            {
                fields.push(Header::new(name, value)?);
            }
        }
        fields.extend(self.headers.iter().filter(|header| !header.is("Host")).cloned());
        Ok(fields)
    }
}

/// The URL of a proxy. `Display` and `Debug` hide its user information.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyUrl(Target);

impl ProxyUrl {
    /// Reads `http://proxy.example:3128` or `https://user:password@proxy.example`.
    pub fn parse(text: &str) -> Result<Self, super::target::TargetError> {
        Target::parse(text).map(Self)
    }

    /// The proxy as a target: its URL, and the credentials for it.
    pub fn target(&self) -> &Target {
        &self.0
    }
}

impl fmt::Display for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxyUrl({self})")
    }
}

/// Why a transport cannot be set up. Nothing has been sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// A header that cannot be sent.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// Certificates or keys that cannot be used.
    #[error(transparent)]
    Tls(#[from] super::tls::TlsSetupError),
    /// A host that no certificate can name.
    #[error(
        "the URL's host cannot stand in a certificate, so https:// cannot be used for it; check its spelling"
    )]
    HostName,
    /// An address that is not this machine's.
    #[error(
        "delivery.source-address: this machine has no address {0}; use one of its own, such as 127.0.0.2 for a target on it"
    )]
    Source(IpAddr),
    /// An address from which the target's cannot be reached.
    #[error(
        "delivery.source-address: {address} is an {} address and the target's {host} is not; use one of its family, or any",
        if address.is_ipv4() { "IPv4" } else { "IPv6" }
    )]
    SourceFamily {
        /// Where requests were to come from.
        address: IpAddr,
        /// The target's host, or the proxy's.
        host: String,
    },
    /// A setting that only the other transport has.
    #[error("{setting} needs a full HTTP client; use --transport reqwest, or leave it at auto")]
    NeedsClient {
        /// The flag.
        setting: &'static str,
    },
    /// Anything else that the HTTP client does not accept.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(options: &TransportOptions) -> Vec<String> {
        options.fields().unwrap().iter().map(|field| format!("{}: {}", field.name(), field.value())).collect()
    }

    #[test]
    fn own_fields_give_way_to_the_users() {
        let mut options = TransportOptions::new(Target::parse("http://u:p@h:81/").unwrap());
        options.user_agent = "UA".into();
        let own =
            ["Host: h:81", "Authorization: Basic dTpw", "Content-Type: application/json", "User-Agent: UA"];
        assert_eq!(names(&options), [&own[..], &["Accept: */*"]].concat());

        for text in ["X-A: 1", "user-agent: mine", "HOST: other", "X-A: 2", "authorization: Bearer t"] {
            options.headers.push(Header::parse(text).unwrap());
        }
        assert_eq!(
            names(&options),
            [
                "HOST: other",
                "Content-Type: application/json",
                "Accept: */*",
                "X-A: 1",
                "user-agent: mine",
                "X-A: 2",
                "authorization: Bearer t",
            ]
        );
    }

    #[test]
    fn a_line_break_in_a_setting_is_refused() {
        let mut options = TransportOptions::new(Target::parse("http://h/").unwrap());
        options.content_type = "a\r\nEvil: 1".into();
        assert_eq!(options.fields(), Err(HeaderError::BadValue("Content-Type".into())));
    }

    #[test]
    fn nothing_secret_is_shown() {
        let mut options = TransportOptions::new(Target::parse("http://u:s3cret@h/?t=s3cret").unwrap());
        options.headers.push(Header::parse("X-Key: s3cret").unwrap());
        options.proxy = Some(ProxyUrl::parse("http://u:s3cret@proxy:3128").unwrap());
        options.tls.client = Some(super::super::tls::ClientIdentity {
            certificates: b"s3cret".to_vec(),
            key: zeroize::Zeroizing::new(b"s3cret".to_vec()),
        });
        let shown = format!("{options:?}");
        assert!(!shown.contains("s3cret") && !shown.contains(&format!("{:?}", b"s3cret")), "{shown}");
    }
}
