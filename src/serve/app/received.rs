//! `POST /webhook`: the inbox.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;

use super::Shared;
use crate::serve::{received, webhook};

pub(super) async fn receive(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let came = shared.hub.now();
    match webhook::take(&shared.hub.desk, request).await {
        Ok(taken) => {
            received::enter(&shared.hub, came, taken.shown_headers(), taken.body.clone(), &taken.receipt);
            webhook::answered(taken.receipt.status, taken.receipt.answer)
        }
        Err(refused) => refused,
    }
}
