//! What goes wrong is tried again; who does not live to see that, or does not answer, ends the run.

use std::sync::Arc;
use std::time::Duration;

use super::super::Told;
use super::super::attempt::Attempt;
use super::super::contact::Back;
use super::super::result::Unrun;
use super::Phases;
use crate::conformance::case::Case;
use crate::outcome::check::{Incident, Verdict};

/// After so many cases in a row of which every request ran into the time limit an ordinary event shows whether anybody is
/// there at all. One that hangs on some kinds of requests answers it, and so does a slow one.
pub(super) const MUTE: usize = 3;

/// What came of a case that was tried once or twice.
pub(super) struct Tried {
    /// The attempt that counts.
    attempt: Attempt,
    /// The one after it, where that passed.
    then: Option<Attempt>,
    /// What the case did to the receiver.
    incident: Option<Incident>,
}

impl Tried {
    pub(super) const fn once(attempt: Attempt) -> Self {
        Self { attempt, then: None, incident: None }
    }
}

impl Phases<'_> {
    /// Tries cases that failed beside each other once more, alone. Where the receiver is gone, the first that was cut is blamed: they
    /// come with the likeliest first.
    pub(super) async fn once_more(&mut self, bad: Vec<(usize, Attempt)>) {
        self.unless_silent().await;
        // Where one of them ends the receiver, those beside it have no answers for its sake.
        let (mut killed, mut beside) = (false, Vec::new());
        let cut: Vec<usize> = bad.iter().filter(|(_, first)| first.cut).map(|(place, _)| *place).collect();
        for (place, first) in bad {
            let is_cut = first.cut;
            match self.tried(place, first).await {
                Some(tried @ Tried { then: Some(_), .. }) if is_cut => beside.push((place, tried)),
                Some(mut tried) => {
                    killed |= is_cut && tried.attempt.cut && tried.attempt.judged.verdict == Verdict::Fail;
                    if tried.incident == Some(Incident::Ended) {
                        tried.attempt.judged.actual.push_str(&self.or_one_of(place, &cut));
                    }
                    self.settle_tried(place, tried);
                }
                None => {}
            }
        }
        for (place, mut tried) in beside {
            if killed && let Some(then) = tried.then.take() {
                tried = Tried::once(then);
            }
            self.settle_tried(place, tried);
        }
    }

    /// Which cases beside one may have ended the receiver in its place, in words.
    fn or_one_of(&self, place: usize, cut: &[usize]) -> String {
        let others: Vec<&str> =
            cut.iter().filter(|other| **other != place).map(|other| self.cases[*other].id).collect();
        if others.is_empty() {
            return String::new();
        }
        format!(
            "; other cases were under way beside it, and one of them may have ended it instead: {}",
            others.join(", ")
        )
    }

    /// Tries a case again where it failed, and settles it.
    pub(super) async fn conclude(&mut self, place: usize, first: Attempt) {
        let first_was_mute = first.is_mute();
        if let Some(tried) = self.tried(place, first).await {
            // A case that got an answer in one of its tries shows that somebody is there.
            let heard = tried.then.as_ref().unwrap_or(&tried.attempt);
            if first_was_mute == Some(true) {
                self.hear(place, heard);
            } else if first_was_mute == Some(false) {
                self.note_answer(place);
            }
            self.settle_tried(place, tried);
        }
    }

    pub(super) fn settle_tried(&mut self, place: usize, tried: Tried) {
        let Tried { mut attempt, then, incident } = tried;
        if then.is_some() {
            attempt
                .judged
                .actual
                .push_str("; tried again it passed, so the receiver is not reliable in this");
        }
        let result = self.runner.result(self.cases[place], attempt, incident, then.is_some());
        self.settle(place, result);
    }

    /// Tries a case again where it failed. Nothing comes of one that the end of the run has overtaken.
    async fn tried(&mut self, place: usize, mut first: Attempt) -> Option<Tried> {
        let case = self.cases[place];
        if self.is_over() {
            if self.over.as_ref().is_some_and(|why| why.verdict == Verdict::Skip) {
                return None;
            }
            // What has no answer is the fault of whatever ended the run.
            return (!first.cut && first.is_mute() != Some(true)).then_some(Tried::once(first));
        }
        // Tried again before it is up again, a case would tell less than it did.
        let mut was_away = false;
        if first.cut {
            let Some(back) = self.revive(case).await? else {
                let incident = first.blame();
                return Some(Tried { incident, ..Tried::once(first) });
            };
            was_away = back.was_away;
        }
        if !is_bad(&first) || self.is_over() {
            return Some(Tried::once(first));
        }
        let Some(mut second) = self.attempt(place, 2).await else {
            return Some(Tried::once(first));
        };
        let mut incident = None;
        if second.cut && matches!(self.revive(case).await, Some(None)) {
            incident = second.blame();
        }
        Some(match (first.judged.verdict, second.judged.verdict) {
            // Who is started anew has ended, in this case or after the acknowledgement of one before.
            (Verdict::Fail | Verdict::Error, Verdict::Pass) if was_away => {
                first.judged.actual = format!("{}; {}", first.judged.actual, Incident::Away);
                Tried { then: Some(second), incident: Some(Incident::Away), ..Tried::once(first) }
            }
            (Verdict::Fail, Verdict::Pass) => Tried { then: Some(second), ..Tried::once(first) },
            // An ordinary event before was answered wrongly, and now is not.
            (Verdict::Error, Verdict::Pass)
                if first.judged.decisive.is_some() && !first.cut && !first.down =>
            {
                Tried { then: Some(second), ..Tried::once(first) }
            }
            // One that found nobody there has less to tell.
            (Verdict::Fail, Verdict::Fail) if second.down && !first.down => {
                if incident.is_some() {
                    incident = first.blame();
                }
                Tried { incident, ..Tried::once(first) }
            }
            (Verdict::Fail, Verdict::Error | Verdict::Skip) => Tried::once(first),
            _ => Tried { incident, ..Tried::once(second) },
        })
    }

    /// Waits for a receiver that may have gone down during a case. Where it does not come back, the run is
    /// over; nothing is known where the run ends before.
    async fn revive(&mut self, case: &Case) -> Option<Option<Back>> {
        let runner = Arc::clone(&self.runner);
        let revived = self.unless_over(async move { runner.revive().await }).await?;
        if let Some(back) = revived {
            if !back.was_away {
                return Some(Some(back));
            }
            (self.tell)(Told::Note(format!(
                "the receiver took no connections during {}, and did again after {:.1} s",
                case.id,
                back.after.as_secs_f64()
            )));
            return Some(Some(back));
        }
        let waited_s = self.runner.patience.as_secs_f64();
        self.finish(Unrun::befell(Incident::Down { during: case.id.to_owned(), waited_s }));
        Some(None)
    }

    /// Counts cases of which every request ran into the time limit.
    pub(super) fn hear(&mut self, place: usize, attempt: &Attempt) {
        match attempt.is_mute() {
            Some(true) => self.mute += 1,
            Some(false) => self.note_answer(place),
            // One that sent nothing shows nothing.
            None => {}
        }
    }

    pub(super) fn note_answer(&mut self, place: usize) {
        self.mute = 0;
        self.heard = Some(self.cases[place].id);
    }

    /// Asks a receiver that has answered nothing in several cases with an ordinary event. Where that gets no answer either,
    /// the run is over.
    pub(super) async fn unless_silent(&mut self) {
        if self.mute < MUTE || self.is_over() {
            return;
        }
        let (runner, after) = (Arc::clone(&self.runner), self.heard.map(str::to_owned));
        let Some(silence) = self.unless_over(async move { runner.silence(after).await }).await else {
            return;
        };
        match silence {
            Some(silent) => self.finish(Unrun::befell(silent)),
            None => self.mute = 0,
        }
    }
}

