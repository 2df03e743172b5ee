//! What a verdict comes to once level, baseline and strictness are looked at: what every report shows.

use super::CaseResult;

/// What a case comes to for the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The receiver does it right.
    Passed,
    /// It fails the run.
    Failed,
    /// The baseline says that it fails, and it passes: it fails the run too.
    Stale,
    /// It could not be judged.
    Error,
    /// It failed, and the baseline says why.
    Known,
    /// It failed, and does not count.
    Advice,
    /// It was measured only.
    Measured,
    /// It was not run.
    Skipped,
}

impl Standing {
    /// Every standing, in the order in which reports have them.
    pub const ALL: [Self; 8] = [
        Self::Passed,
        Self::Failed,
        Self::Stale,
        Self::Error,
        Self::Known,
        Self::Advice,
        Self::Measured,
        Self::Skipped,
    ];

    /// The word in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Stale => "stale",
            Self::Error => "error",
            Self::Known => "known",
            Self::Advice => "advice",
            Self::Measured => "measured",
            Self::Skipped => "skipped",
        }
    }

    /// Whether it makes the run fail.
    pub const fn fails(self) -> bool {
        matches!(self, Self::Failed | Self::Stale)
    }

    const fn place(self) -> usize {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Stale => 2,
            Self::Error => 3,
            Self::Known => 4,
            Self::Advice => 5,
            Self::Measured => 6,
            Self::Skipped => 7,
        }
    }
}

/// How many cases stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score([usize; 8]);

impl Score {
    /// Counts cases.
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a CaseResult>) -> Self {
        let mut score = Self::default();
        for case in cases {
            score.0[case.standing().place()] += 1;
        }
        score
    }

    /// How many stand there.
    pub const fn count(&self, standing: Standing) -> usize {
        self.0[standing.place()]
    }

    /// How many passed.
    pub const fn passed(&self) -> usize {
        self.count(Standing::Passed)
    }

    /// How many could have passed: all but what was measured only, or not run.
    pub fn demanded(&self) -> usize {
        self.0.iter().sum::<usize>() - self.count(Standing::Measured) - self.count(Standing::Skipped)
    }

    /// How many make the run fail.
    pub fn failing(&self) -> usize {
        Standing::ALL.iter().filter(|standing| standing.fails()).map(|standing| self.count(*standing)).sum()
    }

    /// The standings that occur, with how many.
    pub fn parts(&self) -> impl Iterator<Item = (Standing, usize)> {
        Standing::ALL
            .into_iter()
            .map(|standing| (standing, self.count(standing)))
            .filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Level, Verdict};
    use super::*;

    #[test]
    fn standings() {
        use Standing::{Advice, Error, Failed, Known, Measured, Passed, Skipped, Stale};
        for (level, verdict, known, counts, standing) in [
            (Level::Must, Verdict::Pass, false, false, Passed),
            (Level::Should, Verdict::Pass, false, false, Passed),
            (Level::Info, Verdict::Pass, false, false, Measured),
            (Level::Must, Verdict::Pass, false, true, Failed),
            (Level::Must, Verdict::Pass, true, true, Stale),
            (Level::Must, Verdict::Fail, false, true, Failed),
            (Level::Should, Verdict::Fail, false, true, Failed),
            (Level::Should, Verdict::Fail, false, false, Advice),
            (Level::Must, Verdict::Fail, true, false, Known),
            (Level::Should, Verdict::Fail, true, false, Known),
            (Level::Must, Verdict::Fail, true, true, Failed),
            (Level::Must, Verdict::Error, false, false, Error),
            (Level::Must, Verdict::Error, true, false, Error),
            (Level::Info, Verdict::Error, false, false, Error),
            (Level::Must, Verdict::Skip, true, false, Skipped),
            (Level::Info, Verdict::Skip, false, false, Skipped),
        ] {
            let known = known.then(|| "ticket 7".to_owned());
            let case = CaseResult { known, counts, ..CaseResult::bare("mac/x", level, verdict) };
            assert_eq!(case.standing(), standing, "{case:?}");
        }
    }

    #[test]
    fn every_standing_has_a_place_of_its_own() {
        for (place, standing) in Standing::ALL.into_iter().enumerate() {
            assert_eq!(standing.place(), place);
        }
    }
}
