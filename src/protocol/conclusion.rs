//! What a session comes to.

/// What a receiver should conclude from a session.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
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
