//! What the probe showed otherwise in the cases of the section `state`.

use super::facts::{Facts, How};
use crate::outcome::check::{CaseResult, Place};

/// The cases whose events come in another order, one after the other.
const MOVED: [&str; 4] = ["state/late", "state/swapped", "state/backwards", "state/shuffled"];

/// More untold differences than these show that several events are missing.
const FEW: usize = 2;

/// What differs in a case, as far as it is told.
fn places(case: &CaseResult) -> &[Place] {
    case.differs.as_ref().map_or(&[], |differs| &differs.places)
}

/// How many places differ besides those that are told.
fn untold(case: &CaseResult) -> usize {
    case.differs.as_ref().map_or(0, |differs| differs.more)
}

/// How many there are in a place, and how many there should be. Entries of lists are no counts.
fn counts(place: &Place) -> Option<(u64, u64)> {
    if place.is_entry() { None } else { place.counts() }
}

fn cases(facts: Facts<'_>, such: impl Fn(&CaseResult) -> bool) -> Vec<&CaseResult> {
    MOVED.iter().flat_map(|id| facts.all(id, How::Wrong)).filter(|case| such(case)).collect()
}

fn ids(cases: &[&CaseResult]) -> Vec<String> {
    cases.iter().map(|case| case.id.clone()).collect()
}

fn has_fewer(case: &CaseResult) -> bool {
    places(case).iter().filter_map(counts).any(|(shown, usual)| shown < usual)
}

/// Entries of a list have changed places.
fn has_moved(case: &CaseResult) -> bool {
    let entries = || places(case).iter().filter(|place| place.is_entry()).filter_map(Place::values);
    entries().any(|(shown, _)| entries().any(|(_, usual)| usual == shown))
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
        |case: &&CaseResult| has_moved(case) || places(case).iter().any(|place| counts(place).is_some());
    if entries.iter().any(otherwise) { Vec::new() } else { ids(&entries) }
}

/// Cases that show another outcome, if none shows another number of events.
pub fn outcomes(facts: Facts<'_>) -> Vec<String> {
    let all = cases(facts, |_| true);
    if all.iter().any(|case| places(case).iter().any(|place| place.is_entry() || counts(place).is_some())) {
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
        let far = |place: &Place| counts(place).is_some_and(|(shown, usual)| shown + 1 < usual);
        matches!(case.id.as_str(), "state/late" | "state/swapped")
            && (untold(case) > FEW || places(case).iter().any(far))
    };
    if cases(facts, many).is_empty() { ids(&late) } else { Vec::new() }
}

/// Cases that show something again of a session of which nothing is shown after its usual end.
pub fn begun_again(facts: Facts<'_>) -> Vec<String> {
    let begun = |place: &Place| counts(place).is_some_and(|(shown, usual)| shown > 0 && usual == 0);
    // With a number alone it may be that of the events that came late.
    let otherwise = |place: &Place| !place.is_entry() && counts(place).is_none();
    ids(&cases(facts, |case| {
        let places = places(case);
        places.iter().any(begun) && places.iter().any(otherwise)
    }))
}

