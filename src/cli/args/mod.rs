//! What can be typed. Which flag needs which other is judged where they are resolved: for the parser, what a settings
//! file sets is not there.

mod audit;
mod check;
mod delivery;
mod dialect;
mod receiver;
mod replay;
mod report;
mod secret;
mod send;
mod serve;
mod verbs;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand};

pub(super) use audit::{AuditArgs, LearnArgs};
pub(super) use check::{CheckArgs, Language};
pub(super) use delivery::{DeliveryArgs, TransportName};
pub(super) use dialect::DialectArgs;
pub(super) use receiver::ReceiverArgs;
pub(super) use replay::ReplayArgs;
pub(super) use report::{ReportArgs, ReportTo, ReportVerbArgs};
pub(super) use secret::SecretArgs;
pub(super) use send::{OrderName, OutputName, SendArgs};
pub(super) use serve::ServeArgs;
pub(super) use verbs::{
    CompletionsArgs, DialectVerb, DialectVerbArgs, EventsArgs, ScenariosArgs, ScenariosVerb, SignArgs,
    VerifyArgs,
};

/// Plays realistic, signed webhook sessions of NuraLogix's WMS to your endpoint.
#[derive(Parser)]
#[command(
    name = "wms-sim",
    version,
    max_term_width = 100,
    after_help = "\
Start here:
  wms-sim send                       watch a whole session arrive at a built-in receiver
  wms-sim send low-snr --pace 20x    another scenario, faster
  wms-sim send --to http://127.0.0.1:3000/webhook --secret-file mac.secret
  wms-sim check --to http://127.0.0.1:3000/webhook --secret-file mac.secret

Every flag can also be set as WMS_SIM_<FLAG>, or as `flag = \"value\"` in a file named with --config.
./wms-sim.toml is read unnamed too, but cannot then set a target, a secret, a command or a file to write.
Exit codes: 0 as expected, 1 the receiver failed, 2 usage, 3 could not run, 130 interrupted."
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub verb: Verb,
    #[command(flatten)]
    pub config: ConfigArgs,
}

#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    /// Read settings from FILE instead of ./wms-sim.toml
    #[arg(long, value_name = "FILE", global = true, help_heading = "Settings")]
    pub config: Option<PathBuf>,
    /// Leave ./wms-sim.toml unread
    #[arg(long, global = true, conflicts_with = "config", help_heading = "Settings")]
    pub no_config: bool,
}

#[derive(Subcommand)]
pub(super) enum Verb {
    // What has no words of its own here has those of its arguments, in full.
    Send(Box<SendArgs>),
    // As above.
    Check(Box<CheckArgs>),
    /// Send a journal's events again, byte for byte
    Replay(Box<ReplayArgs>),
    Audit(Box<AuditArgs>),
    Report(ReportVerbArgs),
    // As above.
    Serve(Box<ServeArgs>),
    /// List, show, check and begin scenarios
    Scenarios(ScenariosArgs),
    /// Show every choice that the documentation of WMS leaves open, or learn it from traffic
    Dialect(DialectVerbArgs),
    /// Show the events of WMS
    Events(EventsArgs),
    /// Show the faults that can be injected
    Faults,
    /// Print the X-WMS-Content-MAC value of a body
    Sign(SignArgs),
    /// Check a body's X-WMS-Content-MAC value, and say why it does not match
    Verify(VerifyArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    #[command(after_help = "Example: wms-sim man > wms-sim.1 && man ./wms-sim.1")]
    Man,
}

impl Verb {
    /// Whether only errors are to be told.
    pub fn is_quiet(&self) -> bool {
        let output = match self {
            Self::Send(args) => args.output,
            Self::Check(args) => args.output,
            Self::Replay(args) => args.output,
            Self::Serve(args) => args.output,
            Self::Verify(args) => args.output,
            _ => return false,
        };
        output == OutputName::Quiet
    }
}

/// How every variable of the environment begins that is ours.
pub(super) const PREFIX: &str = "WMS_SIM_";

/// Flags that neither the environment nor a settings file can set.
pub(super) const TYPED_ONLY: &[&str] = &["config", "no-config", "help", "version"];

/// The environment variable of a flag.
pub(super) fn variable(flag: &str) -> String {
    format!("{PREFIX}{}", flag.to_uppercase().replace('-', "_"))
}

/// The command with an environment variable for each flag.
pub(super) fn command() -> Command {
    with_variables(Cli::command())
}

fn with_variables(command: Command) -> Command {
    let command = command.mut_args(with_variable);
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    verbs.into_iter().fold(command, |command, verb| command.mut_subcommand(verb, with_variables))
}

fn with_variable(arg: clap::Arg) -> clap::Arg {
    match arg.get_long() {
        None => arg,
        Some(long) if TYPED_ONLY.contains(&long) => arg,
        Some(long) => {
            let variable = variable(long);
            // A switch takes 1 and 0 too, as people write them in environments.
            let switch = matches!(arg.get_action(), ArgAction::SetTrue);
            let arg = if switch { arg.value_parser(BoolishValueParser::new()) } else { arg };
            arg.env(variable).hide_env(true).hide_env_values(true)
        }
    }
}

/// A value of the verb, secrets among them, and where it came from. It has no `Debug`.
#[derive(Clone)]
pub(super) struct Given {
    /// The name that the parser has for it.
    pub argument: String,
    /// Its flag, without hyphens.
    pub flag: Option<String>,
    /// It takes no value where it is typed.
    pub switch: bool,
    pub values: Vec<String>,
    pub source: ValueSource,
}

/// Reads what was typed, and notes where each value of the verb came from.
pub(super) fn read(mut command: Command, typed: &[OsString]) -> Result<(Cli, Vec<Given>), clap::Error> {
    let matches = command.try_get_matches_from_mut(typed)?;
    let given =
        matches.subcommand().and_then(|(name, verb)| Some(given(command.find_subcommand(name)?, verb)));
    let cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    Ok((cli, given.unwrap_or_default()))
}

fn given(verb: &Command, matches: &ArgMatches) -> Vec<Given> {
    let one = |arg: &clap::Arg| {
        let id = arg.get_id().as_str();
        let source = matches.value_source(id)?;
        let switch = matches!(arg.get_action(), ArgAction::SetTrue);
        // The environment may say 1, or yes.
        let values = if switch {
            vec![matches.get_flag(id).to_string()]
        } else {
            let raw = matches.get_raw(id).into_iter().flatten();
            raw.map(|value| value.to_string_lossy().into_owned()).collect()
        };
        let flag = arg.get_long().map(str::to_owned);
        Some(Given { argument: id.to_owned(), flag, switch, values, source })
    };
    let mut all: Vec<Given> = verb.get_arguments().filter_map(one).collect();
    // A verb may have verbs of its own.
    if let Some((name, inner)) = matches.subcommand()
        && let Some(command) = verb.find_subcommand(name)
    {
        all.extend(given(command, inner));
    }
    all
}
