//! Where the values came from that nobody typed: what is wrong with one of them is told with its place.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args;
use super::error::CliError;

/// What a settings file sets: for each verb, its flags, and the line of each.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    /// The file, as it was named.
    pub file: String,
    /// The user named it.
    pub named: bool,
    pub lines: BTreeMap<(String, String), usize>,
}

/// What is known of the values before they are read. It has no `Debug`: the words may hold a secret.
pub(super) struct Origins {
    words: Vec<OsString>,
    verb: Option<String>,
    settings: Settings,
}

impl Origins {
    pub fn new(typed: &[OsString], verb: Option<String>, settings: Settings) -> Self {
        let words = typed.iter().skip(1).take_while(|word| *word != "--").cloned().collect();
        Self { words, verb, settings }
    }

    /// What set the flag (without its hyphens), in words; `None` where it was typed, or nothing set it.
    pub fn of(&self, flag: &str) -> Option<String> {
        let typed = |word: &OsString| {
            let rest = word.to_str().and_then(|word| word.strip_prefix("--")?.strip_prefix(flag));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        };
        if self.words.iter().any(typed) {
            return None;
        }
        let variable = args::variable(flag);
        if std::env::var_os(&variable).is_some() {
            return Some(format!("--{flag} is set by the environment variable {variable}"));
        }
        let line = self.settings.lines.get(&(self.verb.clone()?, flag.to_owned()))?;
        Some(format!("--{flag} is set by line {line} of {}", self.settings.file))
    }

    /// Whether the flag stands in a settings file that nobody named, and that another folder does not have.
    pub fn is_in_unnamed_file(&self, flag: &str) -> bool {
        let line = |verb: &String| self.settings.lines.get(&(verb.clone(), flag.to_owned()));
        !self.settings.named && self.verb.as_ref().and_then(line).is_some()
    }

    /// Adds to an error what set the flags that it names.
    pub fn explain(&self, error: CliError) -> CliError {
        let origins: Vec<String> = error.flags().into_iter().filter_map(|flag| self.of(flag)).collect();
        origins.into_iter().fold(error, CliError::help)
    }

    /// The same for an error of the parser.
    pub fn explain_parser(&self, mut error: clap::Error) -> clap::Error {
        let mut flags = Vec::new();
        for kind in [ContextKind::InvalidArg, ContextKind::PriorArg] {
            match error.get(kind) {
                Some(ContextValue::String(text)) => flags.extend(flag_of(text)),
                Some(ContextValue::Strings(texts)) => {
                    flags.extend(texts.iter().filter_map(|text| flag_of(text)));
                }
                _ => {}
            }
        }
        if error.kind() == ErrorKind::InvalidUtf8 {
            flags.extend(unreadable());
        }
        let tips: Vec<StyledStr> =
            flags.iter().filter_map(|flag| self.of(flag)).map(StyledStr::from).collect();
        if !tips.is_empty() {
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
        }
        error
    }
}

/// The flags whose variables are no UTF-8: the parser does not say which.
fn unreadable() -> Vec<String> {
    std::env::vars_os()
        .filter(|(_, value)| value.to_str().is_none())
        .filter_map(|(name, _)| Some(name.to_str()?.strip_prefix(args::PREFIX)?.to_owned()))
        .map(|name| name.to_lowercase().replace('_', "-"))
        .collect()
}

/// `pace` of `--pace <PACE>`.
fn flag_of(argument: &str) -> Option<String> {
    let flag = argument.strip_prefix("--")?;
    let end = flag.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(flag.len());
    Some(flag[..end].to_owned())
}
