//! JSON Schema (draft 2020-12) of the files, for editors: what a key means and which keys there are.
//!
//! Where a type has the shape of the file the schema is derived from it; the others are described here. A test
//! holds the schema and the reader's tables of keys to each other. What JSON Schema cannot say (that a range does
//! not end before it begins, that a fragment exists) is left to `wms-sim lint`.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::mix::MixFile;
use super::types::{
    Branch, EventStep, Gap, Interlude, MAX_EVENTS, PayloadValue, Repeat, ScenarioFile, Spanned, Step,
};
use super::{gap, payload, values};
use crate::protocol::code::Code;

/// The schema of scenario files.
pub fn scenario() -> Value {
    generate::<ScenarioFile>()
}

/// The schema of mix files.
pub fn mix() -> Value {
    generate::<MixFile>()
}

fn generate<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().into()
}

/// `legal:` where nothing is said.
pub(super) fn legal_by_default() -> bool {
    true
}

/// Where a value stands is no part of it.
impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// Describes a type that has no shape of its own in Rust.
macro_rules! described {
    ($( $type:ident => |$generator:ident| $schema:expr; )*) => { $(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )* };
}

/// A name in kebab-case.
pub(super) struct Name;
/// A text of one line.
pub(super) struct Line;
/// A share, relative to others.
pub(super) struct Weight;
/// A probability.
pub(super) struct Percent;
/// A step list with something in it.
pub(super) struct Steps;
/// Named step lists.
pub(super) struct Fragments;
/// Dialect keys and their values.
pub(super) struct Dialect;
/// Keys of the payload and their values.
pub(super) struct Payload;
/// A window between two events.
struct Window;
/// Nothing to set.
struct Nothing;
/// The ends of a drawn number.
struct NumberRange;

described! {
    Name => |_generator| json_schema!({
        "type": "string",
        "pattern": values::NAME,
        "description": "Lower-case letters and digits, joined by hyphens.",
    });
    Line => |_generator| json_schema!({ "type": "string", "pattern": values::LINE });
    Weight => |_generator| json_schema!({ "type": "number", "minimum": 0 });
    Percent => |_generator| json_schema!({
        "type": "string",
        "pattern": values::PERCENT,
        "description": "A percentage with its sign: `15%`.",
        "examples": ["15%"],
    });
    Steps => |generator| json_schema!({
        "type": "array",
        "items": generator.subschema_for::<Step>(),
        "minItems": 1,
    });
    Fragments => |generator| json_schema!({
        "type": "object",
        "propertyNames": { "pattern": values::NAME },
        "additionalProperties": generator.subschema_for::<Steps>(),
    });
    Dialect => |_generator| json_schema!({
        "type": "object",
        "additionalProperties": { "type": ["string", "number", "boolean"] },
    });
    Payload => |generator| json_schema!({
        "type": "object",
        "properties": { "snr": generator.subschema_for::<PayloadValue>() },
        "propertyNames": { "minLength": 1 },
        "additionalProperties": {
            "allOf": [
                generator.subschema_for::<PayloadValue>(),
                { "not": { "type": "object", "required": ["ramp"] } },
            ],
        },
    });
    Window => |_generator| {
        let code = Code::ALL.map(Code::as_str).join("|");
        json_schema!({
            "type": "string",
            "pattern": format!(r"^({code}) *\.\. *({code})$"),
            "examples": ["MEASUREMENT_STARTED..SCAN_COMPLETED"],
        })
    };
    Nothing => |_generator| json_schema!({ "type": "object", "maxProperties": 0 });
    NumberRange => |_generator| json_schema!({
        "type": "string",
        "pattern": payload::RANGE_PATTERN,
        "description": "`1..9` for integers, `1.0..9.5` for decimals; both ends are included.",
        "examples": ["1..9", "1.0..9.5"],
    });
    Gap => |_generator| json_schema!({
        "type": "string",
        "pattern": gap::pattern(),
        "description": "A span of time, fixed or drawn: `5s`, `4s..6s`, `5s ±400ms`, `exp(2s)` (mean), \
            `normal(5s, 400ms)` (mean, standard deviation), `lognormal(3s, 15s)` (median, 95th percentile). \
            Units: ms, s, m, h, d. A draw is never negative.",
        "examples": ["5s", "4s..6s", "5s ±400ms", "exp(2s)", "normal(5s, 400ms)", "lognormal(3s, 15s)"],
    });
    Repeat => |_generator| json_schema!({
        "description": "A count, `2`, or a range of counts, `1..3`, drawn for each session.",
        "anyOf": [
            { "type": "integer", "minimum": 0, "maximum": MAX_EVENTS },
            { "type": "string", "pattern": values::COUNT },
        ],
        "examples": [2, "1..3"],
    });
    Step => |generator| StepShape::json_schema(generator);
    Interlude => |generator| InterludeShape::json_schema(generator);
    PayloadValue => |generator| {
        let drawn = payload::words().map(|word| json_schema!({ "required": [word] })).collect::<Vec<_>>();
        json_schema!({
            "description": "A value as it is sent; or `one_of`, `range` or (for `snr`) `ramp`, which draw one.",
            "if": { "type": "object", "anyOf": drawn },
            "then": generator.subschema_for::<DrawnShape>(),
        })
    };
}

