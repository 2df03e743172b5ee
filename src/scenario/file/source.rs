//! A file's text and what to call it.

use super::types::MAX_FILE_BYTES;
use crate::scenario::diagnostic::Diagnostic;

/// A text to read, and the name it is shown under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the user knows it.
    pub name: String,
    /// What the file holds.
    pub text: String,
    /// The file's name without its extension, where there is a file. The scenario's `name` has to equal it.
    pub stem: Option<String>,
}

impl Source {
    /// A text under a name.
    pub fn new(name: impl Into<String>, text: impl Into<String>, stem: Option<String>) -> Self {
        Self { name: name.into(), text: text.into(), stem }
    }

    /// Decodes a file's bytes. Where they are no text, the source holds what can be shown of them, and the
    /// diagnostics say why there is no point in reading on.
    pub fn from_bytes(
        name: impl Into<String>,
        bytes: &[u8],
        stem: Option<String>,
    ) -> (Self, Vec<Diagnostic>) {
        let name = name.into();
        if bytes.len() > MAX_FILE_BYTES {
            return (Self::new(name, "", stem), vec![too_large(bytes.len())]);
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => (Self::new(name, text, stem), Vec::new()),
            Err(error) => {
                let text = String::from_utf8_lossy(bytes).into_owned();
                let place = error.valid_up_to();
                let span = place..place + char::REPLACEMENT_CHARACTER.len_utf8();
                let diagnostic = not_utf8(bytes, place).unwrap_or_else(|| {
                    Diagnostic::error(
                        format!("byte {place} is not UTF-8 text"),
                        span,
                        format!("the byte here is 0x{:02x}", bytes[place]),
                    )
                    .help("save the file as UTF-8")
                });
                (Self::new(name, text, stem), vec![diagnostic])
            }
        }
    }
}

/// The file is larger than any scenario needs to be.
pub(super) fn too_large(bytes: usize) -> Diagnostic {
    Diagnostic::file(format!("the file has {bytes} bytes; the limit is 1 MiB ({MAX_FILE_BYTES} bytes)"))
        .help("use `repeat` or fragments where the same steps come again")
}

/// Names the encoding or kind of file where its first bytes give it away.
fn not_utf8(bytes: &[u8], place: usize) -> Option<Diagnostic> {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if utf16 {
        return Some(
            Diagnostic::file(format!("the file is UTF-16 (byte {place} is not UTF-8 text)"))
                .help("save the file as UTF-8"),
        );
    }
    let binary = bytes.iter().take(1024).any(|byte| matches!(byte, 0..=8 | 14..=26));
    binary.then(|| {
        Diagnostic::file(format!("the file is binary, not YAML (byte {place} is not UTF-8 text)"))
            .help("give the path of a scenario's YAML file")
    })
}
