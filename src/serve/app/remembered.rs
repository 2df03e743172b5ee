//! `/api/inbox/{id}/state`: what a customer's app would remember of a session.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Shared;
use super::answer::{InPath, Wrong};
use crate::serve::ledger::Side;
use crate::serve::quirk::Remembered;

/// How to look at a session.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(super) struct As {
    /// `true`: as though nothing more were to come, so that a session that just stops is abandoned, and not open.
    ended: Option<bool>,
}

pub(super) async fn state(
    State(shared): State<Arc<Shared>>,
    InPath(id): InPath<String>,
    how: Result<Query<As>, QueryRejection>,
) -> Result<Json<Remembered>, Wrong> {
    let Query(As { ended }) = how?;
    // Bodies are shared and not copied; reading them needs no lock.
    let taken: Vec<_> = shared.hub.look(|ledger| {
        let records = ledger.records(&id, Side::Received).iter();
        records.filter(|record| record.remembered).map(|record| record.body.clone()).collect()
    });
    let bodies = taken.iter().map(AsRef::as_ref);
    let remembered = shared.misbehaving.quirks().recall(&id, bodies, ended.unwrap_or(false));
    remembered.map(Json).ok_or_else(|| Wrong::no_session(&id))
}
