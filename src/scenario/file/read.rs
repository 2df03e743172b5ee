//! A scenario file: text in, [`ScenarioFile`] and every problem out.

use super::fields::{Fields, Problems};
use super::interlude;
use super::keys::SCENARIO;
use super::scalar::{self, Resolved};
use super::source::Source;
use super::step::{self, Empty};
use super::types::{Outcome, ScenarioFile, Spanned, Step};
use super::values;
use super::words::quote;
use super::yaml::{self, Kind, Node};
use crate::scenario::diagnostic::Diagnostic;

/// The words of `outcome:`.
pub const OUTCOMES: [(&str, Outcome); 4] = [
    ("completed", Outcome::Completed),
    ("canceled", Outcome::Canceled),
    ("failed", Outcome::Failed),
    ("abandoned", Outcome::Abandoned),
];

/// Reads a scenario and reports every problem at once.
///
/// The file comes back even where there are errors, as long as it has steps: slips whose meaning is plain are read as
/// meant, values that cannot be read are left out (a name or title is then empty, an outcome `abandoned`), and in the
/// place of what matters to the order of events stands [`Step::Lost`].
pub fn read(source: &Source) -> (Option<ScenarioFile>, Vec<Diagnostic>) {
    let (root, found) = yaml::parse(&source.text);
    let mut problems = Problems::from(found);
    let file = root.and_then(|root| scenario(&root, source, &mut problems));
    (file, problems.into_diagnostics())
}

/// The same for a file's bytes, which may not be text at all.
pub fn read_bytes(
    name: impl Into<String>,
    bytes: &[u8],
    stem: Option<String>,
) -> (Source, Option<ScenarioFile>, Vec<Diagnostic>) {
    let (source, problems) = Source::from_bytes(name, bytes, stem);
    if !problems.is_empty() {
        return (source, None, problems);
    }
    let (file, problems) = read(&source);
    (source, file, problems)
}

fn scenario(root: &Node, source: &Source, problems: &mut Problems) -> Option<ScenarioFile> {
    if is_empty(root, problems) {
        return None;
    }
    // Of a key that is there twice, nobody knows which was meant.
    let mut vague = problems.errors() > 0;
    let fields = Fields::open(root, &SCENARIO, problems)?;
    vague |= fields.unclear();
    let stem = source.stem.as_deref();
    let name = fields.get("name").and_then(|node| values::file_name(node, stem, problems));
    let title = fields.get("title").and_then(|node| values::line(node, "title", problems));
    let description = fields.get("description").and_then(|node| values::text(node, "description", problems));
    if let Some(description) = &description {
        values::no_control_characters(description, "description", problems);
    }
    let outcome = fields.get("outcome").and_then(|node| values::choice(node, "outcome", &OUTCOMES, problems));
    let interactive =
        fields.get("interactive").and_then(|node| values::boolean(node, "interactive", problems));
    let errors = problems.errors();
    let dialect = fields.get("dialect").map(|node| dialect(node, problems)).unwrap_or_default();
    let legal = fields.get("legal").and_then(|node| values::boolean(node, "legal", problems));
    vague |= problems.errors() > errors;
    let fragments = fields.get("fragments").map(|node| fragments(node, problems)).unwrap_or_default();
    let steps = fields.get("steps").map(|node| step::list(node, 1, Empty::Refused, problems));
    let interludes = fields.get("interludes").map(|node| interlude::list(node, problems)).unwrap_or_default();
    let mut steps = steps?;
    if vague {
        steps.insert(0, Spanned::new(Step::Lost(Vec::new()), 0..0));
    }
    Some(ScenarioFile {
        name: name.unwrap_or_else(nothing),
        title: title.unwrap_or_else(nothing),
        description,
        outcome: outcome.unwrap_or(Spanned::new(Outcome::Abandoned, 0..0)),
        dialect,
        interactive: interactive.unwrap_or(false),
        legal: legal.unwrap_or(true),
        fragments,
        steps,
        interludes,
    })
}

fn nothing() -> Spanned<String> {
    Spanned::new(String::new(), 0..0)
}

/// Nothing but comments has a diagnostic of its own.
pub(super) fn is_empty(root: &Node, problems: &mut Problems) -> bool {
    let empty = root.text() == Some("");
    if empty {
        let help = "`wms-sim scenarios new FILE` writes a scenario to start from";
        problems.push(Diagnostic::file("the file is empty").help(help));
    }
    empty
}

fn dialect(node: &Node, problems: &mut Problems) -> Vec<(Spanned<String>, Spanned<String>)> {
    let Kind::Map(pairs) = &node.kind else {
        let message = format!("`dialect` is a mapping, this is {}", node.describe());
        problems.error(message, &node.span, "write `dialect: { websocket.initial: true }`");
        return Vec::new();
    };
    let entry = |(key, value): &(Node, Node)| {
        let name = key.text()?;
        match &value.kind {
            Kind::Scalar(scalar) if scalar::resolve(scalar) != Resolved::Null => Some((
                Spanned::new(name.to_owned(), key.span.clone()),
                Spanned::new(scalar.text.clone(), value.span.clone()),
            )),
            Kind::Scalar(_) => {
                let message = format!("the dialect key {} has no value", quote(name));
                problems.error(message, &value.span, format!("write `{name}: value`"));
                None
            }
            _ => {
                let message = format!("a dialect value is a single value, this is {}", value.describe());
                problems.error(
                    message,
                    &value.span,
                    "write the key with dots, as in `websocket.initial: true`",
                );
                None
            }
        }
    };
    pairs.iter().filter_map(entry).collect()
}

fn fragments(node: &Node, problems: &mut Problems) -> Vec<(Spanned<String>, Vec<Spanned<Step>>)> {
    let Kind::Map(pairs) = &node.kind else {
        let message = format!("`fragments` is a mapping of names to step lists, this is {}", node.describe());
        problems.error(message, &node.span, "write `fragments: { my-steps: [WMS_LOADED] }`");
        return Vec::new();
    };
    let fragment = |(key, value): &(Node, Node)| {
        let name = Spanned::new(key.text()?.to_owned(), key.span.clone());
        values::check_name(&name, "the fragment's name", problems);
        Some((name, step::list(value, 1, Empty::Refused, problems)))
    };
    pairs.iter().filter_map(fragment).collect()
}
