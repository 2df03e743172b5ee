//! A plain HTTP client for what goes on beside the deliveries: announcing sessions.

use reqwest::redirect;

use super::client::environment_has_proxy;
use super::options::SetupError;
use super::target::Target;
use super::tls::TlsOptions;

/// What becomes of a connection that nothing comes over for the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// It is kept for the next request, which saves time where there are many.
    Kept,
    /// It is closed: a server that serves one connection after the other would wait for it, and answer nobody else.
    Closed,
}

/// A client for one target, trusting whom `tls` trusts, that follows no redirect.
///
/// # Errors
/// Certificates or keys that cannot be used.
pub fn client(target: &Target, tls: &TlsOptions, idle: Idle) -> Result<reqwest::Client, SetupError> {
    let proxied = environment_has_proxy(target);
    let config = tls.config(target, b"http/1.1", proxied)?;
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .redirect(redirect::Policy::none())
        .http1_only()
        .user_agent(concat!("wms-sim/", env!("CARGO_PKG_VERSION")));
    if idle == Idle::Closed {
        builder = builder.pool_max_idle_per_host(0);
    }
    if target.is_loopback() {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|_| SetupError::Client("the settings do not fit together".to_owned()))
}
