//! Where a stream may stand: one state of the grammar, or several after something was missing.

use super::chart::{Chart, States};
use crate::protocol::code::Code;
use crate::protocol::grammar::{Illegal, State};

/// After so many missing events every state that can be reached has been.
const MAX_MISSING: u64 = 24;

/// The states that agree with all that was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Possible(States);

impl Possible {
    /// Before the first event.
    pub(super) fn start() -> Self {
        Self(States::start())
    }

    /// True where some of the states satisfy the condition.
    pub(super) fn any(self, condition: impl Fn(State) -> bool) -> bool {
        self.0.iter().any(condition)
    }

    /// An event happened. After an illegal one the states are those in which it leaves a legal stream, so that one
    /// slip is told once.
    pub(super) fn step(&mut self, chart: &Chart, code: Code, hidden: Option<bool>) -> Result<(), Illegal> {
        let after = chart.step(self.0, code, hidden);
        if !after.is_empty() {
            self.0 = after;
            return Ok(());
        }
        let against = chart.against(self.0, code, hidden);
        let anywhere = chart.step(chart.reachable(), code, hidden);
        // What is legal nowhere leaves the stream where it stood.
        if !anywhere.is_empty() {
            self.0 = anywhere;
        }
        against.map_or(Ok(()), Err)
    }

    /// So many events happened of which nothing is known.
    pub(super) fn widen(&mut self, chart: &Chart, missing: u64) {
        for _ in 0..missing.min(MAX_MISSING) {
            let after = chart.any(self.0);
            if after == self.0 {
                break;
            }
            self.0 = after;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::dialect::Dialect;
    use crate::protocol::grammar::{Course, Grammar};

    fn chart() -> Chart {
        Chart::new(Grammar::new(&Dialect::current()))
    }

    #[test]
    fn one_slip_is_told_once() {
        let chart = chart();
        let mut possible = Possible::start();
        assert!(possible.step(&chart, Code::WmsLoaded, None).is_ok());
        assert!(possible.step(&chart, Code::MeasurementCreated, None).is_err());
        for code in [Code::WebsocketReconnected, Code::IntermediateResults, Code::ScanCompleted] {
            assert!(possible.step(&chart, code, None).is_ok(), "{code}");
        }
        assert!(possible.step(&chart, Code::CameraPermissionDenied, None).is_err());
    }

    #[test]
    fn what_is_missing_may_have_been_anything() {
        let chart = chart();
        let mut possible = Possible::start();
        possible.widen(&chart, 2);
        assert!({ possible }.step(&chart, Code::CameraStarted, None).is_err());
        possible.widen(&chart, 1);
        assert!({ possible }.step(&chart, Code::CameraStarted, None).is_ok());
        possible.widen(&chart, u64::MAX);
        assert!(possible.any(|state| state.course == Course::Gone));
        assert!(possible.step(&chart, Code::ResultsReceived, None).is_ok());
        // From there the course leads on as ever.
        assert!(possible.step(&chart, Code::CameraPermissionDenied, None).is_err());
    }
}
