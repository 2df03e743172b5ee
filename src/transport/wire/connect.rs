//! Opening a connection: name, address, TCP, TLS.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::outcome::exchange::{Failure, FailureCode, Phase};

use super::super::address::{self, Addresses};
use super::super::failure;
use super::super::limits::ADDRESS_PATIENCE;
use super::super::options::{SetupError, TransportOptions};
use super::super::target::Target;
use super::stream::Stream;

/// A server whose queue of connections is full lets a request for one fall, and the operating system asks again after
/// one second, two, four, eight: a small server that works its queue off in no time is reached only at the seventh
/// second. And where several ask at once, it may let fall what comes last, so that a connection stands here that the
/// server knows nothing of. So a new attempt is made, in its turn, before the operating system asks again. One is
/// longer, for networks that need as long.
const ATTEMPTS: [Duration; 8] =
    [Duration::from_millis(900), AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, Duration::from_secs(3)];
const AGAIN: Duration = Duration::from_millis(300);

/// So long a connection may be asked for before the next one is. One that stands makes room at once.
const TURN: Duration = Duration::from_millis(20);

/// How connections are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::transport) enum Asking {
    /// Each at once, and once.
    Once,
    /// One after the other, and again where nobody takes it, for as long as the caller waits: who asks so has to set a
    /// limit. Many that are asked for in one instant all find room in a small queue, and most of them are then
    /// forgotten by the server while they stand here.
    InTurn,
}

/// Makes connections to one target.
pub(in crate::transport) struct Connector {
    target: Target,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    /// How long one address of several may be asked.
    patience: Duration,
    /// The address that connections come from; `None` leaves it to the system.
    source: Option<IpAddr>,
    /// The address that answered last: tried first, so that a dead one costs its time once.
    preferred: Mutex<Option<SocketAddr>>,
    /// Whose turn it is.
    turn: Semaphore,
}

impl Connector {
    pub(in crate::transport) fn new(options: &TransportOptions) -> Result<Self, SetupError> {
        let mut connector = Self::plain(options)?;
        if options.target.is_https() {
            let config = options.tls.config(&options.target, b"http/1.1", false)?;
            let name = server_name(&options.target)?;
            connector.tls = Some((TlsConnector::from(Arc::new(config)), name));
        }
        Ok(connector)
    }

    /// A connector for TCP alone, whatever the target speaks, from the address that is asked for.
    pub(in crate::transport) fn plain(options: &TransportOptions) -> Result<Self, SetupError> {
        address::check_source(options.source, Some(options.target.host()))?;
        let mut connector = Self::without_tls(&options.target, options.timeout);
        connector.source = options.source;
        Ok(connector)
    }

    /// A connector for TCP alone, whatever the target speaks.
    pub(super) fn without_tls(target: &Target, timeout: Option<Duration>) -> Self {
        let half = timeout.map_or(ADDRESS_PATIENCE, |limit| limit / 2);
        let patience = half.min(ADDRESS_PATIENCE);
        Self {
            target: target.clone(),
            tls: None,
            patience,
            source: None,
            preferred: Mutex::new(None),
            turn: Semaphore::new(1),
        }
    }

    /// A new connection. `phase` follows how far it is.
    pub(in crate::transport) async fn connect(&self, phase: &mut Phase) -> Result<Stream, Failure> {
        let tcp = self.tcp(phase, Asking::Once).await?;
        self.over(tcp, phase).await
    }

    /// The stream over a TCP connection: shakes hands where TLS is spoken.
    pub(super) async fn over(&self, tcp: TcpStream, phase: &mut Phase) -> Result<Stream, Failure> {
        let Some((connector, name)) = &self.tls else { return Ok(Stream::Plain(tcp)) };
        *phase = Phase::Tls;
        let tls = connector.connect(name.clone(), tcp).await;
        tls.map(|tls| Stream::Tls(Box::new(tls))).map_err(|error| failure::name(&error, Phase::Tls))
    }

    /// A new TCP connection, to the first address that accepts it.
    pub(in crate::transport) async fn tcp(
        &self,
        phase: &mut Phase,
        asking: Asking,
    ) -> Result<TcpStream, Failure> {
        *phase = Phase::Resolve;
        let addresses = self.addresses().await?;
        *phase = Phase::Connect;
        let mut told: Option<(u8, Failure)> = None;
        for (place, address) in addresses.iter().enumerate() {
            // The last address may take all the time that there is.
            let patience = (place + 1 < addresses.len()).then_some(self.patience);
            let failure = match self.open(*address, patience, asking).await {
                Ok(tcp) => {
                    self.remember(*address);
                    return Ok(tcp);
                }
                Err(failure) => failure,
            };
            let rank = rank(failure.code, self.prefers(*address));
            if told.as_ref().is_none_or(|(other, _)| rank < *other) {
                told = Some((rank, failure));
            }
        }
        let no_address = || Failure::new(FailureCode::NameNotFound, Phase::Resolve, "no address");
        Err(told.map_or_else(no_address, |(_, failure)| failure))
    }

