//! The JSON Schema and the OpenAPI document say what the program sends, in every dialect, and refuse what it never sends.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::process::Command;

use jsonschema::Validator;
use serde_json::{Value, json};
use wms_sim::clock::Epoch;
use wms_sim::protocol::code::{Code, PayloadKind};
use wms_sim::protocol::contract;
use wms_sim::protocol::dialect::{Dialect, MacInput};
use wms_sim::protocol::mac::{self, Secret, Signer};
use wms_sim::scenario::compile::Options;
use wms_sim::scenario::library::{Library, load};
use wms_sim::scenario::render::Values;
use wms_sim::scenario::timeline::Timeline;
use wms_sim::seed::Seed;

fn with(keys: &[(&str, &str)]) -> Dialect {
    let mut dialect = Dialect::current();
    for (key, value) in keys {
        dialect.set(key, value).unwrap();
    }
    dialect
}

const EVERYTHING: &[(&str, &str)] = &[
    ("results.count", "6"),
    ("results.first", "0"),
    ("websocket.initial", "false"),
    ("websocket.clean-close", "true"),
    ("canceled.after-low-snr", "true"),
    ("canceled.after-violation", "true"),
    ("reload.sequence", "continue"),
    ("payload.empty", "null"),
    ("snr.number", "integer"),
    ("snr.scale", "percent"),
    ("body.charset", "utf8"),
    ("mac.input", "latin1"),
    ("http.content-type", "application/json; charset=utf-8"),
    ("constraint.key", "violated"),
    ("constraint.values", "One,Two"),
    ("api-error.key", "error-code"),
    ("api-error.values", "Three"),
    ("session-id.style", "alphanumeric"),
    ("delivery.accept", "100-199,200,204,404"),
    ("delivery.timeout", "none"),
    ("delivery.order", "concurrent"),
];

fn dialects() -> Vec<Dialect> {
    let object = [("payload.empty", "object"), ("snr.scale", "percent")];
    vec![Dialect::current(), Dialect::older(), with(EVERYTHING), with(&object)]
}

/// Every event of some sessions of every scenario.
fn events(dialect: &Dialect, sessions: u64) -> Vec<(Code, Value)> {
    let library = Library::built_in();
    let epoch = Epoch::parse_rfc3339("2026-01-02T03:04:05Z").unwrap();
    let mut events = Vec::new();
    for name in library.scenario_names() {
        let options = Options { dialect: dialect.clone(), ..Options::default() };
        let (plan, _) = load(library.scenario(name).unwrap(), &options).unwrap();
        for number in 1..=sessions {
            let seed = Seed(4).session(number);
            let (mut values, mut timeline) = (Values::new(&plan), Timeline::new(&plan, seed));
            while let Some(beat) = timeline.next(&plan) {
                let mut body = Vec::new();
                values.render(&plan, seed, "Zoë", epoch.timestamp_at(beat.due), beat, &mut body);
                events.push((beat.code(&plan), serde_json::from_slice(&body).unwrap()));
            }
        }
    }
    events
}

fn validator(dialect: &Dialect) -> Validator {
    jsonschema::draft202012::new(&contract::event_schema(dialect)).unwrap()
}

#[test]
fn what_is_sent_fits_the_schema_of_its_dialect() {
    for dialect in dialects() {
        let validator = validator(&dialect);
        let mut seen = BTreeSet::new();
        for (code, event) in events(&dialect, 20) {
            assert!(validator.is_valid(&event), "{event}");
            seen.insert(code);
        }
        assert!(Code::ALL.into_iter().all(|code| seen.contains(&code) == dialect.knows(code)));
    }
}

/// An event of each code, with the payload that it has after a measurement was created.
fn examples(dialect: &Dialect) -> Vec<(Code, Value)> {
    let schema = contract::event_schema(dialect);
    let example = |code: Code| schema["$defs"][format!("{code:?}")]["examples"][0].clone();
    Code::ALL.into_iter().filter(|code| dialect.knows(*code)).map(|code| (code, example(code))).collect()
}

