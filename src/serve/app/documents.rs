//! Health, readiness, and what the API looks like.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Shared;
use super::openapi;

pub(super) async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

pub(super) async fn ready(State(shared): State<Arc<Shared>>) -> (StatusCode, Json<Value>) {
    if *shared.ending.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "ending" })));
    }
    (StatusCode::OK, Json(json!({ "status": "ready", "running": shared.stage.running() })))
}

pub(super) async fn openapi(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(openapi::document(&shared.scene.dialect))
}
