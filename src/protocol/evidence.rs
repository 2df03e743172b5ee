//! How we know what we claim to know.

use std::fmt;

use serde::Serialize;

/// The ground that a claim about WMS stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// The service's own pages say so.
    Documented,
    /// Not said, but it follows from what is.
    Inferred,
    /// Nobody outside knows. The default is a choice, and can be set.
    Unknown,
}

impl Evidence {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Inferred => "inferred",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
