//! The JSON Schema and the reader say the same about a file.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use wms_sim::scenario::compile::{BUILTIN_FRAGMENTS, describe_builtin};
use wms_sim::scenario::diagnostic::Level;
use wms_sim::scenario::file::keys::{self, Shape};
use wms_sim::scenario::file::{self, Source, mix, payload, schema, template, yaml};

/// Broken files that a schema cannot refuse: their parts are well-formed, but do not go together.
const BEYOND_A_SCHEMA: &[&str] = &[
    "Stem_With_Capitals",
    "gap-lognormal-swapped",
    "gap-too-long",
    "mix-all-weights-zero",
    "mix-same-twice",
    "name-not-the-stem",
    "payload-words-out-of-place",
    "title-with-escape-sequence",
];

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

fn source(path: &Path) -> Source {
    let bytes = fs::read(path).unwrap();
    Source::from_bytes(path.to_str().unwrap(), &bytes, Some(stem(path))).0
}

fn accepts(schema: &Value, text: &str) -> Option<bool> {
    let (root, diagnostics) = yaml::parse(text);
    let value = payload::to_json(&root?)?;
    diagnostics.is_empty().then(|| jsonschema::is_valid(schema, &value))
}

#[test]
fn the_schemas_are_valid() {
    for schema in [schema::scenario(), schema::mix()] {
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
}

#[test]
fn the_schema_knows_the_keys_that_the_reader_knows() {
    let (scenario, mix) = (schema::scenario(), schema::mix());
    let definition = |name: &str| &scenario["$defs"][name];
    for (shape, object) in [
        (&keys::SCENARIO, &scenario),
        (&keys::EVENT, definition("EventStep")),
        (&keys::USE, definition("UseShape")),
        (&keys::CHOOSE, definition("ChooseShape")),
        (&keys::MAYBE, definition("MaybeShape")),
        (&keys::WAIT, definition("WaitShape")),
        (&keys::RELOAD, definition("ReloadShape")),
        (&keys::BRANCH, definition("Branch")),
        (&keys::INTERLUDE, definition("Interlude")),
        (&keys::ONE_OF, definition("OneOfShape")),
        (&keys::RANGE, definition("RangeShape")),
        (&keys::RAMP, definition("RampShape")),
        (&keys::MIX, &mix),
        (&keys::MIX_ENTRY, &mix["$defs"]["MixEntry"]),
    ] {
        compare(shape, object);
    }
}

fn compare(shape: &Shape, object: &Value) {
    let Some(properties) = object["properties"].as_object() else { panic!("{}: {object}", shape.what) };
    let known: BTreeSet<&str> = shape.keys.iter().copied().collect();
    let described: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
    assert_eq!(known, described, "{}", shape.what);
    assert_eq!(object["additionalProperties"], false, "{}", shape.what);
    for (key, property) in properties {
        assert!(property["description"].is_string(), "{}: {key} is not described: {property}", shape.what);
    }
    // The key that makes a mapping what it is goes without saying in the reader's table.
    let kinds = keys::STEPS.iter().chain(&keys::DRAWN).map(|shape| shape.keys[0]);
    let named = kinds.filter(|kind| shape.keys[0] == *kind);
    let required: BTreeSet<&str> = shape.required.iter().map(|(key, _)| *key).chain(named).collect();
    let described = object["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert_eq!(required, described, "{}", shape.what);
}

/// Whoever writes a scenario reads of them in these two places.
#[test]
fn the_built_in_fragments_are_all_named() {
    let all = BUILTIN_FRAGMENTS.join(", ");
    let schema = schema::scenario().to_string();
    assert!(schema.contains(&format!("built-in one: {all}.")), "UseShape in schema.rs does not list {all}");
    let template = template::text("mine", "schema.json");
    assert!(template.contains(&format!("Built-in fragments: {all}.")), "template.rs does not list {all}");
    for name in BUILTIN_FRAGMENTS {
        assert!(describe_builtin(name).is_some(), "{name}");
    }
}

#[test]
fn valid_files_pass_both() {
    let template = template::text("template", "schema.json");
    let template = Source::new("template", template, Some("template".to_owned()));
    for source in files("valid").iter().map(|path| source(path)).chain([template]) {
        let (read, diagnostics) = file::read(&source);
        assert!(diagnostics.is_empty() && read.is_some(), "{}: {diagnostics:#?}", source.name);
        assert_eq!(accepts(&schema::scenario(), &source.text), Some(true), "{}", source.name);
        assert_eq!(accepts(&schema::mix(), &source.text), Some(false), "{}", source.name);
    }
    for source in files("valid/mixes").iter().map(|path| source(path)) {
        let (read, diagnostics) = mix::read(&source);
        assert!(diagnostics.is_empty() && read.is_some(), "{}: {diagnostics:#?}", source.name);
        assert_eq!(accepts(&schema::mix(), &source.text), Some(true), "{}", source.name);
        assert_eq!(accepts(&schema::scenario(), &source.text), Some(false), "{}", source.name);
    }
}

#[test]
fn broken_files_fail_both() {
    let (scenario, mix) = (schema::scenario(), schema::mix());
    let mut accepted = Vec::new();
    for path in files("broken") {
        let (stem, source) = (stem(&path), source(&path));
        if source.text.contains(char::REPLACEMENT_CHARACTER) {
            continue;
        }
        if stem.starts_with("compile-") {
            assert_eq!(accepts(&scenario, &source.text), Some(true), "{stem}");
            continue;
        }
        let schema = if stem.starts_with("mix-") { &mix } else { &scenario };
        if accepts(schema, &source.text) == Some(true) {
            accepted.push(stem);
        }
    }
    assert_eq!(accepted, BEYOND_A_SCHEMA);
}

const GAPS: &[&str] = &[
    "5",
    "5s",
    "'5s'",
    "5.5m",
    "5.s",
    ".5s",
    "5 s",
    "5S",
    "1h",
    "1w",
    "1s..2s",
    "1s .. 2s",
    "1s..2",
    "1..2s",
    "1s...2s",
    "1s ±1s",
    "1s±1ms",
    "2s +- 1s",
    "2s +/- 1s",
    "2s -+ 1s",
    "exp(1s)",
    "exp( 1s )",
    "exp (1s)",
    "exp(1)",
    "Exp(1s)",
    "'normal(1s, 2s)'",
    "'normal(1s,2s)'",
    "'normal(1s)'",
    "normal(1s, 2s)",
    "'lognormal(1s, 2s)'",
    "'lognormal(1s, 2s, 3s)'",
    "",
    "null",
    "true",
    "[5s]",
    "{}",
    "-5s",
    "1e3s",
    "'5s '",
    "' 5s'",
    "1s ..2s",
    "'1s\\n'",
];

const COUNTS: &[&str] = &[
    "2", "'2'", "0", "1..3", "1 .. 3", "-1", "1.5", "10000", "10001", "1..", "..3", "many", "", "true",
    "[1]", "2.0", "1e2", "0x2",
];

const PERCENTAGES: &[&str] =
    &["15%", "0.5%", "100%", "'15%'", "15", "0.15", "%", "-5%", "15 %", "1.%", ".5%", "", "often", "[15%]"];

const WEIGHTS: &[&str] = &["1", "0", "0.5", "1e3", "-1", "'1'", "5%", "", ".inf"];

const PAYLOAD_VALUES: &[&str] = &[
    "5",
    "text",
    "null",
    "[1, [2]]",
    "{}",
    "{ a: 1 }",
    "{ one_of: [1] }",
    "{ one_of: [] }",
    "{ one_of: 1 }",
    "{ one_of: [1], a: 1 }",
    "{ range: 1..9 }",
    "{ range: 1.5..9 }",
    "{ range: -9..-1 }",
    "{ range: 1 }",
    "{ range: 1..x }",
    "{ range: [1, 9] }",
    "{ range: 1..9, noise: 1 }",
    "{ ramp: [1, 2] }",
    "{ ramp: [1, 2], noise: 0.5 }",
    "{ ramp: [1] }",
    "{ ramp: [1, 2, 3] }",
    "{ ramp: [a, b] }",
    "{ noise: 1 }",
    "{ ramp: [1, 2], noise: -1 }",
    "{ ramp: [1, 2], one_of: [1] }",
];

const STEPS: &[&str] = &[
    "WMS_LOADED",
    "wms_loaded",
    "{ event: WMS_LOADED }",
    "{ event: NO }",
    "{ event: }",
    "{ use: opening }",
    "{ use: Opening }",
    "{ use: 5 }",
    "{ use: opening, after: 1s }",
    "{ choose: [] }",
    "{ choose: [{ weight: 1 }] }",
    "{ choose: [{ steps: [] }] }",
    "{ maybe: 1%, steps: [] }",
    "{ maybe: 1% }",
    "{ reload: {} }",
    "{ reload: }",
    "{ reload: { a: 1 } }",
    "{ reload: true }",
    "reload",
    "{}",
    "[WMS_LOADED]",
    "null",
    "5",
    "{ event: WMS_LOADED, wait: 1s }",
    "{ event: WMS_LOADED, since: WMS_LOADED }",
    "{ event: WMS_LOADED, since: WMS_LOADED, after: 1s }",
    "{ event: WMS_LOADED, sequence: 1 }",
    "{ event: WMS_LOADED, payload: }",
    "{ event: WMS_LOADED, payload: [] }",
    "{ event: WMS_LOADED, payload: { '': 1 } }",
];

const LINES: &[&str] = &[
    "",
    "description: text",
    "description: 5",
    "description:",
    "description: ''",
    "description: [a]",
    "dialect: {}",
    "dialect: { a: 1, b: true, c: x }",
    "dialect: { a: { b: 1 } }",
    "dialect: { a: }",
    "dialect: []",
    "dialect:",
    "interactive: true",
    "interactive: yes",
    "interactive: 'true'",
    "interactive:",
    "legal: false",
    "legal: 0",
    "fragments: {}",
    "fragments: { a: [WMS_LOADED] }",
    "fragments: { a: [] }",
    "fragments: { A: [WMS_LOADED] }",
    "fragments: []",
    "fragments:",
    "interludes: []",
    "interludes: {}",
    "interludes:",
    "interludes: [{ during: WMS_LOADED..PAGE_UNLOADED, steps: [LOW_SNR] }]",
    "interludes: [{ during: WMS_LOADED .. PAGE_UNLOADED, chance: 5%, times: 2, steps: [LOW_SNR] }]",
    "interludes: [{ during: WMS_LOADED, steps: [LOW_SNR] }]",
    "interludes: [{ during: WMS_LOADED..NO, steps: [LOW_SNR] }]",
    "interludes: [{ during: WMS_LOADED..PAGE_UNLOADED }]",
    "interludes: [{ during: WMS_LOADED..PAGE_UNLOADED, steps: [] }]",
    "interludes: [{ during: WMS_LOADED..PAGE_UNLOADED, steps: [LOW_SNR], after: 1s }]",
    "unknown: 1",
    "steps: []",
    "steps: {}",
    "steps:",
];

const HEADS: &[(&str, &str, &str)] = &[
    ("n", "t", "completed"),
    ("N", "t", "completed"),
    ("a-b", "t", "failed"),
    ("a--b", "t", "failed"),
    ("5", "t", "completed"),
    ("'5'", "t", "completed"),
    ("n", "5", "completed"),
    ("n", "''", "completed"),
    ("n", "' '", "completed"),
    ("n", "'a\n\n  b'", "completed"),
    ("n", "t", "Completed"),
    ("n", "t", "cancelled"),
    ("n", "t", "canceled"),
    ("n", "t", "abandoned"),
    ("n", "t", "[completed]"),
    ("n", "t", ""),
    ("n", "", "completed"),
    ("", "t", "completed"),
];

/// Small changes to a valid file, one at a time.
fn variations() -> Vec<String> {
    let head = "name: n\ntitle: t\noutcome: completed\n";
    let step = |step: &str| format!("{head}steps: [{step}]\n");
    let mut texts = Vec::new();
    for gap in GAPS {
        texts.push(step(&format!("{{ event: WMS_LOADED, after: {gap} }}")));
        texts.push(step(&format!("{{ wait: {gap} }}")));
    }
    for value in PAYLOAD_VALUES {
        texts.push(step(&format!("{{ event: INTERMEDIATE_RESULTS, payload: {{ snr: {value} }} }}")));
        texts.push(step(&format!("{{ event: INTERMEDIATE_RESULTS, payload: {{ other: {value} }} }}")));
    }
    for weight in WEIGHTS {
        texts.push(step(&format!(
            "{{ choose: [{{ weight: 1, steps: [] }}, {{ weight: {weight}, steps: [] }}] }}"
        )));
    }
    texts.extend(COUNTS.iter().map(|count| step(&format!("{{ event: WMS_LOADED, repeat: {count} }}"))));
    texts.extend(
        PERCENTAGES.iter().map(|percent| step(&format!("{{ maybe: {percent}, steps: [WMS_LOADED] }}"))),
    );
    texts.extend(STEPS.iter().map(|one| step(one)));
    for line in LINES {
        let steps = if line.starts_with("steps") { "" } else { "steps: [WMS_LOADED]\n" };
        texts.push(format!("{head}{steps}{line}\n"));
    }
    texts.extend(HEADS.iter().map(|(name, title, outcome)| {
        format!("name: {name}\ntitle: {title}\noutcome: {outcome}\nsteps: [WMS_LOADED]\n")
    }));
    texts
}

/// Whatever the schema refuses the reader refuses, and the other way round.
#[test]
fn both_judge_single_values_alike() {
    let schema = jsonschema::validator_for(&schema::scenario()).unwrap();
    let mut differences = Vec::new();
    for text in variations() {
        let (_, diagnostics) = file::read(&Source::new("test", text.clone(), None));
        let read = diagnostics.iter().all(|diagnostic| diagnostic.level == Level::Warning);
        let json = yaml::parse(&text).0.and_then(|root| payload::to_json(&root));
        let valid = json.is_some_and(|json| schema.is_valid(&json));
        if read != valid {
            differences.push(format!("reader: {read}, schema: {valid}\n{text}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
