//! Text from elsewhere, made fit to be shown: nothing in it is obeyed, and nothing in it is hidden.

use std::fmt::Write as _;

use crate::outcome::check::{
    CaseResult, Check, CheckSetup, Diagnosis, Ending, Fix, Incident, Reproduce, Trace,
};

const CHANGED: &str = "# characters that cannot be shown were replaced; the JSON report has it as it is";

/// The same check with every text visible, so that no form of report can forget one. Each field is named, so that none
/// that is new can be forgotten here.
pub(super) fn safe(check: &Check) -> Check {
    let Check { setup, summary, diagnosis, cases, ending } = check;
    let CheckSetup { suite, version, target, started, seed, dialect, strict, cases: selected } = setup;
    let Ending { took_s, interrupted, cut, unanswered } = ending;
    Check {
        setup: CheckSetup {
            suite: visible(suite),
            version: visible(version),
            target: visible(target),
            started: visible(started),
            seed: *seed,
            dialect: visible(dialect),
            strict: *strict,
            cases: *selected,
        },
        summary: *summary,
        diagnosis: diagnosis.iter().map(safe_diagnosis).collect(),
        cases: cases.iter().map(safe_case).collect(),
        ending: Ending {
            took_s: *took_s,
            interrupted: *interrupted,
            cut: maybe(cut.as_ref()),
            unanswered: *unanswered,
        },
    }
}

fn safe_case(case: &CaseResult) -> CaseResult {
    let CaseResult { id, title, level, verdict, requirement, source, stimulus, expected, actual, .. } = case;
    let CaseResult { hint, reproduce, incident, flaky, known, counts, took_ms, traces, requests, .. } = case;
    CaseResult {
        id: visible(id),
        title: visible(title),
        level: *level,
        verdict: *verdict,
        requirement: visible(requirement),
        source: visible(source),
        stimulus: visible(stimulus),
        expected: visible(expected),
        actual: visible(actual),
        // What differs is told by the words of `actual`.
        differs: None,
        hint: visible(hint),
        reproduce: Reproduce {
            command: command(&reproduce.command),
            curl: reproduce.curl.as_deref().map(command),
        },
        incident: incident.as_ref().map(safe_incident),
        flaky: *flaky,
        known: maybe(known.as_ref()),
        counts: *counts,
        took_ms: *took_ms,
        traces: traces.iter().map(safe_trace).collect(),
        requests: *requests,
    }
}

fn safe_incident(incident: &Incident) -> Incident {
    match incident {
        Incident::Ended => Incident::Ended,
        Incident::Away => Incident::Away,
        Incident::Swings => Incident::Swings,
        Incident::Down { during, waited_s } => {
            Incident::Down { during: visible(during), waited_s: *waited_s }
        }
        Incident::Unanswered { failure, got, instead, limit_s } => Incident::Unanswered {
            failure: *failure,
            got: visible(got),
            instead: maybe(instead.as_ref()),
            limit_s: *limit_s,
        },
        Incident::NotBrought { stage, by_command, why } => {
            Incident::NotBrought { stage: visible(stage), by_command: *by_command, why: visible(why) }
        }
        Incident::TooSlow { took_s, limit_s } => Incident::TooSlow { took_s: *took_s, limit_s: *limit_s },
        Incident::Silent { after, got, begun, answered, busy } => Incident::Silent {
            after: after.as_deref().map(visible),
            got: visible(got),
            begun: *begun,
            answered: *answered,
            busy: *busy,
        },
    }
}

fn safe_trace(trace: &Trace) -> Trace {
    let Trace { label, role, request, body_bytes, status, answer, failure, detail, took_ms, decisive } =
        trace;
    Trace {
        label: visible(label),
        role: *role,
        request: visible(request),
        body_bytes: *body_bytes,
        status: *status,
        answer: visible(answer),
        failure: maybe(failure.as_ref()),
        detail: maybe(detail.as_ref()),
        took_ms: *took_ms,
        decisive: *decisive,
    }
}

fn safe_diagnosis(diagnosis: &Diagnosis) -> Diagnosis {
    let Diagnosis { name, says, matters, evidence, fixes } = diagnosis;
    let fix = |Fix { language, text, code }: &Fix| Fix {
        language: visible(language),
        text: visible(text),
        code: maybe(code.as_ref()),
    };
    Diagnosis {
        name: visible(name),
        says: visible(says),
        matters: visible(matters),
        evidence: evidence.iter().map(|id| visible(id)).collect(),
        fixes: fixes.iter().map(fix).collect(),
    }
}

fn maybe(text: Option<&String>) -> Option<String> {
    text.map(|text| visible(text))
}

/// A command that is not what it was any more says so.
fn command(text: &str) -> String {
    let seen = visible(text);
    if seen == text { seen } else { format!("{seen}\n{CHANGED}") }
}

/// The text with control characters as their pictures and marks that change its direction by their number. Line ends and
/// tabs stay. What XML forbids is among them.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' | '\t' => out.push(character),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\0'..='\u{1f}' => out.push(picture(character)),
            '\u{7f}' => out.push('\u{2421}'),
            '\u{80}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "<U+{:04X}>", u32::from(character));
            }
            plain => out.push(plain),
        }
    }
    out
}

fn picture(control: char) -> char {
    char::from_u32(0x2400 + u32::from(control)).unwrap_or('?')
}

/// The text on one line.
pub(super) fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_obeyed_is_seen() {
        let text = "a\0\u{1b}[2Jb\r\nc\rd\u{7f}\u{85}\u{202e}\u{200f}\u{2028}\u{fffe}\tZoë \u{1f469}\u{200d}\u{1f4bb}";
        assert_eq!(
            visible(text),
            "a␀␛[2Jb\nc␍d␡<U+0085><U+202E><U+200F><U+2028><U+FFFE>\tZoë \u{1f469}\u{200d}\u{1f4bb}"
        );
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_left_that_is_obeyed(text: String) {
            let seen = visible(&text);
            proptest::prop_assert!(!seen.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
            proptest::prop_assert_eq!(visible(&seen), seen);
        }
    }
}
