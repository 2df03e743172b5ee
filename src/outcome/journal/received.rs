//! The line of a request that was received: what somebody else sent, as it arrived.
//!
//! `{"type":"received","at_ms":12.5,"headers":{"content-type":"application/json"},"body":"<exact body>"}`. A header that
//! came more than once has a list of values; a body that is not UTF-8 stands in `body_base64` too. `status` is what
//! its receiver made of it, where that is known: of `serve` that is the inbox, whatever a quirk or a target answered. A file of such lines may begin with
//! `{"type":"capture","version":"..","start_time":"<RFC 3339>"}`, which says when `at_ms` is counted from.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::read::{LineError, body, moment};
use super::{base64, millis};
use crate::clock::{Epoch, Moment};

/// A request as it arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceivedRequest {
    /// When, since the capture began; `None` where the line does not say it.
    pub at: Option<Moment>,
    /// Names and values, in the spelling that was received.
    pub headers: Vec<(String, Vec<String>)>,
    /// The exact bytes of the body.
    pub body: Vec<u8>,
    /// What its receiver made of it, as an HTTP status, where the line says it.
    pub status: Option<u16>,
}

impl ReceivedRequest {
    /// Every value of a header, its name in any case.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = move |(header, _): &&(String, Vec<String>)| header.eq_ignore_ascii_case(name);
        self.headers.iter().filter(named).flat_map(|(_, values)| values).map(String::as_str)
    }
}

/// What stands in place of a value that is not written down.
pub const HIDDEN: &str = "***";

/// Headers whose values tell nothing that is secret. All others may be somebody's credentials, and are written as `***`.
const PLAIN: &[&str] = &[
    "accept",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "expect",
    "host",
    "transfer-encoding",
    "user-agent",
    "x-wms-content-mac",
];

/// A header's value as it may be written down: `***` where it may be somebody's credentials.
pub fn shown<'a>(name: &str, value: &'a str) -> &'a str {
    if PLAIN.iter().any(|plain| name.eq_ignore_ascii_case(plain)) { value } else { HIDDEN }
}

/// The line with which a capture begins.
pub fn capture_line(start: Epoch) -> Value {
    json!({ "type": "capture", "version": env!("CARGO_PKG_VERSION"), "start_time": start.to_rfc3339() })
}

/// What else a receiver that judges knows of a request.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    /// Its number in the capture, by which later lines name it.
    pub number: u64,
    /// What the inbox answers, or would without quirk and target.
    pub status: u16,
}

/// The line of a request that was received. Values that may be credentials are left out.
pub fn received_line(at: Moment, headers: &[(String, String)], body: &[u8], judged: Option<Judged>) -> Value {
    let mut fields = Map::new();
    for (name, value) in headers {
        let value = Value::from(shown(name, value));
        match fields.get_mut(name) {
            None => {
                fields.insert(name.clone(), value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(one) => *one = Value::Array(vec![one.take(), value]),
        }
    }
    let mut line = json!({
        "type": "received",
        "at_ms": millis(at),
        "headers": fields,
        "body": String::from_utf8_lossy(body),
    });
    if std::str::from_utf8(body).is_err() {
        line["body_base64"] = base64(body);
    }
    if let Some(Judged { number, status }) = judged {
        line["number"] = number.into();
        line["status"] = status.into();
    }
    line
}

#[derive(Deserialize)]
pub(super) struct ReceivedLine {
    #[serde(default)]
    at_ms: Option<f64>,
    headers: BTreeMap<String, Values>,
    body: String,
    #[serde(default)]
    body_base64: Option<String>,
    #[serde(default)]
    status: Option<u16>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Several(Vec<String>),
}

impl ReceivedLine {
    pub(super) fn request(self) -> Result<ReceivedRequest, LineError> {
        let values = |values| match values {
            Values::One(value) => vec![value],
            Values::Several(values) => values,
        };
        Ok(ReceivedRequest {
            at: self.at_ms.map(moment),
            headers: self.headers.into_iter().map(|(name, found)| (name, values(found))).collect(),
            body: body(self.body, self.body_base64)?,
            status: self.status,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::{Entry, entry};
    use super::*;

    fn read(line: &str) -> ReceivedRequest {
        match entry(line.as_bytes()) {
            Ok(Entry::Received(request)) => *request,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let headers = [("X-WMS-Content-MAC", "a"), ("content-type", "x/y"), ("X-WMS-Content-MAC", "b")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        for body in [&b"{}"[..], b"", "\u{e9}".as_bytes(), b"\xff\x00"] {
            let line = received_line(Moment(1_500_000), &headers, body, None).to_string();
            let request = read(&line);
            assert_eq!((request.at, &request.body[..]), (Some(Moment(1_500_000)), body), "{line}");
            assert!(request.values("x-wms-content-mac").eq(["a", "b"]), "{line}");
            assert!(request.values("Content-Type").eq(["x/y"]));
        }
        let start = Epoch::from_unix_nanos(1_500_000_000);
        let line = capture_line(start).to_string();
        assert_eq!(entry(line.as_bytes()), Ok(Entry::Capture(Some(start))));
    }

    #[test]
    fn credentials_are_not_written() {
        let headers = [("Authorization", "Bearer s3cret"), ("X-Api-Key", "s3cret"), ("cookie", "s3cret")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let line = received_line(Moment::ZERO, &headers, b"{}", None).to_string();
        assert!(!line.contains("s3cret") && line.contains("\"Authorization\":\"***\""), "{line}");
    }

    #[test]
    fn a_line_may_lack_its_moment_and_nothing_else() {
        let request = read(r#"{"type":"received","headers":{},"body":"x"}"#);
        assert_eq!((request.at, &request.body[..]), (None, &b"x"[..]));
        for wrong in [
            r#"{"type":"received","body":"x"}"#,
            r#"{"type":"received","headers":{}}"#,
            r#"{"type":"received","headers":{"a":1},"body":"x"}"#,
            r#"{"type":"received","headers":{},"body":"","body_base64":"?"}"#,
        ] {
            assert!(entry(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
