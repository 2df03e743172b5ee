//! From attempts to the result of a case.

use std::fmt;

use super::Runner;
use super::attempt::Attempt;
use crate::conformance::case::Case;
use crate::outcome::check::{CaseResult, Incident, Reproduce, Verdict};

/// Why a case was not run, and what it came to.
#[derive(Clone)]
pub(super) struct Unrun {
    pub verdict: Verdict,
    pub words: String,
    pub incident: Option<Incident>,
}

impl Unrun {
    /// Nobody is to blame.
    pub(super) fn skip(why: impl Into<String>) -> Self {
        Self { verdict: Verdict::Skip, words: why.into(), incident: None }
    }

    /// It could not be judged.
    pub(super) fn error(why: impl fmt::Display) -> Self {
        Self { verdict: Verdict::Error, words: format!("{NOT_JUDGED}{why}"), incident: None }
    }

    /// It could not be judged, for this befell the receiver.
    pub(super) fn befell(incident: Incident) -> Self {
        Self { incident: Some(incident.clone()), ..Self::error(incident) }
    }

    /// Why the run ended before its time, where it did.
    pub(super) fn cut(&self) -> Option<&str> {
        (self.verdict == Verdict::Error).then(|| self.words.trim_start_matches(NOT_JUDGED))
    }
}

const NOT_JUDGED: &str = "not judged: ";

impl Runner {
    /// What a case came to.
    pub(super) fn result(
        &self,
        case: &Case,
        attempt: Attempt,
        incident: Option<Incident>,
        flaky: bool,
    ) -> CaseResult {
        let bad = matches!(attempt.judged.verdict, Verdict::Fail | Verdict::Error) || flaky;
        let curl = if bad { attempt.curl } else { None };
        CaseResult {
            id: case.id.to_owned(),
            title: case.title.to_owned(),
            level: case.level,
            verdict: if flaky { Verdict::Fail } else { attempt.judged.verdict },
            requirement: case.requirement.to_owned(),
            source: case.source.to_string(),
            stimulus: case.stimulus.to_owned(),
            expected: attempt.judged.expected,
            actual: attempt.judged.actual,
            differs: attempt.differs,
            hint: case.hint.to_owned(),
            reproduce: Reproduce { command: (self.command)(case.id), curl },
            incident: incident.or(attempt.incident),
            flaky,
            known: None,
            counts: false,
            took_ms: attempt.took.as_secs_f64() * 1e3,
            traces: attempt.traces,
            requests: attempt.requests,
        }
    }

    /// A case that was not run.
    pub(super) fn unrun(&self, case: &Case, why: &Unrun) -> CaseResult {
        let attempt = Attempt::of(why.verdict, "", why.words.clone());
        self.result(case, attempt, why.incident.clone(), false)
    }
}
