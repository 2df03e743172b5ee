//! One case and what came of it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::differs::Differs;
use super::incident::Incident;
use super::standing::Standing;

/// How binding a requirement is (RFC 2119).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Without it, real events are lost or forged ones are taken.
    Must,
    /// Without it, a later version of WMS or a proxy on the way breaks the receiver. Counts with `--strict`.
    Should,
    /// Measured, and never judged.
    Info,
}

impl Level {
    /// The word in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::Info => "INFO",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a case came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The receiver does it right, or was only measured.
    Pass,
    /// The receiver does it wrong.
    Fail,
    /// The case was not run, and nobody is to blame.
    Skip,
    /// The case could not be judged.
    Error,
}

impl Verdict {
    /// The word in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skip => "skip",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a request is to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// An ordinary event that has to be there first. Where it is not taken, the case cannot be judged.
    Setup,
    /// What the case is about.
    Test,
    /// An ordinary event afterwards: the receiver has to be in order.
    After,
}

/// One request of a case, and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trace {
    /// What it is, in words: `the event with one digit of its MAC changed`.
    pub label: String,
    /// What it is to the case.
    pub role: Role,
    /// The beginning of the request, credentials hidden, for people.
    pub request: String,
    /// How long its body is, in bytes.
    pub body_bytes: u64,
    /// The HTTP status, where an answer began. Where there is a failure too, the answer did not end.
    pub status: Option<u16>,
    /// The beginning of the answer's body, for people.
    pub answer: String,
    /// Why there was no answer, or no end of it: the stable name of a failure.
    pub failure: Option<String>,
    /// The particulars of the failure.
    pub detail: Option<String>,
    /// How long the answer took, in milliseconds.
    pub took_ms: f64,
    /// The verdict rests on it.
    #[serde(default)]
    pub decisive: bool,
}

/// How to see a failure again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reproduce {
    /// The command that runs the case alone.
    pub command: String,
    /// A curl command, or another of the shell where curl cannot send such a request, that sends the decisive one.
    pub curl: Option<String>,
}

/// A case and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseResult {
    /// The stable ID: section, slash, name.
    pub id: String,
    /// What is required, in a few words.
    pub title: String,
    /// How binding it is.
    pub level: Level,
    /// What it came to.
    pub verdict: Verdict,
    /// The requirement, in a sentence.
    pub requirement: String,
    /// Where the requirement comes from: the page, an RFC with its section, or robustness.
    pub source: String,
    /// What was sent, in words.
    pub stimulus: String,
    /// What the receiver should have done.
    pub expected: String,
    /// What it did.
    pub actual: String,
    /// Where what is shown of a session differs from what is shown of an undisturbed one, if the case failed for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differs: Option<Differs>,
    /// What usually causes such a failure.
    pub hint: String,
    /// How to see it again.
    pub reproduce: Reproduce,
    /// What befell the receiver, in this case or before it, where the answers alone do not say so.
    #[serde(default)]
    pub incident: Option<Incident>,
    /// It failed, and passed when it was tried again.
    #[serde(default)]
    pub flaky: bool,
    /// Why the baseline says that it fails.
    #[serde(default)]
    pub known: Option<String>,
    /// It makes the run fail.
    #[serde(default)]
    pub counts: bool,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
    /// The requests and answers, in the order of sending; of many the first and the decisive ones.
    pub traces: Vec<Trace>,
    /// How many requests there were.
    pub requests: usize,
}

impl CaseResult {
    /// A case with a verdict and nothing more.
    pub fn bare(id: impl Into<String>, level: Level, verdict: Verdict) -> Self {
        Self {
            id: id.into(),
            title: String::new(),
            level,
            verdict,
            requirement: String::new(),
            source: String::new(),
            stimulus: String::new(),
            expected: String::new(),
            actual: String::new(),
            differs: None,
            hint: String::new(),
            reproduce: Reproduce::default(),
            incident: None,
            flaky: false,
            known: None,
            counts: false,
            took_ms: 0.0,
            traces: Vec::new(),
            requests: 0,
        }
    }

    /// The part of the ID before the slash.
    pub fn section(&self) -> &str {
        self.id.split_once('/').map_or(self.id.as_str(), |(section, _)| section)
    }

    /// Whether it is listed in the baseline and passes.
    pub fn is_stale(&self) -> bool {
        self.known.is_some() && self.verdict == Verdict::Pass
    }

    /// What it comes to for the run.
    pub fn standing(&self) -> Standing {
        match self.verdict {
            Verdict::Skip => Standing::Skipped,
            Verdict::Error => Standing::Error,
            Verdict::Pass if self.is_stale() => Standing::Stale,
            // What is flaky counts as failed, whatever came last.
            Verdict::Pass | Verdict::Fail if self.counts => Standing::Failed,
            Verdict::Pass if self.level == Level::Info => Standing::Measured,
            Verdict::Pass => Standing::Passed,
            Verdict::Fail if self.known.is_some() => Standing::Known,
            Verdict::Fail => Standing::Advice,
        }
    }

    /// The exchange that decided; where none says so, an event afterwards that was not taken, or the last that the case is
    /// about.
    pub fn decisive(&self) -> Option<&Trace> {
        if let Some(trace) = self.traces.iter().find(|trace| trace.decisive) {
            return Some(trace);
        }
        let spoiled = |trace: &&Trace| trace.role == Role::After && !trace.is_taken();
        let last = |role: Role| self.traces.iter().rfind(|trace| trace.role == role);
        self.traces.iter().find(spoiled).or_else(|| last(Role::Test)).or(self.traces.last())
    }
}

impl Trace {
    /// The status of an answer that ended: one that only began is none.
    pub fn answered(&self) -> Option<u16> {
        self.status.filter(|_| self.failure.is_none())
    }

    /// Whether an answer began and did not end.
    pub fn is_unfinished(&self) -> bool {
        self.status.is_some() && self.failure.is_some()
    }

    /// Whether it was answered with a 2xx.
    pub fn is_taken(&self) -> bool {
        self.answered().is_some_and(|status| (200..300).contains(&status))
    }
}
