//! Writing JSON the way the dialect wants its text, and reading objects.

use std::fmt;
use std::io::{self, Write as _};
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error, MapAccess, Unexpected, Visitor};
use serde::{Deserializer, Serialize as _};
use serde_json::ser::{CompactFormatter, Formatter};
use serde_json::value::RawValue;

use super::dialect::Charset;

/// Reads an object. serde would read a struct from an array of its values too, which is another document.
///
/// # Errors
/// What is wrong with it, with line and column.
pub fn read_object<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let object = deserializer.deserialize_map(Object(PhantomData))?;
    deserializer.end()?;
    Ok(object)
}

struct Object<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// Reads a whole number in any form that JSON has for it: `1`, `1.0`, `10e-1`. One with a point or an exponent is exact up
/// to 2^53; what is larger is refused.
///
/// # Errors
/// It is no number, it has a fraction, or `T` does not hold it.
pub fn read_whole<'de, D: Deserializer<'de>, T: TryFrom<i128>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Whole(PhantomData))
}

struct Whole<T>(PhantomData<T>);

impl<T: TryFrom<i128>> Whole<T> {
    fn held<E: Error>(&self, number: i128, written: Unexpected<'_>) -> Result<T, E> {
        T::try_from(number).map_err(|_| E::invalid_value(written, self))
    }
}

impl<T: TryFrom<i128>> Visitor<'_> for Whole<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::any::type_name::<T>())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        self.held(number.into(), Unexpected::Unsigned(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        self.held(number.into(), Unexpected::Signed(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if number.fract() != 0.0 || number.abs() > EXACT {
            return Err(E::invalid_type(Unexpected::Float(number), &self));
        }
        #[expect(clippy::cast_possible_truncation, reason = "it is whole, and smaller than 2^53")]
        let whole = number as i128;
        self.held(whole, Unexpected::Float(number))
    }
}

/// Writes a string with its quotes.
pub fn write_string(out: &mut Vec<u8>, text: &str, charset: Charset) {
    // The usual text needs no escape at all.
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\') {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
        return;
    }
    write_value(out, &serde_json::Value::from(text), charset);
}

/// Writes any value, compactly.
pub fn write_value(out: &mut Vec<u8>, value: &serde_json::Value, charset: Charset) {
    // Writing a Value into a Vec cannot fail: no map has keys that are not strings, and no write falls short.
    let _ = match charset {
        Charset::Ascii => {
            value.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, AsciiFormatter))
        }
        Charset::Utf8 => {
            value.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, CompactFormatter))
        }
    };
}

/// Writes JSON as somebody wrote it: its numbers, its escapes and its keys stay, also those that a `Value` cannot hold
/// (an integer of 30 digits, a key that is there twice). Only the blanks between them go.
pub fn write_raw(out: &mut Vec<u8>, json: &RawValue, charset: Charset) {
    let (mut in_string, mut escaped) = (false, false);
    for character in json.get().chars() {
        match character {
            ' ' | '\t' | '\r' | '\n' if !in_string => continue,
            '"' if !escaped => in_string = !in_string,
            _ => {}
        }
        escaped = in_string && character == '\\' && !escaped;
        // Writing into a Vec cannot fail.
        let _ = match charset {
            // Only strings hold anything beyond ASCII.
            Charset::Ascii => write_ascii(out, character),
            Charset::Utf8 => write!(out, "{character}"),
        };
    }
}

/// Writes an unsigned integer.
pub fn write_integer(out: &mut Vec<u8>, number: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Writes hundredths the way JavaScript prints the number: no trailing zeros, no point where it is whole.
pub fn write_hundredths(out: &mut Vec<u8>, hundredths: i32) {
    if hundredths < 0 {
        out.push(b'-');
    }
    let amount = hundredths.unsigned_abs();
    write_integer(out, amount / 100);
    let (tenths, rest) = (amount % 100 / 10, amount % 10);
    if tenths + rest > 0 {
        out.push(b'.');
        write_integer(out, tenths);
        if rest > 0 {
            write_integer(out, rest);
        }
    }
}

/// Everything beyond ASCII, and DEL, as `\uXXXX` with lower-case digits, in surrogate pairs where needed.
struct AsciiFormatter;

impl Formatter for AsciiFormatter {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        fragment.chars().try_for_each(|character| write_ascii(writer, character))
    }
}

