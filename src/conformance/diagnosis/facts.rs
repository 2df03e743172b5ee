//! What can be asked of the results of a check.

use std::collections::BTreeSet;

use crate::conformance::select::glob;
use crate::outcome::check::{CaseResult, Incident, Role, Trace, Verdict};
use crate::outcome::exchange::FailureCode;

/// What came of a case, as far as a rule asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// An event was answered with a 2xx that says of nothing wrong.
    Taken,
    /// An event was answered with a 2xx whose body says that it was refused.
    Denied,
    /// An event was answered with a 4xx.
    Refused,
    /// An event was answered with a 5xx.
    Crashed,
    /// An event was answered with a 3xx.
    Redirected,
    /// An event was not answered.
    Silent,
    /// What was asked of was done, but an ordinary event afterwards was not taken.
    Spoiled,
    /// The answers were right, but late.
    Late,
    /// It failed, however.
    Wrong,
    /// It passed.
    Right,
}

/// The results of a check.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    cases: &'a [CaseResult],
}

impl<'a> Facts<'a> {
    pub const fn new(cases: &'a [CaseResult]) -> Self {
        Self { cases }
    }

    /// The cases whose ID fits, and of which this is true.
    pub fn all(self, pattern: &str, how: How) -> impl Iterator<Item = &'a CaseResult> {
        let pattern = pattern.to_owned();
        self.cases.iter().filter(move |case| glob(pattern.as_bytes(), case.id.as_bytes()) && is(case, how))
    }

    /// Whether it is true of every case whose ID fits and that was judged, and of one at least.
    pub fn every(self, pattern: &str, how: How) -> bool {
        let judged = |case: &&CaseResult| {
            matches!(case.verdict, Verdict::Pass | Verdict::Fail)
                && glob(pattern.as_bytes(), case.id.as_bytes())
        };
        let mut judged = self.cases.iter().filter(judged).peekable();
        judged.peek().is_some() && judged.all(|case| is(case, how))
    }

    /// Whether there is anything to explain: a failure, or a case that ordinary events could not get to.
    pub fn is_clean(self) -> bool {
        !self.cases.iter().any(|case| case.verdict == Verdict::Fail || case.verdict == Verdict::Error)
    }

    /// The cases that failed once and passed when they were tried again.
    pub fn flaky(self) -> Vec<&'a CaseResult> {
        self.cases.iter().filter(|case| case.flaky).collect()
    }

    /// How ordinary events were answered: those that come before what a case is about, and those of the section `events`.
    pub fn ordinary(self) -> Ordinary<'a> {
        let mut ordinary = Ordinary::default();
        for case in self.cases {
            for trace in ordinary_traces(case) {
                ordinary.answers.push(trace.answered());
                let bad = matches!(case.verdict, Verdict::Fail | Verdict::Error) && !trace.is_taken();
                if bad && ordinary.cases.last() != Some(&case.id.as_str()) {
                    ordinary.cases.push(&case.id);
                }
            }
        }
        ordinary
    }

    /// Real events and their answers: ordinary ones, and those that come in another order or all at once.
    pub fn real(self) -> impl Iterator<Item = &'a Trace> {
        let moved = |case: &&CaseResult| case.section() == "order";
        let moved = self.cases.iter().filter(moved).flat_map(|case| &case.traces);
        let moved = moved.filter(|trace| trace.role == Role::Test);
        self.cases.iter().flat_map(ordinary_traces).chain(moved)
    }

    /// The statuses with which events with a wrong MAC are answered.
    pub fn forged(self) -> BTreeSet<u16> {
        let wrong = |case: &&CaseResult| case.id.starts_with("mac/wrong-secret");
        let tests = |case: &'a CaseResult| case.traces.iter().filter(|trace| trace.role == Role::Test);
        self.cases.iter().filter(wrong).flat_map(tests).filter_map(Trace::answered).collect()
    }

    /// The first case that could not be judged because the very first event got no answer, and the name of that failure;
    /// none where anything but a handshake was judged.
    pub fn unanswered(self) -> Option<(&'a CaseResult, FailureCode)> {
        let unjudged =
            |case: &CaseResult| matches!(case.verdict, Verdict::Error | Verdict::Skip) || is_handshake(case);
        let nothing = self.cases.iter().all(unjudged);
        let failure = |case: &'a CaseResult| match &case.incident {
            Some(Incident::Unanswered { failure: Some(failure), .. }) => Some((case, *failure)),
            _ => None,
        };
        self.cases.iter().filter(|_| nothing).find_map(failure)
    }

    /// The cases that show such answers.
    pub fn unfinished(self, such: fn(&Trace) -> bool) -> impl Iterator<Item = &'a CaseResult> {
        self.cases.iter().filter(move |case| {
            matches!(case.verdict, Verdict::Fail | Verdict::Error) && case.traces.iter().any(such)
        })
    }

    /// The cases that could not be judged because the answer to the very first event came too late.
    pub fn too_slow(self) -> Vec<&'a CaseResult> {
        let slow = |case: &&CaseResult| matches!(case.incident, Some(Incident::TooSlow { .. }));
        self.cases.iter().filter(slow).collect()
    }

    /// How many requests were answered before none was any more; nothing where that is not so, or the receiver may be busy.
    pub fn silence(self) -> Option<usize> {
        self.cases.iter().find_map(|case| match case.incident {
            Some(Incident::Silent { answered, begun: false, busy: false, .. }) if answered > 0 => {
                Some(answered)
            }
            _ => None,
        })
    }

    /// The cases for which what is shown of a session goes to and fro.
    pub fn swings(self) -> Vec<String> {
        let swings = self.cases.iter().filter(|case| case.incident == Some(Incident::Swings));
        swings.map(|case| case.id.clone()).collect()
    }

    /// The cases that the receiver did not survive.
    pub fn deadly(self) -> impl Iterator<Item = &'a CaseResult> {
        self.cases.iter().filter(|case| case.incident == Some(Incident::Ended))
    }

    /// The cases that found nobody there for some time.
    pub fn away(self) -> Vec<String> {
        let away = self.cases.iter().filter(|case| case.incident == Some(Incident::Away));
        away.map(|case| case.id.clone()).collect()
    }

    /// The cases that could not be judged because the receiver had gone down during one of these sections.
    pub fn down_since(self, sections: &'static [&'static str]) -> impl Iterator<Item = &'a CaseResult> {
        let since = move |case: &&CaseResult| match &case.incident {
            Some(Incident::Down { during, .. }) => sections.iter().any(|section| during.starts_with(section)),
            _ => false,
        };
        self.cases.iter().filter(since)
    }

    /// Every case.
    pub const fn cases(self) -> &'a [CaseResult] {
        self.cases
    }
}

