//! What the receiver's own system showed of a session, in a line and in the summary.

use std::fmt::Write as _;

use super::line::INDENT;
use super::style::{BAD, FAINT, GOOD, WARN, harmless, paint};
use crate::clock::Moment;
use crate::outcome::probe::{Probe, ProbeVerdict};
use crate::outcome::tally::Probes;
use crate::protocol::conclusion::Outcome;

/// The line of a session that was asked after, in the columns of its events. The number stands where there are many.
pub fn line(at: Moment, session: Option<u64>, expected: Outcome, probe: &Probe) -> String {
    let mut line = format!("{:>8.3}  ", at.as_millis_f64() / 1e3);
    if let Some(session) = session {
        let _ = write!(line, "{session:<7}  ");
    }
    let expected = format!("expected: {}", expected.as_str());
    let _ = write!(line, "{:>4}  {expected:<29}  {:<8}  ", "", "");
    let text = match (probe.verdict, &probe.found) {
        (ProbeVerdict::Differs, Some(found)) => format!("differs: {}", harmless(found, 60)),
        (ProbeVerdict::Differs, None) => "differs: none".to_owned(),
        (verdict, _) => verdict.as_str().to_owned(),
    };
    let style = match probe.verdict {
        ProbeVerdict::Matched => GOOD,
        ProbeVerdict::Differs if probe.is_excused() => WARN,
        ProbeVerdict::Differs | ProbeVerdict::Unknown => BAD,
    };
    line.push_str(&paint(style, text));
    if let Some(excuse) = probe.excuse.filter(|_| probe.is_excused()) {
        let _ = write!(line, "  {} {}", paint(WARN, "excused:"), excuse.words());
    }
    line
}

/// Why it could not be told, or why there was no outcome.
pub fn explanation(probe: &Probe) -> Option<String> {
    let detail = probe.detail.as_ref()?;
    Some(format!("{INDENT}{} {}", paint(FAINT, "why:"), harmless(detail, 300)))
}

/// What the sessions of a run came to; nothing where none was asked after.
pub(super) fn summary(text: &mut String, probes: &Probes) {
    if probes.all() == 0 {
        return;
    }
    let part = |count: u64, word: &str, style| {
        let text = format!("{count} {word}");
        if count > 0 { paint(style, text) } else { text }
    };
    let mut differs = part(probes.differs, "differs", if probes.failed() > 0 { BAD } else { WARN });
    if probes.excused > 0 {
        let _ = write!(differs, " ({} excused)", probes.excused);
    }
    let _ = writeln!(
        text,
        "probes    {} · {differs} · {}",
        part(probes.matched, "matched", GOOD),
        part(probes.unknown, "unknown", BAD)
    );
    if probes.failed() > 0 {
        advise(text, "See what your system made of the events; --expect-within gives it more time.");
    }
    if probes.unknown > 0 {
        advise(
            text,
            "Ask by hand with a session's ID: it has to print JSON with an `outcome` or a `status`.",
        );
    }
}

fn advise(text: &mut String, advice: &str) {
    let _ = writeln!(text, "          {} {advice}", paint(FAINT, "what to do:"));
}
