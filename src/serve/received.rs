//! From a webhook request that was judged to its line in the ledger.

use std::sync::Arc;

use bytes::Bytes;
use serde::Deserialize;

use super::hub::Hub;
use super::inbox::Receipt;
use super::ledger::{Mac, MacVerdict, Record, Remark, Side};
use crate::clock::Moment;
use crate::protocol::code::{Code, Severity};
use crate::protocol::mac::MacError;

/// The session of requests that do not say theirs.
pub const NO_SESSION: &str = "(no session ID)";
/// A session ID that is longer is none: the inbox keeps its beginning and a digest, but this one nobody vouches for.
const LONGEST_ID: usize = 512;
const ANSWER_EXCERPT: usize = 2048;

/// What a body says of itself, as far as anything can be read.
#[derive(Deserialize, Default)]
struct Said {
    #[serde(rename = "sessionId")]
    session_id: Option<String>,
    sequence: Option<u64>,
    event: Option<String>,
}

/// Enters a request into the ledger.
pub fn enter(hub: &Hub, came: Moment, headers: Arc<[(String, String)]>, body: Bytes, receipt: &Receipt) {
    // A body that nobody vouches for, or that is no event, is shown as what it says it is.
    let said: Said = serde_json::from_slice(&body).unwrap_or_default();
    let id: Arc<str> = match &receipt.event {
        Some(event) => Arc::clone(&event.session_id),
        None => {
            said.session_id.filter(|id| id.len() <= LONGEST_ID).map_or_else(|| NO_SESSION.into(), Into::into)
        }
    };
    let code = receipt.event.as_ref().and_then(|event| event.code);
    let now = hub.now();
    let answer = receipt.answer.as_bytes();
    let record = Record {
        key: 0,
        id: 0,
        sequence: receipt.event.as_ref().map(|event| event.sequence).or(said.sequence),
        event: said.event.map_or_else(|| "(no event)".into(), |event| shortened(&event)),
        severity: code.map(Code::severity).or_else(|| receipt.event.is_none().then_some(Severity::Error)),
        body,
        headers,
        mac: mac(receipt),
        at: came,
        due: None,
        status: Some(receipt.status),
        latency: Some(now.since(came)),
        answer: Bytes::copy_from_slice(&answer[..answer.len().min(ANSWER_EXCERPT)]),
        delivered: None,
        failure: None,
        attempts: 1,
        faults: Vec::new(),
        remarks: receipt
            .findings
            .iter()
            .map(|finding| Remark {
                code: finding.code().as_str().into(),
                severity: finding.severity().as_str().into(),
                message: finding.to_string(),
            })
            .collect(),
    };
    let seen = hub.desk.inbox().session(hub.desk.now(), &id);
    hub.write(|ledger, now| {
        ledger.add(&id, Side::Received, record, now);
        if let Some(seen) = seen {
            ledger.received_state(&id, seen.state, seen.missing, now);
        }
    });
}

fn mac(receipt: &Receipt) -> Mac {
    let verdict = match receipt.mac {
        Ok(_) => MacVerdict::Valid,
        Err(MacError::Missing) => MacVerdict::Missing,
        Err(_) => MacVerdict::Invalid,
    };
    let explanation = receipt.explanation.as_ref().filter(|_| receipt.mac.is_err());
    Mac {
        verdict,
        reason: explanation.map(|explanation| explanation.reason().as_str().to_owned()),
        hint: explanation.map(|explanation| format!("{} {}", explanation.what(), explanation.hint())),
    }
}

fn shortened(event: &str) -> Arc<str> {
    const MOST: usize = 100;
    match event.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &event[..end]).into(),
        None => event.into(),
    }
}
