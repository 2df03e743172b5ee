//! Single values: texts, numbers, percentages, counts, gaps, event codes.

use super::fields::Problems;
use super::gap;
use super::scalar::{self, Resolved};
use super::types::{Gap, MAX_EVENTS, Repeat, Spanned};
use super::words::{kebab, nearest, one_of, quote};
use super::yaml::{Kind, Node};
use crate::protocol::code::Code;
use crate::scenario::diagnostic::Diagnostic;

/// A kebab-case name, as a regular expression for the JSON Schema.
pub(super) const NAME: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";
/// A line with something on it, likewise. A line end after it does no harm.
pub(super) const LINE: &str = r"^[^\n]*\S[^\n]*\n?$";
/// A percentage, likewise.
pub(super) const PERCENT: &str = r"^[0-9]+(\.[0-9]+)?%$";
/// A count or a range of counts, likewise.
pub(super) const COUNT: &str = r"^[0-9]+( *\.\. *[0-9]+)?$";

/// A text. Numbers, `true` and the like have to be put in quotes.
pub(super) fn text(node: &Node, key: &str, problems: &mut Problems) -> Option<Spanned<String>> {
    let Kind::Scalar(scalar) = &node.kind else {
        let message = format!("`{key}` is a text, this is {}", node.describe());
        problems.error(message, &node.span, format!("write `{key}: some text`"));
        return None;
    };
    match scalar::resolve(scalar) {
        Resolved::Text => Some(Spanned::new(scalar.text.clone(), node.span.clone())),
        Resolved::Null => {
            problems.error(format!("`{key}` has no value"), &node.span, format!("write `{key}: some text`"));
            None
        }
        _ => {
            let message = format!("`{key}` is a text, this is {}", node.describe());
            problems.error(message, &node.span, format!("put it in quotes: `{key}: \"{}\"`", scalar.text));
            None
        }
    }
}

/// A text of one line, with something in it.
pub(super) fn line(node: &Node, key: &str, problems: &mut Problems) -> Option<Spanned<String>> {
    let text = text(node, key, problems)?;
    if text.value.trim().is_empty() {
        problems.error(format!("`{key}` is empty"), &node.span, format!("write `{key}: some text`"));
    } else if text.value.trim_end().contains('\n') {
        problems.error(format!("`{key}` has more than one line"), &node.span, "write one line");
    } else {
        no_control_characters(&text, key, problems);
    }
    Some(Spanned::new(text.value.trim().to_owned(), text.span))
}

/// Texts are shown on terminals, where control characters do mischief.
pub(super) fn no_control_characters(text: &Spanned<String>, key: &str, problems: &mut Problems) {
    let control = |c: &char| c.is_control() && !matches!(c, '\n' | '\t');
    if let Some(c) = text.value.chars().find(control) {
        let message = format!("`{key}` holds the control character {}", quote(&c.to_string()));
        problems.error(message, &text.span, "remove it");
    }
}

/// A kebab-case name.
pub(super) fn name(node: &Node, key: &str, problems: &mut Problems) -> Option<Spanned<String>> {
    let name = text(node, key, problems)?;
    check_name(&name, "the name", problems);
    Some(name)
}

/// The name of a scenario or mix, which is also that of its file.
pub(super) fn file_name(node: &Node, stem: Option<&str>, problems: &mut Problems) -> Option<Spanned<String>> {
    let name = text(node, "name", problems)?;
    match stem.filter(|stem| *stem != name.value) {
        // Following this help mends a name that is not in kebab-case, too.
        Some(stem) if is_kebab(stem) => problems.push(
            Diagnostic::error(
                format!("the name {} is not that of the file", quote(&name.value)),
                name.span.clone(),
                format!("the file is {}", quote(stem)),
            )
            .help(format!("write `name: {stem}`, or rename the file")),
        ),
        Some(stem) => problems.push(
            Diagnostic::error(
                format!("the file's name {} is not in kebab-case", quote(stem)),
                name.span.clone(),
                "the name has to be that of the file",
            )
            .help(format!("rename the file, and write {} here", quote(&kebab(&name.value)))),
        ),
        None => check_name(&name, "the name", problems),
    }
    Some(name)
}

