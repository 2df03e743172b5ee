//! Which case runs when: in company, side by side, alone; failures once more.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::attempt::Attempt;
use super::contact::Contact;
use super::{Runner, Told, until};
use crate::clock::Moment;
use crate::conformance::case::{Case, Manner, Needs, Play, Stage};
use crate::delivery::engine::Stop;
use crate::outcome::check::{CaseResult, Ending, Verdict};
use crate::outcome::exchange::Phase;

/// A receiver that takes so long for an answer is slow.
const SLOW: Duration = Duration::from_millis(50);
/// So many cases run side by side.
const WIDTH: usize = 8;

/// A receiver that is back sooner was not away.
const SHORT: Duration = Duration::from_millis(20);

/// What came of a case that was tried once or twice.
struct Tried {
    /// The attempt that counts.
    attempt: Attempt,
    /// The one after it, where that passed.
    then: Option<Attempt>,
}

/// A run under way.
pub(super) struct Phases<'a> {
    runner: Arc<Runner>,
    cases: &'a [&'a Case],
    results: Vec<Option<CaseResult>>,
    deadline: Option<Moment>,
    stop: watch::Receiver<Stop>,
    tell: &'a mut dyn FnMut(Told<'_>),
    /// An answer takes long.
    slow: bool,
    ending: Ending,
    /// Why nothing more is run, and what becomes of what is left.
    over: Option<(Verdict, String)>,
}

