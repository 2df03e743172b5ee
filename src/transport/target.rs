//! Where requests go: a URL that was understood once, and that never shows its secrets.

use std::fmt;
use std::net::IpAddr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use url::{Host, ParseError, Url};

/// The receiver's URL.
///
/// `Display` and `Debug` show it redacted (`http://***@host/path?token=***`), so that it can stand in any message.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// Without user information: that went into `authorization`.
    url: Url,
    host: Host<String>,
    port: u16,
    authority: String,
    path_and_query: String,
    authorization: Option<String>,
}

/// Why a URL cannot be a target. The messages never repeat what may be a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No `http://` at the front.
    #[error("the URL has no scheme; write it in full, such as http://localhost:8080/webhook")]
    NoScheme,
    /// A scheme other than http and https.
    #[error("only URLs with http:// or https:// can be used, not {0}://")]
    OtherScheme(String),
    /// Nothing between the slashes and the path.
    #[error("the URL names no host; one stands after the two slashes, such as http://localhost:8080/webhook")]
    NoHost,
    /// A host that cannot be one.
    #[error(
        "the URL's host is not valid ({0}); it is a name, an IPv4 address or an IPv6 address in brackets"
    )]
    BadHost(String),
    /// A port that is not a number from 1 to 65535.
    #[error("the URL's port is not a number from 1 to 65535")]
    BadPort,
    /// A `#fragment`, which HTTP never sends.
    #[error("the URL has a fragment (#...), which is never sent to a server; remove it, or write # as %23")]
    Fragment,
    /// Anything else that the URL standard refuses.
    #[error("the URL cannot be read ({0})")]
    Unreadable(String),
}

impl Target {
    /// Reads a URL such as `https://user:password@example.com:8443/webhook?token=1`.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").ok_or(TargetError::NoScheme)?;
        if !is_scheme(scheme) {
            return Err(TargetError::NoScheme);
        }
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return Err(TargetError::OtherScheme(scheme.to_ascii_lowercase()));
        }
        // The URL standard would skip extra slashes and take the first word of the path for the host.
        if rest.is_empty() || rest.starts_with(['/', '\\', '?', '#']) {
            return Err(TargetError::NoHost);
        }
        let mut url = Url::parse(text).map_err(refused)?;
        if url.fragment().is_some() {
            return Err(TargetError::Fragment);
        }
        let host = url.host().ok_or(TargetError::NoHost)?.to_owned();
        let port = url.port_or_known_default().filter(|port| *port != 0).ok_or(TargetError::BadPort)?;
        let authorization = basic_authorization(&url);
        // Neither fails for a URL that has a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        Ok(Self {
            authority: authority(&url, &host),
            path_and_query: url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
            url,
            host,
            port,
            authorization,
        })
    }

    /// Whether TLS is spoken.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The same place in the other scheme: http for https and https for http, on the same port.
    #[must_use]
    pub fn in_other_scheme(&self) -> Self {
        let mut other = self.clone();
        // Neither fails between these two schemes.
        let _ = other.url.set_scheme(if self.is_https() { "http" } else { "https" });
        let _ = other.url.set_port(Some(self.port));
        other.authority = authority(&other.url, &other.host);
        other
    }

    /// The host: a name or an address.
    pub fn host(&self) -> &Host<String> {
        &self.host
    }

    /// The port, the scheme's own if the URL names none.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The value of the `Host` header: the port is left out where it is the scheme's own.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The path and query as they stand in the request line. Not for display: a query may hold a token.
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// The value of `Authorization` that the URL's user information asks for. Not for display.
    pub fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    /// The URL without user information. Not for display: a query may hold a token.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Whether the URL leads to this machine: `localhost`, a loopback address or the unspecified address.
    pub fn is_loopback(&self) -> bool {
        let address = match &self.host {
            Host::Domain(name) => return is_localhost(name),
            Host::Ipv4(v4) => IpAddr::V4(*v4),
            Host::Ipv6(v6) => IpAddr::V6(*v6).to_canonical(),
        };
        address.is_loopback() || address.is_unspecified()
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = if self.authorization.is_some() { "***@" } else { "" };
        write!(f, "{}://{user}{}{}", self.url.scheme(), self.authority, self.url.path())?;
        let Some(query) = self.url.query() else { return Ok(()) };
        let mut separator = '?';
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some((key, _)) => write!(f, "{separator}{key}=***")?,
                // A query without `=` may well be the token itself.
                None => write!(f, "{separator}***")?,
            }
            separator = '&';
        }
        Ok(())
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self})")
    }
}

impl std::str::FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        Self::parse(text)
    }
}

/// Whether a name is `localhost` or below it, which is always this machine (RFC 6761, 6.3).
pub(super) fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

