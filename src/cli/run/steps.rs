//! `--step`: each Enter sends the next event.

use std::io::BufRead;

use tokio::sync::mpsc;

/// A word for each line of standard input. The channel closes at its end.
pub(super) fn watch() -> mpsc::Receiver<()> {
    let (sender, receiver) = mpsc::channel(1);
    // A thread of its own: reading a terminal cannot be called off, and must not hold up the end of the runtime.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            if line.is_err() || sender.blocking_send(()).is_err() {
                return;
            }
        }
    });
    receiver
}