#[test]
fn examples_fit() {
    for dialect in dialects() {
        let validator = validator(&dialect);
        for (_, event) in examples(&dialect) {
            assert!(validator.is_valid(&event), "{event}");
        }
    }
}

/// Events that were changed in a way that the schema has to see.
fn mutations(code: Code, event: &Value, dialect: &Dialect) -> Vec<Value> {
    let mut all = Vec::new();
    let mut change = |change: &dyn Fn(&mut Value)| {
        let mut copy = event.clone();
        change(&mut copy);
        assert_ne!(&copy, event);
        all.push(copy);
    };
    for severity in ["INFO", "WARN", "ERROR", "info", ""] {
        if severity != code.severity().as_str() {
            change(&|event| event["severity"] = severity.into());
        }
    }
    for key in ["timestamp", "sessionId", "sequence", "event", "severity"] {
        change(&|event| drop(event.as_object_mut().unwrap().shift_remove(key)));
        for wrong in [json!(null), json!(true), json!([]), json!({})] {
            change(&|event| event[key] = wrong.clone());
        }
        change(&|event| {
            let value = event.as_object_mut().unwrap().shift_remove(key).unwrap();
            event[key.to_uppercase()] = value;
        });
    }
    change(&|event| event["timestamp"] = "1689684577".into());
    change(&|event| event["timestamp"] = json!(1_689_684_577.5));
    change(&|event| event["sequence"] = json!(-1));
    change(&|event| event["sessionId"] = json!(7));
    change(&|event| event["event"] = "BANANA".into());
    for wrong in [json!("x"), json!(1), json!([])] {
        change(&|event| event["payload"] = wrong.clone());
    }
    for field in contract::fields(code, dialect) {
        for wrong in [json!(null), json!(true), json!([]), json!({}), json!("")] {
            let free_text =
                wrong == "" && matches!(code.payload(), PayloadKind::Constraint | PayloadKind::ApiError);
            if !free_text || field.name == "measurementId" {
                change(&|event| event["payload"][field.name] = wrong.clone());
            }
        }
        if !field.if_created {
            change(&|event| drop(event["payload"].as_object_mut().unwrap().shift_remove(field.name)));
            change(&|event| {
                let payload = event["payload"].as_object_mut().unwrap();
                let value = payload.shift_remove(field.name).unwrap();
                payload.insert(format!("{}x", field.name), value);
            });
        }
    }
    match code.payload() {
        PayloadKind::None => change(&|event| event["payload"] = json!({ "measurementId": "x" })),
        PayloadKind::Visibility => change(&|event| event["payload"]["state"] = "hidden".into()),
        PayloadKind::Results => change(&|event| event["payload"]["snr"] = "-100".into()),
        PayloadKind::Details => change(&|event| event["payload"]["details"] = "OTHER".into()),
        PayloadKind::Measurement => change(&|event| event["payload"]["measurementId"] = "f0c8".into()),
        _ => {}
    }
    all
}

#[test]
fn what_is_never_sent_does_not_fit() {
    for dialect in dialects() {
        let validator = validator(&dialect);
        for (code, event) in examples(&dialect) {
            for mutated in mutations(code, &event, &dialect) {
                assert!(!validator.is_valid(&mutated), "{mutated}");
            }
        }
    }
}

