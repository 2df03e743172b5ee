//! Whether an answer shows the outcome that it should.

use serde_json::Value;

use super::Answer;
use crate::outcome::probe::ProbeVerdict::{self, Differs, Matched, Unknown};
use crate::protocol::conclusion::Outcome;

/// The keys that may hold the outcome; the first that is there and not null counts.
const KEYS: [&str; 2] = ["outcome", "status"];
/// So many characters of what was found are kept.
const KEPT: usize = 200;
/// So many characters of an answer that is not JSON are told.
const TOLD: usize = 60;

/// What one answer comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub verdict: ProbeVerdict,
    pub found: Option<String>,
    pub detail: Option<String>,
}

/// Compares an answer with the outcome that it should show: a name of [`Outcome`], in capital letters or small ones, with
/// or without blanks around it.
///
/// A session that the system does not know, or of which it says nothing yet, shows no outcome: that is the system's own
/// affair. Where nobody answered, or in another form than was agreed, nothing can be told.
pub(super) fn judge(answer: &Result<Answer, String>, expected: Outcome) -> Judged {
    let text = match answer {
        Err(why) => return unknown(why.clone()),
        Ok(Answer::NotFound) => return nothing("it answered 404: it does not know the session"),
        Ok(Answer::Text(text)) => text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text),
    };
    if text.trim_ascii().is_empty() {
        return nothing("it said nothing");
    }
    let Ok(json) = serde_json::from_slice::<Value>(text) else {
        let begin = String::from_utf8_lossy(text).trim().chars().take(TOLD).collect::<String>();
        return unknown(format!("the answer is not JSON; it begins with {begin}"));
    };
    let there = || KEYS.iter().filter_map(|key| Some((*key, json.get(key)?)));
    let Some((key, value)) = there().find(|(_, value)| !value.is_null()).or_else(|| there().next()) else {
        return unknown("the answer is JSON without an `outcome` or a `status`".to_owned());
    };
    match value {
        Value::Null => nothing(&format!("`{key}` is null")),
        Value::String(found) => {
            let is = |word: &str| found.trim().eq_ignore_ascii_case(word);
            let verdict = if is(expected.as_str()) { Matched } else { Differs };
            let misspelt = expected == Outcome::Canceled && is("cancelled");
            let detail = misspelt.then(|| "the word is spelt `canceled`, with one l".to_owned());
            Judged { verdict, found: Some(found.chars().take(KEPT).collect()), detail }
        }
        _ => unknown(format!("`{key}` is no text")),
    }
}

fn unknown(why: String) -> Judged {
    Judged { verdict: Unknown, found: None, detail: Some(why) }
}

