//! What the ledger shows, as JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::entry::{Entry, State};
use super::forwarded::Forwarded;
use super::record::{Delivered, MacVerdict, Page, Record, Side};
use crate::clock::Moment;
use crate::protocol::code::Severity;
use crate::protocol::conclusion::Outcome;

/// One session.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// Its ID.
    pub session_id: String,
    /// The scenario that it plays; null where it only came in.
    pub scenario: Option<String>,
    /// The scenario's title.
    pub title: Option<String>,
    /// The Config ID that it was started for.
    pub config: Option<String>,
    /// What a receiver should conclude, by the scenario.
    pub expected: Option<Outcome>,
    /// True where what its user does becomes events.
    pub interactive: bool,
    /// Whether more is to come.
    pub state: State,
    /// What it came to; null while that is open.
    pub outcome: Option<Outcome>,
    /// When it began, in milliseconds since the server began.
    #[serde(skip)]
    pub first: Moment,
    /// When something last happened.
    #[serde(skip)]
    pub last: Moment,
    /// When it began (RFC 3339).
    pub started_at: String,
    /// When something last happened (RFC 3339).
    pub last_at: String,
    /// How fast it is played.
    pub pace: Option<String>,
    /// Where its events go.
    pub target: Option<String>,
    /// The seed that gives it again. A text: it can be larger than what numbers in JavaScript hold.
    pub seed: Option<String>,
    /// What was sent; null where nothing is.
    pub sent: Option<SentView>,
    /// What was received; null where nothing was.
    pub received: Option<ReceivedView>,
    /// Where the browser goes at the end, once it is sent there.
    pub callback: Option<String>,
    /// The names of its events, each once: the first 64.
    pub event_names: Vec<String>,
}

/// What was sent, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SentView {
    /// Events.
    pub events: u64,
    /// Those that the receiver took.
    pub accepted: u64,
    /// Those that it did not take.
    pub refused: u64,
    /// Those that got no answer.
    pub failed: u64,
    /// Those that were not sent, on purpose.
    pub suppressed: u64,
}

/// What was received, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReceivedView {
    /// Requests.
    pub events: u64,
    /// Those that were refused.
    pub refused: u64,
    /// Those that had come before.
    pub duplicates: u64,
    /// Events that are missing.
    pub missing: u64,
    /// What was found, notes left out.
    pub findings: u64,
    /// Requests whose MAC was not right, or missing.
    pub macs_wrong: u64,
}

/// One session and its events.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DetailView {
    /// The session.
    #[serde(flatten)]
    pub session: SessionView,
    /// Its events, in the order in which they were sent or came.
    pub events: Vec<RecordView>,
    /// True where more are kept than this answer has: `?after=` the last one's key gives them.
    pub more: bool,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RecordView {
    /// A number that stays when it changes.
    pub key: u64,
    /// The number of its latest change.
    pub id: u64,
    /// Its place in the session.
    pub sequence: Option<u64>,
    /// Its name.
    pub event: String,
    /// Its severity.
    pub severity: Option<Severity>,
    /// The exact body.
    pub body: String,
    /// The same in Base64, where it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<String>,
    /// The headers.
    pub headers: BTreeMap<String, String>,
    /// What there is to say of the MAC.
    pub mac: MacView,
    /// When it went out or came, in milliseconds since the session's first event.
    pub at_ms: f64,
    /// When it should have gone out, in the same.
    pub due_ms: Option<f64>,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
    /// From the request to the end of the answer, in milliseconds.
    pub latency_ms: Option<f64>,
    /// The beginning of the answer's body.
    pub answer: String,
    /// What the target of `--forward` made of it; null where it was not passed on.
    pub forwarded: Option<ForwardedView>,
    /// What became of it, where it was sent.
    pub delivery: Option<Delivered>,
    /// Why there was no answer.
    pub failure: Option<FailureView>,
    /// How often it was sent.
    pub attempts: u32,
    /// The faults that were injected.
    pub faults: Vec<String>,
    /// What was found in it.
    pub findings: Vec<RemarkView>,
}

/// What there is to say of a MAC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MacView {
    /// The judgement.
    pub verdict: MacVerdict,
    /// Why it is not right: a stable name.
    pub reason: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FailureView {
    /// A stable name, such as `connection-refused`.
    pub code: String,
    /// What happened.
    pub detail: String,
}

/// What the target of `--forward` made of an event. Everything is null while that is open.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ForwardedView {
    /// The HTTP status of its answer.
    pub status: Option<u16>,
    /// From the beginning to the end of the answer, in milliseconds.
    pub latency_ms: Option<f64>,
    /// The beginning of the answer's body.
    pub answer: String,
    /// Why there was no answer.
    pub failure: Option<FailureView>,
}

