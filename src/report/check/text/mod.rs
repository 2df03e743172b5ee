//! For people, in a terminal. What one does next stands at the end, where the prompt is.

mod page;

use anstyle::Style;
use page::Page;

use super::safe::{line, safe};
use super::{STALE, counted, counts, facts, headline, next, seconds};
use crate::outcome::check::{CaseResult, Check, Conclusion, Diagnosis, Score, Standing, Verdict};
use crate::report::style::{BAD, GOOD, STRONG, WARN, paint};

/// More cases of a kind than these are not named on a section's line.
const NAMED: usize = 4;
/// More failures than these are better read on a page.
const MANY: usize = 5;
/// More failures than these are not read one by one.
const READABLE: usize = 12;
/// The longest answer that is repeated, in columns.
const ANSWER: usize = 300;

/// The whole report.
pub fn human(check: &Check) -> String {
    let check = safe(check);
    let mut page = Page::default();
    sections(&mut page, &check);
    failures(&mut page, &check.standing(Standing::Failed));
    for case in check.standing(Standing::Stale) {
        page.heading(BAD, "STALE", &case.id, &format!("{} · {}", case.level, case.title));
        page.fact("why", STALE);
        page.fact("baseline", case.known.as_deref().unwrap_or_default());
    }
    let (alike, errors) = errors(&check);
    for case in errors {
        full(&mut page, case, WARN, "ERROR");
    }
    short(&mut page, &check, Standing::Advice, "should be mended, and does not count without --strict");
    short(&mut page, &check, Standing::Known, "failures that the baseline knows");
    measured(&mut page, &check);
    by_reason(&mut page, "not judged", &alike);
    by_reason(&mut page, "not run", &check.standing(Standing::Skipped));
    diagnosis(&mut page, &check);
    page.blank();
    let (style, begin, counts) = total(&check);
    page.styled(style, &begin, &counts);
    ending(&mut page, &check);
    for step in next::steps(&check) {
        page.wrapped("next: ", &step.text);
        if let Some(command) = step.command {
            page.verbatim("      ", &command);
        }
    }
    page.into_text()
}

/// One line: what it came to.
pub fn totals(check: &Check) -> String {
    let (style, begin, counts) = total(check);
    format!("{}{counts}\n", paint(style, begin))
}

fn total(check: &Check) -> (Style, String, String) {
    let score = check.score();
    let (style, word) = match check.conclusion() {
        Conclusion::Passed => (GOOD, "PASSED"),
        Conclusion::Failed => (BAD, "FAILED"),
        Conclusion::Unjudged => (WARN, "NOT ALL JUDGED"),
        Conclusion::Interrupted => (WARN, "INTERRUPTED"),
    };
    let took = check.ending.took_s;
    let took = if took > 0.0 { format!(" in {}", seconds(took)) } else { String::new() };
    (style.bold(), format!("{word}{took}: "), counts(&score))
}

fn sections(page: &mut Page, check: &Check) {
    let setup = &check.setup;
    page.wrapped("", &format!("{} {} · {}", setup.suite, setup.version, setup.target));
    let strict = if setup.strict { " · strict: SHOULD counts" } else { "" };
    page.wrapped("", &format!("seed {} · dialect {}{strict}", setup.seed, setup.dialect));
    page.blank();
    let sections = check.sections();
    let widest = sections.iter().map(|(name, _)| page::width(name)).max().unwrap_or(0).min(24);
    for (name, cases) in sections {
        let score = Score::of(cases.iter().copied());
        let style = if score.failing() > 0 {
            BAD
        } else if score.passed() < score.demanded() {
            WARN
        } else {
            GOOD
        };
        page.row(&page::padded(name, widest), style, score.passed(), score.demanded(), &named(&cases));
    }
}

/// What did not just pass, by name.
fn named(cases: &[&CaseResult]) -> String {
    let mut parts = Vec::new();
    for standing in [Standing::Failed, Standing::Stale, Standing::Error, Standing::Known, Standing::Advice] {
        let ids: Vec<&str> =
            cases.iter().filter(|case| case.standing() == standing).map(|case| short_id(case)).collect();
        if !ids.is_empty() {
            let more = ids.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let shown = ids.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
            parts.push(format!("{}: {shown}{more}", standing.as_str()));
        }
    }
    for standing in [Standing::Measured, Standing::Skipped] {
        let count = cases.iter().filter(|case| case.standing() == standing).count();
        if count > 0 {
            parts.push(format!("{count} {}", standing.as_str()));
        }
    }
    parts.join(" · ")
}

/// The ID without its section, which stands before it.
fn short_id(case: &CaseResult) -> &str {
    case.id.split_once('/').map_or(case.id.as_str(), |(_, name)| name)
}

fn full(page: &mut Page, case: &CaseResult, style: Style, word: &str) {
    page.heading(style, word, &case.id, &format!("{} · {}", case.level, case.title));
    for (name, text) in facts(case) {
        match name {
            // What usually causes a failure says nothing where nothing could be judged.
            "hint" if case.verdict == Verdict::Error => {}
            "again" | "curl" => page.command(name, &text),
            "answer" => page.fact(name, &page::cut(&line(&text), ANSWER)),
            _ => page.fact(name, &text),
        }
    }
}

