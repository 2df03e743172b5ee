//! What an audit came to: where recorded traffic differs from what the dialect says.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;

use crate::protocol::evidence::Evidence;

/// How much a difference weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Worth knowing; fails nothing.
    Note,
    /// The dialect says otherwise; a receiver can live with it.
    Warning,
    /// Against what is documented, or no event at all.
    Error,
}

impl Weight {
    /// Every weight, the heaviest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Where in the traffic something stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line of the journal, from 1.
    pub line: u64,
    /// The session's ID, where the request is an event.
    pub session_id: Option<Arc<str>>,
    /// The event's place in its session.
    pub sequence: Option<u64>,
    /// The event, known or not.
    pub event: Option<Cow<'static, str>>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Its kind: a finding of the inbox, a key of the dialect, or a name of the audit's own.
    pub kind: &'static str,
    /// How much it weighs.
    pub weight: Weight,
    /// Where it stands.
    pub place: Place,
    /// What was found, in a sentence.
    pub found: String,
    /// What the dialect says about it.
    pub says: String,
    /// What that stands on.
    pub evidence: Evidence,
}

/// The differences of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// How many there are.
    pub count: u64,
    /// The one that comes first in the journal.
    pub first: Difference,
}

/// What the MACs came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MacCounts {
    /// How many each of the secrets made, in the order in which they were given; empty where none was.
    pub by_secret: Vec<u64>,
    /// How many are of none of the secrets.
    pub wrong: u64,
}

/// What an audit came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audited {
    /// Requests that were judged.
    pub requests: u64,
    /// Those of them that are events.
    pub events: u64,
    /// The sessions that they belong to.
    pub sessions: u64,
    /// Requests with faults that the journal says were injected: what differs there is no difference.
    pub faulty: u64,
    /// Deliveries that were not sent.
    pub unsent: u64,
    /// The MACs, where a secret was given.
    pub macs: MacCounts,
    /// By kind, the heaviest first, then the most frequent.
    pub groups: Vec<Group>,
    /// One by one, in the order of the journal.
    pub differences: Vec<Difference>,
    /// Differences that are counted in the groups and do not stand in the list: there were too many.
    pub unlisted: u64,
}

impl Audited {
    /// How many differences have the weight.
    pub fn count(&self, weight: Weight) -> u64 {
        self.groups.iter().filter(|group| group.first.weight == weight).map(|group| group.count).sum()
    }

    /// True where something differs that is more than worth knowing.
    pub fn differs(&self) -> bool {
        self.groups.iter().any(|group| group.first.weight > Weight::Note)
    }
}
