//! The head of a response, as far as deliveries ask for it.

use reqwest::header::HeaderValue;
use reqwest::{Response, Version};

use crate::outcome::exchange::{Failure, FailureCode, Phase, Reply};

use super::super::limits::HEAD_LIMIT;

/// What the head of a response says.
pub(super) fn digest(response: &Response) -> Result<Reply, Failure> {
    let head = |code, detail: String| Err(Failure::new(code, Phase::Head, detail));
    let fields = response.headers();
    // Name, colon, space, value, line end: as long as the head is in HTTP/1.1.
    let length: usize = fields.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if length > HEAD_LIMIT {
        return head(FailureCode::HeadTooLarge, format!("{length} bytes of header fields"));
    }
    let status = response.status().as_u16();
    if status == 101 {
        return head(FailureCode::SwitchedProtocols, "the status is 101".to_owned());
    }
    let text = |name| fields.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    Ok(Reply {
        status,
        retry_after: text("retry-after"),
        location: text("location"),
        closed: closes(response),
        ..Reply::default()
    })
}

/// Whether the receiver closes the connection after this response.
fn closes(response: &Response) -> bool {
    let fields = response.headers();
    let lists = |word: &str| {
        let values = fields.get_all("connection").iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(word))
    };
    match response.version() {
        Version::HTTP_2 => false,
        Version::HTTP_10 if !lists("keep-alive") => true,
        _ => lists("close") || until_close(response),
    }
}

fn until_close(response: &Response) -> bool {
    let fields = response.headers();
    let last = fields.get_all("transfer-encoding").iter().next_back();
    let chunked = |value: &HeaderValue| {
        let coding = value.as_bytes().rsplit(|byte| *byte == b',').next().unwrap_or_default();
        coding.trim_ascii().eq_ignore_ascii_case(b"chunked")
    };
    match last {
        _ if matches!(response.status().as_u16(), 204 | 304) => false,
        Some(value) => !chunked(value),
        None => !fields.contains_key("content-length"),
    }
}