/// Sessions that come in turns, of which one holds hardly anything, or nearly all of the other too.
pub fn mixed_up(facts: Facts<'_>) -> Vec<String> {
    let mixed = |place: &Place| {
        let far = |(shown, usual): (u64, u64)| shown * 2 <= usual || shown * 2 >= usual * 3;
        counts(place).is_some_and(far)
    };
    // What was lost by chance stays lost when it is tried again.
    let is_flaky = !facts.flaky().is_empty();
    let turns = facts.all("state/one-connection", How::Wrong);
    let turns = turns.filter(|case| places(case).iter().any(mixed) || is_flaky && untold(case) > FEW);
    turns.map(|case| case.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::conformance::remembered::{differences, told};
    use crate::outcome::check::{Differs, Level, Verdict};

    type Fact = fn(Facts<'_>) -> Vec<String>;

    const FACTS: [(&str, Fact); 6] = [
        ("begun-again", begun_again),
        ("after-the-end", after_the_end),
        ("fewer", fewer),
        ("moved", moved),
        ("replaced", replaced),
        ("outcomes", outcomes),
    ];

    /// A case that shows something otherwise, and so many places more.
    fn case(id: &str, usual: &Value, shown: &Value, more: usize) -> CaseResult {
        let differs = told(&differences(usual, shown));
        assert_eq!(differs.more, 0, "{differs}");
        let differs = Some(Differs { more, ..differs });
        CaseResult { differs, ..CaseResult::bare(format!("state/{id}"), Level::Must, Verdict::Fail) }
    }

    fn spoken(case: CaseResult) -> Vec<&'static str> {
        let cases = [case];
        let speak = |(_, fact): &&(&str, Fact)| !fact(Facts::new(&cases)).is_empty();
        FACTS.iter().filter(speak).map(|(name, _)| *name).collect()
    }

    #[test]
    fn what_differs_is_told_apart() {
        let (some, all) = (vec!["A"; 15], vec!["A"; 16]);
        for (id, usual, shown, more, says) in [
            (
                "backwards",
                json!({ "status": "completed" }),
                json!({ "status": "failed" }),
                0,
                &["outcomes"][..],
            ),
            ("backwards", json!({ "lastSnr": null }), json!({ "lastSnr": 2.5 }), 0, &["outcomes"]),
            (
                "backwards",
                json!({ "count": 10, "log": [1, 2, 3] }),
                json!({ "count": 2, "log": [1] }),
                0,
                &["fewer"],
            ),
            ("late", json!({ "log": all }), json!({ "log": some }), 0, &["after-the-end", "fewer"]),
            (
                "late",
                json!({ "count": 0, "status": "b" }),
                json!({ "count": 1, "status": "a" }),
                0,
                &["begun-again"],
            ),
            ("late", json!({ "lastSequence": 17 }), json!({ "lastSequence": 12 }), 0, &["fewer"]),
            ("late", json!({ "log": all }), json!({ "log": some }), 9, &["fewer"]),
            ("late", json!({ "overtaken": 0 }), json!({ "overtaken": 1 }), 0, &[]),
            ("swapped", json!({ "r": [2.5, 1.5] }), json!({ "r": [1.5, 2.5] }), 0, &["moved"]),
            ("shuffled", json!({ "r": [2.5] }), json!({ "r": [9.5] }), 0, &["replaced"]),
            // What is said in a text is no difference of its own, and neither is a name that looks like an entry.
            (
                "backwards",
                json!({ "note": "b; $.count: 2 instead of 3" }),
                json!({ "note": "a" }),
                0,
                &["outcomes"],
            ),
            ("backwards", json!({ "r[0]": 2.5 }), json!({ "r[0]": 9.5 }), 0, &["outcomes"]),
        ] {
            let case = case(id, &usual, &shown, more);
            assert_eq!(spoken(case), says, "{usual} {shown}");
        }
    }

    #[test]
    fn a_session_that_is_not_known_differs_in_no_place() {
        let mut case = CaseResult::bare("state/shuffled", Level::Must, Verdict::Fail);
        case.actual = "happy-path, so: the session is not known (404), though its events came".to_owned();
        assert_eq!(spoken(case), [""; 0]);
    }

    #[test]
    fn what_was_tried_again_and_passed_still_shows_what_it_did() {
        let case = case("shuffled", &json!({ "r": [2.5] }), &json!({ "r": [9.5] }), 0);
        assert_eq!(spoken(CaseResult { flaky: true, ..case }), ["replaced"]);
    }

    #[test]
    fn sessions_are_mixed_up_where_much_is_missing_or_too_much_there() {
        for (usual, shown, mixed) in [
            (json!({ "count": 16, "status": "b" }), json!({ "count": 1, "status": "a" }), true),
            (json!({ "count": 16 }), json!({ "count": 32 }), true),
            (json!({ "count": 10 }), json!({ "count": 11 }), false),
            (json!({ "status": "completed" }), json!({ "status": "running" }), false),
        ] {
            let case = case("one-connection", &usual, &shown, 0);
            assert_eq!(!mixed_up(Facts::new(&[case])).is_empty(), mixed, "{usual} {shown}");
        }
    }
}
