//! What the receiver's own system showed of a session, in a line and in the summary.

use std::fmt::Write as _;

use super::line::INDENT;
use super::style::{BAD, FAINT, GOOD, WARN, harmless, paint};
use crate::clock::Moment;
use crate::outcome::probe::{NotAsked, Probe, ProbeVerdict};
use crate::outcome::run_event::SessionInfo;
use crate::outcome::tally::Probes;

/// The line of a session that was asked after, in the columns of its events. Where there are many, it is named.
pub fn line(at: Moment, session: &SessionInfo, many: bool, probe: &Probe) -> String {
    let mut line = begin(at, session, many);
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
    if many {
        line.push_str(&name(session));
    }
    if let Some(excuse) = probe.excuse.filter(|_| probe.is_excused()) {
        let _ = write!(line, "  {} {}", paint(WARN, "excused:"), excuse.words());
    }
    line
}

/// The line of a session that was to be asked after, and was not.
pub fn not_asked(at: Moment, session: &SessionInfo, many: bool, why: NotAsked) -> String {
    let mut line = begin(at, session, many);
    line.push_str(&paint(WARN, format!("not asked: {}", why.words())));
    if many {
        line.push_str(&name(session));
    }
    line
}

/// The columns before what came of it.
fn begin(at: Moment, session: &SessionInfo, many: bool) -> String {
    let mut line = format!("{:>8.3}  ", at.as_millis_f64() / 1e3);
    if many {
        let _ = write!(line, "{:<7}  ", session.number);
    }
    let expected = format!("expected: {}", session.outcome.as_str());
    let _ = write!(line, "{:>4}  {expected:<29}  {:<8}  ", "", "");
    line
}

/// By what a session can be found again: its number is known to nobody but this run.
fn name(session: &SessionInfo) -> String {
    let SessionInfo { scenario, id, .. } = session;
    format!("  {}", paint(FAINT, format!("{} · {}", harmless(scenario, 60), harmless(id, 80))))
}

/// Why it could not be told, or why there was no outcome.
pub fn explanation(probe: &Probe) -> Option<String> {
    let detail = probe.detail.as_ref()?;
    Some(format!("{INDENT}{} {}", paint(FAINT, "why:"), harmless(detail, 300)))
}

/// What the sessions of a run came to; nothing where none was asked after.
pub(super) fn summary(text: &mut String, probes: &Probes) {
    if probes.all() + probes.not_asked == 0 {
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
    let _ = write!(
        text,
        "probes    {} · {differs} · {}",
        part(probes.matched, "matched", GOOD),
        part(probes.unknown, "unknown", BAD)
    );
    if probes.not_asked > 0 {
        let _ = write!(text, " · {}", part(probes.not_asked, "not asked", WARN));
    }
    text.push('\n');
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
