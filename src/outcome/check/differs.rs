//! Where what is shown of a session differs from what is shown of an undisturbed one. Its words are those of the reports, and
//! the diagnosis rests on it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// So many characters of a value are kept.
const LONGEST: usize = 60;

/// What differs: the first few places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Differs {
    /// The first places that differ, in the order in which they stand.
    pub places: Vec<Place>,
    /// How many more differ.
    pub more: usize,
}

/// One place that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Place {
    /// A list has more entries, or fewer.
    Entries {
        /// Where the list is.
        path: Path,
        /// How many entries are shown.
        shown: usize,
        /// How many there are of the undisturbed session.
        usual: usize,
    },
    /// Something else stands there.
    Value {
        /// Where.
        path: Path,
        /// What is shown.
        shown: Shown,
        /// What is shown of the undisturbed session.
        usual: Shown,
    },
}

/// The way to a place, from the outermost value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Path(pub Vec<Step>);

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Step {
    /// To the value with this name.
    Name(String),
    /// To this entry of a list, from 0.
    Entry(usize),
}

/// What stands in a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// Nothing: there is no such place.
    Nothing,
    /// This.
    Value(Value),
    /// Something long, of which this is the beginning, as JSON.
    Beginning(String),
}

impl Differs {
    /// The same with every text as `hide` makes it, which leaves out what must not be told.
    #[must_use]
    pub fn discreet(self, hide: &dyn Fn(&str) -> String) -> Self {
        Self { places: self.places.into_iter().map(|place| place.discreet(hide)).collect(), ..self }
    }
}

impl Place {
    fn discreet(self, hide: &dyn Fn(&str) -> String) -> Self {
        match self {
            Self::Entries { path, shown, usual } => Self::Entries { path: path.discreet(hide), shown, usual },
            Self::Value { path, shown, usual } => Self::Value {
                path: path.discreet(hide),
                shown: shown.discreet(hide),
                usual: usual.discreet(hide),
            },
        }
    }

    /// Where it is.
    pub const fn path(&self) -> &Path {
        match self {
            Self::Entries { path, .. } | Self::Value { path, .. } => path,
        }
    }

    /// It stands in a list, or below one.
    pub fn is_entry(&self) -> bool {
        self.path().0.iter().any(|step| matches!(step, Step::Entry(_)))
    }

    /// How many there are, and how many there should be: whole numbers, or the entries of a list.
    pub fn counts(&self) -> Option<(u64, u64)> {
        match self {
            Self::Entries { shown, usual, .. } => Some((*shown as u64, *usual as u64)),
            Self::Value { shown: Shown::Value(shown), usual: Shown::Value(usual), .. } => {
                Some((shown.as_u64()?, usual.as_u64()?))
            }
            Self::Value { .. } => None,
        }
    }

    /// What is shown, and what of the undisturbed session, where neither is a number of entries.
    pub const fn values(&self) -> Option<(&Shown, &Shown)> {
        match self {
            Self::Value { shown, usual, .. } => Some((shown, usual)),
            Self::Entries { .. } => None,
        }
    }
}

impl Path {
    fn discreet(self, hide: &dyn Fn(&str) -> String) -> Self {
        let step = |step| match step {
            Step::Name(name) => Step::Name(hide(&name)),
            Step::Entry(number) => Step::Entry(number),
        };
        Self(self.0.into_iter().map(step).collect())
    }

    /// The path without the numbers of entries: `$.log[*].took`.
    pub fn general(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut text, false);
        text
    }

    fn write(&self, out: &mut impl fmt::Write, numbered: bool) -> fmt::Result {
        out.write_char('$')?;
        for step in &self.0 {
            match step {
                Step::Entry(number) if numbered => write!(out, "[{number}]")?,
                Step::Entry(_) => out.write_str("[*]")?,
                Step::Name(name) if is_plain(name) => write!(out, ".{name}")?,
                Step::Name(name) => write!(out, "[{}]", Value::from(name.as_str()))?,
            }
        }
        Ok(())
    }
}

/// A name that needs no quotes.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Shown {
    /// What stands there, if anything, as far as it is kept.
    pub fn of(value: Option<&Value>) -> Self {
        let Some(value) = value else { return Self::Nothing };
        let text = value.to_string();
        match text.char_indices().nth(LONGEST) {
            None => Self::Value(value.clone()),
            Some((end, _)) => Self::Beginning(text[..end].to_owned()),
        }
    }
}

impl Shown {
    fn discreet(self, hide: &dyn Fn(&str) -> String) -> Self {
        match self {
            Self::Nothing => Self::Nothing,
            Self::Value(value) => Self::Value(discreet(value, hide)),
            Self::Beginning(text) => Self::Beginning(hide(&text)),
        }
    }
}

fn discreet(value: Value, hide: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(hide(&text)),
        Value::Number(number) => {
            let text = number.to_string();
            let hidden = hide(&text);
            if hidden == text { Value::Number(number) } else { Value::String(hidden) }
        }
        Value::Array(list) => list.into_iter().map(|value| discreet(value, hide)).collect(),
        Value::Object(object) => {
            object.into_iter().map(|(name, value)| (hide(&name), discreet(value, hide))).collect()
        }
        Value::Null | Value::Bool(_) => value,
    }
}

impl fmt::Display for Differs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, place) in self.places.iter().enumerate() {
            let comma = if number > 0 { "; " } else { "" };
            write!(f, "{comma}{place}")?;
        }
        if self.more > 0 {
            write!(f, "; and {} more", self.more)?;
        }
        Ok(())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entries { path, shown, usual } => {
                let entries = if *shown == 1 { "entry" } else { "entries" };
                write!(f, "{path}: {shown} {entries} instead of {usual}")
            }
            Self::Value { path, shown, usual } => write!(f, "{path}: {shown} instead of {usual}"),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, true)
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Value(value) => write!(f, "{value}"),
            Self::Beginning(text) => write!(f, "{text} ..."),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_must_not_be_told_is_hidden_wherever_it_stands() {
        let shown = json!({ "a 1234": [{ "b": "1234" }, 12345, 7, null], "c": true });
        let place = Place::Value {
            path: Path(vec![Step::Name("x1234".to_owned()), Step::Entry(1234)]),
            shown: Shown::of(Some(&shown)),
            usual: Shown::of(Some(&json!(format!("1234{}", "y".repeat(100))))),
        };
        let entries = Place::Entries { path: place.path().clone(), shown: 1234, usual: 1 };
        let differs = Differs { places: vec![place, entries], more: 1234 };
        let told = differs.discreet(&|text| text.replace("1234", "***")).to_string();
        let told: Vec<&str> = told.split("; ").collect();
        let begin = r#"$["x***"][1234]: {"a ***":[{"b":"***"},"***5",7,null],"c":true} instead of "***yyy"#;
        assert!(told[0].starts_with(begin) && told[0].ends_with("yyy ..."), "{told:?}");
        assert_eq!(told[1..], [r#"$["x***"][1234]: 1234 entries instead of 1"#, "and 1234 more"]);
    }
}
