//! What the inbox has to say about what it received: a closed list, each with a stable name.

use super::finding_code::{FindingCode, FindingSeverity};
use crate::clock::Timestamp;
use crate::protocol::code::{Code, UnknownCode};
use crate::protocol::grammar::Illegal;
use crate::protocol::mac::MacError;

/// One thing that the inbox found, with its particulars. Texts taken from a request are cut to a bounded length.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// The MAC is not right: refused.
    #[error("{0}")]
    Mac(MacError),
    /// The body is too large: refused.
    #[error("the body is larger than {limit} bytes")]
    BodyTooLarge {
        /// The most that is taken, in bytes.
        limit: usize,
    },
    /// The body is not JSON: refused.
    #[error("the body is not JSON: {reason} at line {line}, column {column}")]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// In the parser's words.
        reason: String,
    },
    /// The body is not an event's envelope: refused.
    #[error("the body is not a WMS event: {reason} at line {line}, column {column}")]
    BadEnvelope {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// In the parser's words.
        reason: String,
    },
    /// The `Content-Type` is missing or another one.
    #[error("the Content-Type is {}, not {wanted}", found.as_deref().unwrap_or("missing"))]
    ContentType {
        /// As received.
        found: Option<String>,
        /// The dialect's.
        wanted: String,
    },
    /// A key beside the six documented ones.
    #[error("the envelope has the unknown key '{key}'")]
    EnvelopeKeyUnknown {
        /// The key.
        key: String,
    },
    /// `""`
    #[error("the session ID is empty")]
    SessionIdEmpty,
    /// The literal `undefined` or `null`.
    #[error("the session ID is the text '{text}': the call-in URL was built from an empty variable")]
    SessionIdUndefined {
        /// The text.
        text: String,
    },
    /// The ID is kept as its beginning and a digest.
    #[error("the session ID has {bytes} bytes; only its beginning is kept")]
    SessionIdLong {
        /// Its length.
        bytes: usize,
    },
    /// Not one of the 21 codes.
    #[error("{0}")]
    EventUnknown(UnknownCode),
    /// A code of the newer page in the older dialect.
    #[error("{code} does not exist in this dialect")]
    EventNotInDialect {
        /// The event.
        code: Code,
    },
    /// No `severity`.
    #[error("the severity is missing")]
    SeverityMissing,
    /// Not one of the three words.
    #[error("the severity '{text}' is not INFO, WARN or ERROR")]
    SeverityUnknown {
        /// As received.
        text: String,
    },
    /// Another one than the page gives the code.
    #[error("the severity of {code} is {found}, not {}", code.severity())]
    SeverityMismatch {
        /// The event.
        code: Code,
        /// As received.
        found: String,
    },
    /// No payload where there should be one.
    #[error("{code} has no payload")]
    PayloadMissing {
        /// The event.
        code: Code,
    },
    /// A payload that is no object.
    #[error("the payload of {code} is not an object")]
    PayloadNotObject {
        /// The event.
        code: Code,
    },
    /// A payload where there should be none.
    #[error("{code} has a payload, and should have none")]
    PayloadUnexpected {
        /// The event.
        code: Code,
    },
    /// `payload.empty` is another choice than the dialect's.
    #[error("the absence of a payload is written as '{found}', not as '{wanted}'")]
    PayloadEmptyForm {
        /// As received: `absent`, `object` or `null`.
        found: &'static str,
        /// The dialect's.
        wanted: &'static str,
    },
    /// A key is missing.
    #[error("the payload of {code} lacks '{key}'")]
    PayloadKeyMissing {
        /// The event.
        code: Code,
        /// The key.
        key: String,
    },
    /// A key is not known.
    #[error("the payload of {code} has the unknown key '{key}'")]
    PayloadKeyUnknown {
        /// The event.
        code: Code,
        /// The key.
        key: String,
    },
    /// A value has the wrong type.
    #[error("'{key}' in the payload of {code} is not {wanted}")]
    PayloadType {
        /// The event.
        code: Code,
        /// The key.
        key: String,
        /// What it should be, with its article.
        wanted: &'static str,
    },
    /// A value is not one of the documented ones.
    #[error("'{key}' in the payload of {code} is '{found}', not {wanted}")]
    PayloadValue {
        /// The event.
        code: Code,
        /// The key.
        key: &'static str,
        /// As received.
        found: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// A measurement that was never created.
    #[error("event {sequence} carries a measurement ID that no MEASUREMENT_CREATED made known")]
    MeasurementIdUnknown {
        /// The event's place.
        sequence: u64,
    },
    /// The same body again.
    #[error("event {sequence} was received before")]
    Duplicate {
        /// The event's place.
        sequence: u64,
    },
    /// Another body in the same place.
    #[error("event {sequence} was received before with another body")]
    Conflict {
        /// The event's place.
        sequence: u64,
    },
    /// The place was filled, and by what is no longer known.
    #[error("event {sequence} is too old to tell whether it is a duplicate")]
    TooOld {
        /// The event's place.
        sequence: u64,
    },
    /// Later than its successors.
    #[error("event {sequence} arrived after event {highest}")]
    OutOfOrder {
        /// The event's place.
        sequence: u64,
        /// The highest place that was filled before.
        highest: u64,
    },
    /// Waited for and not come.
    #[error("{}", gap_words(*first, *last))]
    Gap {
        /// The first that is missing.
        first: u64,
        /// The last that is missing.
        last: u64,
    },
    /// A reload whose first half has no end.
    #[error("the sequence starts again at 0, and no PAGE_UNLOADED came before it")]
    RestartWithoutUnload,
    /// `reload.sequence` is continue.
    #[error("the sequence starts again at 0 after a reload; in this dialect it goes on")]
    RestartUnlikeDialect,
    /// `reload.sequence` is restart.
    #[error("the sequence goes on with {sequence} after a reload; in this dialect it starts again at 0")]
    ContinuedUnlikeDialect {
        /// The place of `WMS_LOADED`.
        sequence: u64,
    },
    /// Time runs backwards.
    #[error("event {sequence} has the timestamp {found}, earlier than the event before it ({before})")]
    TimestampBackwards {
        /// The event's place.
        sequence: u64,
        /// Its timestamp.
        found: i64,
        /// Its predecessor's.
        before: i64,
    },
    /// Later than now.
    #[error("the timestamp {} lies in the future: it is {} now", Timestamp(*found), Timestamp(*now))]
    TimestampFuture {
        /// The event's timestamp.
        found: i64,
        /// The wall clock.
        now: i64,
    },
    /// Against the grammar.
    #[error("event {sequence}: {illegal}")]
    IllegalEvent {
        /// The event's place.
        sequence: u64,
        /// What stands against it.
        illegal: Illegal,
    },
}

