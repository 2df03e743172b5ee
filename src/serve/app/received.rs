//! `POST /webhook`: the inbox.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;

use super::Shared;
use super::events::over;
use super::forwarding::Forwarding;
use crate::serve::ledger::Forwarded;
use crate::serve::received::{self, Told};
use crate::serve::webhook::{self, Taken};

pub(super) async fn receive(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let came = shared.hub.now();
    let taken = match webhook::take(&shared.hub.desk, request).await {
        Ok(taken) => taken,
        Err(refused) => return refused,
    };
    let headers = taken.shown_headers();
    let journal = shared.journal.as_ref();
    let number = journal.map(|journal| journal.received(came, &headers, &taken.body, taken.receipt.status));
    if shared.misbehaving.is_on() {
        return shared.misbehaving.answer(&shared.hub, came, taken, headers).await;
    }
    let told = Told { forwarded: shared.forwarding.is_some(), ..Told::by(&taken.receipt) };
    let place = received::enter(&shared.hub, came, headers, &taken.body, &taken.receipt, told);
    match &shared.forwarding {
        None => webhook::answered(taken.receipt.status, taken.receipt.answer),
        Some(forwarding) => passed_on(&shared, forwarding, taken, place, number).await,
    }
}

/// Answers what the target answers. What is under way is brought to its end even where the sender does not wait for it.
async fn passed_on(
    shared: &Arc<Shared>,
    forwarding: &Arc<Forwarding>,
    taken: Taken,
    place: received::Place,
    number: Option<u64>,
) -> Response {
    let settle = move |shared: &Shared, forwarded: Forwarded| {
        if let (Some(journal), Some(number)) = (&shared.journal, number) {
            journal.forwarded(number, &forwarded);
        }
        place.forwarded(&shared.hub, forwarded);
    };
    let Some(room) = forwarding.room() else {
        settle(shared, Forwarding::no_room());
        return Forwarding::too_many();
    };
    let mut ending = shared.ending.subscribe();
    let (shared, forwarding) = (Arc::clone(shared), Arc::clone(forwarding));
    let passing = tokio::spawn(async move {
        let _room = room;
        // Nobody is waited for when the server ends, and both sides hear of that.
        let (forwarded, response) = tokio::select! {
            answered = forwarding.pass(taken.foreign()) => answered,
            () = over(&mut ending) => Forwarding::cut_off(),
        };
        settle(&shared, forwarded);
        response
    });
    passing.await.unwrap_or_else(|_| Forwarding::lost())
}
