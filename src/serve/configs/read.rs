//! A serve configuration's text into configs, or into everything that is wrong with it.

use toml::de::{DeTable, DeValue};

use super::problem::Problem;
use super::value::{At, Entry, entries, scalar, texts};
use super::{Config, SecretSource};
use crate::protocol::dialect::Dialect;
use crate::serve::callback::{Allowed, CallbackUrl, Prefix};
use crate::serve::choice::Choice;
use crate::transport::target::Target;

const KEYS: [&str; 11] = [
    "webhook",
    "secret_file",
    "secret_env",
    "callback",
    "allow_callbacks",
    "scenario",
    "mix",
    "pace",
    "auto",
    "dialect",
    "set",
];

/// Old and new, while one takes the other's place.
const MOST_SECRETS: usize = 2;
const LONGEST_ID: usize = 200;
const SECRET_HELP: &str = "secret_file = \"FILE\" or secret_env = \"NAME\"";

/// Reads a configuration.
///
/// # Errors
/// Every problem at once, in the order of the text; at least one.
pub fn read(text: &str) -> Result<Vec<Config>, Vec<Problem>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // What follows a slip of the syntax is guessed, so nothing is said of it. Neither is the line shown: it may hold
        // a secret.
        let problem = |error: &toml::de::Error| {
            let place = error.span().map_or(0, |span| span.start);
            Problem::at(text, place, format!("this is not TOML: {}", error.message()))
        };
        return Err(in_order(errors.iter().map(problem).collect()));
    }
    let mut reader = Reader { text, problems: Vec::new() };
    let configs = reader.document(document.get_ref());
    if reader.problems.is_empty() {
        return Ok(configs);
    }
    Err(in_order(reader.problems))
}

fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|problem| (problem.line, problem.column));
    problems
}

