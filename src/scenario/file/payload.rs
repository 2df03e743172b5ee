//! The values of `payload:`.

use serde_json::{Map, Value};

use super::fields::{Fields, Problems};
use super::keys::{DRAWN, ONE_OF, RAMP, RANGE};
use super::scalar::{self, Resolved};
use super::types::{MAX_DEPTH, PayloadValue, Span, Spanned};
use super::values::number;
use super::words::quote;
use super::yaml::{Kind, Node, Scalar};

/// The ends of a `range`, as a regular expression for the JSON Schema.
pub const RANGE_PATTERN: &str = r"^-?[0-9]+(\.[0-9]+)? *\.\. *-?[0-9]+(\.[0-9]+)?$";

/// Keys with values of their own, in the file's order.
pub type Payload = Vec<(Spanned<String>, Spanned<PayloadValue>)>;

/// Reads `payload:`.
pub(super) fn read(node: &Node, problems: &mut Problems) -> Payload {
    let Kind::Map(pairs) = &node.kind else {
        let message = format!("`payload` is a mapping, this is {}", node.describe());
        problems.error(message, &node.span, "write `payload: { key: value }`, or leave it out");
        return Vec::new();
    };
    let mut payload = Vec::new();
    for (key, value) in pairs {
        let name = Spanned::new(key.text().unwrap_or_default().to_owned(), key.span.clone());
        if name.value.is_empty() {
            problems.error("a payload key is empty", &key.span, "write a name");
        }
        if let Some(read) = self::value(&name.value, value, problems) {
            payload.push((name, Spanned::new(read, value.span.clone())));
        }
    }
    payload
}

fn value(name: &str, node: &Node, problems: &mut Problems) -> Option<PayloadValue> {
    let Some(word) = drawn(node) else {
        return literal(node, 1, problems).map(PayloadValue::Literal);
    };
    match word {
        "one_of" => one_of(node, problems),
        "range" => range(node, problems),
        _ => ramp(name, node, problems),
    }
}

/// The word that makes a mapping a drawn value.
fn drawn(node: &Node) -> Option<&'static str> {
    let Kind::Map(pairs) = &node.kind else { return None };
    let has = |key: &str| pairs.iter().any(|(node, _)| node.text() == Some(key));
    DRAWN.iter().find(|shape| shape.keys.iter().any(|key| has(key))).map(|shape| shape.keys[0])
}

/// Every word of the drawn values.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    DRAWN.iter().flat_map(|shape| shape.keys.iter().copied())
}

fn one_of(node: &Node, problems: &mut Problems) -> Option<PayloadValue> {
    let list = Fields::open(node, &ONE_OF, problems)?.get("one_of")?;
    let items = match &list.kind {
        Kind::List(items) if !items.is_empty() => items,
        kind => {
            let this =
                if matches!(kind, Kind::List(_)) { "an empty list".to_owned() } else { list.describe() };
            let message = format!("`one_of` is a list of values, this is {this}");
            problems.error(message, &list.span, "write `one_of: [a, b]`");
            return None;
        }
    };
    let values: Vec<Value> = items.iter().filter_map(|item| literal(item, 1, problems)).collect();
    (values.len() == items.len()).then_some(PayloadValue::OneOf(values))
}

fn range(node: &Node, problems: &mut Problems) -> Option<PayloadValue> {
    let node = Fields::open(node, &RANGE, problems)?.get("range")?;
    let text = node.text().unwrap_or_default();
    let ends =
        text.split_once("..").map(|(low, high)| (low.trim_end_matches(' '), high.trim_start_matches(' ')));
    let Some((low, high)) = ends.filter(|(low, high)| is_decimal(low) && is_decimal(high)) else {
        let message = format!("`range` is a range of numbers, this is {}", node.describe());
        problems.error(
            message,
            &node.span,
            "write `range: 1..9` for integers, `range: 1.0..9.5` for decimals",
        );
        return None;
    };
    let backwards = |problems: &mut Problems| {
        let message = format!("the range ends before it begins: {low} is more than {high}");
        problems.error(message, &node.span, format!("did you mean `{high}..{low}`?"));
        None
    };
    if low.contains('.') || high.contains('.') {
        // Every such text is a finite number, unless it has hundreds of digits.
        let (from, to) = (low.parse::<f64>().ok()?, high.parse::<f64>().ok()?);
        if !(from.is_finite() && to.is_finite()) {
            return too_large(node, problems);
        }
        return if from <= to { Some(PayloadValue::Decimals(from, to)) } else { backwards(problems) };
    }
    match (low.parse::<i64>(), high.parse::<i64>()) {
        (Ok(from), Ok(to)) if from <= to => Some(PayloadValue::Integers(from, to)),
        (Ok(_), Ok(_)) => backwards(problems),
        _ => too_large(node, problems),
    }
}

