//! What looks like an ID or a time.

use serde_json::Value;

use crate::clock::{Epoch, Moment};

/// Words in the names of what measures time.
const MEASURES: [&str; 37] = [
    "age",
    "ago",
    "delay",
    "duration",
    "durations",
    "elapsed",
    "idle",
    "lag",
    "latency",
    "micros",
    "microseconds",
    "millis",
    "milliseconds",
    "min",
    "mins",
    "minutes",
    "ms",
    "msec",
    "nanos",
    "nanoseconds",
    "now",
    "ns",
    "runtime",
    "s",
    "sec",
    "seconds",
    "secs",
    "since",
    "speed",
    "time",
    "timing",
    "timings",
    "took",
    "ttl",
    "uptime",
    "us",
    "waited",
];
/// A text that says how long something took, or that is due to chance, is no longer.
const LONG_MEASURE: usize = 40;
/// No session has as many events as this: a larger whole number counts none of them.
const MOST_EVENTS: u64 = 100;

/// Seconds, and the parts of a second in which times are written.
const UNITS: [f64; 4] = [1.0, 1e3, 1e6, 1e9];
/// Times between 2001 and 2286 have ten digits as seconds: so the unit can be told from the size.
const SECONDS: std::ops::Range<f64> = 1e9..1e10;
/// Random IDs of databases and libraries have so many characters: 20 (xid) to 40 (SHA-1).
const LONG: std::ops::RangeInclusive<usize> = 20..=40;

/// The time that a text says, in Unix seconds: a number of seconds, milliseconds, microseconds or nanoseconds, or a date
/// with a time, with or without a zone.
pub(super) fn time_of(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.len() >= 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        let number: f64 = text.parse().ok()?;
        let seconds = UNITS.iter().map(|unit| number / unit).find(|seconds| SECONDS.contains(seconds))?;
        #[expect(clippy::cast_possible_truncation, reason = "it lies within the range of seconds")]
        return Some(seconds as i64);
    }
    date_of(text)
}

/// `2026-01-02T03:04:05`, with a blank for the T, fractions and zones as they come.
fn date_of(text: &str) -> Option<i64> {
    const FORM: &[u8] = b"dddd-dd-ddTdd:dd";
    let fits = |(byte, form): (&u8, &u8)| match form {
        b'd' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b't' | b' '),
        exactly => byte == exactly,
    };
    if text.len() < FORM.len()
        || text.len() > 40
        || !text.bytes().zip(FORM).all(|(byte, form)| fits((&byte, form)))
    {
        return None;
    }
    let rest = |c: char| c.is_ascii_digit() || ":.,+-Zz UTC".contains(c);
    if !text[FORM.len()..].chars().all(rest) {
        return None;
    }
    // To the minute and as though in UTC: the zone shifts it by less than what counts as near.
    let minute = format!("{}T{}:00Z", text.get(..10)?, text.get(11..16)?);
    Epoch::parse_rfc3339(&minute).ok().map(|epoch| epoch.timestamp_at(Moment::ZERO).0)
}

/// Whether what stands at a path measures time by its name or form: a duration, an age, `a minute ago`. No counts and no words:
/// where they differ, events were lost.
pub(super) fn is_measure(path: &str, value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.as_u64().is_none_or(|number| number > MOST_EVENTS)
                || words_of(path).any(|word| is_of_time(&word))
        }
        Value::String(text) => {
            let said = |word: String| is_of_time(word.trim_start_matches(|c: char| c.is_ascii_digit()));
            let number = text.parse::<f64>().is_ok();
            text.len() <= LONG_MEASURE
                && (number && words_of(path).any(|word| is_of_time(&word))
                    || !number && text.split_whitespace().any(|word| said(word.to_ascii_lowercase())))
        }
        _ => false,
    }
}

/// Whether a text may be another each time, by chance: short, with digits, and not a number.
pub(super) fn is_chance(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.len() <= LONG_MEASURE
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.trim().parse::<f64>().is_err()
}

fn is_of_time(word: &str) -> bool {
    MEASURES.contains(&word)
}

/// The words of a path's names, in small letters: `$.lastEvent.age_seconds` has four.
fn words_of(path: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in path.chars() {
        if !c.is_ascii_alphabetic() || small && c.is_ascii_uppercase() {
            words.push(String::new());
        }
        small = c.is_ascii_lowercase();
        if c.is_ascii_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.into_iter()
}

/// Whether a key names rows: its integers count up with every session.
pub(super) fn is_row_key(name: &str) -> bool {
    let small = name.to_ascii_lowercase();
    matches!(small.as_str(), "id" | "_id" | "ids" | "rowid" | "pk" | "oid")
        || small.ends_with("_id")
        || small.ends_with("_ids")
        || name.ends_with("Id")
        || name.ends_with("Ids")
        || name.strip_suffix("ID").is_some_and(|name| name.ends_with(|c: char| c.is_ascii_lowercase()))
}

/// Whether a text is a random ID and nothing else: hex digits, a ULID, a document's ID and their like, perhaps behind a short
/// prefix such as `evt_`.
pub(super) fn is_row_id(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let hex = text.len() >= 16 && text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hex && digits >= 2 && letters >= 1 {
        return true;
    }
    let body = match text.split_once('_') {
        Some((prefix, body))
            if (1..=6).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_lowercase()) =>
        {
            body
        }
        _ => text,
    };
    // Words have no digits among their letters, and names of events have underscores.
    LONG.contains(&body.len())
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && body.bytes().filter(u8::is_ascii_digit).count() >= 3
        && letters >= 3
}

/// The text with `{id}` in the place of each UUID.
pub(super) fn uuids_replaced(text: &str) -> String {
    const FORM: &[u8] = b"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    let mut at = 0;
    while at + FORM.len() <= bytes.len() {
        let window = &bytes[at..at + FORM.len()];
        let fits = window.iter().zip(FORM).all(|(byte, form)| match form {
            b'x' => byte.is_ascii_hexdigit(),
            dash => byte == dash,
        });
        if fits {
            out.push_str(&text[rest..at]);
            out.push_str("{id}");
            at += FORM.len();
            rest = at;
        } else {
            at += 1;
        }
    }
    out.push_str(&text[rest..]);
    out
}
