//! Holding a payload against what its event should carry.

use serde_json::{Map, Value};

use super::excerpt::excerpt;
use super::finding::Finding;
use super::reader::MAX_UNKNOWN_KEYS;
use crate::protocol::code::Code;
use crate::protocol::contract::{Field, FieldKind, fields};
use crate::protocol::dialect::{Dialect, EmptyPayload};
use crate::protocol::envelope::{HIDDEN, VISIBLE};

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
            if fields.iter().any(|field| !field.if_created) {
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

fn check_fields(code: Code, map: &Map<String, Value>, fields: &[Field<'_>], findings: &mut Vec<Finding>) {
    for field in fields {
        match map.get(field.name) {
            Some(value) => findings.extend(check_value(code, field, value)),
            None if !field.if_created => {
                findings.push(Finding::PayloadKeyMissing { code, key: field.name.to_owned() });
            }
            None => {}
        }
    }
    let unknown = map.keys().filter(|key| !fields.iter().any(|field| field.name == key.as_str()));
    findings.extend(
        unknown.take(MAX_UNKNOWN_KEYS).map(|key| Finding::PayloadKeyUnknown { code, key: excerpt(key) }),
    );
}

fn check_value(code: Code, field: &Field<'_>, value: &Value) -> Option<Finding> {
    let integer = value.is_i64() || value.is_u64();
    let one_of = |key, texts: &[&str], wanted| {
        let found = value.as_str().filter(|found| !texts.contains(found))?;
        Some(Finding::PayloadValue { code, key, found: excerpt(found), wanted })
    };
    let (right, wanted) = match field.kind {
        FieldKind::MeasurementId | FieldKind::Constraint => (value.is_string(), "a text"),
        FieldKind::Snr => (value.is_number(), "a number"),
        FieldKind::ResultNumber => (integer, "an integer"),
        FieldKind::ApiError => (value.is_string() || integer, "a text or an integer"),
        FieldKind::State => {
            if let Some(finding) = one_of("state", &[VISIBLE, HIDDEN], "VISIBLE or HIDDEN") {
                return Some(finding);
            }
            (value.is_string(), "a text")
        }
        FieldKind::Details => {
            let text = code.details().unwrap_or_default();
            if let Some(finding) = one_of("details", &[text], text) {
                return Some(finding);
            }
            (value.is_string(), "a text")
        }
    };
    (!right).then(|| Finding::PayloadType { code, key: field.name.to_owned(), wanted })
}
