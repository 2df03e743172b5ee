//! The stable names of what the inbox can find.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingSeverity {
    /// Allowed, and worth knowing.
    Note,
    /// Unlike the dialect; a receiver can live with it.
    Warning,
    /// Against what is documented, or refused.
    Error,
}

impl FindingSeverity {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for FindingSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

macro_rules! codes {
    ($( $variant:ident $name:literal $severity:ident $meaning:literal )*) => {
        /// The stable names of everything that the inbox can find.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum FindingCode {
            $( #[doc = $meaning] #[serde(rename = $name)] $variant, )*
        }

        impl FindingCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// The stable name, for scripts.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// How bad it is.
            pub const fn severity(self) -> FindingSeverity {
                match self { $( Self::$variant => FindingSeverity::$severity, )* }
            }

            /// What it means, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $( Self::$variant => $meaning, )* }
            }
        }
    };
}

codes! {
    MacMissing "mac-missing" Error "The request carries no MAC header."
    MacSeveral "mac-several" Error "The request carries more than one MAC header."
    MacWrongPrefix "mac-wrong-prefix" Error "The MAC header does not begin with hmac-sha256=."
    MacNotHex "mac-not-hex" Error "The MAC is not 64 lower-case hex digits."
    MacMismatch "mac-mismatch" Error "The MAC belongs to another body or another secret."
    BodyTooLarge "body-too-large" Error "The body is larger than the inbox takes."
    NotJson "not-json" Error "The body is not JSON."
    BadEnvelope "bad-envelope" Error "The body is JSON, but no WMS event."
    ContentType "content-type" Note "The Content-Type is not the dialect's."
    EnvelopeKeyUnknown "envelope-key-unknown" Warning "The envelope has a key that is not documented."
    SessionIdEmpty "session-id-empty" Warning "The session ID is empty."
    SessionIdUndefined "session-id-undefined" Note "The session ID is the text of an empty variable."
    SessionIdLong "session-id-long" Warning "The session ID is longer than the inbox keeps."
    EventUnknown "event-unknown" Warning "The event is not one of the documented ones."
    EventNotInDialect "event-not-in-dialect" Warning "The event exists, but not in this dialect."
    SeverityMissing "severity-missing" Warning "The envelope has no severity."
    SeverityUnknown "severity-unknown" Warning "The severity is not INFO, WARN or ERROR."
    SeverityMismatch "severity-mismatch" Warning "The severity is not the one that the event has."
    PayloadMissing "payload-missing" Error "The event's payload is missing."
    PayloadNotObject "payload-not-object" Error "The payload is not an object."
    PayloadUnexpected "payload-unexpected" Warning "An event that has no payload carries one."
    PayloadEmptyForm "payload-empty-form" Note "The absence of a payload is written unlike the dialect."
    PayloadKeyMissing "payload-key-missing" Error "The payload lacks a key."
    PayloadKeyUnknown "payload-key-unknown" Warning "The payload has a key that is not documented."
    PayloadType "payload-type" Error "A value of the payload has the wrong type."
    PayloadValue "payload-value" Warning "A value of the payload is not one of the documented ones."
    MeasurementIdUnknown "measurement-id-unknown" Warning "The measurement ID is not that of any measurement that the session created."
    Duplicate "duplicate" Note "The same event was received before."
    Conflict "conflict" Error "Another body was received before under the same session ID and sequence."
    TooOld "too-old" Note "The event's place was filled so long ago that duplicate and conflict cannot be told apart."
    OutOfOrder "out-of-order" Note "The event arrived after events with a higher sequence."
    Gap "gap" Warning "Events are missing."
    RestartWithoutUnload "restart-without-unload" Warning "The sequence starts again at 0, although the page was not left."
    RestartUnlikeDialect "restart-unlike-dialect" Warning "After a reload the sequence starts again at 0; in this dialect it goes on."
    ContinuedUnlikeDialect "continued-unlike-dialect" Warning "After a reload the sequence goes on; in this dialect it starts again at 0."
    TimestampBackwards "timestamp-backwards" Warning "The timestamp is earlier than that of the event before."
    TimestampFuture "timestamp-future" Warning "The timestamp lies in the future."
    IllegalEvent "illegal-event" Warning "The event cannot happen where it stands in the session."
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kebab_case_and_unique() {
        let mut names: Vec<&str> = FindingCode::ALL.iter().map(|code| code.as_str()).collect();
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FindingCode::ALL.len());
        for (place, code) in FindingCode::ALL.iter().enumerate() {
            assert_eq!(*code as usize, place);
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert!(code.meaning().ends_with('.'));
        }
    }
}
