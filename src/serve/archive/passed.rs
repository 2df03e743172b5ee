//! What became of an event that was passed on, as it stands in a row.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::clock::nanos;
use crate::serve::ledger::Forwarded;

/// [`Forwarded`] in JSON: times in nanoseconds, the answer in Base64.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Passed {
    Pending,
    Answered { status: u16, answer: String, took: u64 },
    Failed { code: String, detail: String, took: u64 },
}

impl From<&Forwarded> for Passed {
    fn from(forwarded: &Forwarded) -> Self {
        match forwarded {
            Forwarded::Pending => Self::Pending,
            Forwarded::Answered { status, answer, took } => {
                Self::Answered { status: *status, answer: STANDARD.encode(answer), took: nanos(*took) }
            }
            Forwarded::Failed { code, detail, took } => {
                Self::Failed { code: code.clone(), detail: detail.clone(), took: nanos(*took) }
            }
        }
    }
}

impl From<Passed> for Forwarded {
    fn from(passed: Passed) -> Self {
        match passed {
            Passed::Pending => Self::Pending,
            Passed::Answered { status, answer, took } => Self::Answered {
                status,
                // A damaged answer is worth less than the rest of the row.
                answer: STANDARD.decode(answer).unwrap_or_default().into(),
                took: Duration::from_nanos(took),
            },
            Passed::Failed { code, detail, took } => {
                Self::Failed { code, detail, took: Duration::from_nanos(took) }
            }
        }
    }
}
