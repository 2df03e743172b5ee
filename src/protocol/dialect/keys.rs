//! The dialect's keys by name: what `--set`, dialect files and scenarios write.

use std::fmt;

use super::Dialect;
use super::delivery::turned;
use super::table::KEYS;
use crate::protocol::evidence::Evidence;

/// One key of the dialect.
pub struct Key {
    /// Its name, such as `websocket.initial`.
    pub name: &'static str,
    /// The values that it takes, where they are few; empty where it takes a text or a number.
    pub values: &'static [&'static str],
    /// What it takes, in words, where `values` is empty.
    pub takes: &'static str,
    /// What its default stands on.
    pub evidence: Evidence,
    /// What it means and why the default is what it is.
    pub meaning: &'static str,
    pub(super) show: fn(&Dialect) -> String,
    pub(super) set: fn(&mut Dialect, &str) -> Result<(), ()>,
}

impl Key {
    /// The key's value in a dialect, as users write it.
    pub fn show(&self, dialect: &Dialect) -> String {
        (self.show)(dialect)
    }

    fn expected(&self) -> String {
        if self.values.is_empty() { self.takes.to_owned() } else { self.values.join(", ") }
    }
}

/// A key could not be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetError {
    /// True where the key itself is not known, false where the value does not fit it.
    pub unknown_key: bool,
    /// What is wrong and what would be right, in a sentence.
    pub message: String,
    /// The name or value that was probably meant.
    pub suggestion: Option<&'static str>,
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match self.suggestion {
            Some(name) => write!(f, "; did you mean {name}?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SetError {}

pub(super) fn set(dialect: &mut Dialect, name: &str, value: &str) -> Result<(), SetError> {
    let Some(key) = KEYS.iter().find(|key| key.name == name) else {
        return Err(SetError {
            unknown_key: true,
            message: format!("'{name}' is not a key of the dialect"),
            suggestion: nearest(name, KEYS.iter().map(|key| key.name)),
        });
    };
    (key.set)(dialect, value).map_err(|()| {
        // What would be right the other way round is told as that.
        let turned = turned(value).filter(|turned| (key.set)(&mut dialect.clone(), turned).is_ok());
        let why = match turned {
            Some(turned) => format!("the range is backwards; did you mean {turned}?"),
            None => format!("it takes {}", key.expected()),
        };
        SetError {
            unknown_key: false,
            message: format!("{name} cannot be '{value}': {why}"),
            suggestion: nearest(value, key.values.iter().copied()),
        }
    })
}

fn nearest(text: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    names
        .map(|name| (strsim::jaro_winkler(text, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
