//! The built-in fragments, and the events that a dialect adds to others.

use crate::protocol::code::Code;
use crate::protocol::dialect::Dialect;
use crate::scenario::file::types::{Branch, EventStep, Gap, PayloadValue, Repeat, Span, Spanned, Step};

const MS: u64 = 1_000_000;
const S: u64 = 1000 * MS;

/// The names of the built-in fragments.
pub const BUILTIN_FRAGMENTS: &[&str] =
    &["opening", "start", "scan", "results-before-last", "finish", "redirect"];

/// What a built-in fragment holds, in words.
pub fn describe(name: &str) -> Option<&'static str> {
    Some(match name {
        "opening" => "the page loads, is configured, gets the camera and starts it",
        "start" => "a measurement is started, gets its ID and its socket",
        "scan" => "all results of an undisturbed scan, then its end",
        "results-before-last" => "the results of a scan but for the last",
        "finish" => "the final results, the redirect, the end of the page",
        "redirect" => "the redirect and the end of the page",
        _ => return None,
    })
}

/// The steps of a built-in fragment under a dialect, all at the place of the `use` that asked for them.
pub(super) fn fragment(name: &str, dialect: &Dialect, span: &Span) -> Option<Vec<Spanned<Step>>> {
    let make = Maker { span };
    Some(match name {
        "opening" => vec![
            make.event(Code::WmsLoaded),
            make.event(Code::ConfigurationLoaded),
            // The browser remembers the permission, or asks for it.
            make.either(
                [60.0, 40.0],
                Code::CameraPermissionGranted,
                [Gap::Range(50 * MS, 150 * MS), Gap::Range(S, 15 * S)],
            ),
            // The camera starts by itself, or by a tap.
            make.either(
                [70.0, 30.0],
                Code::CameraStarted,
                [Gap::Range(300 * MS, 2 * S), Gap::Range(2 * S, 10 * S)],
            ),
        ],
        "start" => {
            let mut steps = vec![make.event(Code::MeasurementStarted), make.event(Code::MeasurementCreated)];
            if dialect.websocket_initial {
                steps.push(make.event(Code::WebsocketReconnected));
            }
            steps
        }
        "scan" => vec![make.results(dialect.results_count), make.event(Code::ScanCompleted)],
        "results-before-last" => vec![make.results(dialect.results_count - 1)],
        "finish" => vec![
            make.event(Code::ResultsReceived),
            make.event(Code::RedirectingToCallback),
            make.event(Code::PageUnloaded),
        ],
        "redirect" => vec![make.event(Code::RedirectingToCallback), make.event(Code::PageUnloaded)],
        _ => return None,
    })
}

/// The event that the dialect lets follow another one, with its gap.
pub(super) fn follower(code: Code, dialect: &Dialect, created: bool) -> Option<(Code, Gap)> {
    match code {
        Code::LowSnr if dialect.canceled_after_low_snr => {
            Some((Code::MeasurementCanceled, Gap::Range(20 * MS, 200 * MS)))
        }
        Code::ConstraintViolation if dialect.canceled_after_violation && created => {
            Some((Code::MeasurementCanceled, Gap::Range(20 * MS, 200 * MS)))
        }
        Code::ResultsReceived if dialect.websocket_clean_close => {
            Some((Code::WebsocketDisconnected, Gap::Range(20 * MS, 80 * MS)))
        }
        _ => None,
    }
}

struct Maker<'a> {
    span: &'a Span,
}

impl Maker<'_> {
    fn spanned<T>(&self, value: T) -> Spanned<T> {
        Spanned::new(value, self.span.clone())
    }

    fn step(&self, code: Code, after: Option<Gap>, repeat: Option<u32>) -> Spanned<Step> {
        let payload: Vec<(Spanned<String>, Spanned<PayloadValue>)> = Vec::new();
        self.spanned(Step::Event(EventStep {
            code: self.spanned(code),
            after: after.map(|gap| self.spanned(gap)),
            since: None,
            repeat: repeat.map(|times| self.spanned(Repeat { low: times, high: times })),
            payload,
        }))
    }

    fn event(&self, code: Code) -> Spanned<Step> {
        self.step(code, None, None)
    }

    fn results(&self, count: u32) -> Spanned<Step> {
        self.step(Code::IntermediateResults, None, Some(count))
    }

    fn either(&self, weights: [f64; 2], code: Code, gaps: [Gap; 2]) -> Spanned<Step> {
        let branch = |(weight, gap)| Branch {
            weight: self.spanned(weight),
            steps: vec![self.step(code, Some(gap), None)],
        };
        self.spanned(Step::Choose(weights.into_iter().zip(gaps).map(branch).collect()))
    }
}
