//! Asking the receiver's system after two sessions until it shows the same of both.

use std::time::Duration;

use serde_json::Value;

use super::super::{Probe, Runner};
use crate::clock::nanos;
use crate::conformance::remembered::{self, Names};
use crate::delivery::probe::Answer;
use crate::outcome::check::{Role, Trace};

/// So long an answer may take at the least, however little patience is left.
const LEAST_PATIENCE: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// What is the same is looked at once more after so long: a system that has not begun to work shows the same of both too.
const SETTLE: Duration = Duration::from_millis(200);
/// So many characters of an answer that is not JSON are told.
const TOLD: usize = 60;
/// So many characters of an answer are shown.
const SHOWN: usize = 2048;

/// What came of comparing two sessions.
pub(super) enum Compared {
    /// Both show this.
    Same(Value),
    /// They differ, in words.
    Differ(String),
    /// The system could not be asked, or gave no answer that can be compared.
    Unknown(String),
}

/// What a system shows of a session.
pub(super) enum Shown {
    /// This.
    State(Value),
    /// Nothing, in words.
    Nothing(String),
    /// It could not be asked.
    Unknown(String),
}

impl Runner {
    /// Asks after both sessions until they show the same and stay so, at most as long as the patience lasts. The answers
    /// that counted come along, for people.
    pub(super) async fn compare(
        &self,
        probe: &Probe,
        usual: &Names,
        other: &Names,
    ) -> (Compared, Vec<Trace>) {
        let until = self.clock.now().after(nanos(probe.within));
        let mut pause = FIRST_PAUSE;
        let mut before: Option<Value> = None;
        loop {
            let left = until.since(self.clock.now());
            let (one, two) = tokio::join!(ask(probe, &usual.session, left), ask(probe, &other.session, left));
            let compared = compared(usual, &one, other, &two);
            let left = until.since(self.clock.now());
            let settled = matches!(&compared, Compared::Same(state) if before.as_ref() == Some(state));
            if settled || left.is_zero() {
                let traces = vec![
                    trace("what is shown of the undisturbed session", &usual.session, &one),
                    trace("what is shown of this session", &other.session, &two),
                ];
                return (compared, traces);
            }
            before = match compared {
                Compared::Same(state) => {
                    tokio::time::sleep(SETTLE.min(left)).await;
                    Some(state)
                }
                Compared::Differ(_) | Compared::Unknown(_) => {
                    tokio::time::sleep(pause.min(left)).await;
                    pause = (2 * pause).min(LONGEST_PAUSE);
                    None
                }
            };
        }
    }
}

async fn ask(probe: &Probe, session: &str, left: Duration) -> Shown {
    let limit = probe.timeout.min(left.max(LEAST_PATIENCE));
    match tokio::time::timeout(limit, probe.who.ask(session)).await {
        Ok(answer) => read(answer),
        Err(_) => Shown::Unknown(format!("the probe gave no answer within {:.1} s", limit.as_secs_f64())),
    }
}

/// What an answer shows.
fn read(answer: Result<Answer, String>) -> Shown {
    let text = match answer {
        Err(why) => return Shown::Unknown(why),
        Ok(Answer::NotFound) => return Shown::Nothing("the session is not known (404)".to_owned()),
        Ok(Answer::Text(text)) => text,
    };
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
    if text.trim_ascii().is_empty() {
        return Shown::Nothing("nothing is said of the session".to_owned());
    }
    match serde_json::from_slice(text) {
        Ok(state) => Shown::State(state),
        Err(_) => {
            let begin: String = String::from_utf8_lossy(text).trim().chars().take(TOLD).collect();
            Shown::Unknown(format!("the probe's answer is not JSON; it begins with {begin}"))
        }
    }
}

fn compared(usual: &Names, one: &Shown, other: &Names, two: &Shown) -> Compared {
    match (one, two) {
        (Shown::Unknown(why), _) | (_, Shown::Unknown(why)) => Compared::Unknown(why.clone()),
        (Shown::State(one), Shown::State(two)) => {
            let (one, two) = (usual.replaced(one), other.replaced(two));
            let differences = remembered::differences(&one, &two);
            if differences.is_empty() {
                Compared::Same(one)
            } else {
                Compared::Differ(remembered::told(&differences))
            }
        }
        (Shown::Nothing(what), Shown::Nothing(_)) => {
            Compared::Differ(format!("{what}, though its events were taken"))
        }
        (Shown::Nothing(what), Shown::State(_)) => {
            Compared::Differ(format!("of the undisturbed session: {what}, though its events were taken"))
        }
        (Shown::State(_), Shown::Nothing(what)) => {
            Compared::Differ(format!("{what}, though its events came"))
        }
    }
}

fn trace(label: &str, session: &str, shown: &Shown) -> Trace {
    let (answer, detail) = match shown {
        Shown::State(state) => (state.to_string().chars().take(SHOWN).collect(), None),
        Shown::Nothing(what) | Shown::Unknown(what) => (String::new(), Some(what.clone())),
    };
    Trace {
        label: label.to_owned(),
        role: Role::After,
        request: format!("(the probe, asked after {session})"),
        body_bytes: 0,
        status: None,
        answer,
        failure: None,
        detail,
        took_ms: 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Epoch;

    fn names(session: &str) -> Names {
        let now = Epoch::from_unix_nanos(1_767_323_045_000_000_000);
        Names { session: session.to_owned(), measurements: Vec::new(), now }
    }

    fn told(one: Result<Answer, String>, two: Result<Answer, String>) -> String {
        match compared(&names("a"), &read(one), &names("b"), &read(two)) {
            Compared::Same(state) => format!("same {state}"),
            Compared::Differ(what) => format!("differ {what}"),
            Compared::Unknown(why) => format!("unknown {why}"),
        }
    }

    #[test]
    fn the_whole_table() {
        let text = |text: &str| Ok(Answer::Text(text.as_bytes().to_vec()));
        let nobody = || Err("nobody".to_owned());
        let gone = || Ok(Answer::NotFound);
        let taken = ", though its events were taken";
        for (one, two, words) in [
            (text(r#"{"n":1}"#), text("\u{feff} {\"n\":1}\n"), r#"same {"n":1}"#.to_owned()),
            (text(r#"{"n":1}"#), text(r#"{"n":2}"#), "differ $.n: 2 instead of 1".to_owned()),
            (nobody(), text("{}"), "unknown nobody".to_owned()),
            (gone(), nobody(), "unknown nobody".to_owned()),
            (gone(), gone(), format!("differ the session is not known (404){taken}")),
            (
                gone(),
                text("{}"),
                format!("differ of the undisturbed session: the session is not known (404){taken}"),
            ),
            (text("{}"), gone(), "differ the session is not known (404), though its events came".to_owned()),
            (text(" "), text(""), format!("differ nothing is said of the session{taken}")),
            (
                text("oops"),
                text("{}"),
                "unknown the probe's answer is not JSON; it begins with oops".to_owned(),
            ),
        ] {
            assert_eq!(told(one, two), words);
        }
    }
}
