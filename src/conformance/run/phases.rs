//! Which case runs when: in company, side by side, alone; failures once more.

mod again;
mod hung;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::attempt::Attempt;
use super::contact::Contact;
use super::result::Unrun;
use super::{Runner, Told, until};
use crate::clock::Moment;
use crate::conformance::case::{Case, Manner, Needs, Play, Stage};
use crate::delivery::engine::Stop;
use crate::outcome::check::{CaseResult, Ending, Incident, Verdict};
use crate::outcome::exchange::Phase;
use again::{MUTE, is_bad, likeliest_first};
use hung::Hung;

/// Where an answer takes so long, peaceful cases run side by side.
const SLOW: Duration = Duration::from_millis(50);
/// Where it takes so long, those run side by side too that may break the receiver, though it is harder to tell then which did.
const SLUGGISH: Duration = Duration::from_millis(500);
/// Where it takes so long, the cases that say so come first: there may be no time for many others.
const LATE: Duration = Duration::from_secs(5);
/// So many cases run side by side.
const WIDTH: usize = 8;

/// A run under way.
pub(super) struct Phases<'a> {
    runner: Arc<Runner>,
    cases: &'a [&'a Case],
    results: Vec<Option<CaseResult>>,
    deadline: Option<Moment>,
    stop: watch::Receiver<Stop>,
    tell: &'a mut dyn FnMut(Told<'_>),
    /// How long an answer takes.
    pace: Duration,
    ending: Ending,
    /// How many cases in a row have had no answer at all.
    mute: usize,
    /// Those that run alone, and hang.
    hung: Hung,
    /// The ID of the last case that had one.
    heard: Option<&'a str>,
    /// What the user's command is doing, where it is under way: a run that ends then ends for its sake.
    step: Option<Stage>,
    /// Why nothing more is run, and what becomes of what is left.
    over: Option<Unrun>,
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
            pace: Duration::ZERO,
            ending: Ending::default(),
            mute: 0,
            hung: Hung::default(),
            heard: None,
            step: None,
            over: None,
        }
    }

    /// Every phase.
    pub async fn all(&mut self) {
        self.skip_what_lacks_something();
        self.make_contact().await;
        self.await_the_probe().await;
        if self.pace >= LATE {
            let measured = self.of(Manner::Alone);
            self.one_by_one(measured).await;
        }
        for place in self.of(Manner::Company) {
            self.alone(place).await;
        }
        let company = self.of_any(Manner::Company);
        let failed = |result: &&CaseResult| result.verdict != Verdict::Pass;
        let crowded =
            company.iter().filter_map(|place| self.results[*place].as_ref()).any(|result| failed(&result));
        for manner in [Manner::Peaceful, Manner::Alone, Manner::Rough, Manner::Last] {
            let (together, alone): (Vec<usize>, Vec<usize>) =
                self.of(manner).into_iter().partition(|place| !crowded && self.is_long(self.cases[*place]));
            if crowded {
                self.hung.stay_alone();
            }
            self.one_by_one(alone).await;
            self.side_by_side(together).await;
        }
        for stage in Stage::ALL {
            self.stage(stage).await;
        }
    }

    /// Whether a case takes so long that others should go on beside it. What goes wrong is tried again alone all the same.
    fn is_long(&self, case: &Case) -> bool {
        match case.manner {
            Manner::Peaceful => self.pace >= SLOW || case.waits || case.needs == Needs::Probe,
            Manner::Rough | Manner::Last => self.pace >= SLUGGISH,
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
        let brought = {
            let runner = Arc::clone(&runner);
            self.step = Some(stage);
            let brought = self.unless_over(async move { runner.bring(stage).await }).await;
            self.step = None;
            brought
        };
        let Some(brought) = brought else { return };
        let entered = self.unless_over(async move {
            brought.map_err(Unrun::befell)?;
            runner.await_stage(stage).await;
            // Nobody there is nobody's failure.
            match runner.contact().await {
                Contact::Unanswered { met, .. } if stage == Stage::Old => Err(Unrun::befell(met)),
                Contact::Answered { .. } | Contact::Unfinished { .. } | Contact::Unanswered { .. } => Ok(()),
            }
        });
        match entered.await {
            Some(Err(why)) => {
                self.ending.unanswered = matches!(why.incident, Some(Incident::Unanswered { .. }));
                self.finish(why);
            }
            Some(Ok(())) => {
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
        let why = over.unwrap_or_else(|| Unrun::error("the case came to grief"));
        let mut cases = Vec::with_capacity(self.cases.len());
        for (case, result) in self.cases.iter().zip(self.results) {
            cases.push(result.unwrap_or_else(|| {
                let result = self.runner.unrun(case, &why);
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
                let result = self.runner.unrun(case, &Unrun::skip(case.needs.missing()));
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
                self.pace = took;
                let limit = self.runner.timeout();
                if !self.runner.accept.contains(status) {
                    (self.tell)(Told::Note(format!(
                        "an ordinary event was answered with {status}: either the secret is another one, or nothing is taken"
                    )));
                }
                if took > limit {
                    let why = Unrun::befell(Incident::TooSlow {
                        took_s: took.as_secs_f64(),
                        limit_s: limit.as_secs_f64(),
                    });
                    (self.tell)(Told::Note(why.words.clone()));
                    for place in self.left() {
                        if self.cases[place].section() != "time" {
                            let result = self.runner.unrun(self.cases[place], &why);
                            self.settle(place, result);
                        }
                    }
                }
            }
            Contact::Unfinished { why, late } => {
                (self.tell)(Told::Note(format!(
                    "an ordinary event was answered with {why}: a sender takes that for no answer"
                )));
                // One case shows what it is worth, and then it is asked again.
                self.mute = if late { MUTE - 1 } else { 0 };
            }
            Contact::Unanswered { phase, met } => {
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
                self.finish(Unrun::befell(met));
            }
        }
    }

    /// A system that cannot be asked is told once, and not waited for by each case.
    async fn await_the_probe(&mut self) {
        let asking: Vec<usize> =
            self.left().into_iter().filter(|place| self.cases[*place].needs == Needs::Probe).collect();
        let Some(probe) = self.runner.probe.clone() else { return };
        if asking.is_empty() || self.is_over() {
            return;
        }
        let patience = self.runner.patience;
        let there = self.unless_over(async move { probe.who.await_listener(patience).await }).await;
        if let Some(Err(why)) = there {
            (self.tell)(Told::Note(why.clone()));
            for place in asking {
                let result = self.runner.unrun(self.cases[place], &Unrun::error(&why));
                self.settle(place, result);
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
        self.unless_silent().await;
    }

    /// Runs cases beside each other, and those that failed once more, alone.
    async fn side_by_side(&mut self, places: Vec<usize>) {
        let mut waiting = places.into_iter().peekable();
        while waiting.peek().is_some() && !self.is_over() {
            let mut bad = self.fly(&mut waiting).await;
            bad.sort_by_key(|(place, _)| *place);
            likeliest_first(self.pace, &mut bad);
            let (hung, other) = self.part_those_that_hung(bad);
            self.once_more(other).await;
            self.beside(hung).await;
        }
    }

    /// Runs cases beside each other until there are none left, or one may have ended the run. Gives back those that failed.
    async fn fly(&mut self, waiting: &mut impl Iterator<Item = usize>) -> Vec<(usize, Attempt)> {
        let mut flying = JoinSet::new();
        let mut bad: Vec<(usize, Attempt)> = Vec::new();
        let mut enough = false;
        loop {
            while flying.len() < WIDTH && !enough && self.mute < MUTE && !self.is_over() {
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
                    self.hear(place, &attempt);
                    // Nothing more is sent to a receiver that may be gone.
                    enough |= attempt.down || attempt.cut;
                    enough |=
                        attempt.judged.verdict == Verdict::Fail && (self.runner.ends)(self.cases[place]);
                    bad.push((place, attempt));
                }
                Some(Ok((place, attempt))) => {
                    self.hear(place, &attempt);
                    let result = self.runner.result(self.cases[place], attempt, None, false);
                    self.settle(place, result);
                }
                // A task that came to grief leaves its case without a result, which is told at the end.
                _ => {}
            }
        }
        bad
    }

    async fn attempt(&mut self, place: usize, number: u64) -> Option<Attempt> {
        let (runner, case) = (Arc::clone(&self.runner), *self.cases[place]);
        let attempt = self.unless_over(async move { runner.attempt(&case, number).await }).await?;
        self.note_course(&attempt);
        Some(attempt)
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
            self.finish(Unrun::error("the run was interrupted"));
        } else if self.runner.is_past(self.deadline) {
            let budget = self.runner.budget.unwrap_or_default();
            let budget = crate::clock::show_duration(budget);
            let step = self.step.map_or_else(String::new, |stage| {
                format!(" before the receiver was brought to the stage {} (--rotate-step)", stage.as_str())
            });
            self.finish(Unrun::error(format!("the budget of {budget} was used up{step} (--budget)")));
        }
    }

    fn finish(&mut self, why: Unrun) {
        if self.over.is_none() {
            if let Some(cut) = why.cut() {
                self.ending.cut = Some(cut.to_owned());
            }
            self.over = Some(why);
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
            self.finish(Unrun::skip(format!("not run: {} failed (--fail-fast)", case.id)));
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
