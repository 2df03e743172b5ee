//! What can be done with an event that was sent or received, and with a session's events.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Deserialize;

use super::Shared;
use super::answer::{InPath, Wrong};
use crate::clock::Moment;
use crate::outcome::run_event::SessionInfo;
use crate::protocol::conclusion::Outcome;
use crate::protocol::mac;
use crate::report::curl;
use crate::report::planned::Planned;
use crate::serve::ledger::{Record, Side, journal};

/// On which side to look.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(super) struct Where {
    /// `sent`, which is meant where nothing is said, or `received`.
    side: Option<Side>,
}

/// How to send it again.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Again {
    /// A fault without its place, such as `mac:wrong-secret`.
    fault: Option<String>,
}

pub(super) async fn again(
    State(shared): State<Arc<Shared>>,
    InPath((id, key)): InPath<(String, u64)>,
    body: Result<Json<Again>, JsonRejection>,
) -> Result<StatusCode, Wrong> {
    let Json(Again { fault }) = body?;
    shared.stage.again(&shared.scene, &id, key, fault.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn curl(
    State(shared): State<Arc<Shared>>,
    InPath((id, key)): InPath<(String, u64)>,
) -> Result<Response, Wrong> {
    let found = shared.hub.look(|ledger| {
        let target = ledger.target(&id).unwrap_or_else(|| shared.scene.transport.target.clone());
        ledger.record(&id, key).map(|record| command(&id, record, &target.to_string()))
    });
    let command = found.ok_or_else(|| {
        Wrong::new(
            StatusCode::NOT_FOUND,
            "no-such-event",
            "there is no such event: it may have made room for others",
        )
    })?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], command).into_response())
}

fn command(id: &str, record: &Record, url: &str) -> String {
    let session =
        SessionInfo { number: 1, id: id.into(), scenario: "recorded".into(), outcome: Outcome::Abandoned };
    let own = |name: &str| name.eq_ignore_ascii_case("content-type");
    let headers: Vec<(String, String)> =
        record.headers.iter().filter(|(name, _)| own(name)).cloned().collect();
    let mac = record.headers.iter().find(|(name, _)| name == mac::HEADER).map(|(_, value)| value.as_str());
    let planned = Planned {
        session: &session,
        due: Moment::ZERO,
        headers: &headers,
        mac,
        faults: &record.faults,
        body: &record.body,
    };
    let command = curl::command(planned, url);
    // The comment says when in a run, which this is not part of.
    command.split_once('\n').map_or(command.clone(), |(_, command)| format!("{command}\n"))
}

pub(super) async fn export(
    State(shared): State<Arc<Shared>>,
    InPath(id): InPath<String>,
    at: Result<Query<Where>, QueryRejection>,
) -> Result<Response, Wrong> {
    let Query(at) = at?;
    let side = at.side.unwrap_or(Side::Sent);
    // Bodies are shared and not copied; writing the lines needs no lock.
    let records = shared.hub.look(|ledger| ledger.has(&id, side).then(|| ledger.records(&id, side).to_vec()));
    let lines = journal(&id, &records.ok_or_else(|| Wrong::no_session(&id))?);
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        // The ID is a stranger's text, and the name of a file is no place for it.
        (header::CONTENT_DISPOSITION, "attachment; filename=\"session.ndjson\""),
    ];
    Ok((headers, lines).into_response())
}
