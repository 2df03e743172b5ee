//! The command line: what was typed (`args`), what it means (`job`), doing it (`run`), telling it (`printer`).

mod args;
mod config;
mod error;
mod exit;
mod files;
mod job;
mod journal_file;
mod printer;
mod run;
mod shell;
mod verbs;

use std::ffi::OsString;
use std::process::ExitCode;

use args::{Cli, Verb};
use error::CliError;
use exit::Exit;

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    let typed: Vec<OsString> = std::env::args_os().collect();
    let exit = match parse(&typed) {
        Ok(Parsed::Cli(cli, typed)) => perform(*cli, &typed),
        Ok(Parsed::Told(exit)) => Ok(exit),
        Err(error) => Err(error),
    };
    let exit = exit.unwrap_or_else(|error| {
        printer::error(&error);
        error.exit()
    });
    let exit = match printer::lost() {
        Some(error) => {
            printer::error(&error);
            if exit == Exit::Ok { error.exit() } else { exit }
        }
        None => exit,
    };
    ExitCode::from(exit.code())
}

enum Parsed {
    Cli(Box<Cli>, shell::Typed),
    /// Help or version was printed, or what is wrong with the arguments.
    Told(Exit),
}

fn parse(typed: &[OsString]) -> Result<Parsed, CliError> {
    let command = config::apply(args::command(), typed)?;
    match args::read(command, typed) {
        Ok((cli, sources)) => Ok(Parsed::Cli(Box::new(cli), shell::Typed::new(typed, sources))),
        Err(error) => Ok(Parsed::Told(printer::clap_says(&error))),
    }
}

fn perform(cli: Cli, typed: &shell::Typed) -> Result<Exit, CliError> {
    match cli.verb {
        Verb::Send(mut args) => {
            args.prefer_given(|argument| typed.is_given(argument));
            let job = job::send::resolve(&args, typed)?;
            run::send::run(job)
        }
        Verb::Replay(args) => {
            let job = job::replay::resolve(&args, typed)?;
            run::send::run(job)
        }
        Verb::Audit(args) => verbs::audit::run(&args, typed),
        Verb::Scenarios(args) => verbs::scenarios::run(&args),
        Verb::Dialect(args) => verbs::dialect::run(&args, typed),
        Verb::Events(args) => verbs::events::run(&args),
        Verb::Faults => Ok(verbs::faults::run()),
        Verb::Sign(args) => verbs::sign::run(&args, typed),
        Verb::Verify(args) => verbs::verify::run(&args, typed),
        Verb::Completions(args) => Ok(verbs::completions::run(&args)),
        Verb::Man => verbs::man::run(),
    }
}