/// The port stands in it where it is not the scheme's own.
fn authority(url: &Url, host: &Host<String>) -> String {
    url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn refused(error: ParseError) -> TargetError {
    match error {
        ParseError::EmptyHost => TargetError::NoHost,
        ParseError::InvalidPort => TargetError::BadPort,
        ParseError::IdnaError
        | ParseError::InvalidIpv4Address
        | ParseError::InvalidIpv6Address
        | ParseError::InvalidDomainCharacter => TargetError::BadHost(error.to_string()),
        other => TargetError::Unreadable(other.to_string()),
    }
}

fn basic_authorization(url: &Url) -> Option<String> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let mut credentials: Vec<u8> = percent_decode_str(url.username()).collect();
    credentials.push(b':');
    credentials.extend(percent_decode_str(url.password().unwrap_or_default()));
    Some(format!("Basic {}", BASE64_STANDARD.encode(credentials)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        // (URL, Host header, port, request target, loopback, shown as)
        let table = [
            ("http://h", "h", 80, "/", false, "http://h/"),
            ("https://h", "h", 443, "/", false, "https://h/"),
            ("HTTP://H:80/A", "h", 80, "/A", false, "http://h/A"),
            ("http://h:443/", "h:443", 443, "/", false, "http://h:443/"),
            ("https://h:8443?x=1", "h:8443", 8443, "/?x=1", false, "https://h:8443/?x=***"),
            ("http://[::1]:3000/a", "[::1]:3000", 3000, "/a", true, "http://[::1]:3000/a"),
            ("http://[::ffff:127.0.0.1]/", "[::ffff:7f00:1]", 80, "/", true, "http://[::ffff:7f00:1]/"),
            ("http://127.9.9.9/", "127.9.9.9", 80, "/", true, "http://127.9.9.9/"),
            ("http://0.0.0.0:1/", "0.0.0.0:1", 1, "/", true, "http://0.0.0.0:1/"),
            ("http://localhost:3000/w", "localhost:3000", 3000, "/w", true, "http://localhost:3000/w"),
            ("http://a.localhost./", "a.localhost.", 80, "/", true, "http://a.localhost./"),
            ("http://notlocalhost/", "notlocalhost", 80, "/", false, "http://notlocalhost/"),
            (
                "http://bücher.example/ü?q=ü z",
                "xn--bcher-kva.example",
                80,
                "/%C3%BC?q=%C3%BC%20z",
                false,
                "http://xn--bcher-kva.example/%C3%BC?q=***",
            ),
            ("http://h/?a=1&token=s3cret&s3cret", "h", 80, "/?a=1&token=s3cret&s3cret", false, {
                "http://h/?a=***&token=***&***"
            }),
            ("  http://h/a \n", "h", 80, "/a", false, "http://h/a"),
            ("http://h/a%23b", "h", 80, "/a%23b", false, "http://h/a%23b"),
        ];
        for (text, authority, port, path, loopback, shown) in table {
            let target = Target::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(target.authority(), authority, "{text}");
            assert_eq!(target.port(), port, "{text}");
            assert_eq!(target.path_and_query(), path, "{text}");
            assert_eq!(target.is_loopback(), loopback, "{text}");
            assert_eq!(target.is_https(), text.trim().starts_with("https"), "{text}");
            assert_eq!(target.to_string(), shown, "{text}");
            assert_eq!(target.authorization(), None, "{text}");
        }
    }

    #[test]
    fn the_other_scheme_keeps_the_port_and_shows_no_secret() {
        let table = [
            ("http://h:8443/a?k=s", "https://h:8443/a?k=***", "h:8443"),
            ("https://u:p@[::1]:3000/a", "http://***@[::1]:3000/a", "[::1]:3000"),
            ("http://h/", "https://h:80/", "h:80"),
            ("https://h/", "http://h:443/", "h:443"),
            ("http://h:443/", "https://h/", "h"),
        ];
        for (text, shown, authority) in table {
            let target = Target::parse(text).unwrap();
            let other = target.in_other_scheme();
            assert_eq!((other.to_string().as_str(), other.authority()), (shown, authority), "{text}");
            assert_eq!((other.port(), other.is_https()), (target.port(), !target.is_https()), "{text}");
            assert_eq!(other.in_other_scheme(), target, "{text}");
        }
    }

    #[test]
    fn refused_urls_say_why() {
        let table = [
            ("", TargetError::NoScheme),
            ("localhost:3000/hook", TargetError::NoScheme),
            ("/hook", TargetError::NoScheme),
            ("user:pw@host/?x=://", TargetError::NoScheme),
            ("://h", TargetError::NoScheme),
            ("ftp://h/", TargetError::OtherScheme("ftp".into())),
            ("WS://h/", TargetError::OtherScheme("ws".into())),
            ("http://", TargetError::NoHost),
            ("http:///hook", TargetError::NoHost),
            ("http://?x", TargetError::NoHost),
            ("http://:80/", TargetError::NoHost),
            ("http://user@/", TargetError::NoHost),
            ("http://h:0/", TargetError::BadPort),
            ("http://h:65536/", TargetError::BadPort),
            ("http://h:80x/", TargetError::BadPort),
            ("http://h/#top", TargetError::Fragment),
            ("http://h/#", TargetError::Fragment),
        ];
        for (text, error) in table {
            assert_eq!(Target::parse(text), Err(error), "{text}");
        }
        assert!(matches!(Target::parse("http://[::1/"), Err(TargetError::BadHost(_))));
        assert!(matches!(Target::parse("http://a b/"), Err(TargetError::BadHost(_))));
        assert!(matches!(Target::parse("http://1.2.3.4.5/"), Err(TargetError::BadHost(_))));
    }

    #[test]
    fn user_information_becomes_basic_authorization_and_is_never_shown() {
        let target = Target::parse("https://us%40er:p%3Aw@h/hook?key=s3cret").unwrap();
        assert_eq!(target.authorization(), Some("Basic dXNAZXI6cDp3"));
        assert_eq!(target.to_string(), "https://***@h/hook?key=***");
        assert_eq!(format!("{target:?}"), "Target(https://***@h/hook?key=***)");
        assert_eq!(target.url().as_str(), "https://h/hook?key=s3cret");
        assert_eq!(Target::parse("http://token@h/").unwrap().authorization(), Some("Basic dG9rZW46"));
    }
}
