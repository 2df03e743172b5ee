//! What the verdicts say of a receiver together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A bug that the verdicts show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnosis {
    /// The stable name: `verifies-reserialised-body`.
    pub name: String,
    /// What the receiver does, in a sentence.
    pub says: String,
    /// What it leads to, in a sentence.
    pub matters: String,
    /// The IDs of the cases that show it.
    pub evidence: Vec<String>,
    /// What to do, in the language that was asked for, or in all.
    pub fixes: Vec<Fix>,
}

/// What to do about a bug.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fix {
    /// The language, or `any`.
    pub language: String,
    /// What to do, in a sentence or two.
    pub text: String,
    /// Lines to copy.
    #[serde(default)]
    pub code: Option<String>,
}
