//! The changes of a ledger, each with a number that grows.

use std::collections::VecDeque;
use std::sync::Arc;

use super::record::Side;

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number.
    pub number: u64,
    /// In which session.
    pub session: Arc<str>,
    /// What.
    pub what: What,
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// The session itself.
    Session,
    /// One of its records, by its key, and with it the session's numbers.
    Record(Side, u64),
}

/// What came since a change that is known.
#[derive(Debug, PartialEq, Eq)]
pub enum News<'a> {
    /// Nothing.
    None,
    /// These, in their order.
    Changes(Vec<&'a Change>),
    /// These sessions are gone. The number is that of the change.
    Removed(u64, &'a [Arc<str>]),
    /// More than is remembered: everything has to be looked at again. The number is that of the latest change.
    TooMuch(u64),
}

#[derive(Debug)]
enum Entry {
    Change(Change),
    Removed(u64, Vec<Arc<str>>),
}

impl Entry {
    const fn number(&self) -> u64 {
        match self {
            Self::Change(change) => change.number,
            Self::Removed(number, _) => *number,
        }
    }
}

/// The latest changes.
#[derive(Debug)]
pub(super) struct Feed {
    entries: VecDeque<Entry>,
    /// The numbers of this run come after this one.
    base: u64,
    latest: u64,
    most: usize,
    /// Not everything there is came as a change: some was there before the first.
    #[cfg(feature = "persist")]
    pub(super) has_more: bool,
}

impl Feed {
    pub(super) const fn new(most: usize, base: u64) -> Self {
        Self {
            entries: VecDeque::new(),
            base,
            latest: base,
            most,
            #[cfg(feature = "persist")]
            has_more: false,
        }
    }

    pub(super) const fn latest(&self) -> u64 {
        self.latest
    }

    pub(super) fn push(&mut self, session: Arc<str>, what: What) -> u64 {
        self.latest += 1;
        self.keep(Entry::Change(Change { number: self.latest, session, what }));
        self.latest
    }

    pub(super) fn removed(&mut self, sessions: Vec<Arc<str>>) {
        self.latest += 1;
        self.keep(Entry::Removed(self.latest, sessions));
    }

    fn keep(&mut self, entry: Entry) {
        if self.entries.len() >= self.most {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    pub(super) fn since(&self, known: u64, most: usize) -> News<'_> {
        #[cfg(feature = "persist")]
        if known == 0 && self.has_more {
            return News::TooMuch(self.latest);
        }
        // From the beginning, whatever its number is.
        let known = if known == 0 { self.base } else { known };
        // A number that was never given comes from another run of the server.
        if known > self.latest || known < self.base {
            return News::TooMuch(self.latest);
        }
        if known == self.latest {
            return News::None;
        }
        let first = self.entries.front().map_or(0, Entry::number);
        if known + 1 < first {
            return News::TooMuch(self.latest);
        }
        // Numbers have no holes, so the place of the next one is known.
        let place = usize::try_from(known + 1 - first).unwrap_or(usize::MAX);
        if let Some(Entry::Removed(number, sessions)) = self.entries.get(place) {
            return News::Removed(*number, sessions);
        }
        let changes = self.entries.range(place..).map_while(|entry| match entry {
            Entry::Change(change) => Some(change),
            Entry::Removed(..) => None,
        });
        News::Changes(changes.take(most).collect())
    }
}
