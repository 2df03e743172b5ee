//! Reading a journal to look at what it recorded, and the secrets to look with.

use std::path::Path;

use super::journal::{self, Purpose};
use super::secret;
use crate::cli::args::SecretArgs;
use crate::cli::error::CliError;
use crate::cli::printer;
use crate::cli::shell::Typed;
use crate::clock::Epoch;
use crate::protocol::mac::Secret;
use crate::serve::traffic::{Request, Traffic};

/// More secrets would say more of the receiver than of the traffic.
const MOST_SECRETS: usize = 8;

/// Reads a journal of deliveries, or of requests that were received; warns of what cannot be read.
pub(in crate::cli) fn open(
    path: &Path,
    to_do: &'static str,
    done: &'static str,
) -> Result<(Vec<Request>, Option<Epoch>), CliError> {
    let mut traffic = Traffic::new();
    let purpose = Purpose { to_do, done };
    let warnings = journal::walk(path, purpose, &mut |line, entry| traffic.take(line, entry))?;
    for warning in &warnings {
        printer::warn(warning);
    }
    if traffic.is_empty() {
        return Err(CliError::could_not(format!(
            "the journal {} has no delivery and nothing that was received: there is nothing to {to_do}",
            path.display()
        )));
    }
    Ok(traffic.finish())
}

/// The secrets, any of which may have signed; none where none was given.
pub(in crate::cli) fn secrets(args: &SecretArgs, typed: &Typed) -> Result<Vec<Secret>, CliError> {
    let secrets = secret::find_all(args, typed)?;
    if secrets.len() > MOST_SECRETS {
        return Err(CliError::usage(format!(
            "there are {} secrets; {MOST_SECRETS} are the most",
            secrets.len()
        )));
    }
    Ok(secrets)
}
