//! From attempts to the result of a case.

use super::Runner;
use super::attempt::Attempt;
use crate::conformance::case::Case;
use crate::outcome::check::{CaseResult, Reproduce, Verdict};

impl Runner {
    /// What a case came to.
    pub(super) fn result(&self, case: &Case, attempt: Attempt, flaky: bool) -> CaseResult {
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
            hint: case.hint.to_owned(),
            reproduce: Reproduce { command: (self.command)(case.id), curl },
            flaky,
            known: None,
            counts: false,
            took_ms: attempt.took.as_secs_f64() * 1e3,
            traces: attempt.traces,
            requests: attempt.requests,
        }
    }

    /// A case that was not run.
    pub(super) fn unrun(&self, case: &Case, verdict: Verdict, why: &str) -> CaseResult {
        let mut attempt = Attempt::error("", why);
        attempt.judged.verdict = verdict;
        self.result(case, attempt, false)
    }
}
