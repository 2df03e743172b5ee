//! What the receiver's own system shows of a session once it has ended.

use serde::{Deserialize, Serialize};

/// What came of asking after a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Whether it shows what it should.
    pub verdict: ProbeVerdict,
    /// The outcome that it showed last; `None` where it showed none.
    pub found: Option<String>,
    /// Why it could not be told, or why no outcome was shown.
    pub detail: Option<String>,
    /// Why another outcome is not the receiver's failure, where it is not.
    pub excuse: Option<Excuse>,
    /// How often it was asked.
    pub asks: u32,
}

impl Probe {
    /// True where the receiver's system failed: it shows something else, and nothing excuses it.
    pub fn is_failure(&self) -> bool {
        self.verdict == ProbeVerdict::Differs && self.excuse.is_none()
    }

    /// True where another outcome is shown and something excuses it. That nobody could be asked is never excused: it
    /// blames nobody.
    pub fn is_excused(&self) -> bool {
        self.verdict == ProbeVerdict::Differs && self.excuse.is_some()
    }
}

/// Whether a system shows the outcome that it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProbeVerdict {
    /// It does.
    Matched,
    /// It shows another, or none.
    Differs,
    /// It could not be asked, or its answer is none that can be understood.
    Unknown,
}

impl ProbeVerdict {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Differs => "differs",
            Self::Unknown => "unknown",
        }
    }
}

/// Why a receiver may have concluded something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Excuse {
    /// A fault struck the session.
    Fault,
    /// An event of the session got no answer: it may never have arrived, and is told as a failure of its own.
    Unanswered,
    /// The dialect lacks an event of the scenario, perhaps the one that decides.
    Dialect,
}

impl Excuse {
    /// The reason in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Fault => "a fault struck the session",
            Self::Unanswered => "an event of the session got no answer",
            Self::Dialect => "the dialect lacks an event of the scenario",
        }
    }
}

/// Why a system was not asked after a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NotAsked {
    /// The session was ended early: what it came to is not what the scenario says.
    Cut,
    /// The user ended the run.
    Interrupted,
}

impl NotAsked {
    /// The reason in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Cut => "the session was cut short",
            Self::Interrupted => "the run was ended",
        }
    }
}
