//! What the probe showed otherwise, read from what a case of the section `state` says of it.

use std::collections::BTreeSet;

use super::facts::{Facts, How};
use crate::outcome::check::CaseResult;

/// The cases whose events come in another order, one after the other.
const MOVED: [&str; 4] = ["state/late", "state/swapped", "state/backwards", "state/shuffled"];

/// More untold differences than these show that several events are missing.
const FEW: usize = 2;

/// One place that differs.
struct Place<'a> {
    path: &'a str,
    shown: &'a str,
    usual: &'a str,
}

impl Place<'_> {
    /// It stands in a list, or below one.
    fn is_entry(&self) -> bool {
        self.path.split('[').skip(1).any(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    }

    /// How many there are, and how many there should be.
    fn counts(&self) -> Option<(u64, u64)> {
        let number = |text: &str| text.split(' ').next()?.parse().ok();
        (!self.is_entry()).then_some((number(self.shown)?, number(self.usual)?))
    }
}

/// What differs in a case: `name: $.path: this instead of that; $.path: ...`.
fn places(case: &CaseResult) -> Vec<Place<'_>> {
    let Some(begin) = case.actual.find(": $") else { return Vec::new() };
    let place = |part| {
        let (path, says): (&str, &str) = str::split_once(part, ": ")?;
        let (shown, usual) = says.split_once(" instead of ")?;
        path.starts_with('$').then_some(Place { path, shown, usual })
    };
    case.actual[begin + 2..].split("; ").filter_map(place).collect()
}

/// How many places differ besides those that are told.
fn untold(case: &CaseResult) -> usize {
    let more = case.actual.rsplit("; and ").next().and_then(|rest| rest.split_once(" more"));
    more.and_then(|(number, _)| number.parse().ok()).unwrap_or_default()
}

fn cases(facts: Facts<'_>, such: impl Fn(&CaseResult) -> bool) -> Vec<&CaseResult> {
    MOVED.iter().flat_map(|id| facts.all(id, How::Wrong)).filter(|case| such(case)).collect()
}

fn ids(cases: &[&CaseResult]) -> Vec<String> {
    cases.iter().map(|case| case.id.clone()).collect()
}

fn has_fewer(case: &CaseResult) -> bool {
    places(case).iter().filter_map(Place::counts).any(|(shown, usual)| shown < usual)
}

/// Entries of a list have changed places.
fn has_moved(case: &CaseResult) -> bool {
    let entries: Vec<Place<'_>> = places(case).into_iter().filter(Place::is_entry).collect();
    let usual: BTreeSet<&str> = entries.iter().map(|place| place.usual).collect();
    entries.iter().any(|place| usual.contains(place.shown))
}

/// Cases in which less is remembered once events come in another order.
pub fn fewer(facts: Facts<'_>) -> Vec<String> {
    ids(&cases(facts, has_fewer))
}

/// Cases that show the same entries of a list in another order.
pub fn moved(facts: Facts<'_>) -> Vec<String> {
    ids(&cases(facts, has_moved))
}

/// Cases that show as many entries of a list as ever, and others, in no other order.
pub fn replaced(facts: Facts<'_>) -> Vec<String> {
    let entries = cases(facts, |case| places(case).iter().any(Place::is_entry));
    let otherwise =
        |case: &&CaseResult| has_moved(case) || places(case).iter().any(|place| place.counts().is_some());
    if entries.iter().any(otherwise) { Vec::new() } else { ids(&entries) }
}

/// Cases that show another outcome, if none shows another number of events.
pub fn outcomes(facts: Facts<'_>) -> Vec<String> {
    let all = cases(facts, |_| true);
    if all.iter().any(|case| places(case).iter().any(|place| place.is_entry() || place.counts().is_some())) {
        return Vec::new();
    }
    let outcome = all.into_iter().filter(|case| !places(case).is_empty()).collect::<Vec<_>>();
    ids(&outcome)
}

/// Cases that lose what comes after the end of a session, and nothing else: what is dropped for its lower sequence is half of
/// all that is swapped.
pub fn after_the_end(facts: Facts<'_>) -> Vec<String> {
    let late = cases(facts, |case| case.id == "state/late" && has_fewer(case));
    let many = |case: &CaseResult| {
        let far = |place: &Place<'_>| place.counts().is_some_and(|(shown, usual)| shown + 1 < usual);
        matches!(case.id.as_str(), "state/late" | "state/swapped")
            && (untold(case) > FEW || places(case).iter().any(far))
    };
    if cases(facts, many).is_empty() { ids(&late) } else { Vec::new() }
}

