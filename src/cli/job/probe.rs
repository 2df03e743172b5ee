//! `--expect-probe URL|CMD` and `--expect-within`

use std::time::Duration;

use clap::parser::ValueSource;

use super::{duration, hook};
use crate::cli::args::SendArgs;
use crate::cli::error::CliError;
use crate::cli::shell::Typed;
use crate::delivery::announce::SESSION_VARIABLE;
use crate::delivery::probe::{PLACE, ProbeUrl, ProbeUrlError};

/// Who is asked after sessions, and for how long. It may hold credentials, and has no `Debug`.
pub(in crate::cli) struct ExpectProbe {
    pub whom: Whom,
    pub within: Duration,
}

pub(in crate::cli) enum Whom {
    Command(String),
    Url(ProbeUrl),
}

pub(super) fn resolve(args: &SendArgs, typed: &Typed) -> Result<Option<ExpectProbe>, CliError> {
    let Some(text) = &args.expect_probe else {
        // In a file or the environment it may wait for its use.
        if typed.source("expect_within") == Some(ValueSource::CommandLine) {
            return Err(CliError::usage(
                "--expect-within says how long --expect-probe asks, and nothing is asked",
            )
            .help("--expect-probe URL|CMD says who is asked after each session"));
        }
        return Ok(None);
    };
    if args.event.is_some() {
        return Err(CliError::usage(
            "--expect-probe asks for a scenario's outcome, and a single event has none",
        )
        .help("leave it out, or play a scenario"));
    }
    if args.dry_run || args.curl {
        return Err(CliError::usage("--expect-probe asks what came of what was sent, and nothing is")
            .help("leave it out"));
    }
    let Some(within) = duration::read("expect-within", &args.expect_within)? else {
        return Err(CliError::usage("--expect-within needs an end, such as 10s"));
    };
    Ok(Some(ExpectProbe { whom: whom("--expect-probe", text)?, within }))
}

/// Who is asked, as a flag says it.
pub(super) fn whom(flag: &str, text: &str) -> Result<Whom, CliError> {
    if text.trim().is_empty() {
        return Err(CliError::usage(format!("{flag} is empty; it takes a URL or a command")));
    }
    if hook::is_url(text.trim_start()) {
        return ProbeUrl::parse(text).map(Whom::Url).map_err(|error| {
            let no_place = error == ProbeUrlError::NoPlace;
            let error = CliError::usage(format!("{flag}: {error}"));
            if no_place { error.help("such as http://127.0.0.1:3000/sessions/{sessionId}") } else { error }
        });
    }
    if cfg!(windows) && text.contains(PLACE) {
        return Err(CliError::usage(format!("{flag}: cmd cannot quote an ID in the place of {PLACE}"))
            .help(format!("the command finds it in the environment variable {SESSION_VARIABLE}")));
    }
    Ok(Whom::Command(text.to_owned()))
}
