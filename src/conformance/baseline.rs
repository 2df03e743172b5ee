//! Known failures: a file that says which cases fail and why, so that only what is new fails a run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::outcome::check::{CaseResult, Level, Verdict};

/// The reason that is written where nobody has given one yet.
pub const NO_REASON: &str = "(say why)";

/// The cases that are known to fail, each with the reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// By the case's ID.
    #[serde(default)]
    pub known: BTreeMap<String, String>,
}

impl Baseline {
    /// The cases of a run that fail and are not known yet, beside those that are known and still fail; reasons are kept.
    #[must_use]
    pub fn renewed(&self, cases: &[CaseResult]) -> Self {
        let judged = |id: &str| cases.iter().find(|case| case.id == id).map(|case| case.verdict);
        // What was not judged this time is not forgotten.
        let mut known: BTreeMap<String, String> = self
            .known
            .iter()
            .filter(|(id, _)| judged(id) != Some(Verdict::Pass))
            .map(|(id, reason)| (id.clone(), reason.clone()))
            .collect();
        for case in cases.iter().filter(|case| case.verdict == Verdict::Fail) {
            known.entry(case.id.clone()).or_insert_with(|| NO_REASON.to_owned());
        }
        Self { known }
    }
}

/// Says of each case what the baseline knows, and whether it fails the run.
pub fn apply(cases: &mut [CaseResult], baseline: Option<&Baseline>, strict: bool) {
    for case in cases {
        case.known = baseline.and_then(|baseline| baseline.known.get(&case.id)).cloned();
        // What is only measured fails where the receiver did not survive it.
        let binding = case.level != Level::Should || strict;
        case.counts = match case.verdict {
            Verdict::Fail => binding && case.known.is_none(),
            Verdict::Pass => case.known.is_some(),
            Verdict::Skip | Verdict::Error => false,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(id: &str, level: Level, verdict: Verdict) -> CaseResult {
        CaseResult::bare(id, level, verdict)
    }

    #[test]
    fn what_counts() {
        use Level::{Info, Must, Should};
        use Verdict::{Error, Fail, Pass, Skip};
        let baseline = Baseline { known: [("k".to_owned(), "why".to_owned())].into() };
        for (id, level, verdict, strict, counts) in [
            ("a", Must, Fail, false, true),
            ("a", Should, Fail, false, false),
            ("a", Should, Fail, true, true),
            ("a", Info, Pass, true, false),
            ("a", Must, Pass, true, false),
            ("a", Must, Error, true, false),
            ("a", Must, Skip, true, false),
            ("k", Must, Fail, true, false),
            ("k", Must, Pass, false, true),
            ("k", Should, Pass, false, true),
            ("k", Must, Error, false, false),
            ("k", Must, Skip, false, false),
        ] {
            let mut cases = [case(id, level, verdict)];
            apply(&mut cases, Some(&baseline), strict);
            assert_eq!(cases[0].counts, counts, "{id} {level} {verdict} strict: {strict}");
            assert_eq!(cases[0].known.is_some(), id == "k");
        }
    }

    #[test]
    fn a_baseline_keeps_its_reasons_and_drops_what_passes() {
        let old = Baseline {
            known: [("a", "one"), ("b", "two"), ("c", "three")]
                .map(|(id, why)| (id.into(), why.into()))
                .into(),
        };
        let cases = [
            case("a", Level::Must, Verdict::Fail),
            case("b", Level::Must, Verdict::Pass),
            case("d", Level::Should, Verdict::Fail),
        ];
        let new = old.renewed(&cases);
        let expected = [("a", "one"), ("c", "three"), ("d", NO_REASON)];
        assert_eq!(new.known, expected.map(|(id, why)| (id.to_owned(), why.to_owned())).into());
    }
}
