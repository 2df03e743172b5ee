//! Everything a command did, as far as a report needs it.

use std::time::Duration;

use super::tally::Tally;
use crate::protocol::conclusion::Outcome;

/// What was asked for, and what came of it.
#[derive(Clone, Debug)]
pub struct Run {
    /// The settings.
    pub setup: Setup,
    /// The numbers.
    pub tally: Tally,
    /// How long it took.
    pub took: Duration,
    /// What the built-in receiver noticed, where it was the target.
    pub inbox: Option<InboxSummary>,
}

/// The settings of a run: enough to repeat it. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// The version of the program.
    pub version: &'static str,
    /// The seed.
    pub seed: u64,
    /// What is played, in words.
    pub plays: String,
    /// The outcomes that the scenarios state.
    pub outcomes: Vec<Outcome>,
    /// Where to, with credentials hidden.
    pub target: String,
    /// The wall clock at the beginning, RFC 3339.
    pub start_time: String,
    /// The pace, as it is typed.
    pub pace: String,
    /// The dialect's keys that differ from the default, as they are typed.
    pub dialect: Vec<(String, String)>,
    /// The faults that were asked for, as they are typed.
    pub faults: Vec<String>,
    /// How many sessions.
    pub sessions: u64,
    /// The transport's name.
    pub transport: String,
    /// The headers of every request, with the user's own values hidden.
    pub headers: Vec<(String, String)>,
}

/// What the built-in receiver noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxSummary {
    /// Events with a right MAC.
    pub verified: u64,
    /// Sessions seen; one that was forgotten and came back counts again.
    pub sessions: u64,
    /// Sessions that made room for others.
    pub forgotten: u64,
    /// What it found fault with, in words, and how often.
    pub findings: Vec<(String, u64)>,
}
