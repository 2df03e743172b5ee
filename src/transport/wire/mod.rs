//! HTTP/1.1 written and read by hand: the transport of deliveries.
//!
//! It exists beside a full HTTP client because the bytes are exactly those asked for (the name of the signature's
//! header is spelled as documented), because every phase is timed and every failure named, and because it carries
//! more than twice as many requests per second. One [`WireLane`] owns one connection and the buffers for it; the
//! reused path allocates nothing but what a reply has to say. A [`RawLane`] is the same for requests that are written as
//! given, wrong ones too.

mod carrier;
mod chunked;
pub(super) mod connect;
mod head;
mod lane;
mod line;
mod raw;
mod reply;
mod request;
pub(super) mod stream;
mod watchdog;

use std::sync::Arc;
use std::time::Duration;

use crate::clock::RunClock;
use crate::outcome::exchange::{Failure, Phase};

pub use lane::WireLane;
pub use raw::{Piece, RawExchange, RawLane, RawRequest};
pub use reply::ReplyReader;

use super::Transport;
use super::discretion::Discretion;
use super::failure::timed_out;
use super::options::{SetupError, TransportOptions};
use super::target::Target;

/// Sends over TCP or TLS, speaking HTTP/1.1 itself.
#[derive(Clone)]
pub struct Wire {
    setup: Arc<Setup>,
}

/// What all lanes share.
struct Setup {
    preamble: request::Preamble,
    connector: connect::Connector,
    timeout: Option<Duration>,
    discretion: Discretion,
    clock: RunClock,
}

impl Wire {
    /// A transport for these settings. Opens no connection yet.
    pub fn new(options: &TransportOptions, clock: RunClock) -> Result<Self, SetupError> {
        if options.proxy.is_some() {
            return Err(SetupError::NeedsClient { setting: "--proxy" });
        }
        if options.http2 {
            return Err(SetupError::NeedsClient { setting: "--http2" });
        }
        let preamble = request::Preamble::new(options)?;
        let connector = connect::Connector::new(options)?;
        let discretion = Discretion::new(options)?;
        let setup = Setup { preamble, connector, timeout: options.timeout, discretion, clock };
        Ok(Self { setup: Arc::new(setup) })
    }

    /// A lane with no connection yet, for requests that are written as given. Of the settings it takes target, time
    /// limit, source address and TLS; the head is the caller's business
    /// ([`fields`](TransportOptions::fields) has what belongs into it).
    pub fn raw(&self) -> RawLane {
        RawLane::new(Arc::clone(&self.setup))
    }
}

/// Whether the target accepts TCP connections, within `limit`. Sends nothing; what waits for a receiver to start asks
/// this again and again.
pub async fn accepts(target: &Target, limit: Duration) -> Result<(), Failure> {
    let connector = connect::Connector::without_tls(target, Some(limit));
    let mut phase = Phase::Resolve;
    let tried = tokio::time::timeout(limit, connector.tcp(&mut phase, connect::Asking::Once)).await;
    match tried {
        Ok(result) => result.map(drop),
        Err(_) => Err(timed_out(phase, Some(limit))),
    }
}

impl Transport for Wire {
    type Lane = WireLane;

    fn lane(&self) -> WireLane {
        WireLane::new(Arc::clone(&self.setup))
    }
}
