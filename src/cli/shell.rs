//! What was typed, and how a shell would read it again.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::parser::ValueSource;

use crate::report::curl::quote;

/// The arguments as they were typed, secrets among them, and where each value came from. It has no `Debug`.
#[derive(Clone)]
pub(super) struct Typed {
    words: Vec<String>,
    sources: BTreeMap<String, ValueSource>,
}

impl Typed {
    pub fn new(words: &[OsString], sources: BTreeMap<String, ValueSource>) -> Self {
        Self { words: words.iter().map(|word| word.to_string_lossy().into_owned()).collect(), sources }
    }

    /// Where the value of an argument came from; `None` where there is none.
    pub fn source(&self, argument: &str) -> Option<ValueSource> {
        self.sources.get(argument).copied()
    }

    /// Whether the value was typed, or is in the environment: not merely a default, be it that of a settings file.
    pub fn is_given(&self, argument: &str) -> bool {
        matches!(self.source(argument), Some(ValueSource::CommandLine | ValueSource::EnvVariable))
    }

    /// The command that repeats the run: what was typed, with credentials left out, and `more`.
    pub fn again(&self, more: &[(&str, String)]) -> String {
        let mut words = vec!["wms-sim".to_owned()];
        let mut hide = false;
        for word in self.words.iter().skip(1) {
            if std::mem::take(&mut hide) {
                words.push("'...'".to_owned());
                continue;
            }
            let flag = word.split('=').next().unwrap_or(word);
            let hidden = matches!(flag, "--secret" | "--header" | "--proxy" | "--before-session");
            if hidden && word.contains('=') {
                words.push(format!("{flag}='...'"));
                continue;
            }
            hide = hidden;
            words.push(quote(&redact(word)));
        }
        for (flag, value) in more {
            words.push((*flag).to_owned());
            words.push(quote(value));
        }
        words.join(" ")
    }
}

/// Leaves the credentials of a URL out.
fn redact(word: &str) -> String {
    let (flag, value) = match word.split_once('=') {
        Some((flag, value)) if flag.starts_with("--") => (Some(flag), value),
        _ => (None, word),
    };
    let shown = if value.contains("://") {
        crate::transport::target::Target::parse(value)
            .map_or_else(|_| "...".to_owned(), |target| target.to_string())
    } else {
        value.to_owned()
    };
    flag.map_or_else(|| shown.clone(), |flag| format!("{flag}={shown}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(words: &[&str]) -> String {
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        Typed::new(&words, BTreeMap::new()).again(&[("--seed", "7".to_owned())])
    }

    #[test]
    fn the_command_that_repeats_a_run_holds_no_secret() {
        assert_eq!(
            again(&["/x/wms-sim", "send", "low-snr", "--secret", "s3cret", "--to", "http://u:p@h/x?t=1"]),
            "wms-sim send low-snr --secret '...' --to 'http://***@h/x?t=***' --seed 7"
        );
        assert_eq!(
            again(&["x", "send", "--secret=s", "-q", "a b"]),
            "wms-sim send --secret='...' -q 'a b' --seed 7"
        );
        assert_eq!(again(&["x", "--header", "Authorization: x"]), "wms-sim --header '...' --seed 7");
    }
}
