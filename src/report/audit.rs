//! What an audit came to.

use std::fmt::Write as _;

use anstyle::Style;
use serde_json::{Map, Value, json};

use super::style::{BAD, FAINT, GOOD, STRONG, WARN, harmless, paint};
use crate::outcome::audit::{Audited, Difference, Group, Place, Weight};

/// The longest text that is repeated to a person, in characters.
const TEXT: usize = 300;
/// The longest session ID.
const SESSION: usize = 60;

/// For people: each kind of difference with how often it was found, and where first.
pub fn human(audited: &Audited) -> String {
    let mut out = String::new();
    for group in &audited.groups {
        out.push_str(&told(group));
    }
    if !audited.groups.is_empty() {
        out.push('\n');
    }
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "{} of {}, {} of them events: {}",
        many(audited.requests, "request"),
        many(audited.sessions, "session"),
        audited.events,
        verdict(audited)
    );
    if let Some(left_out) = left_out(audited) {
        let _ = writeln!(out, "{left_out}");
    }
    let _ = writeln!(out, "{}", macs(audited));
    if audited.groups.iter().any(|group| group.first.kind.contains('.')) {
        let _ = writeln!(out, "the dialect that fits: wms-sim dialect learn JOURNAL");
    }
    out
}

fn told(group: &Group) -> String {
    let Group { count, first } = group;
    let weight = paint(style(first.weight), format!("{:<7}", first.weight.as_str()));
    let times = if *count == 1 { "once".to_owned() } else { format!("{count} times, first") };
    let mut out = format!(
        "{weight} {}  {times} {}\n",
        paint(STRONG, format!("{:<24}", first.kind)),
        place(&first.place)
    );
    let mut line = |name: &str, text: &str| {
        let _ = writeln!(out, "        {}  {text}", paint(FAINT, format!("{name:<7}")));
    };
    line("found", &harmless(&first.found, TEXT));
    line("dialect", &format!("{} ({})", harmless(&first.says, TEXT), first.evidence));
    out
}

fn place(place: &Place) -> String {
    // What was waited for to the end stands nowhere.
    let mut out = if place.line == 0 { "at the end".to_owned() } else { format!("in line {}", place.line) };
    if let Some(session) = &place.session_id {
        let _ = write!(out, ", session {}", harmless(session, SESSION));
    }
    if let (Some(sequence), Some(event)) = (place.sequence, &place.event) {
        let _ = write!(out, ", sequence {sequence} {}", harmless(event, SESSION));
    }
    out
}

fn verdict(audited: &Audited) -> String {
    let counts: Vec<String> = Weight::ALL
        .iter()
        .map(|weight| (audited.count(*weight), weight.as_str()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| many(count, word))
        .collect();
    let style = if audited.differs() { BAD } else { GOOD };
    paint(style, if counts.is_empty() { "nothing differs".to_owned() } else { counts.join(" · ") })
}

/// What was not judged, and why.
pub fn left_out(audited: &Audited) -> Option<String> {
    let mut parts = Vec::new();
    if audited.faulty > 0 {
        parts.push(format!(
            "{} with faults that the journal says were injected",
            many(audited.faulty, "request")
        ));
    }
    if audited.unsent > 0 {
        parts.push(format!("{} that were not sent", many(audited.unsent, "event")));
    }
    (!parts.is_empty()).then(|| format!("left out: {}", parts.join(", ")))
}

fn macs(audited: &Audited) -> String {
    let macs = &audited.macs;
    match macs.by_secret.as_slice() {
        [] => "MACs: not checked, but for their form; --secret-file FILE checks them".to_owned(),
        [right] => format!("MACs: {right} right · {} not", macs.wrong),
        several => {
            let each: Vec<String> =
                (1..).zip(several).map(|(number, count)| format!("{count} by secret {number}")).collect();
            format!("MACs: {} · {} not right", each.join(" · "), macs.wrong)
        }
    }
}

const fn style(weight: Weight) -> Style {
    match weight {
        Weight::Error => BAD,
        Weight::Warning => WARN,
        Weight::Note => FAINT,
    }
}

fn many(count: u64, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// For programs: one difference.
pub fn line(difference: &Difference) -> Value {
    let Place { line, session_id, sequence, event } = &difference.place;
    json!({
        "type": "difference",
        "kind": difference.kind,
        "severity": difference.weight,
        "line": (*line > 0).then_some(*line),
        "session_id": session_id.as_deref(),
        "sequence": sequence,
        "event": event.as_deref(),
        "found": difference.found,
        "dialect": difference.says,
        "evidence": difference.evidence,
    })
}

/// For programs: what it came to.
pub fn summary(audited: &Audited) -> Value {
    let weights: Map<String, Value> = Weight::ALL
        .iter()
        .map(|weight| (weight.as_str().to_owned(), audited.count(*weight).into()))
        .collect();
    let kinds: Map<String, Value> =
        audited.groups.iter().map(|group| (group.first.kind.to_owned(), group.count.into())).collect();
    let checked = !audited.macs.by_secret.is_empty();
    json!({
        "type": "summary",
        "differs": audited.differs(),
        "requests": audited.requests,
        "events": audited.events,
        "sessions": audited.sessions,
        "left_out": { "faulty": audited.faulty, "unsent": audited.unsent },
        "differences": weights,
        "kinds": kinds,
        "unlisted": audited.unlisted,
        "macs": checked.then(|| json!({ "by_secret": audited.macs.by_secret, "wrong": audited.macs.wrong })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::evidence::Evidence;

    #[test]
    fn what_stands_in_traffic_is_harmless_in_a_terminal() {
        let difference = Difference {
            kind: "event-unknown",
            weight: Weight::Warning,
            place: Place {
                line: 3,
                session_id: Some("a\u{1b}[2J".into()),
                sequence: Some(1),
                event: Some("B\u{7}".into()),
            },
            found: "x\ny".to_owned(),
            says: "z".to_owned(),
            evidence: Evidence::Documented,
        };
        let groups = vec![Group { count: 2, first: difference.clone() }];
        let audited = Audited { requests: 2, groups, differences: vec![difference], ..Audited::default() };
        let text = human(&audited);
        assert!(text.contains("2 times, first in line 3, session a?[2J, sequence 1 B?\n"), "{text}");
        assert!(text.contains("x y") && text.contains("2 warnings"), "{text}");
        assert_eq!(summary(&audited)["kinds"]["event-unknown"], 2);
    }
}
