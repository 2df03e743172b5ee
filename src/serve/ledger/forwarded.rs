//! What became of an event that was passed on.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::outcome::exchange::Failure;

/// What the target of `--forward` made of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forwarded {
    /// It is under way.
    Pending,
    /// The target answered.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The beginning of the answer's body.
        answer: Bytes,
        /// From the beginning to the end of the answer.
        took: Duration,
    },
    /// There was no answer.
    Failed {
        /// A stable name, such as `connection-refused`.
        code: String,
        /// What happened.
        detail: String,
        /// Until then.
        took: Duration,
    },
}

impl Forwarded {
    /// The target answered.
    pub const fn answered(status: u16, answer: Bytes, took: Duration) -> Self {
        Self::Answered { status, answer, took }
    }

    /// There was no answer.
    pub fn failed(failure: &Failure, took: Duration) -> Self {
        Self::Failed { code: failure.code.as_str().to_owned(), detail: failure.detail.clone(), took }
    }

    /// How much of it counts towards the bound of the ledger.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Pending => 0,
            Self::Answered { answer, .. } => answer.len(),
            Self::Failed { detail, .. } => detail.len(),
        }
    }

    /// How long it took, in milliseconds.
    pub(super) fn millis(&self) -> Option<f64> {
        let (Self::Answered { took, .. } | Self::Failed { took, .. }) = self else { return None };
        Some((took.as_secs_f64() * 1e6).round() / 1e3)
    }

    /// Its line in a capture: of the request that has this number.
    pub fn line(&self, number: u64) -> Value {
        let mut line = json!({ "type": "forwarded", "number": number, "latency_ms": self.millis() });
        match self {
            Self::Pending => {}
            Self::Answered { status, .. } => line["status"] = json!(status),
            Self::Failed { code, detail, .. } => {
                line["failure"] = json!({ "code": code, "detail": detail });
            }
        }
        line
    }
}
