//! Waiting until a target accepts connections.

use std::time::Duration;

use super::target::Target;
use super::wire;
use crate::clock::{Moment, RunClock};
use crate::outcome::exchange::Failure;

/// Waits until the target accepts a TCP connection, which is closed at once. Gives back whether it had to be waited for.
///
/// # Errors
/// It did not within `patience`: what the last attempt met with.
pub async fn wait(target: &Target, patience: Duration) -> Result<bool, Failure> {
    const PAUSE: Duration = Duration::from_millis(50);
    let clock = RunClock::start();
    let end = Moment::from(patience);
    let mut waited = false;
    loop {
        let left = end.since(clock.now());
        match wire::accepts(target, left.max(PAUSE)).await {
            Ok(()) => return Ok(waited),
            Err(failure) if left <= PAUSE => return Err(failure),
            Err(_) => tokio::time::sleep(PAUSE.min(left)).await,
        }
        waited = true;
    }
}
