//! The smaller verbs.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{DialectArgs, LearnArgs, OutputName, SecretArgs};

/// List, show, check and begin scenarios.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wms-sim scenarios list
  wms-sim scenarios show websocket-drop --diagram
  wms-sim scenarios new my-case.yaml && wms-sim scenarios lint my-case.yaml

Limits of a scenario: 1 MiB, 10,000 events a session, 32 levels of step lists, 366 days a session.")]
pub(in crate::cli) struct ScenariosArgs {
    #[command(subcommand)]
    pub verb: ScenariosVerb,
    /// Look for scenarios and mixes in a folder before the catalogue
    #[arg(long, value_name = "DIR", global = true)]
    pub scenarios: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ScenariosVerb {
    /// One line a scenario, then the mixes
    List {
        /// As a JSON array
        #[arg(long)]
        json: bool,
    },
    /// A scenario's text and gaps, or a timeline
    Show {
        /// A name of the catalogue, or the path of a YAML file
        name: String,
        /// Draw one session's timeline
        #[arg(long)]
        diagram: bool,
        /// The seed of the session that is drawn
        #[arg(long, default_value_t = 1, value_name = "N")]
        seed: u64,
        #[command(flatten)]
        dialect: DialectArgs,
    },
    /// Check scenario and mix files
    Lint {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        dialect: DialectArgs,
    },
    /// Print the JSON Schema of scenario files
    Schema {
        /// That of mixes
        #[arg(long)]
        mix: bool,
    },
    /// Write a scenario to begin with
    New {
        /// The file; its name becomes the scenario's
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// Show every choice that the documentation of WMS leaves open, with its value, evidence and meaning.
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  wms-sim dialect
  wms-sim dialect --dialect older --set websocket.initial=true
  wms-sim dialect --toml > my-dialect.toml
  wms-sim dialect learn received.ndjson > real.toml"
)]
pub(in crate::cli) struct DialectVerbArgs {
    #[command(subcommand)]
    pub verb: Option<DialectVerb>,
    #[command(flatten)]
    pub dialect: DialectArgs,
    /// As a JSON array
    #[arg(long, conflicts_with = "toml")]
    pub json: bool,
    /// As a file for --dialect
    #[arg(long)]
    pub toml: bool,
}

#[derive(Subcommand)]
pub(in crate::cli) enum DialectVerb {
    // It has the words of its arguments, in full.
    Learn(Box<LearnArgs>),
}

/// Show the events of WMS: code, severity, payload, meaning.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wms-sim events
  wms-sim events --schema > event.schema.json
  wms-sim events --openapi --dialect older > openapi.json")]
pub(in crate::cli) struct EventsArgs {
    #[command(flatten)]
    pub dialect: DialectArgs,
    /// As a JSON array
    #[arg(long)]
    pub json: bool,
    /// The JSON Schema of an event's body
    #[arg(long, conflicts_with = "json")]
    pub schema: bool,
    /// The OpenAPI document of the webhooks
    #[arg(long, conflicts_with_all = ["json", "schema"])]
    pub openapi: bool,
}

/// Print the X-WMS-Content-MAC value of a body, byte for byte as it stands.
#[derive(Args)]
#[command(after_help = "\
Example: wms-sim sign body.json --secret-file mac.secret

Limit: bodies of 64 MiB.")]
pub(in crate::cli) struct SignArgs {
    /// The body; - is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub file: PathBuf,
    #[command(flatten)]
    pub secret: SecretArgs,
}

/// Check the X-WMS-Content-MAC value of a body, byte for byte as it stands, and say why it does not match.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wms-sim verify --mac 'hmac-sha256=8f97..' body.json --secret-file mac.secret
  wms-sim verify --mac 'hmac-sha256=8f97..' body.json --secret-file old.secret --secret-file new.secret

Of several secrets, four at the most, each is accepted, as by a receiver while one takes the other's place.
Prints `valid` (exit code 0), or the reason and what to do (exit code 1). To find the reason it tries what usually goes
wrong: how the header is written, other hashes, the secret with a line break or decoded, the body with other ends, line
ends, encodings, or printed anew as JSON, and some of these together. `wrong-secret` is what remains; beside it stands
what makes the body doubtful, such as an end that is missing.

Limits: bodies of 64 MiB, 8192 digests over 4 GiB in all; bodies over 1 MiB are not printed anew as JSON. Of a value with
fewer than 32 digits it is not said whether they are right.")]
pub(in crate::cli) struct VerifyArgs {
    /// The body; - is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub file: PathBuf,
    /// The header's value as it was received
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub mac: String,
    /// The value that would be right (of several secrets, with the one that explains the MAC, else the first). Whoever has
    /// it can pass this body off as signed, so keep it out of logs and tickets
    #[arg(long)]
    pub show_expected: bool,
    /// How to tell it
    #[arg(long, value_enum, default_value_t = OutputName::Human, value_name = "FORMAT")]
    pub output: OutputName,
    #[command(flatten)]
    pub secret: SecretArgs,
    #[command(flatten)]
    pub dialect: DialectArgs,
}

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: wms-sim completions bash > ~/.local/share/bash-completion/completions/wms-sim"
)]
pub(in crate::cli) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
