//! The receiver that is built in: an inbox on a free loopback port.

#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::desk::Desk;
use super::inbox::Summary;
use super::listener;
use super::webhook;

/// Where events are posted.
pub const PATH: &str = "/webhook";

/// How long requests that are under way may take once the server is being stopped.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// A server with an inbox, on the caller's runtime. Dropping it stops the server too, without waiting.
#[derive(Debug)]
pub struct Embedded {
    address: SocketAddr,
    desk: Arc<Desk>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Embedded {
    /// Starts a server on a free port of 127.0.0.1 that hands requests to `desk`, on the runtime of the caller.
    ///
    /// # Errors
    /// No port could be opened.
    pub fn start(desk: Arc<Desk>) -> io::Result<Self> {
        let listener = listener::open((Ipv4Addr::LOCALHOST, 0).into())?;
        let address = listener.local_addr()?;
        let app = app(Arc::clone(&desk));
        let (stop, stopped) = oneshot::channel::<()>();
        let serving =
            listener::serve(listener, app, listener::Limits::default(), async move { drop(stopped.await) });
        let serving = tokio::spawn(serving);
        Ok(Self { address, desk, stop, serving })
    }

    /// Where to post events.
    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// What was received so far, in numbers.
    pub fn summary(&self) -> Summary {
        self.desk.inbox().summary()
    }

    /// Takes no more connections, lets requests that are under way end, and tells what was received.
    ///
    /// # Errors
    /// The server had ended by itself.
    pub async fn stop(mut self) -> io::Result<Summary> {
        // The server may be gone already; then there is nobody to tell.
        let _ = self.stop.send(());
        let ended = tokio::time::timeout(STOP_LIMIT, &mut self.serving).await;
        let summary = self.desk.inbox().summary();
        match ended {
            Ok(Ok(())) => Ok(summary),
            Ok(Err(join)) => Err(io::Error::other(join)),
            // Somebody holds a request open; it is cut off.
            Err(_) => {
                self.serving.abort();
                Ok(summary)
            }
        }
    }
}

fn app(desk: Arc<Desk>) -> Router {
    Router::new()
        .route(PATH, post(receive).fallback(webhook::wrong_method))
        .fallback(wrong_path)
        .with_state(desk)
}

async fn receive(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    match webhook::take(&desk, request).await {
        Ok(taken) => webhook::answered(taken.receipt.status, taken.receipt.answer),
        Err(refused) => refused,
    }
}

async fn wrong_path() -> Response {
    webhook::told(StatusCode::NOT_FOUND, "not-found", "there is nothing here: events are posted to /webhook")
}
