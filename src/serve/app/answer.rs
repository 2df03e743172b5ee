//! Answers of the control API that say what is wrong.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::API_BODY;
use crate::serve::listener::TooSlow;
use crate::serve::stage::{NotRunning, StartError};

/// What is wrong with a request.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Wrong {
    #[serde(skip)]
    status: StatusCode,
    /// A stable name.
    pub error: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Wrong {
    pub(super) fn new(status: StatusCode, error: &str, message: impl Into<String>) -> Self {
        Self { status, error: error.to_owned(), message: message.into() }
    }

    pub(super) fn no_session(id: &str) -> Self {
        let id: String = id.chars().take(100).collect();
        Self::new(StatusCode::NOT_FOUND, "no-such-session", format!("there is no session '{id}'"))
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        (self.status, Json(&self)).into_response()
    }
}

impl From<StartError> for Wrong {
    fn from(error: StartError) -> Self {
        let (status, name) = match &error {
            StartError::Unknown { kind: "mix", .. } => (StatusCode::BAD_REQUEST, "no-such-mix"),
            StartError::Unknown { .. } => (StatusCode::BAD_REQUEST, "no-such-scenario"),
            StartError::Scenario(_) => (StatusCode::BAD_REQUEST, "scenario-broken"),
            StartError::SessionId => (StatusCode::BAD_REQUEST, "bad-session-id"),
            StartError::Target(_) => (StatusCode::BAD_REQUEST, "bad-target"),
            StartError::Fault(_) => (StatusCode::BAD_REQUEST, "bad-fault"),
            StartError::Runs(_) => (StatusCode::CONFLICT, "session-runs"),
            StartError::TooMany => (StatusCode::TOO_MANY_REQUESTS, "too-many-sessions"),
            StartError::Credentials(_) => (StatusCode::CONFLICT, "credentials-not-kept"),
            StartError::NoEvent => (StatusCode::NOT_FOUND, "no-such-event"),
            StartError::Ending => (StatusCode::SERVICE_UNAVAILABLE, "ending"),
        };
        Self::new(status, name, error.to_string())
    }
}

impl Wrong {
    /// What is said to whoever acts in a session that does not run; `known` where it was played or came in.
    pub(super) fn not_running(error: NotRunning, id: &str, known: bool) -> Self {
        match error {
            NotRunning::Unknown if known => Self::new(
                StatusCode::CONFLICT,
                "not-running",
                "this session is not being played (any more), so nobody can act in it",
            ),
            NotRunning::Unknown => Self::no_session(id),
            NotRunning::Busy => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-acts",
                "so much at once cannot be done; wait a moment",
            ),
        }
    }
}

impl From<JsonRejection> for Wrong {
    fn from(rejection: JsonRejection) -> Self {
        if TooSlow::is_cause_of(&rejection) {
            return Self::new(StatusCode::REQUEST_TIMEOUT, "body-too-slow", rejection.body_text());
        }
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let message = format!("the body is larger than {API_BODY} bytes, which is the most");
            return Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", message);
        }
        Self::new(rejection.status(), "bad-body", rejection.body_text())
    }
}

impl From<QueryRejection> for Wrong {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(rejection.status(), "bad-query", rejection.body_text())
    }
}

/// What a path names. One that cannot be read is answered like everything else that is wrong.
pub(super) struct InPath<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for InPath<T> {
    type Rejection = Wrong;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Wrong> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(named)) => Ok(Self(named)),
            Err(rejection) => Err(Wrong::new(rejection.status(), "bad-path", rejection.body_text())),
        }
    }
}

/// The answer to a method that a path does not have. Which it has stands in `Allow`.
pub(super) async fn wrong_method() -> Wrong {
    let message = "this path does not have that method; /openapi.json says what there is";
    Wrong::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", message)
}

/// The answer to a path that leads nowhere.
pub(super) async fn no_such_thing() -> Wrong {
    Wrong::new(StatusCode::NOT_FOUND, "not-found", "there is nothing here; /openapi.json says what there is")
}
