//! From verdicts to the bug that explains them.

use crate::outcome::check::{CaseResult, Diagnosis};

/// What the receiver does wrong, the likeliest first. `language`: the one in which fixes are shown; all where there is none.
pub fn diagnose(_cases: &[CaseResult], _language: Option<&str>) -> Vec<Diagnosis> {
    Vec::new()
}
