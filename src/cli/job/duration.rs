//! Durations as flags: `10s`, `250ms`, `2m`, `none`.

use std::time::Duration;

use crate::cli::error::CliError;
use crate::scenario::file::gap;

/// Reads a duration; `none` is `None`.
pub(in crate::cli) fn read(flag: &str, text: &str) -> Result<Option<Duration>, CliError> {
    if text == "none" {
        return Ok(None);
    }
    gap::duration(text)
        .map(|nanos| Some(Duration::from_nanos(nanos)))
        .map_err(|_| CliError::usage(format!("--{flag} '{text}' is not a duration such as 250ms, 10s or 2m")))
}
