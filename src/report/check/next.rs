//! What to do after a check.

use super::counted;
use crate::outcome::check::{CaseResult, Check, Incident, Standing};
use crate::outcome::exchange::FailureCode;

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
        step(unanswered(check), None);
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
    let not_brought = errors.iter().find_map(|case| not_brought(case.incident.as_ref()?));
    if let Some(text) = not_brought {
        step(text, None);
    } else if let Some(case) = errors.first().filter(|_| !check.ending.unanswered) {
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

/// What to do where the drill could not go on.
fn not_brought(incident: &Incident) -> Option<String> {
    let Incident::NotBrought { stage, by_command, .. } = incident else { return None };
    let how = if *by_command {
        "mend the command given with --rotate-step, and run the check again"
    } else {
        "give a command for it with --rotate-step CMD, or run the check in a terminal, where you can do it yourself and press Enter"
    };
    Some(format!("The receiver was not brought to the stage {stage}: {how}."))
}

/// What to do where no request got an answer: somebody who listens is not to be started.
fn unanswered(check: &Check) -> String {
    let met = check.cases.iter().find_map(|case| match &case.incident {
        Some(Incident::Unanswered { failure, instead, limit_s, .. }) => {
            Some((*failure, instead.as_deref(), *limit_s))
        }
        _ => None,
    });
    match met {
        Some((_, Some(url), _)) => {
            let (says, speaks) =
                if url.starts_with("https") { ("http", "TLS") } else { ("https", "HTTP without TLS") };
            format!("The URL says {says}, and the port speaks {speaks}: run it again with --to {url}")
        }
        Some((Some(code), None, limit_s)) => of_failure(code, limit_s),
        Some((None, None, _)) => {
            "No event could be sent: mend what the note names, and run it again.".to_owned()
        }
        None => of_failure(FailureCode::ConnectionRefused, None),
    }
}

fn of_failure(code: FailureCode, limit_s: Option<f64>) -> String {
    const LOG: &str = "see the log of what listens there, and whether the port is the receiver's own";
    if code.is_down() {
        return "No request got an answer: start the receiver, check the URL, or give it time with --wait-for-target 30s.".to_owned();
    }
    match code {
        _ if code.is_timeout() => {
            // Longer than what was not enough.
            let longer = limit_s.map_or_else(
                || "a longer --timeout".to_owned(),
                |limit| format!("--timeout {:.0}s", (limit * 2.0).ceil()),
            );
            format!(
                "Somebody listens, and did not answer within the time limit: {LOG}. If it only needs longer, {longer} gives it that."
            )
        }
        FailureCode::ClosedWithoutReply | FailureCode::ConnectionReset | FailureCode::ReplyTruncated => {
            format!(
                "Somebody listens, and cuts the connection: {LOG}. A port that speaks TLS wants https:// in the URL."
            )
        }
        FailureCode::NotHttp
        | FailureCode::BadHttp
        | FailureCode::HeadTooLarge
        | FailureCode::TooManyInterim
        | FailureCode::SwitchedProtocols => {
            format!("Somebody listens, and does not answer as HTTP wants it: {LOG}.")
        }
        code => format!("No request got an answer. {} {}", code.meaning(), code.advice()),
    }
}

/// The failure to begin with: one that shows the likeliest bug, else the first.
fn first(check: &Check) -> Option<&CaseResult> {
    let failed = check.standing(Standing::Failed);
    let shown = check.diagnosis.first().and_then(|diagnosis| {
        diagnosis.evidence.iter().find_map(|id| failed.iter().find(|case| case.id == *id))
    });
    shown.or(failed.first()).copied()
}
