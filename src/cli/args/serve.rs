//! `wms-sim serve`

use core::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::send::OutputName;
use super::{DeliveryArgs, DialectArgs, SecretArgs};
use crate::delivery::policy::Pace;
use crate::serve::quirk::{QUIRKS, Quirk, QuirkInfo};

/// Run a local stand-in for WMS, with an inspector.
///
/// The inspector is at /, the inbox at /webhook, the control API under /api (/openapi.json describes it).
#[derive(Args)]
#[command(
    after_help = "\
Examples:
  wms-sim serve
  wms-sim serve --to http://127.0.0.1:3000/webhook --secret-file mac.secret
  wms-sim serve --forward http://127.0.0.1:3000/webhook --secret-file mac.secret --journal real.ndjson
  curl -d '{\"scenario\":\"low-snr\",\"pace\":\"20x\"}' -H 'Content-Type: application/json' http://127.0.0.1:8787/api/sessions

Limits: 1,000 sessions play at once; 5,000 sessions and 256 MiB of bodies are kept; 64 clients follow the events;
12,000 connections, 256 requests being forwarded. A head or a body may take 30 s; a head has 64 KiB, an event 1 MiB.",
    group(ArgGroup::new("plays").args(["scenario", "mix"]).multiple(false)),
)]
pub(in crate::cli) struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub delivery: DeliveryArgs,
    #[command(flatten)]
    pub secret: SecretArgs,
    /// Where browsers go at the end of a session
    #[arg(long, value_name = "URL")]
    pub callback: Option<String>,
    /// Where else browsers may go, where a call-in URL asks for it: the beginning of a URL
    #[arg(long, value_name = "URL-PREFIX")]
    pub allow_callback: Vec<String>,
    /// Pass on every POST that the inbox receives, unchanged, and answer what URL answers. Directly, through no proxy
    #[arg(long, value_name = "URL")]
    pub forward: Option<String>,
    /// Write down what the inbox receives, behind what is in FILE already: a journal for replay and audit
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// What stands behind each Config ID of call-in URLs: a TOML file
    #[arg(long, value_name = "FILE")]
    pub serve_config: Option<PathBuf>,
    /// What sessions play that name nothing else [default: happy-path]
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// The same, from a mix: one of its scenarios is drawn for each session
    #[arg(long, value_name = "NAME")]
    pub mix: Option<String>,
    /// How fast sessions are played: 1x, 20x, 0.5x, or max
    #[arg(long, value_name = "PACE", default_value = "1x")]
    pub pace: Pace,
    /// The seed that sessions are drawn from, where they name none
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// A folder of scenarios that come before the built-in ones of the same name
    #[arg(long, value_name = "FOLDER")]
    pub scenarios: Option<PathBuf>,
    /// Keep what is sent and received in a file (SQLite), so that it survives a restart
    ///
    /// It is made where it is not there yet. It has bodies in it, and no secrets: of most headers only the names. What the
    /// server forgets is deleted from it.
    #[arg(long, value_name = "FILE")]
    pub persist: Option<PathBuf>,
    /// Another name under which the server may be spoken to, such as that of a tunnel
    #[arg(long, value_name = "NAME")]
    pub allow_host: Vec<String>,
    #[arg(long, value_name = "NAME", value_parser = quirk, help = QUIRK, long_help = quirks())]
    pub quirk: Vec<Quirk>,
    #[command(flatten)]
    pub dialect: DialectArgs,
    /// How to tell where it listens: human, ndjson (one line, {"type":"ready","url":..}), or quiet
    #[arg(long, value_enum, default_value = "human", hide_possible_values = true)]
    pub output: OutputName,
}

const QUIRK: &str = "Let the inbox misbehave on purpose (--help lists how); can be given several times, and only the answer is wrong";

fn quirk(text: &str) -> Result<Quirk, String> {
    text.parse().map_err(|error: String| format!("{error} (wms-sim serve --help lists them)"))
}

/// The help of `--quirk`, with every name.
fn quirks() -> String {
    let line = |info: &QuirkInfo| match info.parameter {
        "" => format!("- {}: {}", info.name, info.does),
        takes => format!("- {}[=..]: {} ({takes})", info.name, info.does),
    };
    let lines: Vec<String> = QUIRKS.iter().map(line).collect();
    format!("{QUIRK}. docs/quirks.md says which bug each imitates.\n{}", lines.join("\n"))
}
