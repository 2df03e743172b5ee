//! From what was demanded and what was seen to a verdict.

mod course;

use std::collections::BTreeMap;
use std::time::Duration;

use super::script::{Demand, Shot};
use crate::outcome::check::{Level, Role, Verdict};
use crate::outcome::exchange::{Failure, FailureCode, Phase, Reply};
use crate::protocol::dialect::StatusSet;

pub use course::{Course, course};

/// A body of so many bytes may be refused by closing the connection while it is still being sent: so servers with a limit
/// do, and the answer that they give before is easily lost (RFC 9112, 9.6).
const LARGE: u64 = 256 << 10;

/// What came of a shot.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The answer, or why there was none.
    pub result: Result<Reply, Failure>,
    /// From the moment at which the connection stood to the answer's last byte.
    pub took: Duration,
    /// How many interim (1xx) answers came before.
    pub interim: u32,
    /// How much of the request was written, in bytes.
    pub written: u64,
    /// How long the request is, in bytes.
    pub length: u64,
    /// The connection had carried a request before.
    pub reused: bool,
    /// Bytes came that belong to no answer.
    pub surplus: bool,
}

impl Seen {
    /// The HTTP status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.result.as_ref().ok().map(|reply| reply.status)
    }

    /// Whether the receiver could not be reached at all.
    pub fn is_down(&self) -> bool {
        self.result.as_ref().is_err_and(|failure| failure.code.is_down())
    }

    /// Whether an answer began and did not end.
    pub fn is_unfinished(&self) -> bool {
        self.result.as_ref().is_err_and(|failure| failure.status.is_some())
    }

    /// Whether its connection was refused, or ended before an answer: as where the receiver has died.
    pub fn is_cut(&self) -> bool {
        let cut = |failure: &Failure| {
            matches!(
                failure.code,
                FailureCode::ConnectionReset | FailureCode::ClosedWithoutReply | FailureCode::ReplyTruncated
            )
        };
        self.is_down() || self.result.as_ref().is_err_and(cut)
    }

    /// The answer in a few words: `204`, `no answer (reply-timeout: not a byte came)`, or
    /// `401, and then the body of the reply did not end within 10s (body-timeout)`.
    pub fn words(&self) -> String {
        match &self.result {
            Ok(reply) => match &reply.location {
                Some(_) if (300..400).contains(&reply.status) => format!("{} (a redirect)", reply.status),
                _ => reply.status.to_string(),
            },
            Err(Failure { code, detail, status: Some(status), .. }) => {
                format!("{status}, and then {detail} ({code})")
            }
            Err(failure) if failure.detail.is_empty() => format!("no answer ({})", failure.code),
            Err(failure) => format!("no answer ({}: {})", failure.code, failure.detail),
        }
    }

    /// The request is large, and the connection was closed before all of it was sent.
    fn was_cut_short(&self) -> bool {
        self.length >= LARGE
            && self.written < self.length
            && self.result.as_ref().is_err_and(|failure| {
                failure.phase == Phase::Send
                    && matches!(failure.code, FailureCode::ConnectionReset | FailureCode::ClosedWithoutReply)
            })
    }
}

/// A verdict and the reason for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// What the receiver should have done.
    pub expected: String,
    /// What it did.
    pub actual: String,
    /// Which of the shots decided it, as a place among them.
    pub decisive: Option<usize>,
}

/// Whether an answer is what was demanded.
pub fn meets(demand: Demand, seen: &Seen, accept: &StatusSet) -> bool {
    let Some(status) = seen.status() else {
        return match demand {
            Demand::Anything => true,
            Demand::OnPurpose => seen.was_cut_short(),
            _ => false,
        };
    };
    let taken = accept.contains(status);
    match demand {
        Demand::Accept | Demand::AsBefore => taken,
        Demand::AcceptWithin(limit) => taken && seen.took <= limit,
        Demand::Refuse => (400..500).contains(&status) && !taken,
        Demand::Here => taken || !(300..400).contains(&status),
        Demand::OnPurpose => taken || (200..500).contains(&status),
        Demand::Anything => true,
    }
}