impl<'a> Phases<'a> {
    pub fn new(
        runner: Arc<Runner>,
        cases: &'a [&'a Case],
        deadline: Option<Moment>,
        stop: watch::Receiver<Stop>,
        tell: &'a mut dyn FnMut(Told<'_>),
    ) -> Self {
        let results = cases.iter().map(|_| None).collect();
        Self {
            runner,
            cases,
            results,
            deadline,
            stop,
            tell,
            slow: false,
            ending: Ending::default(),
            over: None,
        }
    }

    /// Every phase.
    pub async fn all(&mut self) {
        self.skip_what_lacks_something();
        self.make_contact().await;
        for place in self.of(Manner::Company) {
            self.alone(place).await;
        }
        let company = self.of_any(Manner::Company);
        let failed = |result: &&CaseResult| result.verdict != Verdict::Pass;
        let crowded =
            company.iter().filter_map(|place| self.results[*place].as_ref()).any(|result| failed(&result));
        for manner in [Manner::Peaceful, Manner::Alone, Manner::Rough] {
            let (together, alone): (Vec<usize>, Vec<usize>) =
                self.of(manner).into_iter().partition(|place| !crowded && self.is_long(self.cases[*place]));
            for place in alone {
                self.alone(place).await;
            }
            self.side_by_side(together).await;
        }
        for stage in Stage::ALL {
            self.stage(stage).await;
        }
    }

    /// Whether a case takes so long that others should go on beside it. What goes wrong is tried again alone all the same.
    fn is_long(&self, case: &Case) -> bool {
        match case.manner {
            Manner::Peaceful => self.slow || case.waits || case.needs == Needs::Probe,
            Manner::Rough => self.slow,
            Manner::Company | Manner::Alone => false,
        }
    }

    /// The cases of a stage of the drill.
    async fn stage(&mut self, stage: Stage) {
        let places: Vec<usize> =
            self.left().into_iter().filter(|place| self.cases[*place].stage == Some(stage)).collect();
        if places.is_empty() || self.is_over() {
            return;
        }
        let runner = Arc::clone(&self.runner);
        let entered = self.unless_over(async move {
            runner.enter(stage).await?;
            // Nobody there is nobody's failure.
            match runner.contact().await {
                Contact::Answered { .. } => Ok(true),
                Contact::Unanswered { why, .. } if stage == Stage::Old => {
                    Err(format!("an ordinary event got {why}"))
                }
                Contact::Unanswered { .. } => Ok(false),
            }
        });
        match entered.await {
            Some(Err(why)) => {
                self.ending.unanswered = stage == Stage::Old;
                self.finish(Verdict::Error, format!("not judged: {why}"));
            }
            Some(Ok(_)) => {
                for place in places {
                    self.alone(place).await;
                }
            }
            None => {}
        }
    }

    /// Everything that was judged, and what was not.
    pub fn end(mut self) -> (Vec<CaseResult>, Ending) {
        let over = self.over.take();
        let (verdict, why) = over.unwrap_or((Verdict::Error, "not judged".to_owned()));
        let mut cases = Vec::with_capacity(self.cases.len());
        for (case, result) in self.cases.iter().zip(self.results) {
            cases.push(result.unwrap_or_else(|| {
                let result = self.runner.unrun(case, verdict, &why);
                (self.tell)(Told::Judged(&result));
                result
            }));
        }
        (cases, self.ending)
    }

    fn skip_what_lacks_something(&mut self) {
        for (place, case) in self.cases.iter().enumerate() {
            let lacks = match case.needs {
                Needs::Nothing => false,
                Needs::Probe => self.runner.probe.is_none(),
                Needs::Rotation => self.runner.rotation.is_none(),
                Needs::Https => !self.runner.base.is_https(),
            };
            if lacks {
                let result = self.runner.unrun(case, Verdict::Skip, case.needs.missing());
                self.settle(place, result);
            }
        }
    }

    async fn make_contact(&mut self) {
        // A drill makes contact in its first stage.
        if self.left().iter().all(|place| self.cases[*place].stage.is_some()) {
            return;
        }
        let runner = Arc::clone(&self.runner);
        let Some(contact) = self.unless_over(async move { runner.contact().await }).await else { return };
        match contact {
            Contact::Answered { status, took } => {
                self.slow = took >= SLOW;
                let limit = self.runner.timeout();
                if !self.runner.accept.contains(status) {
                    (self.tell)(Told::Note(format!(
                        "an ordinary event was answered with {status}: either the secret is another one, or nothing is taken"
                    )));
                }
                if took > limit {
                    let why = format!(
                        "not judged: the receiver needs {:.1} s for an answer, and the time limit is {} s (--timeout)",
                        took.as_secs_f64(),
                        limit.as_secs_f64()
                    );
                    (self.tell)(Told::Note(why.clone()));
                    for place in self.left() {
                        if self.cases[place].section() != "time" {
                            let result = self.runner.unrun(self.cases[place], Verdict::Error, &why);
                            self.settle(place, result);
                        }
                    }
                }
            }
            Contact::Unanswered { why, phase } => {
                // A handshake can be judged where no request gets through for its sake.
                if phase == Some(Phase::Tls) {
                    for place in self.left() {
                        if matches!(self.cases[place].play, Play::Tls(_)) {
                            self.alone(place).await;
                        }
                    }
                }
                self.ending.unanswered = true;
                if !self.ending.interrupted {
                    // This is the reason, also where the budget ran out over the handshakes.
                    self.over = None;
                }
                self.finish(Verdict::Error, format!("not judged: an ordinary event got {why}"));
            }
        }
    }

    /// Runs a case with nothing beside it, and once more where it fails.
    async fn alone(&mut self, place: usize) {
        if self.is_over() {
            return;
        }
        let Some(first) = self.attempt(place, 1).await else { return };
        self.conclude(place, first).await;
    }

    /// Runs cases beside each other, and those that failed once more, alone.
    async fn side_by_side(&mut self, places: Vec<usize>) {
        let mut waiting = places.into_iter().peekable();
        while waiting.peek().is_some() && !self.is_over() {
            let bad = self.fly(&mut waiting).await;
            self.once_more(bad).await;
        }
    }

    /// Runs cases beside each other until there are none left, or one may have ended the run. Gives back those that failed.
    async fn fly(&mut self, waiting: &mut impl Iterator<Item = usize>) -> Vec<(usize, Attempt)> {
        let mut flying = JoinSet::new();
        let mut bad: Vec<(usize, Attempt)> = Vec::new();
        let mut enough = false;
        loop {
            while flying.len() < WIDTH && !enough && !self.is_over() {
                let Some(place) = waiting.next() else { break };
                let (runner, case) = (Arc::clone(&self.runner), *self.cases[place]);
                flying.spawn(async move { (place, runner.attempt(&case, 1).await) });
            }
            if flying.is_empty() {
                break;
            }
            let next = async { flying.join_next().await };
            let Some(next) = Self::guarded(&self.runner, self.deadline, &mut self.stop, next).await else {
                self.note_the_end();
                break;
            };
            match next {
                Some(Ok((place, attempt))) if is_bad(&attempt) => {
                    // Nothing more is sent to a receiver that may be gone.
                    enough |= attempt.down || attempt.cut;
                    enough |=
                        attempt.judged.verdict == Verdict::Fail && (self.runner.ends)(self.cases[place]);
                    bad.push((place, attempt));
                }
                Some(Ok((place, attempt))) => {
                    let result = self.runner.result(self.cases[place], attempt, false);
                    self.settle(place, result);
                }
                // A task that came to grief leaves its case without a result, which is told at the end.
                _ => {}
            }
        }
        bad
    }

    /// Tries cases that failed beside each other once more, alone.
    async fn once_more(&mut self, mut bad: Vec<(usize, Attempt)>) {
        bad.sort_by_key(|(place, _)| *place);
        // Where one of them ends the receiver, those beside it have no answers for its sake.
        let (mut killed, mut beside) = (false, Vec::new());
        for (place, first) in bad {
            let cut = first.cut;
            match self.tried(place, first).await {
                Some(Tried { attempt, then: Some(then) }) if cut => beside.push((place, attempt, then)),
                Some(tried) => {
                    killed |= cut && tried.attempt.cut && tried.attempt.judged.verdict == Verdict::Fail;
                    self.settle_tried(place, tried);
                }
                None => {}
            }
        }
        for (place, attempt, then) in beside {
            let tried = if killed {
                Tried { attempt: then, then: None }
            } else {
                Tried { attempt, then: Some(then) }
            };
            self.settle_tried(place, tried);
        }
    }

    /// Tries a case again where it failed, and settles it.
    async fn conclude(&mut self, place: usize, first: Attempt) {
        if let Some(tried) = self.tried(place, first).await {
            self.settle_tried(place, tried);
        }
    }

    fn settle_tried(&mut self, place: usize, tried: Tried) {
        let Tried { mut attempt, then } = tried;
        if then.is_some() {
            attempt
                .judged
                .actual
                .push_str("; tried again it passed, so the receiver is not reliable in this");
        }
        let result = self.runner.result(self.cases[place], attempt, then.is_some());
        self.settle(place, result);
    }

    /// Tries a case again where it failed. Nothing comes of one that the end of the run has overtaken.
    async fn tried(&mut self, place: usize, mut first: Attempt) -> Option<Tried> {
        let case = self.cases[place];
        if self.is_over() {
            if self.over.as_ref().is_some_and(|(verdict, _)| *verdict == Verdict::Skip) {
                return None;
            }
            // What has no answer is the fault of whatever ended the run.
            return (!first.cut).then_some(Tried { attempt: first, then: None });
        }
        // Tried again before it is up again, a case would tell less than it did.
        if first.cut && !self.revive(case).await? {
            first.blame();
            return Some(Tried { attempt: first, then: None });
        }
        if !is_bad(&first) || self.is_over() {
            return Some(Tried { attempt: first, then: None });
        }
        let Some(mut second) = self.attempt(place, 2).await else {
            return Some(Tried { attempt: first, then: None });
        };
        if second.cut && self.revive(case).await == Some(false) {
            second.blame();
        }
        Some(match (first.judged.verdict, second.judged.verdict) {
            (Verdict::Fail, Verdict::Pass) => Tried { attempt: first, then: Some(second) },
            // An ordinary event before was answered wrongly, and now is not.
            (Verdict::Error, Verdict::Pass)
                if first.judged.decisive.is_some() && !first.cut && !first.down =>
            {
                Tried { attempt: first, then: Some(second) }
            }
            // One that found nobody there has less to tell.
            (Verdict::Fail, Verdict::Fail) if second.down && !first.down => {
                Tried { attempt: first, then: None }
            }
            (Verdict::Fail, Verdict::Error | Verdict::Skip) => Tried { attempt: first, then: None },
            _ => Tried { attempt: second, then: None },
        })
    }

    /// Waits for a receiver that went down during a case: whether it came back. Where it does not, the run is over; nothing
    /// is known where the run ends before.
    async fn revive(&mut self, case: &Case) -> Option<bool> {
        let runner = Arc::clone(&self.runner);
        let revived = self.unless_over(async move { runner.revive().await }).await?;
        if let Some(took) = revived {
            if took < SHORT {
                return Some(true);
            }
            (self.tell)(Told::Note(format!(
                "the receiver took no connections during {}, and did again after {:.1} s",
                case.id,
                took.as_secs_f64()
            )));
            return Some(true);
        }
        let why = format!(
            "not judged: the receiver went down during {} and was not back within {} s",
            case.id,
            self.runner.patience.as_secs_f64()
        );
        self.finish(Verdict::Error, why);
        Some(false)
    }

    async fn attempt(&mut self, place: usize, number: u64) -> Option<Attempt> {
        let (runner, case) = (Arc::clone(&self.runner), *self.cases[place]);
        self.unless_over(async move { runner.attempt(&case, number).await }).await
    }

    /// What a future comes to, unless the run is over before.
    async fn unless_over<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let done = Self::guarded(&self.runner, self.deadline, &mut self.stop, work).await;
        if done.is_none() {
            self.note_the_end();
        }
        done
    }

    async fn guarded<T>(
        runner: &Runner,
        deadline: Option<Moment>,
        stop: &mut watch::Receiver<Stop>,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        tokio::select! {
            biased;
            () = stopped(stop) => None,
            () = until(runner.clock, deadline) => None,
            done = work => Some(done),
        }
    }

    fn note_the_end(&mut self) {
        if *self.stop.borrow() != Stop::No {
            self.ending.interrupted = true;
            self.finish(Verdict::Error, "not judged: the run was interrupted".to_owned());
        } else if self.runner.is_past(self.deadline) {
            let budget = self.runner.budget.unwrap_or_default();
            let budget = crate::clock::show_duration(budget);
            self.finish(Verdict::Error, format!("not judged: the budget of {budget} was used up (--budget)"));
        }
    }

    fn finish(&mut self, verdict: Verdict, why: String) {
        if self.over.is_none() {
            if verdict == Verdict::Error {
                self.ending.cut = Some(why.trim_start_matches("not judged: ").to_owned());
            }
            self.over = Some((verdict, why));
        }
    }

    fn is_over(&mut self) -> bool {
        self.note_the_end();
        self.over.is_some()
    }

    fn settle(&mut self, place: usize, result: CaseResult) {
        let case = self.cases[place];
        (self.tell)(Told::Judged(&result));
        if result.verdict == Verdict::Fail && (self.runner.ends)(case) {
            self.finish(Verdict::Skip, format!("not run: {} failed (--fail-fast)", case.id));
        }
        self.results[place] = Some(result);
    }

    /// The cases of a manner that have no result yet.
    fn of(&self, manner: Manner) -> Vec<usize> {
        self.left()
            .into_iter()
            .filter(|place| self.cases[*place].manner == manner && self.cases[*place].stage.is_none())
            .collect()
    }

    fn of_any(&self, manner: Manner) -> Vec<usize> {
        (0..self.cases.len()).filter(|place| self.cases[*place].manner == manner).collect()
    }

    fn left(&self) -> Vec<usize> {
        (0..self.cases.len()).filter(|place| self.results[*place].is_none()).collect()
    }
}

fn is_bad(attempt: &Attempt) -> bool {
    matches!(attempt.judged.verdict, Verdict::Fail | Verdict::Error)
}

async fn stopped(stop: &mut watch::Receiver<Stop>) {
    loop {
        if *stop.borrow() != Stop::No {
            return;
        }
        if stop.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
