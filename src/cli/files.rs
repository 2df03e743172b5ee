//! Reading the files that a user names.

use std::io::{ErrorKind, Read};
use std::path::Path;

use super::error::CliError;

/// Reads a file of at most `limit` bytes; `-` is standard input.
pub(super) fn read(path: &Path, what: &str, limit: u64) -> Result<Vec<u8>, CliError> {
    let shown = path.display();
    let explain = |error: std::io::Error| {
        let why = match error.kind() {
            ErrorKind::NotFound => "there is no such file".to_owned(),
            ErrorKind::PermissionDenied => "this user may not read it".to_owned(),
            ErrorKind::IsADirectory => "it is a folder".to_owned(),
            _ => error.to_string(),
        };
        CliError::usage(format!("cannot read {what} {shown}: {why}"))
    };
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().lock().take(limit + 1).read_to_end(&mut bytes).map_err(explain)?;
    } else {
        let file = std::fs::File::open(path).map_err(explain)?;
        file.take(limit + 1).read_to_end(&mut bytes).map_err(explain)?;
    }
    if bytes.len() as u64 > limit {
        return Err(CliError::usage(format!(
            "{what} {shown} is larger than {limit} bytes, which is the limit"
        )));
    }
    Ok(bytes)
}

/// Reads a text file of at most `limit` bytes.
pub(super) fn read_text(path: &Path, what: &str, limit: u64) -> Result<String, CliError> {
    String::from_utf8(read(path, what, limit)?)
        .map_err(|error| {
            let place = error.utf8_error().valid_up_to();
            CliError::usage(format!("{what} {} is not UTF-8 text: see byte {place}", path.display()))
        })
        .map(|text| text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Whether a text begins as one in UTF-16 does: with its mark, or with a character below 256.
pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=255, ..] | [1..=255, 0, ..])
}
