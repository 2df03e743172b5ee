//! `/c/..`: the page that plays the part of WMS, and how it begins its session.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::Shared;
use super::answer::Wrong;
use super::sessions::Began;
use crate::report::style::harmless;
use crate::serve::callback::{self, CallbackError, CallbackUrl};
use crate::serve::callin::page::{ASSETS, Data, HEADERS, html};
use crate::serve::callin::{CallIn, CallInError, Options, PREFIX, Start};
use crate::serve::choice::Choice;
use crate::serve::stage::{self, Scene};

/// So much of a name that means nothing is repeated, in characters.
const LONGEST_NAME: usize = 80;

/// The page of a call-in URL.
pub(super) async fn landing(State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    let read = read(&shared, uri.path(), uri.query());
    let (called, options, scene, callback) = match read {
        Ok(read) => read,
        Err(wrong) => return plain(wrong),
    };
    let mut notes: Vec<String> = called.notes.iter().map(|note| note.message()).collect();
    notes.extend(options.ignored.iter().map(|name| format!("the query's '{name}' means nothing here")));
    let unknown = options.choice.as_ref().filter(|choice| !known(&shared, choice));
    notes.extend(unknown.map(|choice| no_such(choice, &scene.plays)));
    let plays = if unknown.is_some() { Some(&scene.plays) } else { options.choice.as_ref() };
    let configured = |choice: &Choice| scene.config.is_some().then(|| choice.clone());
    let preset = plays.cloned().or_else(|| configured(&scene.plays));
    let known_session =
        called.session.as_deref().is_some_and(|id| shared.hub.look(|ledger| ledger.session(id).is_some()));
    let data = Data {
        config: called.config,
        known_config: scene.config.is_some(),
        session_id: called.session,
        known_session,
        scenario: preset.as_ref().and_then(|choice| choice.scenario()).map(str::to_owned),
        mix: preset.as_ref().and_then(|choice| choice.mix()).map(str::to_owned),
        pace: Some(options.pace.unwrap_or(scene.pace).to_string()),
        // Something else than was asked for does not start by itself.
        auto: unknown.is_none() && options.auto.unwrap_or(scene.auto),
        callback: callback.map(|callback| callback.to_string()),
        notes,
    };
    with_headers(Html(html(&data)).into_response())
}

/// Whether there is such a scenario or mix.
fn known(shared: &Shared, choice: &Choice) -> bool {
    let library = shared.stage.library();
    match choice {
        Choice::Scenario(name) => library.scenario(name).is_some(),
        Choice::Mix(name) => library.mix(name).is_some(),
    }
}

/// What to tell the app's developer of a name in the query that nothing has.
fn no_such(asked: &Choice, instead: &Choice) -> String {
    let kind = if asked.mix().is_some() { "mix" } else { "scenario" };
    let name =
        |choice: &Choice| harmless(choice.scenario().or(choice.mix()).unwrap_or_default(), LONGEST_NAME);
    format!("there is no {kind} '{}'; {} is chosen", name(asked), name(instead))
}

/// Begins the session of a call-in URL.
pub(super) async fn start(
    State(shared): State<Arc<Shared>>,
    uri: Uri,
    body: Bytes,
) -> Result<(StatusCode, Json<Began>), Wrong> {
    let (called, options, scene, callback) = read(&shared, uri.path(), uri.query())?;
    let asked = Start::parse(&body).map_err(|error| wrong(&error))?;
    let begin = stage::Start {
        plays: asked.choice.or(options.choice),
        session_id: called.session,
        pace: asked.pace.or(options.pace),
        ..stage::Start::default()
    };
    let scene = Scene { callback, ..scene.clone() };
    let id = shared.stage.start(&scene, &begin)?;
    Ok((StatusCode::CREATED, Json(Began::new(&id))))
}

type Read<'a> = (CallIn, Options, &'a Scene, Option<CallbackUrl>);

fn read<'a>(shared: &'a Shared, path: &str, query: Option<&str>) -> Result<Read<'a>, Wrong> {
    let called =
        CallIn::parse(path.strip_prefix(PREFIX).unwrap_or_default()).map_err(|error| wrong(&error))?;
    let options = Options::parse(query.unwrap_or_default()).map_err(|error| wrong(&error))?;
    let scene = shared.scene_of(&called.config);
    let callback = callback::choose(scene.callback.as_ref(), options.callback.as_deref(), &scene.allowed)
        .map_err(|error: CallbackError| {
            Wrong::new(StatusCode::BAD_REQUEST, error.code(), error.to_string())
        })?;
    Ok((called, options, scene, callback))
}

fn wrong(error: &CallInError) -> Wrong {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    Wrong::new(status, error.code(), error.to_string())
}

/// What is wrong, for a browser to show: as text, for it may repeat what a stranger wrote.
fn plain(wrong: Wrong) -> Response {
    let text = format!("This call-in URL cannot be used: {}\n", wrong.message);
    let mut response = wrong.into_response();
    let status = response.status();
    response = (status, text).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    with_headers(response)
}

fn with_headers(mut response: Response) -> Response {
    let headers: HeaderMap = HEADERS
        .iter()
        .filter_map(|(name, value)| Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_static(value))))
        .collect();
    response.headers_mut().extend(headers);
    response
}

/// A file of the page.
pub(super) async fn asset(Path(path): Path<String>) -> Response {
    let path = format!("/assets/{path}");
    let Some(asset) = ASSETS.iter().find(|asset| asset.path == path) else {
        return Wrong::new(StatusCode::NOT_FOUND, "not-found", "there is no such file").into_response();
    };
    with_headers(([(header::CONTENT_TYPE, asset.content_type)], asset.body).into_response())
}
