//! `/api/sessions` and `/api/inbox`.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Shared;
use super::answer::{InPath, Wrong};
use super::waiting::{self, Wait};
use crate::scenario::act::Act;
use crate::serve::choice::Choice;
use crate::serve::ledger::{self, DetailView, Page, SessionView, Side};
use crate::serve::stage::Start;

/// Which sessions to list.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// At most so many; 200 where it is not said, 5,000 at the most.
    limit: Option<usize>,
    /// Only those whose ID, scenario, title or name of an event holds this, in whatever case.
    q: Option<String>,
    /// Only those in this state.
    state: Option<ledger::State>,
}

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Json<Vec<SessionView>>, Wrong> {
    let Query(which) = which?;
    let text = which.q.unwrap_or_default();
    let limit = which.limit.unwrap_or(200).min(5_000);
    let found: Vec<SessionView> =
        shared.hub.look(|ledger| ledger.search(&text, which.state).take(limit).collect());
    Ok(Json(found.into_iter().map(|view| shared.hub.dated(view)).collect()))
}

pub(super) async fn get(
    State(shared): State<Arc<Shared>>,
    InPath(id): InPath<String>,
    wait: Result<Query<Wait>, QueryRejection>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<DetailView>, Wrong> {
    waiting::detail(&shared, &id, Side::Sent, &wait?.0, page?.0).await.map(Json)
}

pub(super) async fn inbox(
    State(shared): State<Arc<Shared>>,
    InPath(id): InPath<String>,
    wait: Result<Query<Wait>, QueryRejection>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<DetailView>, Wrong> {
    waiting::detail(&shared, &id, Side::Received, &wait?.0, page?.0).await.map(Json)
}

/// A session to play.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub(super) struct NewSession {
    /// A scenario of the catalogue; `scenario` or `mix`, where not what the server was told.
    scenario: Option<String>,
    /// A mix of the catalogue.
    mix: Option<String>,
    /// Its ID; drawn from the seed where it is missing. A session with the ID of an earlier one goes on in it.
    session_id: Option<String>,
    /// The webhook's URL.
    to: Option<String>,
    /// `1x`, `0.5x`, `20x` or `max`.
    pace: Option<String>,
    /// The seed that gives its events and gaps again: a number, or a text with one. Timestamps are those of now.
    seed: Option<SeedText>,
    /// Faults, such as `duplicate@3`.
    #[serde(default)]
    faults: Vec<String>,
}

/// Seeds have 64 bits, which numbers in JavaScript do not hold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a seed is a whole number from 0 to 18446744073709551615, or a text with one")]
enum SeedText {
    Number(u64),
    Text(String),
}

/// A session that was begun.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Began {
    /// Its ID.
    session_id: String,
}

impl Began {
    pub(super) fn new(id: &str) -> Self {
        Self { session_id: id.to_owned() }
    }
}

impl NewSession {
    fn read(self) -> Result<Start, Wrong> {
        let wrong = |error: &str, message: String| Wrong::new(StatusCode::BAD_REQUEST, error, message);
        let plays = match (self.scenario, self.mix) {
            (Some(_), Some(_)) => {
                return Err(wrong("two-plays", "name a scenario or a mix, not both".to_owned()));
            }
            (Some(name), None) => Some(Choice::Scenario(name)),
            (None, Some(name)) => Some(Choice::Mix(name)),
            (None, None) => None,
        };
        let seed = match self.seed {
            None => None,
            Some(SeedText::Number(seed)) => Some(seed),
            Some(SeedText::Text(text)) => {
                Some(text.parse().map_err(|_| wrong("bad-seed", "a seed is a whole number".to_owned()))?)
            }
        };
        let pace =
            self.pace.map(|pace| pace.parse().map_err(|error| wrong("bad-pace", error))).transpose()?;
        Ok(Start { plays, session_id: self.session_id, to: self.to, pace, seed, faults: self.faults })
    }
}

pub(super) async fn start(
    State(shared): State<Arc<Shared>>,
    body: Result<Json<NewSession>, JsonRejection>,
) -> Result<(StatusCode, Json<Began>), Wrong> {
    let Json(new) = body?;
    let id = shared.stage.start(&shared.scene, &new.read()?)?;
    Ok((StatusCode::CREATED, Json(Began::new(&id))))
}

pub(super) async fn forget(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.hub.write(|ledger, _| ledger.forget());
    shared.hub.desk.inbox().forget_sessions();
    shared.misbehaving.forget();
    StatusCode::NO_CONTENT
}

/// Something that the user of the page does.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub(super) struct NewAct {
    /// What.
    act: Act,
}

/// Whether something came of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Told {
    /// True where it becomes events.
    told: bool,
}

pub(super) async fn act(
    State(shared): State<Arc<Shared>>,
    InPath(id): InPath<String>,
    body: Result<Json<NewAct>, JsonRejection>,
) -> Result<Json<Told>, Wrong> {
    let Json(NewAct { act }) = body?;
    match shared.stage.act(&id, act).await {
        Ok(told) => Ok(Json(Told { told })),
        Err(error) => {
            let known = shared.hub.look(|ledger| ledger.session(&id).is_some());
            Err(Wrong::not_running(error, &id, known))
        }
    }
}
