//! The secret, from wherever it was given.

use std::path::Path;

use clap::parser::ValueSource;

use crate::cli::args::SecretArgs;
use crate::cli::error::CliError;
use crate::cli::files;
use crate::cli::shell::Typed;
use crate::protocol::mac::Secret;

const LIMIT: u64 = 64 << 10;

/// The one secret, or `None` where none was given.
pub(in crate::cli) fn find(args: &SecretArgs, typed: &Typed) -> Result<Option<Secret>, CliError> {
    let mut secrets = find_all(args, typed)?;
    if secrets.len() > 1 {
        return Err(CliError::usage(format!("there are {} secrets, and one is needed", secrets.len()))
            .help("give --secret or --secret-file once"));
    }
    Ok(secrets.pop())
}

/// The secrets, in the order in which they were given: none, one, or two while one takes the other's place.
pub(in crate::cli) fn find_all(args: &SecretArgs, typed: &Typed) -> Result<Vec<Secret>, CliError> {
    let rank = |argument| match typed.source(argument) {
        Some(ValueSource::CommandLine) => 3,
        Some(ValueSource::EnvVariable) => 2,
        Some(_) => 1,
        None => 0,
    };
    let (of_files, of_texts) = (rank("secret_file"), rank("secret"));
    if !args.secret_file.is_empty() && !args.secret.is_empty() && of_files == of_texts {
        return Err(
            CliError::usage("there are two secrets: --secret and --secret-file").help("give one of them")
        );
    }
    let from_files = !args.secret_file.is_empty() && (args.secret.is_empty() || of_files > of_texts);
    let secrets: Vec<Secret> = if from_files {
        args.secret_file
            .iter()
            .map(|path| from_file(path))
            .collect::<Result<_, _>>()
            .map_err(|error| error.about("secret-file"))?
    } else {
        args.secret.iter().map(|text| Secret::new(text.clone())).collect()
    };
    if secrets.iter().any(Secret::is_empty) {
        return Err(CliError::usage("the secret is empty")
            .help("WMS assigns a MAC secret with the Config ID")
            .about(if from_files { "secret-file" } else { "secret" }));
    }
    Ok(secrets)
}

/// The secret that a file holds.
pub(in crate::cli) fn from_file(path: &Path) -> Result<Secret, CliError> {
    let mut bytes = files::read(path, "the secret file", LIMIT)?;
    // Editors end files with a line break; nobody means it to be part of the secret.
    if bytes.ends_with(b"\n") {
        bytes.pop();
        if bytes.ends_with(b"\r") {
            bytes.pop();
        }
    }
    if std::str::from_utf8(&bytes).is_err() {
        return Err(CliError::usage(format!("the secret file {} is not UTF-8 text", path.display())));
    }
    Ok(Secret::from_bytes(bytes))
}

/// What to say where a secret is needed and none was given.
pub(in crate::cli) fn missing() -> CliError {
    missing_to("sign events for your webhook")
}

/// The same, for another purpose.
pub(in crate::cli) fn missing_to(purpose: &str) -> CliError {
    CliError::usage(format!("a MAC secret is needed to {purpose}"))
        .help("--secret-file FILE     a file that holds it")
        .help("WMS_SIM_SECRET=...     an environment variable")
        .help("--secret SECRET        for tests: others can see it in the process list")
}
