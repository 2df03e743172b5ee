//! A receiver that hangs on what it cannot read costs the time limit for each such body, twice. Once several cases have hung
//! that ran alone, and the receiver was in order all the same, the others run beside each other: twice as many as have hung
//! before without harm. As soon as anything but that befalls one of them nothing of it counts, and they run alone as ever.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::super::attempt::Attempt;
use super::Phases;
use super::again::{MUTE, Tried, is_bad, likeliest_first};
use crate::conformance::case::Manner;
use crate::conformance::judge::Course;

/// So many hang beside each other at the most.
const WIDEST: usize = 16;
/// Between two that begin, so that who does harm, and when, is told from the others.
const BETWEEN: Duration = Duration::from_millis(50);
/// So soon those beside one that met with trouble meet with it too, where it is the receiver's end.
const TOGETHER: Duration = Duration::from_secs(1);
/// How many ordinary events in a row a receiver that was asked for too much at once may leave unanswered.
const CALLS: usize = 2;

/// What is known of a receiver that hangs.
#[derive(Default)]
pub(super) struct Hung {
    /// So many attempts hung and did no harm.
    harmless: usize,
    /// It was too much, or never was to be tried.
    alone: bool,
}

impl Hung {
    /// An attempt has hung while the receiver was in order.
    const fn note(&mut self) {
        self.harmless += 1;
    }

    /// Nothing runs beside anything for the sake of its hanging any more.
    pub const fn stay_alone(&mut self) {
        self.alone = true;
    }

    /// So many cases may run at once.
    fn width(&self) -> usize {
        if self.alone || self.harmless < MUTE { 1 } else { (self.harmless * 2).min(WIDEST) }
    }
}

/// A case that is to be tried, and its first attempt where that has hung.
type Seat = (usize, Option<Attempt>);

/// What comes of an attempt beside others.
enum Fate {
    /// It is the last one.
    Settled(Attempt),
    /// It has hung, and is tried once more in the same way.
    Again(Attempt),
    /// Something else, which is seen to in the end.
    Later,
}

/// What is seen to in the end.
#[derive(Default)]
struct Landed {
    /// Failed, with the receiver in order: they are tried once more, alone.
    failed: Vec<(usize, Attempt)>,
    /// Their connection was cut.
    cut: Vec<(usize, Attempt)>,
    /// The first of which something else went wrong.
    upset: Option<(usize, Attempt)>,
    /// Others of which something else went wrong.
    others: Vec<usize>,
}

impl Landed {
    fn is_trouble(&self) -> bool {
        self.upset.is_some() || !self.cut.is_empty()
    }

    /// Takes in what came of an attempt at a case. `first` is the one before it, which has hung.
    fn sort(&mut self, place: usize, first: Option<Attempt>, attempt: Attempt) -> Fate {
        let is_bad = is_bad(&attempt);
        match (attempt.course, first) {
            _ if attempt.cut || attempt.down => self.cut.push((place, attempt)),
            (Course::Hung, Some(_)) if is_bad => return Fate::Settled(attempt),
            (Course::Hung, None) if is_bad => return Fate::Again(attempt),
            (_, None) if !is_bad => return Fate::Settled(attempt),
            (Course::Upset, _) if is_bad && self.upset.is_none() => self.upset = Some((place, attempt)),
            (Course::Upset, _) if is_bad => self.others.push(place),
            // What it does the next time it has to do alone.
            (_, first) => self.failed.push((place, first.unwrap_or(attempt))),
        }
        Fate::Later
    }
}

/// What happens next.
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
enum Next {
    /// One comes back.
    Back(Option<(usize, Attempt)>),
    /// One may begin.
    Begin,
    /// Those that are still out are not waited for.
    Enough,
}

