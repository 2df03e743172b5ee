//! Whole sessions, from the scenarios of the catalogue.

use std::sync::Arc;

use bytes::Bytes;

use super::{Event, Kit, Session, within_quotes};
use crate::clock::Moment;
use crate::delivery::policy::{Pace, Policy};
use crate::delivery::{Numbers, Scenarios, SessionSource, Signers, dry};
use crate::protocol::dialect::Dialect;
use crate::protocol::envelope::Envelope;
use crate::scenario::compile::Options;
use crate::scenario::library::Library;
use crate::scenario::mix::Mix;

/// Stamps go so much faster than in life: a session is a few seconds old when it is sent, as though it were just ending.
const PACE: f64 = 20.0;

impl Kit<'_> {
    /// A whole session of a scenario of the catalogue, in the order of its events. Empty where there is no such scenario, or
    /// where it cannot be played in this dialect.
    pub fn story(&mut self, scenario: &str) -> Vec<Event> {
        let session = self.session();
        self.story_in(&session, scenario, &self.setup.dialect.clone())
    }

    /// The same in another dialect, as a session of the case's choice.
    pub fn story_in(&mut self, session: &Session, scenario: &str, dialect: &Dialect) -> Vec<Event> {
        let options =
            Options { dialect: dialect.clone(), set: Vec::new(), overrides: Vec::new(), browser: false };
        let Ok(plan) = Library::built_in().plan(scenario, &options) else { return Vec::new() };
        let Some(mix) = Mix::new(vec![(plan, 1.0)]) else { return Vec::new() };
        let seed = crate::seed::Seed(session.seed.draw(crate::seed::Purpose::named("story")).bits());
        let scenarios =
            Scenarios { seed, mix, ids: vec![Arc::clone(&session.id)], faults: Vec::new().into() };
        let pace = Pace::Times(PACE);
        let longest = pace.waits_until(scenarios.longest(&Numbers::Range(1..=1)));
        let policy = Policy::new(dialect, pace, self.now.minus_nanos(longest.0));
        let signers = Signers::from(self.setup.signer.clone());
        let mut events = Vec::new();
        dry::events(&SessionSource::Scenarios(scenarios), 1, &policy, &signers, &mut |_: Moment, item| {
            let Some(code) = item.code.code() else { return };
            events.push(self.signed(&session.id, code, item.sequence, item.body.to_vec()));
        });
        events
    }

    /// The same events in a session of their own, with another measurement ID: what a system makes of both has to be the
    /// same but for the IDs.
    pub fn twin(&mut self, events: &[Event]) -> Vec<Event> {
        let session = self.session();
        self.twin_as(events, &session)
    }

    /// The same as a session of the case's choice.
    pub fn twin_as(&mut self, events: &[Event], session: &Session) -> Vec<Event> {
        let Some(first) = events.first() else { return Vec::new() };
        let written = |id: &str| within_quotes(id, self.setup.dialect.charset);
        let mut ids: Vec<(String, String)> = vec![(written(&first.session), written(&session.id))];
        for event in events {
            let Some(id) = measurement_of(&event.body) else { continue };
            if ids.iter().all(|(known, _)| *known != id) {
                let other = self.session().measurement();
                ids.push((id, other));
            }
        }
        let renamed = |body: &Bytes| {
            let text = String::from_utf8_lossy(body).into_owned();
            ids.iter().fold(text, |text, (from, to)| text.replace(from.as_str(), to))
        };
        events
            .iter()
            .map(|event| {
                self.signed(&session.id, event.code, event.sequence, renamed(&event.body).into_bytes())
            })
            .collect()
    }
}

/// The measurement that an event is about.
pub fn measurement_of(body: &[u8]) -> Option<String> {
    let event = Envelope::read(body).ok()?;
    event.payload?.get("measurementId")?.as_str().map(str::to_owned)
}
