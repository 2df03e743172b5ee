//! One page to forward: nothing is loaded, no script runs, and everything from elsewhere is text.

mod bar;

use askama::Template;
use bar::Bar;
use base64::Engine as _;
use sha2::{Digest, Sha256};

use super::next::{self, Step};
use super::safe::safe;
use super::{FLAKY, STALE, counted, counts, headline, required, seconds};
use crate::outcome::check::{CaseResult, Check, Conclusion, Diagnosis, Role, Score, Standing, Trace};

/// How every such report begins.
pub const BEGIN: &str = "<!doctype html>\n<!-- wms-sim check -->\n";

const STYLE: &str = include_str!("page.css");

/// The report.
pub fn report(check: &Check) -> askama::Result<String> {
    let check = safe(check);
    let mut page = Page::new(&check).render()?;
    page.push('\n');
    Ok(page)
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    begin: &'static str,
    /// The only style that the page's policy allows.
    style: &'static str,
    style_hash: String,
    check: &'a Check,
    headline: &'static str,
    tone: &'static str,
    sign: &'static str,
    sentence: String,
    took: String,
    bar: Bar,
    steps: Vec<Step>,
    diagnosis: Vec<Bug<'a>>,
    sections: Vec<Section<'a>>,
    /// Cases in full, by what they stand for.
    groups: Vec<Group<'a>>,
    measured: Vec<&'a CaseResult>,
    skipped: Vec<&'a CaseResult>,
    passed: Vec<(&'a str, Vec<&'a CaseResult>)>,
}

struct Bug<'a> {
    number: usize,
    found: &'a Diagnosis,
    /// How many cases show it, in words.
    shown_by: String,
    evidence: Vec<Link<'a>>,
}

/// A case's ID, and where on the page it is told in full, if it is.
struct Link<'a> {
    id: &'a str,
    place: Option<usize>,
}

struct Section<'a> {
    name: &'a str,
    score: String,
    bar: Bar,
    /// What did not just pass.
    rest: Vec<(&'static str, Vec<Link<'a>>)>,
    /// What is only counted.
    beside: Vec<String>,
}

struct Group<'a> {
    title: &'static str,
    about: &'static str,
    cases: Vec<Told<'a>>,
}

/// A case in full.
struct Told<'a> {
    place: usize,
    case: &'a CaseResult,
    word: &'static str,
    tone: &'static str,
    required: String,
    note: Option<&'static str>,
    decisive: Option<Exchange<'a>>,
    others: Vec<Exchange<'a>>,
}

/// A request and its answer, in words.
struct Exchange<'a> {
    trace: &'a Trace,
    role: &'static str,
    outcome: String,
}

impl<'a> Page<'a> {
    fn new(check: &'a Check) -> Self {
        let score = check.score();
        let (tone, sign) = match check.conclusion() {
            Conclusion::Passed => ("good", "✓"),
            Conclusion::Failed => ("bad", "✗"),
            Conclusion::Unjudged | Conclusion::Interrupted => ("warn", "!"),
        };
        let took = check.ending.took_s;
        let passed = check.sections().into_iter().map(|(name, cases)| {
            (name, cases.into_iter().filter(|case| case.standing() == Standing::Passed).collect::<Vec<_>>())
        });
        Self {
            begin: BEGIN,
            style: STYLE,
            style_hash: base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE)),
            check,
            headline: headline(check),
            tone,
            sign,
            sentence: counts(&score),
            took: if took > 0.0 { seconds(took) } else { String::new() },
            bar: Bar::of(&score),
            steps: next::steps(check),
            diagnosis: bugs(check),
            sections: check
                .sections()
                .into_iter()
                .map(|(name, cases)| section(check, name, &cases))
                .collect(),
            groups: groups(check),
            measured: check.standing(Standing::Measured),
            skipped: check.standing(Standing::Skipped),
            passed: passed.filter(|(_, cases)| !cases.is_empty()).collect(),
        }
    }
}

/// Whether a case is told in full, and so can be gone to.
const fn is_told(standing: Standing) -> bool {
    !matches!(standing, Standing::Passed | Standing::Measured | Standing::Skipped)
}

