//! Reading a journal back: line by line, as much of it as is whole.

use serde::Deserialize;

use super::received::{ReceivedLine, ReceivedRequest};
use crate::clock::{Epoch, Moment};
use crate::protocol::conclusion::Outcome;
use crate::protocol::mac;

/// The longest line that is read; a body of 1 MiB fits, escaped.
pub const LONGEST_LINE: usize = 8 << 20;

/// A delivery as it was journalled.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The session's number in the recorded run.
    pub session: u64,
    /// The session's ID.
    pub session_id: String,
    /// The event's place in its session.
    pub sequence: u32,
    /// The event code.
    pub event: String,
    /// How it ended.
    pub status: super::super::delivery::Status,
    /// It was a copy that a fault had made.
    pub copy: bool,
    /// The faults that were injected into it, by name.
    pub faults: Vec<String>,
    /// When it should have gone out, since that run began.
    pub intended: Moment,
    /// When it was sent last; where that is not known, when it should have gone out.
    pub sent: Moment,
    /// The value of `Content-Type`, where it was journalled.
    pub content_type: Option<String>,
    /// The value of `User-Agent`, where it was journalled.
    pub user_agent: Option<String>,
    /// The value of the MAC header, where there was one.
    pub mac: Option<String>,
    /// The exact bytes of the body.
    pub body: Vec<u8>,
}

/// What a journal's first line says of its run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedRun {
    /// What was played, in words.
    pub plays: String,
    /// How fast, as it was typed.
    pub pace: String,
}

/// What a journal's session line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedSession {
    /// The session's number in the recorded run.
    pub number: u64,
    /// The session's ID.
    pub id: String,
    /// The scenario's name.
    pub scenario: String,
    /// What a receiver should have concluded.
    pub outcome: Outcome,
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// What the run was to do: the first line of every journal.
    Run(RecordedRun),
    /// What was received is written down from here on; with the wall clock then, where it is known.
    Capture(Option<Epoch>),
    /// A request was received.
    Received(Box<ReceivedRequest>),
    /// A session began.
    Session(RecordedSession),
    /// A delivery was settled.
    Delivery(Box<Recorded>),
    /// The run came to its end.
    End,
    /// Something else, which readers pass over.
    Other,
}

/// Why a line is none of a journal's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Not JSON.
    #[error("it is not JSON: {0}")]
    NotJson(String),
    /// JSON without what every line has.
    #[error("it is JSON, but no line of a journal: {0}")]
    NotALine(String),
    /// A delivery whose body cannot be had back.
    #[error("its body cannot be had back: {0}")]
    NoBody(String),
}

