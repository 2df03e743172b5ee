//! Settings from a TOML file: they become the defaults of the flags, so that one parser judges them all.
//!
//! A `./wms-sim.toml` that nobody named may come with a cloned repository. It therefore cannot set what would run a
//! command, send to a place, read a secret or write a file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{ArgAction, Command};
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::args;
use super::error::CliError;
use super::files;
use super::origin::{Origins, Settings};
use super::shell;

const UNNAMED: &str = "wms-sim.toml";
const LIMIT: u64 = 1 << 20;

/// Flags that a file may set only where the user named the file.
const NAMED_FILE_ONLY: &[&str] = &[
    "to",
    "secret",
    "secret-file",
    "show-expected",
    "before-session",
    "expect-probe",
    "probe",
    "rotate-to",
    "rotate-step",
    "forward",
    "persist",
    "proxy",
    "journal",
    "write-baseline",
    "report",
    "cacert",
    "cert",
    "key",
    "insecure",
    "header",
    "session-ids",
];

/// Puts the file's settings into the command as defaults, and notes where each is.
pub(super) fn apply(mut command: Command, typed: &[OsString]) -> Result<(Command, Origins), CliError> {
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    let verb = verb(typed, &verbs);
    let Some((path, named)) = find(typed) else {
        return Ok((command, Origins::new(typed, verb, Settings::default())));
    };
    let text = files::read_text(&path, "the settings file", LIMIT)?;
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        // The line itself is not shown: it may hold a secret.
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let (line, column) =
            (before.matches('\n').count() + 1, before.chars().rev().take_while(|c| *c != '\n').count() + 1);
        CliError::usage(format!("the settings file {} is not TOML", path.display()))
            .help(format!("line {line}, column {column}: {}", error.message()))
    })?;
    // What is said of all verbs first, so that what is said of one of them wins.
    for (key, value) in &table {
        if !is_of_verb(key, value, &verbs) {
            if value.is_table() && !has_flag(&command, &verbs, key) {
                return Err(no_section(&path, key, &verbs));
            }
            command = Setting { path: &path, named, section: None, key, value }.put(command, &verbs)?;
        }
    }
    for (verb, value) in &table {
        if let (true, Value::Table(settings)) = (is_of_verb(verb, value, &verbs), value) {
            for (key, value) in settings {
                let setting = Setting { path: &path, named, section: Some(verb), key, value };
                command = setting.put(command, std::slice::from_ref(verb))?;
            }
        }
    }
    let settings = Settings { file: path.display().to_string(), named, lines: lines(&text, &verbs) };
    Ok((command, Origins::new(typed, verb, settings)))
}

fn is_of_verb(key: &str, value: &Value, verbs: &[String]) -> bool {
    value.is_table() && verbs.iter().any(|verb| verb == key)
}

/// The line of each setting, for each verb that it is for.
fn lines(text: &str, verbs: &[String]) -> BTreeMap<(String, String), usize> {
    let Ok(table) = DeTable::parse(text) else { return BTreeMap::new() };
    let line = |place: usize| text.get(..place).unwrap_or_default().matches('\n').count() + 1;
    let mut all = BTreeMap::new();
    let mut of_one = BTreeMap::new();
    for (key, value) in table.get_ref() {
        let name = key.get_ref().as_ref();
        match value.get_ref() {
            DeValue::Table(settings) if verbs.iter().any(|verb| verb == name) => {
                let set =
                    settings.keys().map(|key| (key.get_ref().clone().into_owned(), line(key.span().start)));
                of_one.extend(set.map(|(key, line)| ((name.to_owned(), key), line)));
            }
            _ => {
                let line = line(key.span().start);
                all.extend(verbs.iter().map(|verb| ((verb.clone(), name.to_owned()), line)));
            }
        }
    }
    all.extend(of_one);
    all
}

/// The verb that was typed.
fn verb(typed: &[OsString], verbs: &[String]) -> Option<String> {
    let mut words = typed.iter().skip(1);
    while let Some(word) = words.next() {
        if word == "--config" {
            words.next();
        } else if let Some(verb) = verbs.iter().find(|verb| word == verb.as_str()) {
            return Some(verb.clone());
        }
    }
    None
}

/// The file to read, and whether the user named it.
fn find(typed: &[OsString]) -> Option<(PathBuf, bool)> {
    let mut words = typed.iter().skip(1);
    while let Some(word) = words.next() {
        if word == "--no-config" {
            return None;
        }
        if word == "--config" {
            return words.next().map(|path| (PathBuf::from(path), true));
        }
        if let Some(path) = word.to_str().and_then(|word| word.strip_prefix("--config=")) {
            return Some((PathBuf::from(path), true));
        }
        if word == "--" {
            break;
        }
    }
    Path::new(UNNAMED).is_file().then(|| (PathBuf::from(UNNAMED), false))
}

