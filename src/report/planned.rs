//! What would be sent: the line of `--dry-run`.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap as _, Serializer};

use crate::clock::Moment;
use crate::outcome::run_event::SessionInfo;
use crate::protocol::mac;

/// An event that would be sent.
#[derive(Clone, Copy, Debug)]
pub struct Planned<'a> {
    /// The session it belongs to.
    pub session: &'a SessionInfo,
    /// When it would go out, since the session's begin.
    pub due: Moment,
    /// The fixed headers, without the MAC.
    pub headers: &'a [(String, String)],
    /// The MAC header's value; `None` where a fault leaves the header out.
    pub mac: Option<&'a str>,
    /// The faults that were injected, by name.
    pub faults: &'a [String],
    /// The body.
    pub body: &'a [u8],
}

/// One JSON object, on one line.
pub fn json_line(planned: Planned<'_>) -> String {
    let line = Line {
        scenario: &planned.session.scenario,
        session: planned.session.number,
        session_id: &planned.session.id,
        due_ms: (planned.due.as_millis_f64() * 1e3).round() / 1e3,
        headers: Headers { fixed: planned.headers, mac: planned.mac },
        body: String::from_utf8_lossy(planned.body),
        faults: planned.faults,
    };
    // Texts and numbers only: writing them into a String cannot fail.
    serde_json::to_string(&line).unwrap_or_default()
}

/// The keys in the order in which they are written.
#[derive(serde::Serialize)]
struct Line<'a> {
    scenario: &'a str,
    session: u64,
    session_id: &'a str,
    due_ms: f64,
    headers: Headers<'a>,
    body: Cow<'a, str>,
    faults: &'a [String],
}

struct Headers<'a> {
    fixed: &'a [(String, String)],
    mac: Option<&'a str>,
}

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (place, (name, value)) in self.fixed.iter().enumerate() {
            // A field may be sent twice, but a key stands once.
            if !self.fixed[..place].iter().any(|(earlier, _)| earlier == name) {
                map.serialize_entry(name, value)?;
            }
        }
        if let Some(mac) = self.mac {
            map.serialize_entry(mac::HEADER, mac)?;
        }
        map.end()
    }
}
