//! What a journal itself says was injected or not sent: what follows from that is no difference.

use std::collections::{BTreeMap, BTreeSet};

use crate::serve::inbox::Finding;
use crate::serve::traffic::Request;

/// The places of sessions that are not as they would be.
#[derive(Debug, Default)]
pub(super) struct Excuses {
    sessions: BTreeMap<String, BTreeSet<u64>>,
    is_run: bool,
}

impl Excuses {
    pub(super) fn of(requests: &[Request]) -> Self {
        let mut excuses = Self::default();
        for request in requests {
            let Some(label) = &request.label else { continue };
            excuses.is_run = true;
            if request.is_faulty() || !label.sent {
                excuses.sessions.entry(label.session_id.clone()).or_default().insert(label.sequence);
            }
        }
        excuses
    }

    /// True where the journal is one of deliveries.
    pub(super) const fn is_run(&self) -> bool {
        self.is_run
    }

    /// True where the event is faulty on purpose.
    pub(super) fn is_faulty(&self, session: &str, sequence: u64) -> bool {
        self.sessions.get(session).is_some_and(|places| places.contains(&sequence))
    }

    /// True where a finding follows from what is excused.
    pub(super) fn excuses(&self, session: &str, finding: &Finding) -> bool {
        let Some(places) = self.sessions.get(session) else { return false };
        match finding {
            Finding::Gap { first, last } => {
                let missing = last.saturating_sub(*first).saturating_add(1);
                places.range(first..=last).count() as u64 == missing
            }
            Finding::OutOfOrder { sequence, highest } => {
                places.contains(sequence) || places.contains(highest)
            }
            Finding::Duplicate { sequence }
            | Finding::Conflict { sequence }
            | Finding::TooOld { sequence }
            | Finding::MeasurementIdUnknown { sequence }
            | Finding::TimestampBackwards { sequence, .. }
            | Finding::IllegalEvent { sequence, .. } => {
                places.contains(sequence)
                    || sequence.checked_sub(1).is_some_and(|before| places.contains(&before))
            }
            // Where something of a session is missing, it may be the end before the restart.
            Finding::RestartWithoutUnload => true,
            _ => false,
        }
    }
}
