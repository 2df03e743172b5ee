//! One recorded request.

use crate::clock::Moment;
use crate::outcome::delivery::Status;
use crate::outcome::journal::read::Recorded;
use crate::outcome::journal::received::ReceivedRequest;
use crate::protocol::mac;

/// A header as far as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// There was none.
    Absent,
    /// There was one, and its value was not written down.
    Hidden,
    /// Its value.
    Text(String),
}

impl Field {
    /// The value, where it is known.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Absent | Self::Hidden => None,
        }
    }
}

impl From<Option<String>> for Field {
    fn from(value: Option<String>) -> Self {
        match value {
            None => Self::Absent,
            Some(hidden) if hidden == "***" => Self::Hidden,
            Some(text) => Self::Text(text),
        }
    }
}

/// What a journal says of a delivery beside its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The session's ID.
    pub session_id: String,
    /// The event's place in its session, before any fault.
    pub sequence: u64,
    /// The faults that were injected, by name.
    pub faults: Vec<String>,
    /// It is the copy that a fault made.
    pub copy: bool,
    /// It was sent.
    pub sent: bool,
}

/// One recorded request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The line of the journal, from 1.
    pub line: u64,
    /// When it was sent or received.
    pub at: Moment,
    /// How many seconds of its session pass in one second of its stamps; `None` where nobody knows.
    pub pace: Option<f64>,
    /// Every value of the MAC header.
    pub macs: Vec<String>,
    /// `Content-Type`
    pub content_type: Field,
    /// `User-Agent`
    pub user_agent: Field,
    /// The exact bytes of the body.
    pub body: Vec<u8>,
    /// What the journal says of it, where it is that of a run.
    pub label: Option<Label>,
}

impl Request {
    pub(super) fn delivered(line: u64, recorded: Recorded, pace: Option<f64>) -> Self {
        Self {
            line,
            at: recorded.sent,
            pace,
            macs: recorded.mac.into_iter().collect(),
            content_type: recorded.content_type.into(),
            user_agent: recorded.user_agent.into(),
            body: recorded.body,
            label: Some(Label {
                session_id: recorded.session_id,
                sequence: recorded.sequence.into(),
                faults: recorded.faults,
                copy: recorded.copy,
                sent: recorded.status != Status::Suppressed,
            }),
        }
    }

    pub(super) fn received(line: u64, at: Moment, request: ReceivedRequest, pace: Option<f64>) -> Self {
        let first = |name: &str| request.values(name).next().map(str::to_owned).into();
        Self {
            line,
            at,
            pace,
            macs: request.values(mac::HEADER).map(str::to_owned).collect(),
            content_type: first("Content-Type"),
            user_agent: first("User-Agent"),
            body: request.body,
            label: None,
        }
    }

    /// True where the journal says that it deviates on purpose.
    pub fn is_faulty(&self) -> bool {
        self.label.as_ref().is_some_and(|label| label.copy || !label.faults.is_empty())
    }

    /// True where it went out, or came in.
    pub fn was_sent(&self) -> bool {
        self.label.as_ref().is_none_or(|label| label.sent)
    }

    /// True where the session can be followed by it: it is the event itself, with its own body.
    pub fn is_whole(&self) -> bool {
        self.label.as_ref().is_none_or(|label| {
            label.sent && !label.copy && !label.faults.iter().any(|fault| fault.starts_with("body:"))
        })
    }
}
