//! Taking a webhook request: bounded, verified, judged, answered.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use smallvec::SmallVec;

use super::desk::Desk;
use super::inbox::{Receipt, Received};
use super::listener::TooSlow;
use crate::protocol::mac;

/// Bodies are read up to so many times the limit before they are refused: a sender that is still writing when the
/// connection closes sees a broken pipe, and not the answer.
const READ_ON: usize = 4;

/// A request that was read and judged. It has no `Debug`: its headers can be credentials.
pub struct Taken {
    /// Its headers, as they came; names in small letters.
    pub headers: HeaderMap,
    /// Its body, byte for byte.
    pub body: Bytes,
    /// What the inbox says.
    pub receipt: Receipt,
}

impl Taken {
    /// The headers for people to see: credentials are left out.
    pub fn shown_headers(&self) -> Arc<[(String, String)]> {
        const HIDDEN: [header::HeaderName; 3] =
            [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE];
        self.headers
            .iter()
            .map(|(name, value)| {
                let value = if HIDDEN.contains(name) {
                    "***".into()
                } else {
                    String::from_utf8_lossy(value.as_bytes())
                };
                // HTTP/1.1 of this server knows names in small letters only; this one is known to have others.
                let name =
                    if name.as_str().eq_ignore_ascii_case(mac::HEADER) { mac::HEADER } else { name.as_str() };
                (name.to_owned(), value.into_owned())
            })
            .collect()
    }
}

/// The largest body that is read at all, in bytes.
pub(super) fn read_limit(desk: &Desk) -> usize {
    desk.max_body_bytes().saturating_mul(READ_ON)
}

/// Reads a request and hands it to the desk.
///
/// # Errors
/// The answer to a request that could not be read: too large, or cut off.
pub async fn take(desk: &Desk, request: Request) -> Result<Taken, Response> {
    let limit = desk.max_body_bytes();
    // A body that is announced as enormous is not waited for.
    if announced(request.headers()) > limit.saturating_mul(READ_ON) as u64 {
        return Err(oversized(desk));
    }
    let headers = request.headers().clone();
    let body = match Bytes::from_request(request, &()).await {
        Ok(body) if body.len() <= limit => body,
        Ok(_) => return Err(oversized(desk)),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => return Err(oversized(desk)),
        Err(rejection) if TooSlow::is_cause_of(&rejection) => {
            return Err(told(StatusCode::REQUEST_TIMEOUT, "body-too-slow", &rejection.body_text()));
        }
        Err(rejection) => return Err(told(rejection.status(), "body-unreadable", &rejection.body_text())),
    };
    let receipt = {
        let mac_headers: SmallVec<[&[u8]; 1]> =
            headers.get_all(mac::HEADER).iter().map(HeaderValue::as_bytes).collect();
        let content_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
        desk.receive(&Received { mac_headers: &mac_headers, content_type, body: &body })
    };
    Ok(Taken { headers, body, receipt })
}

/// The announced length of a body, 0 where there is none.
fn announced(headers: &HeaderMap) -> u64 {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

fn oversized(desk: &Desk) -> Response {
    let (status, answer) = desk.inbox().refuse_oversized();
    answered(status, answer)
}

/// The answer to a method that is not POST.
pub async fn wrong_method() -> Response {
    let words = "events are posted here: only POST is allowed";
    let mut response = told(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", words);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

/// An answer that says what is wrong.
pub fn told(status: StatusCode, error: &str, message: &str) -> Response {
    answered(status.as_u16(), json!({ "error": error, "message": message }).to_string())
}

/// The answer of the inbox.
pub fn answered(status: u16, answer: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if answer.is_empty() {
        return status.into_response();
    }
    (status, [(header::CONTENT_TYPE, "application/json")], answer).into_response()
}