/// In full; but where there are too many to read, those that break the same requirement as one before only by what came.
fn failures(page: &mut Page, cases: &[&CaseResult]) {
    let are_many = cases.len() > READABLE;
    for (place, case) in cases.iter().enumerate() {
        let word = if case.flaky { "FLAKY" } else { "FAIL" };
        let is_again = cases.iter().take(place).any(|other| other.requirement == case.requirement);
        if are_many && is_again {
            page.heading(BAD, word, &case.id, &format!("{} · {}", case.level, case.title));
            page.fact("actual", &case.actual);
            page.command("again", &case.reproduce.command);
        } else {
            full(page, case, BAD, word);
        }
    }
}

/// Failures that do not count: what, why, and what usually causes it.
fn short(page: &mut Page, check: &Check, standing: Standing, title: &str) {
    let cases = check.standing(standing);
    if cases.is_empty() {
        return;
    }
    page.title(title);
    for case in cases {
        page.item(WARN, &case.id, &format!("{} · {}", case.level, case.title));
        if let Some(reason) = &case.known {
            page.fact("baseline", reason);
        }
        page.fact("expected", &case.expected);
        page.fact("actual", &case.actual);
        if standing == Standing::Advice {
            page.fact("hint", &case.hint);
        }
    }
}

fn measured(page: &mut Page, check: &Check) {
    let cases = check.standing(Standing::Measured);
    if cases.is_empty() {
        return;
    }
    page.title("measured, and not judged");
    let widest = cases.iter().map(|case| page::width(&case.id)).max().unwrap_or(0).min(32);
    for case in cases {
        page.wrapped_under(&format!("  {}  ", page::padded(&line(&case.id), widest)), &case.actual);
    }
}

/// The errors that several cases have for the same reason, and those to tell in full: all others, and the first of a reason
/// that something was sent for.
fn errors(check: &Check) -> (Vec<&CaseResult>, Vec<&CaseResult>) {
    let errors = check.standing(Standing::Error);
    let is_alike = |case: &CaseResult| errors.iter().filter(|other| other.actual == case.actual).count() > 1;
    let is_new =
        |place: usize, case: &CaseResult| !errors.iter().take(place).any(|other| other.actual == case.actual);
    let (alike, mut in_full) = errors.iter().copied().partition::<Vec<_>, _>(|case| is_alike(case));
    in_full.extend(
        errors
            .iter()
            .enumerate()
            .filter(|(place, case)| is_alike(case) && is_new(*place, case) && !case.traces.is_empty())
            .map(|(_, case)| *case),
    );
    (alike, in_full)
}

/// By reason: many cases wait for the same thing.
fn by_reason(page: &mut Page, title: &str, cases: &[&CaseResult]) {
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for case in cases {
        let reason = line(&case.actual);
        let reason = reason.trim_start_matches("not judged: ").to_owned();
        match reasons.iter_mut().find(|(other, _)| *other == reason) {
            Some((_, ids)) => ids.push(&case.id),
            None => reasons.push((reason, vec![&case.id])),
        }
    }
    if reasons.is_empty() {
        return;
    }
    page.title(title);
    for (reason, ids) in reasons {
        let shown = ids.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let more = ids.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        page.wrapped_under("  ", &format!("{reason}: {shown}{more}"));
    }
}

fn diagnosis(page: &mut Page, check: &Check) {
    if check.diagnosis.is_empty() {
        return;
    }
    page.title(if check.diagnosis.len() == 1 { "diagnosis" } else { "diagnosis, the likeliest first" });
    for (number, one) in (1..).zip(&check.diagnosis) {
        let Diagnosis { name, says, matters, evidence, fixes } = one;
        page.item(STRONG, &format!("{number}. {name}"), says);
        page.fact("matters", matters);
        let more = evidence.len().saturating_sub(2 * NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let shown = evidence.iter().take(2 * NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        page.fact("shown by", &format!("{shown}{more}"));
        for fix in fixes {
            let language = if fix.language == "any" { String::new() } else { format!("{}: ", fix.language) };
            page.fact("fix", &format!("{language}{}", fix.text));
            if let Some(code) = &fix.code {
                page.verbatim(page::UNDER_FACT, code);
            }
        }
    }
}

fn ending(page: &mut Page, check: &Check) {
    if let Some(why) = &check.ending.cut {
        page.wrapped("note: ", why);
    }
    if check.ending.interrupted {
        let left = check.setup.cases.saturating_sub(check.cases.len());
        let left = if left > 0 { format!("; {} not begun", counted(left, "case")) } else { String::new() };
        page.wrapped(
            "note: ",
            &format!("{} by the user: what was judged stands here{left}", headline(check)),
        );
    }
    if check.cases.is_empty() {
        page.wrapped("note: ", "no case was run");
    }
    if check.summary.counted > MANY {
        page.wrapped("note: ", "--report html=FILE keeps all of this as a page, to read and to forward");
    }
}
