//! Opening a connection: name, address, TCP, TLS.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::outcome::exchange::{Failure, FailureCode, Phase};

use super::super::address::{self, Addresses};
use super::super::failure;
use super::super::limits::ADDRESS_PATIENCE;
use super::super::options::{SetupError, TransportOptions};
use super::super::target::Target;
use super::stream::Stream;

/// Makes connections to one target.
pub(in crate::transport) struct Connector {
    target: Target,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    patience: Duration,
    /// The address that connections come from; `None` leaves it to the system.
    source: Option<IpAddr>,
    /// The address that answered last: tried first, so that a dead one costs its time once.
    preferred: Mutex<Option<SocketAddr>>,
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
        Self { target: target.clone(), tls: None, patience, source: None, preferred: Mutex::new(None) }
    }

    /// A new connection. `phase` follows how far it is.
    pub(in crate::transport) async fn connect(&self, phase: &mut Phase) -> Result<Stream, Failure> {
        let tcp = self.tcp(phase).await?;
        let Some((connector, name)) = &self.tls else { return Ok(Stream::Plain(tcp)) };
        *phase = Phase::Tls;
        let tls = connector.connect(name.clone(), tcp).await;
        tls.map(|tls| Stream::Tls(Box::new(tls))).map_err(|error| failure::name(&error, Phase::Tls))
    }

    /// A new TCP connection, to the first address that accepts it.
    pub(in crate::transport) async fn tcp(&self, phase: &mut Phase) -> Result<TcpStream, Failure> {
        *phase = Phase::Resolve;
        let addresses = self.addresses().await?;
        *phase = Phase::Connect;
        let mut worst: Option<Failure> = None;
        for (place, address) in addresses.iter().enumerate() {
            let last = place + 1 == addresses.len();
            match self.open(*address, last).await {
                Ok(tcp) => {
                    self.remember(*address);
                    return Ok(tcp);
                }
                Err(failure) if worst.as_ref().is_some_and(|worst| rank(worst) <= rank(&failure)) => {}
                Err(failure) => worst = Some(failure),
            }
        }
        Err(worst.unwrap_or_else(|| Failure::new(FailureCode::NameNotFound, Phase::Resolve, "no address")))
    }

    async fn addresses(&self) -> Result<Addresses, Failure> {
        let mut addresses = address::resolve(self.target.host(), self.target.port()).await?;
        let preferred = *self.preferred.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(source) = self.source {
            addresses.retain(|address| address.is_ipv4() == source.is_ipv4());
            if addresses.is_empty() {
                let detail = format!("no address of {} can be reached from {source}", self.target.host());
                let failure = Failure::new(FailureCode::Unreachable, Phase::Connect, detail);
                return Err(failure::from_source(failure, self.source));
            }
        }
        if let Some(place) = addresses.iter().position(|address| Some(*address) == preferred) {
            addresses[..=place].rotate_right(1);
        }
        Ok(addresses)
    }

    fn remember(&self, address: SocketAddr) {
        *self.preferred.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }

    /// The last address may take all the time that there is.
    async fn open(&self, address: SocketAddr, last: bool) -> Result<TcpStream, Failure> {
        let opening = connect(self.source, address);
        let opened = if last {
            opening.await
        } else {
            timeout(self.patience, opening).await.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()))
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
}

async fn connect(source: Option<IpAddr>, address: SocketAddr) -> std::io::Result<TcpStream> {
    let Some(source) = source else { return TcpStream::connect(address).await };
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.bind(SocketAddr::new(source, 0))?;
    socket.connect(address).await
}

/// Which of several addresses' failures is told: our own first, then the one that came from nearest to the receiver.
fn rank(failure: &Failure) -> u8 {
    match failure.code {
        FailureCode::OutOfDescriptors | FailureCode::OutOfPorts => 0,
        FailureCode::ConnectionRefused => 1,
        FailureCode::ConnectTimeout => 3,
        FailureCode::Unreachable => 4,
        _ => 2,
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

    #[tokio::test]
    async fn where_no_address_can_be_reached_the_setting_is_named() {
        let target = Target::parse("http://127.0.0.1:9/").unwrap();
        let mut connector = Connector::without_tls(&target, None);
        connector.source = Some("::1".parse().unwrap());
        let failure = connector.tcp(&mut Phase::Resolve).await.unwrap_err();
        assert_eq!(failure.code, FailureCode::Unreachable);
        assert_eq!(
            failure.detail,
            "no address of 127.0.0.1 can be reached from ::1 (delivery.source-address is ::1)"
        );
    }
}