fn write_ascii<W: ?Sized + io::Write>(writer: &mut W, character: char) -> io::Result<()> {
    if character.is_ascii() && character != '\u{7f}' {
        return writer.write_all(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
    character.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(writer, "\\u{unit:04x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &str, charset: Charset) -> String {
        let mut out = Vec::new();
        write_string(&mut out, text, charset);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn strings() {
        assert_eq!(string("plain", Charset::Ascii), r#""plain""#);
        assert_eq!(string("é😀\u{7f}\n\"\\/", Charset::Ascii), r#""\u00e9\ud83d\ude00\u007f\n\"\\/""#);
        assert_eq!(string("é😀\n", Charset::Utf8), r#""é😀\n""#);
    }

    #[test]
    fn hundredths_look_as_in_javascript() {
        for (hundredths, text) in [
            (0, "0"),
            (5, "0.05"),
            (50, "0.5"),
            (100, "1"),
            (437, "4.37"),
            (-10_000, "-100"),
            (-5, "-0.05"),
            (1010, "10.1"),
        ] {
            let mut out = Vec::new();
            write_hundredths(&mut out, hundredths);
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }

    #[test]
    fn whole_numbers_have_many_forms() {
        let read = |json: &str| {
            let sequence: Result<u64, _> = read_whole(&mut serde_json::Deserializer::from_str(json));
            sequence.map_err(|error| error.to_string())
        };
        let forms = ["100", "100.0", "1e2", "1E+2", "1000e-1", "0.1e3", "100.000"];
        assert!(forms.iter().all(|form| read(form) == Ok(100)));
        assert_eq!((read("-0.0"), read("18446744073709551615")), (Ok(0), Ok(u64::MAX)));
        assert_eq!(read("9007199254740992.0"), Ok(1 << 53));
        for (json, wrong) in [
            ("1.5", "invalid type: floating point `1.5`, expected u64"),
            ("1e300", "expected u64"),
            ("9007199254740994.0", "expected u64"),
            ("-1", "invalid value: integer `-1`, expected u64"),
            ("-1.0", "invalid value: floating point `-1.0`, expected u64"),
            (r#""1""#, "invalid type: string \"1\", expected u64"),
            ("null", "invalid type: null, expected u64"),
            ("1e400", "number out of range"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(wrong), "{json}: {error}");
        }
        let stamp: i64 = read_whole(&mut serde_json::Deserializer::from_str("-1.767323045e9")).unwrap();
        assert_eq!(stamp, -1_767_323_045);
    }

    fn raw(json: &str, charset: Charset) -> String {
        let mut out = Vec::new();
        write_raw(&mut out, &RawValue::from_string(json.to_owned()).unwrap(), charset);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_somebody_wrote_stays() {
        let written = "{ \"a b\" : 123456789012345678901234567890,\n\t\"a b\": [1.50, 1e400, -0] }";
        assert_eq!(
            raw(written, Charset::Ascii),
            r#"{"a b":123456789012345678901234567890,"a b":[1.50,1e400,-0]}"#
        );
        let texts = r#" ["é\u{7f} \" , \\", "\u0041\/ [ ]"] "#.replace("\\u{7f}", "\u{7f}");
        assert_eq!(raw(&texts, Charset::Ascii), r#"["\u00e9\u007f \" , \\","\u0041\/ [ ]"]"#);
        assert_eq!(raw(&texts, Charset::Utf8), texts.trim().replace("\", \"", "\",\""));
    }

    proptest::proptest! {
        #[test]
        fn what_somebody_wrote_means_the_same(texts in proptest::collection::vec(".*", 0..4)) {
            let value = serde_json::Value::from(texts);
            for charset in [Charset::Ascii, Charset::Utf8] {
                let pretty = serde_json::to_string_pretty(&value).unwrap();
                let written = raw(&pretty, charset);
                let mut anew = Vec::new();
                write_value(&mut anew, &value, charset);
                proptest::prop_assert_eq!(written.as_bytes(), anew);
            }
        }

        #[test]
        fn strings_read_back(text in ".*") {
            for charset in [Charset::Ascii, Charset::Utf8] {
                let written = string(&text, charset);
                proptest::prop_assert_eq!(&serde_json::from_str::<String>(&written).unwrap(), &text);
                proptest::prop_assert!(charset == Charset::Utf8 || written.is_ascii());
            }
        }
    }
}
