//! What a journal itself says was injected or not sent: what follows from that is no difference.

use std::collections::{BTreeMap, BTreeSet};

use crate::serve::inbox::Finding;
use crate::serve::traffic::Request;

/// Faults that move an event, and perhaps its neighbours, to another place.
const MOVES: [&str; 3] = ["swap", "delay", "burst"];

/// What a journal says of the sessions that are not as they would be.
#[derive(Debug, Default)]
pub(super) struct Excuses {
    sessions: BTreeMap<String, Session>,
    is_run: bool,
}

#[derive(Debug, Default)]
struct Session {
    /// The places that are faulty or were not sent.
    faulty: BTreeSet<u64>,
    /// The places that came later than they should have.
    moved: BTreeSet<u64>,
}

impl Excuses {
    pub(super) fn of(requests: &[Request]) -> Self {
        let mut excuses = Self::default();
        let labels = || requests.iter().filter_map(|request| Some((request, request.label.as_ref()?)));
        let mut moving = BTreeSet::new();
        for (request, label) in labels() {
            excuses.is_run = true;
            if request.is_faulty() || !label.sent {
                let session = excuses.sessions.entry(label.session_id.clone()).or_default();
                session.faulty.insert(label.sequence);
            }
            if label.faults.iter().any(|fault| MOVES.iter().any(|moves| fault.starts_with(moves))) {
                moving.insert(label.session_id.as_str());
            }
        }
        // A burst holds back its neighbours too, and they have no label. All that is there came some time.
        for (_, label) in labels().filter(|(_, label)| moving.contains(label.session_id.as_str())) {
            excuses.sessions.entry(label.session_id.clone()).or_default().moved.insert(label.sequence);
        }
        excuses
    }

    /// True where the journal is one of deliveries.
    pub(super) const fn is_run(&self) -> bool {
        self.is_run
    }

    /// True where the event is faulty on purpose.
    pub(super) fn is_faulty(&self, session: &str, sequence: u64) -> bool {
        self.sessions.get(session).is_some_and(|session| session.faulty.contains(&sequence))
    }

    /// True where a finding follows from what is excused.
    pub(super) fn excuses(&self, session: &str, finding: &Finding) -> bool {
        let Some(Session { faulty, moved }) = self.sessions.get(session) else { return false };
        match finding {
            Finding::Gap { first, last } => {
                let missing = last.saturating_sub(*first).saturating_add(1);
                let excused: BTreeSet<&u64> =
                    faulty.range(first..=last).chain(moved.range(first..=last)).collect();
                excused.len() as u64 == missing
            }
            Finding::OutOfOrder { sequence, highest } => {
                !moved.is_empty() || faulty.contains(sequence) || faulty.contains(highest)
            }
            Finding::Duplicate { sequence }
            | Finding::Conflict { sequence }
            | Finding::TooOld { sequence }
            | Finding::MeasurementIdUnknown { sequence }
            | Finding::TimestampBackwards { sequence, .. }
            | Finding::IllegalEvent { sequence, .. } => {
                faulty.contains(sequence)
                    || sequence.checked_sub(1).is_some_and(|before| faulty.contains(&before))
            }
            // Where something of a session is missing, it may be the end before the restart.
            Finding::RestartWithoutUnload => true,
            _ => false,
        }
    }
}