fn is_kebab(text: &str) -> bool {
    text.split('-').all(|word| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// Reports a name that is not in kebab-case.
pub(super) fn check_name(name: &Spanned<String>, what: &str, problems: &mut Problems) {
    if !is_kebab(&name.value) {
        let better = kebab(&name.value);
        let help = if better.is_empty() {
            "use lower-case letters, digits and hyphens".to_owned()
        } else {
            format!("use lower-case letters, digits and hyphens: {}", quote(&better))
        };
        problems.error(format!("{what} {} is not in kebab-case", quote(&name.value)), &name.span, help);
    }
}

/// `true` or `false`.
pub(super) fn boolean(node: &Node, key: &str, problems: &mut Problems) -> Option<bool> {
    if let Kind::Scalar(scalar) = &node.kind
        && let Resolved::Bool(value) = scalar::resolve(scalar)
    {
        return Some(value);
    }
    let message = format!("`{key}` is true or false, this is {}", node.describe());
    problems.error(message, &node.span, format!("write `{key}: true` or `{key}: false`, without quotes"));
    None
}

/// A number, with its place.
pub(super) fn number(node: &Node, key: &str, problems: &mut Problems) -> Option<f64> {
    if let Kind::Scalar(scalar) = &node.kind
        && let Resolved::Number { number, .. } = scalar::resolve(scalar)
    {
        return number.as_f64();
    }
    let message = format!("`{key}` is a number, this is {}", node.describe());
    problems.error(message, &node.span, "write a plain number, without unit and quotes");
    None
}

/// A weight: a number that is not negative.
pub(super) fn weight(node: &Node, problems: &mut Problems) -> Option<Spanned<f64>> {
    let weight = number(node, "weight", problems)?;
    if weight < 0.0 {
        problems.error("a weight is not negative", &node.span, "write 0 to switch it off");
        return None;
    }
    Some(Spanned::new(weight, node.span.clone()))
}

/// Reports weights of which nothing can be drawn.
pub(super) fn check_weights<'w>(
    weights: impl IntoIterator<Item = &'w Spanned<f64>>,
    what: &str,
    node: &Node,
    problems: &mut Problems,
) {
    let mut weights = weights.into_iter().peekable();
    if weights.peek().is_some() && weights.all(|weight| weight.value <= 0.0) {
        let message = format!("every weight is 0, so that no {what} can be drawn");
        problems.error(message, &node.span, "give at least one a weight above 0");
    }
}

/// `15%`, as 0.15.
pub(super) fn percent(node: &Node, key: &str, problems: &mut Problems) -> Option<Spanned<f64>> {
    let wrong = |problems: &mut Problems, help: String| {
        let message = format!("`{key}` is a percentage, this is {}", node.describe());
        problems.error(message, &node.span, help);
        None
    };
    let Kind::Scalar(scalar) = &node.kind else {
        return wrong(problems, format!("write `{key}: 15%`"));
    };
    if let Resolved::Number { number, integer, .. } = scalar::resolve(scalar) {
        let help = match number.as_f64() {
            Some(share) if !integer && (0.0..=1.0).contains(&share) => {
                format!("did you mean `{}%`?", tidy(share * 100.0))
            }
            _ => format!("did you mean `{}%`?", scalar.text),
        };
        return wrong(problems, help);
    }
    let figure = scalar.text.strip_suffix('%').filter(|figure| {
        figure.starts_with(|c: char| c.is_ascii_digit())
            && figure.ends_with(|c: char| c.is_ascii_digit())
            && figure.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    });
    let Some(share) = figure.and_then(|figure| figure.parse::<f64>().ok()) else {
        return wrong(problems, format!("write a number and a percent sign: `{key}: 15%`"));
    };
    if share > 100.0 {
        let message = format!("{} is more than always", quote(&scalar.text));
        problems.error(message, &node.span, "a percentage is from 0% to 100%");
        return None;
    }
    Some(Spanned::new(share / 100.0, node.span.clone()))
}

/// A figure without the noise of binary fractions.
fn tidy(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

/// `2` or `1..3`.
pub(super) fn count(node: &Node, key: &str, problems: &mut Problems) -> Option<Repeat> {
    let wrong = |problems: &mut Problems, message: String, help: &str| {
        problems.error(message, &node.span, help);
        None
    };
    let forms = "write a count `2` or a range `1..3`";
    let describe = || format!("`{key}` is a count or a range of counts, this is {}", node.describe());
    let Kind::Scalar(scalar) = &node.kind else {
        return wrong(problems, describe(), forms);
    };
    // `1e2` and `0x64` are the integer 100 for YAML and for the JSON Schema.
    let written = match scalar::resolve(scalar) {
        Resolved::Number { number, .. } => {
            number.as_f64().filter(|number| number.fract() == 0.0).map(|number| number.to_string())
        }
        _ => None,
    };
    let text = written.as_deref().unwrap_or(&scalar.text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (low, high) = match text.split_once("..") {
        Some((low, high)) => (low.trim_end_matches(' '), high.trim_start_matches(' ')),
        None => (text, text),
    };
    if !digits(low) || !digits(high) {
        return wrong(problems, describe(), forms);
    }
    let within = |text: &str| text.parse().ok().filter(|count| u64::from(*count) <= MAX_EVENTS);
    let (Some(low), Some(high)) = (within(low), within(high)) else {
        let message = format!("{} is more than the {MAX_EVENTS} events that a session can have", quote(text));
        return wrong(problems, message, "write a smaller count");
    };
    if low > high {
        let message = format!("the range ends before it begins: {low} is more than {high}");
        return wrong(problems, message, &format!("did you mean `{high}..{low}`?"));
    }
    Some(Repeat { low, high })
}

/// A gap or pause.
pub(super) fn gap(node: &Node, key: &str, problems: &mut Problems) -> Option<Spanned<Gap>> {
    let parsed = match node.text() {
        Some("") | None => {
            let message = format!("`{key}` is a span of time, this is {}", node.describe());
            problems.error(message, &node.span, format!("write `{key}: 5s` or `{key}: 4s..6s`"));
            return None;
        }
        Some(text) => gap::parse(text),
    };
    match parsed {
        Ok(gap) => Some(Spanned::new(gap, node.span.clone())),
        Err(error) => {
            problems.error(error.message, &node.span, error.help);
            None
        }
    }
}

/// An event code. A slip is reported and then taken for what it was meant to be.
pub(super) fn code(node: &Node, key: &str, problems: &mut Problems) -> Option<Spanned<Code>> {
    let Some(text) = node.text().filter(|text| !text.is_empty()) else {
        let message = format!("`{key}` is an event code, this is {}", node.describe());
        problems.error(message, &node.span, format!("write `{key}: MEASUREMENT_STARTED`"));
        return None;
    };
    code_text(text, node, problems)
}

/// A part of a text that has to be an event code.
pub(super) fn code_text(text: &str, node: &Node, problems: &mut Problems) -> Option<Spanned<Code>> {
    let code = Code::ALL.into_iter().find(|code| code.as_str() == text).or_else(|| {
        // Likeness takes time in proportion to the text's length; no slip is that long.
        let meant = if text.len() <= 64 { Code::nearest(text) } else { None };
        let help = match meant {
            Some(code) => format!("did you mean `{code}`?"),
            None => "the codes are those of docs.deepaffex.ai/wms/9_webhooks.html".to_owned(),
        };
        problems.error(format!("{} is not a WMS event", quote(text)), &node.span, help);
        meant
    });
    code.map(|code| Spanned::new(code, node.span.clone()))
}

/// One of a few words. A slip is reported and then taken for what it was meant to be.
pub(super) fn choice<T: Copy>(
    node: &Node,
    key: &str,
    words: &[(&'static str, T)],
    problems: &mut Problems,
) -> Option<Spanned<T>> {
    let known = || words.iter().map(|(word, _)| *word);
    let text = node.text().unwrap_or_default();
    let find = |text: &str| words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    let value = find(text).or_else(|| {
        let message = format!("`{key}` is {}, this is {}", one_of(known()), node.describe());
        let meant = nearest(text, known());
        let help = meant.map_or_else(
            || format!("write one of them, as in `{key}: {}`", words[0].0),
            |word| format!("did you mean `{word}`?"),
        );
        problems.error(message, &node.span, help);
        meant.and_then(find)
    });
    value.map(|value| Spanned::new(value, node.span.clone()))
}
