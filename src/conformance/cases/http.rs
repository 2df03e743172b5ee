//! Section `http`.

use crate::conformance::case::Case;

pub(super) const CASES: &[Case] = &[];