fn too_large(node: &Node, problems: &mut Problems) -> Option<PayloadValue> {
    problems.error("the range is too large", &node.span, "its ends have to fit in 64 bits");
    None
}

fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    unsigned.split_once('.').map_or_else(|| digits(unsigned), |(whole, rest)| digits(whole) && digits(rest))
}

fn ramp(name: &str, node: &Node, problems: &mut Problems) -> Option<PayloadValue> {
    let fields = Fields::open(node, &RAMP, problems)?;
    if name != "snr" {
        let message = format!("`ramp` is for `snr`, this is {}", quote(name));
        problems.error(message, &node.span, "use `range` or `one_of`");
    }
    let ends = fields.get("ramp").and_then(|node| match &node.kind {
        Kind::List(items) if items.len() == 2 => {
            let from = number(&items[0], "ramp", problems);
            let to = number(&items[1], "ramp", problems);
            from.zip(to)
        }
        _ => {
            let message = format!("`ramp` is a list of two numbers, this is {}", node.describe());
            problems.error(message, &node.span, "write the first and the last value: `ramp: [1.5, 6.0]`");
            None
        }
    });
    let noise = fields.get("noise").map_or(Some(0.0), |node| {
        let noise = number(node, "noise", problems)?;
        if noise < 0.0 {
            problems.error("`noise` is not negative", &node.span, "write 0 for none");
            return None;
        }
        Some(noise)
    });
    let ((from, to), noise) = ends.zip(noise)?;
    Some(PayloadValue::Ramp { from, to, noise })
}

/// A whole tree as JSON, as far as JSON can say it: what a validator reads in an editor.
pub fn to_json(node: &Node) -> Option<Value> {
    literal(node, 1, &mut Problems::default())
}

/// A value as JSON.
pub(super) fn literal(node: &Node, depth: usize, problems: &mut Problems) -> Option<Value> {
    if depth > MAX_DEPTH {
        let message = format!("the payload is nested more than {MAX_DEPTH} levels deep");
        problems.error(message, &node.span, "receivers refuse such JSON; make it flatter");
        return None;
    }
    match &node.kind {
        Kind::Scalar(scalar) => scalar_value(scalar, &node.span, problems),
        Kind::List(items) => {
            let values: Vec<Value> =
                items.iter().filter_map(|item| literal(item, depth + 1, problems)).collect();
            (values.len() == items.len()).then_some(Value::Array(values))
        }
        Kind::Map(pairs) => {
            warn_of_drawn_words(node, depth, problems);
            let mut map = Map::new();
            for (key, value) in pairs {
                if let Some(value) = literal(value, depth + 1, problems) {
                    map.insert(key.text().unwrap_or_default().to_owned(), value);
                }
            }
            (map.len() == pairs.len()).then_some(Value::Object(map))
        }
    }
}

fn scalar_value(scalar: &Scalar, span: &Span, problems: &mut Problems) -> Option<Value> {
    match scalar::resolve(scalar) {
        Resolved::Null => Some(Value::Null),
        Resolved::Bool(value) => Some(Value::Bool(value)),
        Resolved::Text => Some(Value::String(scalar.text.clone())),
        Resolved::Number { number, integer, exact } => {
            if !exact {
                let message = format!("{} is sent as {number}", quote(&scalar.text));
                let limit = if integer { "integers have 64 bits" } else { "decimals have 17 digits" };
                problems.warning(message, span, format!("{limit}; put it in quotes to send it as a text"));
            }
            Some(Value::Number(number))
        }
        Resolved::NotFinite => {
            let message = format!("{} is a number that JSON cannot say", quote(&scalar.text));
            problems.error(message, span, "put it in quotes to send it as a text");
            None
        }
    }
}

/// A literal that looks like a drawn value was probably meant to be one.
fn warn_of_drawn_words(node: &Node, depth: usize, problems: &mut Problems) {
    let Kind::Map(pairs) = &node.kind else { return };
    if depth > 1 && drawn(node).is_some() {
        problems.warning(
            "this mapping is sent as it stands",
            &node.span,
            "`one_of`, `range` and `ramp` draw a value only directly below a key of the payload",
        );
    }
    if let [(key, _)] = pairs.as_slice() {
        let plain = key.text().unwrap_or_default().to_lowercase().replace(['_', '-', ' '], "");
        let meant = DRAWN.iter().map(|shape| shape.keys[0]).find(|word| word.replace('_', "") == plain);
        if let Some(word) = meant.filter(|word| key.text() != Some(word)) {
            problems.warning(
                "this mapping is sent as it stands",
                &node.span,
                format!("did you mean `{word}`?"),
            );
        }
    }
}
