//! One event, as it was sent or as it came.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::forwarded::Forwarded;
use crate::clock::Moment;
use crate::protocol::code::Severity;

/// Which way an event went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// From wms-sim to a target.
    Sent,
    /// To the inbox.
    Received,
}

/// Which of a session's events are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
pub struct Page {
    /// At most so many events, the first ones; all that are kept (up to 2,000) where it is not said, none with 0. An answer
    /// has 16 MiB of events at most.
    pub limit: Option<usize>,
    /// Only events that come after the one with this key.
    pub after: Option<u64>,
}

/// What is known of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// A number that stays.
    pub key: u64,
    /// The number of its latest change.
    pub id: u64,
    /// Its place in the session, where it says one.
    pub sequence: Option<u64>,
    /// Its name, as it says it.
    pub event: Arc<str>,
    /// Its severity, where it is known.
    pub severity: Option<Severity>,
    /// The body, byte for byte.
    pub body: Bytes,
    /// The headers, those of credentials left out.
    pub headers: Arc<[(String, String)]>,
    /// What there is to say of the MAC.
    pub mac: Mac,
    /// When it went out or came.
    pub at: Moment,
    /// When it should have gone out.
    pub due: Option<Moment>,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
    /// From the request to the end of the answer.
    pub latency: Option<Duration>,
    /// The beginning of the answer's body.
    pub answer: Bytes,
    /// What the target of `--forward` made of it, where it was passed on.
    pub forwarded: Option<Forwarded>,
    /// What became of it, where it was sent.
    pub delivered: Option<Delivered>,
    /// Why there was no answer: a stable name, and what happened.
    pub failure: Option<(String, String)>,
    /// How often it was sent.
    pub attempts: u32,
    /// The faults that were injected.
    pub faults: Vec<String>,
    /// What was found in it.
    pub remarks: Vec<Remark>,
    /// An app behind the inbox would remember it.
    pub remembered: bool,
}

impl Record {
    /// How much of it counts towards the bound of the ledger.
    pub(super) fn bytes(&self) -> usize {
        const REST: usize = 512;
        const OF_HEADER: usize = 80;
        let headers: usize =
            self.headers.iter().map(|(name, value)| name.len() + value.len() + OF_HEADER).sum();
        let forwarded = self.forwarded.as_ref().map_or(0, Forwarded::bytes);
        self.body.len() + self.answer.len() + forwarded + headers + REST
    }
}

/// What became of an event that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Delivered {
    /// It is under way.
    Pending,
    /// The receiver took it.
    Accepted,
    /// The receiver answered, and did not take it.
    Refused,
    /// There was no answer.
    Failed,
    /// It was not sent, on purpose.
    Suppressed,
}

/// What there is to say of a MAC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mac {
    /// The judgement.
    pub verdict: MacVerdict,
    /// Why it is not right: a stable name.
    pub reason: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

/// The judgement on a MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MacVerdict {
    /// It is that of the body.
    Valid,
    /// It is not.
    Invalid,
    /// There is none.
    Missing,
    /// A fault made it wrong.
    Spoiled,
}

impl fmt::Display for MacVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Missing => "missing",
            Self::Spoiled => "spoiled",
        })
    }
}

/// Something that was found in an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Its stable name.
    pub code: Cow<'static, str>,
    /// `note`, `warning` or `error`.
    pub severity: Cow<'static, str>,
    /// What exactly.
    pub message: String,
}
