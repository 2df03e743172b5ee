//! What a page is asked for: the options of its query, and the body with which it starts a session.

use serde::Deserialize;

use super::error::{CallInError, Part};
use super::{MOST_BYTES, segment};
use crate::delivery::policy::Pace;
use crate::report::style::harmless;
use crate::serve::choice::Choice;

/// The longest message of others that is repeated, in characters: it may hold what a stranger wrote.
const LONGEST_MESSAGE: usize = 300;
/// Names of scenarios are shorter by far.
pub(super) const LONGEST_VALUE: usize = 2048;

const KEYS: [&str; 5] = ["scenario", "mix", "pace", "auto", "callback"];

/// The query of a call-in URL. The real service has none: this is for the people who test.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// `scenario=` or `mix=`.
    pub choice: Option<Choice>,
    /// `pace=`.
    pub pace: Option<Pace>,
    /// `auto=`: the session starts by itself.
    pub auto: Option<bool>,
    /// `callback=`: another callback URL, if it is allowed.
    pub callback: Option<String>,
    /// Keys that mean nothing here. They are left alone: somebody's tracking adds its own.
    pub ignored: Vec<String>,
}

impl Options {
    /// Reads a query, as it came and without its question mark.
    ///
    /// # Errors
    /// A known key stands there twice, has no fitting value, or contradicts another.
    pub fn parse(query: &str) -> Result<Self, CallInError> {
        if query.len() > MOST_BYTES {
            return Err(CallInError::TooLong(query.len()));
        }
        let mut found: [Option<String>; KEYS.len()] = Default::default();
        let mut ignored = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = segment::decode(&name.replace('+', " "), Part::Query);
            let Some(place) = name.as_ref().ok().and_then(|name| KEYS.iter().position(|key| key == name))
            else {
                ignored.extend(name);
                continue;
            };
            if found[place].is_some() {
                return Err(CallInError::Twice(KEYS[place]));
            }
            // `auto` alone is a yes.
            let value = if value.is_empty() && KEYS[place] == "auto" { "1" } else { value };
            let value = segment::decode(&value.replace('+', " "), Part::Query)?;
            found[place] = Some(checked(KEYS[place], value)?);
        }
        let [scenario, mix, pace, auto, callback] = found;
        let auto = match auto.as_deref() {
            None => None,
            Some("1" | "true") => Some(true),
            Some("0" | "false") => Some(false),
            Some(_) => return Err(CallInError::Auto),
        };
        Ok(Self { choice: choice(scenario, mix)?, pace: read_pace(pace)?, auto, callback, ignored })
    }
}

/// The body with which the page starts a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Start {
    /// What to play; the config's or the command line's where it says nothing.
    pub choice: Option<Choice>,
    /// How fast.
    pub pace: Option<Pace>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StartBody {
    scenario: Option<String>,
    mix: Option<String>,
    pace: Option<String>,
}

impl Start {
    /// Reads the body; none at all leaves everything to the config.
    ///
    /// # Errors
    /// It is not the JSON that it should be, or contradicts itself.
    pub fn parse(body: &[u8]) -> Result<Self, CallInError> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        let body: StartBody = serde_json::from_slice(body)
            .map_err(|error| CallInError::Body(harmless(&error.to_string(), LONGEST_MESSAGE)))?;
        let scenario = body.scenario.map(|name| checked("scenario", name)).transpose()?;
        let mix = body.mix.map(|name| checked("mix", name)).transpose()?;
        Ok(Self { choice: choice(scenario, mix)?, pace: read_pace(body.pace)? })
    }
}

fn checked(key: &'static str, value: String) -> Result<String, CallInError> {
    if value.is_empty() || value.len() > LONGEST_VALUE { Err(CallInError::Value(key)) } else { Ok(value) }
}

fn choice(scenario: Option<String>, mix: Option<String>) -> Result<Option<Choice>, CallInError> {
    match (scenario, mix) {
        (Some(_), Some(_)) => Err(CallInError::ScenarioAndMix),
        (Some(name), None) => Ok(Some(Choice::Scenario(name))),
        (None, Some(name)) => Ok(Some(Choice::Mix(name))),
        (None, None) => Ok(None),
    }
}

fn read_pace(text: Option<String>) -> Result<Option<Pace>, CallInError> {
    let wrong = |error: String| CallInError::Pace(harmless(&error, LONGEST_MESSAGE));
    text.map(|text| text.parse().map_err(wrong)).transpose()
}
