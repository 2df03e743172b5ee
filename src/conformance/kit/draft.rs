//! The body of an event in its parts, to be written in another way.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Event, Kit};

/// The keys and values of a body, each as it is written. Keys can come twice, and values need not be JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft(Vec<(String, String)>);

impl Draft {
    /// The body of an event. Of what is no object nothing is left.
    pub fn of(event: &Event) -> Self {
        Self::read(&event.body)
    }

    /// A JSON object. Of what is none nothing is left.
    pub fn read(json: &[u8]) -> Self {
        serde_json::from_slice(json).unwrap_or_default()
    }

    /// The value of a key as it is written, or nothing.
    pub fn get(&self, key: &str) -> &str {
        self.0.iter().find(|(known, _)| known == key).map_or("", |(_, value)| value)
    }

    /// Puts another value in the place of a key's, or adds the key at the end.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        match self.0.iter_mut().find(|(known, _)| known == key) {
            Some((_, old)) => *old = value.into(),
            None => self.0.push((key.to_owned(), value.into())),
        }
        self
    }

    /// Adds a key at the end, even if it is there already.
    #[must_use]
    pub fn adding(mut self, key: &str, value: impl Into<String>) -> Self {
        self.0.push((key.to_owned(), value.into()));
        self
    }

    /// Takes a key out.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.0.retain(|(known, _)| known != key);
        self
    }

    /// The keys in the opposite order.
    #[must_use]
    pub fn reversed(mut self) -> Self {
        self.0.reverse();
        self
    }

    /// Written as WMS writes it.
    pub fn compact(&self) -> String {
        let members: Vec<String> = self.0.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    }

    /// Written with a blank behind each colon and comma, of what is within too. No text of an event has quotes beside them.
    pub fn spaced(&self) -> String {
        self.compact().replace("\":", "\": ").replace(",\"", ", \"")
    }
}

impl Kit<'_> {
    /// An event written in another way, rightly signed.
    pub fn drafted(&self, event: &Event, draft: &Draft) -> Event {
        self.resigned(event, draft.compact())
    }

    /// An event with another signal-to-noise ratio in its payload, rightly signed.
    pub fn with_snr(&self, event: &Event, snr: &str) -> Event {
        let draft = Draft::of(event);
        let payload = Draft::read(draft.get("payload").as_bytes()).with("snr", snr);
        self.drafted(event, &draft.with("payload", payload.compact()))
    }
}

impl<'de> Deserialize<'de> for Draft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Draft;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Draft, A::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    members.push((key, value.get().to_owned()));
                }
                Ok(Draft(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}
