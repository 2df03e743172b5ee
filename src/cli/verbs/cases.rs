//! `check --list` and `check --explain`

use crate::cli::args::CheckArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::job;
use crate::cli::printer::Out;
use crate::conformance::case::Case;
use crate::conformance::{cases, select};
use crate::report::curl::quote;
use crate::report::style::{FAINT, STRONG, paint};

const WIDTH: usize = 96;

/// A line for each case that would be run, its ID first.
pub(in crate::cli) fn list(args: &CheckArgs) -> Result<Exit, CliError> {
    let chosen = job::check::choose(args)?;
    let widest = chosen.iter().map(|case| case.id.len()).max().unwrap_or(0);
    let mut out = Out::open();
    for case in chosen {
        let waits = if case.waits { "  (waits)" } else { "" };
        let id = paint(STRONG, format!("{:<widest$}", case.id));
        out.line(&format!("{id}  {:<6}  {}{}", case.level, case.title, paint(FAINT, waits)));
    }
    Ok(Exit::Ok)
}

/// Everything about a case, or about each of a section or a pattern.
pub(in crate::cli) fn explain(pattern: &str) -> Result<Exit, CliError> {
    let all = cases::all();
    let chosen = select::select(&all, &[pattern.to_owned()]).map_err(|error| {
        let told = CliError::usage(error.to_string());
        if error.nearest.is_some() { told } else { told.help("wms-sim check --list lists the cases") }
    })?;
    let count = chosen.len();
    let mut out = Out::open();
    for case in chosen {
        explained(case, &mut out);
        out.line("");
    }
    let which = if count == 1 { "it" } else { "them" };
    let pattern = quote(pattern);
    out.line(&format!("Run {which} alone: wms-sim check {pattern} --to URL --secret-file FILE"));
    Ok(Exit::Ok)
}

fn explained(case: &Case, out: &mut Out) {
    out.line(&format!("{} · {} · {}", paint(STRONG, case.id), case.level, case.title));
    for (name, text) in facts(case) {
        for (place, line) in wrapped(&text).into_iter().enumerate() {
            let name = if place == 0 { name } else { "" };
            out.line(&format!("{}  {line}", paint(FAINT, format!("{name:>10}"))));
        }
    }
}

fn facts(case: &Case) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("required", case.requirement.to_owned()),
        ("source", case.source.to_string()),
        ("sent", case.stimulus.to_owned()),
    ];
    if !case.explain.is_empty() {
        facts.push(("why", case.explain.to_owned()));
    }
    if !case.hint.is_empty() {
        facts.push(("often", case.hint.to_owned()));
    }
    if case.waits {
        facts.push(("time", "It waits on purpose, and is left out by --fast.".to_owned()));
    }
    if !case.needs.missing().is_empty() {
        facts.push(("skipped", format!("It {}.", case.needs.condition())));
    }
    facts
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { continue };
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
