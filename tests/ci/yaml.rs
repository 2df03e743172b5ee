//! YAML files as JSON values.

use std::path::Path;

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Value};

/// A file of one document; panics where it is none.
pub fn load(path: &Path) -> Value {
    parse(&std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// A text of one document.
pub fn parse(text: &str) -> Value {
    let documents = Yaml::load_from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(documents.len(), 1, "{text}");
    value(&documents[0])
}

fn value(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(truth)) => (*truth).into(),
        Yaml::Value(Scalar::Integer(number)) => (*number).into(),
        Yaml::Value(Scalar::String(text)) => text.as_ref().into(),
        Yaml::Sequence(items) => items.iter().map(value).collect(),
        Yaml::Mapping(pairs) => {
            let pairs = pairs.iter().map(|(key, item)| (text(&value(key)), value(item)));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        other => panic!("{other:?} is not used here"),
    }
}

/// A scalar as the text that CI systems make of it.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(_) | Value::Object(_) => panic!("{value} is no scalar"),
    }
}

/// The pairs of a mapping of scalars, none where it is absent.
pub fn pairs(value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Null => vec![],
        Value::Object(pairs) => pairs.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        _ => panic!("{value} is no mapping"),
    }
}
