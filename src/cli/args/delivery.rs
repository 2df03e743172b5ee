//! How requests are sent.

use clap::{Args, ValueEnum};

use super::ReceiverArgs;
use crate::protocol::dialect::{Backoff, MOST_RETRIES};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TransportName {
    /// wire, but reqwest where a proxy or HTTP/2 is wanted
    Auto,
    /// HTTP/1.1, header names as documented, every phase timed
    Wire,
    /// The full HTTP client: proxies, HTTP/2
    Reqwest,
}

#[derive(Args)]
pub(in crate::cli) struct DeliveryArgs {
    #[command(flatten)]
    pub receiver: ReceiverArgs,
    /// Wait until the target accepts connections, at most so long
    #[arg(long, value_name = "DURATION", default_value = "0s", help_heading = "Delivery")]
    pub wait_for_target: String,
    /// Send an event again that was not accepted, at most N times. Not after 400 to 407 and the like; a 410 ends the
    /// run's sending [default: 0]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=i64::from(MOST_RETRIES)), help_heading = "Delivery")]
    pub retries: Option<u32>,
    /// The waits before retries, doubling, at the run's pace. Retry-After is honoured, in real time [default: 1s..30s]
    #[arg(long, value_name = "FIRST..LONGEST", help_heading = "Delivery")]
    pub backoff: Option<Backoff>,
    /// At most N requests at once
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=10_000), help_heading = "Delivery")]
    pub max_in_flight: u32,
    /// What carries the requests
    #[arg(long, value_enum, default_value = "auto", help_heading = "Delivery")]
    pub transport: TransportName,
    /// Send through a proxy. The environment's proxy is used too, but not for loopback targets
    #[arg(long, value_name = "URL", help_heading = "Delivery")]
    pub proxy: Option<String>,
    /// Speak HTTP/2
    #[arg(long, help_heading = "Delivery")]
    pub http2: bool,
}
