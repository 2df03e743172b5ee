//! Sessions that were recorded, to be sent again byte for byte.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::captured::Captured;
use crate::clock::Moment;
use crate::delivery::item::Item;
use crate::outcome::run_event::SessionInfo;
use crate::protocol::conclusion::Outcome;

/// The sessions of a journal, by number.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    sessions: BTreeMap<u64, (SessionInfo, Vec<(Moment, Item)>)>,
    pub(super) captured: Captured,
}

impl Recording {
    /// Takes a session in. What comes for a number that is there already joins it.
    pub fn begin(&mut self, info: SessionInfo) {
        self.sessions.entry(info.number).or_insert_with(|| (info, Vec::new()));
    }

    /// Takes an item of a session in, with when it was sent.
    pub fn push(&mut self, info: SessionInfo, sent: Moment, item: Item) {
        let (_, items) = self.sessions.entry(info.number).or_insert_with(|| (info, Vec::new()));
        items.push((sent, item));
    }

    /// Keeps only these sessions, puts what they sent in the order of sending, and lets the rhythm begin with the first
    /// of it: what was recorded late in a run need not be waited for.
    pub fn select(&mut self, numbers: &[u64]) {
        self.sessions.retain(|number, _| numbers.contains(number));
        let all = || self.sessions.values().flat_map(|(_, items)| items);
        let first = all().map(|(_, item)| item.due).min().unwrap_or(Moment::ZERO);
        for (_, items) in self.sessions.values_mut() {
            items.sort_by_key(|(sent, _)| *sent);
            let mut last = Moment::ZERO;
            for (_, item) in items {
                last = Moment(item.due.0 - first.0).max(last);
                item.due = last;
            }
        }
    }

    /// The number behind all that are there.
    pub(super) fn next_number(&self) -> u64 {
        self.sessions.last_key_value().map_or(1, |(number, _)| number.saturating_add(1))
    }

    /// The numbers of the sessions that have something to send.
    pub fn numbers(&self) -> Vec<u64> {
        self.sessions.iter().filter(|(_, (_, items))| !items.is_empty()).map(|(number, _)| *number).collect()
    }

    /// How many items there are to send.
    pub fn len(&self) -> usize {
        self.sessions.values().map(|(_, items)| items.len()).sum()
    }

    /// True where there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Changes every item.
    pub fn change(&mut self, change: &mut dyn FnMut(&mut Item)) {
        for (_, items) in self.sessions.values_mut() {
            for (_, item) in items {
                change(item);
            }
        }
    }

    pub(super) fn info(&self, number: u64) -> SessionInfo {
        self.sessions.get(&number).map_or_else(
            || SessionInfo {
                number,
                id: "".into(),
                scenario: Arc::from("recorded"),
                outcome: Outcome::Abandoned,
            },
            |(info, _)| info.clone(),
        )
    }

    pub(super) fn items(&self, number: u64) -> VecDeque<Item> {
        self.sessions
            .get(&number)
            .map(|(_, items)| items.iter().map(|(_, item)| item.clone()).collect())
            .unwrap_or_default()
    }
}
