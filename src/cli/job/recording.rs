//! Reading the journal of an earlier run, to send it again.

use std::path::Path;

use super::journal::{self, Purpose};
use crate::cli::error::CliError;
use crate::delivery::Recording;
use crate::outcome::journal::read::Entry;

/// What could be read, and what there is to say about the rest.
pub(in crate::cli) struct Opened {
    pub recording: Recording,
    /// What its bodies were sent as.
    pub content_type: Option<String>,
    pub warnings: Vec<String>,
}

/// Reads a journal as far as it is whole.
pub(in crate::cli) fn open(path: &Path) -> Result<Opened, CliError> {
    let mut recording = Recording::default();
    let mut content_type = None;
    let purpose = Purpose { to_do: "send", done: "sent" };
    let warnings = journal::walk(path, purpose, &mut |_, entry| {
        match (&content_type, &entry) {
            (None, Entry::Delivery(recorded)) => content_type.clone_from(&recorded.content_type),
            (None, Entry::Received(request)) => {
                content_type = request.values("Content-Type").next().map(str::to_owned);
            }
            _ => {}
        }
        recording.take(entry);
    })?;
    if recording.is_empty() {
        return Err(CliError::could_not(format!(
            "the journal {} has no delivery and nothing that was received: there is nothing to send",
            path.display()
        )));
    }
    Ok(Opened { recording, content_type, warnings })
}
