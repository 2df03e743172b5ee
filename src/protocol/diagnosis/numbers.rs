//! Numbers as other languages print them.

use super::reason::Reason;

/// How numbers are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// As they are.
    AsIs,
    /// Every number as JavaScript prints it.
    JavaScript,
    /// Integers as they are, all else as Python prints a float.
    Python,
    /// Every number as Python prints a float.
    Floats,
    /// Every number as Java prints a double.
    Java,
}

impl Numbers {
    pub(super) const ALL: [Self; 5] = [Self::AsIs, Self::JavaScript, Self::Python, Self::Floats, Self::Java];

    /// The reason that it is.
    pub(super) const fn reason(self) -> Option<Reason> {
        match self {
            Self::AsIs => None,
            Self::JavaScript => Some(Reason::SignedNumbersAsJavascript),
            Self::Python => Some(Reason::SignedNumbersAsPython),
            Self::Floats => Some(Reason::SignedNumbersAsFloats),
            Self::Java => Some(Reason::SignedNumbersAsJava),
        }
    }

    /// Prints a JSON number. What no double can hold stays as it is.
    pub(super) fn print(self, number: &str) -> String {
        let value = number.parse::<f64>().ok().filter(|value| value.is_finite());
        let Some(value) = value else { return number.to_owned() };
        match self {
            Self::AsIs => number.to_owned(),
            Self::JavaScript if value == 0.0 => "0".to_owned(),
            Self::JavaScript => Digits::of(value).print(-7..21, |exponent| format!("e{exponent:+}"), false),
            Self::Python if number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
                number.to_owned()
            }
            Self::Python | Self::Floats => {
                let sign = |exponent: i32| if exponent < 0 { '-' } else { '+' };
                let power = |exponent: i32| format!("e{}{:02}", sign(exponent), exponent.unsigned_abs());
                let text = Digits::of(value).print(-4..16, power, true);
                // Beyond the plain range Python writes 1e+16 without a point.
                text.replace(".0e", "e")
            }
            Self::Java => Digits::of(value).print(-3..7, |exponent| format!("E{exponent}"), true),
        }
    }
}

/// The shortest decimal digits that give the number back, and where their point stands.
struct Digits {
    negative: bool,
    text: String,
    exponent: i32,
}

impl Digits {
    fn of(value: f64) -> Self {
        let text = format!("{:e}", value.abs());
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        Self {
            negative: value.is_sign_negative(),
            text: digits.replace('.', ""),
            exponent: exponent.parse().unwrap_or(0),
        }
    }

    /// Plainly where the exponent lies in the range, else with a power. `pointed`: with `.0` where it is whole.
    fn print(&self, plain: std::ops::Range<i32>, power: impl Fn(i32) -> String, pointed: bool) -> String {
        let mut out = if self.negative { "-".to_owned() } else { String::new() };
        let digits = &self.text;
        let whole = if plain.contains(&self.exponent) { self.exponent } else { 0 };
        if let Ok(whole) = usize::try_from(whole) {
            let (before, after) = digits.split_at(digits.len().min(whole + 1));
            out.push_str(before);
            out.extend(std::iter::repeat_n('0', whole + 1 - before.len()));
            if !after.is_empty() || pointed {
                out.push('.');
                out.push_str(if after.is_empty() { "0" } else { after });
            }
        } else {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', usize::try_from(-1 - whole).unwrap_or(0)));
            out.push_str(digits);
        }
        if whole != self.exponent {
            out.push_str(&power(self.exponent));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_other_languages_print_them() {
        // From Node 20, Python 3.11 (json.dumps) and Java 17 (Double.toString).
        for (number, javascript, python, floats, java) in [
            ("0", "0", "0", "0.0", "0.0"),
            ("-0.0", "0", "-0.0", "-0.0", "-0.0"),
            ("1.0", "1", "1.0", "1.0", "1.0"),
            ("4.370", "4.37", "4.37", "4.37", "4.37"),
            ("-1E3", "-1000", "-1000.0", "-1000.0", "-1000.0"),
            ("1689684577", "1689684577", "1689684577", "1689684577.0", "1.689684577E9"),
            ("20000000", "20000000", "20000000", "20000000.0", "2.0E7"),
            ("0.00001", "0.00001", "1e-05", "1e-05", "1.0E-5"),
            ("0.001", "0.001", "0.001", "0.001", "0.001"),
            ("1e21", "1e+21", "1e+21", "1e+21", "1.0E21"),
            (
                "123456789012345680000",
                "123456789012345680000",
                "123456789012345680000",
                "1.2345678901234568e+20",
                "1.2345678901234568E20",
            ),
            ("1.5e300", "1.5e+300", "1.5e+300", "1.5e+300", "1.5E300"),
            ("1e999", "1e999", "1e999", "1e999", "1e999"),
            (
                "9007199254740993",
                "9007199254740992",
                "9007199254740993",
                "9007199254740992.0",
                "9.007199254740992E15",
            ),
        ] {
            let printed = Numbers::ALL.map(|style| style.print(number));
            assert_eq!(printed, [number, javascript, python, floats, java], "{number}");
        }
    }
}
