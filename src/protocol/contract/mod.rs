//! What an event looks like, for other programs: a JSON Schema of a body, and an OpenAPI document of the webhooks.
//!
//! Both are built from what the program itself uses: the codes, the names of the payload's keys, the dialect. What
//! the documentation does not say carries its evidence (`x-evidence`), and the choices made stand in `x-dialect`.

mod choices;
mod event;
mod fields;
mod openapi;
mod shared;

pub use fields::{Field, FieldKind, fields};
pub use openapi::openapi;

use serde_json::{Map, Value, json};

use super::code::Code;
use super::dialect::Dialect;

/// The page that all of it stands on.
pub const SOURCE: &str = "https://docs.deepaffex.ai/wms/9_webhooks.html";

/// Whose document it is. Nobody shall take it for the service's own.
const UNOFFICIAL: &str = "Unofficial: made by wms-sim from the public documentation, not by NuraLogix. `x-evidence` says what a \
                          part stands on: `documented` (the service's own pages say so), `inferred` (it follows from \
                          what they say), `unknown` (nobody outside knows, and it is a choice). `x-dialect` lists the \
                          choices made, with what their defaults stand on; `x-dialect-keys` says where they matter.";

/// Why a schema does not close its objects.
const OPEN: &str = "Further keys are allowed, in the body and in payloads: the documentation does not forbid them. It may gain events as \
     well, so a receiver does well to accept an event that it does not know.";

/// Where a document keeps the schemas that it refers to.
#[derive(Clone, Copy)]
struct Refs(&'static str);

impl Refs {
    /// Those of a JSON Schema.
    const DEFS: Self = Self("#/$defs/");
    /// Those of an OpenAPI document.
    const COMPONENTS: Self = Self("#/components/schemas/");

    fn path(self, name: &str) -> String {
        format!("{}{name}", self.0)
    }

    fn to(self, name: &str) -> Value {
        json!({ "$ref": self.path(name) })
    }
}

/// The JSON Schema (draft 2020-12) of an event's body in a dialect.
pub fn event_schema(dialect: &Dialect) -> Value {
    let one_of: Vec<Value> = codes(dialect).map(|code| Refs::DEFS.to(&type_name(code))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An event of the Web Measurement Service (WMS)",
        "description": format!("The body of one webhook request, as {SOURCE} describes it. {UNOFFICIAL} {OPEN}"),
        "x-dialect": choices::of_bodies(dialect),
        "oneOf": one_of,
        "$defs": definitions(dialect, Refs::DEFS),
    })
}

/// The events that a dialect has.
fn codes(dialect: &Dialect) -> impl Iterator<Item = Code> {
    Code::ALL.into_iter().filter(|code| dialect.knows(*code))
}

/// What is shared, then the events by the names of their types.
fn definitions(dialect: &Dialect, refs: Refs) -> Map<String, Value> {
    let mut all = shared::definitions(dialect);
    all.extend(codes(dialect).map(|code| (type_name(code), event::schema(code, dialect, refs))));
    all
}

/// `WMS_LOADED` as `WmsLoaded`.
fn type_name(code: Code) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(usize::from(!word.is_empty()));
        first.to_owned() + &rest.to_ascii_lowercase()
    };
    code.as_str().split('_').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_like_the_variants() {
        for code in Code::ALL {
            assert_eq!(type_name(code), format!("{code:?}"));
        }
    }
}
