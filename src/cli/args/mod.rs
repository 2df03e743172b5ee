//! What can be typed.

mod audit;
mod delivery;
mod dialect;
mod replay;
mod secret;
mod send;
mod verbs;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::parser::ValueSource;
use clap::{ArgAction, ArgMatches, Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand};

pub(super) use audit::{AuditArgs, LearnArgs};
pub(super) use delivery::{DeliveryArgs, TransportName};
pub(super) use dialect::DialectArgs;
pub(super) use replay::ReplayArgs;
pub(super) use secret::SecretArgs;
pub(super) use send::{OrderName, OutputName, SendArgs};
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
    /// Send a journal's events again, byte for byte
    Replay(Box<ReplayArgs>),
    Audit(Box<AuditArgs>),
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
        Some("help" | "version" | "config" | "no-config") | None => arg,
        Some(long) => {
            let variable = format!("WMS_SIM_{}", long.to_uppercase().replace('-', "_"));
            // A switch takes 1 and 0 too, as people write them in environments.
            let switch = matches!(arg.get_action(), ArgAction::SetTrue);
            let arg = if switch { arg.value_parser(BoolishValueParser::new()) } else { arg };
            arg.env(variable).hide_env(true).hide_env_values(true)
        }
    }
}

/// Reads what was typed, and notes where each value of the verb came from.
pub(super) fn read(
    mut command: Command,
    typed: &[OsString],
) -> Result<(Cli, BTreeMap<String, ValueSource>), clap::Error> {
    let matches = command.try_get_matches_from_mut(typed)?;
    let sources = matches.subcommand().map(|(_, verb)| sources(verb)).unwrap_or_default();
    let cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    Ok((cli, sources))
}

fn sources(matches: &ArgMatches) -> BTreeMap<String, ValueSource> {
    let own = |matches: &ArgMatches| -> BTreeMap<String, ValueSource> {
        let source = |id: &clap::Id| Some((id.as_str().to_owned(), matches.value_source(id.as_str())?));
        matches.ids().filter_map(source).collect()
    };
    let mut sources = own(matches);
    // A verb may have verbs of its own.
    if let Some((_, inner)) = matches.subcommand() {
        sources.extend(own(inner));
    }
    sources
}
