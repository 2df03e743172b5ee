//! The dialect's keys by name: what `--set`, dialect files and scenarios write.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::Dialect;
use super::values::{
    Charset, EmptyPayload, EventSet, MacInput, Order, ReloadSequence, SessionIdStyle, SnrNumber, SnrScale,
};
use crate::clock::parse_duration;
use crate::protocol::evidence::Evidence;

/// One key of the dialect.
pub struct Key {
    /// Its name, such as `websocket.initial`.
    pub name: &'static str,
    /// The values that it takes, where they are few; empty where it takes a text or a number.
    pub values: &'static [&'static str],
    /// What it takes, in words, where `values` is empty.
    pub takes: &'static str,
    /// What its default stands on.
    pub evidence: Evidence,
    /// What it means and why the default is what it is.
    pub meaning: &'static str,
    show: fn(&Dialect) -> String,
    set: fn(&mut Dialect, &str) -> Result<(), ()>,
}

impl Key {
    /// The key's value in a dialect, as users write it.
    pub fn show(&self, dialect: &Dialect) -> String {
        (self.show)(dialect)
    }

    fn expected(&self) -> String {
        if self.values.is_empty() { self.takes.to_owned() } else { self.values.join(", ") }
    }
}

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
                  page's example of 100 an excellent scan. -100, -91 and -90 stay what they are.",
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
        meaning: "How long one request may take in all (also --timeout).",
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

fn show_duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    if millis.is_multiple_of(1000) { format!("{}s", millis / 1000) } else { format!("{millis}ms") }
}

/// From a millisecond to a day.
fn read_duration(text: &str) -> Option<Duration> {
    parse_duration(text)
        .filter(|duration| (Duration::from_millis(1)..=Duration::from_secs(86_400)).contains(duration))
}

/// A key could not be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetError {
    /// True where the key itself is not known, false where the value does not fit it.
    pub unknown_key: bool,
    /// What is wrong and what would be right, in a sentence.
    pub message: String,
    /// The name or value that was probably meant.
    pub suggestion: Option<&'static str>,
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match self.suggestion {
            Some(name) => write!(f, "; did you mean {name}?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SetError {}

pub(super) fn set(dialect: &mut Dialect, name: &str, value: &str) -> Result<(), SetError> {
    let Some(key) = KEYS.iter().find(|key| key.name == name) else {
        return Err(SetError {
            unknown_key: true,
            message: format!("'{name}' is not a key of the dialect (wms-sim dialect lists them)"),
            suggestion: nearest(name, KEYS.iter().map(|key| key.name)),
        });
    };
    (key.set)(dialect, value).map_err(|()| SetError {
        unknown_key: false,
        message: format!("{name} cannot be '{value}': it takes {}", key.expected()),
        suggestion: nearest(value, key.values.iter().copied()),
    })
}

fn nearest(text: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    names
        .map(|name| (strsim::jaro_winkler(text, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
