//! Who may speak to the control API and the inspector: pages of this server, and programs, but no page of another site.
//!
//! A page of another site cannot read the answers, but it could make the browser send requests; and with a name that it
//! lets point to this machine (DNS rebinding) it could read them too. So both the name that the request is for and the
//! page that it comes from have to be ours.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::answer::Wrong;

/// The names under which the server may be spoken to.
#[derive(Debug)]
pub(super) struct Guard {
    hosts: Vec<String>,
}

impl Guard {
    /// The names of a server at this address, and further ones.
    pub(super) fn new(address: SocketAddr, more: &[String]) -> Self {
        let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
        hosts.push(match address.ip() {
            IpAddr::V4(four) => four.to_string(),
            IpAddr::V6(six) => format!("[{six}]"),
        });
        hosts.extend(more.iter().map(|host| host.to_ascii_lowercase()));
        Self { hosts }
    }

    /// What is wrong with a request's headers.
    fn refuse(&self, headers: &HeaderMap, authority: Option<&str>) -> Option<Wrong> {
        let forbidden = |error, message: &str| Some(Wrong::new(StatusCode::FORBIDDEN, error, message));
        let host = authority.or_else(|| headers.get(header::HOST)?.to_str().ok());
        if !host.is_some_and(|host| self.is_ours(host)) {
            return forbidden(
                "foreign-host",
                "this server is not known under that name; --allow-host NAME makes it known",
            );
        }
        let origin = match headers.get(header::ORIGIN).map(axum::http::HeaderValue::to_str) {
            None => return None,
            Some(Ok(origin)) => origin,
            Some(Err(_)) => "",
        };
        let of_page = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        if of_page.is_some_and(|of_page| Some(of_page) == host || self.is_ours(of_page)) {
            return None;
        }
        forbidden("foreign-origin", "pages of other sites cannot use this; --allow-host NAME lets one")
    }

    /// Whether `host:port` is one of our names. The port does not matter: a tunnel has its own.
    fn is_ours(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        self.hosts.iter().any(|ours| name.eq_ignore_ascii_case(ours))
    }
}

/// Lets through what may come in.
pub(super) async fn check(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let authority = request.uri().authority().map(axum::http::uri::Authority::as_str);
    match guard.refuse(request.headers(), authority) {
        Some(wrong) => wrong.into_response(),
        None => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_speak() {
        let guard = Guard::new("127.0.0.1:8787".parse().unwrap(), &["wms.test".to_owned()]);
        for (host, origin, allowed) in [
            (Some("127.0.0.1:8787"), None, true),
            (Some("localhost:8787"), None, true),
            (Some("LOCALHOST"), Some("http://localhost:8787"), true),
            (Some("[::1]:8787"), Some("http://[::1]:8787"), true),
            (Some("wms.test"), Some("https://wms.test"), true),
            (Some("127.0.0.1:8787"), Some("http://evil.example"), false),
            (Some("127.0.0.1:8787"), Some("null"), false),
            (Some("127.0.0.1:8787"), Some("http://localhost.evil.example"), false),
            (Some("evil.example"), None, false),
            (Some("evil.example:8787"), Some("http://evil.example:8787"), false),
            (Some("127.0.0.1.evil.example"), None, false),
            (Some(""), None, false),
            (None, None, false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in [(header::HOST, host), (header::ORIGIN, origin)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            assert_eq!(guard.refuse(&headers, None).is_none(), allowed, "{host:?} {origin:?}");
        }
    }
}
