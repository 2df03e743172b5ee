//! From a host's name to addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use smallvec::{SmallVec, smallvec};
use url::Host;

use crate::outcome::exchange::{Failure, FailureCode, Phase};

use super::failure;
use super::options::SetupError;
use super::target::is_localhost;

/// The addresses of a host, in the order in which they are tried.
pub(super) type Addresses = SmallVec<[SocketAddr; 4]>;

/// Looks up a host. Only names other than `localhost` ask the system.
pub(super) async fn resolve(host: &Host<String>, port: u16) -> Result<Addresses, Failure> {
    match host {
        Host::Ipv4(address) => Ok(smallvec![SocketAddr::from((*address, port))]),
        Host::Ipv6(address) => Ok(smallvec![SocketAddr::from((*address, port))]),
        Host::Domain(name) => resolve_name(name, port).await,
    }
}

/// Looks up a name.
pub(super) async fn resolve_name(name: &str, port: u16) -> Result<Addresses, Failure> {
    if is_localhost(name) {
        let both = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        return Ok(both.into_iter().map(|address| SocketAddr::from((address, port))).collect());
    }
    let not_found = |why: &dyn std::fmt::Display| {
        Failure::new(FailureCode::NameNotFound, Phase::Resolve, format!("{name}: {why}"))
    };
    match tokio::net::lookup_host((name, port)).await {
        Ok(found) => {
            let addresses: Addresses = found.collect();
            if addresses.is_empty() { Err(not_found(&"no address")) } else { Ok(addresses) }
        }
        Err(error) => match failure::name(&error, Phase::Resolve) {
            named if named.code == FailureCode::NameNotFound => Err(not_found(&error)),
            named => Err(named),
        },
    }
}

/// Whether this machine has no address from which `address` could be reached, such as `::1` where IPv6 is off. The
/// system tells that in the same words as a lack of free ports.
pub(super) fn lacks_source(address: SocketAddr) -> bool {
    let any = match address {
        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    // Connecting a UDP socket sends nothing, and uses no TCP port.
    UdpSocket::bind((any, 0)).and_then(|socket| socket.connect(address)).is_err()
}

/// Refuses an address that requests are to come from and that is not this machine's, or from which the host that is
/// connected to, where it is known, can never be reached.
pub(super) fn check_source(source: Option<IpAddr>, to: Option<&Host<String>>) -> Result<(), SetupError> {
    let Some(source) = source else { return Ok(()) };
    if let Some(host) = to
        && matches!((host, source), (Host::Ipv4(_), IpAddr::V6(_)) | (Host::Ipv6(_), IpAddr::V4(_)))
    {
        return Err(SetupError::SourceFamily { address: source, host: host.to_string() });
    }
    // Binding a UDP socket sends nothing, and uses no TCP port.
    UdpSocket::bind((source, 0)).map(drop).map_err(|_| SetupError::Source(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_and_localhost_are_known_without_asking() {
        let four = resolve(&Host::Ipv4(Ipv4Addr::LOCALHOST), 1).await.unwrap();
        assert_eq!(four.as_slice(), ["127.0.0.1:1".parse().unwrap()]);
        let six = resolve(&Host::Ipv6(Ipv6Addr::LOCALHOST), 1).await.unwrap();
        assert_eq!(six.as_slice(), ["[::1]:1".parse().unwrap()]);
        let both = resolve(&Host::Domain("a.localhost".into()), 1).await.unwrap();
        assert_eq!(both.as_slice(), ["127.0.0.1:1".parse().unwrap(), "[::1]:1".parse().unwrap()]);
    }
}
