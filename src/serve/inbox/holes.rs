//! Which places of a session have been filled.

use smallvec::SmallVec;

/// The most ranges of missing places that are remembered.
const MAX_HOLES: usize = 32;

/// The places that were filled, kept as the ranges that were not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Holes {
    highest: Option<u64>,
    /// Inclusive, ascending, never adjacent.
    missing: SmallVec<[(u64, u64); 1]>,
    /// Ranges that were forgotten because there were too many, and how many places they had.
    forgotten: (u64, u64),
}

/// Where a place stands to those that were filled before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Above all others.
    Ahead,
    /// It was missing.
    Missing,
    /// It was filled before.
    Filled,
}

impl Holes {
    /// The highest place that was filled.
    pub(super) const fn highest(&self) -> Option<u64> {
        self.highest
    }

    /// Where the place stands.
    pub(super) fn place(&self, sequence: u64) -> Place {
        if self.highest.is_none_or(|highest| sequence > highest) {
            Place::Ahead
        } else if self.missing.iter().any(|(first, last)| (*first..=*last).contains(&sequence)) {
            Place::Missing
        } else {
            Place::Filled
        }
    }

    /// Fills the place.
    pub(super) fn fill(&mut self, sequence: u64) {
        let expected = self.highest.map_or(0, |highest| highest.saturating_add(1));
        if self.highest.is_none_or(|highest| sequence > highest) {
            if sequence > expected {
                self.missing.push((expected, sequence - 1));
            }
            self.highest = Some(sequence);
        } else if let Some(at) =
            self.missing.iter().position(|(first, last)| (*first..=*last).contains(&sequence))
        {
            let (first, last) = self.missing.remove(at);
            if sequence < last {
                self.missing.insert(at, (sequence + 1, last));
            }
            if first < sequence {
                self.missing.insert(at, (first, sequence - 1));
            }
        }
        while self.missing.len() > MAX_HOLES {
            let (first, last) = self.missing.remove(0);
            self.forgotten.0 += 1;
            self.forgotten.1 = self.forgotten.1.saturating_add(last - first).saturating_add(1);
        }
    }

    /// How many ranges are missing.
    pub(super) fn gaps(&self) -> u64 {
        self.forgotten.0 + self.missing.len() as u64
    }

    /// How many places are missing.
    pub(super) fn missing(&self) -> u64 {
        self.missing.iter().fold(self.forgotten.1, |sum, (first, last)| sum.saturating_add(last - first + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_open_shrink_split_and_close() {
        let mut holes = Holes::default();
        assert_eq!(holes.place(0), Place::Ahead);
        holes.fill(0);
        holes.fill(6);
        assert_eq!((holes.gaps(), holes.missing(), holes.place(3)), (1, 5, Place::Missing));
        holes.fill(3);
        assert_eq!((holes.gaps(), holes.missing(), holes.place(3)), (2, 4, Place::Filled));
        for sequence in [1, 2, 5, 4] {
            holes.fill(sequence);
        }
        assert_eq!((holes.gaps(), holes.missing(), holes.highest()), (0, 0, Some(6)));
    }

    #[test]
    fn their_number_is_bounded_and_nothing_overflows() {
        let mut holes = Holes::default();
        for sequence in 0..1000 {
            holes.fill(sequence * 2 + 1);
        }
        assert!(holes.missing.len() <= MAX_HOLES);
        assert_eq!((holes.gaps(), holes.missing()), (1000, 1000));
        holes.fill(u64::MAX);
        holes.fill(u64::MAX);
        assert!(holes.missing() > u64::MAX / 2);
        assert_eq!(holes.place(u64::MAX), Place::Filled);
    }

    proptest::proptest! {
        #[test]
        fn they_are_the_complement_of_what_was_filled(filled in proptest::collection::vec(0_u64..24, 0..40)) {
            let mut holes = Holes::default();
            for sequence in &filled {
                holes.fill(*sequence);
            }
            let end = filled.iter().max().map_or(0, |highest| highest + 1);
            let missing = (0..end).filter(|sequence| !filled.contains(sequence)).count();
            proptest::prop_assert_eq!(holes.missing(), missing as u64);
            for sequence in 0..end {
                let expected = if filled.contains(&sequence) { Place::Filled } else { Place::Missing };
                proptest::prop_assert_eq!(holes.place(sequence), expected);
            }
        }
    }
}
