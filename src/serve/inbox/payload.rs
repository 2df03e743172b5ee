//! Holding a payload against what its event should carry.

use serde_json::{Map, Value};

use super::excerpt::excerpt;
use super::finding::Finding;
use super::reader::MAX_UNKNOWN_KEYS;
use crate::protocol::code::{Code, PayloadKind};
use crate::protocol::dialect::{Dialect, EmptyPayload};

/// What a value should be.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    Integer,
    TextOrInteger,
    OneOf(&'static [&'static str], &'static str),
}

/// One key of a payload.
struct Field<'a> {
    key: &'a str,
    kind: Kind,
    required: bool,
}

const MEASUREMENT: &str = "measurementId";

/// Checks the payload of a known event. `written` says that the key stands there, if only as null.
pub(super) fn check(
    code: Code,
    payload: Option<&Value>,
    written: bool,
    dialect: &Dialect,
    findings: &mut Vec<Finding>,
) {
    let fields = fields(code, dialect);
    match payload {
        Some(Value::Object(map)) if fields.is_empty() && !map.is_empty() => {
            findings.push(Finding::PayloadUnexpected { code });
        }
        Some(Value::Object(map)) if !map.is_empty() => check_fields(code, map, &fields, findings),
        Some(Value::Object(_)) | None => {
            if fields.iter().any(|field| field.required) {
                findings.push(Finding::PayloadMissing { code });
            } else {
                check_empty_form(payload.is_some(), written, dialect, findings);
            }
        }
        Some(_) if fields.is_empty() => findings.push(Finding::PayloadUnexpected { code }),
        Some(_) => findings.push(Finding::PayloadNotObject { code }),
    }
}

fn check_empty_form(object: bool, written: bool, dialect: &Dialect, findings: &mut Vec<Finding>) {
    let found = match (object, written) {
        (true, _) => EmptyPayload::Object,
        (false, true) => EmptyPayload::Null,
        (false, false) => EmptyPayload::Absent,
    };
    if found != dialect.empty_payload {
        findings.push(Finding::PayloadEmptyForm {
            found: found.as_str(),
            wanted: dialect.empty_payload.as_str(),
        });
    }
}

fn fields(code: Code, dialect: &Dialect) -> Vec<Field<'_>> {
    let required = |key, kind| Field { key, kind, required: true };
    let if_created = || Field { key: MEASUREMENT, kind: Kind::Text, required: false };
    match code.payload() {
        PayloadKind::None => vec![],
        PayloadKind::Measurement => vec![required(MEASUREMENT, Kind::Text)],
        PayloadKind::MeasurementIfCreated => vec![if_created()],
        PayloadKind::Results => vec![
            required(MEASUREMENT, Kind::Text),
            required("snr", Kind::Number),
            required("sequence", Kind::Integer),
        ],
        PayloadKind::Constraint => vec![if_created(), required(&dialect.constraint_key, Kind::Text)],
        PayloadKind::ApiError => vec![if_created(), required(&dialect.api_error_key, Kind::TextOrInteger)],
        PayloadKind::Visibility => {
            vec![if_created(), required("state", Kind::OneOf(&["VISIBLE", "HIDDEN"], "VISIBLE or HIDDEN"))]
        }
        PayloadKind::Details if code == Code::GeneralError => {
            vec![required("details", Kind::OneOf(&["CAMERA_START_ERROR"], "CAMERA_START_ERROR"))]
        }
        PayloadKind::Details => vec![required("details", Kind::OneOf(&["LOW_SNR"], "LOW_SNR"))],
    }
}

fn check_fields(code: Code, map: &Map<String, Value>, fields: &[Field<'_>], findings: &mut Vec<Finding>) {
    for field in fields {
        match map.get(field.key) {
            Some(value) => findings.extend(check_value(code, field, value)),
            None if field.required => {
                findings.push(Finding::PayloadKeyMissing { code, key: field.key.to_owned() });
            }
            None => {}
        }
    }
    let unknown = map.keys().filter(|key| !fields.iter().any(|field| field.key == key.as_str()));
    findings.extend(
        unknown.take(MAX_UNKNOWN_KEYS).map(|key| Finding::PayloadKeyUnknown { code, key: excerpt(key) }),
    );
}

fn check_value(code: Code, field: &Field<'_>, value: &Value) -> Option<Finding> {
    let integer = value.is_i64() || value.is_u64();
    let (right, wanted) = match field.kind {
        Kind::Text => (value.is_string(), "a text"),
        Kind::Number => (value.is_number(), "a number"),
        Kind::Integer => (integer, "an integer"),
        Kind::TextOrInteger => (value.is_string() || integer, "a text or an integer"),
        Kind::OneOf(values, wanted) => {
            if let Some(found) = value.as_str().filter(|found| !values.contains(found)) {
                let key = if field.key == "state" { "state" } else { "details" };
                return Some(Finding::PayloadValue { code, key, found: excerpt(found), wanted });
            }
            (value.is_string(), "a text")
        }
    };
    (!right).then(|| Finding::PayloadType { code, key: field.key.to_owned(), wanted })
}
