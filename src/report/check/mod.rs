//! What a conformance check found, in every form: a file a form, all from the same values.

pub mod html;
pub mod json;
pub mod junit;
mod next;
mod safe;
pub mod tap;
pub mod text;

use std::fmt;

use crate::outcome::check::{CaseResult, Check, Conclusion, Score, Standing};

/// A form of report that goes to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// For programs, with a schema.
    Json,
    /// For CI systems.
    Junit,
    /// For harnesses of tests.
    Tap,
    /// A page for people.
    Html,
}

/// A report that could not be made: never for what stands in a check.
#[derive(Debug, thiserror::Error)]
#[error("the {format} report could not be made: {why}")]
pub struct Unmade {
    format: Format,
    why: String,
}

impl Format {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Json, Self::Junit, Self::Tap, Self::Html];

    /// The name, as it is typed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Tap => "tap",
            Self::Html => "html",
        }
    }

    /// How every such report begins: a file that begins so may be overwritten by another.
    pub const fn begin(self) -> &'static str {
        match self {
            Self::Json => json::BEGIN,
            Self::Junit => junit::BEGIN,
            Self::Tap => tap::BEGIN,
            Self::Html => html::BEGIN,
        }
    }

    /// The report.
    pub fn render(self, check: &Check) -> Result<String, Unmade> {
        let made = match self {
            Self::Json => json::report(check).map_err(|error| error.to_string()),
            Self::Junit => junit::report(check).map_err(|error| error.to_string()),
            Self::Tap => Ok(tap::report(check)),
            Self::Html => html::report(check).map_err(|error| error.to_string()),
        };
        made.map_err(|why| Unmade { format: self, why })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What is told of a case that did not just pass: a name and a text each, in the order in which one reads them.
fn facts(case: &CaseResult) -> Vec<(&'static str, String)> {
    let mut facts = vec![("required", required(case)), ("sent", case.stimulus.clone())];
    facts.extend([("expected", case.expected.clone()), ("actual", case.actual.clone())]);
    facts.push(("answer", case.decisive().map_or_else(String::new, |trace| trace.answer.clone())));
    if let Some((failure, trace)) = case.decisive().and_then(|trace| Some((trace.failure.as_ref()?, trace))) {
        let detail = trace.detail.as_deref().unwrap_or_default();
        let begun = trace.status.map(|status| format!("{status}, and then ")).unwrap_or_default();
        facts.push(("failure", format!("{begun}{failure}: {detail}")));
    }
    if case.flaky {
        facts.push(("flaky", FLAKY.to_owned()));
    }
    if let Some(reason) = &case.known {
        facts.push(("baseline", reason.clone()));
    }
    facts.push(("hint", case.hint.clone()));
    facts.push(("again", case.reproduce.command.clone()));
    facts.push(("curl", case.reproduce.curl.clone().unwrap_or_default()));
    facts.retain(|(_, text)| !text.trim().is_empty());
    facts
}

/// The requirement, and where it comes from.
fn required(case: &CaseResult) -> String {
    if case.source.is_empty() {
        case.requirement.clone()
    } else {
        format!("{} ({})", case.requirement, case.source)
    }
}

const FLAKY: &str = "it failed, and passed when it was tried again; that counts as failed";

/// Why a case of the baseline that passes fails the run.
const STALE: &str = "passes, though the baseline says that it fails: take it out of the baseline";

const fn headline(check: &Check) -> &'static str {
    match check.conclusion() {
        Conclusion::Passed => "passed",
        Conclusion::Failed => "failed",
        Conclusion::Unjudged => "not all judged",
        Conclusion::Interrupted => "interrupted",
    }
}

/// How many passed of those that could, and what became of the others.
fn counts(score: &Score) -> String {
    let mut parts = vec![format!("{} of {} passed", score.passed(), score.demanded())];
    let rest = score.parts().filter(|(standing, _)| *standing != Standing::Passed);
    parts.extend(rest.map(|(standing, count)| match standing {
        Standing::Error => counted(count, "error"),
        standing => format!("{count} {}", standing.as_str()),
    }));
    parts.join(" · ")
}

fn seconds(seconds: f64) -> String {
    if seconds < 10.0 { format!("{seconds:.1} s") } else { format!("{seconds:.0} s") }
}

fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
