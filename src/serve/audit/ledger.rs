//! Differences, collected: all of them up to a bound, and of each kind how many.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::outcome::audit::{Audited, Difference, Group};

/// More differences are counted, and not listed one by one.
const MOST: usize = 100_000;

#[derive(Debug, Default)]
pub(super) struct Ledger {
    groups: BTreeMap<&'static str, Group>,
    differences: Vec<Difference>,
    unlisted: u64,
}

impl Ledger {
    pub(super) fn add(&mut self, difference: Difference) {
        self.add_times(difference, 1);
    }

    /// The same difference so many times: it stands in the list once.
    pub(super) fn add_times(&mut self, difference: Difference, count: u64) {
        if let Some(group) = self.groups.get_mut(difference.kind) {
            group.count += count;
            if difference.place < group.first.place {
                group.first = difference.clone();
            }
        } else {
            self.groups.insert(difference.kind, Group { count, first: difference.clone() });
        }
        if self.differences.len() < MOST {
            self.differences.push(difference);
        } else {
            self.unlisted += 1;
        }
    }

    pub(super) fn finish(self, audited: Audited) -> Audited {
        let mut groups: Vec<Group> = self.groups.into_values().collect();
        groups.sort_by_key(|group| (Reverse(group.first.weight), Reverse(group.count), group.first.kind));
        let mut differences = self.differences;
        differences.sort_by_key(|difference| difference.place.line);
        Audited { groups, differences, unlisted: self.unlisted, ..audited }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::audit::{Place, Weight};
    use crate::protocol::evidence::Evidence;

    fn difference(kind: &'static str, weight: Weight, line: u64) -> Difference {
        Difference {
            kind,
            weight,
            place: Place { line, ..Place::default() },
            found: String::new(),
            says: String::new(),
            evidence: Evidence::Unknown,
        }
    }

    #[test]
    fn the_heaviest_kind_comes_first_and_with_the_place_that_comes_first() {
        let mut ledger = Ledger::default();
        ledger.add_times(difference("note", Weight::Note, 1), 9);
        ledger.add(difference("rare", Weight::Error, 8));
        for line in [7, 5, 6] {
            ledger.add(difference("often", Weight::Error, line));
        }
        let audited = ledger.finish(Audited::default());
        let groups: Vec<_> = audited
            .groups
            .iter()
            .map(|group| (group.first.kind, group.count, group.first.place.line))
            .collect();
        assert_eq!(groups, [("often", 3, 5), ("rare", 1, 8), ("note", 9, 1)]);
        let lines: Vec<u64> = audited.differences.iter().map(|difference| difference.place.line).collect();
        assert_eq!(lines, [1, 5, 6, 7, 8]);
    }

    #[test]
    fn all_are_counted_and_many_are_listed() {
        let mut ledger = Ledger::default();
        for line in 0..MOST as u64 + 5 {
            ledger.add(difference("x", Weight::Error, line));
        }
        let audited = ledger.finish(Audited::default());
        assert_eq!((audited.differences.len(), audited.unlisted), (MOST, 5));
        assert_eq!(audited.groups[0].count, MOST as u64 + 5);
    }
}
