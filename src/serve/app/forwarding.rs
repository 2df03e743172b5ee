//! Passing on what the inbox receives, and answering what comes back.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::outcome::exchange::{Failure, FailureCode, Phase, Reply};
use crate::serve::ledger::Forwarded;
use crate::serve::webhook;
use crate::transport::forward::{Answer, Foreign, Forwarder, Returned};

/// How many requests can be with the target at once.
const MOST: usize = 256;

/// Where requests are passed on to, and how many at once.
pub(super) struct Forwarding {
    forwarder: Forwarder,
    room: Arc<Semaphore>,
}

impl Forwarding {
    pub(super) fn new(forwarder: Forwarder) -> Self {
        Self { forwarder, room: Arc::new(Semaphore::new(MOST)) }
    }

    /// Where requests go, without credentials.
    pub(super) fn target(&self) -> String {
        self.forwarder.target().to_string()
    }

    /// A place for one more request.
    pub(super) fn room(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.room).try_acquire_owned().ok()
    }

    /// What is remembered of a request for which there was no place.
    pub(super) fn no_room() -> Forwarded {
        let detail = format!("{MOST} requests wait for the target already");
        Forwarded::failed(&Failure::new(FailureCode::OtherTransport, Phase::Resolve, detail), Duration::ZERO)
    }

    /// What the sender of such a request is answered.
    pub(super) fn too_many() -> Response {
        let words = format!("{MOST} requests are being forwarded, which is the most; send it again later");
        let mut response = webhook::told(StatusCode::SERVICE_UNAVAILABLE, "too-many-forwards", &words);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        response
    }

    /// What is remembered of a request that was with its target when the server ended, and what its sender is answered.
    pub(super) fn cut_off() -> (Forwarded, Response) {
        let detail = "the server was ended before there was an answer".to_owned();
        let forwarded = Forwarded::Failed { code: "server-ended".to_owned(), detail, took: Duration::ZERO };
        let words = "the server is ending, and its target has not answered yet";
        (forwarded, webhook::told(StatusCode::SERVICE_UNAVAILABLE, "ending", words))
    }

    /// What the sender is answered whose request was lost on the way, by a defect of ours.
    pub(super) fn lost() -> Response {
        let words = "what came of forwarding it is not known";
        webhook::told(StatusCode::INTERNAL_SERVER_ERROR, "forward-lost", words)
    }

    /// Passes a request on; gives what is remembered of it, and what its sender is answered.
    pub(super) async fn pass(&self, foreign: Foreign) -> (Forwarded, Response) {
        let Returned { result, took } = self.forwarder.pass(foreign).await;
        match result {
            Ok(answer) => (answered(&answer, took), response(answer)),
            Err(failure) => (Forwarded::failed(&failure, took), Self::bad_gateway(&failure)),
        }
    }

    fn bad_gateway(failure: &Failure) -> Response {
        let status = match failure.code {
            FailureCode::ConnectTimeout
            | FailureCode::TlsTimeout
            | FailureCode::SendTimeout
            | FailureCode::ReplyTimeout
            | FailureCode::HeadTimeout
            | FailureCode::BodyTimeout => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::BAD_GATEWAY,
        };
        // Where to is not told: whoever posts to the webhook may be a stranger.
        let words =
            format!("it was forwarded, and there is no answer to hand back: {}", failure.code.as_str());
        webhook::told(status, "forward-failed", &words)
    }
}

fn answered(answer: &Answer, took: Duration) -> Forwarded {
    let excerpt = &answer.body[..answer.body.len().min(Reply::EXCERPT)];
    Forwarded::answered(answer.status, Bytes::copy_from_slice(excerpt), took)
}

fn response(answer: Answer) -> Response {
    let Ok(status) = StatusCode::from_u16(answer.status) else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = status;
    *response.headers_mut() = answer.headers;
    response
}
