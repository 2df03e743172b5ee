//! Which faults will strike, told before the run.

use std::collections::BTreeMap;

use super::send::SendJob;
use crate::delivery::dry;

/// Runs of more sessions are not walked beforehand: their faults are drawn as they go.
const MOST_SESSIONS: u64 = 20_000;
/// So many strikes are named one by one.
const MOST_NAMED: usize = 12;

/// A line for what will strike, and where; nothing where no fault was asked for.
pub(in crate::cli) fn list(job: &SendJob) -> Vec<String> {
    if job.source.faults().is_empty() {
        return Vec::new();
    }
    let sessions = job.numbers.len();
    if sessions > MOST_SESSIONS {
        let rules: Vec<String> = job.source.faults().iter().map(ToString::to_string).collect();
        return vec![format!("faults are drawn as the run goes: {}", rules.join(", "))];
    }
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut named = Vec::new();
    let mut strikes = 0;
    for number in job.numbers.each() {
        dry::events(&job.source, number, &job.policy, &job.signers, &mut |_, item| {
            if item.copy {
                return;
            }
            for fault in &item.faults {
                strikes += 1;
                *counts.entry(fault.name()).or_default() += 1;
                if named.len() < MOST_NAMED {
                    let session = if sessions > 1 { format!("session {number}: ") } else { String::new() };
                    named.push(format!("{session}{}@{} {}", fault.name(), item.sequence, item.code));
                }
            }
        });
    }
    if strikes == 0 {
        return vec!["no fault will strike: no event has that sequence, or none was drawn".to_owned()];
    }
    let counts: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let mut lines = vec![format!("faults to come: {}", counts.join(" · "))];
    if strikes <= MOST_NAMED {
        lines.extend(named.into_iter().map(|line| format!("  {line}")));
    }
    lines
}
