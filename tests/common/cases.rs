//! How many cases a property is tried with.

use std::env;

/// The usual number, or what `PROPTEST_CASES` says.
pub fn cases(usual: u32) -> u32 {
    env::var("PROPTEST_CASES").map_or(usual, |text| text.parse().unwrap())
}
