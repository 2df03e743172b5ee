//! Calling a URL of the user's beside the deliveries. No reason that is given holds a credential.

use reqwest::{Client, Method, RequestBuilder, Response, Url};

use crate::transport::options::SetupError;
use crate::transport::plain::{self, Idle};
use crate::transport::target::Target;
use crate::transport::tls::TlsOptions;

/// A client for the URLs of one host. It has no `Debug`: it holds credentials.
#[derive(Clone)]
pub struct Caller {
    /// The flag that the URL came with.
    flag: &'static str,
    client: Client,
    /// The value of `Authorization`, where the URL had user information.
    authorization: Option<String>,
}

impl Caller {
    /// A caller of this target's host, for a flag.
    ///
    /// # Errors
    /// Certificates or keys that cannot be used.
    pub fn new(
        flag: &'static str,
        target: &Target,
        tls: &TlsOptions,
        idle: Idle,
    ) -> Result<Self, SetupError> {
        let client = plain::client(target, tls, idle)?;
        Ok(Self { flag, client, authorization: target.authorization().map(str::to_owned) })
    }

    /// The flag that the URL came with.
    pub(super) const fn flag(&self) -> &'static str {
        self.flag
    }

    pub(super) async fn get(&self, url: Url) -> Result<Response, String> {
        self.send(self.client.request(Method::GET, url).header("Accept", "application/json")).await
    }

    pub(super) async fn post(&self, url: Url, json: String) -> Result<Response, String> {
        let request = self.client.request(Method::POST, url).header("Content-Type", "application/json");
        self.send(request.body(json)).await
    }

    async fn send(&self, mut request: RequestBuilder) -> Result<Response, String> {
        if let Some(value) = &self.authorization {
            request = request.header("Authorization", value);
        }
        request.send().await.map_err(|error| self.explain(&error))
    }

    /// Why there is no answer, or no whole one.
    pub(super) fn explain(&self, error: &reqwest::Error) -> String {
        let mut source: &dyn std::error::Error = error;
        while let Some(inner) = source.source() {
            source = inner;
        }
        // The URL may hold credentials, the innermost cause does not.
        format!("the URL of {} did not answer: {source}", self.flag)
    }
}
