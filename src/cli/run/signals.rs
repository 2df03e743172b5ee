//! Ctrl-C: the first ends the run in order, the second at once.

#[cfg(unix)]
use std::task::Poll;

use tokio::sync::watch;

use crate::delivery::engine::Stop;

/// Watches for signals until the receiver is dropped.
pub(super) fn watch() -> watch::Receiver<Stop> {
    let (sender, receiver) = watch::channel(Stop::No);
    // From here on, and not from the task's first turn, a signal is heard; and the second one too, however soon it comes.
    let mut signals = Signals::new();
    tokio::spawn(async move {
        for level in [Stop::Finish, Stop::Now] {
            signals.next().await;
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
struct Signals(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Signals {
    /// Where a signal cannot be watched, the system's own handling of it stays.
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        Self(kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect())
    }

    async fn next(&mut self) {
        std::future::poll_fn(|context| {
            let heard = self.0.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if heard { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Self {
        Self
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
