//! Every key of the dialect, with its evidence and meaning.

use std::str::FromStr;
use std::time::Duration;

use super::MOST_RETRIES;
use super::callback::{ProfileError, ResultsEncoding};
use super::delivery::{Redirects, RelayOrder, ReplayProtection, WhenDown};
use super::keys::Key;
use super::values::{
    Charset, EmptyPayload, EventSet, MacInput, Order, ReloadSequence, SessionIdStyle, SnrNumber, SnrScale,
};
use crate::clock::{parse_duration, show_duration};
use crate::protocol::evidence::Evidence;

const FLAGS: &[&str] = &["true", "false"];

/// Every key, in the order in which `wms-sim dialect` prints them.
pub const KEYS: &[Key] = &[
    Key {
        name: "events",
        values: EventSet::NAMES,
        takes: "",
        evidence: Evidence::Documented,
        meaning: "Which page's events exist: the newer page has 21; the older lacks LOW_SNR and GENERAL_ERROR. \
                  Events that a dialect lacks are omitted.",
        show: |d| d.events.to_string(),
        set: |d, v| put(&mut d.events, v),
    },
    Key {
        name: "body.charset",
        values: Charset::NAMES,
        takes: "",
        evidence: Evidence::Inferred,
        meaning: "Non-ASCII text in bodies: escaped as \\uXXXX, or as UTF-8. Escaped by default, because the page's \
                  own snippet and a hash of the raw bytes agree on ASCII only.",
        show: |d| d.charset.to_string(),
        set: |d, v| put(&mut d.charset, v),
    },
    Key {
        name: "mac.input",
        values: MacInput::NAMES,
        takes: "",
        evidence: Evidence::Unknown,
        meaning: "What the MAC of a non-ASCII body is computed over: the bytes sent, or latin1 as the page's snippet \
                  does it. The same for ASCII bodies.",
        show: |d| d.mac_input.to_string(),
        set: |d, v| put(&mut d.mac_input, v),
    },
    Key {
        name: "mac.replay-protection",
        values: ReplayProtection::NAMES,
        takes: "",
        evidence: Evidence::Unknown,
        meaning: "What keeps a captured request from being sent again. The page names no nonce, ID or time outside the \
                  body, so there is none to choose: a receiver has timestamp, sessionId and sequence, which are signed.",
        show: |d| d.replay_protection.to_string(),
        set: |d, v| put(&mut d.replay_protection, v),
    },
    Key {
        name: "http.content-type",
        values: &[],
        takes: "a media type, such as application/json",
        evidence: Evidence::Unknown,
        meaning: "The Content-Type header. The body is JSON, so that is assumed.",
        show: |d| d.content_type.clone(),
        set: |d, v| header_text(&mut d.content_type, v),
    },
    Key {
        name: "http.user-agent",
        values: &[],
        takes: "a product name, such as wms/1.0",
        evidence: Evidence::Unknown,
        meaning: "The User-Agent header. By default it says that the traffic is simulated.",
        show: |d| d.user_agent.clone(),
        set: |d, v| header_text(&mut d.user_agent, v),
    },
    Key {
        name: "payload.empty",
        values: EmptyPayload::NAMES,
        takes: "",
        evidence: Evidence::Unknown,
        meaning: "Events without a payload: no key, {} or null. The page says 'if the event has a payload', so no key.",
        show: |d| d.empty_payload.to_string(),
        set: |d, v| put(&mut d.empty_payload, v),
    },
    Key {
        name: "snr.number",
        values: SnrNumber::NAMES,
        takes: "",
        evidence: Evidence::Unknown,
        meaning: "How snr is written. The page's example is an integer; values in dB have decimals.",
        show: |d| d.snr_number.to_string(),
        set: |d, v| put(&mut d.snr_number, v),
    },
    Key {
        name: "snr.scale",
        values: SnrScale::NAMES,
        takes: "",
        evidence: Evidence::Unknown,
        meaning: "What snr is measured in: dB (threshold 0.5, good scans 1 to 12), or percent of 12 dB, which makes the \
                  page's example of 100 an excellent scan. -100, -91 and -90 stay what they are, and so does a value that a \
                  scenario or --override gives.",
        show: |d| d.snr_scale.to_string(),
        set: |d, v| put(&mut d.snr_scale, v),
    },
    Key {
        name: "results.first",
        values: &["0", "1"],
        takes: "",
        evidence: Evidence::Unknown,
        meaning: "payload.sequence of the first INTERMEDIATE_RESULTS. The page's example shows 1.",
        show: |d| d.results_first.to_string(),
        set: |d, v| number(&mut d.results_first, v, 0, 1),
    },
    Key {
        name: "results.count",
        values: &["5", "6"],
        takes: "",
        evidence: Evidence::Inferred,
        meaning: "How many INTERMEDIATE_RESULTS an undisturbed scan posts: of six 5 s chunks the last is final, so 5; 6 \
                  where the final result is posted as an intermediate one too.",
        show: |d| d.results_count.to_string(),
        set: |d, v| number(&mut d.results_count, v, 5, 6),
    },
    Key {
        name: "reload.sequence",
        values: ReloadSequence::NAMES,
        takes: "",
        evidence: Evidence::Unknown,
        meaning: "The envelope's sequence when the page is loaded again with the same call-in URL.",
        show: |d| d.reload_sequence.to_string(),
        set: |d, v| put(&mut d.reload_sequence, v),
    },
    Key {
        name: "websocket.initial",
        values: FLAGS,
        takes: "",
        evidence: Evidence::Inferred,
        meaning: "The socket's first connection is posted as WEBSOCKET_RECONNECTED. The newer page says 'either connected \
                  or reconnected', the older only 'reconnected'.",
        show: |d| d.websocket_initial.to_string(),
        set: |d, v| put(&mut d.websocket_initial, v),
    },
    Key {
        name: "websocket.clean-close",
        values: FLAGS,
        takes: "",
        evidence: Evidence::Unknown,
        meaning: "The socket's closing after the results is posted as WEBSOCKET_DISCONNECTED.",
        show: |d| d.websocket_clean_close.to_string(),
        set: |d, v| put(&mut d.websocket_clean_close, v),
    },
    Key {
        name: "canceled.after-low-snr",
        values: FLAGS,
        takes: "",
        evidence: Evidence::Unknown,
        meaning: "MEASUREMENT_CANCELED follows LOW_SNR.",
        show: |d| d.canceled_after_low_snr.to_string(),
        set: |d, v| put(&mut d.canceled_after_low_snr, v),
    },
    Key {
        name: "canceled.after-violation",
        values: FLAGS,
        takes: "",
        evidence: Evidence::Unknown,
        meaning: "MEASUREMENT_CANCELED follows CONSTRAINT_VIOLATION where a measurement was created.",
        show: |d| d.canceled_after_violation.to_string(),
        set: |d, v| put(&mut d.canceled_after_violation, v),
    },
    Key {
        name: "constraint.key",
        values: &[],
        takes: "a payload key, such as constraint",
        evidence: Evidence::Unknown,
        meaning: "The payload key of CONSTRAINT_VIOLATION's constraint. The page's example does not show it.",
        show: |d| d.constraint_key.clone(),
        set: |d, v| payload_key(&mut d.constraint_key, v),
    },
    Key {
        name: "constraint.values",
        values: &[],
        takes: "words with commas between them",
        evidence: Evidence::Inferred,
        meaning: "What CONSTRAINT_VIOLATION can name, where a scenario does not say it: one of these, drawn. They are the \
                  constraints of the service's extraction library.",
        show: |d| d.constraint_values.join(","),
        set: |d, v| list(&mut d.constraint_values, v),
    },
    Key {
        name: "api-error.key",
        values: &[],
        takes: "a payload key, such as code",
        evidence: Evidence::Unknown,
        meaning: "The payload key of API_ERROR's code. The page's example does not show it.",
        show: |d| d.api_error_key.clone(),
        set: |d, v| payload_key(&mut d.api_error_key, v),
    },
    Key {
        name: "api-error.values",
        values: &[],
        takes: "words with commas between them",
        evidence: Evidence::Documented,
        meaning: "What API_ERROR can carry, where a scenario does not say it: one of these, drawn. These were seen; there \
                  may be others.",
        show: |d| d.api_error_values.join(","),
        set: |d, v| list(&mut d.api_error_values, v),
    },
    Key {
        name: "session-id.style",
        values: SessionIdStyle::NAMES,
        takes: "",
        evidence: Evidence::Documented,
        meaning: "What session IDs look like where none are given. The customer assigns them; the page's example is 25 \
                  lower-case letters and digits, UUIDs were seen as well.",
        show: |d| d.session_id.to_string(),
        set: |d, v| put(&mut d.session_id, v),
    },
    Key {
        name: "delivery.accept",
        values: &[],
        takes: "HTTP statuses, such as 200-299",
        evidence: Evidence::Unknown,
        meaning: "The statuses that accept an event (also --accept).",
        show: |d| d.accept.to_string(),
        set: |d, v| {
            d.accept = v.parse().map_err(|_: String| ())?;
            Ok(())
        },
    },
    Key {
        name: "delivery.timeout",
        values: &[],
        takes: "a duration such as 10s, or none",
        evidence: Evidence::Unknown,
        meaning: "How long one request may take, with its connection; in a check the time counts from the moment at which that stands (also --timeout).",
        show: |d| d.timeout.map_or_else(|| "none".to_owned(), show_duration),
        set: |d, v| {
            d.timeout = if v == "none" { None } else { Some(read_duration(v).ok_or(())?) };
            Ok(())
        },
    },
    Key {
        name: "delivery.order",
        values: Order::NAMES,
        takes: "",
        evidence: Evidence::Unknown,
        meaning: "Whether an event waits for the reply to the one before (also --order).",
        show: |d| d.order.to_string(),
        set: |d, v| put(&mut d.order, v),
    },
    Key {
        name: "delivery.retries",
        values: &[],
        takes: "a number from 0 to 100",
        evidence: Evidence::Unknown,
        meaning: "How often an event that was not accepted is sent again (also --retries). Nothing is said about it, so \
                  never.",
        show: |d| d.retries.to_string(),
        set: |d, v| number(&mut d.retries, v, 0, MOST_RETRIES),
    },
    Key {
        name: "delivery.backoff",
        values: &[],
        takes: "the first and the longest wait, such as 1s..30s",
        evidence: Evidence::Unknown,
        meaning: "The waits before retries: doubling, the upper half of each drawn (also --backoff).",
        show: |d| d.backoff.to_string(),
        set: |d, v| {
            d.backoff = v.parse().map_err(|_: String| ())?;
            Ok(())
        },
    },
    Key {
        name: "delivery.when-down",
        values: WhenDown::NAMES,
        takes: "",
        evidence: Evidence::Unknown,
        meaning: "What becomes of a session whose endpoint gave no answer to an event, after all retries: each further \
                  event is tried for itself, or none is sent any more. Nothing is kept to be sent later.",
        show: |d| d.when_down.to_string(),
        set: |d, v| put(&mut d.when_down, v),
    },
    Key {
        name: "delivery.redirects",
        values: Redirects::NAMES,
        takes: "",
        evidence: Evidence::Unknown,
        meaning: "What becomes of a 3xx. A signed body must not go where nobody configured it, so it is an answer that \
                  does not accept, and no other can be chosen.",
        show: |d| d.redirects.to_string(),
        set: |d, v| put(&mut d.redirects, v),
    },
    Key {
        name: "delivery.source-address",
        values: &[],
        takes: "any, or an IP address of this machine",
        evidence: Evidence::Unknown,
        meaning: "The address that requests come from. The service's addresses are not published, so whichever the \
                  system takes; 127.0.0.2 and its like try out a receiver's list of addresses.",
        show: |d| d.source_address.map_or_else(|| "any".to_owned(), |address| address.to_string()),
        set: |d, v| {
            d.source_address = if v == "any" { None } else { Some(v.parse().map_err(|_| ())?) };
            Ok(())
        },
    },
    Key {
        name: "relay.latency",
        values: &[],
        takes: "none, or a range such as 100ms..2s",
        evidence: Evidence::Inferred,
        meaning: "How long events take from the page to the webhook, drawn for each. The secret cannot live in a browser, \
                  so a relay of the service posts them: 100ms..2s would be like it. None by default, so that events go \
                  out as they happen. Stamps are the page's either way.",
        show: |d| d.relay_latency.to_string(),
        set: |d, v| put(&mut d.relay_latency, v),
    },
    Key {
        name: "relay.order",
        values: RelayOrder::NAMES,
        takes: "",
        evidence: Evidence::Unknown,
        meaning: "Whether an event can overtake another on its way, where relay.latency is not none: in the order of \
                  the page, or each as soon as it is there, so that near ones change places: LOW_SNR can then \
                  come after PAGE_UNLOADED, and a receiver that decides by the latter decides too soon.",
        show: |d| d.relay_order.to_string(),
        set: |d, v| put(&mut d.relay_order, v),
    },
    Key {
        name: "callback.results",
        values: ResultsEncoding::NAMES,
        takes: "",
        evidence: Evidence::Unknown,
        meaning: "How the results stand in the callback URL's ?results=: 'encoded' is all that is said. Encryption with \
                  the customer's key is left out.",
        show: |d| d.callback_results.to_string(),
        set: |d, v| put(&mut d.callback_results, v),
    },
    Key {
        name: "callback.parameters",
        values: &[],
        takes: "none, or name=value with commas between them",
        evidence: Evidence::Unknown,
        meaning: "Further parameters of the callback URL, behind results or error. None are known.",
        show: |d| d.callback_parameters.to_string(),
        set: |d, v| put(&mut d.callback_parameters, v),
    },
    Key {
        name: "callback.profile-error",
        values: ProfileError::NAMES,
        takes: "",
        evidence: Evidence::Documented,
        meaning: "The callback URL's ?error= where the page sends the user back before anything happened: one of the \
                  codes for a profile that is not accepted.",
        show: |d| d.callback_profile_error.to_string(),
        set: |d, v| put(&mut d.callback_profile_error, v),
    },
    Key {
        name: "callback.other-errors",
        values: &[],
        takes: "event, or a code such as WORKER_ERROR",
        evidence: Evidence::Unknown,
        meaning: "The callback URL's ?error= after what none of the codes seen stands for: a low signal, a violated \
                  constraint, a lost socket, a camera that does not start. Either the event's own name or detail \
                  (LOW_SNR, CAMERA_START_ERROR ..), or always this code.",
        show: |d| d.callback_other_errors.to_string(),
        set: |d, v| put(&mut d.callback_other_errors, v),
    },
];

