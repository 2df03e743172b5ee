//! JSON with everything that a parser usually forgets: the order of the keys, keys that come twice, and each number and
//! string as it was written.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Deeper than this no body is taken apart.
const DEEPEST: usize = 64;

/// A JSON value.
#[derive(Debug, PartialEq)]
pub(super) enum Node<'a> {
    /// `{}`
    Object(Vec<(Text<'a>, Node<'a>)>),
    /// `[]`
    Array(Vec<Node<'a>>),
    /// A string.
    Text(Text<'a>),
    /// A number, as it was written, and which one it is: the first, the second and so on.
    Number(usize, &'a str),
    /// `true`, `false` or `null`.
    Word(&'a str),
}

/// A string.
#[derive(Debug, PartialEq)]
pub(super) struct Text<'a> {
    /// As it was written, with its quotes.
    pub(super) raw: &'a str,
    /// What it says; `None` where it is half of a pair of surrogates, which only the raw text can say.
    pub(super) says: Option<String>,
}

/// Takes a JSON text apart; `None` where it is none.
pub(super) fn parse(text: &str) -> Option<Node<'_>> {
    // Judged by a real parser first, so that the reading below may be lenient. Depth is bounded there, too.
    serde_json::from_str::<&serde_json::value::RawValue>(text).ok()?;
    value(&mut &*text, &mut 0, 0)
}

fn value<'a>(rest: &mut &'a str, numbers: &mut usize, depth: usize) -> Option<Node<'a>> {
    *rest = rest.trim_ascii_start();
    if depth > DEEPEST {
        return None;
    }
    match rest.as_bytes().first()? {
        b'{' => {
            let mut members = Vec::new();
            list(rest, '}', |rest| {
                let key = string(rest)?;
                *rest = rest.trim_ascii_start().strip_prefix(':')?;
                members.push((key, value(rest, numbers, depth + 1)?));
                Some(())
            })?;
            Some(Node::Object(members))
        }
        b'[' => {
            let mut items = Vec::new();
            list(rest, ']', |rest| {
                items.push(value(rest, numbers, depth + 1)?);
                Some(())
            })?;
            Some(Node::Array(items))
        }
        b'"' => string(rest).map(Node::Text),
        b't' | b'f' | b'n' => Some(Node::Word(take(rest, |byte| byte.is_ascii_alphabetic()))),
        _ => {
            let number = Some(take(rest, is_of_number)).filter(|number| !number.is_empty())?;
            *numbers += 1;
            Some(Node::Number(*numbers - 1, number))
        }
    }
}

/// Reads what stands between brackets, comma by comma.
fn list<'a>(rest: &mut &'a str, end: char, mut item: impl FnMut(&mut &'a str) -> Option<()>) -> Option<()> {
    *rest = rest.get(1..)?.trim_ascii_start();
    if let Some(after) = rest.strip_prefix(end) {
        *rest = after;
        return Some(());
    }
    loop {
        *rest = rest.trim_ascii_start();
        item(rest)?;
        *rest = rest.trim_ascii_start();
        if let Some(after) = rest.strip_prefix(end) {
            *rest = after;
            return Some(());
        }
        *rest = rest.strip_prefix(',')?;
    }
}

fn string<'a>(rest: &mut &'a str) -> Option<Text<'a>> {
    let (raw, after) = rest.split_at_checked(string_length(rest)?)?;
    *rest = after;
    Some(Text { raw, says: serde_json::from_str(raw).ok() })
}

/// The length of the string literal that the text begins with.
pub(super) fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    let inner = text.strip_prefix('"')?;
    let end = inner.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some(end + 2)
}

pub(super) const fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
}

fn take<'a>(rest: &mut &'a str, belongs: impl Fn(u8) -> bool) -> &'a str {
    let end = rest.bytes().position(|byte| !belongs(byte)).unwrap_or(rest.len());
    let (taken, after) = rest.split_at(end);
    *rest = after;
    taken
}

impl<'a> Node<'a> {
    /// Visits every string and number.
    pub(super) fn visit(&self, text: &mut impl FnMut(&Text<'a>), number: &mut impl FnMut(&'a str)) {
        match self {
            Self::Object(members) => {
                for (key, value) in members {
                    text(key);
                    value.visit(text, number);
                }
            }
            Self::Array(items) => items.iter().for_each(|item| item.visit(text, number)),
            Self::Text(one) => text(one),
            Self::Number(_, one) => number(one),
            Self::Word(_) => {}
        }
    }

    /// Visits every number, with the place that it had in the text.
    pub(super) fn visit_numbers(&self, number: &mut impl FnMut(usize, &'a str)) {
        match self {
            Self::Object(members) => members.iter().for_each(|(_, value)| value.visit_numbers(number)),
            Self::Array(items) => items.iter().for_each(|item| item.visit_numbers(number)),
            Self::Number(place, one) => number(*place, one),
            Self::Text(_) | Self::Word(_) => {}
        }
    }

    /// Leaves each key of an object once: where the first stood, with the value of the last.
    pub(super) fn forget_repeats(&mut self) {
        match self {
            Self::Object(members) => {
                let mut places = HashMap::new();
                let mut kept: Vec<(Text<'a>, Self)> = Vec::with_capacity(members.len());
                for (key, mut value) in members.drain(..) {
                    value.forget_repeats();
                    let says = key.says.clone().unwrap_or_else(|| key.raw.to_owned());
                    match places.entry(says) {
                        Entry::Vacant(place) => {
                            place.insert(kept.len());
                            kept.push((key, value));
                        }
                        Entry::Occupied(place) => {
                            if let Some(first) = kept.get_mut(*place.get()) {
                                first.1 = value;
                            }
                        }
                    }
                }
                *members = kept;
            }
            Self::Array(items) => items.iter_mut().for_each(Self::forget_repeats),
            Self::Text(_) | Self::Number(..) | Self::Word(_) => {}
        }
    }

    /// Orders the keys of every object by a key of theirs; equal ones stay as they are.
    pub(super) fn order_by<K: Ord>(&mut self, rank: impl Fn(&str) -> K + Copy) {
        match self {
            Self::Object(members) => {
                members.sort_by_cached_key(|(key, _)| rank(key.says.as_deref().unwrap_or(key.raw)));
                for (_, value) in members {
                    value.order_by(rank);
                }
            }
            Self::Array(items) => items.iter_mut().for_each(|item| item.order_by(rank)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_forgotten() {
        let text = r#" {"b":[1.50,-1E+3,true,null],"a":"\u00e9\"","a":{},"c":[]} "#;
        let node = parse(text).unwrap();
        let (mut texts, mut numbers) = (Vec::new(), Vec::new());
        node.visit(&mut |text| texts.push(text.raw), &mut |number| numbers.push(number));
        assert_eq!(texts, [r#""b""#, r#""a""#, r#""\u00e9\"""#, r#""a""#, r#""c""#]);
        assert_eq!(numbers, ["1.50", "-1E+3"]);
    }

    #[test]
    fn what_is_no_json_is_not_taken_apart() {
        for text in ["", "{", "{a:1}", "{} {}", "[1,]", "\"\\x\"", "\u{feff}{}", "nul", &"[".repeat(100_000)]
        {
            assert_eq!(parse(text), None, "{text:.20}");
        }
        assert_eq!(parse(&format!("{}{}", "[".repeat(100), "]".repeat(100))), None);
        // Half a pair of surrogates: legal JSON, and nothing that Rust can say.
        let Some(Node::Text(text)) = parse(r#""\ud800""#) else { panic!("no text") };
        assert_eq!((text.raw, text.says), (r#""\ud800""#, None));
    }
}