/// Where answers take so long, the receiver waits for something itself. Below that it may be the machine that is busy.
const WAITS: Duration = Duration::from_millis(250);

/// Sorts cases that were cut beside each other by how likely each has ended the receiver: what ends it does so as soon as it has
/// come, or, of a receiver that waits before it answers, where an answer would have come.
pub(super) fn likeliest_first(pace: Duration, bad: &mut [(usize, Attempt)]) {
    let usual = if pace < WAITS { 0.0 } else { pace.as_secs_f64() * 1e3 };
    let off = |attempt: &Attempt| (attempt.cut_after() - usual).abs();
    bad.sort_by(|(_, one), (_, other)| off(one).total_cmp(&off(other)));
}

/// Whether an attempt is tried again.
pub(super) fn is_bad(attempt: &Attempt) -> bool {
    matches!(attempt.judged.verdict, Verdict::Fail | Verdict::Error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::check::{Role, Trace};

    fn cut(role: Role, failure: &str, took_ms: f64) -> Attempt {
        let trace = Trace {
            label: String::new(),
            role,
            request: String::new(),
            body_bytes: 0,
            status: None,
            answer: String::new(),
            failure: Some(failure.to_owned()),
            detail: None,
            took_ms,
            decisive: true,
        };
        Attempt { cut: true, traces: vec![trace], ..Attempt::of(Verdict::Fail, "", "") }
    }

    /// Of requests that are answered after 300 ms the one has ended the receiver that came 300 ms before the end: later ones
    /// had not been looked at, and earlier ones were waiting for something else.
    #[test]
    fn whose_answer_was_due_when_the_receiver_ended_is_the_likeliest() {
        let closed = "closed-without-reply";
        let mut bad = vec![
            (1, cut(Role::Test, closed, 20.0)),
            (2, cut(Role::Setup, closed, 300.0)),
            (3, cut(Role::Test, closed, 900.0)),
            (4, cut(Role::Test, "connection-refused", 300.0)),
            (5, cut(Role::Test, closed, 290.0)),
            (6, cut(Role::Test, closed, 180.0)),
        ];
        likeliest_first(Duration::from_millis(300), &mut bad);
        // Who sent nothing under test, or was not taken, stays behind in the order of the suite.
        assert_eq!(bad.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [5, 6, 1, 3, 2, 4]);
        // On a busy machine, whoever came last.
        likeliest_first(Duration::from_millis(60), &mut bad);
        assert_eq!(bad.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 6, 5, 3, 2, 4]);
    }
}