/// Reads one line.
///
/// # Errors
/// Why it is no line of a journal.
pub fn entry(line: &[u8]) -> Result<Entry, LineError> {
    let kind: Kind = serde_json::from_slice(line).map_err(|error| {
        if error.is_data() {
            LineError::NotALine(error.to_string())
        } else {
            LineError::NotJson(error.to_string())
        }
    })?;
    let not_a_line = |error: serde_json::Error| LineError::NotALine(error.to_string());
    Ok(match kind.kind.as_str() {
        "run" => {
            // Other programs may say less of their runs.
            let line: RunLine = serde_json::from_slice(line).unwrap_or_default();
            Entry::Run(RecordedRun { plays: line.plays, pace: line.pace })
        }
        "capture" => {
            let line: CaptureLine = serde_json::from_slice(line).unwrap_or_default();
            Entry::Capture(Epoch::parse_rfc3339(&line.start_time).ok())
        }
        "received" => {
            let line: ReceivedLine = serde_json::from_slice(line).map_err(not_a_line)?;
            Entry::Received(Box::new(line.request()?))
        }
        "session" => {
            let line: SessionLine = serde_json::from_slice(line).map_err(not_a_line)?;
            Entry::Session(RecordedSession {
                number: line.session,
                id: line.session_id,
                scenario: line.scenario,
                outcome: line.outcome,
            })
        }
        "delivery" => {
            let line: DeliveryLine = serde_json::from_slice(line).map_err(not_a_line)?;
            Entry::Delivery(Box::new(line.recorded()?))
        }
        "end" => Entry::End,
        _ => Entry::Other,
    })
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RunLine {
    plays: String,
    pace: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CaptureLine {
    start_time: String,
}

#[derive(Deserialize)]
struct SessionLine {
    session: u64,
    session_id: String,
    scenario: String,
    outcome: Outcome,
}

#[derive(Deserialize)]
struct DeliveryLine {
    session: u64,
    session_id: String,
    sequence: u32,
    event: String,
    status: super::super::delivery::Status,
    #[serde(default)]
    copy: bool,
    #[serde(default)]
    faults: Vec<String>,
    #[serde(default)]
    intended_ms: f64,
    #[serde(default)]
    sent_ms: Option<f64>,
    headers: std::collections::BTreeMap<String, String>,
    body: String,
    #[serde(default)]
    body_base64: Option<String>,
}

impl DeliveryLine {
    fn recorded(self) -> Result<Recorded, LineError> {
        let body = body(self.body, self.body_base64)?;
        let header = |name: &str| {
            let named = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
            named.map(|(_, value)| value.clone())
        };
        Ok(Recorded {
            session: self.session,
            session_id: self.session_id,
            sequence: self.sequence,
            event: self.event,
            status: self.status,
            copy: self.copy,
            faults: self.faults,
            intended: moment(self.intended_ms),
            sent: moment(self.sent_ms.unwrap_or(self.intended_ms)),
            content_type: header("Content-Type"),
            user_agent: header("User-Agent"),
            mac: header(mac::HEADER),
            body,
        })
    }
}

/// The exact bytes of a body: as text, or in base64 where it is none.
pub(super) fn body(text: String, base64: Option<String>) -> Result<Vec<u8>, LineError> {
    use base64::Engine as _;
    match base64 {
        None => Ok(text.into_bytes()),
        Some(text) => base64::engine::general_purpose::STANDARD
            .decode(text)
            .map_err(|error| LineError::NoBody(error.to_string())),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates; below zero is zero"
)]
pub(super) fn moment(millis: f64) -> Moment {
    Moment((millis * 1e6).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::delivery::Status;

    #[test]
    fn lines() {
        assert_eq!(entry(br#"{"type":"run","seed":1}"#), Ok(Entry::Run(RecordedRun::default())));
        let run = RecordedRun { plays: "happy-path".to_owned(), pace: "2x".to_owned() };
        assert_eq!(entry(br#"{"type":"run","plays":"happy-path","pace":"2x"}"#), Ok(Entry::Run(run)));
        assert_eq!(entry(br#"{"type":"capture"}"#), Ok(Entry::Capture(None)));
        assert_eq!(entry(br#"{"type":"something new"}"#), Ok(Entry::Other));
        let line = br#"{"type":"delivery","session":3,"session_id":"s","sequence":1,"event":"WMS_LOADED","status":"accepted","http_status":204,"attempts":1,"faults":["swap"],"intended_ms":1.5,"headers":{"X-WMS-Content-MAC":"m"},"body":"{}"}"#;
        let Ok(Entry::Delivery(recorded)) = entry(line) else { panic!() };
        assert_eq!(
            (recorded.session, recorded.status, recorded.intended),
            (3, Status::Accepted, Moment(1_500_000))
        );
        assert_eq!((recorded.mac.as_deref(), &recorded.body[..]), (Some("m"), &b"{}"[..]));
    }

    #[test]
    fn what_is_not_text_comes_back_all_the_same() {
        let line = br#"{"type":"delivery","session":3,"session_id":"s","sequence":1,"event":"X","status":"failed","headers":{},"body":"?","body_base64":"/wA="}"#;
        let Ok(Entry::Delivery(recorded)) = entry(line) else { panic!() };
        assert_eq!(recorded.body, [0xff, 0]);
    }

    #[test]
    fn other_lines_are_named() {
        assert!(matches!(entry(b"hello"), Err(LineError::NotJson(_))));
        assert!(matches!(entry(br#"{"type":"deliv"#), Err(LineError::NotJson(_))));
        assert!(matches!(entry(br#"{"level":"info"}"#), Err(LineError::NotALine(_))));
        assert!(matches!(entry(br#"{"type":"delivery"}"#), Err(LineError::NotALine(_))));
        assert!(matches!(entry(b"[1]"), Err(LineError::NotALine(_))));
    }

    proptest::proptest! {
        #[test]
        fn no_line_does_harm(bytes: Vec<u8>) {
            let _ = entry(&bytes);
        }
    }
}
