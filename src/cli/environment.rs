//! Variables of the environment that look like ours and set nothing: a slip there would pass without a word.

use clap::Command;

use super::args;
use crate::delivery::announce::SESSION_VARIABLE;

/// Where test suites look for this program. They set it for themselves, and hand on their whole environment.
const BINARY_VARIABLE: &str = "WMS_SIM_BIN";

/// A line for each. Their values are not told: a slip of `WMS_SIM_SECRET` holds the secret.
pub(super) fn unknown(command: &Command) -> Vec<String> {
    let mut known = vec![SESSION_VARIABLE.to_owned()];
    variables(command, &mut known);
    let mut names: Vec<String> = std::env::vars_os()
        .map(|(name, _)| name.to_string_lossy().into_owned())
        .filter(|name| name.starts_with(args::PREFIX) && name != BINARY_VARIABLE && !known.contains(name))
        .collect();
    names.sort();
    names
        .iter()
        .map(|name| format!("the environment variable {name} sets nothing{}", advice(name, &known)))
        .collect()
}

fn advice(name: &str, known: &[String]) -> String {
    if let Some(flag) = args::TYPED_ONLY.iter().find(|flag| args::variable(flag) == name) {
        return format!(": --{flag} can only be typed");
    }
    // All begin alike, which says nothing of likeness.
    let rest = |name: &str| name[args::PREFIX.len()..].to_owned();
    let nearest = known
        .iter()
        .map(|other| (strsim::jaro_winkler(&rest(name), &rest(other)), other))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((_, near)) => format!("; did you mean {near}?"),
        None => format!("; {}<FLAG> sets a flag, and wms-sim send --help lists them", args::PREFIX),
    }
}

fn variables(command: &Command, known: &mut Vec<String>) {
    let names = command.get_arguments().filter_map(clap::Arg::get_env);
    known.extend(names.map(|name| name.to_string_lossy().into_owned()));
    for verb in command.get_subcommands() {
        variables(verb, known);
    }
}
