//! What to do after a check.

use super::counted;
use crate::outcome::check::{CaseResult, Check, Standing};

/// A step, and the command for it, if there is one.
pub(super) struct Step {
    pub text: String,
    pub command: Option<String>,
}

/// The next steps, the first first.
pub(super) fn steps(check: &Check) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut step = |text: String, command: Option<&str>| {
        let command = command.filter(|command| !command.is_empty()).map(str::to_owned);
        steps.push(Step { text, command });
    };
    if check.ending.unanswered {
        step(
            "No request got an answer: start the receiver, check the URL, or give it time with --wait-for-target 30s."
                .to_owned(),
            None,
        );
    } else if let Some(case) = first(check) {
        let text = match check.diagnosis.first() {
            Some(_) => format!("Mend what the diagnosis names first, then run {} again:", case.id),
            None => format!("Begin with {}, and run it alone:", case.id),
        };
        step(text, Some(&case.reproduce.command));
    }
    let stale = check.standing(Standing::Stale);
    if !stale.is_empty() {
        let ids: Vec<&str> = stale.iter().map(|case| case.id.as_str()).collect();
        step(format!("Take out of the baseline what passes by now: {}.", ids.join(", ")), None);
    }
    let errors = check.standing(Standing::Error);
    if let Some(case) = errors.first().filter(|_| !check.ending.unanswered) {
        let text = format!(
            "{} could not be judged: see why, and run the first again:",
            counted(errors.len(), "case")
        );
        step(text, Some(&case.reproduce.command));
    }
    let advice = check.standing(Standing::Advice);
    if !advice.is_empty() && !check.failed() && !check.ending.unanswered {
        step(
            format!("{} should be mended too: --strict makes them count.", counted(advice.len(), "case")),
            None,
        );
    }
    steps
}

/// The failure to begin with: one that shows the likeliest bug, else the first.
fn first(check: &Check) -> Option<&CaseResult> {
    let failed = check.standing(Standing::Failed);
    let shown = check.diagnosis.first().and_then(|diagnosis| {
        diagnosis.evidence.iter().find_map(|id| failed.iter().find(|case| case.id == *id))
    });
    shown.or(failed.first()).copied()
}
