//! One line an event.

use std::fmt::Write as _;

use super::style::{BAD, FAINT, GOOD, WARN, harmless, of_severity, paint};
use crate::clock::Moment;
use crate::outcome::delivery::{Blame, Delivery, Status};
use crate::outcome::exchange::{Failure, Reply};
use crate::protocol::code::Severity;
use crate::protocol::event_name::EventName;

pub(super) const INDENT: &str = "          ";

/// The line above the events.
pub fn heading(many_sessions: bool) -> String {
    let session = if many_sessions { "session  " } else { "" };
    paint(FAINT, format!("    time  {session} seq  {:<29}  severity  {:<18}  latency", "event", "status"))
}

/// One event's line.
pub fn line(delivery: &Delivery, many_sessions: bool) -> String {
    let began = delivery.exchange.as_ref().map_or(delivery.intended, |exchange| exchange.moments.begun);
    let mut line = format!("{:>8.3}  ", began.as_millis_f64() / 1e3);
    if many_sessions {
        let _ = write!(line, "{:<7}  ", delivery.session);
    }
    let severity = delivery.code.severity();
    let severity_word = severity.map_or("", Severity::as_str);
    let _ = write!(
        line,
        "{:>4}  {:<29}  {}  {}  {}",
        delivery.sequence,
        name(&delivery.code),
        paint(severity.map_or(FAINT, of_severity), format!("{severity_word:<8}")),
        status(delivery),
        latency(delivery),
    );
    if !delivery.faults.is_empty() {
        let _ = write!(line, "  {} {}", paint(WARN, "fault:"), delivery.faults.join(", "));
    }
    if delivery.copy {
        let _ = write!(line, " {}", paint(FAINT, "(the copy)"));
    }
    line.trim_end().to_owned()
}

/// What the receiver answered where it refused, or why there was no answer. The same text again need not be shown
/// twice in a row.
pub fn explanation(delivery: &Delivery) -> Option<String> {
    match &delivery.exchange.as_ref()?.result {
        Ok(_) if delivery.blame == Blame::ForgedAccepted => Some(format!(
            "{INDENT}{} the event is forged (its MAC is spoiled) and must be refused",
            paint(BAD, "accepted a forged event:")
        )),
        Ok(_) if delivery.blame == Blame::ForgedCrash => Some(format!(
            "{INDENT}{} it was not accepted, but 401 is the answer that refuses it",
            paint(WARN, "a server error on a forged event:")
        )),
        Ok(reply) if delivery.blame == Blame::Receiver => Some(explain_reply(reply)),
        Ok(_) => None,
        Err(failure) => Some(explain_failure(failure)),
    }
}

/// The line of an event that will be sent again.
pub fn retry_line(at: Moment, sequence: u32, code: &EventName, why: &str, again: Moment) -> String {
    let wait = again.since(at).as_secs_f64();
    let soon = if wait < 0.001 { "at once".to_owned() } else { format!("in {wait:.1} s") };
    let (at, name) = (at.as_millis_f64() / 1e3, name(code));
    paint(FAINT, format!("{at:>8.3}  {sequence:>4}  {name:<29}  {why}: again {soon}"))
}

/// What is no code came out of a file, and may hold anything.
fn name(code: &EventName) -> String {
    harmless(code.as_str(), 60)
}

fn status(delivery: &Delivery) -> String {
    let exchange = delivery.exchange.as_ref();
    let text = match (delivery.status, exchange.map(|exchange| &exchange.result)) {
        (Status::Accepted, Some(Ok(reply))) => reply.status.to_string(),
        (status, Some(Ok(reply))) => format!("{} {status}", reply.status),
        (_, Some(Err(failure))) => failure.code.to_string(),
        (status, None) => status.to_string(),
    };
    let style = match delivery.blame {
        Blame::None if delivery.status == Status::Accepted => GOOD,
        Blame::None | Blame::ForgedCrash | Blame::Fault => WARN,
        Blame::Receiver | Blame::ForgedAccepted => BAD,
    };
    paint(style, format!("{text:<18}"))
}

fn latency(delivery: &Delivery) -> String {
    delivery.service_nanos().map_or_else(String::new, |nanos| format!("{:>10}", millis(nanos)))
}

/// Nanoseconds as milliseconds with as many digits as help.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub fn millis(nanos: u64) -> String {
    let millis = nanos as f64 / 1e6;
    if millis < 10.0 {
        format!("{millis:.2} ms")
    } else if millis < 1000.0 {
        format!("{millis:.0} ms")
    } else {
        format!("{:.2} s", millis / 1e3)
    }
}

fn explain_reply(reply: &Reply) -> String {
    let body = harmless(&String::from_utf8_lossy(&reply.excerpt), 200);
    let body = if body.is_empty() { "(no body)".to_owned() } else { body };
    let mut text = format!("{INDENT}{} {body}", paint(FAINT, "answer:"));
    if (300..400).contains(&reply.status) {
        let _ = write!(text, "\n{INDENT}{} redirects are never followed", paint(FAINT, "note:"));
    }
    text
}

fn explain_failure(failure: &Failure) -> String {
    format!(
        "{INDENT}{} {} ({} side, in phase {})\n{INDENT}{} {}",
        paint(FAINT, "why:"),
        harmless(&failure.detail, 200),
        failure.code.side(),
        failure.phase,
        paint(FAINT, "what to do:"),
        failure.code.advice(),
    )
}