/// The flags of a verb that can be set.
fn flags<'a>(command: &'a Command, verb: &str) -> impl Iterator<Item = &'a str> {
    let arguments = command.find_subcommand(verb).into_iter().flat_map(Command::get_arguments);
    arguments.filter_map(clap::Arg::get_long).filter(|flag| !args::TYPED_ONLY.contains(flag))
}

fn has_flag(command: &Command, verbs: &[String], key: &str) -> bool {
    verbs.iter().any(|verb| flags(command, verb).any(|flag| flag == key))
}

fn no_section(path: &Path, name: &str, verbs: &[String]) -> CliError {
    let error =
        CliError::usage(format!("in the settings file {}: there is no section [{name}]", path.display()));
    match nearest(name, verbs.iter().map(String::as_str)) {
        Some(verb) => error.help(format!("did you mean [{verb}]?")),
        None => error.help(format!("sections are verbs: {}", verbs.join(", "))),
    }
}

fn nearest<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .map(|name| (strsim::jaro_winkler(text, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

struct Setting<'a> {
    path: &'a Path,
    named: bool,
    /// The verb under which it stands; `None` where it stands for all.
    section: Option<&'a str>,
    key: &'a str,
    value: &'a Value,
}

impl Setting<'_> {
    fn put(&self, mut command: Command, verbs: &[String]) -> Result<Command, CliError> {
        self.check_allowed()?;
        let texts = self.texts()?;
        let mut known = false;
        for verb in verbs {
            let id = command.find_subcommand(verb).and_then(|verb| {
                verb.get_arguments()
                    .find(|arg| arg.get_long() == Some(self.key))
                    .map(|arg| (arg.get_id().clone(), matches!(arg.get_action(), ArgAction::Append)))
            });
            if let Some((id, repeatable)) = id {
                known = true;
                if texts.len() > 1 && !repeatable {
                    return Err(self.too_many());
                }
                let texts = texts.clone();
                command = command.mut_subcommand(verb, |verb| {
                    // The flag's own default is replaced; what is typed or in the environment still wins.
                    // The help shows defaults, and these may be credentials.
                    let hide = shell::may_hold_credentials(self.key);
                    verb.mut_arg(id, |arg| arg.default_values(texts).hide_default_value(hide))
                });
            }
        }
        if known { Ok(command) } else { Err(self.unknown(&command, verbs)) }
    }

    fn check_allowed(&self) -> Result<(), CliError> {
        let Self { path, key, .. } = self;
        if args::TYPED_ONLY.contains(key) {
            return Err(CliError::usage(format!("the settings file {} cannot set '{key}'", path.display())));
        }
        if !self.named && NAMED_FILE_ONLY.contains(key) {
            return Err(CliError::usage(format!(
                "./{UNNAMED} cannot set '{key}', because nobody named the file"
            ))
            .help("it might have come with a repository that you cloned")
            .help(format!("if it is yours: --config {UNNAMED}; to leave it unread: --no-config")));
        }
        Ok(())
    }

    fn texts(&self) -> Result<Vec<String>, CliError> {
        let one = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            Value::Float(number) => Some(number.to_string()),
            Value::Boolean(flag) => Some(flag.to_string()),
            Value::Datetime(time) => Some(time.to_string()),
            Value::Array(_) | Value::Table(_) => None,
        };
        let texts = match self.value {
            Value::Array(values) => values.iter().map(one).collect(),
            value => one(value).map(|text| vec![text]),
        };
        texts.ok_or_else(|| {
            let message =
                format!("in the settings file {}, '{}' is not a flag's value", self.path.display(), self.key);
            CliError::usage(message).help("a flag takes a text, a number, true or false, or a list of them")
        })
    }

    fn too_many(&self) -> CliError {
        let (path, key) = (self.path.display(), self.key);
        CliError::usage(format!("the settings file {path} gives '{key}' several values"))
            .help("this flag takes one")
    }

    fn unknown(&self, command: &Command, verbs: &[String]) -> CliError {
        let (path, key) = (self.path.display(), self.key);
        let near = nearest(key, verbs.iter().flat_map(|verb| flags(command, verb)));
        let Some(verb) = self.section else {
            let error = CliError::usage(format!("the settings file {path} sets '{key}', which is no flag"));
            return match near {
                Some(flag) => error.help(format!("did you mean '{flag}'?")),
                None => error.help("wms-sim send --help lists the flags"),
            };
        };
        let message =
            format!("the settings file {path} sets '{key}' under [{verb}], and {verb} has no such flag");
        let others: Vec<&str> = command
            .get_subcommands()
            .map(Command::get_name)
            .filter(|other| flags(command, other).any(|flag| flag == key))
            .collect();
        let error = match others.as_slice() {
            [] => CliError::usage(message),
            [one] => return CliError::usage(message).help(format!("{one} has it")),
            several => return CliError::usage(message).help(format!("{} have it", several.join(", "))),
        };
        match near {
            Some(flag) => error.help(format!("did you mean '{flag}'?")),
            None => error.help(format!("wms-sim {verb} --help lists the flags")),
        }
    }
}
