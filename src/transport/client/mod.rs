//! The same over a full HTTP client, reqwest: for proxies and HTTP/2, and as a second opinion (`--transport reqwest`).
//!
//! What differs from [`Wire`](super::wire::Wire):
//! - Field names are written in title case over HTTP/1.1, so that the signature stands in `X-Wms-Content-Mac`, and in
//!   lower case over HTTP/2, as that demands. Names of fields have no case by the rules of HTTP; a receiver that
//!   compares them letter by letter sees the difference.
//! - `sent` is the moment at which the client took the last part of the body, not the operating system.
//! - `first_byte` is the moment at which the head was complete: what happens before is not visible. So a head that
//!   does not end in time is a `reply-timeout`, and one that breaks off is a `closed-without-reply`.
//! - For the same reason a reused connection that dies in the middle of a head is tried again, as one that dies before.
//! - Interim replies are passed over without a limit other than the time.
//! - `Content-Length` beside `Transfer-Encoding: chunked` is tolerated, and so is a bare line feed in a trailer.

mod body;
pub(super) mod cause;
mod head;
mod lane;
mod probe;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Proxy, Url, redirect};
use rustls::ClientConfig;
use rustls::client::Resumption;

use crate::clock::RunClock;

use super::address::check_source;
use super::discretion::Discretion;
use super::limits::{FIELD_LIMIT, HEAD_LIMIT};
use super::options::{SetupError, TransportOptions};
use super::target::Target;
use super::{IDLE_LIMIT, Transport};
use probe::{Probe, Sessions};

pub use lane::ClientLane;

/// Sends through reqwest.
#[derive(Clone)]
pub struct Client {
    setup: Arc<Setup>,
}

/// What all lanes share.
struct Setup {
    url: Url,
    fields: HeaderMap,
    tls: ClientConfig,
    proxy: Option<Proxy>,
    proxied: bool,
    loopback: bool,
    http2: bool,
    timeout: Option<Duration>,
    source: Option<IpAddr>,
    discretion: Discretion,
    clock: RunClock,
}

impl Client {
    /// A transport for these settings. Opens no connection yet.
    pub fn new(options: &TransportOptions, clock: RunClock) -> Result<Self, SetupError> {
        let target = &options.target;
        let proxied = options.proxy.is_some() || environment_has_proxy(target);
        // Which proxy the environment names is not known here, so that one is taken to speak TLS.
        let tls_to_proxy = options.proxy.as_ref().map_or(proxied, |proxy| proxy.target().is_https());
        let alpn: &[u8] = if options.http2 { b"h2" } else { b"http/1.1" };
        let to = match &options.proxy {
            Some(proxy) => Some(proxy.target().host()),
            // Which one the environment names is not known here.
            None if proxied => None,
            None => Some(target.host()),
        };
        check_source(options.source, to)?;
        let setup = Setup {
            url: target.url().clone(),
            fields: fields(options)?,
            tls: options.tls.config(target, alpn, tls_to_proxy)?,
            proxy: options.proxy.as_ref().map(|proxy| through(proxy.target())).transpose()?,
            proxied,
            loopback: target.is_loopback(),
            http2: options.http2,
            timeout: options.timeout,
            source: options.source,
            discretion: Discretion::new(options)?,
            clock,
        };
        // Settings that no client can be built from are found now, not by the first request.
        setup.client(&Probe::new(clock)).map_err(|error| SetupError::Client(words(&error)))?;
        Ok(Self { setup: Arc::new(setup) })
    }
}

impl Transport for Client {
    type Lane = ClientLane;

    fn lane(&self) -> ClientLane {
        ClientLane::new(Arc::clone(&self.setup))
    }
}

/// Whether the environment (`HTTPS_PROXY` and its like, `NO_PROXY`) names a proxy for this target. It is not asked
/// for targets on this machine.
pub fn environment_has_proxy(target: &Target) -> bool {
    let matcher = hyper_util::client::proxy::matcher::Matcher::from_system();
    !target.is_loopback() && target.url().as_str().parse().is_ok_and(|uri| matcher.intercept(&uri).is_some())
}

impl Setup {
    /// A client with a connection of its own, so that a lane has one connection in either transport.
    fn client(&self, probe: &Probe) -> reqwest::Result<reqwest::Client> {
        let mut tls = self.tls.clone();
        tls.resumption = Resumption::store(Arc::new(Sessions::new(probe.clone())));
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .tcp_nodelay(true)
            .http1_max_headers(FIELD_LIMIT)
            .http2_max_header_list_size(u32::try_from(HEAD_LIMIT).unwrap_or(u32::MAX))
            .http1_title_case_headers()
            .pool_max_idle_per_host(1)
            .pool_idle_timeout(IDLE_LIMIT)
            .local_address(self.source)
            .dns_resolver(Arc::new(probe.clone()))
            .connector_layer(probe.clone());
        builder = if self.http2 { builder.http2_prior_knowledge() } else { builder.http1_only() };
        builder = match &self.proxy {
            Some(proxy) => builder.proxy(proxy.clone()),
            None if self.loopback => builder.no_proxy(),
            None => builder,
        };
        builder.build()
    }
}

fn fields(options: &TransportOptions) -> Result<HeaderMap, SetupError> {
    let mut map = HeaderMap::new();
    for field in options.fields()? {
        // The client writes Host itself, rightly for HTTP/2 too; another one is written for it.
        if field.is("Host") && field.value() == options.target.authority() {
            continue;
        }
        let name = HeaderName::from_bytes(field.name().as_bytes()).map_err(|error| client_error(&error))?;
        let mut value =
            HeaderValue::from_bytes(field.value().as_bytes()).map_err(|error| client_error(&error))?;
        value.set_sensitive(true);
        map.append(name, value);
    }
    Ok(map)
}

fn through(proxy: &Target) -> Result<Proxy, SetupError> {
    let made = Proxy::all(proxy.url().clone()).map_err(|error| SetupError::Client(words(&error)))?;
    Ok(match proxy.authorization().map(HeaderValue::from_str) {
        Some(Ok(value)) => made.custom_http_auth(value),
        _ => made,
    })
}

fn client_error(error: &dyn std::error::Error) -> SetupError {
    SetupError::Client(error.to_string())
}

/// The words beneath an error of reqwest, whose own hold the URL.
fn words(error: &reqwest::Error) -> String {
    std::error::Error::source(error).map_or_else(|| "no reason given".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::exchange::FailureCode;
    use crate::transport::{Lane, Outgoing};

    #[tokio::test]
    async fn where_no_address_can_be_reached_the_setting_is_named() {
        let options = TransportOptions::new(Target::parse("http://127.0.0.1:9/").unwrap());
        let mut client = Client::new(&options, RunClock::start()).unwrap();
        Arc::get_mut(&mut client.setup).unwrap().source = Some("::1".parse().unwrap());
        let outgoing = Outgoing { body: bytes::Bytes::new(), mac: None };
        let failure = client.lane().exchange(&outgoing).await.result.unwrap_err();
        assert_eq!(failure.code, FailureCode::Unreachable);
        assert!(failure.detail.ends_with(" (delivery.source-address is ::1)"), "{}", failure.detail);
    }
}
