//! What the inbox received: in numbers, and session by session.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::finding::Finding;
use super::finding_code::{FindingCode, FindingSeverity};
use super::progress::SessionState;
use crate::clock::Moment;

/// What the inbox received, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Requests.
    pub received: u64,
    /// Requests that were answered with a 2xx: events, duplicates included.
    pub accepted: u64,
    /// Requests that were refused because of their MAC.
    pub refused_by_mac: u64,
    /// Requests whose MAC was right, and whose body was no event or too large.
    pub bad_bodies: u64,
    /// Sessions. One that was forgotten and came back counts again.
    pub sessions: u64,
    /// Sessions of which every event came, from the first to `PAGE_UNLOADED`.
    pub complete: u64,
    /// Events that were received before.
    pub duplicates: u64,
    /// Ranges of events that are missing.
    pub gaps: u64,
    /// Events that are missing.
    pub missing: u64,
    /// Sessions that made room for others.
    pub forgotten: u64,
    /// How often each thing was found.
    pub findings: BTreeMap<FindingCode, u64>,
}

impl Summary {
    /// What was found and is worth telling, and how often: notes are not. Where sessions were forgotten to make room, what
    /// seems to be missing may have been seen, and is not told.
    pub fn troubles(&self) -> impl Iterator<Item = (FindingCode, u64)> {
        self.findings
            .iter()
            .map(|(code, count)| (*code, *count))
            .filter(|(code, count)| code.severity() > FindingSeverity::Note && *count > 0)
            .filter(|(code, _)| self.forgotten == 0 || !needs_memory(*code))
    }
}

/// Findings that are only as good as the memory of what came before.
const fn needs_memory(code: FindingCode) -> bool {
    matches!(
        code,
        FindingCode::Gap
            | FindingCode::IllegalEvent
            | FindingCode::MeasurementIdUnknown
            | FindingCode::RestartWithoutUnload
            | FindingCode::Conflict
    )
}

/// One session as the inbox knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// Its ID, as far as it is kept.
    pub session_id: Arc<str>,
    /// What to make of it.
    pub state: SessionState,
    /// How often the page was loaded.
    pub loads: u32,
    /// How many events came, duplicates left out.
    pub events: u64,
    /// How many are missing.
    pub missing: u64,
    /// How many came after events with a higher sequence.
    pub out_of_order: u64,
    /// Every event came, from the first to `PAGE_UNLOADED`.
    pub complete: bool,
    /// When its first event came.
    pub first: Moment,
    /// When it was last heard of.
    pub last: Moment,
}

/// The numbers that only grow.
#[derive(Debug)]
pub(super) struct Counters {
    pub(super) received: u64,
    pub(super) accepted: u64,
    pub(super) refused_by_mac: u64,
    pub(super) bad_bodies: u64,
    pub(super) sessions: u64,
    pub(super) forgotten: u64,
    /// Of sessions that were forgotten.
    pub(super) complete: u64,
    pub(super) gaps: u64,
    pub(super) missing: u64,
    findings: [u64; FindingCode::ALL.len()],
}

impl Counters {
    pub(super) const fn new() -> Self {
        Self {
            received: 0,
            accepted: 0,
            refused_by_mac: 0,
            bad_bodies: 0,
            sessions: 0,
            forgotten: 0,
            complete: 0,
            gaps: 0,
            missing: 0,
            findings: [0; FindingCode::ALL.len()],
        }
    }

    pub(super) fn found(&mut self, findings: &[Finding]) {
        for finding in findings {
            self.findings[finding.code() as usize] += 1;
        }
    }

    pub(super) fn summary(&self) -> Summary {
        let count = |code: FindingCode| self.findings[code as usize];
        Summary {
            received: self.received,
            accepted: self.accepted,
            refused_by_mac: self.refused_by_mac,
            bad_bodies: self.bad_bodies,
            sessions: self.sessions,
            complete: self.complete,
            duplicates: count(FindingCode::Duplicate),
            gaps: self.gaps,
            missing: self.missing,
            forgotten: self.forgotten,
            findings: FindingCode::ALL
                .iter()
                .map(|code| (*code, count(*code)))
                .filter(|(_, count)| *count > 0)
                .collect(),
        }
    }
}
