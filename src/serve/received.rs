//! From a webhook request that was judged to its line in the ledger.

use std::sync::Arc;

use bytes::Bytes;

use super::hub::Hub;
use super::inbox::Receipt;
use super::ledger::{Forwarded, Mac, MacVerdict, Record, Remark, Side};
use crate::clock::Moment;
use crate::protocol::code::Code;
use crate::protocol::envelope::{NO_SESSION, Said};
use crate::protocol::mac::MacError;

/// A session ID that is longer is none: the inbox keeps its beginning and a digest, but this one nobody vouches for.
const LONGEST_ID: usize = 4096;
const ANSWER_EXCERPT: usize = 2048;

/// What the sender is told, where it is not what the inbox says.
#[derive(Clone, Debug)]
pub struct Told {
    /// The HTTP status, where there is an answer.
    pub status: Option<u16>,
    /// Its body.
    pub answer: String,
    /// An app behind the inbox would remember the event.
    pub remembered: bool,
    /// What there is to remark beside the findings.
    pub remarks: Vec<Remark>,
    /// It is told later: how long it takes is noted then.
    pub later: bool,
    /// It is passed on, and answered by somebody else.
    pub forwarded: bool,
}

impl Told {
    /// What the inbox says.
    pub fn by(receipt: &Receipt) -> Self {
        Self {
            status: Some(receipt.status),
            answer: receipt.answer.clone(),
            remembered: receipt.event.is_some(),
            remarks: Vec::new(),
            later: false,
            forwarded: false,
        }
    }
}

/// Where a request stands in the ledger.
#[derive(Clone, Debug)]
pub struct Place {
    session: Arc<str>,
    key: u64,
}

impl Place {
    /// Writes down what the target of `--forward` made of it.
    pub fn forwarded(&self, hub: &Hub, forwarded: Forwarded) {
        hub.write(|ledger, now| {
            ledger.change(&self.session, Side::Received, self.key, now, |record| {
                record.forwarded = Some(forwarded);
            });
        });
    }

    /// Writes down that the request was answered now.
    pub fn answered(&self, hub: &Hub, came: Moment) {
        hub.write(|ledger, now| {
            ledger.change(&self.session, Side::Received, self.key, now, |record| {
                record.latency = Some(now.since(came));
            });
        });
    }
}

/// Enters a request into the ledger. One that is to be passed on is shown as under way.
pub fn enter(
    hub: &Hub,
    came: Moment,
    headers: Arc<[(String, String)]>,
    body: &[u8],
    receipt: &Receipt,
    told: Told,
) -> Place {
    // A body that nobody vouches for, or that is no event, is shown as what it says it is.
    let code = receipt.event.as_ref().and_then(|event| event.code);
    let said = if code.is_some() { Said::default() } else { Said::read(body) };
    let id: Arc<str> = match &receipt.event {
        Some(event) => Arc::clone(&event.session_id),
        None => {
            said.session_id.filter(|id| id.len() <= LONGEST_ID).map_or_else(|| NO_SESSION.into(), Into::into)
        }
    };
    // That nobody vouches for it does not change what it says it is.
    let named = code.or_else(|| said.event.as_ref()?.parse().ok());
    let now = hub.now();
    let answer = told.answer.as_bytes();
    // What came is a part of its connection's buffer, all of which would be kept with it.
    let body = Bytes::copy_from_slice(body);
    let record = Record {
        key: 0,
        id: 0,
        sequence: receipt.event.as_ref().map(|event| event.sequence).or(said.sequence),
        event: match (code, said.event) {
            (Some(code), _) => code.as_str().into(),
            (None, Some(event)) => shortened(&event),
            (None, None) => "(no event)".into(),
        },
        severity: named.map(Code::severity),
        body,
        headers,
        mac: mac(receipt),
        at: came,
        due: None,
        status: told.status,
        latency: (!told.later).then(|| now.since(came)),
        answer: Bytes::copy_from_slice(&answer[..answer.len().min(ANSWER_EXCERPT)]),
        forwarded: told.forwarded.then_some(Forwarded::Pending),
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
            .chain(told.remarks)
            .collect(),
        remembered: told.remembered,
    };
    hub.write(|ledger, now| {
        // Looked for here, so that what is written last is what was seen last.
        let seen = hub.desk.inbox().session(hub.desk.now(), &id);
        let key = ledger.add(&id, Side::Received, record, now);
        if let Some(seen) = seen {
            ledger.received_state(&id, seen.state, seen.missing, now);
        }
        Place { session: Arc::clone(&id), key }
    })
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