impl Phases<'_> {
    /// Counts what has hung and done no harm.
    pub(super) fn note_course(&mut self, attempt: &Attempt) {
        if is_bad(attempt) && attempt.course == Course::Hung {
            self.hung.note();
        }
    }

    /// Runs cases alone, one after the other, as long as they do not hang.
    pub(super) async fn one_by_one(&mut self, places: Vec<usize>) {
        let mut left = VecDeque::from(places);
        while let Some(place) = left.pop_front() {
            if self.can_hang(place) && self.hung.width() > 1 {
                let (light, heavy): (Vec<usize>, Vec<usize>) =
                    std::iter::once(place).chain(left.drain(..)).partition(|place| self.can_hang(*place));
                self.beside(light.into_iter().map(|place| (place, None)).collect()).await;
                for place in heavy {
                    self.alone(place).await;
                }
            } else {
                self.alone(place).await;
            }
        }
    }

    /// Whether a case can be beside others that hang.
    fn can_hang(&self, place: usize) -> bool {
        let case = self.cases[place];
        !case.heavy && matches!(case.manner, Manner::Peaceful | Manner::Rough | Manner::Last)
    }

    /// Of failures those that have hung, where they can be tried once more beside each other, and the others.
    pub(super) fn part_those_that_hung(
        &mut self,
        bad: Vec<(usize, Attempt)>,
    ) -> (Vec<Seat>, Vec<(usize, Attempt)>) {
        for (_, attempt) in &bad {
            self.note_course(attempt);
        }
        if self.hung.width() == 1 {
            return (Vec::new(), bad);
        }
        let (hung, other): (Vec<_>, Vec<_>) = bad
            .into_iter()
            .partition(|(place, attempt)| attempt.course == Course::Hung && self.can_hang(*place));
        (hung.into_iter().map(|(place, first)| (place, Some(first))).collect(), other)
    }

    /// Runs cases beside each other that are thought to hang, each of them twice where it does.
    pub(super) async fn beside(&mut self, seats: Vec<Seat>) {
        let mut waiting = VecDeque::from(seats);
        let mut out = BTreeMap::new();
        let mut landed = self.fly_the_hung(&mut waiting, &mut out).await;
        let others = std::mem::take(&mut landed.others).into_iter().map(|place| (place, None));
        let mut anew: Vec<Seat> = waiting.into_iter().chain(out).chain(others).collect();
        if landed.is_trouble() {
            self.hung.stay_alone();
        }
        likeliest_first(self.pace, &mut landed.cut);
        self.once_more(landed.cut).await;
        self.once_more(landed.failed).await;
        if let Some((place, attempt)) = landed.upset
            && !self.is_over()
        {
            if self.is_calm_again().await {
                anew.push((place, None));
            } else {
                // As it would have come alone: too much has hung, and it answers nothing any more.
                self.conclude(place, attempt).await;
                self.mute = MUTE - 1;
            }
        }
        anew.sort_by_key(|(place, _)| *place);
        for (place, first) in anew {
            self.alone(place).await;
            if let Some(first) = first
                && self.results[place].is_none()
            {
                // The run is over: then what has hung counts as it is.
                self.conclude(place, first).await;
            }
        }
    }

    /// Runs cases beside each other until there are none left, or there is trouble. Those that are out then stay in `out`.
    async fn fly_the_hung(
        &mut self,
        waiting: &mut VecDeque<Seat>,
        out: &mut BTreeMap<usize, Option<Attempt>>,
    ) -> Landed {
        let mut landed = Landed::default();
        let mut flying = JoinSet::new();
        while !self.is_over() {
            let trouble = landed.is_trouble();
            let begins = !trouble && !waiting.is_empty() && flying.len() < self.hung.width();
            if flying.is_empty() && !begins {
                break;
            }
            let next = async {
                tokio::select! {
                    biased;
                    Some(back) = flying.join_next() => Next::Back(back.ok()),
                    () = sleep(BETWEEN), if begins => Next::Begin,
                    () = sleep(TOGETHER), if trouble => Next::Enough,
                }
            };
            let Some(next) = Self::guarded(&self.runner, self.deadline, &mut self.stop, next).await else {
                break;
            };
            match next {
                Next::Begin => {
                    let Some((place, first)) = waiting.pop_front() else { continue };
                    let number = if first.is_some() { 2 } else { 1 };
                    out.insert(place, first);
                    let (runner, case) = (Arc::clone(&self.runner), *self.cases[place]);
                    flying.spawn(async move {
                        let mut attempt = runner.attempt(&case, number).await;
                        if attempt.course == Course::Hung && !runner.is_at_ease().await {
                            attempt.course = Course::Upset;
                        }
                        (place, attempt)
                    });
                }
                Next::Back(Some((place, attempt))) => {
                    self.note_course(&attempt);
                    let first = out.remove(&place).flatten();
                    match landed.sort(place, first, attempt) {
                        Fate::Settled(attempt) => {
                            self.note_answer(place);
                            self.settle_tried(place, Tried::once(attempt));
                        }
                        // Those of several bodies take longest.
                        Fate::Again(attempt) => waiting.push_front((place, Some(attempt))),
                        Fate::Later => {}
                    }
                }
                // A task that came to grief leaves its case without a result, which is told at the end.
                Next::Back(None) => {}
                Next::Enough => break,
            }
        }
        landed
    }

    /// Whether a receiver that was asked for too much at once answers again. It is left in peace for some time then.
    async fn is_calm_again(&mut self) -> bool {
        for _ in 0..CALLS {
            let runner = Arc::clone(&self.runner);
            match self.unless_over(async move { runner.silence(None).await }).await {
                Some(Some(_)) => {}
                Some(None) => {
                    let rest = self.runner.timeout();
                    let _ = self.unless_over(sleep(rest)).await;
                    return true;
                }
                None => return true,
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::check::Verdict;

    fn attempt(verdict: Verdict, course: Course) -> Attempt {
        Attempt { course, ..Attempt::of(verdict, "", "") }
    }

    fn hung() -> Attempt {
        attempt(Verdict::Fail, Course::Hung)
    }

    #[test]
    fn more_run_beside_each_other_the_more_have_hung() {
        let mut known = Hung::default();
        let widths: Vec<usize> = (0..12)
            .map(|_| {
                let width = known.width();
                known.note();
                width
            })
            .collect();
        assert_eq!(widths, [1, 1, 1, 6, 8, 10, 12, 14, 16, 16, 16, 16]);
        known.stay_alone();
        assert_eq!(known.width(), 1);
    }

    #[test]
    fn what_hangs_alike_twice_is_settled() {
        let mut landed = Landed::default();
        assert!(matches!(landed.sort(1, None, hung()), Fate::Again(_)));
        assert!(matches!(landed.sort(1, Some(hung()), hung()), Fate::Settled(_)));
        let passed = attempt(Verdict::Pass, Course::Answered);
        assert!(matches!(landed.sort(2, None, passed), Fate::Settled(_)));
        assert!(!landed.is_trouble() && landed.failed.is_empty());
    }

    /// A second attempt that differs does not count, and the first is followed by one alone.
    #[test]
    fn what_differs_is_tried_alone() {
        let mut landed = Landed::default();
        for second in [attempt(Verdict::Pass, Course::Answered), attempt(Verdict::Fail, Course::Answered)] {
            assert!(matches!(landed.sort(1, Some(hung()), second), Fate::Later));
        }
        assert!(matches!(landed.sort(2, None, attempt(Verdict::Fail, Course::Answered)), Fate::Later));
        assert!(landed.failed[..2].iter().all(|(_, first)| first.course == Course::Hung));
        assert_eq!(landed.failed.len(), 3);
        assert!(!landed.is_trouble());
    }

    #[test]
    fn trouble_is_told_from_hanging() {
        let mut landed = Landed::default();
        let cut = Attempt { cut: true, ..hung() };
        assert!(matches!(landed.sort(1, None, cut), Fate::Later));
        assert!(landed.is_trouble() && landed.cut.len() == 1);
        let mut landed = Landed::default();
        for (place, first) in [(1, None), (2, Some(hung())), (3, None)] {
            let upset = attempt(Verdict::Error, Course::Upset);
            assert!(matches!(landed.sort(place, first, upset), Fate::Later));
        }
        assert!(landed.is_trouble());
        assert_eq!(landed.upset.as_ref().map(|(place, _)| *place), Some(1));
        assert_eq!(landed.others, [2, 3]);
    }
}