/// Whether a case looks at a TLS handshake, and sends no request.
fn is_handshake(case: &CaseResult) -> bool {
    case.id == "http/certificate" || case.id.starts_with("http/tls-")
}

/// How ordinary events were answered.
#[derive(Default)]
pub struct Ordinary<'a> {
    /// With which statuses; nothing where there was no answer.
    pub answers: Vec<Option<u16>>,
    /// The cases in which they were not taken.
    pub cases: Vec<&'a str>,
}

impl Ordinary<'_> {
    /// Whether they were answered with a status like this: all of them, or all but one of twenty.
    pub fn all(&self, wanted: fn(u16) -> bool) -> bool {
        let right = self.answers.iter().filter(|status| status.is_some_and(wanted)).count();
        right > 0 && right * 20 >= self.answers.len() * 19
    }
}

fn ordinary_traces(case: &CaseResult) -> impl Iterator<Item = &Trace> {
    case.traces.iter().filter(|trace| match trace.role {
        Role::Setup => true,
        Role::Test => case.section() == "events",
        Role::After => false,
    })
}

/// Whether this is true of a case. What was answered counts where the case failed, or where it could not be judged because
/// an ordinary event before was not taken.
fn is(case: &CaseResult, how: How) -> bool {
    let status = |trace: &Trace| trace.answered().unwrap_or_default();
    let any = |wanted: &dyn Fn(&Trace) -> bool| {
        matches!(case.verdict, Verdict::Fail | Verdict::Error)
            && case.traces.iter().any(|trace| trace.role == Role::Test && wanted(trace))
    };
    match how {
        How::Taken => any(&|trace| trace.is_taken() && !says_no(&trace.answer)),
        How::Denied => any(&|trace| trace.is_taken() && says_no(&trace.answer)),
        How::Refused => any(&|trace| (400..500).contains(&status(trace))),
        How::Crashed => any(&|trace| status(trace) >= 500),
        How::Redirected => any(&|trace| (300..400).contains(&status(trace))),
        How::Silent => {
            let unsent = !case.traces.iter().any(|trace| trace.role == Role::Test);
            // Where an ordinary event before had no answer either, it is not this one that has none.
            let before = |trace: &Trace| trace.role == Role::Setup && trace.answered().is_none();
            let was_there = !case.traces.iter().any(before);
            was_there && any(&|trace| trace.answered().is_none()) || case.verdict == Verdict::Fail && unsent
        }
        How::Spoiled => {
            let after = |trace: &Trace| trace.role == Role::After && !trace.is_taken();
            case.verdict == Verdict::Fail && case.traces.iter().any(after)
        }
        How::Late => {
            let mut tests = case.traces.iter().filter(|trace| trace.role == Role::Test).peekable();
            case.verdict == Verdict::Fail && tests.peek().is_some() && tests.all(Trace::is_taken)
        }
        How::Wrong => case.verdict == Verdict::Fail,
        How::Right => case.verdict == Verdict::Pass,
    }
}

/// Whether an answer's body says that the event was refused, whatever its status says.
fn says_no(answer: &str) -> bool {
    let answer = answer.trim().to_ascii_lowercase();
    if let Ok(serde_json::Value::Object(object)) = serde_json::from_str(&answer) {
        let no = |(key, value): (&String, &serde_json::Value)| match key.as_str() {
            "error" | "errors" | "exception" => {
                !matches!(value, serde_json::Value::Null | serde_json::Value::Bool(false))
            }
            "ok" | "success" | "valid" | "accepted" => *value == serde_json::Value::Bool(false),
            "status" | "result" => value.as_str().is_some_and(says_no_in_words),
            _ => false,
        };
        return object.iter().any(no);
    }
    says_no_in_words(&answer)
}

fn says_no_in_words(text: &str) -> bool {
    ["error", "invalid", "unauthori", "forbidden", "denied", "wrong", "refused", "mismatch"]
        .iter()
        .any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_can_say_no() {
        for (answer, no) in [
            ("", false),
            ("ok", false),
            ("{}", false),
            (r#"{"ok":true}"#, false),
            (r#"{"findings":[{"message":"an error, perhaps"}]}"#, false),
            (r#"{"error":null}"#, false),
            (r#"{"error":"wrong MAC"}"#, true),
            (r#"{"success":false}"#, true),
            (r#"{"status":"Error"}"#, true),
            (r#"{"status":"stored"}"#, false),
            ("Invalid signature", true),
            (r#"{"error":"cut off in the mid"#, true),
        ] {
            assert_eq!(says_no(answer), no, "{answer}");
        }
    }
}
