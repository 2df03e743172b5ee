//! The inbox where it misbehaves on purpose: what its quirks decided is done to the request.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use http_body::Frame;
use smallvec::SmallVec;
use tokio::sync::{Mutex as Turn, Semaphore, watch};

use super::events::over;
use crate::clock::Moment;
use crate::protocol::mac;
use crate::serve::hub::Hub;
use crate::serve::ledger::Remark;
use crate::serve::quirk::{Asked, Decision, LATEST, Memory, Quirk, Quirks, Reply};
use crate::serve::received::{self, Told};
use crate::serve::webhook::{self, Taken};

/// So many requests are held at once; what comes beyond them is answered at once.
const MOST_HELD: usize = 256;
/// How long each request takes where there is one at a time.
const WORK: Duration = Duration::from_millis(100);

/// An inbox that misbehaves, or does not.
#[derive(Debug)]
pub(super) struct Misbehaving {
    quirks: Quirks,
    memory: Mutex<Memory>,
    room: Semaphore,
    turn: Turn<()>,
    /// True once the server ends: nothing is held any longer.
    ending: watch::Sender<bool>,
}

impl Misbehaving {
    pub(super) fn new(quirks: Quirks) -> Self {
        Self {
            quirks,
            memory: Mutex::default(),
            room: Semaphore::new(MOST_HELD),
            turn: Turn::new(()),
            ending: watch::Sender::new(false),
        }
    }

    pub(super) const fn is_on(&self) -> bool {
        !self.quirks.is_empty()
    }

    pub(super) const fn quirks(&self) -> &Quirks {
        &self.quirks
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.quirks.names()
    }

    /// Lets go of everything that is held.
    pub(super) fn end(&self) {
        self.ending.send_replace(true);
    }

    /// Forgets the sessions.
    pub(super) fn forget(&self) {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).forget();
    }

    /// Enters a request with the answer that it will get, and answers as the quirks want it. A client that goes away in the
    /// meantime changes nothing about what was entered.
    pub(super) async fn answer(
        &self,
        hub: &Hub,
        came: Moment,
        taken: Taken,
        headers: Arc<[(String, String)]>,
    ) -> Response {
        let held = if self.quirks.holds() { Some(self.room.try_acquire()) } else { None };
        let decision = if let Some(Err(_)) = held { too_many() } else { self.judge(&taken) };
        let (status, body) = match &decision.reply {
            Reply::Answer { status, body } => (Some(*status), body.clone()),
            other => (other.status(), String::new()),
        };
        let remark = |message| Remark { code: "quirk".into(), severity: "note".into(), message };
        let told = Told {
            status,
            answer: body.clone(),
            remembered: decision.remembered,
            remarks: decision.notes.into_iter().map(remark).collect(),
            later: matches!(held, Some(Ok(_))),
            forwarded: false,
        };
        let place = received::enter(hub, came, headers, &taken.body, &taken.receipt, told);
        if let Some(Ok(_room)) = held {
            self.hold(&decision.reply).await;
            place.answered(hub, came);
        }
        match decision.reply {
            Reply::Answer { status, body } => webhook::answered(status, body),
            Reply::Redirect => redirect(),
            Reply::Silence | Reply::Hangup => hang_up(),
        }
    }

    fn judge(&self, taken: &Taken) -> Decision {
        let mac_headers: SmallVec<[&[u8]; 1]> =
            taken.headers.get_all(mac::HEADER).iter().map(HeaderValue::as_bytes).collect();
        let asked = Asked {
            mac_headers: &mac_headers,
            content_type: taken.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes),
            body: &taken.body,
            receipt: &taken.receipt,
        };
        self.quirks.judge(&mut self.memory.lock().unwrap_or_else(PoisonError::into_inner), &asked)
    }

    /// Waits as long as the quirks want it, and no longer than the server runs.
    async fn hold(&self, reply: &Reply) {
        let waits = async {
            if self.quirks.has(Quirk::OneRequestAtATime) {
                let _turn = self.turn.lock().await;
                tokio::time::sleep(WORK).await;
            }
            if *reply == Reply::Silence {
                tokio::time::sleep(LATEST).await;
            } else if let Some(late) = self.quirks.late() {
                tokio::time::sleep(late).await;
            }
        };
        let mut ending = self.ending.subscribe();
        tokio::select! {
            () = waits => {}
            () = over(&mut ending) => {}
        }
    }
}

/// The answer where as many requests are held as can be.
fn too_many() -> Decision {
    let message = format!("the inbox holds {MOST_HELD} requests back already; send it again later");
    let body = serde_json::json!({ "error": "too-many-held", "message": message }).to_string();
    let notes = vec![format!("answered 503: {MOST_HELD} requests were held back already")];
    Decision { reply: Reply::Answer { status: 503, body }, remembered: false, notes }
}

fn redirect() -> Response {
    (StatusCode::FOUND, [(header::LOCATION, "/webhook/")]).into_response()
}

/// An answer that the server cannot send: its body breaks before its head has left, and the connection is closed.
fn hang_up() -> Response {
    Response::new(Body::new(Broken))
}

/// A body that breaks at once.
struct Broken;

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }
}
