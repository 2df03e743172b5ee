//! What would be sent: the line of `--dry-run`.

use serde_json::{Map, Value, json};

use super::super::outcome::run_event::SessionInfo;
use crate::clock::Moment;
use crate::protocol::mac::{self, MacValue};

/// An event that would be sent.
#[derive(Clone, Copy, Debug)]
pub struct Planned<'a> {
    /// The session it belongs to.
    pub session: &'a SessionInfo,
    /// When it would go out, since the session's begin.
    pub due: Moment,
    /// The fixed headers, without the MAC.
    pub headers: &'a [(String, String)],
    /// The MAC header's value.
    pub mac: &'a MacValue,
    /// The body.
    pub body: &'a [u8],
}

/// One JSON object, on one line.
pub fn json_line(planned: Planned<'_>) -> String {
    let mut headers: Map<String, Value> =
        planned.headers.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    headers.insert(mac::HEADER.to_owned(), planned.mac.as_str().into());
    json!({
        "scenario": &*planned.session.scenario,
        "session": planned.session.number,
        "session_id": &*planned.session.id,
        "due_ms": (planned.due.as_millis_f64() * 1e3).round() / 1e3,
        "headers": headers,
        "body": String::from_utf8_lossy(planned.body),
        "faults": [],
    })
    .to_string()
}