fn nothing(why: &str) -> Judged {
    Judged { verdict: Differs, found: None, detail: Some(why.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Answer {
        Answer::Text(text.as_bytes().to_vec())
    }

    #[test]
    fn the_whole_table() {
        for (answer, verdict, found) in [
            (Ok(text(r#"{"outcome":"completed"}"#)), Matched, Some("completed")),
            (Ok(text(r#"{"status":"completed"}"#)), Matched, Some("completed")),
            (Ok(text(" {\"id\":7,\"outcome\":\"COMPLETED\"}\r\n")), Matched, Some("COMPLETED")),
            (Ok(text(r#"{"outcome":"completed","status":"failed"}"#)), Matched, Some("completed")),
            (Ok(text(r#"{"outcome":"failed","status":"completed"}"#)), Differs, Some("failed")),
            (Ok(text(r#"{"status":"processing"}"#)), Differs, Some("processing")),
            (Ok(text(r#"{"outcome":" completed\n"}"#)), Matched, Some(" completed\n")),
            (Ok(text("\u{feff}{\"outcome\":\"completed\"}")), Matched, Some("completed")),
            // What is nearly the word is not the word.
            (Ok(text(r#"{"outcome":"com pleted"}"#)), Differs, Some("com pleted")),
            (Ok(text(r#"{"outcome":"complete"}"#)), Differs, Some("complete")),
            (Ok(text(r#"{"outcome":""}"#)), Differs, Some("")),
            // Nothing yet. An outcome that is null is none.
            (Ok(text(r#"{"outcome":null}"#)), Differs, None),
            (Ok(text(r#"{"status":null}"#)), Differs, None),
            (Ok(text(r#"{"outcome":null,"status":null}"#)), Differs, None),
            (Ok(text(r#"{"outcome":null,"status":"completed"}"#)), Matched, Some("completed")),
            (Ok(text(r#"{"outcome":"completed","status":null}"#)), Matched, Some("completed")),
            (Ok(text(r#"{"outcome":null,"status":7}"#)), Unknown, None),
            (Ok(text("")), Differs, None),
            (Ok(text("\u{feff}\n")), Differs, None),
            (Ok(text(" \n")), Differs, None),
            (Ok(Answer::NotFound), Differs, None),
            // Not what was agreed.
            (Ok(text("{}")), Unknown, None),
            (Ok(text(r#"{"Outcome":"completed"}"#)), Unknown, None),
            (Ok(text(r#"{"session":{"outcome":"completed"}}"#)), Unknown, None),
            (Ok(text(r#"{"status":200}"#)), Unknown, None),
            (Ok(text(r#"{"outcome":["completed"]}"#)), Unknown, None),
            (Ok(text(r#""completed""#)), Unknown, None),
            (Ok(text(r#"[{"outcome":"completed"}]"#)), Unknown, None),
            (Ok(text("completed")), Unknown, None),
            (Ok(text(r#"{"outcome":"completed"} {"outcome":"completed"}"#)), Unknown, None),
            (Ok(text(&"[".repeat(10_000))), Unknown, None),
            (Ok(Answer::Text(b"\xff\xfe".to_vec())), Unknown, None),
            (Err("nobody".to_owned()), Unknown, None),
        ] {
            let judged = judge(&answer, Outcome::Completed);
            assert_eq!((judged.verdict, judged.found.as_deref()), (verdict, found), "{answer:?}");
            assert_eq!(judged.detail.is_none(), found.is_some(), "{answer:?}");
        }
    }

    #[test]
    fn every_outcome_is_known_by_its_own_name_only() {
        let all = [Outcome::Completed, Outcome::Canceled, Outcome::Failed, Outcome::Abandoned];
        for shown in all {
            for expected in all {
                let answer = Ok(text(&format!(r#"{{"outcome":"{}"}}"#, shown.as_str())));
                let verdict = if shown == expected { Matched } else { Differs };
                assert_eq!(judge(&answer, expected).verdict, verdict, "{shown:?} {expected:?}");
            }
        }
    }

    #[test]
    fn the_other_spelling_is_told() {
        let judged = judge(&Ok(text(r#"{"status":"Cancelled"}"#)), Outcome::Canceled);
        assert_eq!((judged.verdict, judged.found.as_deref()), (Differs, Some("Cancelled")));
        assert_eq!(judged.detail.as_deref(), Some("the word is spelt `canceled`, with one l"));
        // Where another outcome was expected, the spelling is not what differs.
        assert_eq!(judge(&Ok(text(r#"{"status":"cancelled"}"#)), Outcome::Failed).detail, None);
    }

    #[test]
    fn what_is_told_stays_short() {
        let judged = judge(&Ok(text(&format!(r#"{{"outcome":"{}"}}"#, "x".repeat(5000)))), Outcome::Failed);
        assert_eq!(judged.found.unwrap().len(), KEPT);
        assert!(judge(&Ok(text(&"x".repeat(5000))), Outcome::Failed).detail.unwrap().len() < 120);
    }

    proptest::proptest! {
        #[test]
        fn no_answer_does_harm(bytes: Vec<u8>) {
            let _ = judge(&Ok(Answer::Text(bytes)), Outcome::Failed);
        }
    }
}
