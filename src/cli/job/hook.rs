//! Flags that take a command or a URL.

use crate::delivery::probe::PLACE;
use crate::transport::target::Target;

/// Whatever begins like a URL is meant as one, also where its scheme is wrong: a shell would only quote it, with all
/// that is secret in it.
pub(in crate::cli) fn is_url(text: &str) -> bool {
    let scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    text.split_once("://").is_some_and(|(before, _)| !before.is_empty() && before.chars().all(scheme))
}

/// How it is shown where it may hold credentials: of a URL as much as of a [`Target`], of a command `None`.
pub(in crate::cli) fn shown(text: &str) -> Option<String> {
    /// Stands for [`PLACE`] while the URL is read.
    const STAND_IN: &str = "place-of-the-session-id";
    let text = text.trim();
    if !is_url(text) {
        return None;
    }
    // Refused where it is given; here too, nothing behind it is shown.
    let text = text.split_once('#').map_or(text, |(text, _)| text);
    let (place, query) = text.split_once('?').map_or((text, None), |(place, query)| (place, Some(query)));
    let target = Target::parse(&place.replace(PLACE, STAND_IN)).ok()?;
    let mut shown = target.to_string().replace(STAND_IN, PLACE);
    for (place, pair) in query.into_iter().flat_map(|query| query.split('&')).enumerate() {
        shown.push(if place == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            Some((_, PLACE)) => shown.push_str(pair),
            Some((name, _)) => shown.extend([name, "=***"]),
            None => shown.push_str("***"),
        }
    }
    Some(shown)
}
