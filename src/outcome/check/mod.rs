//! What a conformance check found: cases with their verdicts, and what they say of the receiver together.
//!
//! Everything in here can be written and read back: every report is made from these values, and so from a journal too.

mod case;
mod diagnosis;
mod differs;
mod incident;
pub mod journal;
mod standing;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use case::{CaseResult, Level, Reproduce, Role, Trace, Verdict};
pub use diagnosis::{Diagnosis, Fix};
pub use differs::{Differs, Path, Place, Shown, Step};
pub use incident::Incident;
pub use standing::{Score, Standing};

/// The name of the suite, as reports have it.
pub const SUITE: &str = "wms-webhook";

/// What is known before the first case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckSetup {
    /// The name of the suite.
    pub suite: String,
    /// The version of the program whose cases these are.
    pub version: String,
    /// The receiver's URL, without credentials.
    pub target: String,
    /// When it began (RFC 3339).
    pub started: String,
    /// The seed of session IDs and measurement IDs.
    pub seed: u64,
    /// The dialect that was spoken: its preset or file, and the keys that were set.
    pub dialect: String,
    /// SHOULD counts too.
    pub strict: bool,
    /// How many cases were selected.
    // A check has its cases beside this.
    #[serde(rename = "selected")]
    pub cases: usize,
}

/// A whole check.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// What was known before the first case.
    #[serde(flatten)]
    pub setup: CheckSetup,
    /// How many cases came to what.
    pub summary: Summary,
    /// What the receiver does wrong, as far as the verdicts show it; the likeliest first.
    pub diagnosis: Vec<Diagnosis>,
    /// Every selected case, in the order of the suite.
    pub cases: Vec<CaseResult>,
    /// How it ended.
    pub ending: Ending,
}

/// How a check ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Ending {
    /// How long it took, in seconds.
    pub took_s: f64,
    /// The user ended it.
    pub interrupted: bool,
    /// Why not all cases were judged, in a sentence.
    pub cut: Option<String>,
    /// No request got an answer.
    pub unanswered: bool,
}

/// What a check comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// The receiver does everything that counts.
    Passed,
    /// The receiver failed.
    Failed,
    /// No case that counts failed, but not everything could be judged.
    Unjudged,
    /// The user ended it.
    Interrupted,
}

/// How many cases came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Summary {
    /// The receiver does it right, or was only measured.
    pub pass: usize,
    /// The receiver does it wrong.
    pub fail: usize,
    /// The case was not run, and nobody is to blame.
    pub skip: usize,
    /// The case could not be judged.
    pub error: usize,
    /// How many of all fail the run: what is not required, and what the baseline knows, does not.
    pub counted: usize,
}

impl Summary {
    /// Counts cases.
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a CaseResult>) -> Self {
        cases.into_iter().fold(Self::default(), |mut summary, case| {
            match case.verdict {
                Verdict::Pass => summary.pass += 1,
                Verdict::Fail => summary.fail += 1,
                Verdict::Skip => summary.skip += 1,
                Verdict::Error => summary.error += 1,
            }
            summary.counted += usize::from(case.counts);
            summary
        })
    }

    /// How many cases there are.
    pub const fn cases(&self) -> usize {
        self.pass + self.fail + self.skip + self.error
    }
}

impl Check {
    /// A check with its numbers.
    pub fn new(setup: CheckSetup, cases: Vec<CaseResult>, diagnosis: Vec<Diagnosis>, ending: Ending) -> Self {
        Self { setup, summary: Summary::of(&cases), diagnosis, cases, ending }
    }

    /// The receiver failed: a case that counts failed, or the baseline is not true any more.
    pub const fn failed(&self) -> bool {
        self.summary.counted > 0
    }

    /// What it comes to. What was interrupted is that first: whoever ended it knows that something is missing.
    pub const fn conclusion(&self) -> Conclusion {
        if self.ending.interrupted {
            Conclusion::Interrupted
        } else if self.failed() {
            Conclusion::Failed
        } else if self.is_unjudged() {
            Conclusion::Unjudged
        } else {
            Conclusion::Passed
        }
    }

    /// Something could not be judged, or nothing was.
    pub const fn is_unjudged(&self) -> bool {
        self.summary.error > 0
            || self.ending.unanswered
            || self.ending.cut.is_some()
            || self.summary.pass + self.summary.fail == 0
    }

    /// How many cases stand where.
    pub fn score(&self) -> Score {
        Score::of(&self.cases)
    }

    /// The cases that stand there, in the order of the suite.
    pub fn standing(&self, standing: Standing) -> Vec<&CaseResult> {
        self.cases.iter().filter(|case| case.standing() == standing).collect()
    }

    /// The sections, in the order of the suite, each with its cases.
    pub fn sections(&self) -> Vec<(&str, Vec<&CaseResult>)> {
        let mut sections: Vec<(&str, Vec<&CaseResult>)> = Vec::new();
        for case in &self.cases {
            match sections.iter_mut().find(|(name, _)| *name == case.section()) {
                Some((_, cases)) => cases.push(case),
                None => sections.push((case.section(), vec![case])),
            }
        }
        sections
    }
}
