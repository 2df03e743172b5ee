//! A mapping, checked against its table of keys.

use super::keys::{Shape, known};
use super::types::Span;
use super::words::{all_of, nearest, quote};
use super::yaml::{Kind, Node};
use crate::scenario::diagnostic::{Diagnostic, Level};

/// The problems found so far.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<Diagnostic>,
    errors: usize,
}

impl Problems {
    /// One more.
    pub(super) fn push(&mut self, problem: Diagnostic) {
        self.errors += usize::from(problem.level == Level::Error);
        self.found.push(problem);
    }

    /// How many errors there are.
    pub(super) const fn errors(&self) -> usize {
        self.errors
    }

    /// An error that needs no further labels.
    pub(super) fn error(&mut self, message: impl Into<String>, span: &Span, help: impl Into<String>) {
        self.push(Diagnostic::error(message, span.clone(), "").help(help));
    }

    /// A warning that needs no further labels.
    pub(super) fn warning(&mut self, message: impl Into<String>, span: &Span, help: impl Into<String>) {
        self.push(Diagnostic::warning(message, span.clone(), "").help(help));
    }

    /// All of them, each once: a node that is reached through an alias is read more than once.
    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        let mut seen = std::collections::HashSet::new();
        let mut found = self.found;
        found.retain(|problem| {
            let place = problem.labels.first().map(|label| label.span.clone());
            seen.insert((problem.message.clone(), place))
        });
        found
    }
}

impl From<Vec<Diagnostic>> for Problems {
    fn from(found: Vec<Diagnostic>) -> Self {
        let errors = found.iter().filter(|problem| problem.level == Level::Error).count();
        Self { found, errors }
    }
}

/// The known keys of a mapping and their values.
pub(super) struct Fields<'n> {
    entries: Vec<(&'static str, &'n Node)>,
    slips: bool,
    unclear: bool,
}

impl<'n> Fields<'n> {
    /// Opens a mapping and reports the keys that are unknown, misplaced or missing.
    ///
    /// A slip whose meaning is plain is reported and then read as what it was meant to be, so that the problems
    /// behind it are reported, too.
    pub(super) fn open(node: &'n Node, shape: &'static Shape, problems: &mut Problems) -> Option<Self> {
        let Kind::Map(pairs) = &node.kind else {
            let message = format!("{} is a mapping, this is {}", shape.what, node.describe());
            problems.error(message, &node.span, format!("{}: write `key: value`", known(shape)));
            return None;
        };
        let mut entries: Vec<(&'static str, &'n Node)> = Vec::new();
        let mut slips = Vec::new();
        let mut replaced = Vec::new();
        for (place, (key, value)) in pairs.iter().enumerate() {
            let text = key.text().unwrap_or_default();
            if let Some(known) = shape.keys.iter().find(|known| **known == text) {
                entries.push((known, value));
            } else if !is_rest_of_call(pairs, place) {
                slips.push((key, value));
            }
        }
        let any = !slips.is_empty();
        let mut unclear = false;
        for (key, value) in slips {
            let text = key.text().unwrap_or_default();
            if let Some(misplaced) = (shape.misplaced)(text) {
                problems.error(misplaced.message, &key.span, misplaced.help);
                replaced.extend(misplaced.instead_of);
                continue;
            }
            let missing =
                shape.keys.iter().copied().filter(|key| entries.iter().all(|(known, _)| known != key));
            let (meant, help) = match nearest(text, missing) {
                Some(meant) => (Some(meant), format!("did you mean `{meant}`?")),
                None => (None, known(shape)),
            };
            problems.error(format!("the key {} is not known", quote(text)), &key.span, help);
            unclear |= meant.is_none();
            entries.extend(meant.map(|meant| (meant, value)));
        }
        let fields = Self { entries, slips: any, unclear };
        fields.report_missing(node, shape, &replaced, problems);
        Some(fields)
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }

    /// True where it has keys that are not known.
    pub(super) const fn slips(&self) -> bool {
        self.slips
    }

    /// True where nobody knows what one of the keys was meant to be.
    pub(super) const fn unclear(&self) -> bool {
        self.unclear
    }

    /// Reports the required keys that are missing, apart from those for which something else was written.
    fn report_missing(&self, node: &Node, shape: &Shape, replaced: &[&str], problems: &mut Problems) {
        let missing =
            || shape.required.iter().filter(|(key, _)| self.get(key).is_none() && !replaced.contains(key));
        if missing().next().is_some() {
            let message = format!("{} needs {}", shape.what, all_of(missing().map(|(key, _)| *key)));
            let help = format!("add {}", all_of(missing().map(|(_, example)| *example)));
            problems.error(message, &node.span, help);
        }
    }
}

/// Inside of braces the comma of `after: normal(5s, 400ms)` ends the value, so that `400ms)` becomes a key. The
/// value's own diagnostic explains it; a second one for the key would not help.
fn is_rest_of_call(pairs: &[(Node, Node)], place: usize) -> bool {
    let unclosed = |node: &Node| node.text().is_some_and(|text| text.contains('(') && !text.contains(')'));
    let rest = |node: &Node| node.text().is_some_and(|text| text.ends_with(')') && !text.contains('('));
    let (key, value) = &pairs[place];
    place > 0 && rest(key) && value.is_null() && unclosed(&pairs[place - 1].1)
}
