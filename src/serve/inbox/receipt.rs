//! What the inbox says to one request.

use std::sync::Arc;

use serde_json::json;

use super::finding::Finding;
use crate::protocol::code::Code;
use crate::protocol::diagnosis::Explanation;
use crate::protocol::mac::{MacError, Verified};

/// What the inbox says to one request.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The HTTP status: 204, or 200 where there is something to tell; 400, 401 or 413 where the request is refused.
    pub status: u16,
    /// The body of the answer: JSON, or nothing with 204. It never holds a secret or a MAC.
    pub answer: String,
    /// What was found, in the order in which it was found. What concerns an event that was held back stands with
    /// the request that released it.
    pub findings: Vec<Finding>,
    /// The judgement on the MAC.
    pub mac: Result<Verified, MacError>,
    /// Why the MAC is not right. Not looked for with large bodies, nor where many are refused in a short time.
    pub explanation: Option<Explanation>,
    /// The event, where the request was accepted.
    pub event: Option<ReceivedEvent>,
}

/// Which event a request was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedEvent {
    /// The session, as the inbox keeps it.
    pub session_id: Arc<str>,
    /// Which load of the page it belongs to, from 0.
    pub load: u32,
    /// Its place.
    pub sequence: u64,
    /// The event, where it is a known one.
    pub code: Option<Code>,
}

/// The status and the body with which a finding refuses a request.
pub(super) fn refusal(finding: &Finding, explanation: Option<&Explanation>) -> (u16, String) {
    let status = match finding {
        Finding::Mac(_) => 401,
        Finding::BodyTooLarge { .. } => 413,
        _ => 400,
    };
    let mut answer = json!({ "error": finding.code(), "message": finding.to_string() });
    if let Some(explanation) = explanation {
        answer["reason"] = json!(explanation.reason());
        answer["hint"] = json!(format!("{} {}", explanation.what(), explanation.hint()));
    }
    (status, answer.to_string())
}

/// The status and the body of an accepted event.
pub(super) fn acceptance(findings: &[Finding]) -> (u16, String) {
    if findings.is_empty() {
        return (204, String::new());
    }
    let told: Vec<_> = findings
        .iter()
        .map(|finding| {
            json!({ "code": finding.code(), "severity": finding.severity(), "message": finding.to_string() })
        })
        .collect();
    (200, json!({ "findings": told }).to_string())
}
