//! From verdicts to the bug that explains them.
//!
//! [`rules`] say what each bug looks like in the [`facts`]; [`fixes`] say what to do. A general bug is asked for first, and
//! silences those that rest on nothing but what it explains: who takes any MAC also takes half of one.

mod facts;
pub mod fixes;
mod rules;
mod samples;
mod shown;

use std::collections::BTreeSet;

use crate::outcome::check::{CaseResult, Diagnosis};
use facts::Facts;

/// So many bugs are named at most: who has more mends these first.
const MOST: usize = 6;

/// Rules that weigh less are about something odd, and believed only where ordinary events are taken.
const ODD: u8 = 69;

/// What the receiver does wrong, the likeliest first. `language`: the one in which fixes are shown; none: in words only.
pub fn diagnose(cases: &[CaseResult], language: Option<&str>) -> Vec<Diagnosis> {
    let facts = Facts::new(cases);
    if facts.is_clean() {
        return Vec::new();
    }
    let ordinary = rules::ordinary_events_are_taken(facts);
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    for rule in rules::all() {
        // What is odd fails where the ordinary does: that says nothing of it.
        if !ordinary && rule.weight < ODD {
            continue;
        }
        let evidence = rule.evidence(facts);
        if evidence.iter().all(|id| known.contains(id)) {
            continue;
        }
        known.extend(rule.explained(facts));
        known.extend(evidence.iter().cloned());
        // Several things can show the same bug.
        if let Some(same) = found.iter_mut().find(|one: &&mut Diagnosis| one.name == rule.name) {
            let new = evidence.into_iter().filter(|id| !same.evidence.contains(id)).collect::<Vec<_>>();
            same.evidence.extend(new);
            continue;
        }
        if found.len() == MOST {
            continue;
        }
        found.push(Diagnosis {
            name: rule.name.to_owned(),
            says: rule.says(facts),
            matters: rule.matters.to_owned(),
            evidence,
            fixes: fixes::fixes(rule.fix, language),
        });
    }
    found
}

#[cfg(test)]
mod tests;
