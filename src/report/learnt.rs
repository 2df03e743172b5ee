//! A dialect that was learnt, as a file for `--dialect`.

use std::fmt::Write as _;

use super::style::harmless;
use crate::outcome::learnt::{Learnt, LearntKey, Verdict};

/// The longest value in a comment, in characters.
const VALUE: usize = 80;
/// So many values of a key are told.
const MOST: usize = 12;

/// The file: each key with what the traffic says about it.
pub fn toml(learnt: &Learnt, source: &str) -> String {
    let mut out = format!(
        "# A dialect of wms-sim: --dialect FILE\n# Learnt from {} of {} in {}\n",
        many(learnt.events, "event"),
        many(learnt.sessions, "session"),
        harmless(source, VALUE)
    );
    if learnt.left_out + learnt.unreadable > 0 {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "# {}", left_out(learnt));
    }
    out.push_str("# What is commented out could not be learnt, and stays what it is by default.\n");
    for key in &learnt.keys {
        out.push_str(&of_key(key));
    }
    out
}

/// What was not looked at, and why.
pub fn left_out(learnt: &Learnt) -> String {
    format!(
        "left out: {} that the journal says are faulty or were not sent, {} that are no events",
        many(learnt.left_out, "request"),
        many(learnt.unreadable, "request")
    )
}

fn of_key(learnt: &LearntKey) -> String {
    let key = learnt.key;
    let takes = if key.values.is_empty() { key.takes.to_owned() } else { key.values.join(" | ") };
    let mut out = format!("\n# {}\n# takes: {takes}\n", key.meaning);
    let mut comment = |text: &str| {
        let _ = writeln!(out, "# {text}");
    };
    match learnt.verdict {
        Verdict::NotShown => comment("no traffic can show it"),
        Verdict::NoEvidence => comment("no evidence in this traffic"),
        Verdict::Learnt => {}
    }
    for support in learnt.shown.iter().take(MOST) {
        let chosen = support.value == learnt.value || learnt.is_list && support.fits;
        let against = match (chosen, support.fits) {
            (true, _) => String::new(),
            (false, true) => format!(" (contradicts it; first in line {})", support.first_line),
            (false, false) => format!(" (not a value of this key; first in line {})", support.first_line),
        };
        let of = if support.count == 1 { learnt.of.trim_end_matches('s') } else { learnt.of };
        comment(&format!("{}: {} {of}{against}", harmless(&support.value, VALUE), support.count));
    }
    if learnt.shown.len() > MOST {
        comment(&format!("and {} other values", learnt.shown.len() - MOST));
    }
    let off = if learnt.verdict == Verdict::Learnt { "" } else { "# " };
    // A basic string of TOML and a string of JSON are written alike, but for control characters, which no value has.
    let _ = writeln!(out, "{off}\"{}\" = {}", key.name, serde_json::Value::from(learnt.value.as_str()));
    out
}

fn many(count: u64, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
