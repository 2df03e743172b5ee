//! What a scalar stands for: the core schema of YAML 1.2, as far as JSON can say it.

use serde_json::Number;

use super::yaml::Scalar;

/// What a scalar stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolved {
    /// `null`, `~`, nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number that JSON can hold.
    Number {
        /// The number itself.
        number: Number,
        /// Written without point and exponent.
        integer: bool,
        /// False for an integer beyond 64 bits and a decimal of too many digits, which lose some.
        exact: bool,
    },
    /// `.inf`, `.nan`, or a number that is too large: JSON has none of them.
    NotFinite,
    /// Everything else, and everything in quotes.
    Text,
}

/// Resolves a scalar. YAML 1.1's `yes`, `on`, `1_000` and `0o` without the letter are text or decimal, as in 1.2.
pub fn resolve(scalar: &Scalar) -> Resolved {
    if !scalar.plain {
        return Resolved::Text;
    }
    match scalar.text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "true" | "True" | "TRUE" => Resolved::Bool(true),
        "false" | "False" | "FALSE" => Resolved::Bool(false),
        text => not_finite(text).or_else(|| integer(text)).or_else(|| float(text)).unwrap_or(Resolved::Text),
    }
}

fn not_finite(text: &str) -> Option<Resolved> {
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    let infinite = matches!(bare, ".inf" | ".Inf" | ".INF");
    let nan = matches!(text, ".nan" | ".NaN" | ".NAN");
    (infinite || nan).then_some(Resolved::NotFinite)
}

fn integer(text: &str) -> Option<Resolved> {
    let exact = |number: Number| Some(Resolved::Number { number, integer: true, exact: true });
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        let digits = text.strip_prefix(prefix).filter(|digits| digits.chars().all(|c| c.is_digit(radix)));
        if let Some(digits) = digits.filter(|digits| !digits.is_empty()) {
            // Beyond 64 bits there is no good reading of such a number.
            return u64::from_str_radix(digits, radix).ok().map_or(Some(Resolved::Text), |n| exact(n.into()));
        }
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if let Ok(number) = text.parse::<i64>() {
        return exact(number.into());
    }
    if let Ok(number) = text.parse::<u64>() {
        return exact(number.into());
    }
    let rounded = text.parse().ok().and_then(Number::from_f64);
    Some(rounded.map_or(Resolved::NotFinite, |number| Resolved::Number {
        number,
        integer: true,
        exact: false,
    }))
}

fn float(text: &str) -> Option<Resolved> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
        None => digits(mantissa),
    };
    let exponent =
        exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)));
    if !(mantissa && exponent) {
        return None;
    }
    let number = text.parse().ok().and_then(Number::from_f64);
    Some(number.map_or(Resolved::NotFinite, |number| {
        let exact = figures(text) == figures(&number.to_string());
        Resolved::Number { number, integer: false, exact }
    }))
}

/// The digits of a number, without those that only say how large it is.
fn figures(text: &str) -> String {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn plain(text: &str) -> Resolved {
        resolve(&Scalar { text: text.to_owned(), plain: true })
    }

    fn number(text: &str) -> Value {
        match plain(text) {
            Resolved::Number { number, .. } => Value::Number(number),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn the_core_schema_is_followed() {
        for text in ["", "~", "null", "NULL"] {
            assert_eq!(plain(text), Resolved::Null);
        }
        assert_eq!(plain("True"), Resolved::Bool(true));
        for (text, value) in [
            ("0", json!(0)),
            ("-12", json!(-12)),
            ("+12", json!(12)),
            ("007", json!(7)),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("18446744073709551615", json!(u64::MAX)),
            ("1.5", json!(1.5)),
            (".5", json!(0.5)),
            ("1.", json!(1.0)),
            ("-1.5e3", json!(-1500.0)),
            ("1e-3", json!(0.001)),
            ("0.1", json!(0.1)),
        ] {
            assert_eq!(number(text), value, "{text}");
        }
        for text in [".inf", "-.INF", ".nan", "1e999"] {
            assert_eq!(plain(text), Resolved::NotFinite, "{text}");
        }
        for text in
            ["yes", "off", "1_000", "1.2.3", "-", "+", ".", "e5", "0x", "0xg", "5s", "1e", "inf", "NaN"]
        {
            assert_eq!(plain(text), Resolved::Text, "{text}");
        }
    }

    #[test]
    fn quotes_make_text() {
        assert_eq!(resolve(&Scalar { text: "5".to_owned(), plain: false }), Resolved::Text);
    }

    #[test]
    fn integers_beyond_64_bits_are_rounded_and_say_so() {
        assert!(matches!(plain("18446744073709551616"), Resolved::Number { exact: false, .. }));
    }

    #[test]
    fn decimals_that_lose_digits_say_so() {
        for text in ["0.12345678901234567890", "1234567890123456789.5", "1e-400"] {
            assert!(matches!(plain(text), Resolved::Number { exact: false, .. }), "{text}");
        }
        for text in
            ["0.1", "1.50", "-007.25", "1e3", "12.5e-3", "0.0", "5e-324", "1e300", "4.000000000000001"]
        {
            assert!(matches!(plain(text), Resolved::Number { exact: true, .. }), "{text}");
        }
    }
}
