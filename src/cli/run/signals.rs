//! Ctrl-C: the first ends the run in order, the second at once.

use tokio::sync::watch;

use crate::delivery::engine::Stop;

/// Watches for signals until the receiver is dropped.
pub(super) fn watch() -> watch::Receiver<Stop> {
    let (sender, receiver) = watch::channel(Stop::No);
    tokio::spawn(async move {
        for level in [Stop::Finish, Stop::Now] {
            signal().await;
            if sender.send(level).is_err() {
                return;
            }
        }
        // Held, so that the engine keeps the last word.
        sender.closed().await;
    });
    receiver
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            result = tokio::signal::ctrl_c() => ended(result).await,
        },
        Err(_) => ended(tokio::signal::ctrl_c().await).await,
    }
}

#[cfg(not(unix))]
async fn signal() {
    ended(tokio::signal::ctrl_c().await).await;
}

/// Where signals cannot be watched, the system's own handling stays.
async fn ended(result: std::io::Result<()>) {
    if result.is_err() {
        std::future::pending::<()>().await;
    }
}
