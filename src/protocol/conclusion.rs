//! What a session comes to.

use serde::{Deserialize, Serialize};

/// What a receiver should conclude from a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Results were received.
    Completed,
    /// The user canceled.
    Canceled,
    /// Something went wrong.
    Failed,
    /// The user left, or the stream just stopped.
    Abandoned,
}

impl Outcome {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }
}
