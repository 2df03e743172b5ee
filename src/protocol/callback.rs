//! What the browser comes back with: the query of the callback URL, after a session's events.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::utf8_percent_encode;

use super::code::Code;
use super::dialect::{Dialect, OtherErrors, ResultsEncoding};
use super::uri::COMPONENT;

/// What a session has come to so far, as its callback URL would tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Callback {
    /// Nothing was begun: the profile was not accepted.
    #[default]
    Profile,
    /// There are results.
    Results,
    /// The user canceled.
    Canceled,
    /// The scan was sent, and nothing came.
    TimedOut,
    /// The camera may not be used.
    CameraDenied,
    /// A code of the API, as the event named it.
    Api(String),
    /// What none of the codes seen stands for: what the event says of itself.
    Other(String),
}

impl Callback {
    /// Takes note of a session's next event. `detail` is the code of an `API_ERROR` and the details of a
    /// `GENERAL_ERROR`.
    pub fn note(&mut self, code: Code, detail: Option<&str>) {
        *self = match code {
            Code::CameraPermissionDenied => Self::CameraDenied,
            Code::ApiError => Self::Api(detail.unwrap_or("WORKER_ERROR").to_owned()),
            Code::GeneralError => Self::Other(detail.unwrap_or("GENERAL_ERROR").to_owned()),
            Code::LowSnr | Code::ConstraintViolation | Code::WebsocketReconnectionFailed => {
                Self::Other(code.as_str().to_owned())
            }
            Code::ResultsReceived => Self::Results,
            Code::ScanCompleted => Self::TimedOut,
            // One that follows a reason of its own tells nothing new.
            Code::MeasurementCanceled if !matches!(self, Self::Other(_)) => Self::Canceled,
            // A new attempt; until it has come to something, leaving it is canceling it.
            Code::CameraPermissionGranted | Code::MeasurementStarted => Self::Canceled,
            Code::WmsLoaded => Self::Profile,
            _ => return,
        };
    }

    /// The same, with the detail read from the event's body.
    pub fn note_event(&mut self, code: Code, body: &[u8], dialect: &Dialect) {
        let key = match code {
            Code::ApiError => dialect.api_error_key.as_str(),
            Code::GeneralError => "details",
            _ => return self.note(code, None),
        };
        let event: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        self.note(code, event.pointer("/payload").and_then(|payload| payload.get(key)?.as_str()));
    }

    /// The query of the callback URL, without the question mark. `results` are those that [`encode`] gives.
    pub fn query(&self, results: &str, dialect: &Dialect) -> String {
        let mut pairs = vec![self.pair(results, dialect)];
        pairs.extend(dialect.callback_parameters.pairs().iter().cloned());
        let encoded = |(name, value): &(String, String)| {
            format!("{}={}", utf8_percent_encode(name, COMPONENT), utf8_percent_encode(value, COMPONENT))
        };
        pairs.iter().map(encoded).collect::<Vec<_>>().join("&")
    }

    fn pair(&self, results: &str, dialect: &Dialect) -> (String, String) {
        let error = |code: &str| ("error".to_owned(), code.to_owned());
        match self {
            Self::Results => ("results".to_owned(), results.to_owned()),
            Self::Profile => error(dialect.callback_profile_error.as_str()),
            Self::Canceled => error("MEASUREMENT_CANCELED"),
            Self::TimedOut => error("MEASUREMENT_TIMED_OUT"),
            Self::CameraDenied => error("CAMERA_PERMISSION_NOT_GRANTED"),
            Self::Api(code) => error(code),
            Self::Other(of_the_event) => match &dialect.callback_other_errors {
                OtherErrors::Event => error(of_the_event),
                OtherErrors::Code(code) => error(code),
            },
        }
    }
}

/// A results document as it stands in the callback URL, before it is percent-encoded.
pub fn encode(results: &str, encoding: ResultsEncoding) -> String {
    match encoding {
        ResultsEncoding::Json => results.to_owned(),
        ResultsEncoding::Base64 => STANDARD.encode(results),
        ResultsEncoding::Base64Url => URL_SAFE_NO_PAD.encode(results),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(events: &[(Code, Option<&str>)], set: &[(&str, &str)]) -> String {
        let mut dialect = Dialect::current();
        for (key, value) in set {
            dialect.set(key, value).unwrap();
        }
        let mut callback = Callback::default();
        for (code, detail) in events {
            callback.note(*code, *detail);
        }
        callback.query(&encode(r#"{"a":"ÿ?"}"#, dialect.callback_results), &dialect)
    }

    #[test]
    fn what_a_session_comes_to() {
        use Code::{
            ApiError, CameraPermissionDenied, ConfigurationLoaded, ConstraintViolation, GeneralError, LowSnr,
            MeasurementCanceled, MeasurementStarted, ResultsReceived, ScanCompleted, WmsLoaded,
        };
        let timed_out = &[(MeasurementStarted, None), (ScanCompleted, None)][..];
        for (events, expected) in [
            (&[(WmsLoaded, None), (ConfigurationLoaded, None)][..], "error=INVALID_AGE"),
            (&[(CameraPermissionDenied, None)], "error=CAMERA_PERMISSION_NOT_GRANTED"),
            (&[(MeasurementStarted, None), (MeasurementCanceled, None)], "error=MEASUREMENT_CANCELED"),
            (&[(ApiError, Some("TOKEN_EXPIRED"))], "error=TOKEN_EXPIRED"),
            (&[(GeneralError, Some("CAMERA_START_ERROR"))], "error=CAMERA_START_ERROR"),
            (&[(LowSnr, None), (MeasurementCanceled, None)], "error=LOW_SNR"),
            (&[(ConstraintViolation, None)], "error=CONSTRAINT_VIOLATION"),
            (&[(ConstraintViolation, None), (ResultsReceived, None)], "results=eyJhIjoiw78_In0"),
            (timed_out, "error=MEASUREMENT_TIMED_OUT"),
        ] {
            assert_eq!(query(events, &[]), expected, "{events:?}");
        }
    }

    #[test]
    fn the_dialect_says_how() {
        let results = &[(Code::ResultsReceived, None)][..];
        let low = &[(Code::LowSnr, None)][..];
        for (events, key, value, expected) in [
            (results, "callback.results", "base64", "results=eyJhIjoiw78%2FIn0%3D"),
            (results, "callback.results", "json", "results=%7B%22a%22%3A%22%C3%BF%3F%22%7D"),
            (low, "callback.other-errors", "WORKER_ERROR", "error=WORKER_ERROR"),
            (low, "callback.parameters", "state=a b,v=1", "error=LOW_SNR&state=a%20b&v=1"),
            (&[], "callback.profile-error", "INVALID_BMI", "error=INVALID_BMI"),
        ] {
            assert_eq!(query(events, &[(key, value)]), expected);
        }
    }
}
