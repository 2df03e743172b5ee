//! What each bug of a receiver looks like in the verdicts.

mod body;
mod events;
mod http;
mod input;
mod mac;
mod order;
mod ordinary;
mod state;
mod time;
mod until;
mod whole;

use super::facts::{Facts, How};
use super::fixes::Topic;
use super::samples::Samples;

/// A bug, and what shows it.
pub struct Rule {
    /// The stable name.
    pub name: &'static str,
    /// What the receiver does, in a sentence. `{forged}` and `{answered}` stand for how many requests went well before.
    pub says: &'static str,
    /// What it leads to, in a sentence.
    pub matters: &'static str,
    /// What has to be true, all of it.
    pub needs: &'static [Need],
    /// What else follows from the bug: rules that rest on nothing but this do not speak.
    pub explains: &'static [Claim],
    /// How general it is: the higher, the earlier it is asked and told.
    pub weight: u8,
    /// What to do about it.
    pub fix: Topic,
}

/// An ID with `*` and `?`, and what came of that case.
pub type Claim = (&'static str, How);

/// A condition.
#[derive(Clone, Copy)]
pub enum Need {
    /// One of these is so, and shows the bug.
    Some(&'static [Claim]),
    /// None of these is so.
    No(&'static [Claim]),
    /// Anything else: the IDs of the cases that show it; none if it is not so.
    Fact(fn(Facts<'_>) -> Vec<String>),
    /// Anything else that has to be so, and shows nothing by itself.
    If(fn(Facts<'_>) -> bool),
}

const fn rule(
    weight: u8,
    name: &'static str,
    says: &'static str,
    matters: &'static str,
    needs: &'static [Need],
    explains: &'static [Claim],
    fix: Topic,
) -> Rule {
    Rule { name, says, matters, needs, explains, weight, fix }
}

impl Rule {
    /// The IDs of the cases that show the bug, each once; none where the rule does not speak.
    pub fn evidence(&self, facts: Facts<'_>) -> Vec<String> {
        let mut evidence = Vec::new();
        for need in self.needs {
            let shown: Vec<String> = match need {
                Need::Some(claims) => ids(facts, claims),
                Need::Fact(fact) => fact(facts),
                Need::No(claims) if ids(facts, claims).is_empty() => continue,
                Need::If(so) if so(facts) => continue,
                Need::No(_) | Need::If(_) => return Vec::new(),
            };
            if shown.is_empty() {
                return Vec::new();
            }
            for id in shown {
                if !evidence.contains(&id) {
                    evidence.push(id);
                }
            }
        }
        evidence
    }

    /// What the receiver does, with the numbers.
    pub fn says(&self, facts: Facts<'_>) -> String {
        let put = |text: String, word: &str, number: fn(Facts<'_>) -> usize| {
            if text.contains(word) { text.replace(word, &number(facts).to_string()) } else { text }
        };
        let says = put(self.says.to_owned(), "{forged}", until::forged_before_ban);
        put(says, "{answered}", |facts| facts.silence().unwrap_or_default())
    }

    /// The IDs of the cases that follow from it.
    pub fn explained(&self, facts: Facts<'_>) -> Vec<String> {
        ids(facts, self.explains)
    }
}

fn ids(facts: Facts<'_>, claims: &[Claim]) -> Vec<String> {
    claims.iter().flat_map(|(pattern, how)| facts.all(pattern, *how)).map(|case| case.id.clone()).collect()
}

/// A rule that rests on ordinary events.
#[cfg(test)]
pub fn is_of_ordinary_events(rule: &Rule) -> bool {
    ordinary::RULES.iter().any(|other| std::ptr::eq(other, rule))
}

/// A case passed.
fn passed(facts: Facts<'_>, id: &str) -> bool {
    facts.all(id, How::Right).next().is_some()
}

/// Ordinary events are taken, so that what fails elsewhere fails for a reason of its own.
pub fn ordinary_events_are_taken(facts: Facts<'_>) -> bool {
    Samples::of(facts).nearly_all_taken()
}

/// A whole ordinary session is taken in order, so that its order can be what matters where it is not.
fn ordinary_sessions_are_taken(facts: Facts<'_>) -> bool {
    facts.all("events/session-completed", How::Wrong).next().is_none()
}

/// Every rule, the most general first.
pub fn all() -> Vec<&'static Rule> {
    let tables: [&'static [Rule]; 11] = [
        until::RULES,
        whole::RULES,
        events::RULES,
        ordinary::RULES,
        mac::RULES,
        body::RULES,
        order::RULES,
        time::RULES,
        http::RULES,
        input::RULES,
        state::RULES,
    ];
    let mut rules: Vec<&Rule> = tables.into_iter().flatten().collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.weight));
    rules
}