fn gap_words(first: u64, last: u64) -> String {
    if first == last {
        format!("event {first} is missing")
    } else {
        format!("events {first} to {last} are missing")
    }
}

impl Finding {
    /// The stable name.
    pub const fn code(&self) -> FindingCode {
        match self {
            Self::Mac(MacError::Missing) => FindingCode::MacMissing,
            Self::Mac(MacError::Several) => FindingCode::MacSeveral,
            Self::Mac(MacError::WrongPrefix) => FindingCode::MacWrongPrefix,
            Self::Mac(MacError::NotHex) => FindingCode::MacNotHex,
            Self::Mac(MacError::Mismatch) => FindingCode::MacMismatch,
            Self::BodyTooLarge { .. } => FindingCode::BodyTooLarge,
            Self::NotJson { .. } => FindingCode::NotJson,
            Self::BadEnvelope { .. } => FindingCode::BadEnvelope,
            Self::ContentType { .. } => FindingCode::ContentType,
            Self::EnvelopeKeyUnknown { .. } => FindingCode::EnvelopeKeyUnknown,
            Self::SessionIdEmpty => FindingCode::SessionIdEmpty,
            Self::SessionIdUndefined { .. } => FindingCode::SessionIdUndefined,
            Self::SessionIdLong { .. } => FindingCode::SessionIdLong,
            Self::EventUnknown(_) => FindingCode::EventUnknown,
            Self::EventNotInDialect { .. } => FindingCode::EventNotInDialect,
            Self::SeverityMissing => FindingCode::SeverityMissing,
            Self::SeverityUnknown { .. } => FindingCode::SeverityUnknown,
            Self::SeverityMismatch { .. } => FindingCode::SeverityMismatch,
            Self::PayloadMissing { .. } => FindingCode::PayloadMissing,
            Self::PayloadNotObject { .. } => FindingCode::PayloadNotObject,
            Self::PayloadUnexpected { .. } => FindingCode::PayloadUnexpected,
            Self::PayloadEmptyForm { .. } => FindingCode::PayloadEmptyForm,
            Self::PayloadKeyMissing { .. } => FindingCode::PayloadKeyMissing,
            Self::PayloadKeyUnknown { .. } => FindingCode::PayloadKeyUnknown,
            Self::PayloadType { .. } => FindingCode::PayloadType,
            Self::PayloadValue { .. } => FindingCode::PayloadValue,
            Self::MeasurementIdUnknown { .. } => FindingCode::MeasurementIdUnknown,
            Self::Duplicate { .. } => FindingCode::Duplicate,
            Self::Conflict { .. } => FindingCode::Conflict,
            Self::TooOld { .. } => FindingCode::TooOld,
            Self::OutOfOrder { .. } => FindingCode::OutOfOrder,
            Self::Gap { .. } => FindingCode::Gap,
            Self::RestartWithoutUnload => FindingCode::RestartWithoutUnload,
            Self::RestartUnlikeDialect => FindingCode::RestartUnlikeDialect,
            Self::ContinuedUnlikeDialect { .. } => FindingCode::ContinuedUnlikeDialect,
            Self::TimestampBackwards { .. } => FindingCode::TimestampBackwards,
            Self::TimestampFuture { .. } => FindingCode::TimestampFuture,
            Self::IllegalEvent { .. } => FindingCode::IllegalEvent,
        }
    }

    /// How bad it is.
    pub const fn severity(&self) -> FindingSeverity {
        self.code().severity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_say_what_and_where() {
        assert_eq!(Finding::Gap { first: 3, last: 3 }.to_string(), "event 3 is missing");
        assert_eq!(Finding::Gap { first: 3, last: 5 }.to_string(), "events 3 to 5 are missing");
        let finding = Finding::ContentType { found: None, wanted: "application/json".to_owned() };
        assert_eq!(finding.to_string(), "the Content-Type is missing, not application/json");
        assert_eq!(Finding::Mac(MacError::Missing).severity(), FindingSeverity::Error);
    }
}
