//! What a system remembers of two sessions, compared: both the same once IDs and times are replaced by placeholders.
//!
//! Replaced is what differs from session to session by its nature: the IDs of session and measurements, times of the run,
//! UUIDs, keys of rows. Everything else counts: words, counts, flags, the order of lists, and times of other days.

mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Number, Value};

use crate::clock::Epoch;
use crate::outcome::check::{Differs, Path, Place, Shown, Step};
use words::{is_chance, is_measure, is_row_id, is_row_key, time_of, uuids_replaced};

/// Times as far as this from the run are taken for times of the run, in seconds: local times lie up to 14 hours off.
const NEAR: i64 = 2 * 24 * 3600;
/// So many differences are told.
const TOLD: usize = 3;

/// What is replaced in what a system shows of a session.
#[derive(Clone, Debug)]
pub struct Names {
    /// The session's ID.
    pub session: String,
    /// The IDs of its measurements, in the order of its events.
    pub measurements: Vec<String>,
    /// When the run is.
    pub now: Epoch,
}

/// Where what is shown of a session differs from what is shown of the undisturbed one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The place, and what stands there.
    pub place: Place,
    /// It measures time, so that it can differ though the same events came: a duration, an age.
    pub measure: bool,
    /// Both are short texts that may be due to chance: a token, a version. No number, and not a word only.
    pub chance: bool,
}

impl Difference {
    /// The place without the numbers of entries: `$.log[*].took`.
    pub fn general(&self) -> String {
        self.place.path().general()
    }
}

impl Names {
    /// What is shown, with placeholders in place of IDs and times.
    pub fn replaced(&self, shown: &Value) -> Value {
        self.value(shown, false)
    }

    /// `row`: the value stands under the name of a row's key.
    fn value(&self, value: &Value, row: bool) -> Value {
        match value {
            Value::Object(object) => Value::Object(self.object(object)),
            Value::Array(list) => Value::Array(list.iter().map(|value| self.value(value, row)).collect()),
            Value::String(text) => Value::String(self.text(text, row)),
            Value::Number(number) => self.number(number, row),
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }

    /// IDs can be names too. Names that become the same are numbered.
    fn object(&self, object: &Map<String, Value>) -> Map<String, Value> {
        let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for (name, value) in object {
            let value = self.value(value, is_row_key(name));
            groups.entry(self.text(name, false)).or_default().push(value);
        }
        let mut replaced = Map::new();
        for (name, mut values) in groups {
            if values.len() > 1 {
                values.sort_by_cached_key(ToString::to_string);
            }
            for (number, value) in values.into_iter().enumerate() {
                let name = if number == 0 { name.clone() } else { format!("{name} #{}", number + 1) };
                replaced.insert(name, value);
            }
        }
        replaced
    }

    fn text(&self, text: &str, row: bool) -> String {
        let mut known = text.to_owned();
        if !self.session.is_empty() {
            known = known.replace(self.session.as_str(), "{sessionId}");
        }
        for (place, id) in self.measurements.iter().enumerate().filter(|(_, id)| !id.is_empty()) {
            known = known.replace(id.as_str(), &format!("{{measurement {}}}", place + 1));
        }
        if known != text {
            return uuids_replaced(&known);
        }
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if time_of(text).is_some_and(|seconds| self.is_near(seconds)) {
            "{time}".to_owned()
        } else if is_row_id(text) || row && digits {
            "{id}".to_owned()
        } else {
            uuids_replaced(text)
        }
    }

    fn number(&self, number: &Number, row: bool) -> Value {
        if time_of(&number.to_string()).is_some_and(|seconds| self.is_near(seconds)) {
            return Value::String("{time}".to_owned());
        }
        if row && (number.is_i64() || number.is_u64()) {
            return Value::String("{id}".to_owned());
        }
        Value::Number(number.clone())
    }

    fn is_near(&self, seconds: i64) -> bool {
        let now = self.now.timestamp_at(crate::clock::Moment::ZERO).0;
        (now.saturating_sub(NEAR)..=now.saturating_add(NEAR)).contains(&seconds)
    }
}

/// Where `shown` differs from `undisturbed`, in the order of their places; empty where both are the same. A key that is
/// null and one that is not there are the same.
pub fn differences(undisturbed: &Value, shown: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(&mut Path::default(), Some(undisturbed), Some(shown), &mut found);
    found
}

fn compare(path: &mut Path, expected: Option<&Value>, shown: Option<&Value>, found: &mut Vec<Difference>) {
    let there = |value: Option<&'_ Value>| value.is_some_and(|value| !value.is_null());
    match (expected, shown) {
        (Some(Value::Object(expected)), Some(Value::Object(shown))) => {
            let added = shown.keys().filter(|name| !expected.contains_key(*name));
            for name in expected.keys().chain(added) {
                path.0.push(Step::Name(name.clone()));
                compare(path, expected.get(name), shown.get(name), found);
                path.0.pop();
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(shown))) if expected.len() == shown.len() => {
            for (number, (expected, shown)) in expected.iter().zip(shown).enumerate() {
                path.0.push(Step::Entry(number));
                compare(path, Some(expected), Some(shown), found);
                path.0.pop();
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(shown))) => {
            let place = Place::Entries { path: path.clone(), shown: shown.len(), usual: expected.len() };
            found.push(Difference { place, measure: false, chance: false });
        }
        (expected, shown) if !there(expected) && !there(shown) => {}
        (Some(expected), Some(shown)) if expected == shown => {}
        (expected, shown) => {
            let name = path.to_string();
            let measure = expected.is_some_and(|value| is_measure(&name, value))
                && shown.is_some_and(|value| is_measure(&name, value));
            let chance = expected.is_some_and(is_chance) && shown.is_some_and(is_chance);
            let place =
                Place::Value { path: path.clone(), shown: Shown::of(shown), usual: Shown::of(expected) };
            found.push(Difference { place, measure, chance });
        }
    }
}

/// What is shown without these places, see [`Difference::general`].
pub fn without(shown: &Value, places: &BTreeSet<String>) -> Value {
    if places.is_empty() {
        shown.clone()
    } else {
        left(shown, &mut Path::default(), places).unwrap_or_default()
    }
}

fn left(value: &Value, path: &mut Path, places: &BTreeSet<String>) -> Option<Value> {
    if places.contains(&path.general()) {
        return None;
    }
    let mut below = |step: Step, value: &Value| {
        path.0.push(step);
        let left = left(value, path, places);
        path.0.pop();
        left
    };
    Some(match value {
        Value::Object(object) => Value::Object(
            object
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), below(Step::Name(name.clone()), value)?)))
                .collect(),
        ),
        // How many entries there are counts, whatever they are.
        Value::Array(list) => Value::Array(
            list.iter()
                .enumerate()
                .map(|(number, value)| below(Step::Entry(number), value).unwrap_or_default())
                .collect(),
        ),
        _ => value.clone(),
    })
}

/// What is told of differences: the first few.
pub fn told(differences: &[Difference]) -> Differs {
    let places = differences.iter().take(TOLD).map(|difference| difference.place.clone()).collect();
    Differs { places, more: differences.len().saturating_sub(TOLD) }
}

#[cfg(test)]
mod tests;