/// Cases that show something again of a session of which nothing is shown after its usual end.
pub fn begun_again(facts: Facts<'_>) -> Vec<String> {
    let begun = |place: &Place<'_>| place.counts().is_some_and(|(shown, usual)| shown > 0 && usual == 0);
    // With a number alone it may be that of the events that came late.
    let otherwise = |place: &Place<'_>| !place.is_entry() && place.counts().is_none();
    ids(&cases(facts, |case| {
        let places = places(case);
        places.iter().any(begun) && places.iter().any(otherwise)
    }))
}

/// Sessions that come in turns, of which one holds hardly anything, or nearly all of the other too.
pub fn mixed_up(facts: Facts<'_>) -> Vec<String> {
    let mixed = |place: &Place<'_>| {
        let far = |(shown, usual): (u64, u64)| shown * 2 <= usual || shown * 2 >= usual * 3;
        place.counts().is_some_and(far)
    };
    // What was lost by chance stays lost when it is tried again.
    let is_flaky = !facts.flaky().is_empty();
    let turns = facts.all("state/one-connection", How::Wrong);
    let turns = turns.filter(|case| places(case).iter().any(mixed) || is_flaky && untold(case) > FEW);
    turns.map(|case| case.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::check::{Level, Verdict};

    type Fact = fn(Facts<'_>) -> Vec<String>;

    const FACTS: [(&str, Fact); 6] = [
        ("begun-again", begun_again),
        ("after-the-end", after_the_end),
        ("fewer", fewer),
        ("moved", moved),
        ("replaced", replaced),
        ("outcomes", outcomes),
    ];

    fn shown(id: &str, actual: &str) -> Vec<&'static str> {
        let mut case = CaseResult::bare(id, Level::Must, Verdict::Fail);
        actual.clone_into(&mut case.actual);
        let cases = [case];
        let speak = |(_, fact): &&(&str, Fact)| !fact(Facts::new(&cases)).is_empty();
        FACTS.iter().filter(speak).map(|(name, _)| *name).collect()
    }

    #[test]
    fn what_differs_is_told_apart() {
        for (id, actual, says) in [
            ("backwards", "$.status: \"failed\" instead of \"completed\"", &["outcomes"][..]),
            ("backwards", "$.lastSnr: 2.5 instead of null", &["outcomes"]),
            ("backwards", "$.count: 2 instead of 10; $.log: 1 entry instead of 3", &["fewer"]),
            ("late", "$.log: 15 entries instead of 16", &["after-the-end", "fewer"]),
            ("late", "$.count: 1 instead of 0; $.status: \"a\" instead of \"b\"", &["begun-again"]),
            ("late", "$.lastSequence: 12 instead of 17", &["fewer"]),
            ("late", "$.log: 15 entries instead of 16; and 9 more", &["fewer"]),
            ("late", "$.overtaken: 1 instead of 0", &[]),
            ("swapped", "$.r[0]: 1.5 instead of 2.5; $.r[1]: 2.5 instead of 1.5", &["moved"]),
            ("shuffled", "$.r[0]: 9.5 instead of 2.5; tried again it passed", &["replaced"]),
            ("shuffled", "the session is not known (404), though its events came", &[]),
        ] {
            assert_eq!(shown(&format!("state/{id}"), &format!("happy-path, so: {actual}")), says, "{actual}");
        }
    }

    #[test]
    fn sessions_are_mixed_up_where_much_is_missing_or_too_much_there() {
        for (actual, mixed) in [
            ("$.count: 1 instead of 16; $.status: \"a\" instead of \"b\"", true),
            ("$.count: 32 instead of 16", true),
            ("$.count: 11 instead of 10", false),
            ("$.status: \"running\" instead of \"completed\"", false),
        ] {
            let mut case = CaseResult::bare("state/one-connection", Level::Must, Verdict::Fail);
            case.actual = format!("happy-path, in turns with another session: {actual}");
            assert_eq!(!mixed_up(Facts::new(&[case])).is_empty(), mixed, "{actual}");
        }
    }
}
