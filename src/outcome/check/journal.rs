//! The journal of a check: what was known before, a line a case as soon as it is judged, and what it came to.
//!
//! As in every journal a line is whole or is not there, and what a killed check had judged is not lost.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CaseResult, Check, CheckSetup, Diagnosis, Ending};
use crate::outcome::journal::read::LineError;

/// The type of the first line.
const FIRST: &str = "check";
/// The type of a case's line.
const CASE: &str = "case";
/// The type of the last line.
const LAST: &str = "check-end";

/// The first line: what is about to be done.
pub fn setup_line(setup: &CheckSetup) -> Value {
    typed(FIRST, setup)
}

/// The line of a case. Cases are judged side by side: `place` is the case's place among those selected, from 0.
pub fn case_line(place: usize, case: &CaseResult) -> Value {
    typed(CASE, &Placed { place: Some(place), case })
}

/// The last line: what it came to.
pub fn end_line(diagnosis: &[Diagnosis], ending: &Ending) -> Value {
    typed(LAST, &End { diagnosis, ending })
}

#[derive(Serialize)]
struct Typed<'a, T> {
    r#type: &'static str,
    #[serde(flatten)]
    value: &'a T,
}

fn typed<T: Serialize>(r#type: &'static str, value: &T) -> Value {
    // Texts, numbers and lists of them: there is nothing that JSON could not say.
    serde_json::to_value(Typed { r#type, value }).unwrap_or_default()
}

#[derive(Serialize, Deserialize)]
struct Placed<C> {
    #[serde(default)]
    place: Option<usize>,
    #[serde(flatten)]
    case: C,
}

#[derive(Serialize, Deserialize)]
struct End<D, E> {
    diagnosis: D,
    ending: E,
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// What the check was to do.
    Setup(CheckSetup),
    /// A case was judged, with its place among those selected, where that is known.
    Case(Option<usize>, Box<CaseResult>),
    /// The check came to its end.
    End(Vec<Diagnosis>, Ending),
    /// Something else, by its type.
    Other(String),
}

/// Reads one line.
///
/// # Errors
/// Why it is no line of a journal.
pub fn entry(line: &[u8]) -> Result<Entry, LineError> {
    #[derive(Deserialize)]
    struct Kind {
        r#type: String,
    }
    let why = |error: serde_json::Error| {
        if error.is_data() {
            LineError::NotALine(error.to_string())
        } else {
            LineError::NotJson(error.to_string())
        }
    };
    let kind: Kind = serde_json::from_slice(line).map_err(why)?;
    Ok(match kind.r#type.as_str() {
        FIRST => Entry::Setup(serde_json::from_slice(line).map_err(why)?),
        CASE => {
            let placed: Placed<CaseResult> = serde_json::from_slice(line).map_err(why)?;
            Entry::Case(placed.place, Box::new(placed.case))
        }
        LAST => {
            let end: End<Vec<Diagnosis>, Ending> = serde_json::from_slice(line).map_err(why)?;
            Entry::End(end.diagnosis, end.ending)
        }
        _ => Entry::Other(kind.r#type),
    })
}

/// What was read so far.
#[derive(Debug, Default)]
pub struct Recorded {
    setup: Option<CheckSetup>,
    cases: Vec<(usize, CaseResult)>,
    end: Option<(Vec<Diagnosis>, Ending)>,
}

impl Recorded {
    /// Takes a line. A check that begins anew takes the place of what was before it.
    pub fn take(&mut self, entry: Entry) {
        match entry {
            Entry::Setup(setup) => *self = Self { setup: Some(setup), ..Self::default() },
            Entry::Case(place, case) => {
                let place = place.unwrap_or(self.cases.len());
                // Of a case that stands there twice, the later line counts.
                self.cases.retain(|(_, other)| other.id != case.id);
                self.cases.push((place, *case));
            }
            Entry::End(diagnosis, ending) => self.end = Some((diagnosis, ending)),
            Entry::Other(_) => {}
        }
    }

    /// How many cases were read.
    pub fn cases(&self) -> usize {
        self.cases.len()
    }

    /// The check, as far as it was read; `None` where it never began. What is missing is said as the reason why it is cut.
    pub fn check(self) -> Option<Check> {
        let Self { setup, mut cases, end } = self;
        let setup = setup?;
        cases.sort_by_key(|(place, _)| *place);
        let cases: Vec<CaseResult> = cases.into_iter().map(|(_, case)| case).collect();
        let ended = end.is_some();
        let (diagnosis, mut ending) = end.unwrap_or_default();
        let missing = setup.cases.saturating_sub(cases.len());
        let (all, s) = (setup.cases, if setup.cases == 1 { "" } else { "s" });
        if ending.cut.is_none() && !ending.interrupted {
            ending.cut = match (ended, missing) {
                (true, 0) => None,
                (true, _) => Some(format!("the journal lacks {missing} of {all} case{s}")),
                (false, 0) => Some(
                    "the journal has no end: all cases are in it, but neither the diagnosis nor how it ended"
                        .to_owned(),
                ),
                (false, _) => Some(format!(
                    "the journal has no end: its check was cut short, and {missing} of {all} case{s} and the diagnosis are missing"
                )),
            };
        }
        Some(Check::new(setup, cases, diagnosis, ending))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Differs, Level, Path, Place, Shown, Step, Summary, Verdict};
    use super::*;

    fn case(id: &str, verdict: Verdict) -> CaseResult {
        CaseResult { counts: verdict == Verdict::Fail, ..CaseResult::bare(id, Level::Must, verdict) }
    }

    fn check() -> Check {
        let setup = CheckSetup { suite: "s".to_owned(), seed: u64::MAX, cases: 2, ..CheckSetup::default() };
        let diagnosis = Diagnosis {
            name: "n".to_owned(),
            says: "\u{0}]]>".to_owned(),
            matters: String::new(),
            evidence: vec!["mac/b".to_owned()],
            fixes: Vec::new(),
        };
        let cases = vec![case("mac/a", Verdict::Pass), case("mac/b", Verdict::Fail)];
        Check::new(setup, cases, vec![diagnosis], Ending { took_s: 1.5, ..Ending::default() })
    }

    fn lines(check: &Check) -> Vec<String> {
        // The later case was judged first.
        let cases = check.cases.iter().enumerate().rev().map(|(place, case)| case_line(place, case));
        let end = end_line(&check.diagnosis, &check.ending);
        let all = std::iter::once(setup_line(&check.setup)).chain(cases).chain([end]);
        all.map(|line| line.to_string()).collect()
    }

    fn read(lines: &[String]) -> Option<Check> {
        let mut recorded = Recorded::default();
        for line in lines {
            recorded.take(entry(line.as_bytes()).unwrap());
        }
        recorded.check()
    }

    #[test]
    fn what_was_written_comes_back() {
        let check = check();
        let lines = lines(&check);
        assert!(lines[0].starts_with(r#"{"type":"check","suite":"#), "{}", lines[0]);
        assert!(lines[1].starts_with(r#"{"type":"case","place":1,"id":"mac/b""#), "{}", lines[1]);
        assert!(lines[3].starts_with(r#"{"type":"check-end","diagnosis":["#), "{}", lines[3]);
        assert_eq!(read(&lines), Some(check));
    }

    #[test]
    fn what_differs_comes_back_as_it_was_and_older_lines_have_none() {
        let path = Path(vec![Step::Name("a b".to_owned()), Step::Entry(2), Step::Name("7".to_owned())]);
        let value = |shown: Shown, usual: Shown| Place::Value { path: path.clone(), shown, usual };
        let places = vec![
            Place::Entries { path: Path::default(), shown: 1, usual: 16 },
            value(Shown::Nothing, Shown::Value(json!(null))),
            value(Shown::Value(json!("nothing")), Shown::Beginning("\"long".to_owned())),
            value(Shown::Value(json!({ "b": [0.1, -1, u64::MAX], "a": {} })), Shown::Value(json!(2.0))),
        ];
        let differs = Some(Differs { places, more: 3 });
        let differing = CaseResult { differs, ..case("state/late", Verdict::Fail) };
        let line = case_line(0, &differing).to_string();
        assert_eq!(entry(line.as_bytes()), Ok(Entry::Case(Some(0), Box::new(differing))));
        let older = concat!(
            r#"{"type":"case","place":0,"id":"state/late","title":"","level":"MUST","verdict":"fail","#,
            r#""requirement":"","source":"","stimulus":"","expected":"","actual":"","hint":"","#,
            r#""reproduce":{"command":"","curl":null},"incident":null,"flaky":false,"known":null,"#,
            r#""counts":true,"took_ms":0.0,"traces":[],"requests":0}"#
        );
        let same = case("state/late", Verdict::Fail);
        assert_eq!(entry(older.as_bytes()), Ok(Entry::Case(Some(0), Box::new(same.clone()))));
        assert_eq!(case_line(0, &same).to_string(), older);
    }

    #[test]
    fn what_a_killed_check_left_is_there_and_the_rest_is_said_to_be_missing() {
        let lines = lines(&check());
        assert_eq!(read(&lines[1..]), None);
        let (one, all, holed) = (
            read(&lines[..2]).unwrap(),
            read(&lines[..3]).unwrap(),
            read(&[lines[0].clone(), lines[3].clone()]).unwrap(),
        );
        assert_eq!(one.summary, Summary { fail: 1, counted: 1, ..Summary::default() });
        assert!(one.ending.cut.unwrap().contains("1 of 2 cases"));
        assert!(all.ending.cut.unwrap().contains("no end"));
        assert!(holed.ending.cut.unwrap().contains("lacks 2 of 2"));
    }

    #[test]
    fn a_case_that_stands_there_twice_counts_once_and_a_new_beginning_counts_alone() {
        let mut lines = lines(&check());
        lines.insert(3, case_line(1, &case("mac/b", Verdict::Pass)).to_string());
        assert_eq!(read(&lines).unwrap().summary, Summary { pass: 2, ..Summary::default() });
        let again: Vec<String> = lines.iter().chain(&lines).cloned().collect();
        assert_eq!(read(&again), read(&lines));
    }

    #[test]
    fn other_lines_are_named() {
        assert_eq!(entry(br#"{"type":"run"}"#), Ok(Entry::Other("run".to_owned())));
        assert!(matches!(entry(b"TAP"), Err(LineError::NotJson(_))));
        assert!(matches!(entry(br#"{"type":"case","#), Err(LineError::NotJson(_))));
        assert!(matches!(entry(br#"{"type":"case"}"#), Err(LineError::NotALine(_))));
        assert!(matches!(entry(b"[1]"), Err(LineError::NotALine(_))));
    }

    proptest::proptest! {
        /// A report made again from the journal is the same to the last digit.
        #[test]
        fn times_come_back_as_they_were(took_ms in 0.0..1e6) {
            let case = CaseResult { took_ms, ..case("mac/a", Verdict::Pass) };
            let line = case_line(0, &case).to_string();
            let Ok(Entry::Case(_, read)) = entry(line.as_bytes()) else { panic!("{line}") };
            proptest::prop_assert_eq!(read.took_ms.to_bits(), took_ms.to_bits());
        }

        #[test]
        fn no_line_does_harm(bytes: Vec<u8>) {
            let _ = entry(&bytes);
        }
    }
}