struct Reader<'t> {
    text: &'t str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn wrong(&mut self, place: usize, message: impl AsRef<str>) {
        self.problems.push(Problem::at(self.text, place, message));
    }

    fn wrong_with_help(&mut self, place: usize, message: impl AsRef<str>, help: impl Into<String>) {
        self.problems.push(Problem::at(self.text, place, message).help(help));
    }

    fn document(&mut self, document: &DeTable<'_>) -> Vec<Config> {
        let mut configs = Vec::new();
        for entry in entries(document) {
            if entry.key != "configs" {
                let help = "each config is a table of its own: [configs.ID]";
                self.wrong_with_help(entry.place, format!("'{}' means nothing here", entry.key), help);
                continue;
            }
            let DeValue::Table(table) = entry.value.get_ref() else {
                self.wrong(entry.place, "'configs' is not a table of configs, such as [configs.demo]");
                continue;
            };
            for entry in entries(table) {
                configs.extend(self.config(entry));
            }
        }
        if configs.is_empty() && self.problems.is_empty() {
            self.wrong_with_help(0, "there is no config in the file", "[configs.demo] begins one");
        }
        configs
    }

    fn config(&mut self, entry: Entry<'_, '_>) -> Option<Config> {
        let id = entry.key;
        if !is_usable(id) {
            self.wrong_with_help(
                entry.place,
                format!("a Config ID stands in the call-in URL's path, which '{}' cannot", id.escape_debug()),
                "use letters, digits, '-', '_', '.' and '~'",
            );
        }
        let DeValue::Table(table) = entry.value.get_ref() else {
            self.wrong(entry.place, format!("'{id}' is not a table; a config begins with [configs.{id}]"));
            return None;
        };
        let mut config = Config {
            id: id.to_owned(),
            line: Problem::at(self.text, entry.place, "").line,
            webhook: None,
            secrets: Vec::new(),
            callback: None,
            allowed: Allowed::default(),
            choice: None,
            pace: None,
            auto: None,
            dialect: None,
            set: Vec::new(),
        };
        let mut seen: Vec<String> = Vec::new();
        for entry in entries(table) {
            // Flags have hyphens, and whoever writes both kinds of files will mix them up.
            let key = entry.key.replace('-', "_");
            if seen.contains(&key) {
                self.wrong(entry.place, format!("'{key}' is there twice"));
                continue;
            }
            self.key(&mut config, &key, entry);
            seen.push(key);
        }
        if config.webhook.is_some()
            && config.secrets.is_empty()
            && !seen.iter().any(|key| key.starts_with("secret"))
        {
            self.wrong_with_help(
                entry.place,
                format!("config '{id}' has a webhook of its own and no secret"),
                SECRET_HELP,
            );
        }
        Some(config)
    }

    fn key(&mut self, config: &mut Config, key: &str, entry: Entry<'_, '_>) {
        let Entry { place, value, .. } = entry;
        match key {
            "webhook" => {
                config.webhook =
                    self.parsed(key, entry, |text| Target::parse(text).map_err(|error| error.to_string()));
            }
            "callback" => {
                config.callback = self
                    .parsed(key, entry, |text| CallbackUrl::parse(text).map_err(|error| error.to_string()));
            }
            "pace" => config.pace = self.parsed(key, entry, str::parse),
            "dialect" => config.dialect = self.text(key, entry),
            "scenario" | "mix" => {
                let Some(name) = self.text(key, entry) else { return };
                if config.choice.is_some() {
                    self.wrong(place, "there are a scenario and a mix; give one of them");
                }
                config.choice = Some(if key == "mix" { Choice::Mix(name) } else { Choice::Scenario(name) });
            }
            "auto" => match value.get_ref() {
                DeValue::Boolean(auto) => config.auto = Some(*auto),
                _ => self.wrong(place, "'auto' is neither true nor false"),
            },
            "allow_callbacks" => self.allowed(config, entry),
            "secret_file" | "secret_env" => self.secrets(config, key, entry),
            "set" => self.set(config, entry),
            "secret" | "secrets" | "mac_secret" => self.wrong_with_help(
                place,
                "a secret does not stand in this file, which is shared and committed like any other",
                SECRET_HELP,
            ),
            _ => self.unknown(entry),
        }
    }

    fn unknown(&mut self, entry: Entry<'_, '_>) {
        let key = entry.key.replace('-', "_");
        let nearest = KEYS
            .iter()
            .map(|known| (strsim::jaro_winkler(&key, known), known))
            .filter(|(likeness, _)| *likeness > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let help = match nearest {
            Some((_, known)) => format!("did you mean '{known}'?"),
            None => format!("there are: {}", KEYS.join(", ")),
        };
        let message = format!("'{}' is not a key of a config", entry.key.escape_debug());
        self.wrong_with_help(entry.place, message, help);
    }

    fn text(&mut self, key: &str, entry: Entry<'_, '_>) -> Option<String> {
        let text = entry.value.get_ref().as_str().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            self.wrong(entry.place, format!("'{key}' is not a text, or an empty one"));
        }
        text.map(str::to_owned)
    }

    fn parsed<T>(
        &mut self,
        key: &str,
        entry: Entry<'_, '_>,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(key, entry)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(entry.place, format!("{key}: {error}"));
                None
            }
        }
    }

    fn allowed(&mut self, config: &mut Config, entry: Entry<'_, '_>) {
        let Some(list) = texts(entry.value) else {
            return self.wrong(entry.place, "'allow_callbacks' is not a list of texts");
        };
        let mut prefixes = Vec::new();
        for (text, span) in list {
            match Prefix::parse(text) {
                Ok(prefix) => prefixes.push(prefix),
                Err(error) => self.wrong(span.start, format!("allow_callbacks: {error}")),
            }
        }
        config.allowed = Allowed::new(prefixes);
    }

    fn secrets(&mut self, config: &mut Config, key: &str, entry: Entry<'_, '_>) {
        let Some(list) = texts(entry.value).filter(|list| !list.is_empty()) else {
            return self.wrong(entry.place, format!("'{key}' is neither a text nor a list of texts"));
        };
        for (text, span) in list {
            let source = match key {
                "secret_file" => SecretSource::File(text.to_owned()),
                _ => SecretSource::Variable(text.to_owned()),
            };
            let fits = match key {
                "secret_file" => !text.trim().is_empty(),
                // What is none may be the secret itself, so it is not repeated.
                _ => is_variable(text),
            };
            if !fits {
                let what = if key == "secret_file" { "a file" } else { "a variable of the environment" };
                self.wrong(span.start, format!("'{key}' does not name {what}"));
            } else if config.secrets.contains(&source) {
                self.wrong(span.start, format!("{source} is there twice"));
            } else if config.secrets.len() == MOST_SECRETS {
                self.wrong(span.start, "there are more than two secrets; two are the most, old and new");
            } else {
                config.secrets.push(source);
            }
        }
    }

    fn set(&mut self, config: &mut Config, entry: Entry<'_, '_>) {
        let mut pairs = Vec::new();
        match entry.value.get_ref() {
            DeValue::Table(table) => self.flatten("", table, &mut pairs),
            _ => match texts(entry.value) {
                Some(list) => {
                    for (text, span) in list {
                        match text.split_once('=') {
                            Some((key, value)) => pairs.push((span.start, key.to_owned(), value.to_owned())),
                            None => self.wrong(span.start, "an entry of 'set' is not of the form KEY=VALUE"),
                        }
                    }
                }
                None => self.wrong(entry.place, "'set' is not a table of the dialect's keys"),
            },
        }
        let mut trial = Dialect::current();
        for (place, key, value) in pairs {
            match trial.set(&key, &value) {
                Ok(()) => config.set.push((key, value)),
                Err(error) => self.wrong(place, format!("set: {error}")),
            }
        }
    }

    /// `{ websocket = { initial = true } }`, `{ websocket.initial = true }` and `{ "websocket.initial" = true }` are the
    /// same.
    fn flatten(&mut self, prefix: &str, table: &DeTable<'_>, pairs: &mut Vec<(usize, String, String)>) {
        for Entry { key, place, value } in entries(table) {
            let key = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
            if let DeValue::Table(inner) = value.get_ref() {
                self.flatten(&key, inner, pairs);
            } else if let Some(text) = self.scalar(value) {
                pairs.push((place, key, text));
            } else {
                self.wrong(place, format!("set: '{key}' is neither a text nor a number, true or false"));
            }
        }
    }

    fn scalar(&self, value: At<'_, '_>) -> Option<String> {
        scalar(value, self.text)
    }
}

/// Such IDs pass through every router, proxy and script unchanged; two of only dots mean folders.
fn is_usable(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(plain) && !id.bytes().all(|byte| byte == b'.')
}

fn is_variable(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
