//! The journal: one JSON object a line, in the order in which things happened.
//!
//! A line is written whole and flushed before the next thing is done, so that a run that is killed loses at most its
//! last line. Lines have a `type`; readers pass over types and keys that they do not know.

pub mod read;
pub mod received;

use serde_json::{Map, Value, json};

use super::delivery::Delivery;
use super::exchange::Exchange;
use super::run::{Run, Setup};
use super::run_event::RunEvent;
use crate::clock::Moment;
use crate::protocol::code::Severity;

/// The first line: what is about to be done.
pub fn run_line(setup: &Setup) -> Value {
    json!({
        "type": "run",
        "version": setup.version,
        "seed": setup.seed,
        "plays": setup.plays,
        "sessions": setup.sessions,
        "target": setup.target,
        "start_time": setup.start_time,
        "pace": setup.pace,
        "dialect": setup.dialect.iter().map(|(key, value)| (key.clone(), json!(value))).collect::<Map<_, _>>(),
        "faults": setup.faults,
        "transport": setup.transport,
    })
}

/// The line of one event of the run.
pub fn event_line(event: &RunEvent, headers: &[(String, String)]) -> Value {
    match event {
        RunEvent::SessionBegan { at, session } => json!({
            "type": "session",
            "at_ms": millis(*at),
            "session": session.number,
            "session_id": &*session.id,
            "scenario": &*session.scenario,
            "outcome": session.outcome,
        }),
        RunEvent::Dispatched { at, session, session_id, sequence, code, attempt, body: _ } => json!({
            "type": "dispatch",
            "at_ms": millis(*at),
            "session": session,
            "session_id": &**session_id,
            "sequence": sequence,
            "event": code,
            "attempt": attempt,
        }),
        RunEvent::Acted { at, session, session_id, act } => json!({
            "type": "act",
            "at_ms": millis(*at),
            "session": session,
            "session_id": &**session_id,
            "act": act,
        }),
        RunEvent::Retrying { at, session, session_id, sequence, code, attempt, again, why } => json!({
            "type": "retry",
            "at_ms": millis(*at),
            "session": session,
            "session_id": &**session_id,
            "sequence": sequence,
            "event": code,
            "attempt": attempt,
            "again_ms": millis(*again),
            "why": why,
        }),
        RunEvent::Settled(delivery) => delivery_line(delivery, headers),
        RunEvent::SessionEnded { at, session, session_id, cut } => json!({
            "type": "session_end",
            "at_ms": millis(*at),
            "session": session,
            "session_id": &**session_id,
            "cut": cut,
        }),
        RunEvent::Probed { at, session, probe } => json!({
            "type": "probe",
            "at_ms": millis(*at),
            "session": session.number,
            "session_id": &*session.id,
            "scenario": &*session.scenario,
            "expected": session.outcome,
            "found": probe.found,
            "verdict": probe.verdict,
            "excused": probe.is_excused(),
            "excuse": probe.excuse,
            "asks": probe.asks,
            "detail": probe.detail,
        }),
        RunEvent::NotAsked { at, session, why } => json!({
            "type": "not_asked",
            "at_ms": millis(*at),
            "session": session.number,
            "session_id": &*session.id,
            "scenario": &*session.scenario,
            "expected": session.outcome,
            "why": why,
        }),
        RunEvent::SessionNotPlayed { at, session, session_id, why } => json!({
            "type": "session_not_played",
            "at_ms": millis(*at),
            "session": session,
            "session_id": &**session_id,
            "why": why,
        }),
        RunEvent::Interrupted { at } => json!({ "type": "interrupted", "at_ms": millis(*at) }),
    }
}

