//! `POST /webhook`: the inbox.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;

use super::Shared;
use crate::serve::received::Told;
use crate::serve::{received, webhook};

pub(super) async fn receive(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let came = shared.hub.now();
    match webhook::take(&shared.hub.desk, request).await {
        Ok(taken) if shared.misbehaving.is_on() => shared.misbehaving.answer(&shared.hub, came, taken).await,
        Ok(taken) => {
            let (headers, told) = (taken.shown_headers(), Told::by(&taken.receipt));
            received::enter(&shared.hub, came, headers, taken.body.clone(), &taken.receipt, told);
            webhook::answered(taken.receipt.status, taken.receipt.answer)
        }
        Err(refused) => refused,
    }
}
