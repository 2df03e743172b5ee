//! One line an event.

use std::fmt::Write as _;

use super::style::{BAD, FAINT, GOOD, harmless, of_severity, paint};
use crate::outcome::delivery::{Delivery, Status};
use crate::outcome::exchange::{Exchange, Failure, Reply};

/// The line above the events.
pub fn heading(many_sessions: bool) -> String {
    let session = if many_sessions { "session  " } else { "" };
    paint(FAINT, format!("    time  {session} seq  {:<29}  severity  {:<14}  latency", "event", "status"))
}

/// One event's line, and further lines where the receiver refused it or did not answer.
pub fn line(delivery: &Delivery, many_sessions: bool) -> String {
    let began = delivery.exchange.as_ref().map_or(delivery.intended, |exchange| exchange.moments.begun);
    let mut line = format!("{:>8.3}  ", began.as_millis_f64() / 1e3);
    if many_sessions {
        let _ = write!(line, "{:<7}  ", delivery.session);
    }
    let severity = delivery.code.severity();
    let _ = write!(
        line,
        "{:>4}  {:<29}  {}  {}  {}",
        delivery.sequence,
        delivery.code,
        paint(of_severity(severity), format!("{severity:<8}")),
        status(delivery),
        latency(delivery),
    );
    match delivery.exchange.as_ref().map(|exchange| &exchange.result) {
        Some(Ok(reply)) if delivery.status == Status::Refused => explain_reply(&mut line, reply),
        Some(Err(failure)) => explain_failure(&mut line, failure),
        _ => {}
    }
    line.trim_end().to_owned()
}

fn status(delivery: &Delivery) -> String {
    let code = delivery.exchange.as_ref().and_then(Exchange::status);
    let text = match (delivery.status, code) {
        (Status::Accepted, Some(code)) => format!("{code}"),
        (status, Some(code)) => format!("{code} {status}"),
        (status, None) => status.to_string(),
    };
    let style = if delivery.status == Status::Accepted { GOOD } else { BAD };
    paint(style, format!("{text:<14}"))
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

fn explain_reply(line: &mut String, reply: &Reply) {
    let body = harmless(&String::from_utf8_lossy(&reply.excerpt), 200);
    let body = if body.is_empty() { "(no body)".to_owned() } else { body };
    let _ = write!(line, "\n          {} {body}", paint(FAINT, "answer:"));
    if let Some(location) = &reply.location {
        let to = harmless(location, 120);
        let _ = write!(line, "\n          {} redirects are not followed (to {to})", paint(FAINT, "note:"));
    }
}

fn explain_failure(line: &mut String, failure: &Failure) {
    let _ = write!(
        line,
        "\n          {} {}, {} side, while in phase '{}': {}",
        paint(BAD, failure.code),
        failure.code.meaning().trim_end_matches('.'),
        failure.code.side(),
        failure.phase,
        harmless(&failure.detail, 200),
    );
}
