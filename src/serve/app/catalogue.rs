//! What can be played, and what the server was told.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use super::Shared;
use crate::delivery::fault::KINDS;
use crate::protocol::conclusion::Outcome;
use crate::scenario::compile::Options;
use crate::scenario::file::mix as mix_file;
use crate::scenario::library::load_plan;
use crate::serve::hub::Persisting;

/// A scenario of the catalogue.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ScenarioView {
    name: String,
    title: String,
    /// What a receiver should conclude.
    outcome: Outcome,
    /// What its user does in the browser becomes events.
    interactive: bool,
    events_min: u64,
    events_max: u64,
    /// No session of it is longer, in seconds.
    longest_s: f64,
}

pub(super) async fn scenarios(State(shared): State<Arc<Shared>>) -> Json<Vec<ScenarioView>> {
    let library = shared.stage.library();
    let options = Options {
        dialect: shared.scene.dialect.clone(),
        set: shared.scene.set.clone(),
        ..Options::default()
    };
    let view = |name: &str| {
        let plan = load_plan(library.scenario(name)?, &options).ok()?;
        Some(ScenarioView {
            outcome: plan.outcome,
            interactive: plan.interactive,
            events_min: plan.events_min,
            events_max: plan.events_max,
            longest_s: (crate::clock::Moment(plan.longest).as_millis_f64() / 1e3).round(),
            name: plan.name,
            title: plan.title,
        })
    };
    Json(library.scenario_names().filter_map(view).collect())
}

/// A mix of the catalogue.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct MixView {
    name: String,
    title: String,
}

pub(super) async fn mixes(State(shared): State<Arc<Shared>>) -> Json<Vec<MixView>> {
    let library = shared.stage.library();
    let view = |name: &str| {
        let title = mix_file::read(library.mix(name)?).0?.title.value;
        Some(MixView { name: name.to_owned(), title })
    };
    Json(library.mix_names().filter_map(view).collect())
}

/// A fault that can be injected.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct FaultView {
    /// How it is written, without its place: `duplicate`, `mac:missing`.
    name: &'static str,
    /// What it does.
    what: &'static str,
    /// It changes the order of events, and means nothing for one that stands alone.
    moves: bool,
}

pub(super) async fn faults() -> Json<Vec<FaultView>> {
    Json(
        KINDS
            .iter()
            .map(|kind| FaultView { name: kind.name, what: kind.meaning, moves: kind.kind().needs_others() })
            .collect(),
    )
}

/// What the server was told.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Info {
    version: &'static str,
    /// Where the inbox takes events.
    webhook: String,
    /// Where sessions go that name no other target.
    target: String,
    pace: String,
    scenario: Option<String>,
    mix: Option<String>,
    /// Where the MAC secret comes from; never the secret.
    secret_source: String,
    /// The Config IDs that are known.
    configs: Vec<String>,
    /// How the inbox misbehaves on purpose: names of quirks, with their parameters. Empty where it does not.
    quirks: Vec<String>,
    /// Where the inbox passes on what it receives.
    forward: Option<String>,
    /// The file that the history is kept in, so that it survives a restart; null where there is none.
    persist: Option<Persisting>,
}

pub(super) async fn info(State(shared): State<Arc<Shared>>) -> Json<Info> {
    Json(Info {
        version: env!("CARGO_PKG_VERSION"),
        webhook: format!("http://{}/webhook", super::reachable(shared.address)),
        target: shared.scene.transport.target.to_string(),
        pace: shared.scene.pace.to_string(),
        scenario: shared.scene.plays.scenario().map(str::to_owned),
        mix: shared.scene.plays.mix().map(str::to_owned),
        secret_source: shared.secret_source.clone(),
        configs: shared.configs.keys().cloned().collect(),
        quirks: shared.misbehaving.names(),
        forward: shared.forwarding.as_ref().map(|forwarding| forwarding.target()),
        persist: shared.hub.persisting().borrow().clone(),
    })
}