    async fn addresses(&self) -> Result<Addresses, Failure> {
        let mut addresses = address::resolve(self.target.host(), self.target.port()).await?;
        if let Some(source) = self.source {
            addresses.retain(|address| address.is_ipv4() == source.is_ipv4());
            if addresses.is_empty() {
                let detail = format!("no address of {} can be reached from {source}", self.target.host());
                let failure = Failure::new(FailureCode::Unreachable, Phase::Connect, detail);
                return Err(failure::from_source(failure, self.source));
            }
        }
        if let Some(place) = addresses.iter().position(|address| self.prefers(*address)) {
            addresses[..=place].rotate_right(1);
        }
        Ok(addresses)
    }

    fn remember(&self, address: SocketAddr) {
        *self.preferred.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }

    fn prefers(&self, address: SocketAddr) -> bool {
        *self.preferred.lock().unwrap_or_else(PoisonError::into_inner) == Some(address)
    }

    async fn open(
        &self,
        address: SocketAddr,
        patience: Option<Duration>,
        asking: Asking,
    ) -> Result<TcpStream, Failure> {
        let opened = match (asking, patience) {
            (Asking::InTurn, _) => self.in_turn(address, patience).await,
            (Asking::Once, None) => connect(self.source, address).await,
            (Asking::Once, Some(patience)) => {
                timeout(patience, connect(self.source, address)).await.unwrap_or_else(|_| Err(timed_out()))
            }
        };
        // Small requests must not wait for the acknowledgement of the one before.
        opened.and_then(|tcp| tcp.set_nodelay(true).map(|()| tcp)).map_err(|error| {
            let mut named = failure::name(&error, Phase::Connect);
            if named.code == FailureCode::OutOfPorts && address::lacks_source(address) {
                named.code = FailureCode::Unreachable;
            }
            named.detail = format!("{address}: {error}");
            failure::from_source(named, self.source)
        })
    }

    /// Asks again and again, until it has asked for as long as `patience`. To wait for the turn is not to ask, and an
    /// address that has answered, maybe to another lane meanwhile, is never left because of time.
    async fn in_turn(&self, address: SocketAddr, patience: Option<Duration>) -> io::Result<TcpStream> {
        let mut asked = Duration::ZERO;
        loop {
            for limit in ATTEMPTS {
                let left = patience
                    .filter(|_| !self.prefers(address))
                    .map_or(limit, |patience| patience.saturating_sub(asked));
                if left.is_zero() {
                    return Err(timed_out());
                }
                let limit = limit.min(left);
                let mut opening = pin!(connect(self.source, address));
                let turn = self.turn.acquire().await;
                let soon = timeout(TURN, &mut opening).await;
                drop(turn);
                if let Ok(opened) = soon {
                    return opened;
                }
                if let Ok(opened) = timeout(limit, opening).await {
                    return opened;
                }
                asked += TURN + limit;
            }
        }
    }
}

fn timed_out() -> io::Error {
    io::ErrorKind::TimedOut.into()
}

async fn connect(source: Option<IpAddr>, address: SocketAddr) -> io::Result<TcpStream> {
    let Some(source) = source else { return TcpStream::connect(address).await };
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.bind(SocketAddr::new(source, 0))?;
    socket.connect(address).await
}

/// Which of several addresses' failures is told: our own first, then that of an address which has answered before (that is
/// the receiver, and nobody has to listen at the others), then the one that came from nearest to the receiver.
fn rank(code: FailureCode, has_answered: bool) -> u8 {
    match code {
        FailureCode::OutOfDescriptors | FailureCode::OutOfPorts => 0,
        _ if has_answered => 1,
        FailureCode::ConnectionRefused => 2,
        FailureCode::ConnectTimeout => 4,
        FailureCode::Unreachable => 5,
        _ => 3,
    }
}

/// The name that a certificate has to bear.
pub(in crate::transport) fn server_name(target: &Target) -> Result<ServerName<'static>, SetupError> {
    let host = target.host().to_string();
    // A dot at the end is for the resolver; no certificate has it (RFC 6066, 3).
    let host = host.trim_matches(['[', ']']).trim_end_matches('.').to_owned();
    ServerName::try_from(host).map_err(|_| SetupError::HostName)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failure_that_says_most_is_told() {
        use FailureCode as C;
        let order = [
            (C::OutOfPorts, false),
            (C::ConnectTimeout, true),
            (C::ConnectionRefused, false),
            (C::OtherTransport, false),
            (C::ConnectTimeout, false),
            (C::Unreachable, false),
        ];
        assert!(order.map(|(code, has_answered)| rank(code, has_answered)).is_sorted_by(|a, b| a < b));
    }

    #[tokio::test]
    async fn where_no_address_can_be_reached_the_setting_is_named() {
        let target = Target::parse("http://127.0.0.1:9/").unwrap();
        let mut connector = Connector::without_tls(&target, None);
        connector.source = Some("::1".parse().unwrap());
        let failure = connector.tcp(&mut Phase::Resolve, Asking::Once).await.unwrap_err();
        assert_eq!(failure.code, FailureCode::Unreachable);
        assert_eq!(
            failure.detail,
            "no address of 127.0.0.1 can be reached from ::1 (delivery.source-address is ::1)"
        );
    }
}
