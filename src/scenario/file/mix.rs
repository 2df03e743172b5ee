//! A mix file: which scenarios make up the traffic, and how often each is drawn.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use schemars::JsonSchema;

use super::fields::{Fields, Problems};
use super::keys::{MIX, MIX_ENTRY};
use super::read::is_empty;
use super::schema;
use super::source::Source;
use super::types::{Span, Spanned};
use super::values;
use super::yaml::{self, Kind, Node};
use crate::scenario::diagnostic::Diagnostic;

/// A mix as its author wrote it: which scenarios make up the traffic.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(title = "A mix of wms-sim", deny_unknown_fields)]
pub struct MixFile {
    /// Kebab-case, equal to the file's stem.
    #[schemars(with = "schema::Name")]
    pub name: Spanned<String>,
    /// One line that says what traffic it is like.
    #[schemars(with = "schema::Line")]
    pub title: Spanned<String>,
    /// The scenarios, each once.
    #[schemars(length(min = 1))]
    pub scenarios: Vec<MixEntry>,
}

/// A scenario of a mix.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MixEntry {
    /// A scenario's name, or the path of a file.
    #[schemars(with = "schema::Line")]
    pub scenario: Spanned<String>,
    /// Its share, relative to the others'. Above 0, or 0 to switch it off.
    #[schemars(with = "schema::Weight")]
    pub weight: Spanned<f64>,
}

/// Reads a mix and reports every problem at once, as [`super::read::read`] does for a scenario.
pub fn read(source: &Source) -> (Option<MixFile>, Vec<Diagnostic>) {
    let (root, found) = yaml::parse(&source.text);
    let mut problems = Problems::from(found);
    let file = root.and_then(|root| mix(&root, source, &mut problems));
    (file, problems.into_diagnostics())
}

/// The same for a file's bytes, which may not be text at all.
pub fn read_bytes(
    name: impl Into<String>,
    bytes: &[u8],
    stem: Option<String>,
) -> (Source, Option<MixFile>, Vec<Diagnostic>) {
    let (source, problems) = Source::from_bytes(name, bytes, stem);
    if !problems.is_empty() {
        return (source, None, problems);
    }
    let (file, problems) = read(&source);
    (source, file, problems)
}

fn mix(root: &Node, source: &Source, problems: &mut Problems) -> Option<MixFile> {
    if is_empty(root, problems) {
        return None;
    }
    let fields = Fields::open(root, &MIX, problems)?;
    let stem = source.stem.as_deref();
    let name = fields.get("name").and_then(|node| values::file_name(node, stem, problems));
    let title = fields.get("title").and_then(|node| values::line(node, "title", problems));
    let scenarios = fields.get("scenarios").and_then(|node| scenarios(node, problems));
    Some(MixFile { name: name?, title: title?, scenarios: scenarios? })
}

fn scenarios(node: &Node, problems: &mut Problems) -> Option<Vec<MixEntry>> {
    let items = match &node.kind {
        Kind::List(items) if !items.is_empty() => items,
        kind => {
            let this =
                if matches!(kind, Kind::List(_)) { "an empty list".to_owned() } else { node.describe() };
            let message = format!("`scenarios` is a list of scenarios and weights, this is {this}");
            problems.error(message, &node.span, "write `- { scenario: happy-path, weight: 1 }`");
            return None;
        }
    };
    let entries: Vec<MixEntry> = items.iter().filter_map(|item| entry(item, problems)).collect();
    if entries.len() == items.len() {
        values::check_weights(entries.iter().map(|entry| &entry.weight), "scenario", node, problems);
    }
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for MixEntry { scenario, .. } in &entries {
        match seen.entry(&scenario.value) {
            Entry::Vacant(slot) => {
                slot.insert(scenario.span.clone());
            }
            Entry::Occupied(first) => problems.push(
                Diagnostic::error("this scenario is in the mix twice", scenario.span.clone(), "again here")
                    .also(first.get().clone(), "first here")
                    .help("keep one of the two, and add up their weights"),
            ),
        }
    }
    Some(entries)
}

fn entry(node: &Node, problems: &mut Problems) -> Option<MixEntry> {
    let fields = Fields::open(node, &MIX_ENTRY, problems)?;
    let scenario = fields.get("scenario").and_then(|node| values::line(node, "scenario", problems));
    let weight = fields.get("weight").and_then(|node| values::weight(node, problems));
    Some(MixEntry { scenario: scenario?, weight: weight? })
}
