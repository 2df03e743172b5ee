//! How many events a session can have, and how long it can last.

use std::collections::BTreeMap;

use super::tree::{EventNode, Node, Tree};
use crate::protocol::code::Code;
use crate::scenario::usual::HELD_UP;

/// The bounds of all sessions of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub events_min: u64,
    pub events_max: u64,
    pub longest: u64,
}

pub(super) fn measure(tree: &Tree) -> Bounds {
    let (events_min, mut events_max) = count(&tree.course);
    for interlude in &tree.interludes {
        // Even a sure interlude adds nothing to the fewest: it is dropped where the page ends too soon.
        let (_, high) = count(&interlude.nodes);
        events_max = events_max.saturating_add(high.saturating_mul(interlude.times.high.into()));
    }
    let longest = Latest::default().nodes(&tree.course).now;
    Bounds { events_min, events_max, longest }
}

fn count(nodes: &[Node]) -> (u64, u64) {
    nodes.iter().fold((0, 0), |(min, max), node| {
        let (low, high) = match node {
            Node::Event(event) if event.omitted => (0, 0),
            Node::Event(event) => (event.repeat.low.into(), event.repeat.high.into()),
            Node::Wait(_) => (0, 0),
            Node::Maybe { chance, nodes } => {
                let (low, high) = count(nodes);
                (if *chance >= 1.0 { low } else { 0 }, if *chance > 0.0 { high } else { 0 })
            }
            Node::Choose(branches) => {
                let taken =
                    branches.iter().filter(|(weight, _)| *weight > 0.0).map(|(_, nodes)| count(nodes));
                taken.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or_default()
            }
        };
        (u64::saturating_add(min, low), u64::saturating_add(max, high))
    })
}

/// The latest moment that a course can have reached, and that each event can have happened at.
#[derive(Clone, Default)]
struct Latest {
    now: u64,
    events: BTreeMap<Code, u64>,
    results: u64,
}

impl Latest {
    fn nodes(mut self, nodes: &[Node]) -> Self {
        for node in nodes {
            match node {
                Node::Event(event) => self.event(event),
                Node::Wait(gap) => self.now = self.now.saturating_add(gap.upper()),
                Node::Maybe { nodes, .. } => {
                    let taken = self.clone().nodes(nodes);
                    self.join(&taken);
                }
                Node::Choose(branches) => {
                    let before = self.clone();
                    for (_, nodes) in branches {
                        let taken = before.clone().nodes(nodes);
                        self.join(&taken);
                    }
                }
            }
        }
        self
    }

    fn join(&mut self, other: &Self) {
        self.now = self.now.max(other.now);
        self.results = self.results.max(other.results);
        for (code, moment) in &other.events {
            let known = self.events.entry(*code).or_default();
            *known = (*known).max(*moment);
        }
    }

    fn event(&mut self, event: &EventNode) {
        // More rounds than a session can have events need no exact figure: the limit refuses them anyway.
        for _ in 0..event.repeat.high.min(20_000) {
            let from_step = self.now.saturating_add(if event.since.is_some() && event.usual {
                HELD_UP.upper().max(event.rhythm)
            } else if event.since.is_some() {
                0
            } else {
                event.gap.upper()
            });
            let from_anchor = event.since.and_then(|since| self.events.get(&since)).map_or(0, |anchor| {
                anchor
                    .saturating_add(event.gap.upper())
                    .saturating_add(event.rhythm.saturating_mul(self.results))
            });
            let no_anchor = event.since.is_some_and(|since| !self.events.contains_key(&since));
            self.now = if no_anchor {
                self.now.saturating_add(event.gap.upper().max(event.rhythm))
            } else if event.since.is_some() && from_anchor > self.now {
                from_anchor
            } else {
                from_step
            };
            self.events.insert(event.code, self.now);
            match event.code {
                Code::MeasurementStarted | Code::WmsLoaded => self.results = 0,
                Code::IntermediateResults => self.results += 1,
                _ => {}
            }
        }
    }
}
