//! The body of an event: written in the documented key order, read with tolerance.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::code::Code;
use super::dialect::{Dialect, EmptyPayload};
use super::json;
use crate::clock::Timestamp;

/// `payload.state` of a page that is shown.
pub const VISIBLE: &str = "VISIBLE";
/// `payload.state` of a page that is hidden.
pub const HIDDEN: &str = "HIDDEN";

/// What the envelope says beside its payload.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// When the event happened.
    pub timestamp: Timestamp,
    /// The session it belongs to.
    pub session_id: &'a str,
    /// Its place in the session, from 0.
    pub sequence: u32,
    /// What happened.
    pub code: Code,
}

/// Appends the body of an event. `payload` appends the payload's JSON, or nothing where the event has none.
pub fn write(out: &mut Vec<u8>, head: Head<'_>, dialect: &Dialect, payload: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(b"{\"timestamp\":");
    json::write_integer(out, head.timestamp.0);
    out.extend_from_slice(b",\"sessionId\":");
    json::write_string(out, head.session_id, dialect.charset);
    out.extend_from_slice(b",\"sequence\":");
    json::write_integer(out, head.sequence);
    out.extend_from_slice(b",\"event\":\"");
    out.extend_from_slice(head.code.as_str().as_bytes());
    out.extend_from_slice(b"\",\"severity\":\"");
    out.extend_from_slice(head.code.severity().as_str().as_bytes());
    let severity_ends = out.len();
    out.extend_from_slice(b"\",\"payload\":");
    let payload_begins = out.len();
    payload(out);
    if out.len() == payload_begins {
        match dialect.empty_payload {
            EmptyPayload::Absent => {
                out.truncate(severity_ends);
                out.push(b'"');
            }
            EmptyPayload::Object => out.extend_from_slice(b"{}"),
            EmptyPayload::Null => out.extend_from_slice(b"null"),
        }
    }
    out.push(b'}');
}

/// An envelope as received. Unknown keys are passed over; unknown events are kept as text.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// When the event happened, in Unix seconds.
    #[serde(deserialize_with = "json::read_whole")]
    pub timestamp: i64,
    /// The session it belongs to.
    pub session_id: String,
    /// Its place in the session.
    #[serde(deserialize_with = "json::read_whole")]
    pub sequence: u64,
    /// The event code, known or not.
    pub event: String,
    /// The severity as written; the older page's example has it, so does the newer's table.
    #[serde(default)]
    pub severity: Option<String>,
    /// The payload, where there is one.
    #[serde(default)]
    pub payload: Option<serde_json::Value>,
}

/// The session of bodies that do not say theirs.
pub const NO_SESSION: &str = "(no session ID)";

/// What a body says of itself, as far as anything can be read: it may be no event, and nobody may vouch for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Said {
    /// Its session.
    #[serde(deserialize_with = "of_any_type")]
    pub session_id: Option<String>,
    /// Its place in the session.
    #[serde(deserialize_with = "whole_of_any_type")]
    pub sequence: Option<u64>,
    /// What happened.
    #[serde(deserialize_with = "of_any_type")]
    pub event: Option<String>,
}

impl Said {
    /// Reads a body. What cannot be read is left out.
    pub fn read(body: &[u8]) -> Self {
        json::read_object(body).unwrap_or_default()
    }
}

/// A value of another type says nothing, and keeps nobody from reading the others.
fn of_any_type<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

fn whole_of_any_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(json::read_whole(serde_json::Value::deserialize(deserializer)?).ok())
}

impl Envelope {
    /// Reads a body.
    ///
    /// # Errors
    /// What is wrong with it, with line and column.
    pub fn read(body: &[u8]) -> Result<Self, serde_json::Error> {
        json::read_object(body)
    }

    /// The event, where it is a known one.
    pub fn code(&self) -> Option<Code> {
        self.event.parse().ok()
    }

    /// `payload.state` as a page's visibility: true where it was hidden.
    pub fn hidden(&self) -> Option<bool> {
        match self.payload.as_ref()?.get("state")?.as_str()? {
            HIDDEN => Some(true),
            VISIBLE => Some(false),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(payload: &[u8], dialect: &Dialect) -> String {
        let head = Head {
            timestamp: Timestamp(1_689_684_577),
            session_id: "ryueiwoqfh910fu3rpqruvfiu",
            sequence: 0,
            code: Code::MeasurementCreated,
        };
        let mut out = Vec::new();
        write(&mut out, head, dialect, |out| out.extend_from_slice(payload));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn keys_stand_in_the_documented_order() {
        // The page's own example, without its trailing comma.
        assert_eq!(
            body(br#"{"measurementId":"f0c8ca8d-111d-4dcf-a69d-46ed39a2db06"}"#, &Dialect::current()),
            r#"{"timestamp":1689684577,"sessionId":"ryueiwoqfh910fu3rpqruvfiu","sequence":0,"event":"MEASUREMENT_CREATED","severity":"INFO","payload":{"measurementId":"f0c8ca8d-111d-4dcf-a69d-46ed39a2db06"}}"#
        );
    }

    #[test]
    fn an_empty_payload_is_what_the_dialect_says() {
        let mut dialect = Dialect::current();
        assert!(body(b"", &dialect).ends_with(r#""severity":"INFO"}"#));
        dialect.set("payload.empty", "null").unwrap();
        assert!(body(b"", &dialect).ends_with(r#""payload":null}"#));
        dialect.set("payload.empty", "object").unwrap();
        assert!(body(b"", &dialect).ends_with(r#""payload":{}}"#));
    }

    #[test]
    fn what_is_written_reads_back() {
        let read = Envelope::read(body(br#"{"state":"HIDDEN"}"#, &Dialect::current()).as_bytes()).unwrap();
        assert_eq!(
            (read.sequence, read.code(), read.hidden()),
            (0, Some(Code::MeasurementCreated), Some(true))
        );
        let forms = br#"{"timestamp":1.767323045e9,"sessionId":"s","sequence":1.0,"event":"LOW_SNR"}"#;
        let read = Envelope::read(forms).unwrap();
        assert_eq!((read.timestamp, read.sequence), (1_767_323_045, 1));
        assert!(Envelope::read(b"{}").is_err());
        let array = br#"[1767323045,"s",0,"WMS_LOADED","INFO",null]"#;
        let error = Envelope::read(array).unwrap_err();
        assert!(error.is_data() && error.to_string().contains("sequence, expected an object"), "{error}");
    }

    #[test]
    fn a_body_says_what_can_be_read() {
        let said = |body: &str| {
            let Said { session_id, sequence, event } = Said::read(body.as_bytes());
            (session_id, sequence, event)
        };
        let s = |text: &str| Some(text.to_owned());
        assert_eq!(said(r#"{"sessionId":"s","sequence":2,"event":"E"}"#), (s("s"), Some(2), s("E")));
        assert_eq!(said(r#"{"sequence":2.0}"#), (None, Some(2), None));
        assert_eq!(said(r#"{"sessionId":"s","sequence":"2","event":null}"#), (s("s"), None, None));
        assert_eq!(said(r#"{"sessionId":{"a":1},"event":"E"}"#), (None, None, s("E")));
        for nothing in ["", "{", "[]", r#"["s",2,"E"]"#, "null", "7"] {
            assert_eq!(said(nothing), (None, None, None), "{nothing}");
        }
    }
}
