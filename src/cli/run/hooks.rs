//! What goes on beside the deliveries: `--before-session` and `--expect-probe`

use crate::cli::error::CliError;
use crate::cli::job::hook::is_url;
use crate::cli::job::probe::Whom;
use crate::cli::job::send::SendJob;
use crate::delivery::announce::{Announcement, Announcer};
use crate::delivery::call::Caller;
use crate::delivery::probe::{Prober, Question};
use crate::transport::limits::DEFAULT_TIMEOUT;
use crate::transport::options::TransportOptions;
use crate::transport::plain::Idle;
use crate::transport::target::Target;

/// So many commands or calls of each at once.
const AT_ONCE: usize = 16;

pub(super) fn announcer(job: &SendJob) -> Result<Option<Announcer>, CliError> {
    announcer_of(job.before_session.as_deref(), &job.transport, Idle::Kept)
}

/// Who announces sessions, where somebody does.
pub(super) fn announcer_of(
    before_session: Option<&str>,
    transport: &TransportOptions,
    idle: Idle,
) -> Result<Option<Announcer>, CliError> {
    let Some(text) = before_session else { return Ok(None) };
    let how = if is_url(text) {
        let target =
            Target::parse(text).map_err(|error| CliError::usage(format!("--before-session: {error}")))?;
        Announcement::Post {
            caller: caller("--before-session", &target, transport, idle)?,
            target: Box::new(target),
        }
    } else {
        Announcement::Command(text.to_owned())
    };
    Ok(Some(Announcer::new(how, transport.timeout, AT_ONCE)))
}

pub(super) fn prober(job: &SendJob) -> Result<Option<Prober>, CliError> {
    let Some(probe) = &job.expect_probe else { return Ok(None) };
    let question = question("--expect-probe", &probe.whom, &job.transport, Idle::Kept)?;
    // A run has to end, also one whose deliveries may take for ever.
    let timeout = job.transport.timeout.unwrap_or(DEFAULT_TIMEOUT);
    Ok(Some(Prober::new(question, probe.within, timeout, AT_ONCE)))
}

/// How the user's system is asked after a session.
pub(super) fn question(
    flag: &'static str,
    whom: &Whom,
    transport: &TransportOptions,
    idle: Idle,
) -> Result<Question, CliError> {
    Ok(match whom {
        Whom::Command(line) => Question::Command { flag, line: line.clone() },
        Whom::Url(url) => {
            Question::Get { caller: caller(flag, url.sample(), transport, idle)?, url: Box::new(url.clone()) }
        }
    })
}

fn caller(
    flag: &'static str,
    target: &Target,
    transport: &TransportOptions,
    idle: Idle,
) -> Result<Caller, CliError> {
    Caller::new(flag, target, &transport.tls, idle)
        .map_err(|error| CliError::usage(format!("{flag}: {error}")))
}
