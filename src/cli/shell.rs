//! What was typed, and how a shell would read it again.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::parser::ValueSource;

use super::args::Given;
use super::job::hook;
use crate::report::curl::quote;

/// Flags of files that a run leaves behind.
const LEFT_BEHIND: &[&str] = &["journal", "report"];

/// The arguments as they were typed, secrets among them, and where each value came from. It has no `Debug`.
#[derive(Clone)]
pub(super) struct Typed {
    words: Vec<String>,
    sources: BTreeMap<String, ValueSource>,
    /// What the environment and a file that nobody named set: another shell, or another folder, does not.
    unspoken: Vec<Given>,
    /// A file that nobody named set something.
    by_file: bool,
    /// Everything that was set, wherever, but for built-in defaults.
    set: Vec<Given>,
}

impl Typed {
    pub fn new(words: &[OsString], given: Vec<Given>, is_in_unnamed_file: impl Fn(&str) -> bool) -> Self {
        let words = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let sources = given.iter().map(|given| (given.argument.clone(), given.source)).collect();
        let set_by_file = |given: &Given| {
            given.source == ValueSource::DefaultValue
                && given.flag.as_deref().is_some_and(&is_in_unnamed_file)
        };
        let by_file = given.iter().any(set_by_file);
        let set =
            given.iter().filter(|given| given.source != ValueSource::DefaultValue || set_by_file(given));
        let set: Vec<Given> = set.cloned().collect();
        let unspoken = given
            .into_iter()
            .filter(|given| given.source == ValueSource::EnvVariable || set_by_file(given))
            // Repeating a run must not write over what it left behind.
            .filter(|given| !given.flag.as_deref().is_some_and(|flag| LEFT_BEHIND.contains(&flag)))
            .collect();
        let mut typed = Self { words, sources, unspoken, by_file, set };
        // Of the two ways to give a secret, the one that was typed counts.
        for (argument, other) in [("secret", "secret_file"), ("secret_file", "secret")] {
            if typed.source(argument) == Some(ValueSource::CommandLine) {
                typed.forget(other);
            }
        }
        typed
    }

    /// Takes note that a value does not count, whoever set it.
    pub fn forget(&mut self, argument: &str) {
        self.unspoken.retain(|given| given.argument != argument);
        self.set.retain(|given| given.argument != argument);
    }

    /// Whether the words alone, in another shell and folder, would be another command.
    pub fn leaves_out(&self) -> bool {
        self.by_file || !self.unspoken.is_empty()
    }

    /// Where the value of an argument came from; `None` where there is none.
    pub fn source(&self, argument: &str) -> Option<ValueSource> {
        self.sources.get(argument).copied()
    }

    /// Whether the value was typed, or is in the environment: not merely a default, be it that of a settings file.
    pub fn is_given(&self, argument: &str) -> bool {
        matches!(self.source(argument), Some(ValueSource::CommandLine | ValueSource::EnvVariable))
    }

    /// Some flags with their values, wherever they were set, credentials left out.
    pub fn only(&self, flags: &[&str]) -> String {
        let mut words = Vec::new();
        // A secret is filled in from the environment whether or not the command says so.
        let is_said = |given: &Given| given.argument == "secret" && given.source == ValueSource::EnvVariable;
        let wanted = |given: &&Given| {
            given.flag.as_deref().is_some_and(|flag| flags.contains(&flag)) && !is_said(given)
        };
        for given in self.set.iter().filter(wanted) {
            spell(given, &mut words);
        }
        words.join(" ")
    }

    /// The command that repeats the run in any shell and folder: what was typed, what was set otherwise, and `more`, with
    /// credentials, journal and reports left out. A file that was named is named again.
    pub fn again(&self, more: &[(&str, String)]) -> String {
        let mut words = vec!["wms-sim".to_owned()];
        let mut typed = self.words.iter().skip(1).map(String::as_str).peekable();
        while let Some(word) = typed.next() {
            if word == "--" {
                // What follows is no flag, and flags cannot follow.
                break;
            }
            let (flag, attached) = match word.split_once('=') {
                Some((flag, value)) if flag.starts_with("--") => (flag, Some(value)),
                _ => (word, None),
            };
            if flag.strip_prefix("--").is_some_and(|flag| LEFT_BEHIND.contains(&flag)) {
                // Repeating a run must not write over what it left behind.
                if attached.is_none() {
                    typed.next();
                }
                continue;
            }
            let Some(shown) = shown(flag) else {
                words.push(quote(word));
                continue;
            };
            words.push(flag.to_owned());
            words.extend(attached.or_else(|| typed.next()).map(shown));
        }
        for given in &self.unspoken {
            spell(given, &mut words);
        }
        if self.by_file {
            words.push("--no-config".to_owned());
        }
        for (flag, value) in more {
            words.push((*flag).to_owned());
            words.push(quote(value));
        }
        if typed.peek().is_some() {
            words.push("--".to_owned());
            words.extend(typed.map(quote));
        }
        words.join(" ")
    }
}

