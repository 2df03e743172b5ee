//! Values of a TOML file with their places.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// A value and where it stands.
pub(super) type At<'a, 'i> = &'a Spanned<DeValue<'i>>;

/// A key with its value, and where the key stands.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a, 'i> {
    pub key: &'a str,
    pub place: usize,
    pub value: At<'a, 'i>,
}

/// The entries of a table in the order of the text.
pub(super) fn entries<'a, 'i>(table: &'a DeTable<'i>) -> Vec<Entry<'a, 'i>> {
    let entry = |(key, value): (&'a Spanned<DeString<'i>>, At<'a, 'i>)| Entry {
        key: key.get_ref().as_ref(),
        place: key.span().start,
        value,
    };
    let mut entries: Vec<_> = table.iter().map(entry).collect();
    entries.sort_by_key(|entry| entry.place);
    entries
}

/// A text, or a list of texts.
pub(super) fn texts<'a>(value: At<'a, '_>) -> Option<Vec<(&'a str, Range<usize>)>> {
    match value.get_ref() {
        DeValue::String(text) => Some(vec![(text.as_ref(), value.span())]),
        DeValue::Array(list) => {
            list.iter().map(|each| Some((each.get_ref().as_str()?, each.span()))).collect()
        }
        _ => None,
    }
}

/// A text, number or flag, as a flag of the command line would have it.
pub(super) fn scalar(value: At<'_, '_>, whole: &str) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.as_ref().to_owned()),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) => {
            whole.get(value.span()).map(str::to_owned)
        }
        _ => None,
    }
}
