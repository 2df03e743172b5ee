//! Taking a webhook request: bounded, verified, judged, answered.

use std::error::Error;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use smallvec::SmallVec;

use super::desk::Desk;
use super::inbox::{Receipt, Received};
use super::intake::{MOST_AT_ONCE, Unread};
use super::listener::TooSlow;
use crate::protocol::mac;
use crate::transport::forward::Foreign;

/// Bodies are read up to so many times the limit before they are refused: a sender that is still writing when the
/// connection closes sees a broken pipe, and not the answer.
const READ_ON: usize = 4;

/// A request that was read and judged. It has no `Debug`: its headers can be credentials.
pub struct Taken {
    /// Its headers, as they came; names in small letters.
    pub headers: HeaderMap,
    /// What the server knows beside them, such as how the names were spelled.
    pub extensions: Extensions,
    /// Its body, byte for byte.
    pub body: Bytes,
    /// What the inbox says.
    pub receipt: Receipt,
}

impl Taken {
    /// It as it came, to be passed on.
    pub fn foreign(self) -> Foreign {
        Foreign { headers: self.headers, extensions: self.extensions, body: self.body }
    }

    /// The headers for people to see: credentials are left out.
    pub fn shown_headers(&self) -> Arc<[(String, String)]> {
        self.headers
            .iter()
            .map(|(name, value)| {
                let value = if holds_credentials(name.as_str()) {
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

/// Whether a header holds somebody's credentials, as far as its name says.
fn holds_credentials(name: &str) -> bool {
    const WORDS: [&str; 9] =
        ["auth", "cookie", "token", "secret", "password", "credential", "api-key", "apikey", "access-key"];
    WORDS.iter().any(|word| name.contains(word))
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
    let (Parts { headers, extensions, .. }, body) = request.into_parts();
    let body = match desk.intake().read(body, limit, limit.saturating_mul(READ_ON)).await {
        Ok(body) => body,
        Err(Unread::TooLarge) => return Err(oversized(desk)),
        Err(Unread::NoRoom) => return Err(no_room()),
        Err(Unread::Broken(error)) => return Err(unreadable(&error)),
    };
    let receipt = {
        let mac_headers: SmallVec<[&[u8]; 1]> =
            headers.get_all(mac::HEADER).iter().map(HeaderValue::as_bytes).collect();
        let content_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
        desk.receive(&Received { mac_headers: &mac_headers, content_type, body: &body })
    };
    Ok(Taken { headers, extensions, body, receipt })
}

/// The answer to a body that did not come whole.
fn unreadable(error: &axum::Error) -> Response {
    let deepest = deepest(error);
    let (status, name) = if deepest.is::<TooSlow>() {
        (StatusCode::REQUEST_TIMEOUT, "body-too-slow")
    } else {
        (StatusCode::BAD_REQUEST, "body-unreadable")
    };
    told(status, name, &deepest.to_string())
}

/// The answer where so much is being read that there is no room for more.
fn no_room() -> Response {
    let words = format!(
        "{} MiB of bodies are being read, which is the most; send it again later",
        MOST_AT_ONCE >> 20
    );
    let mut response = told(StatusCode::SERVICE_UNAVAILABLE, "too-much-at-once", &words);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

fn deepest<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    std::iter::successors(Some(error), |error| (*error).source()).last().unwrap_or(error)
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
