//! The stand-in for the DeepAffex API, at the paths that the API has.

use std::sync::{Arc, PoisonError};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::answer::{self, Wrong};
use crate::clock::Moment;
use crate::clock::wall_clock;
use crate::serve::deepaffex::{self, MOST_BYTES, is_path};

/// Answers what no other route does: the API's paths, and those that lead nowhere.
pub(super) async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    if !is_path(&path) {
        return answer::no_such_thing().await.into_response();
    }
    let Ok(body): Result<Bytes, _> = axum::body::to_bytes(body, MOST_BYTES + 1).await else {
        let message = "the body is too large, or was cut off";
        return Wrong::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", message).into_response();
    };
    let request = deepaffex::Request {
        method: head.method.as_str(),
        path: &path,
        authorization: head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()),
        body: &body,
    };
    let now = wall_clock().timestamp_at(Moment::ZERO);
    let found = |id: &str| shared.stage.measurement(id);
    let response = {
        let mut api = shared.deepaffex.lock().unwrap_or_else(PoisonError::into_inner);
        api.answer(&request, now, found)
    };
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(response.body)).into_response()
}
