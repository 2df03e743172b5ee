//! Spans of time as they are written: `5s`, `4s..6s`, `5s ±400ms`, `exp(2s)`, `normal(5s, 400ms)`,
//! `lognormal(3s, 15s)`.

use super::types::{Gap, LONGEST};
use super::words::quote;

/// A duration, as a regular expression without anchors.
pub const DURATION: &str = r"[0-9]+(\.[0-9]+)?(ms|s|m|h|d)";

/// A gap, as a regular expression for the JSON Schema. Figures that contradict each other are the reader's business.
pub fn pattern() -> String {
    let spread = r"±|\+-|\+/-";
    format!(
        r"^({DURATION}( *(\.\.|{spread}) *{DURATION})?|exp\( *{DURATION} *\)|(log)?normal\( *{DURATION} *, *{DURATION} *\))$"
    )
}

/// Why a text is not a span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAGap {
    /// What is wrong.
    pub message: String,
    /// What to write.
    pub help: String,
}

impl NotAGap {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

const FORMS: &str = "write a duration `5s`, a range `4s..6s`, `5s ±400ms`, `exp(2s)`, `normal(5s, 400ms)` or `lognormal(3s, 15s)`";

/// The units and their nanoseconds.
const UNITS: [(&str, u64); 5] = [
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// Reads a gap.
pub fn parse(text: &str) -> Result<Gap, NotAGap> {
    if let Some((low, high)) = text.split_once("..") {
        return range(low.trim_end_matches(' '), high.trim_start_matches(' '));
    }
    for sign in ["±", "+/-", "+-"] {
        if let Some((center, spread)) = text.split_once(sign) {
            return around(center.trim_end_matches(' '), spread.trim_start_matches(' '));
        }
    }
    if let Some((name, rest)) = text.split_once('(') {
        return call(text, name, rest);
    }
    duration(text).map(Gap::Fixed)
}

fn range(low: &str, high: &str) -> Result<Gap, NotAGap> {
    if low.is_empty() || high.is_empty() {
        return Err(NotAGap::new("a range needs both ends", "write `4s..6s`"));
    }
    if is_number(low) && duration(high).is_ok() {
        let unit = high.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let help = format!("did you mean `{low}{unit}..{high}`?");
        return Err(NotAGap::new(format!("{} has no unit", quote(low)), help));
    }
    let (from, to) = (duration(low)?, duration(high)?);
    if from > to {
        let message = format!("the range ends before it begins: {low} is longer than {high}");
        return Err(NotAGap::new(message, format!("did you mean `{high}..{low}`?")));
    }
    Ok(Gap::Range(from, to))
}

fn around(center: &str, spread: &str) -> Result<Gap, NotAGap> {
    let (middle, width) = (duration(center)?, duration(spread)?);
    let Some(low) = middle.checked_sub(width) else {
        let message = format!("{center} ±{spread} reaches below zero, and no gap is negative");
        return Err(NotAGap::new(message, format!("write the range that you mean, as in `0s..{center}`")));
    };
    match middle + width {
        high if high > LONGEST => Err(too_long(&format!("{center} ±{spread}"))),
        high => Ok(Gap::Range(low, high)),
    }
}

fn call(text: &str, name: &str, rest: &str) -> Result<Gap, NotAGap> {
    let Some(arguments) = rest.strip_suffix(')') else {
        let help = match name {
            "normal" | "lognormal" => format!(
                "inside of braces a comma ends the value: put it in quotes, as in `after: \"{name}(5s, 15s)\"`"
            ),
            _ => "close it with `)`".to_owned(),
        };
        return Err(NotAGap::new(format!("{} has no closing `)`", quote(text)), help));
    };
    let arguments: Vec<&str> = arguments.split(',').map(|argument| argument.trim_matches(' ')).collect();
    match (name, arguments.as_slice()) {
        ("exp", [mean]) => Ok(Gap::Exp(duration(mean)?)),
        ("exp", _) => Err(NotAGap::new("`exp` takes one duration, the mean", "write `exp(2s)`")),
        ("normal", [mean, deviation]) => Ok(Gap::Normal(duration(mean)?, duration(deviation)?)),
        ("normal", _) => Err(NotAGap::new(
            "`normal` takes two durations, the mean and the standard deviation",
            "write `normal(5s, 400ms)`",
        )),
        ("lognormal", [median, high]) => lognormal(median, high),
        ("lognormal", _) => Err(NotAGap::new(
            "`lognormal` takes two durations, the median and the 95th percentile",
            "write `lognormal(3s, 15s)`",
        )),
        _ => Err(NotAGap::new(
            format!("{} is not a distribution", quote(name)),
            "there are `exp(mean)`, `normal(mean, deviation)` and `lognormal(median, 95th percentile)`; \
             a uniform one is `4s..6s`",
        )),
    }
}

fn lognormal(median: &str, high: &str) -> Result<Gap, NotAGap> {
    let (middle, percentile) = (duration(median)?, duration(high)?);
    if middle == 0 {
        return Err(NotAGap::new("the median of `lognormal` is above zero", "write `lognormal(3s, 15s)`"));
    }
    if percentile < middle {
        return Err(NotAGap::new(
            format!("the 95th percentile, {high}, is below the median, {median}"),
            format!("the median comes first: did you mean `lognormal({high}, {median})`?"),
        ));
    }
    Ok(Gap::LogNormal(middle, percentile))
}

/// Reads a duration as nanoseconds.
pub fn duration(text: &str) -> Result<u64, NotAGap> {
    if text.starts_with(['-', '−']) {
        return Err(NotAGap::new(format!("{} is negative", quote(text)), "a gap is 0s or longer"));
    }
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    if !is_number(number) {
        return Err(NotAGap::new(format!("{} is not a duration", quote(text)), FORMS));
    }
    let Some((_, nanoseconds)) = UNITS.into_iter().find(|(name, _)| *name == unit) else {
        return Err(wrong_unit(text, number, unit));
    };
    scaled(number, nanoseconds).filter(|length| *length <= LONGEST).ok_or_else(|| too_long(text))
}

/// Digits, with a point in between or without.
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(text),
    }
}

