//! What a session came to, judged from its events.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::protocol::code::Code;
use crate::protocol::conclusion::Outcome;

/// What a receiver should make of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionState {
    /// More is to come.
    Running,
    /// Results were received.
    Completed,
    /// The user canceled.
    Canceled,
    /// Something went wrong.
    Failed,
    /// The user left, or the stream just stopped.
    Abandoned,
}

impl SessionState {
    /// What a receiver should conclude; `None` while more is to come.
    pub(crate) const fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Running => None,
            Self::Completed => Some(Outcome::Completed),
            Self::Canceled => Some(Outcome::Canceled),
            Self::Failed => Some(Outcome::Failed),
            Self::Abandoned => Some(Outcome::Abandoned),
        }
    }

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }
}

impl fmt::Display for SessionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How far one load of the page has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::serve) struct Progress {
    /// How the latest attempt ended without results.
    ended: Option<Ended>,
    measuring: bool,
    page: Page,
    completed: bool,
}

/// Where the user is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Page {
    #[default]
    Open,
    /// Closed, or left for elsewhere.
    Left,
    /// On the way to the callback URL, or there.
    Redirected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Ended {
    Canceled,
    Failed,
}

impl Progress {
    /// An event happened.
    pub(in crate::serve) fn apply(&mut self, code: Code) {
        match code {
            Code::WmsLoaded => *self = Self { completed: self.completed, ..Self::default() },
            Code::MeasurementStarted => {
                self.measuring = true;
                self.ended = None;
            }
            Code::ResultsReceived => {
                self.measuring = false;
                self.completed = true;
            }
            // Where a failure stopped the measurement, the cancellation is its echo.
            Code::MeasurementCanceled => {
                self.measuring = false;
                self.ended.get_or_insert(Ended::Canceled);
            }
            // Before a measurement a violation ends nothing: the user is asked to sit differently.
            Code::ConstraintViolation if !self.measuring => {}
            Code::CameraPermissionDenied
            | Code::ConstraintViolation
            | Code::WebsocketReconnectionFailed
            | Code::ApiError
            | Code::LowSnr
            | Code::GeneralError => {
                self.measuring = false;
                self.ended = Some(Ended::Failed);
            }
            Code::RedirectingToCallback => self.page = Page::Redirected,
            Code::PageUnloaded if self.page == Page::Redirected => {}
            Code::PageUnloaded => self.page = Page::Left,
            Code::ConfigurationLoaded
            | Code::CameraPermissionGranted
            | Code::CameraStarted
            | Code::MeasurementCreated
            | Code::IntermediateResults
            | Code::ScanCompleted
            | Code::WebsocketDisconnected
            | Code::WebsocketReconnected
            | Code::PageVisibilityChange => {}
        }
    }

    /// An event happened that is too late to be put in its place: results are results all the same.
    pub(super) fn apply_late(&mut self, code: Code) {
        self.completed |= code == Code::ResultsReceived;
    }

    /// True once results were received.
    pub(super) const fn completed(self) -> bool {
        self.completed
    }

    /// What to make of it. `idle` says that nothing has come for so long that nothing will.
    pub(in crate::serve) const fn state(self, idle: bool) -> SessionState {
        match (self.ended, self.page) {
            _ if self.completed => SessionState::Completed,
            (_, Page::Open) if !idle => SessionState::Running,
            (Some(Ended::Canceled), _) => SessionState::Canceled,
            // Sent back without results and without a word: an invalid profile, results that never came.
            (Some(Ended::Failed), _) | (None, Page::Redirected) => SessionState::Failed,
            (None, Page::Open | Page::Left) => SessionState::Abandoned,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(codes: &[Code], idle: bool) -> SessionState {
        let mut progress = Progress::default();
        for code in codes {
            progress.apply(*code);
        }
        progress.state(idle)
    }

    #[test]
    fn what_sessions_come_to() {
        use Code::{
            CameraPermissionDenied, ConstraintViolation, LowSnr, MeasurementCanceled, MeasurementStarted,
            PageUnloaded, RedirectingToCallback, ResultsReceived, WmsLoaded,
        };
        use SessionState::{Abandoned, Canceled, Completed, Failed, Running};
        for (codes, idle, expected) in [
            (&[WmsLoaded][..], false, Running),
            (&[WmsLoaded], true, Abandoned),
            (&[WmsLoaded, PageUnloaded], false, Abandoned),
            (&[WmsLoaded, RedirectingToCallback], false, Failed),
            (&[WmsLoaded, CameraPermissionDenied], false, Running),
            (&[WmsLoaded, CameraPermissionDenied, PageUnloaded], false, Failed),
            (&[WmsLoaded, MeasurementStarted, ResultsReceived], false, Completed),
            (&[MeasurementStarted, MeasurementCanceled, RedirectingToCallback], false, Canceled),
            (
                &[MeasurementStarted, MeasurementCanceled, MeasurementStarted, ResultsReceived],
                true,
                Completed,
            ),
            (&[MeasurementStarted, LowSnr, MeasurementCanceled, PageUnloaded], false, Failed),
            (&[MeasurementStarted, ConstraintViolation, MeasurementCanceled, PageUnloaded], false, Failed),
            (&[ConstraintViolation, PageUnloaded], false, Abandoned),
            (&[MeasurementStarted, ResultsReceived, PageUnloaded, WmsLoaded], false, Completed),
        ] {
            assert_eq!(state(codes, idle), expected, "{codes:?}");
        }
    }
}