#[test]
fn dialects_refuse_each_other_where_they_differ() {
    let bare =
        json!({ "timestamp": 1, "sessionId": "s", "sequence": 0, "event": "WMS_LOADED", "severity": "INFO" });
    let mut object = bare.clone();
    object["payload"] = json!({});
    let mut null = bare.clone();
    null["payload"] = Value::Null;
    for (chosen, right) in [("absent", &bare), ("object", &object), ("null", &null)] {
        let validator = validator(&with(&[("payload.empty", chosen)]));
        for body in [&bare, &object, &null] {
            assert_eq!(validator.is_valid(body), body == right, "{chosen}: {body}");
        }
    }
    let older = validator(&Dialect::older());
    for (code, event) in examples(&Dialect::current()) {
        assert_eq!(older.is_valid(&event), code.is_on_older_page(), "{code}");
    }
    let integers = validator(&with(&[("snr.number", "integer")]));
    let decimals = validator(&Dialect::current());
    let (_, mut results) = examples(&Dialect::current())
        .into_iter()
        .find(|(code, _)| *code == Code::IntermediateResults)
        .unwrap();
    assert!(decimals.is_valid(&results) && !integers.is_valid(&results));
    for mark in [-100, -91, -90] {
        results["payload"]["snr"] = mark.into();
        assert!(decimals.is_valid(&results) && integers.is_valid(&results));
    }
}

#[test]
fn unknown_keys_are_taken() {
    let validator = validator(&Dialect::current());
    for (_, mut event) in examples(&Dialect::current()) {
        event["more"] = json!(1);
        if event.get("payload").is_some() {
            event["payload"]["more"] = json!([]);
        }
        assert!(validator.is_valid(&event), "{event}");
    }
}

/// Every `$ref`, and every value of a `discriminator`'s mapping.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str));
            let mapping = map.get("discriminator").and_then(|d| d["mapping"].as_object());
            found.extend(mapping.into_iter().flat_map(|m| m.values().filter_map(Value::as_str)));
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn references_lead_somewhere_and_everything_is_referred_to() {
    for dialect in dialects() {
        for document in [contract::event_schema(&dialect), contract::openapi(&dialect)] {
            let mut found = Vec::new();
            references(&document, &mut found);
            assert!(found.len() > 60);
            for path in &found {
                assert!(document.pointer(path.strip_prefix('#').unwrap()).is_some(), "{path}");
            }
            let components = document.get("components").and_then(Value::as_object);
            let kinds =
                components.into_iter().flatten().map(|(kind, all)| (format!("components/{kind}"), all));
            for (at, all) in kinds.chain(document.get("$defs").map(|all| ("$defs".to_owned(), all))) {
                for name in all.as_object().unwrap().keys().filter(|name| *name != "Event") {
                    assert!(found.contains(&format!("#/{at}/{name}").as_str()), "{at}/{name} is not used");
                }
            }
        }
    }
}

#[test]
fn each_event_is_a_webhook() {
    for dialect in dialects() {
        let document = contract::openapi(&dialect);
        assert_eq!(document["openapi"], "3.1.0");
        let top = ["openapi", "info", "externalDocs", "webhooks", "components"];
        assert!(
            document
                .as_object()
                .unwrap()
                .keys()
                .all(|key| top.contains(&key.as_str()) || key.starts_with("x-"))
        );
        let webhooks = document["webhooks"].as_object().unwrap();
        let known = Code::ALL.into_iter().filter(|code| dialect.knows(*code)).map(Code::as_str);
        assert!(webhooks.keys().eq(known));
        let mut ids = BTreeSet::new();
        for (name, webhook) in webhooks {
            let post = &webhook["post"];
            assert!(ids.insert(post["operationId"].as_str().unwrap()), "{name}");
            assert_eq!(post["parameters"], json!([{ "$ref": "#/components/parameters/ContentMac" }]));
            let content = post["requestBody"]["content"].as_object().unwrap();
            let (media_type, media) = content.iter().next().unwrap();
            assert_eq!((content.len(), media_type), (1, &dialect.content_type));
            let schema = document.pointer(&media["schema"]["$ref"].as_str().unwrap()[1..]).unwrap();
            assert_eq!(schema["properties"]["event"]["const"], *name);
            assert!(!post["responses"].as_object().unwrap().is_empty());
        }
    }
}