/// One entry of a step list: an event code alone, or a mapping of one kind.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "the shape that a step has in the file; only its schema is used")]
enum StepShape {
    Code(Code),
    Event(EventStep),
    Use(UseShape),
    Choose(ChooseShape),
    Maybe(MaybeShape),
    Wait(WaitShape),
    Reload(ReloadShape),
}

/// Declares the mappings that have no struct of their own among the types.
macro_rules! shapes {
    ($( $(#[$attribute:meta])* struct $name:ident { $( $(#[$field_attribute:meta])* $field:ident: $type:ty, )* } )*) => { $(
        #[derive(JsonSchema)]
        #[schemars(deny_unknown_fields)]
        #[expect(dead_code, reason = "the shape that this has in the file; only its schema is used")]
        $(#[$attribute])*
        struct $name { $( $(#[$field_attribute])* $field: $type, )* }
    )* };
}

shapes! {
    /// The steps of a fragment stand here.
    struct UseShape {
        /// A fragment of this file, or a built-in one: opening, start, scan, results-before-last, finish, redirect.
        #[schemars(rename = "use")]
        fragment: Name,
    }

    /// One of several branches happens, by weight.
    struct ChooseShape {
        /// The branches.
        #[schemars(length(min = 1))]
        choose: Vec<Branch>,
    }

    /// The steps happen with a probability.
    struct MaybeShape {
        /// How probable it is.
        maybe: Percent,
        /// What then happens.
        steps: Steps,
    }

    /// A pause with no event.
    struct WaitShape {
        /// How long.
        wait: Gap,
    }

    /// The page is loaded again: `PAGE_UNLOADED`, then the opening anew.
    struct ReloadShape {
        /// An empty mapping.
        reload: Nothing,
    }

    /// Steps that happen somewhere inside a window, beside the session's own course.
    struct InterludeShape {
        /// The events that open and close the window.
        during: Window,
        /// The probability that it happens at all; without it, always.
        #[schemars(default)]
        #[schemars(with = "Percent")]
        chance: Option<Percent>,
        /// How often it then happens; without it, once.
        #[schemars(default)]
        #[schemars(with = "Repeat")]
        times: Option<Repeat>,
        /// What happens.
        steps: Steps,
    }

    /// Each of the values is as likely as the others.
    struct OneOfShape {
        /// The values.
        #[schemars(length(min = 1))]
        one_of: Vec<Value>,
    }

    /// A number between two others.
    struct RangeShape {
        /// From the one to the other.
        range: NumberRange,
    }

    /// A value that goes from the first to the last result of an attempt.
    struct RampShape {
        /// The first and the last value, in dB.
        ramp: (f64, f64),
        /// The standard deviation of the noise, in dB, correlated from one result to the next; without it, none.
        #[schemars(range(min = 0), default)]
        noise: f64,
    }
}

/// A payload value that is drawn.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "the shape that a drawn value has in the file; only its schema is used")]
enum DrawnShape {
    OneOf(OneOfShape),
    Range(RangeShape),
    Ramp(RampShape),
}
