//! `--before-session CMD|URL`

use crate::cli::error::CliError;
use crate::cli::job::send::SendJob;
use crate::delivery::announce::{Announcement, Announcer};
use crate::transport::plain;
use crate::transport::target::Target;

const AT_ONCE: usize = 16;

pub(super) fn announcer(job: &SendJob) -> Result<Option<Announcer>, CliError> {
    let Some(text) = &job.before_session else { return Ok(None) };
    let how = if is_url(text) {
        let target =
            Target::parse(text).map_err(|error| CliError::usage(format!("--before-session: {error}")))?;
        let client = plain::client(&target, &job.transport.tls)
            .map_err(|error| CliError::usage(format!("--before-session: {error}")))?;
        Announcement::Post {
            client,
            url: target.url().clone(),
            authorization: target.authorization().map(str::to_owned),
        }
    } else {
        Announcement::Command(text.clone())
    };
    Ok(Some(Announcer::new(how, job.transport.timeout, AT_ONCE)))
}

/// Whatever begins like a URL is meant as one, also where its scheme is wrong: a shell would only quote it, with all
/// that is secret in it.
fn is_url(text: &str) -> bool {
    let scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    text.split_once("://").is_some_and(|(before, _)| !before.is_empty() && before.chars().all(scheme))
}
