//! Either transport, behind one face.

use std::time::Duration;

use bytes::Bytes;
use wms_sim::clock::RunClock;
use wms_sim::outcome::exchange::{Exchange, Failure, FailureCode, Phase};
use wms_sim::transport::client::{Client, ClientLane};
use wms_sim::transport::options::{SetupError, TransportOptions};
use wms_sim::transport::target::Target;
use wms_sim::transport::wire::{Wire, WireLane};
use wms_sim::transport::{Lane, Outgoing, Transport};

/// Stands wherever a secret may stand, and must not come out anywhere.
pub const SECRET: &str = "s3cr3t";

/// Long enough for any machine: for tests that do not wait for it.
pub const PATIENT: Duration = Duration::from_secs(30);

/// Short enough for tests that wait for it, long enough for the steps before.
pub const SHORT: Duration = Duration::from_millis(400);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Wire,
    Client,
}

pub const BOTH: [Kind; 2] = [Kind::Wire, Kind::Client];

/// A lane of either transport.
pub enum Sender {
    Wire(Box<WireLane>),
    Client(Box<ClientLane>),
}

impl Sender {
    pub fn new(kind: Kind, options: &TransportOptions) -> Self {
        Self::try_new(kind, options).unwrap()
    }

    pub fn try_new(kind: Kind, options: &TransportOptions) -> Result<Self, SetupError> {
        let clock = RunClock::start();
        Ok(match kind {
            Kind::Wire => Self::Wire(Box::new(Wire::new(options, clock)?.lane())),
            Kind::Client => Self::Client(Box::new(Client::new(options, clock)?.lane())),
        })
    }

    pub async fn send(&mut self, body: impl Into<Bytes>) -> Exchange {
        self.exchange(&Outgoing { body: body.into(), mac: Some("hmac-sha256=00ff".into()) }).await
    }

    pub async fn exchange(&mut self, outgoing: &Outgoing) -> Exchange {
        let exchange = match self {
            Self::Wire(lane) => lane.exchange(outgoing).await,
            Self::Client(lane) => lane.exchange(outgoing).await,
        };
        let moments = exchange.moments;
        let order =
            [Some(moments.begun), moments.connected, moments.sent, moments.first_byte, Some(moments.ended)];
        let reached: Vec<_> = order.into_iter().flatten().collect();
        assert!(reached.is_sorted(), "{moments:?}");
        assert!(!format!("{exchange:?}").contains(SECRET), "{exchange:?}");
        exchange
    }

    pub fn idle(&mut self) {
        match self {
            Self::Wire(lane) => lane.idle(),
            Self::Client(lane) => lane.idle(),
        }
    }
}

/// Options for a server on this machine, with secrets in every place that can hold one.
pub fn options(scheme: &str, port: u16) -> TransportOptions {
    let url = format!("{scheme}://user:{SECRET}@localhost:{port}/hook?token={SECRET}");
    let mut options = TransportOptions::new(Target::parse(&url).unwrap());
    options.headers.push(format!("X-Api-Key: {SECRET}").parse().unwrap());
    options.timeout = Some(PATIENT);
    options
}

/// What should become of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// A reply with this status and this body.
    Reply(u16, &'static str),
    /// This failure in this phase.
    Failure(FailureCode, Phase),
}

impl Expect {
    pub fn of(exchange: &Exchange) -> String {
        match &exchange.result {
            Ok(reply) => format!("{} {:?}", reply.status, String::from_utf8_lossy(&reply.excerpt)),
            Err(Failure { code, phase, .. }) => format!("{code} in {phase}"),
        }
    }

    pub fn assert(&self, exchange: &Exchange, case: &str) {
        let wanted = match self {
            Self::Reply(status, body) => format!("{status} {body:?}"),
            Self::Failure(code, phase) => format!("{code} in {phase}"),
        };
        assert_eq!(Self::of(exchange), wanted, "{case}: {:?}", exchange.result);
    }
}
