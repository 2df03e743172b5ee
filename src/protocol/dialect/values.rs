//! The types of the dialect's fields.

use std::fmt;
use std::str::FromStr;

/// Declares an enum whose values have names that users write.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $( $(#[$variant_doc:meta])* $variant:ident = $text:literal, )* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $( $(#[$variant_doc])* $variant, )* }

        impl $name {
            /// The names that users write.
            pub const NAMES: &'static [&'static str] = &[$( $text, )*];

            /// The name that users write.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $( $text => Ok(Self::$variant), )* _ => Err(()) }
            }
        }
    };
}
pub(super) use choice;

choice! {
    /// Which page's events exist.
    EventSet {
        /// The newer page's 21.
        Current = "current",
        /// The older page's 19.
        Older = "older",
    }
}

choice! {
    /// How non-ASCII text stands in bodies.
    Charset {
        /// Escaped as `\uXXXX`, so that every body is ASCII and every way of hashing it agrees.
        Ascii = "ascii",
        /// As UTF-8.
        Utf8 = "utf8",
    }
}

choice! {
    /// What the MAC is computed over where a body is not plain ASCII.
    MacInput {
        /// The bytes that are sent.
        Bytes = "bytes",
        /// What the page's snippet hashes: Node's 'ascii' takes the low byte of each UTF-16 unit.
        Latin1 = "latin1",
    }
}

choice! {
    /// What stands in place of a payload where an event has none.
    EmptyPayload {
        /// No key.
        Absent = "absent",
        /// `{}`
        Object = "object",
        /// `null`
        Null = "null",
    }
}

choice! {
    /// How `snr` is written.
    SnrNumber {
        /// With up to two decimals.
        Decimal = "decimal",
        /// Rounded to an integer, as in the page's example.
        Integer = "integer",
    }
}

choice! {
    /// What `snr` is measured in. The marks -100, -91 and -90 are the same in both.
    SnrScale {
        /// dB; good scans show 1 to 12.
        Decibel = "decibel",
        /// Of 12 dB, so that an excellent scan shows the page's 100.
        Percent = "percent",
    }
}

choice! {
    /// What the envelope's sequence does when the page is loaded again.
    ReloadSequence {
        /// Starts at 0 again.
        Restart = "restart",
        /// Goes on.
        Continue = "continue",
    }
}

choice! {
    /// What session IDs look like where the user gives none. Customers choose them; both were seen.
    SessionIdStyle {
        /// A version 4 UUID.
        Uuid = "uuid",
        /// 25 lower-case letters and digits.
        Alphanumeric = "alphanumeric",
    }
}

choice! {
    /// Whether an event waits for the reply to the one before.
    Order {
        /// One at a time in each session.
        Sequential = "sequential",
        /// Each when it is due.
        Concurrent = "concurrent",
    }
}

/// A set of HTTP statuses, such as `200-299,302`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusSet(Vec<(u16, u16)>);

impl StatusSet {
    /// 200 to 299.
    pub fn success() -> Self {
        Self(vec![(200, 299)])
    }

    /// True where the status is in the set.
    pub fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|(low, high)| (*low..=*high).contains(&status))
    }
}

impl fmt::Display for StatusSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (low, high)) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(",")?;
            }
            if low == high {
                write!(f, "{low}")?;
            } else {
                write!(f, "{low}-{high}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for StatusSet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is not a set of HTTP statuses, such as 200-299 or 200,204");
        let mut ranges = Vec::new();
        for part in text.split(',') {
            let (low, high) = part.split_once('-').unwrap_or((part, part));
            let low: u16 = low.trim().parse().map_err(|_| wrong())?;
            let high: u16 = high.trim().parse().map_err(|_| wrong())?;
            if !(100..=999).contains(&low) || !(low..=999).contains(&high) {
                return Err(wrong());
            }
            ranges.push((low, high));
        }
        Ok(Self(ranges))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_sets() {
        let set: StatusSet = "200-204, 302".parse().unwrap();
        assert!(set.contains(200) && set.contains(204) && set.contains(302));
        assert!(!set.contains(205) && !set.contains(199));
        assert_eq!(set.to_string(), "200-204,302");
        for wrong in ["", "2xx", "299-200", "20", "200-", "1000"] {
            assert!(wrong.parse::<StatusSet>().is_err(), "{wrong}");
        }
    }
}
