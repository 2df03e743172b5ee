//! The OpenAPI document: one webhook an event.

use serde_json::{Map, Value, json};

use super::choices::evidence;
use super::{OPEN, Refs, SOURCE, UNOFFICIAL, choices, codes, definitions, type_name};
use crate::protocol::code::Code;
use crate::protocol::dialect::{Dialect, MacInput};
use crate::protocol::evidence::Evidence;
use crate::protocol::mac;

/// The name of the schema that any event fits.
const ANY: &str = "Event";
/// The name of the header's parameter.
const MAC: &str = "ContentMac";

/// The OpenAPI 3.1 document of the webhooks in a dialect.
pub fn openapi(dialect: &Dialect) -> Value {
    let webhooks: Map<String, Value> =
        codes(dialect).map(|code| (code.as_str().to_owned(), webhook(code, dialect))).collect();
    let mut schemas = Map::new();
    schemas.insert(ANY.to_owned(), any(dialect));
    schemas.extend(definitions(dialect, Refs::COMPONENTS));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Webhooks of the Web Measurement Service (WMS), unofficial",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The events that WMS posts to a customer's endpoint",
            "description": about(dialect),
        },
        "externalDocs": { "description": "The documentation that this stands on", "url": SOURCE },
        "x-dialect": choices::of_requests(dialect),
        "webhooks": webhooks,
        "components": {
            "schemas": schemas,
            "parameters": { MAC: header(dialect) },
            "responses": {
                "Accepted": {
                    "description": "The event was accepted. Which statuses do so is not documented.",
                    "x-evidence": evidence("delivery.accept"),
                },
                "Refused": {
                    "description": "The event was refused, for example because its MAC is missing or wrong. What the service then does is \
                                    not documented.",
                    "x-evidence": Evidence::Unknown,
                },
                "NotAccepted": {
                    "description": "Any other status does not accept the event.",
                    "x-evidence": Evidence::Unknown,
                },
            },
        },
    })
}

fn about(dialect: &Dialect) -> String {
    let timeout = choices::key("delivery.timeout").map_or_else(String::new, |key| key.show(dialect));
    format!(
        "{UNOFFICIAL}\n\n\
         The version is that of wms-sim; the service's pages have none.\n\n\
         Every event is one HTTP POST to the one URL that the customer configured, as it happens. The webhooks below \
         differ in their bodies only; `{ANY}` is the schema that all of them fit.\n\n\
         Not documented, and therefore choices of this document: the Content-Type header, which statuses accept an \
         event, the timeout ({timeout} here), retries, whether an event waits for the reply to the one before ({}), \
         and behaviour while the endpoint is down.\n\n{OPEN}",
        dialect.order,
    )
}

fn webhook(code: Code, dialect: &Dialect) -> Value {
    json!({
        "post": {
            "operationId": operation_id(code),
            "summary": code.meaning(),
            "description": format!("Severity {}.", code.severity()),
            "tags": [code.severity()],
            "parameters": [{ "$ref": format!("#/components/parameters/{MAC}") }],
            "requestBody": {
                "required": true,
                "content": { (dialect.content_type.clone()): { "schema": Refs::COMPONENTS.to(&type_name(code)) } },
            },
            "responses": responses(dialect),
        },
    })
}

/// `WMS_LOADED` as `wmsLoaded`.
fn operation_id(code: Code) -> String {
    let name = type_name(code);
    let (first, rest) = name.split_at(usize::from(!name.is_empty()));
    first.to_ascii_lowercase() + rest
}

fn any(dialect: &Dialect) -> Value {
    let names: Vec<(Code, String)> = codes(dialect).map(|code| (code, type_name(code))).collect();
    let one_of: Vec<Value> = names.iter().map(|(_, name)| Refs::COMPONENTS.to(name)).collect();
    let mapping: Map<String, Value> = names
        .iter()
        .map(|(code, name)| (code.as_str().to_owned(), Refs::COMPONENTS.path(name).into()))
        .collect();
    json!({
        "title": "Any event",
        "oneOf": one_of,
        "discriminator": { "propertyName": "event", "mapping": mapping },
    })
}

fn header(dialect: &Dialect) -> Value {
    let example = format!("{}{}", mac::PREFIX, "0123456789abcdef".repeat(4));
    let input = match dialect.mac_input {
        MacInput::Bytes => "the bytes as sent",
        MacInput::Latin1 => {
            "the low byte of each UTF-16 unit, as the documentation's snippet for Node does it"
        }
    };
    json!({
        "name": mac::HEADER,
        "in": "header",
        "required": true,
        "description": format!(
            "`{}` and the 64 lower-case hex digits of HMAC-SHA256 over the body. The key is the MAC secret of the Config ID as \
             plain text: its UTF-8 bytes, not decoded. So much is documented. What is hashed of a body that is not plain ASCII \
             is unknown; here it is {input}. Advice: compute it before parsing, and compare in constant time.",
            mac::PREFIX,
        ),
        "x-evidence": Evidence::Documented,
        "x-dialect-keys": ["mac.input"],
        "schema": {
            "type": "string",
            "pattern": format!("^{}[0-9a-f]{{64}}$", mac::PREFIX),
            "examples": [example],
        },
    })
}

/// The statuses that accept, whole hundreds where it is all of them; then those that do not.
fn responses(dialect: &Dialect) -> Value {
    let to = |name: &str| json!({ "$ref": format!("#/components/responses/{name}") });
    let mut all = Map::new();
    for hundred in 1..=5 {
        let accepted: Vec<u16> =
            (hundred * 100..(hundred + 1) * 100).filter(|status| dialect.accept.contains(*status)).collect();
        if accepted.len() == 100 {
            all.insert(format!("{hundred}XX"), to("Accepted"));
        } else {
            all.extend(accepted.iter().map(|status| (status.to_string(), to("Accepted"))));
        }
    }
    all.entry("4XX").or_insert_with(|| to("Refused"));
    all.insert("default".to_owned(), to("NotAccepted"));
    all.into()
}
