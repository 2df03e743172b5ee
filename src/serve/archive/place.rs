//! What stands where the file was opened: by then it may be gone, or be another one.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// What stands where a file was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The file that was opened.
    Own,
    /// None. One that was removed while it is open can be written to, and nobody sees it.
    Empty,
    /// Another one.
    Taken,
}

/// By what a file is known, whatever its name: its device and its number there.
pub(super) type Which = (u64, u64);

/// Which file stands at a path; `None` where there is none.
pub(super) fn which(path: &Path) -> io::Result<Option<Which>> {
    match fs::metadata(path) {
        Ok(about) => Ok(Some(number(&about))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn number(about: &fs::Metadata) -> Which {
    use std::os::unix::fs::MetadataExt as _;
    (about.dev(), about.ino())
}

/// Where files have no numbers, one that is open cannot be removed or replaced.
#[cfg(not(unix))]
fn number(about: &fs::Metadata) -> Which {
    (0, u64::from(about.is_file()))
}

/// What SQLite keeps beside a file: the latest changes, which it adds to whatever file then has the name.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    which: Which,
}

/// Where the log of a file is.
fn log_of(file: &Path) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push("-wal");
    path.into()
}

impl Log {
    /// The log of a file that is open; a link to it was followed. `None` where there is none.
    pub(super) fn of(file: &Path) -> Option<Self> {
        let path = log_of(file);
        let which = which(&path).ok()??;
        Some(Self { path, which })
    }

    /// Removes it, unless another one stands in its place by now.
    pub(super) fn remove(&self) -> io::Result<()> {
        if which(&self.path)? == Some(self.which) { fs::remove_file(&self.path) } else { Ok(()) }
    }
}

/// Whether what is in the log of a file, which need not be there, is from somebody else than this log.
pub(super) fn has_other_log(file: &Path, own: Option<&Log>) -> io::Result<bool> {
    let path = log_of(file);
    let is_other = which(&path)?.is_some_and(|there| Some(there) != own.map(|log| log.which));
    Ok(is_other && fs::metadata(&path)?.len() > 0)
}

/// Removes a file that was just made, unless another one stands in its place by now.
pub(super) fn unmake(file: &Path, made: Which) -> io::Result<()> {
    if which(file)? == Some(made) { fs::remove_file(file) } else { Ok(()) }
}
