//! The fields of an event's payload: those that the page names, then those that the file adds.

use serde_json::Value;
use serde_json::value::RawValue;

use super::Override;
use crate::protocol::code::Code;
use crate::protocol::contract::{self, FieldKind};
use crate::protocol::dialect::Dialect;
use crate::protocol::envelope::{HIDDEN, VISIBLE};
use crate::protocol::json;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::file::types::{PayloadValue, Spanned};
use crate::scenario::plan::{Field, FieldValue, Payload, Ramp};

type Written = [(Spanned<String>, Spanned<PayloadValue>)];

pub(super) fn build(
    code: Code,
    written: &Written,
    dialect: &Dialect,
    overrides: &[Override],
    diagnostics: &mut Vec<Diagnostic>,
) -> Payload {
    let mut fields = documented(code, dialect);
    let known: Vec<String> = fields.iter().map(|(name, _)| name.clone()).collect();
    for (key, value) in written {
        let name = on_the_wire(code, &key.value, dialect);
        let place = fields.iter().position(|(known, _)| *known == name);
        if place.is_none() {
            let known = if known.is_empty() { "no payload".to_owned() } else { known.join(", ") };
            diagnostics.push(Diagnostic::warning(
                format!("{code} has no payload key '{name}' in the documentation"),
                key.span.clone(),
                format!("documented: {known}"),
            ));
        }
        check_state(code, &key.value, value, diagnostics);
        let value = field_value(code, &key.value, &value.value, dialect);
        match place {
            Some(place) => fields[place].1 = value,
            None => fields.push((name, value)),
        }
    }
    for Override { key, value, .. } in overrides.iter().filter(|chosen| chosen.code == code) {
        let name = on_the_wire(code, key, dialect);
        let value = overridden(code, key, value, dialect);
        match fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, field)) => *field = value,
            None => fields.push((name, value)),
        }
    }
    Payload::Fields(
        fields.into_iter().map(|(name, value)| Field { key: key_json(&name, dialect), value }).collect(),
    )
}

/// The keys that the page gives the event, in its order.
fn documented(code: Code, dialect: &Dialect) -> Vec<(String, FieldValue)> {
    let one_of = |texts: &[String]| {
        FieldValue::OneOf(texts.iter().map(|text| literal(&Value::from(text.as_str()), dialect)).collect())
    };
    let value = |field: &contract::Field<'_>| match field.kind {
        FieldKind::MeasurementId if field.if_created => FieldValue::MeasurementIdIfCreated,
        FieldKind::MeasurementId => FieldValue::MeasurementId,
        FieldKind::Snr => FieldValue::Snr(None),
        FieldKind::ResultNumber => FieldValue::ResultNumber,
        FieldKind::Constraint => one_of(&dialect.constraint_values),
        FieldKind::ApiError => one_of(&dialect.api_error_values),
        FieldKind::State => FieldValue::State,
        FieldKind::Details => {
            FieldValue::Literal(literal(&Value::from(code.details().unwrap_or_default()), dialect))
        }
    };
    contract::fields(code, dialect).iter().map(|field| (field.name.to_owned(), value(field))).collect()
}

/// Files write `constraint` and `code` whatever the dialect calls them.
fn on_the_wire(code: Code, key: &str, dialect: &Dialect) -> String {
    match (code, key) {
        (Code::ConstraintViolation, "constraint") => dialect.constraint_key.clone(),
        (Code::ApiError, "code") => dialect.api_error_key.clone(),
        _ => key.to_owned(),
    }
}

fn field_value(code: Code, key: &str, value: &PayloadValue, dialect: &Dialect) -> FieldValue {
    let text = |value: &Value| literal(value, dialect);
    match value {
        PayloadValue::Literal(Value::String(state))
            if code == Code::PageVisibilityChange && key == "state" =>
        {
            match state.as_str() {
                HIDDEN => FieldValue::FixedState { hidden: true },
                VISIBLE => FieldValue::FixedState { hidden: false },
                _ => FieldValue::Literal(text(&Value::from(state.as_str()))),
            }
        }
        PayloadValue::Literal(value) => FieldValue::Literal(text(value)),
        PayloadValue::OneOf(values) => FieldValue::OneOf(values.iter().map(text).collect()),
        PayloadValue::Integers(low, high) => FieldValue::Integers(*low, *high),
        PayloadValue::Decimals(low, high) => FieldValue::Hundredths(hundredths(*low), hundredths(*high)),
        PayloadValue::Ramp { from, to, noise } => {
            FieldValue::Snr(Some(Ramp { from: *from, to: *to, noise: *noise }))
        }
    }
}

/// What means something to the engine is read; all else stays as it was written.
fn overridden(code: Code, key: &str, value: &RawValue, dialect: &Dialect) -> FieldValue {
    let read = serde_json::from_str(value.get()).map(PayloadValue::Literal);
    let read = read.map(|read| field_value(code, key, &read, dialect));
    match read {
        Ok(read) if !matches!(read, FieldValue::Literal(_)) => read,
        _ => {
            let mut out = Vec::new();
            json::write_raw(&mut out, value, dialect.charset);
            FieldValue::Literal(out.into())
        }
    }
}

fn check_state(code: Code, key: &str, value: &Spanned<PayloadValue>, diagnostics: &mut Vec<Diagnostic>) {
    if code != Code::PageVisibilityChange || key != "state" {
        return;
    }
    let known = matches!(&value.value, PayloadValue::Literal(Value::String(text)) if text == HIDDEN || text == VISIBLE);
    if !known {
        diagnostics.push(Diagnostic::warning(
            format!("a page's state is {HIDDEN} or {VISIBLE}"),
            value.span.clone(),
            "the grammar cannot follow this",
        ));
    }
}

#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, far beyond any payload")]
fn hundredths(value: f64) -> i64 {
    libm::round(value * 100.0) as i64
}

fn literal(value: &Value, dialect: &Dialect) -> Box<[u8]> {
    let mut out = Vec::new();
    json::write_value(&mut out, value, dialect.charset);
    out.into()
}

fn key_json(name: &str, dialect: &Dialect) -> Box<[u8]> {
    let mut out = Vec::new();
    json::write_string(&mut out, name, dialect.charset);
    out.push(b':');
    out.into()
}
