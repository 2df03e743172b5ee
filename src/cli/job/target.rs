//! Where to, and by what.

use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::args::{DeliveryArgs, ReceiverArgs, TransportName};
use crate::cli::error::CliError;
use crate::cli::files;
use crate::protocol::dialect::Dialect;
use crate::transport::headers::Header;
use crate::transport::options::{ProxyUrl, SetupError, TransportOptions};
use crate::transport::target::Target;
use crate::transport::tls::{ClientIdentity, TlsOptions, TlsSetupError};

const PEM_LIMIT: u64 = 16 << 20;

/// Which transport carries the requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Carrier {
    Wire,
    Reqwest,
}

impl Carrier {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::Reqwest => "reqwest",
        }
    }
}

/// Reads `--to`.
pub(in crate::cli) fn parse(url: &str) -> Result<Target, CliError> {
    Target::parse(url).map_err(|error| CliError::usage(format!("--to: {error}")))
}

/// The options of the transport, with the dialect's headers and time limit.
pub(in crate::cli) fn options(
    args: &DeliveryArgs,
    target: Target,
    dialect: &Dialect,
) -> Result<(TransportOptions, Carrier), CliError> {
    let mut options = plain_options(&args.receiver, target, dialect)?;
    options.http2 = args.http2;
    if let Some(url) = &args.proxy {
        let proxy = ProxyUrl::parse(url).map_err(|error| CliError::usage(format!("--proxy: {error}")))?;
        options.proxy = Some(proxy);
    }
    let needs_client = options.needs_client();
    let carrier = match args.transport {
        TransportName::Auto if needs_client => Carrier::Reqwest,
        TransportName::Auto | TransportName::Wire => Carrier::Wire,
        TransportName::Reqwest => Carrier::Reqwest,
    };
    Ok((options, carrier))
}

/// The same for a receiver that is reached directly.
pub(in crate::cli) fn plain_options(
    args: &ReceiverArgs,
    target: Target,
    dialect: &Dialect,
) -> Result<TransportOptions, CliError> {
    let mut options = TransportOptions::speaking(target, dialect);
    if options.timeout.is_some_and(|timeout| timeout.is_zero()) {
        return Err(
            CliError::usage("--timeout 0 leaves no time for an answer").help("--timeout none waits for ever")
        );
    }
    for text in &args.header {
        let header = Header::parse(text).map_err(|error| CliError::usage(format!("--header: {error}")))?;
        options.headers.push(header);
    }
    options.tls = tls(args)?;
    Ok(options)
}

/// Why a transport cannot be set up, and what to do.
pub(in crate::cli) fn refused(error: &SetupError) -> CliError {
    let told = CliError::usage(error.to_string());
    match error {
        SetupError::Tls(TlsSetupError::NoRoots(_)) => told.help("--cacert FILE names the receiver's issuer"),
        _ => told,
    }
}

fn pem(path: &Path, what: &str, flag: &'static str) -> Result<Vec<u8>, CliError> {
    files::read(path, what, PEM_LIMIT).map_err(|error| error.about(flag))
}

fn tls(args: &ReceiverArgs) -> Result<TlsOptions, CliError> {
    let mut tls = TlsOptions { insecure: args.insecure, ..TlsOptions::default() };
    if let Some(path) = &args.cacert {
        tls.extra_roots = Some(pem(path, "the certificates", "cacert")?);
    }
    match (&args.cert, &args.key) {
        (Some(cert), Some(key)) => {
            tls.client = Some(ClientIdentity {
                certificates: pem(cert, "the client certificate", "cert")?,
                key: Zeroizing::new(pem(key, "the client key", "key")?),
            });
        }
        (Some(_), None) => {
            return Err(CliError::usage("--cert needs its private key").help("--key FILE names it"));
        }
        (None, Some(_)) => {
            return Err(CliError::usage("--key is a certificate's, and none is named")
                .help("--cert FILE names the client certificate"));
        }
        (None, None) => {}
    }
    Ok(tls)
}
