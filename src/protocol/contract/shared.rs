//! The schemas of single values, each with what it stands on.

use serde_json::{Map, Value, json};

use super::choices::evidence;
use super::fields::FieldKind;
use crate::protocol::dialect::{Dialect, SnrNumber, SnrScale};
use crate::protocol::envelope;
use crate::protocol::evidence::Evidence;
use crate::protocol::snr;

pub(super) const TIMESTAMP: &str = "Timestamp";
pub(super) const SESSION_ID: &str = "SessionId";
pub(super) const SEQUENCE: &str = "Sequence";

/// The page's own example.
pub(super) const EXAMPLE_TIMESTAMP: i64 = 1_689_684_577;
pub(super) const EXAMPLE_SESSION: &str = "ryueiwoqfh910fu3rpqruvfiu";
const EXAMPLE_MEASUREMENT: &str = "f0c8ca8d-111d-4dcf-a69d-46ed39a2db06";

/// The name of the schema of what a key holds; `None` where each event has its own.
pub(super) const fn name_of(kind: FieldKind) -> Option<&'static str> {
    match kind {
        FieldKind::MeasurementId => Some("MeasurementId"),
        FieldKind::Snr => Some("Snr"),
        FieldKind::ResultNumber => Some("ResultNumber"),
        FieldKind::Constraint => Some("Constraint"),
        FieldKind::ApiError => Some("ApiErrorCode"),
        FieldKind::State => Some("VisibilityState"),
        FieldKind::Details => None,
    }
}

/// Those that the events share.
pub(super) fn definitions(dialect: &Dialect) -> Map<String, Value> {
    let mut all = Map::new();
    let mut put = |name: &str, schema| all.insert(name.to_owned(), schema);
    put(TIMESTAMP, timestamp());
    put(SESSION_ID, session_id());
    put(SEQUENCE, sequence());
    for kind in [
        FieldKind::MeasurementId,
        FieldKind::Snr,
        FieldKind::ResultNumber,
        FieldKind::Constraint,
        FieldKind::ApiError,
        FieldKind::State,
    ] {
        if let Some(name) = name_of(kind) {
            put(name, of_kind(kind, dialect));
        }
    }
    all
}

/// A value of a kind, for examples.
pub(super) fn example(kind: FieldKind, dialect: &Dialect) -> Value {
    let first = |words: &[String]| Value::from(words.first().map_or("", String::as_str));
    match kind {
        FieldKind::MeasurementId => EXAMPLE_MEASUREMENT.into(),
        FieldKind::Snr => match (dialect.snr_number, dialect.snr_scale) {
            (SnrNumber::Decimal, SnrScale::Decibel) => json!(4.27),
            (SnrNumber::Decimal, SnrScale::Percent) => json!(35.58),
            (SnrNumber::Integer, SnrScale::Decibel) => json!(4),
            (SnrNumber::Integer, SnrScale::Percent) => json!(36),
        },
        FieldKind::ResultNumber => dialect.results_first.into(),
        FieldKind::Constraint => first(&dialect.constraint_values),
        FieldKind::ApiError => first(&dialect.api_error_values),
        FieldKind::State => envelope::HIDDEN.into(),
        FieldKind::Details => Value::Null,
    }
}

fn of_kind(kind: FieldKind, dialect: &Dialect) -> Value {
    match kind {
        FieldKind::MeasurementId => json!({
            "description": "The ID of the measurement: a UUID.",
            "x-evidence": Evidence::Documented,
            "type": "string",
            "format": "uuid",
            "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        }),
        FieldKind::Snr => signal(dialect),
        FieldKind::ResultNumber => json!({
            "description": format!(
                "The number of the result in its measurement, from {}. The documentation's example shows 1; where it begins is \
                 not said.",
                dialect.results_first
            ),
            "x-evidence": evidence("results.first"),
            "x-dialect-keys": ["results.first"],
            "type": "integer",
            "minimum": dialect.results_first,
        }),
        FieldKind::Constraint => json!({
            "description": "The constraint that was violated. Neither the name of this key nor its values are documented; the \
                            examples may not be all.",
            "x-evidence": evidence("constraint.key"),
            "x-dialect-keys": ["constraint.key", "constraint.values"],
            "type": "string",
            "examples": dialect.constraint_values,
        }),
        FieldKind::ApiError => json!({
            "description": "The error code of the service's API. Neither the name of this key is documented, nor whether it holds \
                            a text or a number; the examples may not be all.",
            "x-evidence": evidence("api-error.key"),
            "x-dialect-keys": ["api-error.key", "api-error.values"],
            "type": ["string", "integer"],
            "examples": dialect.api_error_values,
        }),
        FieldKind::State => json!({
            "description": "Whether the page was shown or hidden.",
            "x-evidence": Evidence::Documented,
            "enum": [envelope::VISIBLE, envelope::HIDDEN],
        }),
        FieldKind::Details => json!({}),
    }
}

fn timestamp() -> Value {
    json!({
        "description": "When the event happened, in Unix seconds.",
        "x-evidence": Evidence::Documented,
        "type": "integer",
        "minimum": 0,
    })
}

fn session_id() -> Value {
    json!({
        "description": "The session that the event belongs to. The customer assigns it: any text.",
        "x-evidence": evidence("session-id.style"),
        "x-dialect-keys": ["session-id.style"],
        "type": "string",
    })
}

fn sequence() -> Value {
    json!({
        "description": "The event's place in its session: 0 for the first, one more for each. There is no event ID; that sessionId \
                        and sequence together can serve as one is inferred, and it may begin again when the page is loaded again.",
        "x-evidence": Evidence::Documented,
        "x-dialect-keys": ["reload.sequence"],
        "type": "integer",
        "minimum": 0,
    })
}

fn signal(dialect: &Dialect) -> Value {
    let kind = match dialect.snr_number {
        SnrNumber::Decimal => "number",
        SnrNumber::Integer => "integer",
    };
    let unit = match dialect.snr_scale {
        SnrScale::Decibel => "in dB",
        SnrScale::Percent => "in percent of 12 dB",
    };
    let [fake, also_fake] = snr::FAKE;
    let mut schema = json!({
        "description": format!(
            "The signal-to-noise ratio, {unit}: what it is measured in is not documented, nor whether it has decimals. Three \
             values are marks: {} is a signal too low to compute, {fake} and {also_fake} are fake ones.",
            snr::TOO_LOW,
        ),
        "x-evidence": evidence("snr.scale"),
        "x-dialect-keys": ["snr.scale", "snr.number"],
        "x-marks": {
            (snr::TOO_LOW.to_string()): "too low to compute",
            (fake.to_string()): "fake",
            (also_fake.to_string()): "fake",
        },
        "type": kind,
    });
    if dialect.snr_scale == SnrScale::Percent {
        schema["maximum"] = 100.into();
    }
    schema
}
