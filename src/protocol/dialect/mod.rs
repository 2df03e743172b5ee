//! Every choice that the documentation leaves open, as a value.
//!
//! Where docs.deepaffex.ai is silent or ambiguous there is a field here and nowhere an `if` that guesses. [`KEYS`]
//! lists the fields with default, evidence and meaning; `wms-sim dialect` prints it.

mod callback;
mod delivery;
mod keys;
mod table;
mod values;

pub use callback::{OtherErrors, Parameters, ProfileError, ResultsEncoding};
pub use delivery::{Backoff, Latency, Redirects, RelayOrder, ReplayProtection, WhenDown};
pub use keys::{Key, SetError};
pub use table::KEYS;
pub use values::{
    Charset, EmptyPayload, EventSet, MacInput, Order, ReloadSequence, SessionIdStyle, SnrNumber, SnrScale,
    StatusSet,
};

use core::net::IpAddr;
use std::time::Duration;

use crate::protocol::code::Code;

/// More retries than this are refused.
pub const MOST_RETRIES: u32 = 100;

/// One way of speaking the protocol.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own, and has its own key")]
pub struct Dialect {
    /// Which events exist.
    pub events: EventSet,
    /// How non-ASCII text stands in bodies.
    pub charset: Charset,
    /// What the MAC is computed over where a body is not plain ASCII.
    pub mac_input: MacInput,
    /// What keeps a captured request from being sent again.
    pub replay_protection: ReplayProtection,
    /// The `Content-Type` header.
    pub content_type: String,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// What stands in place of a payload where an event has none.
    pub empty_payload: EmptyPayload,
    /// How `snr` is written.
    pub snr_number: SnrNumber,
    /// What `snr` is measured in.
    pub snr_scale: SnrScale,
    /// `payload.sequence` of the first result.
    pub results_first: u32,
    /// How many results an undisturbed scan posts.
    pub results_count: u32,
    /// What the envelope's sequence does when the page is loaded again.
    pub reload_sequence: ReloadSequence,
    /// The socket's first connection is posted as `WEBSOCKET_RECONNECTED`.
    pub websocket_initial: bool,
    /// The socket's closing at the end is posted as `WEBSOCKET_DISCONNECTED`.
    pub websocket_clean_close: bool,
    /// `MEASUREMENT_CANCELED` follows `LOW_SNR`.
    pub canceled_after_low_snr: bool,
    /// `MEASUREMENT_CANCELED` follows `CONSTRAINT_VIOLATION` of a created measurement.
    pub canceled_after_violation: bool,
    /// The payload key of the violated constraint.
    pub constraint_key: String,
    /// What is violated, where a scenario does not say it: one of these.
    pub constraint_values: Vec<String>,
    /// The payload key of the API's error code.
    pub api_error_key: String,
    /// The API's error code, where a scenario does not say it: one of these.
    pub api_error_values: Vec<String>,
    /// What session IDs look like where the user gives none.
    pub session_id: SessionIdStyle,
    /// The statuses that accept an event.
    pub accept: StatusSet,
    /// How long one request may take, with its connection; in a check the time counts from the moment at which that stands.
    /// `None` waits for ever.
    pub timeout: Option<Duration>,
    /// Whether an event waits for the reply to the one before.
    pub order: Order,
    /// How often an event that was not accepted is sent again.
    pub retries: u32,
    /// The waits before retries.
    pub backoff: Backoff,
    /// What becomes of a session whose endpoint does not answer.
    pub when_down: WhenDown,
    /// What becomes of a 3xx.
    pub redirects: Redirects,
    /// The address that requests come from; `None` leaves it to the system.
    pub source_address: Option<IpAddr>,
    /// How long events take from the page to the webhook.
    pub relay_latency: Latency,
    /// Whether an event can overtake another on its way.
    pub relay_order: RelayOrder,
    /// How the results stand in the callback URL.
    pub callback_results: ResultsEncoding,
    /// Further parameters of the callback URL.
    pub callback_parameters: Parameters,
    /// The callback URL's error where the profile was not accepted.
    pub callback_profile_error: ProfileError,
    /// The callback URL's error where none of the codes seen fits.
    pub callback_other_errors: OtherErrors,
}