/// The last line: what it came to.
pub fn end_line(run: &Run, exit_code: u8) -> Value {
    let tally = &run.tally;
    json!({
        "type": "end",
        "accepted": tally.accepted,
        "refused": tally.refused,
        "failed": tally.failed,
        "suppressed": tally.suppressed,
        "forged_accepted": tally.forged_accepted,
        "forged_crashed": tally.forged_crashed,
        "requests": {
            "sent": tally.requests,
            "first": tally.requests - tally.retries - tally.duplicates,
            "retries": tally.retries,
            "duplicates": tally.duplicates,
        },
        "faults": tally.faults.iter().map(|(name, count)| (name.clone(), json!(count))).collect::<Map<_, _>>(),
        "in_flight": tally.in_flight,
        "sessions": {
            "started": tally.sessions_started,
            "completed": tally.sessions_completed,
            "cut": tally.sessions_cut,
        },
        "probes": {
            "matched": tally.probes.matched,
            "differs": tally.probes.differs,
            "excused": tally.probes.excused,
            "unknown": tally.probes.unknown,
            "not_asked": tally.probes.not_asked,
        },
        "failures": tally.failures.iter().map(|(code, count)| (code.as_str().to_owned(), json!(count))).collect::<Map<_, _>>(),
        "interrupted": tally.interrupted,
        "noticed": run.inbox.as_ref().map(|inbox| {
            inbox.findings.iter().map(|(finding, count)| (finding.clone(), json!(count))).collect::<Map<_, _>>()
        }),
        "took_ms": run.took.as_secs_f64() * 1e3,
        "exit_code": exit_code,
    })
}

fn delivery_line(delivery: &Delivery, headers: &[(String, String)]) -> Value {
    let mut sent: Map<String, Value> =
        headers.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    if let Some(mac) = &delivery.mac {
        sent.insert(crate::protocol::mac::HEADER.to_owned(), Value::from(mac.as_str()));
    }
    let mut line = Map::new();
    let mut put = |key: &str, value: Value| line.insert(key.to_owned(), value);
    put("type", "delivery".into());
    put("session", delivery.session.into());
    put("session_id", (&*delivery.session_id).into());
    put("sequence", delivery.sequence.into());
    put("event", delivery.code.as_str().into());
    put("severity", json!(delivery.code.severity().map(Severity::as_str)));
    put("status", delivery.status.as_str().into());
    let status = delivery.exchange.as_ref().and_then(Exchange::status);
    put("http_status", status.map_or(Value::Null, Value::from));
    put("attempts", delivery.attempts.into());
    put("blame", json!(delivery.blame));
    put("copy", delivery.copy.into());
    put("given_up", delivery.given_up.into());
    put("faults", json!(delivery.faults));
    put("intended_ms", millis(delivery.intended));
    if let Some(exchange) = &delivery.exchange {
        put("sent_ms", millis(exchange.moments.begun));
        put("ended_ms", millis(exchange.moments.ended));
        put("reused", exchange.reused.into());
        put("resent", exchange.resent.into());
        match &exchange.result {
            Ok(reply) => {
                put(
                    "reply",
                    json!({
                        "body": String::from_utf8_lossy(&reply.excerpt),
                        "body_bytes": reply.body_bytes,
                    }),
                );
            }
            Err(failure) => {
                put(
                    "failure",
                    json!({
                        "code": failure.code,
                        "phase": failure.phase,
                        "side": failure.code.side(),
                        "detail": failure.detail,
                    }),
                );
            }
        }
    }
    put("headers", Value::Object(sent));
    put("body", String::from_utf8_lossy(&delivery.body).into());
    if std::str::from_utf8(&delivery.body).is_err() {
        put("body_base64", base64(&delivery.body));
    }
    Value::Object(line)
}

fn base64(bytes: &[u8]) -> Value {
    use base64::Engine as _;
    Value::from(base64::engine::general_purpose::STANDARD.encode(bytes))
}

fn millis(moment: Moment) -> Value {
    // To the microsecond: more digits would only make the line longer.
    Value::from((moment.as_millis_f64() * 1e3).round() / 1e3)
}