fn put<T: FromStr>(field: &mut T, text: &str) -> Result<(), ()> {
    *field = text.parse().map_err(|_| ())?;
    Ok(())
}

fn number(field: &mut u32, text: &str, low: u32, high: u32) -> Result<(), ()> {
    let value = text.parse().map_err(|_| ())?;
    if !(low..=high).contains(&value) {
        return Err(());
    }
    *field = value;
    Ok(())
}

/// Visible ASCII only: the text goes into a header as it stands.
fn header_text(field: &mut String, text: &str) -> Result<(), ()> {
    if text.is_empty() || !text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Err(());
    }
    text.clone_into(field);
    Ok(())
}

fn payload_key(field: &mut String, text: &str) -> Result<(), ()> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if text.is_empty() || text == "measurementId" || !text.bytes().all(plain) {
        return Err(());
    }
    text.clone_into(field);
    Ok(())
}

fn list(field: &mut Vec<String>, text: &str) -> Result<(), ()> {
    let words: Vec<String> = text.split(',').map(|word| word.trim().to_owned()).collect();
    if words.iter().any(String::is_empty) {
        return Err(());
    }
    *field = words;
    Ok(())
}

/// From a millisecond to a day.
fn read_duration(text: &str) -> Option<Duration> {
    parse_duration(text)
        .filter(|duration| (Duration::from_millis(1)..=Duration::from_secs(86_400)).contains(duration))
}
