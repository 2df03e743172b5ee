//! The name of an event that was sent: a known code, or the text of one that a later version knows.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::code::{Code, Severity};

/// The name of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventName {
    /// A code that this version knows.
    Known(Code),
    /// Any other, as a journal has it.
    Other(Arc<str>),
}

impl EventName {
    /// Reads a name. Every text is one.
    pub fn read(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Other(text.into()), Self::Known)
    }

    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(code) => code.as_str(),
            Self::Other(text) => text,
        }
    }

    /// The code, where it is known.
    pub const fn code(&self) -> Option<Code> {
        match self {
            Self::Known(code) => Some(*code),
            Self::Other(_) => None,
        }
    }

    /// How grave the event is, where that is known.
    pub fn severity(&self) -> Option<Severity> {
        self.code().map(Code::severity)
    }
}

impl From<Code> for EventName {
    fn from(code: Code) -> Self {
        Self::Known(code)
    }
}

impl Serialize for EventName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