fn link<'a>(check: &Check, id: &'a str) -> Link<'a> {
    let place = check.cases.iter().position(|case| case.id == id && is_told(case.standing()));
    Link { id, place }
}

fn bugs(check: &Check) -> Vec<Bug<'_>> {
    let numbered = (1..).zip(&check.diagnosis);
    let bug = numbered.map(|(number, found)| {
        let evidence = found.evidence.iter().map(|id| link(check, id)).collect();
        Bug { number, found, shown_by: counted(found.evidence.len(), "case"), evidence }
    });
    bug.collect()
}

fn section<'a>(check: &Check, name: &'a str, cases: &[&'a CaseResult]) -> Section<'a> {
    let score = Score::of(cases.iter().copied());
    let of = |standing: Standing| cases.iter().filter(move |case| case.standing() == standing);
    let rest = score.parts().filter(|(standing, _)| is_told(*standing));
    let rest = rest.map(|(standing, _)| {
        (standing.as_str(), of(standing).map(|case| link(check, &case.id)).collect::<Vec<_>>())
    });
    let beside = [Standing::Measured, Standing::Skipped].into_iter().filter_map(|standing| {
        let count = score.count(standing);
        (count > 0).then(|| format!("{count} {}", standing.as_str()))
    });
    let demanded = score.demanded();
    Section {
        name,
        score: if demanded == 0 { "–".to_owned() } else { format!("{} of {demanded}", score.passed()) },
        bar: Bar::of(&score),
        rest: rest.collect(),
        beside: beside.collect(),
    }
}

fn groups(check: &Check) -> Vec<Group<'_>> {
    let group = |standing: Standing, title, about| {
        let cases = (0..).zip(&check.cases).filter(|(_, case)| case.standing() == standing);
        let cases: Vec<Told<'_>> = cases.map(|(place, case)| told(place, case)).collect();
        (!cases.is_empty()).then_some(Group { title, about, cases })
    };
    [
        group(Standing::Failed, "Failures", "The receiver does it wrong."),
        group(
            Standing::Stale,
            "Stale entries of the baseline",
            "They fail the run until the baseline is true again.",
        ),
        group(Standing::Error, "Not judged", "Nothing is said of the receiver here."),
        group(Standing::Advice, "Advice", "It should be mended, and counts with --strict only."),
        group(Standing::Known, "Known failures", "The baseline lists them, so they do not count."),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn told(place: usize, case: &CaseResult) -> Told<'_> {
    let standing = case.standing();
    let (word, tone) = match standing {
        Standing::Failed if case.flaky => ("flaky", "bad"),
        Standing::Failed => ("failed", "bad"),
        Standing::Stale => ("stale", "bad"),
        standing => (standing.as_str(), "warn"),
    };
    let note = match standing {
        Standing::Stale => Some(STALE),
        _ if case.flaky => Some(FLAKY),
        _ => None,
    };
    let decisive = case.decisive();
    let others = case.traces.iter().filter(|trace| decisive.is_none_or(|one| !std::ptr::eq(one, *trace)));
    let others = others.map(Exchange::of).collect();
    Told {
        place,
        case,
        word,
        tone,
        required: required(case),
        note,
        decisive: decisive.map(Exchange::of),
        others,
    }
}

impl<'a> Exchange<'a> {
    fn of(trace: &'a Trace) -> Self {
        let role = match trace.role {
            Role::Setup => "before",
            Role::Test => "the case",
            Role::After => "afterwards",
        };
        let outcome = match (&trace.failure, trace.status) {
            (Some(failure), status) => {
                let detail = trace.detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
                let came = status.map_or_else(
                    || "no answer".to_owned(),
                    |status| format!("{status}, an answer that did not end"),
                );
                format!("{came}, {failure}{detail}")
            }
            (None, Some(status)) => format!("{status} after {:.1} ms", trace.took_ms),
            (None, None) => "no answer".to_owned(),
        };
        Self { trace, role, outcome }
    }
}