/// The verdict on a case's shots. A shot that was not sent has nothing beside it.
pub fn judge(
    level: Level,
    shots: &[(&Shot, Option<&Seen>)],
    measure: Option<fn(&[&Seen]) -> String>,
    accept: &StatusSet,
) -> Judged {
    // Nothing is demanded of it, not even that it was sent.
    let is_free = |place: usize| match shots[place].0.demand {
        Demand::Anything => true,
        Demand::AsBefore => {
            let before = place.checked_sub(1).and_then(|before| shots[before].1);
            !before.is_some_and(|seen| meets(Demand::Accept, seen, accept))
        }
        _ => false,
    };
    let wrong = |role: Role| -> Vec<usize> {
        let is_wrong = |(shot, seen): &(&Shot, Option<&Seen>)| {
            shot.role == role && !seen.is_some_and(|seen| meets(shot.demand, seen, accept))
        };
        (0..shots.len()).filter(|place| !is_free(*place) && is_wrong(&shots[*place])).collect()
    };
    let tests: Vec<usize> = (0..shots.len()).filter(|place| shots[*place].0.role == Role::Test).collect();
    let setup = wrong(Role::Setup);
    if let Some(first) = setup.first() {
        return Judged {
            verdict: Verdict::Error,
            expected: expected(shots, &[*first]),
            actual: format!(
                "not judged: {}, so nothing can be said of what follows",
                told(shots, &setup, BEFORE)
            ),
            decisive: Some(*first),
        };
    }
    let failed = wrong(Role::Test);
    if level != Level::Info
        && let Some(first) = worst(shots, &failed)
    {
        return Judged {
            verdict: Verdict::Fail,
            expected: expected(shots, &failed),
            actual: told(shots, &failed, ""),
            decisive: Some(first),
        };
    }
    let after = wrong(Role::After);
    if let Some(first) = after.first() {
        // What is only measured blames nobody.
        let verdict = if level == Level::Info { Verdict::Error } else { Verdict::Fail };
        let before = told(shots, &tests, "");
        let actual = format!("{before}; but then {}", told(shots, &after, "afterwards"));
        return Judged { verdict, expected: expected(shots, &after), actual, decisive: Some(*first) };
    }
    if level != Level::Info && !tests.is_empty() && tests.iter().all(|place| is_free(*place)) {
        return Judged {
            verdict: Verdict::Skip,
            expected: expected(shots, &tests),
            actual: format!(
                "nothing is demanded of a receiver that takes neither: {}",
                told(shots, &tests, "")
            ),
            decisive: tests.first().copied(),
        };
    }
    let seen: Vec<&Seen> = tests.iter().filter_map(|place| shots[*place].1).collect();
    let actual = match measure {
        Some(measure) => measure(&seen),
        None => told(shots, &tests, ""),
    };
    Judged {
        verdict: Verdict::Pass,
        expected: expected(shots, &tests),
        actual,
        decisive: tests.first().copied(),
    }
}

/// Of several wrong answers that which says most: a forged event that was taken, then an answer, then none.
fn worst(shots: &[(&Shot, Option<&Seen>)], places: &[usize]) -> Option<usize> {
    places.iter().copied().min_by_key(|place| {
        let (shot, seen) = shots[*place];
        let taken = seen.and_then(Seen::status).is_some_and(|status| (200..300).contains(&status));
        match seen {
            Some(_) if shot.demand == Demand::Refuse && taken => 0,
            Some(seen) if seen.status().is_some() => 1,
            Some(_) => 2,
            None => 3,
        }
    })
}

fn expected(shots: &[(&Shot, Option<&Seen>)], places: &[usize]) -> String {
    let mut words: Vec<String> = Vec::new();
    for place in places {
        let shot = shots[*place].0;
        let text = format!("{} to {}", shot.demand.words(), shot.label);
        if !words.contains(&text) {
            words.push(text);
        }
    }
    listed(&words)
}

/// Said of what has to be there first.
const BEFORE: &str = "before it";

/// What was answered to some shots: each alone where they are few, else counted. What came before is not counted, and what
/// was not sent for its sake left out, so that many cases that could not be judged for the same reason say the same.
fn told(shots: &[(&Shot, Option<&Seen>)], places: &[usize], when: &str) -> String {
    let mut kinds: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let any_sent = places.iter().any(|place| shots[*place].1.is_some());
    for (order, place) in places.iter().enumerate() {
        let (shot, seen) = shots[*place];
        if when == BEFORE && any_sent && seen.is_none() {
            continue;
        }
        let answer = seen.map_or_else(|| "not sent".to_owned(), Seen::words);
        let late = match (shot.demand, seen) {
            (Demand::AcceptWithin(limit), Some(seen)) if seen.took > limit => {
                format!(" after {:.1} s", seen.took.as_secs_f64())
            }
            _ => String::new(),
        };
        let grave = if shot.demand == Demand::Refuse
            && seen.and_then(Seen::status).is_some_and(|status| status < 300)
        {
            " (a forged event was taken)"
        } else {
            ""
        };
        let when = if when.is_empty() { String::new() } else { format!(" {when}") };
        let label = if when.is_empty() || !shot.label.starts_with("an ordinary event") {
            shot.label.to_string()
        } else {
            format!("an ordinary event{when}")
        };
        let text = format!("{answer}{late} to {label}{grave}");
        kinds.entry(text).or_insert((order, 0)).1 += 1;
    }
    let mut kinds: Vec<(String, (usize, usize))> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, (order, _))| *order);
    let several = places.len() > kinds.len() && when != BEFORE;
    let words: Vec<String> = kinds
        .into_iter()
        .map(|(text, (_, count))| if several && count > 1 { format!("{text} ({count} times)") } else { text })
        .collect();
    listed(&words)
}

/// At most four, and how many more.
fn listed(words: &[String]) -> String {
    const MOST: usize = 4;
    match words.len() {
        0 => "nothing".to_owned(),
        count if count <= MOST => words.join("; "),
        count => format!("{}; and {} more kinds", words[..MOST].join("; "), count - MOST),
    }
}

#[cfg(test)]
mod tests;