/// Something that was found in an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RemarkView {
    /// Its stable name.
    pub code: String,
    /// `note`, `warning` or `error`.
    pub severity: String,
    /// What exactly.
    pub message: String,
}

/// A session. The two times are written by whoever knows the wall clock.
pub(super) fn session(id: &str, entry: &Entry) -> SessionView {
    let begun = entry.begun.as_ref();
    let sent = entry.sent;
    SessionView {
        session_id: id.to_owned(),
        scenario: begun.map(|begun| begun.scenario.to_string()),
        title: begun.map(|begun| begun.title.to_string()),
        config: begun.and_then(|begun| begun.config.as_ref()).map(ToString::to_string),
        expected: begun.map(|begun| begun.expected),
        interactive: begun.is_some_and(|begun| begun.interactive),
        state: entry.shown_state(),
        outcome: entry.outcome(),
        first: entry.first,
        last: entry.last,
        started_at: String::new(),
        last_at: String::new(),
        pace: begun.map(|begun| begun.pace.clone()),
        target: begun.map(|begun| begun.target.to_string()),
        seed: begun.map(|begun| begun.seed.to_string()),
        sent: entry.has(Side::Sent).then_some(SentView {
            events: sent.events,
            accepted: sent.accepted,
            refused: sent.refused,
            failed: sent.failed,
            suppressed: sent.suppressed,
        }),
        received: entry.received.map(|received| ReceivedView {
            events: received.events,
            refused: received.refused,
            duplicates: received.duplicates,
            missing: received.missing,
            findings: received.findings,
            macs_wrong: received.macs_wrong,
        }),
        callback: entry.callback.clone(),
        event_names: entry.names.iter().map(str::to_owned).collect(),
    }
}

pub(super) fn detail(id: &str, entry: &Entry, side: Side, page: Page) -> DetailView {
    let (records, more) = entry.page(side, page);
    let events = records.iter().map(|one| record(entry, one)).collect();
    DetailView { session: session(id, entry), events, more }
}

pub(super) fn record(entry: &Entry, record: &Record) -> RecordView {
    // Negative where it was earlier: what was received can have come before the session was begun here.
    let millis = |moment: Moment| (moment.millis_after(entry.first) * 1e3).round() / 1e3;
    RecordView {
        key: record.key,
        id: record.id,
        sequence: record.sequence,
        event: record.event.to_string(),
        severity: record.severity,
        body: String::from_utf8_lossy(&record.body).into_owned(),
        body_base64: std::str::from_utf8(&record.body).is_err().then(|| {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(&record.body)
        }),
        headers: headers(record),
        mac: MacView {
            verdict: record.mac.verdict,
            reason: record.mac.reason.clone(),
            hint: record.mac.hint.clone(),
        },
        at_ms: millis(record.at),
        due_ms: record.due.map(millis),
        status: record.status,
        latency_ms: record.latency.map(|latency| (latency.as_secs_f64() * 1e6).round() / 1e3),
        answer: String::from_utf8_lossy(&record.answer).into_owned(),
        forwarded: record.forwarded.as_ref().map(forwarded),
        delivery: record.delivered,
        failure: record
            .failure
            .as_ref()
            .map(|(code, detail)| FailureView { code: code.clone(), detail: detail.clone() }),
        attempts: record.attempts,
        faults: record.faults.clone(),
        findings: record
            .remarks
            .iter()
            .map(|remark| RemarkView {
                code: remark.code.to_string(),
                severity: remark.severity.to_string(),
                message: remark.message.clone(),
            })
            .collect(),
    }
}

/// Values of a header that came several times stand in their order, with commas between them (RFC 9110, 5.2).
fn headers(record: &Record) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::<String, String>::new();
    for (name, value) in record.headers.iter() {
        let values = headers.entry(name.clone()).or_default();
        if !values.is_empty() {
            values.push_str(", ");
        }
        values.push_str(value);
    }
    headers
}

fn forwarded(forwarded: &Forwarded) -> ForwardedView {
    let latency_ms = forwarded.millis();
    let none = ForwardedView { status: None, latency_ms, answer: String::new(), failure: None };
    match forwarded {
        Forwarded::Pending => none,
        Forwarded::Answered { status, answer, .. } => ForwardedView {
            status: Some(*status),
            answer: String::from_utf8_lossy(answer).into_owned(),
            ..none
        },
        Forwarded::Failed { code, detail, .. } => ForwardedView {
            failure: Some(FailureView { code: code.clone(), detail: detail.clone() }),
            ..none
        },
    }
}
