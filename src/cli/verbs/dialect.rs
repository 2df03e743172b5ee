//! `dialect`: every choice that the documentation leaves open.

use serde_json::json;

use super::learn;
use crate::cli::args::{DialectVerb, DialectVerbArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::job::dialect;
use crate::cli::printer::Out;
use crate::cli::shell::Typed;
use crate::protocol::dialect::{Dialect, KEYS, Key};
use crate::report::style::{FAINT, STRONG, WARN, paint};

pub(in crate::cli) fn run(args: &DialectVerbArgs, typed: &Typed) -> Result<Exit, CliError> {
    if let Some(DialectVerb::Learn(args)) = &args.verb {
        return learn::run(args, typed);
    }
    let dialect = dialect::choose(&args.dialect)?.whole();
    let mut out = Out::open();
    if args.json {
        let keys: Vec<_> = KEYS
            .iter()
            .map(|key| {
                json!({
                    "key": key.name,
                    "value": key.show(&dialect),
                    "default": key.show(&Dialect::current()),
                    "takes": takes(key),
                    "evidence": key.evidence,
                    "meaning": key.meaning,
                })
            })
            .collect();
        out.line(&serde_json::to_string_pretty(&keys).unwrap_or_default());
    } else if args.toml {
        out.line("# A dialect of wms-sim: --dialect FILE");
        for key in KEYS {
            out.line(&format!("\n# {}\n# takes: {}", key.meaning, takes(key)));
            out.line(&format!("{:?} = {:?}", key.name, key.show(&dialect)));
        }
    } else {
        for key in KEYS {
            human(&mut out, key, &dialect);
        }
        out.line(
            "Change one with --set KEY=VALUE, several with --dialect FILE (wms-sim dialect --toml > FILE).",
        );
    }
    Ok(Exit::Ok)
}

fn human(out: &mut Out, key: &Key, dialect: &Dialect) {
    let (value, usual) = (key.show(dialect), key.show(&Dialect::current()));
    let shown = if value == usual { value } else { paint(WARN, format!("{value} (default {usual})")) };
    out.line(&format!("{} = {shown}", paint(STRONG, key.name)));
    out.line(&paint(FAINT, format!("    {} · takes {}", key.evidence, takes(key))));
    for line in wrap(key.meaning, 96) {
        out.line(&format!("    {line}"));
    }
    out.line("");
}

fn takes(key: &Key) -> String {
    if key.values.is_empty() { key.takes.to_owned() } else { key.values.join(" | ") }
}

/// Breaks a text into lines of at most `width` characters, at blanks.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
