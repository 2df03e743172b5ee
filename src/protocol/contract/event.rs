//! The schema of one event's body.

use serde_json::{Map, Value, json};

use super::Refs;
use super::choices::evidence;
use super::fields::{Field, FieldKind, fields};
use super::shared::{self, EXAMPLE_SESSION, EXAMPLE_TIMESTAMP, SEQUENCE, SESSION_ID, TIMESTAMP};
use crate::protocol::code::Code;
use crate::protocol::dialect::{Dialect, EmptyPayload};
use crate::protocol::evidence::Evidence;

/// Flat, so that programs that make types of it make one type an event.
pub(super) fn schema(code: Code, dialect: &Dialect, refs: Refs) -> Value {
    let payload = Payload::of(code, dialect);
    let mut required = vec!["timestamp", "sessionId", "sequence", "event", "severity"];
    if payload.required {
        required.push("payload");
    }
    json!({
        "title": code.as_str(),
        "description": code.meaning(),
        "x-evidence": Evidence::Documented,
        "type": "object",
        "required": required,
        "properties": {
            "timestamp": refs.to(TIMESTAMP),
            "sessionId": refs.to(SESSION_ID),
            "sequence": refs.to(SEQUENCE),
            "event": { "const": code.as_str() },
            "severity": { "const": code.severity() },
            "payload": payload.schema(code, dialect, refs),
        },
        "examples": [example(code, dialect)],
    })
}

/// What an event's payload may be.
struct Payload<'a> {
    fields: Vec<Field<'a>>,
    /// It can have no key: the event has none at all, or only some that come with a measurement.
    can_be_empty: bool,
    /// The body has the key.
    required: bool,
}

impl<'a> Payload<'a> {
    fn of(code: Code, dialect: &'a Dialect) -> Self {
        let fields = fields(code, dialect);
        let can_be_empty = fields.iter().all(|field| field.if_created);
        let required = !can_be_empty || dialect.empty_payload != EmptyPayload::Absent;
        Self { fields, can_be_empty, required }
    }

    fn schema(&self, code: Code, dialect: &Dialect, refs: Refs) -> Value {
        if self.fields.is_empty() {
            return nothing(dialect);
        }
        let properties: Map<String, Value> = self
            .fields
            .iter()
            .map(|field| {
                let schema = match shared::name_of(field.kind) {
                    Some(name) => refs.to(name),
                    None => json!({ "const": code.details() }),
                };
                (field.name.to_owned(), schema)
            })
            .collect();
        // Where an empty payload is not written as an object, an object is there for its keys.
        let whole = self.can_be_empty && dialect.empty_payload != EmptyPayload::Object;
        let required: Vec<&str> =
            self.fields.iter().filter(|field| whole || !field.if_created).map(|field| field.name).collect();
        let null = self.can_be_empty && dialect.empty_payload == EmptyPayload::Null;
        let kind = if null { json!(["object", "null"]) } else { json!("object") };
        let mut schema = json!({});
        if self.fields.iter().any(|field| field.if_created) {
            schema["description"] = self.description(dialect).into();
        }
        schema["x-evidence"] = json!(self.evidence());
        schema["type"] = kind;
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema["properties"] = properties.into();
        schema
    }

    fn description(&self, dialect: &Dialect) -> String {
        let text = "measurementId is there only once a measurement was created.";
        if self.can_be_empty { format!("{text} Before: {}.", empty(dialect)) } else { text.to_owned() }
    }

    /// That there is a payload is documented; what its key is called need not be.
    fn evidence(&self) -> Evidence {
        let has = |kind| self.fields.iter().any(|field| field.kind == kind);
        if has(FieldKind::Constraint) {
            evidence("constraint.key")
        } else if has(FieldKind::ApiError) {
            evidence("api-error.key")
        } else {
            Evidence::Documented
        }
    }
}

/// How an event without a payload is written, in words.
const fn empty(dialect: &Dialect) -> &'static str {
    match dialect.empty_payload {
        EmptyPayload::Absent => {
            "no key at all, since the documentation says 'if the event has a payload'; {} or null cannot be ruled out"
        }
        EmptyPayload::Object => "an object without keys, which is a choice",
        EmptyPayload::Null => "null, which is a choice",
    }
}

/// The payload of an event that has none.
fn nothing(dialect: &Dialect) -> Value {
    let mut schema = json!({
        "description": format!("The event has no payload: {}.", empty(dialect)),
        "x-evidence": evidence("payload.empty"),
        "x-dialect-keys": ["payload.empty"],
    });
    match dialect.empty_payload {
        EmptyPayload::Absent => schema["not"] = json!({}),
        EmptyPayload::Object => {
            schema["type"] = "object".into();
            schema["maxProperties"] = 0.into();
        }
        EmptyPayload::Null => schema["type"] = "null".into(),
    }
    schema
}

/// A body, with the values of the page's own example where it has them.
fn example(code: Code, dialect: &Dialect) -> Value {
    let mut body = json!({
        "timestamp": EXAMPLE_TIMESTAMP,
        "sessionId": EXAMPLE_SESSION,
        "sequence": code.index(),
        "event": code.as_str(),
        "severity": code.severity(),
    });
    let payload: Map<String, Value> = fields(code, dialect)
        .into_iter()
        .map(|field| {
            let details = || code.details().map_or(Value::Null, Value::from);
            let value = if field.kind == FieldKind::Details {
                details()
            } else {
                shared::example(field.kind, dialect)
            };
            (field.name.to_owned(), value)
        })
        .collect();
    if !payload.is_empty() {
        body["payload"] = payload.into();
    } else if dialect.empty_payload != EmptyPayload::Absent {
        body["payload"] = if dialect.empty_payload == EmptyPayload::Null { Value::Null } else { json!({}) };
    }
    body
}