/// What the service's extraction library calls its constraints; that WMS posts these is inferred.
const CONSTRAINTS: &str = "FaceNone,FaceOffTarget,FaceDirection,FaceFar,FaceMovement,ImageBright,ImageDark,ImageQuality,ImageBackLit,LowFps";
/// API codes that were seen.
const API_CODES: &str = "INVALID_TOKEN,TOKEN_EXPIRED,LICENSE_EXPIRED,INACTIVE_LICENSE,INACTIVE_DEVICE,WORKER_ERROR,LIVENESS_ERROR,ANALYSIS_ERROR";

fn words(list: &str) -> Vec<String> {
    list.split(',').map(str::to_owned).collect()
}

impl Default for Dialect {
    fn default() -> Self {
        Self::current()
    }
}

impl Dialect {
    /// The newer page: 21 events.
    pub fn current() -> Self {
        Self {
            events: EventSet::Current,
            charset: Charset::Ascii,
            mac_input: MacInput::Bytes,
            replay_protection: ReplayProtection::None,
            content_type: "application/json".to_owned(),
            user_agent: concat!("wms-sim/", env!("CARGO_PKG_VERSION"), " (simulated WMS)").to_owned(),
            empty_payload: EmptyPayload::Absent,
            snr_number: SnrNumber::Decimal,
            snr_scale: SnrScale::Decibel,
            results_first: 1,
            results_count: 5,
            reload_sequence: ReloadSequence::Restart,
            websocket_initial: true,
            websocket_clean_close: false,
            canceled_after_low_snr: false,
            canceled_after_violation: false,
            constraint_key: "constraint".to_owned(),
            constraint_values: words(CONSTRAINTS),
            api_error_key: "code".to_owned(),
            api_error_values: words(API_CODES),
            session_id: SessionIdStyle::Uuid,
            accept: StatusSet::success(),
            timeout: Some(Duration::from_secs(10)),
            order: Order::Sequential,
            retries: 0,
            backoff: Backoff::default(),
            when_down: WhenDown::TryEach,
            redirects: Redirects::Never,
            source_address: None,
            relay_latency: Latency::default(),
            relay_order: RelayOrder::Kept,
            callback_results: ResultsEncoding::Base64Url,
            callback_parameters: Parameters::default(),
            callback_profile_error: ProfileError::Age,
            callback_other_errors: OtherErrors::default(),
        }
    }

    /// The older page: 19 events. There `WEBSOCKET_RECONNECTED` means a reconnection only.
    pub fn older() -> Self {
        Self { events: EventSet::Older, websocket_initial: false, ..Self::current() }
    }

    /// True where the dialect has the event.
    pub const fn knows(&self, code: Code) -> bool {
        match self.events {
            EventSet::Current => true,
            EventSet::Older => code.is_on_older_page(),
        }
    }

    /// Sets one key from its text.
    ///
    /// # Errors
    /// The key is not known, or the text is not one of its values.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), SetError> {
        keys::set(self, key, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_page_lacks_two_events() {
        let older = Dialect::older();
        let missing: Vec<Code> = Code::ALL.into_iter().filter(|code| !older.knows(*code)).collect();
        assert_eq!(missing, [Code::LowSnr, Code::GeneralError]);
    }

    #[test]
    fn every_key_reads_back_what_it_shows() {
        for preset in [Dialect::current(), Dialect::older()] {
            for key in KEYS {
                let mut copy = preset.clone();
                let shown = key.show(&preset);
                copy.set(key.name, &shown).unwrap();
                assert_eq!(copy, preset, "{} = {shown}", key.name);
            }
        }
    }

    #[test]
    fn every_named_value_of_a_key_can_be_set_and_shows() {
        for key in KEYS {
            for value in key.values {
                let mut dialect = Dialect::current();
                dialect.set(key.name, value).unwrap();
                assert_eq!(&key.show(&dialect), value, "{}", key.name);
            }
        }
    }

    #[test]
    fn slips_get_a_suggestion() {
        let mut dialect = Dialect::current();
        let error = dialect.set("websocket.inital", "true").unwrap_err().to_string();
        assert!(error.contains("websocket.initial"), "{error}");
        let error = dialect.set("payload.empty", "nul").unwrap_err().to_string();
        assert!(error.contains("null") && error.contains("absent"), "{error}");
        let error = dialect.set("results.count", "7").unwrap_err().to_string();
        assert!(error.contains("5, 6"), "{error}");
    }
}
