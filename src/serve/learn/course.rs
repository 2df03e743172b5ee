//! What the order of a session's events shows.

use super::Sighting;
use super::signal::Signals;
use crate::outcome::audit::Place;
use crate::protocol::code::Code;
use crate::protocol::snr;
use crate::serve::traffic::Step;

/// Follows one session.
#[derive(Default)]
struct Course {
    /// The step before, visibility changes and unknown events left out; `None` where something is missing.
    before: Option<Code>,
    /// A measurement was created since the page was loaded; `None` where nobody knows.
    created: Option<bool>,
    /// The measurement that runs, where it was followed from its beginning.
    attempt: Option<Attempt>,
}

#[derive(Default)]
struct Attempt {
    signals: Vec<f64>,
    /// Every result had a signal.
    told: bool,
    results: i64,
    /// The socket dropped, so that results may be lost.
    dropped: bool,
}

pub(super) fn look(steps: &[Step], signals: &mut Signals, each: &mut dyn FnMut(Sighting)) {
    let mut course = Course::default();
    for step in steps {
        course.step(step, signals, each);
    }
    signals.end_attempt(each);
}

impl Course {
    fn step(&mut self, step: &Step, signals: &mut Signals, each: &mut dyn FnMut(Sighting)) {
        if !step.follows {
            *self = Self::default();
        }
        let Some(code) = step.code.filter(|code| *code != Code::PageVisibilityChange) else { return };
        self.what_follows(code, &step.place, each);
        match code {
            Code::WmsLoaded => {
                let reloaded = step.load > 0 || step.sequence > 0;
                if reloaded {
                    let value = if step.sequence == 0 { "restart" } else { "continue" };
                    each(Sighting::new("reload.sequence", value, &step.place));
                }
                *self = Self { created: Some(false), ..Self::default() };
            }
            Code::MeasurementStarted => {
                signals.end_attempt(each);
                self.attempt = None;
            }
            Code::MeasurementCreated => {
                signals.end_attempt(each);
                self.created = Some(true);
                self.attempt = Some(Attempt { told: true, ..Attempt::default() });
            }
            Code::IntermediateResults => self.result(step, signals, each),
            Code::WebsocketDisconnected => {
                if let Some(attempt) = &mut self.attempt {
                    attempt.dropped = true;
                }
            }
            Code::ResultsReceived => {
                if let Some(attempt) = self.attempt.take().filter(|attempt| !attempt.dropped) {
                    each(Sighting::new("results.count", attempt.results.to_string(), &step.place));
                }
            }
            _ => {}
        }
        self.before = Some(code);
    }

    fn result(&mut self, step: &Step, signals: &mut Signals, each: &mut dyn FnMut(Sighting)) {
        if let Some(snr) = step.reading.snr {
            signals.add(snr, &step.place, each);
        }
        let Some(attempt) = &mut self.attempt else { return };
        match step.reading.snr {
            Some(snr) => attempt.signals.push(snr),
            None => attempt.told = false,
        }
        if let Some(number) = step.reading.number {
            let first = number.saturating_sub(attempt.results);
            each(Sighting::new("results.first", first.to_string(), &step.place));
        }
        attempt.results += 1;
    }

    /// What an event shows by following the one before it.
    fn what_follows(&mut self, code: Code, place: &Place, each: &mut dyn FnMut(Sighting)) {
        let Some(before) = self.before else { return };
        let mut show = |key, value| each(Sighting::new(key, value, place));
        let flag = |is: bool| if is { "true" } else { "false" };
        let canceled = code == Code::MeasurementCanceled;
        match before {
            Code::MeasurementCreated => match code {
                Code::WebsocketReconnected => show("websocket.initial", "true"),
                Code::IntermediateResults | Code::ScanCompleted | Code::WebsocketDisconnected => {
                    show("websocket.initial", "false");
                }
                // It ended before its socket can have been connected.
                _ => {}
            },
            Code::ResultsReceived => {
                show("websocket.clean-close", flag(code == Code::WebsocketDisconnected));
            }
            Code::LowSnr => show("canceled.after-low-snr", flag(canceled)),
            Code::ConstraintViolation if self.created == Some(true) && code != Code::ConstraintViolation => {
                show("canceled.after-violation", flag(canceled));
            }
            // A camera that is allowed and does not start is told by GENERAL_ERROR, where that exists.
            Code::CameraPermissionGranted if code == Code::RedirectingToCallback => show("events", "older"),
            // A signal that cancels is told by LOW_SNR, where that exists.
            Code::IntermediateResults
                if matches!(code, Code::RedirectingToCallback | Code::MeasurementCanceled)
                    && self.was_canceled_by_signal() =>
            {
                show("events", "older");
                show("canceled.after-low-snr", flag(canceled));
            }
            _ => {}
        }
    }

    fn was_canceled_by_signal(&self) -> bool {
        let attempt = self.attempt.as_ref().filter(|attempt| attempt.told);
        // It was the last result, since none follows.
        attempt.is_some_and(|attempt| snr::cancels(&attempt.signals, true))
    }
}
