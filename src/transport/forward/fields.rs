//! Which fields belong to a connection.

use hyper::header::{
    CONNECTION, EXPECT, HeaderMap, HeaderName, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};

/// RFC 9110, 7.6.1, and `Expect`, whose answer was given when the body was read.
const OF_CONNECTION: [HeaderName; 10] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    EXPECT,
];

/// Fields that no `Connection` can take away: without them it is another message.
const OF_MESSAGE: [&str; 4] = ["host", "content-length", "content-type", "x-wms-content-mac"];

/// What is left without that which belongs to the connection, or of which its `Connection` field says so, in its order.
pub(super) fn without_connection(headers: &HeaderMap) -> HeaderMap {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .filter(|name: &HeaderName| !OF_MESSAGE.contains(&name.as_str()))
        .collect();
    // Taking one out would put the last one in its place.
    let mut left = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        if !named.contains(name) && !OF_CONNECTION.contains(name) {
            left.append(name, value.clone());
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_the_connection_is_left_out() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", "h"),
            ("connection", "keep-alive, X-Hop,  content-type"),
            ("connection", "x-wms-content-mac"),
            ("keep-alive", "timeout=5"),
            ("x-hop", "1"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("expect", "100-continue"),
            ("content-type", "application/json"),
            ("x-wms-content-mac", "a"),
            ("x-wms-content-mac", "b"),
            ("cookie", "c"),
        ] {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        let left = without_connection(&headers);
        let left: Vec<&str> = left.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(left, ["host", "content-type", "x-wms-content-mac", "x-wms-content-mac", "cookie"]);
    }
}
