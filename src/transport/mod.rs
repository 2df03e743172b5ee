//! Sending one request and naming what happened.
//!
//! A [`Transport`] makes [`Lane`]s; a lane carries one request at a time. The engine opens as many lanes as it
//! wants requests in flight and reuses them, so a lane is also where a connection and its buffers live on.
//!
//! | transport | what it is for |
//! |---|---|
//! | [`wire::Wire`] | deliveries: HTTP/1.1 by hand, the exact bytes, every phase named |
//! | [`client::Client`] | proxies and HTTP/2, over reqwest |
//! | `forward::Forwarder` | what somebody else sent, as it came; no transport of deliveries |
//! | [`scripted::Scripted`] | tests of what stands above: no connection at all |
//!
//! Nothing in here shows a secret: values of headers, user information and queries stay out of every message.

mod address;
pub mod client;
pub mod discretion;
mod failure;
#[cfg(feature = "serve")]
pub mod forward;
pub mod headers;
pub mod limits;
pub mod options;
pub mod plain;
pub mod readiness;
pub mod scripted;
pub mod target;
pub mod tls;
pub mod wire;

use std::future::Future;

use bytes::Bytes;

use crate::outcome::exchange::Exchange;

pub use crate::protocol::mac::HEADER as MAC_HEADER;

/// What one request carries beyond what the transport was set up with (target, fixed headers, time limits).
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The exact bytes of the body.
    pub body: Bytes,
    /// The value of `X-WMS-Content-MAC`, or `None` to leave the header out.
    pub mac: Option<String>,
}

/// A way to send requests to one target.
pub trait Transport: Send + Sync + 'static {
    /// What carries one request at a time.
    type Lane: Lane;

    /// A new lane with no connection yet.
    fn lane(&self) -> Self::Lane;
}

/// Carries one request at a time. Dropping it closes its connection.
pub trait Lane: Send + 'static {
    /// Sends the request and waits for the reply. Never fails without a name, never waits beyond its limits, never
    /// holds more of a reply than [`Reply::EXCERPT`](crate::outcome::exchange::Reply::EXCERPT) and a fixed buffer.
    ///
    /// Cancel-safe in the sense that a lane whose exchange was dropped half way opens a new connection next time.
    fn exchange(&mut self, outgoing: &Outgoing) -> impl Future<Output = Exchange> + Send;

    /// Called when the lane has had nothing to do since its last exchange ended for [`IDLE_LIMIT`]: closes the
    /// connection, so that the next request does not race with a server that closes idle ones after 5 s.
    fn idle(&mut self);
}

/// How long an idle connection is kept. Node's http server, for one, closes them after 5 s.
pub const IDLE_LIMIT: std::time::Duration = std::time::Duration::from_secs(4);
