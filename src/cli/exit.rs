//! The exit codes, which scripts depend on.

use crate::outcome::check::{Check, Conclusion};
use crate::outcome::tally::Tally;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// All as expected.
    Ok,
    /// The receiver failed.
    Receiver,
    /// Usage, configuration or a file is wrong.
    Usage,
    /// It could not be run.
    CouldNot,
    /// The user ended it.
    Interrupted,
}

impl Exit {
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Receiver => 1,
            Self::Usage => 2,
            Self::CouldNot => 3,
            Self::Interrupted => 130,
        }
    }

    /// What the numbers of a run come to. Where the receiver failed and something could not be done, the receiver's
    /// failure counts; nothing settled is never success. What the built-in receiver only noticed is told and fails nothing:
    /// an event sent by hand is meant to stand alone.
    pub fn of(tally: &Tally) -> Self {
        // What a fault explains is nobody's failure.
        let failed_there = tally.failed_unexcused - tally.failed_here().min(tally.failed_unexcused);
        if tally.interrupted {
            Self::Interrupted
        } else if tally.refused_unexcused > 0
            || tally.forged_accepted > 0
            || tally.probes.failed() > 0
            || (tally.answered() > 0 && failed_there > 0)
        {
            Self::Receiver
        } else if tally.answered() == 0
            || tally.failed_unexcused > 0
            || tally.sessions_not_played > 0
            || tally.probes.unknown > 0
        {
            Self::CouldNot
        } else {
            Self::Ok
        }
    }

    /// What a check comes to, while it runs and from its journal.
    pub const fn of_check(check: &Check) -> Self {
        match check.conclusion() {
            Conclusion::Passed => Self::Ok,
            Conclusion::Failed => Self::Receiver,
            Conclusion::Unjudged => Self::CouldNot,
            Conclusion::Interrupted => Self::Interrupted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::check::{Ending, Summary};
    use crate::outcome::exchange::FailureCode;
    use crate::outcome::tally::Probes;

    fn tally(accepted: u64, refused: u64, failed: &[(FailureCode, u64)]) -> Tally {
        Tally {
            accepted,
            refused,
            refused_unexcused: refused,
            failed_unexcused: failed.iter().map(|(_, count)| count).sum(),
            failed: failed.iter().map(|(_, count)| count).sum(),
            failures: failed.iter().copied().collect(),
            ..Tally::default()
        }
    }

    #[test]
    fn exit_codes() {
        let timeout = FailureCode::ReplyTimeout;
        let probes =
            |matched, differs, excused, unknown| Probes { matched, differs, excused, unknown, not_asked: 0 };
        let ports = FailureCode::OutOfPorts;
        for (tally, exit) in [
            (tally(5, 0, &[]), Exit::Ok),
            (tally(0, 0, &[]), Exit::CouldNot),
            (tally(4, 1, &[]), Exit::Receiver),
            (tally(0, 5, &[]), Exit::Receiver),
            (tally(4, 0, &[(timeout, 1)]), Exit::Receiver),
            (tally(0, 0, &[(timeout, 5)]), Exit::CouldNot),
            (tally(4, 0, &[(ports, 1)]), Exit::CouldNot),
            (tally(4, 1, &[(ports, 1)]), Exit::Receiver),
            (Tally { sessions_not_played: 1, ..tally(5, 0, &[]) }, Exit::CouldNot),
            (Tally { sessions_not_played: 1, ..tally(5, 1, &[]) }, Exit::Receiver),
            (Tally { refused_unexcused: 0, ..tally(5, 1, &[]) }, Exit::Ok),
            (Tally { forged_accepted: 1, ..tally(5, 0, &[]) }, Exit::Receiver),
            (Tally { failed_unexcused: 0, ..tally(5, 0, &[(timeout, 1)]) }, Exit::Ok),
            (Tally { probes: probes(3, 0, 0, 0), ..tally(5, 0, &[]) }, Exit::Ok),
            (Tally { probes: probes(2, 1, 0, 0), ..tally(5, 0, &[]) }, Exit::Receiver),
            (Tally { probes: probes(2, 1, 1, 0), ..tally(5, 0, &[]) }, Exit::Ok),
            (Tally { probes: probes(2, 0, 0, 1), ..tally(5, 0, &[]) }, Exit::CouldNot),
            (Tally { probes: probes(1, 1, 1, 1), ..tally(5, 0, &[]) }, Exit::CouldNot),
            (Tally { probes: probes(1, 1, 0, 1), ..tally(5, 0, &[]) }, Exit::Receiver),
            (Tally { probes: probes(0, 0, 0, 3), ..tally(5, 1, &[]) }, Exit::Receiver),
            (Tally { probes: probes(0, 3, 3, 0), ..tally(0, 0, &[(timeout, 5)]) }, Exit::CouldNot),
            (Tally { interrupted: true, probes: probes(0, 1, 0, 0), ..tally(5, 0, &[]) }, Exit::Interrupted),
            (Tally { interrupted: true, ..tally(5, 1, &[]) }, Exit::Interrupted),
        ] {
            assert_eq!(Exit::of(&tally), exit, "{tally:?}");
        }
    }

    #[test]
    fn exit_codes_of_checks() {
        let summary = |pass, fail, skip, error, counted| Summary { pass, fail, skip, error, counted };
        let calm = Ending::default();
        let unanswered = Ending { unanswered: true, ..Ending::default() };
        let cut = Ending { cut: Some("no time left".to_owned()), ..Ending::default() };
        let interrupted = Ending { interrupted: true, ..Ending::default() };
        for (summary, ending, exit) in [
            (summary(5, 0, 0, 0, 0), &calm, Exit::Ok),
            (summary(5, 0, 3, 0, 0), &calm, Exit::Ok),
            // What is only advised, or known, does not count.
            (summary(5, 2, 0, 0, 0), &calm, Exit::Ok),
            (summary(0, 2, 0, 0, 0), &calm, Exit::Ok),
            (summary(5, 2, 0, 0, 1), &calm, Exit::Receiver),
            // Listed in the baseline, and passes.
            (summary(5, 0, 0, 0, 1), &calm, Exit::Receiver),
            (summary(5, 1, 0, 1, 1), &calm, Exit::Receiver),
            (summary(5, 0, 0, 1, 0), &calm, Exit::CouldNot),
            (summary(0, 0, 0, 5, 0), &unanswered, Exit::CouldNot),
            (summary(0, 5, 0, 0, 5), &unanswered, Exit::Receiver),
            (summary(0, 0, 5, 0, 0), &calm, Exit::CouldNot),
            (summary(0, 0, 0, 0, 0), &calm, Exit::CouldNot),
            (summary(5, 0, 0, 0, 0), &cut, Exit::CouldNot),
            (summary(5, 1, 0, 0, 1), &cut, Exit::Receiver),
            (summary(5, 0, 0, 0, 0), &interrupted, Exit::Interrupted),
            (summary(5, 1, 0, 1, 1), &interrupted, Exit::Interrupted),
            (summary(0, 0, 0, 0, 0), &interrupted, Exit::Interrupted),
        ] {
            let check = Check { summary, ending: ending.clone(), ..Check::default() };
            assert_eq!(Exit::of_check(&check), exit, "{check:?}");
        }
    }
}
