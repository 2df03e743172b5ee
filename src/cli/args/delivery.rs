//! How requests are sent.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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
    /// The webhook's URL; without it, a built-in receiver is started
    #[arg(long, value_name = "URL")]
    pub to: Option<String>,
    /// Wait until the target accepts connections, at most so long
    #[arg(long, value_name = "DURATION", default_value = "0s", help_heading = "Delivery")]
    pub wait_for_target: String,
    /// Add a header to every request
    #[arg(long, value_name = "K: V", help_heading = "Delivery")]
    pub header: Vec<String>,
    /// How long one request may take in all, or `none` [default: 10s]
    #[arg(long, value_name = "DURATION", help_heading = "Delivery")]
    pub timeout: Option<String>,
    /// The HTTP statuses that accept an event [default: 200-299]
    #[arg(long, value_name = "STATUSES", help_heading = "Delivery")]
    pub accept: Option<String>,
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
    /// Accept any certificate of the target
    #[arg(long, help_heading = "Delivery")]
    pub insecure: bool,
    /// Trust the certificates in a PEM file, beside the system's
    #[arg(long, value_name = "FILE", help_heading = "Delivery")]
    pub cacert: Option<PathBuf>,
    /// Show the target this client certificate (PEM)
    #[arg(long, value_name = "FILE", help_heading = "Delivery")]
    pub cert: Option<PathBuf>,
    /// The client certificate's private key (PEM)
    #[arg(long, value_name = "FILE", help_heading = "Delivery")]
    pub key: Option<PathBuf>,
    /// Send through a proxy. The environment's proxy is used too, but not for loopback targets
    #[arg(long, value_name = "URL", help_heading = "Delivery")]
    pub proxy: Option<String>,
    /// Speak HTTP/2
    #[arg(long, help_heading = "Delivery")]
    pub http2: bool,
}
