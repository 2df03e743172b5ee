//! Asking the receiver's system after sessions until it has done its work.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::super::{Probe, Runner};
use super::Played;
use super::pace::{Pace, SETTLE, has_changed};
use crate::clock::nanos;
use crate::conformance::remembered::{self, Difference, Names, without};
use crate::delivery::probe::Answer;
use crate::outcome::check::{Role, Trace};

/// So long an answer may take at the least, however little patience is left.
const LEAST_PATIENCE: Duration = Duration::from_secs(1);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// So many characters of an answer that is not JSON are told.
const TOLD: usize = 60;
/// So many characters of an answer are shown.
const SHOWN: usize = 2048;

/// What came of comparing two sessions.
pub(super) enum Compared {
    /// Both show this.
    Same(Value),
    /// They differ in these places.
    Differ(Vec<Difference>),
    /// Nothing is shown of one, in words.
    Missing(String),
    /// The system could not be asked, or gave no answer that can be compared.
    Unknown(String),
}

impl Compared {
    /// The places that differ, where both do: none where nothing is shown of one.
    pub(super) fn differences(&self) -> Option<&[Difference]> {
        match self {
            Self::Differ(differences) => Some(differences),
            Self::Missing(_) => Some(&[]),
            Self::Same(_) | Self::Unknown(_) => None,
        }
    }
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

/// How long a difference is waited for to go away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// As long as `--probe-within` says.
    Whole,
    /// Until nothing has changed for longer than an undisturbed session took. What is found then is looked at again.
    Learned,
}

impl Runner {
    /// Asks after both sessions until they show the same and can be expected to stay so, or differ and do so for long. The
    /// answers that counted come along, for people.
    pub(super) async fn compare(
        self: &Arc<Self>,
        probe: &Probe,
        usual: &Played,
        other: &Played,
        left_out: &BTreeSet<String>,
        patience: Patience,
        mut pace: Pace,
    ) -> (Compared, Vec<Trace>) {
        let until = self.clock.now().after(nanos(probe.within));
        let mut pause = FIRST_PAUSE;
        let mut before: Option<(crate::clock::Moment, Option<Value>)> = None;
        loop {
            let left = until.since(self.clock.now());
            let (one, two) =
                tokio::join!(ask(probe, &usual.names.session, left), ask(probe, &other.names.session, left));
            let compared = compared(&usual.names, &one, &other.names, &two, left_out);
            let shown = state(&other.names, &two, left_out);
            let now = self.clock.now();
            let waited = now.since(other.ended);
            let since = match before.take() {
                Some((since, known)) if known == shown => since,
                Some((_, known)) => {
                    if has_changed(known.as_ref(), shown.as_ref()) {
                        pace = pace.seen(waited);
                    }
                    now
                }
                None => now,
            };
            let still = now.since(since);
            let over = match &compared {
                Compared::Same(_) => still >= SETTLE && waited >= pace.same(),
                Compared::Differ(_) | Compared::Missing(_) => {
                    patience == Patience::Learned && still.min(waited) >= pace.differ()
                }
                Compared::Unknown(_) => false,
            };
            let left = until.since(now);
            if over || left.is_zero() {
                let traces = vec![
                    self.told("what is shown of the undisturbed session", &usual.names.session, &one),
                    Trace {
                        decisive: true,
                        ..self.told("what is shown of this session", &other.names.session, &two)
                    },
                ];
                return (compared, traces);
            }
            if matches!(compared, Compared::Same(_)) {
                tokio::time::sleep(SETTLE.min(left)).await;
            } else {
                tokio::time::sleep(pause.min(left)).await;
                pause = (2 * pause).min(LONGEST_PAUSE);
            }
            before = Some((since, shown));
        }
    }

    /// What a system shows, for people: it can show the credentials that it was sent.
    fn told(&self, label: &str, session: &str, shown: &Shown) -> Trace {
        let (answer, detail) = match shown {
            Shown::State(state) => (state.to_string().chars().take(SHOWN).collect::<String>(), None),
            Shown::Nothing(what) | Shown::Unknown(what) => (String::new(), Some(self.base.redact(what))),
        };
        Trace {
            label: label.to_owned(),
            role: Role::After,
            request: format!("(the probe, asked after {session})"),
            body_bytes: 0,
            status: None,
            answer: self.base.redact(&answer),
            failure: None,
            detail,
            took_ms: 0.0,
            decisive: false,
        }
    }

    /// Looks at both once.
    pub(super) async fn look(
        &self,
        probe: &Probe,
        usual: &Played,
        other: &Played,
        left_out: &BTreeSet<String>,
    ) -> Compared {
        let (one, two) = tokio::join!(
            ask(probe, &usual.names.session, probe.timeout),
            ask(probe, &other.names.session, probe.timeout)
        );
        compared(&usual.names, &one, &other.names, &two, left_out)
    }
}

/// What is shown of a session, IDs and times replaced; nothing where nothing is shown.
pub(super) async fn shown(probe: &Probe, session: &Played) -> Option<Value> {
    known(probe, session).await.flatten()
}

/// As [`shown`]; nothing at all where nobody could be asked.
pub(super) async fn known(probe: &Probe, session: &Played) -> Option<Option<Value>> {
    let shown = ask(probe, &session.names.session, probe.timeout).await;
    (!matches!(shown, Shown::Unknown(_))).then(|| state(&session.names, &shown, &BTreeSet::new()))
}

fn state(names: &Names, shown: &Shown, left_out: &BTreeSet<String>) -> Option<Value> {
    match shown {
        Shown::State(state) => Some(without(&names.replaced(state), left_out)),
        Shown::Nothing(_) | Shown::Unknown(_) => None,
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
    serde_json::from_slice(text).map_or_else(
        |_| {
            let begin: String = String::from_utf8_lossy(text).trim().chars().take(TOLD).collect();
            Shown::Unknown(format!("the probe's answer is not JSON; it begins with {begin}"))
        },
        Shown::State,
    )
}

fn compared(usual: &Names, one: &Shown, other: &Names, two: &Shown, left_out: &BTreeSet<String>) -> Compared {
    match (one, two) {
        (Shown::Unknown(why), _) | (_, Shown::Unknown(why)) => Compared::Unknown(why.clone()),
        (Shown::State(one), Shown::State(two)) => {
            let (one, two) =
                (without(&usual.replaced(one), left_out), without(&other.replaced(two), left_out));
            let differences = remembered::differences(&one, &two);
            if differences.is_empty() { Compared::Same(one) } else { Compared::Differ(differences) }
        }
        (Shown::Nothing(what), Shown::Nothing(_)) => {
            Compared::Missing(format!("{what}, though its events were taken"))
        }
        (Shown::Nothing(what), Shown::State(_)) => {
            Compared::Missing(format!("of the undisturbed session: {what}, though its events were taken"))
        }
        (Shown::State(_), Shown::Nothing(what)) => {
            Compared::Missing(format!("{what}, though its events came"))
        }
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
        match compared(&names("a"), &read(one), &names("b"), &read(two), &BTreeSet::new()) {
            Compared::Same(state) => format!("same {state}"),
            Compared::Differ(differences) => format!("differ {}", remembered::told(&differences)),
            Compared::Missing(what) => format!("missing {what}"),
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
            (gone(), gone(), format!("missing the session is not known (404){taken}")),
            (
                gone(),
                text("{}"),
                format!("missing of the undisturbed session: the session is not known (404){taken}"),
            ),
            (text("{}"), gone(), "missing the session is not known (404), though its events came".to_owned()),
            (text(" "), text(""), format!("missing nothing is said of the session{taken}")),
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
