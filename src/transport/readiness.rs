//! Waiting until a target accepts connections.

use std::time::Duration;

use tokio::net::TcpStream;
use url::Host;

use super::target::Target;

/// Waits until the target accepts a TCP connection, which is closed at once.
///
/// # Errors
/// It did not within `patience`; the text is what the last attempt met with.
pub async fn wait(target: &Target, patience: Duration) -> Result<(), String> {
    const PAUSE: Duration = Duration::from_millis(50);
    let mut last = "nothing was tried".to_owned();
    let host = match target.host() {
        Host::Domain(name) => name.clone(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    };
    let attempts = async {
        loop {
            match TcpStream::connect((host.as_str(), target.port())).await {
                Ok(_) => return,
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let ready = tokio::time::timeout(patience, attempts).await.is_ok();
    if ready { Ok(()) } else { Err(last) }
}
