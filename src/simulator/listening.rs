//! An inbox on a loopback port.

use std::fmt;
use std::ops::Deref;
use std::sync::mpsc;

use tokio::runtime::Runtime;

use super::{Error, Inbox};
use crate::serve::embedded::Embedded;

/// An [`Inbox`] that listens on a free port of 127.0.0.1, on a thread of its own. Dropping it ends the listening.
pub struct ListeningInbox {
    inbox: Inbox,
    url: String,
    /// Both end with this value; the server first.
    _server: Embedded,
    runtime: Option<Runtime>,
}

impl Inbox {
    /// Listens on a free loopback port, in tests with a runtime and without.
    ///
    /// # Errors
    /// The system has no thread or no port.
    pub fn listen(self) -> Result<ListeningInbox, Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("wms-sim inbox")
            .enable_all()
            .build()?;
        let (tell, started) = mpsc::channel();
        let desk = self.desk.clone();
        // Not blocked on: that is forbidden to those who are in another runtime already.
        runtime.spawn(async move { drop(tell.send(Embedded::start(desk))) });
        let server = started.recv().map_err(|_| std::io::Error::other("the inbox did not start"))??;
        Ok(ListeningInbox { inbox: self, url: server.url(), _server: server, runtime: Some(runtime) })
    }
}

impl ListeningInbox {
    /// Where to post events, such as `http://127.0.0.1:40613/webhook`.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Deref for ListeningInbox {
    type Target = Inbox;

    fn deref(&self) -> &Inbox {
        &self.inbox
    }
}

impl Drop for ListeningInbox {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Without waiting, which is forbidden within another runtime.
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for ListeningInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListeningInbox")
            .field("url", &self.url)
            .field("inbox", &self.inbox)
            .finish_non_exhaustive()
    }
}
