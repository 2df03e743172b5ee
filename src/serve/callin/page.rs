//! The landing page as it is served: its files, and the data that one page is made with.

use serde::Serialize;

/// What every page may load: scripts and styles from this server only, and none inside the page.
pub const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                       base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Further headers of the page: its path holds tokens, which must not go on to the callback as a referrer nor stay in a
/// cache, and what it shows is true only now.
pub const HEADERS: &[(&str, &str)] = &[
    ("Content-Security-Policy", CSP),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
];

const PAGE: &str = include_str!("../pages/landing.html");
const DATA: &str = "{{data}}";

/// A file beside the page.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Where the page asks for it.
    pub path: &'static str,
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// What is in it.
    pub body: &'static str,
}

macro_rules! script {
    ($name:literal) => {
        Asset {
            path: concat!("/assets/landing/", $name),
            content_type: "text/javascript; charset=utf-8",
            body: include_str!(concat!("../pages/landing/", $name)),
        }
    };
}

/// Everything that the page asks this server for, besides the API.
pub const ASSETS: &[Asset] = &[
    Asset {
        path: "/assets/landing.css",
        content_type: "text/css; charset=utf-8",
        body: include_str!("../pages/landing.css"),
    },
    script!("main.js"),
    script!("api.js"),
    script!("chooser.js"),
    script!("dom.js"),
    script!("follow.js"),
    script!("leaving.js"),
    script!("log.js"),
    script!("memory.js"),
    script!("ring.js"),
    script!("words.js"),
];

/// What a page is made with.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Data {
    /// The Config ID of the path.
    pub config: String,
    /// Whether a config of that ID is there; where not, the command line's defaults are used.
    pub known_config: bool,
    /// The session ID of the path.
    pub session_id: Option<String>,
    /// Whether a session of that ID was begun already: the page then shows it, and does not start it again.
    pub known_session: bool,
    /// The scenario that the query, the config or the command line names.
    pub scenario: Option<String>,
    /// The mix that they name.
    pub mix: Option<String>,
    /// How fast, such as `20x`.
    pub pace: Option<String>,
    /// The session starts by itself.
    pub auto: bool,
    /// Where the browser will be sent, without results; for the eyes only.
    pub callback: Option<String>,
    /// What looks like a slip of the app, in words.
    pub notes: Vec<String>,
}

/// The page with its data.
pub fn html(data: &Data) -> String {
    // Of these types serde_json always writes JSON.
    let json = serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned());
    PAGE.replacen(DATA, &inert(&json), 1)
}

/// JSON that can stand inside a `script` element whatever strangers put into it: nothing there can end the element or
/// begin a comment.
fn inert(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_sent_stays_data() {
        let hostile = "</script><script>alert(1)</script><!-- & \u{2028} \"' {{data}} \\";
        let data = Data {
            config: hostile.to_owned(),
            session_id: Some(hostile.to_owned()),
            notes: vec![hostile.to_owned()],
            ..Data::default()
        };
        let page = html(&data);
        let plain = html(&Data::default());
        for mark in ["<", ">", "</script"] {
            assert_eq!(page.matches(mark).count(), plain.matches(mark).count(), "{mark}");
        }
        let (_, after) = page.split_once(r#"id="data">"#).unwrap();
        let (json, _) = after.split_once("</script>").unwrap();
        let read: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(read["sessionId"], hostile);
        assert_eq!(read["config"], hostile);
    }

    #[test]
    fn the_page_needs_nothing_that_its_policy_forbids() {
        let page = html(&Data::default());
        for forbidden in [" style=", "<style", " onclick=", " onload=", "javascript:", "http://", "https://"]
        {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
        assert_eq!(page.matches("<script").count(), 2, "the data, and one module");
    }

    #[test]
    fn everything_that_is_asked_for_is_there() {
        let known = |path: &str| ASSETS.iter().any(|asset| asset.path == path);
        let page = html(&Data::default());
        for (_, rest) in page.match_indices("=\"/assets/").map(|(place, _)| page.split_at(place + 2)) {
            let path = rest.split('"').next().unwrap();
            assert!(known(path), "{path}");
        }
        for asset in ASSETS.iter().filter(|asset| asset.content_type.starts_with("text/javascript")) {
            for (_, rest) in
                asset.body.match_indices("from \"./").map(|(place, _)| asset.body.split_at(place + 8))
            {
                let name = rest.split('"').next().unwrap();
                assert!(known(&format!("/assets/landing/{name}")), "{} imports {name}", asset.path);
            }
        }
    }
}