#[test]
fn responses_follow_the_statuses_that_accept() {
    let statuses = |dialect: &Dialect| -> Vec<(String, String)> {
        let document = contract::openapi(dialect);
        let all = document["webhooks"]["WMS_LOADED"]["post"]["responses"].as_object().unwrap().clone();
        let name = |value: &Value| value["$ref"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        all.iter().map(|(status, value)| (status.clone(), name(value))).collect()
    };
    let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    assert_eq!(
        statuses(&Dialect::current()),
        pairs(&[("2XX", "Accepted"), ("4XX", "Refused"), ("default", "NotAccepted")])
    );
    assert_eq!(
        statuses(&with(EVERYTHING)),
        pairs(&[
            ("1XX", "Accepted"),
            ("200", "Accepted"),
            ("204", "Accepted"),
            ("404", "Accepted"),
            ("4XX", "Refused"),
            ("default", "NotAccepted"),
        ])
    );
}

#[test]
fn the_header_is_the_one_that_is_sent() {
    let document = contract::openapi(&Dialect::current());
    let header = &document["components"]["parameters"]["ContentMac"];
    assert_eq!((header["name"].as_str(), header["in"].as_str()), (Some(mac::HEADER), Some("header")));
    let value = Signer::new(&Secret::new("s"), MacInput::Bytes).sign(b"{}");
    assert!(jsonschema::is_valid(&header["schema"], &json!(value.as_str())));
    assert!(jsonschema::is_valid(&header["schema"], &header["schema"]["examples"][0]));
    for wrong in [value.as_str().to_uppercase(), value.as_str().replace("hmac-", ""), format!("{value}0")] {
        assert!(!jsonschema::is_valid(&header["schema"], &json!(wrong)), "{wrong}");
    }
}

#[test]
fn schemas_are_schemas() {
    for dialect in dialects() {
        jsonschema::draft202012::meta::validate(&contract::event_schema(&dialect)).unwrap();
        let document = contract::openapi(&dialect);
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            assert!(jsonschema::draft202012::meta::is_valid(schema), "{name}");
        }
    }
}

/// Every key of the dialect that a part names.
fn keys_named<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            let keys = map.get("x-dialect-keys").and_then(Value::as_array);
            found.extend(keys.into_iter().flatten().filter_map(Value::as_str));
            map.values().for_each(|value| keys_named(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| keys_named(value, found)),
        _ => {}
    }
}

#[test]
fn both_say_that_they_are_unofficial_and_where_they_come_from() {
    let dialect = Dialect::current();
    let (schema, document) = (contract::event_schema(&dialect), contract::openapi(&dialect));
    for text in [&schema["description"], &document["info"]["description"]] {
        assert!(text.as_str().unwrap().contains("Unofficial"), "{text}");
    }
    assert_eq!(document["externalDocs"]["url"], contract::SOURCE);
    for document in [&schema, &document] {
        let mut named = Vec::new();
        keys_named(document, &mut named);
        assert!(
            named.contains(&"constraint.key")
                && document["x-dialect"]["payload.empty"]["evidence"] == "unknown"
        );
        assert!(named.iter().all(|key| document["x-dialect"].get(key).is_some()), "{named:?}");
    }
}

#[test]
fn the_program_prints_them_in_the_dialect_that_is_asked_for() {
    let printed = |words: &[&str]| -> Value {
        let command = Command::new(env!("CARGO_BIN_EXE_wms-sim"))
            .args(["events", "--no-config"])
            .args(words)
            .env_clear()
            .output()
            .unwrap();
        assert!(command.status.success() && command.stderr.is_empty(), "{command:?}");
        serde_json::from_slice(&command.stdout).unwrap()
    };
    let mut dialect = Dialect::older();
    dialect.set("constraint.key", "violated").unwrap();
    let older = ["--dialect", "older", "--set", "constraint.key=violated"];
    assert_eq!(printed(&[&["--schema"], &older[..]].concat()), contract::event_schema(&dialect));
    assert_eq!(printed(&[&["--openapi"], &older[..]].concat()), contract::openapi(&dialect));
    assert_eq!(printed(&["--openapi"]), contract::openapi(&Dialect::current()));
}
