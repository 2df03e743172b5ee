//! `wms-sim replay`

use std::path::PathBuf;

use clap::Args;

use super::{DeliveryArgs, DialectArgs, OrderName, OutputName, SecretArgs};
use crate::delivery::policy::Pace;

/// Send a journal's events again, byte for byte.
///
/// Bodies and MACs are those of the journal, sent in the same order and rhythm. --resign makes the MACs anew with
/// another secret. What the journal lacks (a run that was killed in the middle of a line) is said, and the rest is sent.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wms-sim replay run.ndjson --to http://127.0.0.1:3000/webhook
  wms-sim replay run.ndjson --to http://127.0.0.1:3000/webhook --only-session 417 --pace max
  wms-sim replay run.ndjson --to http://127.0.0.1:3000/webhook --resign --secret-file other.secret

Limits: 2,000,000 deliveries, 8 MiB a line. Credentials are not in a journal: give --header again.")]
pub(in crate::cli) struct ReplayArgs {
    /// The journal of an earlier run
    #[arg(value_name = "JOURNAL")]
    pub recording: PathBuf,
    #[command(flatten)]
    pub delivery: DeliveryArgs,
    #[command(flatten)]
    pub secret: SecretArgs,
    /// Send only session K of the journal
    #[arg(long, value_name = "K", help_heading = "What is played")]
    pub only_session: Option<u64>,
    /// Make the MACs anew, with the secret that is given
    #[arg(long, help_heading = "What is played")]
    pub resign: bool,
    /// How fast, measured by the journal's rhythm
    #[arg(long, value_name = "PACE", default_value = "1x", help_heading = "How it is played")]
    pub pace: Pace,
    /// Whether an event waits for the answer to the one before [default: sequential]
    #[arg(long, value_enum, help_heading = "How it is played")]
    pub order: Option<OrderName>,
    #[command(flatten)]
    pub dialect: DialectArgs,
    /// How to tell what happens
    #[arg(long, value_enum, default_value = "human", help_heading = "Output")]
    pub output: OutputName,
    /// Write everything that happens to FILE, one JSON object a line
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub journal: Option<PathBuf>,
}
