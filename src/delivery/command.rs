//! Running a command of the user's for a session.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::announce::SESSION_VARIABLE;

/// So much of what a command says last is kept; the rest is read and forgotten.
const KEPT: usize = 4 << 10;
/// How long the rest of what a command said may take to arrive once it has ended.
const GRACE: Duration = Duration::from_millis(50);

/// Runs a shell command and waits for its end. When the future is dropped, the command ends, and whatever it started.
pub(super) async fn run(command: &str, session_id: &str) -> Result<(), String> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut process = Command::new(shell);
    process
        .args([flag, command])
        .env(SESSION_VARIABLE, session_id)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    process.process_group(0);
    let child = process.spawn().map_err(|error| format!("--before-session could not be run: {error}"))?;
    let mut group = Group(child);
    let mut said = Vec::with_capacity(2 * KEPT);
    let stderr = group.0.stderr.take();
    let status = {
        let mut listening = std::pin::pin!(listen(stderr, &mut said));
        let early = tokio::select! {
            status = group.0.wait() => Some(status),
            () = &mut listening => None,
        };
        match early {
            // What the command left running may hold its end of the pipe for ever: what was said is there by now.
            Some(status) => {
                let _ = tokio::time::timeout(GRACE, listening).await;
                status
            }
            None => group.0.wait().await,
        }
        .map_err(|error| format!("--before-session could not be waited for: {error}"))?
    };
    if status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    let last: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    Err(format!("the command of --before-session failed ({status}): {last}"))
}

/// Reads to the end and keeps what came last.
async fn listen(from: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
    let Some(mut from) = from else { return };
    let mut piece = [0; KEPT];
    while let Ok(count @ 1..) = from.read(&mut piece).await {
        kept.extend_from_slice(&piece[..count]);
        let surplus = kept.len().saturating_sub(KEPT);
        kept.drain(..surplus);
    }
}

/// A command and what it started: a shell that is ended alone leaves its children behind.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(pid) =
            self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw)
        {
            // Where the group has ended by itself there is nothing to end.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }
}
