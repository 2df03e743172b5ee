//! Where a session sends its browser back to: a configured URL, or one that an allow-list covers.
//!
//! The real service takes it from the Config ID and never from the call-in URL. Whoever may name another here must be
//! kept from sending browsers to anywhere: that would be an open redirect.

use std::fmt;

use url::Url;

use crate::protocol::callback::{self, Callback};
use crate::protocol::dialect::Dialect;

#[cfg(test)]
mod tests;

/// A callback URL without results. What was understood is what is used: browsers read it the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackUrl(Url);

/// Why a URL cannot be a callback. The messages repeat nothing that may be a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// It is no URL.
    #[error("the callback is not a URL in full, such as https://app.example/measured ({0})")]
    Unreadable(String),
    /// `javascript:`, `data:`, an app's own scheme.
    #[error("the callback begins with {0}: and only http: and https: can be used")]
    Scheme(String),
    /// `user:password@`.
    #[error("the callback has a user name before its host, which hides where it leads; leave it out")]
    UserInformation,
    /// A query that already answers.
    #[error("the callback's query already has '{0}', which is added to it; leave it out")]
    Taken(&'static str),
    /// Neither configured nor allowed.
    #[error(
        "the callback leads to {origin}, which nobody configured or allowed; name its beginning with --allow-callback, \
         or in the config's allow_callbacks"
    )]
    NotAllowed {
        /// Scheme, host and port.
        origin: String,
    },
}

/// Why a prefix cannot be on the allow-list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrefixError {
    /// As a callback it could not be used either.
    #[error("{0}")]
    Callback(#[from] CallbackError),
    /// A query or a fragment, which the callback's own follows.
    #[error("a prefix of callbacks ends before '?' and '#'")]
    Rest,
    /// A `*` in the host.
    #[error("a prefix of callbacks has no wildcards; name each host")]
    Wildcard,
}

impl CallbackError {
    /// The name that never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed { .. } => "callback-not-allowed",
            _ => "callback-unusable",
        }
    }
}

impl CallbackUrl {
    /// Reads a URL.
    ///
    /// # Errors
    /// It is none, or no browser should be sent there.
    pub fn parse(text: &str) -> Result<Self, CallbackError> {
        let url = Url::parse(text.trim()).map_err(|error| CallbackError::Unreadable(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(CallbackError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(CallbackError::UserInformation);
        }
        for taken in ["results", "error"] {
            if url.query_pairs().any(|(name, _)| name == taken) {
                return Err(CallbackError::Taken(taken));
            }
        }
        Ok(Self(url))
    }

    /// The URL with what a session has come to: behind a query that it already has, before its fragment. `results` is the
    /// document itself; the dialect says how it is encoded.
    pub fn with(&self, come_to: &Callback, results: &str, dialect: &Dialect) -> String {
        let added = come_to.query(&callback::encode(results, dialect.callback_results), dialect);
        let mut url = self.0.clone();
        match self.0.query() {
            None | Some("") => url.set_query(Some(&added)),
            Some(query) => url.set_query(Some(&format!("{query}&{added}"))),
        }
        url.into()
    }

    /// The URL itself.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

impl fmt::Display for CallbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The beginnings of URLs that may be callbacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed(Vec<Prefix>);

/// One beginning: a scheme, a host and a port that must be the same, and whole segments of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(Url);

impl Prefix {
    /// Reads a prefix such as `https://preview.example/app`.
    ///
    /// # Errors
    /// It could be no callback itself, or has a query or a fragment.
    pub fn parse(text: &str) -> Result<Self, PrefixError> {
        let CallbackUrl(url) = CallbackUrl::parse(text)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(PrefixError::Rest);
        }
        if url.host_str().is_some_and(|host| host.contains('*')) {
            return Err(PrefixError::Wildcard);
        }
        Ok(Self(url))
    }

    fn covers(&self, url: &CallbackUrl) -> bool {
        // Compared as parts and not as text: `http://good.example` begins `http://good.example.evil.com` too.
        if self.0.origin() != url.0.origin() {
            return false;
        }
        let folder = self.0.path().trim_end_matches('/');
        match url.0.path().strip_prefix(folder) {
            _ if folder.is_empty() => true,
            // A server may decode these and then go up a folder.
            Some(rest) => (rest.is_empty() || rest.starts_with('/')) && !hides_a_slash(rest),
            None => false,
        }
    }
}

fn hides_a_slash(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.contains("%2f") || path.contains("%5c") || path.contains('\\')
}

impl Allowed {
    /// The list.
    pub const fn new(prefixes: Vec<Prefix>) -> Self {
        Self(prefixes)
    }

    /// This list and another.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().chain(&other.0).cloned().collect())
    }

    /// Whether a callback begins as one of the list.
    pub fn covers(&self, url: &CallbackUrl) -> bool {
        self.0.iter().any(|prefix| prefix.covers(url))
    }
}

/// The callback of a session: the one that is asked for where it is the configured one or allowed, else the configured.
///
/// # Errors
/// What is asked for cannot be used, or is not allowed.
pub fn choose(
    configured: Option<&CallbackUrl>,
    asked: Option<&str>,
    allowed: &Allowed,
) -> Result<Option<CallbackUrl>, CallbackError> {
    let Some(asked) = asked else { return Ok(configured.cloned()) };
    let asked = CallbackUrl::parse(asked)?;
    if configured == Some(&asked) || allowed.covers(&asked) {
        Ok(Some(asked))
    } else {
        Err(CallbackError::NotAllowed { origin: asked.origin() })
    }
}
