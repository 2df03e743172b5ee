//! Which receiver, and what it is sent with every request.

use std::path::PathBuf;

use clap::Args;

#[derive(Args)]
pub(in crate::cli) struct ReceiverArgs {
    /// The webhook's URL; without it, a built-in receiver is started
    #[arg(long, value_name = "URL")]
    pub to: Option<String>,
    /// Add a header to every request
    #[arg(long, value_name = "K: V", help_heading = "Delivery")]
    pub header: Vec<String>,
    /// How long one request may take, or `none` [default: 10s]
    #[arg(long, value_name = "DURATION", help_heading = "Delivery")]
    pub timeout: Option<String>,
    /// The HTTP statuses that accept an event [default: 200-299]
    #[arg(long, value_name = "STATUSES", help_heading = "Delivery")]
    pub accept: Option<String>,
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
}
