//! Flags that take a command or a URL.

/// Whatever begins like a URL is meant as one, also where its scheme is wrong: a shell would only quote it, with all
/// that is secret in it.
pub(in crate::cli) fn is_url(text: &str) -> bool {
    let scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    text.split_once("://").is_some_and(|(before, _)| !before.is_empty() && before.chars().all(scheme))
}
