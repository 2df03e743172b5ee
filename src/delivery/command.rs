//! Running a command of the user's.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Child;

/// So much of what a command says last on standard error is kept; the rest is read and forgotten.
const KEPT: usize = 4 << 10;
/// So many characters of what it printed are told where it failed.
const TOLD: usize = 60;
/// What a shell ends with that may not run a command, or does not find it.
const MISSING: &[i32] = if cfg!(windows) { &[9009] } else { &[126, 127] };
/// How long the rest of what a command said may take to arrive once it has ended.
const GRACE: Duration = Duration::from_millis(50);

/// A shell command, which finds what it is about in a variable of its environment.
pub struct Command<'a> {
    /// The flag that it came with.
    pub flag: &'static str,
    /// What the shell reads.
    pub line: &'a str,
    /// The variable's name and value.
    pub variable: (&'static str, &'a str),
    /// How much it may say on standard output; `None` where nobody listens.
    pub most_said: Option<usize>,
}

impl Command<'_> {
    /// Runs it and waits for its end; gives what it said on standard output. When the future is dropped, the command
    /// ends, and whatever it started.
    ///
    /// # Errors
    /// It could not be run, failed, or said too much.
    pub async fn run(self) -> Result<Vec<u8>, String> {
        self.ended().await.map_err(|failed| failed.why)
    }

    /// Runs it, and says why it never can be: the shell does not find it, or may not run it. What it does otherwise does not
    /// matter, and what goes on for longer than this was found, and is ended.
    pub async fn missing(self, limit: Duration) -> Option<String> {
        let failed = tokio::time::timeout(limit, self.ended()).await.ok()?.err()?;
        failed.is_missing.then_some(failed.why)
    }

    async fn ended(self) -> Result<Vec<u8>, Failed> {
        let flag = self.flag;
        let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
        let mut process = tokio::process::Command::new(shell);
        process
            .args([option, self.line])
            .env(self.variable.0, self.variable.1)
            .stdin(Stdio::null())
            .stdout(if self.most_said.is_some() { Stdio::piped() } else { Stdio::null() })
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        process.process_group(0);
        let child = process
            .spawn()
            .map_err(|error| Failed { why: format!("{flag} could not be run: {error}"), is_missing: true })?;
        let mut group = Group(child);
        let (stdout, stderr) = (group.0.stdout.take(), group.0.stderr.take());
        let (mut said, mut complained) = (Vec::new(), Vec::with_capacity(2 * KEPT));
        let status = {
            let mut listening = std::pin::pin!(async {
                let all = async { listen_to_all(stdout, self.most_said.unwrap_or(0), &mut said).await };
                // One that says too much is not waited for.
                tokio::try_join!(all, async {
                    listen_to_last(stderr, &mut complained).await;
                    Ok(())
                })
                .map(|_| ())
            });
            let early = tokio::select! {
                status = group.0.wait() => Some(status),
                heard = &mut listening => {
                    heard?;
                    None
                }
            };
            match early {
                // What the command left running may hold its end of the pipe for ever: what was said is there by now.
                Some(status) => {
                    if let Ok(heard) = tokio::time::timeout(GRACE, listening).await {
                        heard?;
                    }
                    status
                }
                None => group.0.wait().await,
            }
            .map_err(|error| format!("{flag} could not be waited for: {error}"))?
        };
        if status.success() {
            return Ok(said);
        }
        let is_missing = status.code().is_some_and(|code| MISSING.contains(&code));
        Err(Failed { why: failed(flag, status, &complained, &said), is_missing })
    }
}

/// Why a command did not do what it was run for.
struct Failed {
    why: String,
    /// It can never be run.
    is_missing: bool,
}

impl From<String> for Failed {
    fn from(why: String) -> Self {
        Self { why, is_missing: false }
    }
}

/// What it complained of last, and what it printed, which may be the answer all the same.
fn failed(flag: &str, status: ExitStatus, complained: &[u8], said: &[u8]) -> String {
    let complained = String::from_utf8_lossy(complained);
    let last = complained.lines().rev().find(|line| !line.trim().is_empty());
    let said = String::from_utf8_lossy(said);
    let mut visible = said.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
    let begin: String = visible.by_ref().take(TOLD).collect();
    let more = if visible.next().is_some() { "..." } else { "" };
    let mut why = format!("the command of {flag} failed ({status})");
    match last {
        Some(last) => why.extend(": ".chars().chain(last.chars().filter(|c| !c.is_control()).take(200))),
        None if begin.is_empty() => why.push_str(": it said nothing"),
        None => {}
    }
    if !begin.is_empty() {
        why.extend(["; it printed ", &begin, more]);
    }
    why
}

/// Reads to the end, or until it is too much.
async fn listen_to_all(
    from: Option<impl AsyncRead + Unpin>,
    most: usize,
    said: &mut Vec<u8>,
) -> Result<(), String> {
    let Some(mut from) = from else { return Ok(()) };
    let mut piece = [0; KEPT];
    while let Ok(count @ 1..) = from.read(&mut piece).await {
        if said.len() + count > most {
            return Err(format!("the answer is longer than {most} bytes"));
        }
        said.extend_from_slice(&piece[..count]);
    }
    Ok(())
}

/// Reads to the end and keeps what came last.
async fn listen_to_last(from: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
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
