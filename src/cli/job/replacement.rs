//! A file that is replaced at the end of a long run: known to be writable before it, and whole or as it was.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::cli::error::CliError;

/// A file that is to be written. Where it is dropped before, what was there is as it was.
pub(super) struct Replacement {
    /// What it is, with its article.
    what: String,
    /// As it was typed.
    path: PathBuf,
    place: Place,
}

enum Place {
    /// A file beside, which takes the place of the one behind a link.
    Beside(NamedTempFile, PathBuf),
    /// Where nothing can be put beside it, and what is no ordinary file: a pipe, a device.
    Within(PathBuf),
}

/// Where a file comes from and what it is to be, for messages.
#[derive(Clone, Copy)]
pub(super) struct Purpose<'a> {
    /// What it is, with its article: `the html report`.
    pub what: &'a str,
    /// The flag that named it.
    pub flag: &'static str,
}

impl Replacement {
    /// Sees to it that it can be written. `other` says what a file that is there already is, where it
    /// must not be replaced, with its article.
    pub fn open(
        path: &Path,
        purpose: Purpose<'_>,
        other: impl Fn(&mut File) -> std::io::Result<Option<String>>,
    ) -> Result<Self, CliError> {
        let place = place(path, purpose, other)?;
        Ok(Self { what: purpose.what.to_owned(), path: path.to_owned(), place })
    }

    /// Its path, as it was typed.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether one would take the place of the other, however its path was typed.
    pub fn is_that_of(&self, other: &Self) -> bool {
        match (&self.place, &other.place) {
            (Place::Beside(_, one), Place::Beside(_, other)) => one == other,
            _ => false,
        }
    }

    /// Whether it would take the place of a file that is there.
    pub fn takes(&self, path: &Path) -> bool {
        match &self.place {
            Place::Beside(_, target) => fs::canonicalize(path).is_ok_and(|path| path == *target),
            Place::Within(_) => false,
        }
    }

    pub fn write(self, text: &str) -> Result<(), CliError> {
        let Self { what, path, place } = self;
        let written = match place {
            Place::Within(path) => fs::write(path, text),
            Place::Beside(mut beside, target) => {
                let whole = beside.write_all(text.as_bytes()).and_then(|()| beside.as_file().sync_all());
                whole.and_then(|()| match beside.persist(&target) {
                    Ok(_) => Ok(()),
                    // A file that is mounted alone can be written to, and not replaced.
                    Err(_) if target.exists() => fs::write(&target, text),
                    Err(error) => Err(error.error),
                })
            }
        };
        written
            .map_err(|error| CliError::could_not(format!("cannot write {what} {}: {error}", path.display())))
    }
}

fn place(
    path: &Path,
    purpose: Purpose<'_>,
    other: impl Fn(&mut File) -> std::io::Result<Option<String>>,
) -> Result<Place, CliError> {
    let Purpose { what, flag } = purpose;
    let cannot = |error: std::io::Error| {
        let why = match error.kind() {
            ErrorKind::NotFound => "there is no such folder".to_owned(),
            ErrorKind::IsADirectory => "it is a folder".to_owned(),
            ErrorKind::PermissionDenied => "this user may not write it".to_owned(),
            _ => error.to_string(),
        };
        CliError::usage(format!("cannot write {what} {}: {why}", path.display())).about(flag)
    };
    // Whoever made a link wants what is behind it to be written.
    let target = fs::canonicalize(path).unwrap_or_else(|_| new_path(path));
    let there = match fs::metadata(&target) {
        Ok(data) if data.is_dir() => return Err(cannot(ErrorKind::IsADirectory.into())),
        Ok(data) if !data.is_file() => return Ok(Place::Within(target)),
        Ok(data) => Some(data),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(cannot(error)),
    };
    if there.is_some() {
        // It is opened for writing too: what may not be written is not replaced either.
        let mut file = File::options().read(true).write(true).open(&target).map_err(cannot)?;
        if let Some(kind) = other(&mut file).map_err(cannot)? {
            let message = format!("{} is there already, and is {kind}", path.display());
            return Err(CliError::usage(message)
                .about(flag)
                .help("nothing was changed; name another file, or remove this one"));
        }
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match beside(folder) {
        Ok(file) => {
            if let Some(data) = there {
                // Nothing depends on it; the file can be read by those who could read it before, if that can be had.
                let _ = file.as_file().set_permissions(data.permissions());
            }
            Ok(Place::Beside(file, target))
        }
        Err(_) if there.is_some() => Ok(Place::Within(target)),
        Err(error) => Err(cannot(error)),
    }
}

/// The whole path of a file that is not there yet.
fn new_path(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (fs::canonicalize(folder), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// A file for what is not whole yet, with the rights that every new file gets.
fn beside(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".wms-sim-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