/// The number times the unit, exactly; what is below a nanosecond is cut off. `None` if it is far too large.
fn scaled(number: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    // Beyond 15 digits there is less than a nanosecond in a day.
    let fraction = &fraction[..fraction.len().min(15)];
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let below_one = if fraction.is_empty() { 0 } else { fraction.parse::<u128>().ok()? };
    let whole = whole.parse::<u128>().ok()?.checked_mul(unit.into())?;
    u64::try_from(whole.checked_add(below_one * u128::from(unit) / scale)?).ok()
}

fn too_long(text: &str) -> NotAGap {
    NotAGap::new(
        format!("{} is longer than 366 days", quote(text)),
        "no gap and no session is longer than that",
    )
}

fn wrong_unit(text: &str, number: &str, unit: &str) -> NotAGap {
    if unit.is_empty() {
        let help = format!("did you mean `{number}s` or `{number}ms`?");
        return NotAGap::new(format!("{} has no unit", quote(text)), help);
    }
    let meant = match unit.trim().to_lowercase().as_str() {
        "ms" | "msec" | "msecs" | "milli" | "millis" | "millisecond" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "us" | "µs" | "μs" | "ns" => {
            return NotAGap::new(
                format!("{} is not a unit", quote(unit)),
                "the smallest unit is `ms`; `0.5ms` is half of one",
            );
        }
        _ => {
            return NotAGap::new(
                format!("{} is not a unit", quote(unit)),
                "the units are `ms`, `s`, `m`, `h` and `d`",
            );
        }
    };
    NotAGap::new(format!("{} is not a duration", quote(text)), format!("did you mean `{number}{meant}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;
    const S: u64 = 1_000 * MS;

    #[test]
    fn every_form_is_read() {
        for (text, gap) in [
            ("250ms", Gap::Fixed(250 * MS)),
            ("0s", Gap::Fixed(0)),
            ("1.5s", Gap::Fixed(1_500 * MS)),
            ("0.0000001s", Gap::Fixed(100)),
            ("2m", Gap::Fixed(120 * S)),
            ("1h", Gap::Fixed(3_600 * S)),
            ("366d", Gap::Fixed(LONGEST)),
            ("4s..6s", Gap::Range(4 * S, 6 * S)),
            ("500ms .. 1.5s", Gap::Range(500 * MS, 1_500 * MS)),
            ("5s ±400ms", Gap::Range(4_600 * MS, 5_400 * MS)),
            ("5s±5s", Gap::Range(0, 10 * S)),
            ("5s +- 400ms", Gap::Range(4_600 * MS, 5_400 * MS)),
            ("5s +/-400ms", Gap::Range(4_600 * MS, 5_400 * MS)),
            ("exp(2s)", Gap::Exp(2 * S)),
            ("normal(5s, 400ms)", Gap::Normal(5 * S, 400 * MS)),
            ("lognormal( 3s,15s )", Gap::LogNormal(3 * S, 15 * S)),
        ] {
            assert_eq!(parse(text), Ok(gap), "{text}");
        }
    }

    #[test]
    fn every_slip_is_explained() {
        for (text, message, help) in [
            ("5", "`5` has no unit", "`5s` or `5ms`"),
            ("0", "`0` has no unit", "`0s`"),
            ("4..6s", "`4` has no unit", "`4s..6s`"),
            ("4s..6", "`6` has no unit", "`6s`"),
            ("6s..4s", "ends before it begins", "`4s..6s`"),
            ("4s..", "both ends", "4s..6s"),
            ("1s ±2s", "below zero", "0s..1s"),
            ("-5s", "negative", "0s"),
            ("5 s", "not a duration", "`5s`"),
            ("5S", "not a duration", "`5s`"),
            ("5 seconds", "not a duration", "`5s`"),
            ("2min", "not a duration", "`2m`"),
            ("5us", "not a unit", "`0.5ms`"),
            ("5w", "not a unit", "`d`"),
            ("soon", "not a duration", "4s..6s"),
            ("", "not a duration", "4s..6s"),
            ("1.s", "not a duration", "4s..6s"),
            ("1e3s", "not a unit", "`ms`"),
            ("367d", "longer than 366 days", "no gap"),
            ("99999999999999999999999999999999999999999999d", "longer than 366 days", "no gap"),
            ("366d ±1s", "longer than 366 days", "no gap"),
            ("exp(2s, 3s)", "one duration", "exp(2s)"),
            ("exp()", "not a duration", "exp(2s)"),
            ("normal(5s)", "two durations", "normal(5s, 400ms)"),
            ("normal(5s", "no closing", "quotes"),
            ("exp(2s", "no closing", "`)`"),
            ("lognormal(15s, 3s)", "below the median", "lognormal(3s, 15s)"),
            ("lognormal(0s, 3s)", "above zero", "lognormal"),
            ("uniform(1s, 2s)", "not a distribution", "4s..6s"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.message.contains(message), "{text}: {}", error.message);
            assert!(error.help.contains(help), "{text}: {}", error.help);
        }
    }
}
