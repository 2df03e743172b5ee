//! When interludes happen: moments inside a window of the session's own course.

use super::Beat;
use super::course::Course;
use crate::clock::Moment;
use crate::protocol::code::Code;
use crate::scenario::plan::{InterludePlan, Plan};
use crate::seed::SessionSeed;

/// The beats of an interlude whose window opens at `course.now`. Looks ahead along the session's own course, which
/// can be done because a course depends on nothing but plan and seed.
pub(super) fn beats(plan: &Plan, interlude: &InterludePlan, seed: SessionSeed, course: &Course) -> Vec<Beat> {
    let purpose = interlude.purpose;
    if !seed.draw(purpose.of("chance")).chance(interlude.chance) {
        return Vec::new();
    }
    let (low, high) = (u64::from(interlude.times.low), u64::from(interlude.times.high));
    let times = seed.draw(purpose.of("times")).between(low, high);
    let opens = course.now;
    let (closes, page_ends) = window(plan, interlude, seed, course.clone());

    // Each occurrence at its own pace, as if it began when the window opens. An occurrence's draws come from its
    // number, so that one more changes nothing in those before it.
    let occurrences: Vec<Vec<Beat>> =
        (0..times).map(|n| occurrence(plan, interlude, seed, n, course)).collect();
    let lasting: Vec<u64> = occurrences
        .iter()
        .map(|beats| beats.last().map_or(0, |beat| beat.due.0.saturating_sub(opens.0)))
        .collect();

    // As many as begin inside the window without overlapping; only the last may reach beyond it.
    let window = closes.0 - opens.0;
    let mut fitting = 0;
    let mut taken = 0_u64;
    for length in &lasting {
        if taken > window {
            break;
        }
        fitting += 1;
        taken = taken.saturating_add(*length);
    }
    let before_last: u64 = lasting.iter().take(fitting).rev().skip(1).sum();
    let mut starts: Vec<u64> = (0..fitting)
        .map(|n| seed.draw(purpose.of("moment").number(n as u64)).between(0, window - before_last))
        .collect();
    starts.sort_unstable();

    let mut shift = 0;
    let mut beats = Vec::new();
    for ((mut occurrence, start), length) in occurrences.into_iter().zip(starts).zip(lasting) {
        for beat in &mut occurrence {
            beat.due = beat.due.after(start + shift);
        }
        shift += length;
        if occurrence.last().is_some_and(|beat| beat.due < page_ends) {
            beats.append(&mut occurrence);
        }
    }
    beats
}

/// When the window closes, and when the page is gone.
fn window(plan: &Plan, interlude: &InterludePlan, seed: SessionSeed, mut course: Course) -> (Moment, Moment) {
    let mut closes = None;
    loop {
        let beat = course.next(plan, seed);
        let code = beat.map(|beat| beat.code(plan));
        if code == Some(interlude.until) && closes.is_none() {
            closes = Some(course.now);
        }
        if code.is_none() || code == Some(Code::PageUnloaded) {
            return (closes.unwrap_or(course.now), course.now);
        }
    }
}

fn occurrence(
    plan: &Plan,
    interlude: &InterludePlan,
    seed: SessionSeed,
    nth: u64,
    course: &Course,
) -> Vec<Beat> {
    let mut course = course.branch(interlude.entry, course.now);
    let seed = seed.nth(nth);
    let nth = u16::try_from(nth).unwrap_or(u16::MAX);
    std::iter::from_fn(|| course.next(plan, seed)).map(|beat| Beat { nth, ..beat }).collect()
}
