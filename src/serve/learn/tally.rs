//! How often each value of each key was sighted, and which one fits.

use std::collections::BTreeMap;

use super::Sighting;
use crate::outcome::learnt::{LearntKey, Support, Verdict};
use crate::protocol::dialect::{Dialect, KEYS, Key};

/// So many values of one key are told apart; a stream that shows more shows nothing by it.
const MOST_VALUES: usize = 200;

/// What of a key's traffic is counted, key by key: the keys that traffic can show.
const SHOWN: &[(&str, &str)] = &[
    ("events", "signs"),
    ("body.charset", "events"),
    ("mac.input", "events"),
    ("http.content-type", "events"),
    ("http.user-agent", "events"),
    ("payload.empty", "events"),
    ("snr.number", "results"),
    ("snr.scale", "results"),
    ("results.first", "results"),
    ("results.count", "scans"),
    ("reload.sequence", "reloads"),
    ("websocket.initial", "measurements"),
    ("websocket.clean-close", "measurements"),
    ("canceled.after-low-snr", "measurements"),
    ("canceled.after-violation", "violations"),
    ("constraint.key", "violations"),
    ("constraint.values", "violations"),
    ("api-error.key", "errors"),
    ("api-error.values", "errors"),
    ("session-id.style", "sessions"),
];

/// Values that cannot be met where another is set: seen once, they are certain. All else may be an accident.
const CERTAIN: &[(&str, &str)] =
    &[("events", "current"), ("snr.number", "decimal"), ("body.charset", "utf8")];

/// True for a key that holds a list of words.
pub fn is_list(key: &str) -> bool {
    key.ends_with(".values")
}

/// True where a dialect already says the value: it is its value, or stands in its list.
pub fn is_known(key: &Key, dialect: &Dialect, value: &str) -> bool {
    let said = key.show(dialect);
    said == value || is_list(key.name) && said.split(',').any(|word| word == value)
}

/// Counts sightings.
#[derive(Debug, Default)]
pub(super) struct Tally {
    seen: BTreeMap<&'static str, BTreeMap<String, (u64, u64)>>,
}

impl Tally {
    pub(super) fn add(&mut self, sighting: Sighting) {
        let values = self.seen.entry(sighting.key).or_default();
        let full = values.len() >= MOST_VALUES;
        let line = sighting.place.line;
        if let Some((count, first)) = values.get_mut(&*sighting.value) {
            *count += sighting.count;
            *first = line.min(*first);
        } else if !full {
            values.insert(sighting.value.into_owned(), (sighting.count, line));
        }
    }

    /// Every key of the dialect, with what was sighted.
    pub(super) fn keys(self) -> Vec<LearntKey> {
        KEYS.iter().map(|key| self.key(key)).collect()
    }

    fn key(&self, key: &'static Key) -> LearntKey {
        let usual = Dialect::current();
        let fits = |value: &str| {
            // A comma would make two words of one.
            let word = !is_list(key.name) || !value.contains(',') && value.trim() == value;
            word && !value.chars().any(char::is_control) && usual.clone().set(key.name, value).is_ok()
        };
        let mut shown: Vec<Support> = self
            .seen
            .get(key.name)
            .into_iter()
            .flatten()
            .map(|(value, (count, first_line))| Support {
                value: value.clone(),
                count: *count,
                first_line: *first_line,
                fits: fits(value),
            })
            .collect();
        let said = key.show(&usual);
        // The most frequent first; of those that are level, the usual one.
        shown.sort_by_key(|support| {
            let certain = support.fits && CERTAIN.contains(&(key.name, support.value.as_str()));
            (!certain, std::cmp::Reverse(support.count), support.value != said, support.first_line)
        });
        let fitting = || shown.iter().filter(|support| support.fits).map(|support| support.value.as_str());
        let value = if is_list(key.name) {
            Some(fitting().collect::<Vec<_>>().join(",")).filter(|list| !list.is_empty())
        } else {
            fitting().next().map(str::to_owned)
        };
        let of = SHOWN.iter().find(|(name, _)| *name == key.name).map(|(_, of)| *of);
        let verdict = match (of, &value) {
            (None, _) => Verdict::NotShown,
            (Some(_), None) => Verdict::NoEvidence,
            (Some(_), Some(_)) => Verdict::Learnt,
        };
        LearntKey {
            key,
            verdict,
            value: value.unwrap_or(said),
            of: of.unwrap_or_default(),
            shown,
            is_list: is_list(key.name),
        }
    }
}
