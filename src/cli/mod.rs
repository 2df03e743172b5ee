//! The command line: what was typed (`args`), what it means (`job`), doing it (`run`), telling it (`printer`).

mod args;
mod config;
mod environment;
mod error;
mod exit;
mod files;
mod job;
mod journal_file;
mod origin;
mod printer;
mod run;
mod shell;
mod verbs;

use std::ffi::OsString;
use std::process::ExitCode;

use args::{Cli, Verb};
use error::CliError;
use exit::Exit;
use origin::Origins;

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    let typed: Vec<OsString> = std::env::args_os().collect();
    let exit = match parse(&typed) {
        Ok(Parsed::Ready(ready)) => {
            let Ready { cli, typed, origins, warnings } = *ready;
            if !cli.verb.is_quiet() {
                for warning in &warnings {
                    printer::warn(warning);
                }
            }
            perform(cli, typed).map_err(|error| origins.explain(error))
        }
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
    Ready(Box<Ready>),
    /// Help or version was printed, or what is wrong with the arguments.
    Told(Exit),
}

struct Ready {
    cli: Cli,
    typed: shell::Typed,
    origins: Origins,
    warnings: Vec<String>,
}

fn parse(typed: &[OsString]) -> Result<Parsed, CliError> {
    let (command, origins) = config::apply(args::command(), typed)?;
    let warnings = environment::unknown(&command);
    match args::read(command, typed) {
        Ok((cli, given)) => {
            let typed = shell::Typed::new(typed, given, |flag| origins.is_in_unnamed_file(flag));
            Ok(Parsed::Ready(Box::new(Ready { cli, typed, origins, warnings })))
        }
        Err(error) => Ok(Parsed::Told(printer::clap_says(&origins.explain_parser(error)))),
    }
}

fn perform(cli: Cli, mut typed: shell::Typed) -> Result<Exit, CliError> {
    match cli.verb {
        Verb::Send(mut args) => {
            for argument in args.prefer_given(|argument| typed.is_given(argument)) {
                typed.forget(argument);
            }
            let job = job::send::resolve(&args, &typed)?;
            run::send::run(job)
        }
        Verb::Check(args) if args.list => verbs::cases::list(&args),
        Verb::Check(args) => match &args.explain {
            Some(case) => verbs::cases::explain(case),
            None => run::check::run(job::check::resolve(&args, &typed)?),
        },
        Verb::Replay(args) => {
            let job = job::replay::resolve(&args, &typed)?;
            run::send::run(job)
        }
        Verb::Serve(args) => run::serve::run(job::serve::resolve(&args, &typed)?),
        Verb::Audit(args) => verbs::audit::run(&args, &typed),
        Verb::Report(args) => verbs::report::run(&args),
        Verb::Scenarios(args) => verbs::scenarios::run(&args),
        Verb::Dialect(args) => verbs::dialect::run(&args, &typed),
        Verb::Events(args) => verbs::events::run(&args),
        Verb::Faults => Ok(verbs::faults::run()),
        Verb::Sign(args) => verbs::sign::run(&args, &typed),
        Verb::Verify(args) => verbs::verify::run(&args, &typed),
        Verb::Completions(args) => Ok(verbs::completions::run(&args)),
        Verb::Man => verbs::man::run(),
    }
}
