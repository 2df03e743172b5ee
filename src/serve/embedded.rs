//! The receiver that is built in: an inbox on a free loopback port.

#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::serve::ListenerExt as _;
use serde_json::json;
use smallvec::SmallVec;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::desk::Desk;
use super::inbox::{Received, Summary};
use crate::protocol::mac;

/// Where events are posted.
pub const PATH: &str = "/webhook";

/// How long requests that are under way may take once the server is being stopped.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// Bodies are read up to so many times the limit before they are refused: a sender that is still writing when the
/// connection closes sees a broken pipe, and not the answer.
const READ_ON: usize = 4;

/// A server with an inbox, on the caller's runtime. Dropping it stops the server too, without waiting.
#[derive(Debug)]
pub struct Embedded {
    address: SocketAddr,
    desk: Arc<Desk>,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<io::Result<()>>,
}

impl Embedded {
    /// Starts a server on a free port of 127.0.0.1 that hands requests to `desk`.
    ///
    /// # Errors
    /// No port could be opened.
    pub async fn start(desk: Arc<Desk>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let app = app(Arc::clone(&desk));
        // Answers are small and waited for: they must not wait for more bytes to join them.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(async move {
            axum::serve(listener, app).with_graceful_shutdown(async move { drop(stopped.await) }).await
        });
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
            Ok(Ok(result)) => result.map(|()| summary),
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
    let limit = desk.max_body_bytes();
    Router::new()
        .route(PATH, post(receive).fallback(wrong_method))
        .fallback(wrong_path)
        .layer(DefaultBodyLimit::max(limit.saturating_mul(READ_ON)))
        .with_state(desk)
}

async fn receive(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let limit = desk.max_body_bytes();
    // A body that is announced as enormous is not waited for.
    if announced(request.headers()) > limit.saturating_mul(READ_ON) as u64 {
        return oversized(&desk);
    }
    let headers = request.headers().clone();
    let body = match Bytes::from_request(request, &()).await {
        Ok(body) if body.len() <= limit => body,
        Ok(_) => return oversized(&desk),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => return oversized(&desk),
        Err(rejection) => return told(rejection.status(), "body-unreadable", &rejection.body_text()),
    };
    let mac_headers: SmallVec<[&[u8]; 1]> =
        headers.get_all(mac::HEADER).iter().map(axum::http::HeaderValue::as_bytes).collect();
    let content_type = headers.get(header::CONTENT_TYPE).map(axum::http::HeaderValue::as_bytes);
    let receipt = desk.receive(&Received { mac_headers: &mac_headers, content_type, body: &body });
    answered(receipt.status, receipt.answer)
}

/// The announced length of a body, 0 where there is none.
fn announced(headers: &HeaderMap) -> u64 {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

fn oversized(desk: &Desk) -> Response {
    let (status, answer) = desk.inbox().refuse_oversized();
    answered(status, answer)
}

async fn wrong_method() -> Response {
    let words = "events are posted here: only POST is allowed";
    let mut response = told(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", words);
    response.headers_mut().insert(header::ALLOW, axum::http::HeaderValue::from_static("POST"));
    response
}

async fn wrong_path() -> Response {
    told(StatusCode::NOT_FOUND, "not-found", "there is nothing here: events are posted to /webhook")
}

fn told(status: StatusCode, error: &str, message: &str) -> Response {
    answered(status.as_u16(), json!({ "error": error, "message": message }).to_string())
}

fn answered(status: u16, answer: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if answer.is_empty() {
        return status.into_response();
    }
    (status, [(header::CONTENT_TYPE, "application/json")], answer).into_response()
}
