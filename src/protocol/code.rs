//! The event codes and their severities.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How bad an event is, as the envelope's `severity` says it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// An ordinary step.
    Info,
    /// Something unusual that the session can survive.
    Warn,
    /// Something that ends the measurement.
    Error,
}

impl Severity {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

macro_rules! codes {
    ($( $variant:ident $name:literal $severity:ident $payload:ident $doc:literal )*) => {
        /// The 21 event codes of <https://docs.deepaffex.ai/wms/9_webhooks.html>, in the order of the page's table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
        #[repr(u8)]
        pub enum Code {
            $( #[doc = $doc] #[serde(rename = $name)] $variant, )*
        }

        impl Code {
            /// Every code, in the order of the page's table.
            pub const ALL: [Self; 21] = [$( Self::$variant, )*];

            /// The code as it stands in the envelope's `event`.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// The severity that the page gives the code.
            pub const fn severity(self) -> Severity {
                match self { $( Self::$variant => Severity::$severity, )* }
            }

            /// What the page puts into the payload.
            pub const fn payload(self) -> PayloadKind {
                match self { $( Self::$variant => PayloadKind::$payload, )* }
            }

            /// What the code means, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $( Self::$variant => $doc, )* }
            }
        }
    };
}

codes! {
    WmsLoaded "WMS_LOADED" Info None "The page has loaded."
    ConfigurationLoaded "CONFIGURATION_LOADED" Info None "The configuration of the Config ID was fetched."
    CameraPermissionGranted "CAMERA_PERMISSION_GRANTED" Info None "The user allowed the camera."
    CameraPermissionDenied "CAMERA_PERMISSION_DENIED" Error None "The user refused the camera."
    CameraStarted "CAMERA_STARTED" Info None "The camera is on, by the user's tap or automatically."
    MeasurementStarted "MEASUREMENT_STARTED" Info None "The measurement began, by the user's tap or automatically."
    MeasurementCreated "MEASUREMENT_CREATED" Info Measurement "The measurement has its ID."
    IntermediateResults "INTERMEDIATE_RESULTS" Info Results "One of the results that come while the face is scanned."
    ScanCompleted "SCAN_COMPLETED" Info Measurement "The scan is done; the final results are awaited."
    ResultsReceived "RESULTS_RECEIVED" Info Measurement "The final results have come."
    RedirectingToCallback "REDIRECTING_TO_CALLBACK" Info MeasurementIfCreated "The browser is being sent to the callback URL."
    MeasurementCanceled "MEASUREMENT_CANCELED" Warn Measurement "The measurement was canceled."
    ConstraintViolation "CONSTRAINT_VIOLATION" Error Constraint "A constraint was violated, which cancels the measurement."
    PageUnloaded "PAGE_UNLOADED" Info MeasurementIfCreated "The user closed the page or left it."
    WebsocketDisconnected "WEBSOCKET_DISCONNECTED" Warn Measurement "The socket to the measuring service dropped."
    WebsocketReconnected "WEBSOCKET_RECONNECTED" Info Measurement "The socket is connected, for the first time or again."
    WebsocketReconnectionFailed "WEBSOCKET_RECONNECTION_FAILED" Error Measurement "The socket could not be connected again."
    ApiError "API_ERROR" Error ApiError "The service's API answered with an error."
    PageVisibilityChange "PAGE_VISIBILITY_CHANGE" Info Visibility "The page was hidden or shown again."
    LowSnr "LOW_SNR" Error Details "The measurement was canceled because of a low signal-to-noise ratio."
    GeneralError "GENERAL_ERROR" Error Details "The camera could not be started."
}

/// What an event's payload is made of. The measurement ID, where there is one, comes first, as on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadKind {
    /// The event has no payload.
    None,
    /// `measurementId`.
    Measurement,
    /// `measurementId` once a measurement was created.
    MeasurementIfCreated,
    /// `measurementId`, `snr`, `sequence`.
    Results,
    /// `measurementId` if created, and the constraint that was violated.
    Constraint,
    /// `measurementId` if created, and the API's error code.
    ApiError,
    /// `measurementId` if created, `state`.
    Visibility,
    /// `details` alone.
    Details,
}

/// Longer texts are compared with no code, in bytes.
const MOST_COMPARED: usize = 100;

impl Code {
    /// True for the 19 codes that the older page knows too.
    pub const fn is_on_older_page(self) -> bool {
        !matches!(self, Self::LowSnr | Self::GeneralError)
    }

    /// The one text of `payload.details`, where the event has that key.
    pub const fn details(self) -> Option<&'static str> {
        match self {
            Self::LowSnr => Some("LOW_SNR"),
            Self::GeneralError => Some("CAMERA_START_ERROR"),
            _ => None,
        }
    }

    /// The place in [`Code::ALL`].
    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// The known code that looks most like `text`, if any is near enough to be meant.
    pub(crate) fn nearest(text: &str) -> Option<Self> {
        // Nobody means one of these by a name that is so much longer, and a stranger's can have a megabyte.
        if text.len() > MOST_COMPARED {
            return None;
        }
        let wanted = text.to_ascii_uppercase().replace('-', "_");
        Self::ALL
            .into_iter()
            .map(|code| (strsim::jaro_winkler(&wanted, code.as_str()), code))
            .filter(|(likeness, _)| *likeness > 0.84)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, code)| code)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text is not an event code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCode {
    /// What was written.
    pub text: String,
    /// What was probably meant.
    pub suggestion: Option<Code>,
}

impl fmt::Display for UnknownCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is not a WMS event", self.text)?;
        if let Some(code) = self.suggestion {
            write!(f, "; did you mean {code}?")?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownCode {}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|code| code.as_str() == text)
            .ok_or_else(|| UnknownCode { text: text.to_owned(), suggestion: Self::nearest(text) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_those_of_the_two_pages() {
        assert_eq!(Code::ALL.len(), 21);
        assert_eq!(Code::ALL.iter().filter(|code| code.is_on_older_page()).count(), 19);
    }

    #[test]
    fn indexes_and_names_agree() {
        for (place, code) in Code::ALL.into_iter().enumerate() {
            assert_eq!(code.index(), place);
            assert_eq!(code.as_str().parse(), Ok(code));
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }

    #[test]
    fn slips_are_met_with_the_nearest_name() {
        let slip = "MEASUREMENT_CANCELLED".parse::<Code>().unwrap_err();
        assert_eq!(slip.suggestion, Some(Code::MeasurementCanceled));
        assert_eq!("low-snr".parse::<Code>().unwrap_err().suggestion, Some(Code::LowSnr));
        assert_eq!("BANANA".parse::<Code>().unwrap_err().suggestion, None);
    }

    #[test]
    fn a_text_that_is_far_too_long_costs_nothing() {
        let unknown = format!("WMS_LOADED{}", "X".repeat(MOST_COMPARED)).parse::<Code>().unwrap_err();
        assert_eq!(unknown.suggestion, None);
    }
}
