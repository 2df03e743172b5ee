//! The usual gap of each event: what a step without `after` takes. The figures are those of typical sessions; all are
//! inferred from how WMS works, but for the 5 s rhythm of results and the 30 s of a scan, which are documented.

use super::file::types::Gap;
use crate::protocol::code::Code;

const MS: u64 = 1_000_000;
const S: u64 = 1000 * MS;

/// A gap and what it is counted from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// The gap.
    pub gap: Gap,
    /// The event that it is counted from; `None` is the step before.
    pub since: Option<Code>,
    /// Added for each result that the attempt has had: the rhythm of the results.
    pub rhythm: u64,
}

/// An event whose usual moment has passed when its turn comes (results held up by a dropped socket) follows the step
/// ahead of it after this gap.
pub const HELD_UP: Gap = Gap::Range(50 * MS, 250 * MS);

/// The usual gap of an event.
#[expect(clippy::match_same_arms, reason = "the order of the events tells more than equal gaps")]
pub const fn usual(code: Code) -> Usual {
    let (since, gap) = match code {
        Code::WmsLoaded => (None, Gap::Fixed(0)),
        Code::ConfigurationLoaded => (None, Gap::Range(200 * MS, 1500 * MS)),
        Code::CameraPermissionGranted | Code::CameraPermissionDenied => (None, Gap::Range(S, 15 * S)),
        Code::CameraStarted => (None, Gap::Range(300 * MS, 2 * S)),
        Code::MeasurementStarted => (None, Gap::Range(3 * S, 30 * S)),
        Code::MeasurementCreated => (None, Gap::Range(200 * MS, 1500 * MS)),
        Code::WebsocketReconnected => (None, Gap::Range(100 * MS, 800 * MS)),
        Code::IntermediateResults => (Some(Code::MeasurementStarted), Gap::Range(5500 * MS, 7500 * MS)),
        Code::ScanCompleted => (Some(Code::MeasurementStarted), Gap::Range(30 * S, 31 * S)),
        Code::ResultsReceived => (None, Gap::Range(2 * S, 10 * S)),
        Code::RedirectingToCallback => (None, Gap::Range(100 * MS, S)),
        Code::PageUnloaded => (None, Gap::Range(50 * MS, S)),
        Code::MeasurementCanceled | Code::ConstraintViolation | Code::PageVisibilityChange => {
            (None, Gap::Range(2 * S, 10 * S))
        }
        Code::WebsocketDisconnected => (None, Gap::Range(S, 4 * S)),
        Code::WebsocketReconnectionFailed => (None, Gap::Range(5 * S, 20 * S)),
        Code::ApiError => (None, Gap::Range(200 * MS, 3 * S)),
        Code::LowSnr => (None, Gap::Range(50 * MS, 300 * MS)),
        Code::GeneralError => (None, Gap::Range(300 * MS, 2 * S)),
    };
    let rhythm = if matches!(code, Code::IntermediateResults) { 5 * S } else { 0 };
    Usual { gap, since, rhythm }
}
