//! A session's events as lines of a journal, which `replay` sends again and `audit` looks at.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::record::{Delivered, Record};
use crate::clock::Moment;
use crate::outcome::journal::received::shown;

/// The lines. What is under way is left out: nobody knows yet what becomes of it.
pub fn journal(session_id: &str, records: &[Record]) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut text = json!({ "type": "run", "version": version, "plays": "exported" }).to_string();
    text.push('\n');
    let first = records.first().map_or(Moment::ZERO, |record| record.at);
    for record in records.iter().filter(|record| record.delivered != Some(Delivered::Pending)) {
        text.push_str(&line(session_id, record, first).to_string());
        text.push('\n');
    }
    text
}

fn line(session_id: &str, record: &Record, first: Moment) -> Value {
    let headers: Map<String, Value> =
        record.headers.iter().map(|(name, value)| (name.clone(), Value::from(shown(name, value)))).collect();
    let millis = |moment: Moment| (moment.millis_after(first).max(0.0) * 1e3).round() / 1e3;
    // What came in was taken or refused by the inbox, as what goes out is by a receiver.
    let taken =
        if matches!(record.status, Some(200..=299)) { Delivered::Accepted } else { Delivered::Refused };
    let status = match record.delivered.unwrap_or(taken) {
        Delivered::Accepted => "accepted",
        Delivered::Refused => "refused",
        Delivered::Suppressed => "suppressed",
        Delivered::Failed | Delivered::Pending => "failed",
    };
    let mut line = json!({
        "type": "delivery",
        "session": 1,
        "session_id": session_id,
        "sequence": record.sequence.unwrap_or(0),
        "event": &*record.event,
        "severity": record.severity,
        "status": status,
        "http_status": record.status,
        "attempts": record.attempts,
        "faults": record.faults,
        "intended_ms": millis(record.due.unwrap_or(record.at)),
        "sent_ms": millis(record.at),
        "headers": headers,
        "body": String::from_utf8_lossy(&record.body),
    });
    if std::str::from_utf8(&record.body).is_err() {
        line["body_base64"] = STANDARD.encode(&record.body).into();
    }
    line
}
