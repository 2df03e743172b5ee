//! `GET /api/events`: what changes, as it changes (server-sent events).

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_core::Stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};

use super::Shared;
use super::answer::Wrong;
use crate::serve::hub::Hub;
use crate::serve::ledger::{Change, Ledger, News, RecordView, SessionView, Side};

/// How much is taken from the ledger at once: it is locked meanwhile.
const AT_ONCE: usize = 256;
/// How much can wait for a client that is slow. Beyond that the client's connection waits, not the server's memory.
const WAITING: usize = 512;

/// What to follow.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// Only this session.
    session: Option<String>,
    /// Of records only those of this session, and none where it is empty; sessions are told all the same.
    records: Option<String>,
    /// What came after this change, where no Last-Event-ID says it.
    after: Option<u64>,
}

/// A record that is new or changed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Changed {
    session_id: String,
    side: Side,
    record: RecordView,
}

pub(super) async fn follow(
    State(shared): State<Arc<Shared>>,
    which: Result<Query<Which>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Wrong> {
    let Query(which) = which?;
    let Ok(place) = Arc::clone(&shared.followers).try_acquire_owned() else {
        let message = "as many clients follow the events as can; close one";
        return Err(Wrong::new(StatusCode::SERVICE_UNAVAILABLE, "too-many-followers", message));
    };
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    // Whoever comes without a number has just loaded what there is, or will.
    let known = last.or(which.after).unwrap_or_else(|| shared.hub.look(Ledger::latest));
    let (tell, told) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let _place = place;
        Follower { shared, session: which.session, records: which.records, known, tell }.run().await;
    });
    let stream = Told(told);
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// The stream that the response is written from.
struct Told(mpsc::Receiver<Event>);

impl Stream for Told {
    type Item = Result<Event, Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context).map(|event| event.map(Ok))
    }
}

struct Follower {
    shared: Arc<Shared>,
    session: Option<String>,
    records: Option<String>,
    known: u64,
    tell: mpsc::Sender<Event>,
}

/// What is told of a batch of changes.
enum Batch {
    Nothing,
    Told(u64, Vec<Event>),
}

impl Follower {
    async fn run(mut self) {
        // Whoever loses the connection before anything happens can say from where on it misses something.
        if self.tell.send(Event::default().id(self.known.to_string())).await.is_err() {
            return;
        }
        let mut changes = self.shared.hub.changes();
        let mut ending = self.shared.ending.subscribe();
        let mut persisting = self.shared.hub.persisting().subscribe();
        // Whoever knows it from before, or loads it at the same time, may have missed a change.
        if persisting.borrow().is_some() {
            persisting.mark_changed();
        }
        let mut ended = false;
        loop {
            changes.borrow_and_update();
            while let Batch::Told(known, events) = self.batch() {
                self.known = known;
                for event in events {
                    if self.tell.send(event).await.is_err() {
                        return;
                    }
                }
            }
            if ended {
                // A client that is gone does not need to be told.
                let _ = self.tell.send(Event::default().event("bye").data("{}")).await;
                return;
            }
            tokio::select! {
                result = changes.changed() => if result.is_err() { return },
                // It has no number: whoever comes back is told it anyway.
                _ = persisting.changed() => {
                    let now = serde_json::json!({ "persist": *persisting.borrow_and_update() });
                    if self.tell.send(named("info", &now)).await.is_err() {
                        return;
                    }
                }
                () = self.tell.closed() => return,
                // The sessions' last events may have come just before, and are told first.
                () = over(&mut ending) => ended = true,
            }
        }
    }

    /// The next changes, as they look now. A session that changed several times is told once.
    fn batch(&self) -> Batch {
        let hub = &self.shared.hub;
        // What is told is written as JSON when nobody has to wait for the ledger any more.
        let news = hub.look(|ledger| match ledger.since(self.known, AT_ONCE) {
            News::None => None,
            News::TooMuch(latest) => Some((latest, vec![Tell::Reset])),
            News::Removed(number, ids) => {
                Some((number, vec![Tell::Removed(ids.iter().map(ToString::to_string).collect())]))
            }
            News::Changes(changes) => {
                let known = changes.last().map_or(self.known, |change| change.number);
                Some((known, self.changed(ledger, &changes)))
            }
        });
        let Some((known, tells)) = news else { return Batch::Nothing };
        let mut events: Vec<Event> = tells.into_iter().map(|tell| tell.event(hub)).collect();
        // Only the last event has the number: whoever loses the connection in the middle of the batch gets all of it again.
        if let Some(last) = events.pop() {
            events.push(last.id(known.to_string()));
        }
        Batch::Told(known, events)
    }

    /// Sessions come before their records.
    fn changed(&self, ledger: &Ledger, changes: &[&Change]) -> Vec<Tell> {
        let (mut sessions, mut records) = (Vec::new(), Vec::new());
        let mut told = HashSet::new();
        // From the newest: of several changes of the same thing only the last is worth telling.
        for change in changes.iter().rev() {
            if self.session.as_ref().is_some_and(|only| **only != *change.session) {
                continue;
            }
            let session_is_first = told.insert((&change.session, None));
            if session_is_first && let Some(session) = ledger.session(&change.session) {
                sessions.push(Tell::Session(Box::new(session)));
            }
            let wanted = self.records.as_ref().is_none_or(|only| **only == *change.session);
            if wanted
                && told.insert((&change.session, Some(change.what)))
                && let Some((side, record)) = ledger.look(change)
            {
                let session_id = change.session.to_string();
                records.push(Tell::Record(Box::new(Changed { session_id, side, record })));
            }
        }
        sessions.into_iter().rev().chain(records.into_iter().rev()).collect()
    }
}

/// What is told.
enum Tell {
    Reset,
    Removed(Vec<String>),
    Session(Box<SessionView>),
    Record(Box<Changed>),
}

impl Tell {
    fn event(self, hub: &Hub) -> Event {
        match self {
            Self::Reset => named("reset", &serde_json::json!({})),
            Self::Removed(ids) => named("removed", &serde_json::json!({ "sessionIds": ids })),
            Self::Session(session) => named("session", &hub.dated(*session)),
            Self::Record(record) => named("record", &record),
        }
    }
}

/// Resolves when the server ends.
pub(super) async fn over(ending: &mut watch::Receiver<bool>) {
    // A server that is gone has ended too.
    let _ = ending.wait_for(|ending| *ending).await.map(drop);
}

fn named(name: &str, data: &impl Serialize) -> Event {
    // Line breaks inside strings are escaped in JSON, so the data is one line.
    let json = serde_json::to_string(data).unwrap_or_default();
    Event::default().event(name).data(json)
}
