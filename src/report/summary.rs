//! What a run came to, in a few lines.

use std::fmt::Write as _;

use super::line::millis;
use super::probe;
use super::style::{BAD, FAINT, GOOD, STRONG, WARN, paint};
use crate::outcome::run::{InboxSummary, Run};
use crate::outcome::tally::Tally;

/// The summary of a run.
pub fn summary(run: &Run) -> String {
    let tally = &run.tally;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{} in {}: {}",
        paint(STRONG, counted(tally.settled(), "event")),
        seconds(run.took.as_secs_f64()),
        counts(tally)
    );
    if run.setup.sessions > 1 || tally.sessions_not_played + tally.sessions_cut > 0 {
        let mut parts = Vec::new();
        if tally.sessions_started > 0 {
            parts.push(format!(
                "{} of {} played to the end",
                tally.sessions_completed, tally.sessions_started
            ));
        }
        if tally.sessions_cut > 0 {
            parts.push(paint(WARN, format!("{} cut short", tally.sessions_cut)));
        }
        if tally.sessions_not_played > 0 {
            parts.push(paint(BAD, format!("{} not played", tally.sessions_not_played)));
        }
        let _ = writeln!(text, "sessions  {}", parts.join(" · "));
    }
    // Without any answer there is nothing that took its time.
    if tally.answered() > 0 {
        let at = |quantile: f64| millis(tally.service.value_at_quantile(quantile));
        let _ = writeln!(
            text,
            "latency   p50 {} · p90 {} · p99 {} · max {}",
            at(0.5),
            at(0.9),
            at(0.99),
            millis(tally.service.max())
        );
    }
    for (status, count) in tally.by_status.iter().filter(|_| tally.refused_unexcused > 0) {
        let _ = writeln!(text, "answered  {status} to {}", counted(*count, "event"));
        if let Some(advice) = advice(*status) {
            let _ = writeln!(text, "          {} {advice}", paint(FAINT, "what to do:"));
        }
    }
    for (code, count) in &tally.failures {
        let meaning = code.meaning().trim_end_matches('.');
        let _ = writeln!(text, "failed    {} {}: {meaning}", paint(BAD, code), counted(*count, "time"));
        let _ = writeln!(text, "          {} {}", paint(FAINT, "what to do:"), code.advice());
    }
    injected(&mut text, tally);
    if tally.resent > 0 {
        let _ = writeln!(
            text,
            "note      {} sent again: the receiver closed the connection without an answer, its right if that was idle",
            counted(tally.resent, "request")
        );
    }
    probe::summary(&mut text, &tally.probes);
    if let Some(inbox) = &run.inbox {
        receiver(&mut text, inbox);
    }
    if tally.interrupted {
        let what = if tally.in_flight > 0 {
            "interrupted at once: what was under way is not settled, the rest was not sent"
        } else {
            "interrupted: what was under way is settled, the rest was not sent"
        };
        let _ = writeln!(text, "{}", paint(WARN, what));
    }
    text
}

/// What the built-in receiver has to say.
fn receiver(text: &mut String, inbox: &InboxSummary) {
    let _ = writeln!(
        text,
        "receiver  {} with a right MAC in {}",
        counted(inbox.verified, "event"),
        counted(inbox.sessions, "session")
    );
    if inbox.forgotten > 0 {
        let _ = writeln!(
            text,
            "          {} it forgot {} to stay small, so those count twice and gaps are not judged",
            paint(FAINT, "note:"),
            counted(inbox.forgotten, "session")
        );
    }
    for (finding, count) in &inbox.findings {
        let _ =
            writeln!(text, "          {} {finding} ({})", paint(WARN, "noticed:"), counted(*count, "time"));
    }
}

/// What faults and retries amount to.
fn injected(text: &mut String, tally: &Tally) {
    if tally.forged_accepted > 0 {
        let _ = writeln!(
            text,
            "{}   {} with a spoiled MAC accepted: verify before you answer 2xx",
            paint(BAD, "FORGED"),
            counted(tally.forged_accepted, "event")
        );
    }
    if tally.forged_crashed > 0 {
        let _ = writeln!(
            text,
            "{}      {} with a spoiled MAC met with a server error: look at what fails there, and answer 401",
            paint(WARN, "note"),
            counted(tally.forged_crashed, "event")
        );
    }
    if !tally.faults.is_empty() {
        let faults: Vec<String> =
            tally.faults.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let _ = writeln!(text, "faults    {}", faults.join(" · "));
    }
    if tally.retries + tally.duplicates > 0 {
        let _ = writeln!(
            text,
            "requests  {} sent: {} again after a refusal or failure, {} twice by a fault",
            tally.requests, tally.retries, tally.duplicates
        );
    }
}

/// What to look at first, where a status says it.
const fn advice(status: u16) -> Option<&'static str> {
    Some(match status {
        300..=399 => "Redirects are never followed: give the final URL.",
        401 | 403 => "Compare the MAC secret here with the receiver's.",
        404 => "Compare the URL's path with the receiver's route.",
        405 => "Let the route take POST.",
        _ => return None,
    })
}

fn counts(tally: &Tally) -> String {
    let part = |count: u64, word: &str, style| {
        let text = format!("{count} {word}");
        if count > 0 { paint(style, text) } else { text }
    };
    let mut parts = vec![
        part(tally.accepted, "accepted", GOOD),
        part(tally.refused, "refused", BAD),
        part(tally.failed, "failed", BAD),
    ];
    if tally.suppressed > 0 {
        parts.push(part(tally.suppressed, "suppressed", WARN));
    }
    if tally.in_flight > 0 {
        parts.push(part(tally.in_flight, "unanswered when it ended", WARN));
    }
    parts.join(" · ")
}

fn counted(count: u64, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

fn seconds(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.0} ms", seconds * 1e3) } else { format!("{seconds:.1} s") }
}