/// A flag as it would be typed.
fn spell(given: &Given, words: &mut Vec<String>) {
    let Some(flag) = given.flag.as_ref().map(|flag| format!("--{flag}")) else { return };
    if given.switch {
        words.extend((given.values == ["true"]).then_some(flag));
        return;
    }
    for value in &given.values {
        let value = shown(&flag).map_or_else(|| quote(value), |shown| shown(value));
        words.extend([flag.clone(), value]);
    }
}

/// Whether the value of a flag (without its hyphens) is not to be shown as it is.
pub(super) fn may_hold_credentials(flag: &str) -> bool {
    shown(&format!("--{flag}")).is_some()
}

/// How the value of a flag is shown, where it may hold credentials.
fn shown(flag: &str) -> Option<fn(&str) -> String> {
    match flag {
        // As a shell would fill it in.
        "--secret" => Some(|_| "\"$WMS_SIM_SECRET\"".to_owned()),
        "--header" => Some(|header| {
            let name = header.split_once(':').map(|(name, _)| name);
            name.map_or_else(to_fill_in, |name| quote(&format!("{name}: ...")))
        }),
        "--before-session" | "--expect-probe" | "--probe" => {
            Some(|whom| hook::shown(whom).map_or_else(to_fill_in, |shown| quote(&shown)))
        }
        "--proxy" => Some(|_| to_fill_in()),
        "--rotate-step" => Some(|line| if is_open(line) { quote(line) } else { to_fill_in() }),
        "--to" => Some(|url| {
            let target = crate::transport::target::Target::parse(url);
            quote(&target.map_or_else(|_| "...".to_owned(), |target| target.to_string()))
        }),
        _ => None,
    }
}

/// Whether there is nothing in a command where credentials could stand: a program, and variables that the shell fills in.
fn is_open(command: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_variable = |word: &str| {
        let word = word.strip_prefix('"').and_then(|word| word.strip_suffix('"')).unwrap_or(word);
        word.strip_prefix('$').is_some_and(|name| !name.is_empty() && name.chars().all(is_name))
    };
    let mut words = command.split_whitespace();
    words.next().is_some_and(|program| program.chars().all(|c| is_name(c) || "./-".contains(c)))
        && words.all(is_variable)
}

/// Stands for what only the user knows.
fn to_fill_in() -> String {
    "'...'".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(words: &[&str]) -> String {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        Typed::new(&words, Vec::new(), |_| false).again(&[("--seed", "7".to_owned())])
    }

    #[test]
    fn the_command_that_repeats_a_run_holds_no_secret() {
        assert_eq!(
            again(&["/x/wms-sim", "send", "low-snr", "--secret", "s3cret", "--to", "http://u:p@h/x?t=1"]),
            "wms-sim send low-snr --secret \"$WMS_SIM_SECRET\" --to 'http://***@h/x?t=***' --seed 7"
        );
        assert_eq!(
            again(&["x", "send", "--secret=s", "-q", "a b"]),
            "wms-sim send --secret \"$WMS_SIM_SECRET\" -q 'a b' --seed 7"
        );
        assert_eq!(
            again(&["x", "--header", "Authorization: x"]),
            "wms-sim --header 'Authorization: ...' --seed 7"
        );
        assert_eq!(again(&["x", "--header", "x"]), "wms-sim --header '...' --seed 7");
        assert_eq!(
            again(&["x", "--expect-probe=http://u:p@h/{sessionId}?id={sessionId}&token=t"]),
            "wms-sim --expect-probe 'http://***@h/{sessionId}?id={sessionId}&token=***' --seed 7"
        );
        assert_eq!(again(&["x", "--probe", "psql postgres://u:p@h"]), "wms-sim --probe '...' --seed 7");
        assert_eq!(again(&["x", "--probe", "http://[u:p"]), "wms-sim --probe '...' --seed 7");
        for step in ["rotate --token s3cret", "TOKEN=s rotate", "echo s3cret > secrets", "rotate $A;s", ""] {
            assert_eq!(
                again(&["x", "--rotate-step", step]),
                "wms-sim --rotate-step '...' --seed 7",
                "{step}"
            );
        }
    }

    #[test]
    fn what_is_no_credential_stands_as_it_was_typed() {
        assert_eq!(
            again(&[
                "x",
                "send",
                "--payload",
                r#"{"url":"http://a/b"}"#,
                "--journal",
                "j",
                "--journal=k",
                "--report",
                "json=a",
                "--report=tap=b"
            ]),
            r#"wms-sim send --payload '{"url":"http://a/b"}' --seed 7"#
        );
        assert_eq!(again(&["x", "send", "--", "bounce"]), "wms-sim send --seed 7 -- bounce");
        assert_eq!(
            again(&["x", "--rotate-to", "a b", "--rotate-step", "./to-stage $WMS_SIM_STAGE \"$PWD\""]),
            r#"wms-sim --rotate-to 'a b' --rotate-step './to-stage $WMS_SIM_STAGE "$PWD"' --seed 7"#
        );
    }
}
