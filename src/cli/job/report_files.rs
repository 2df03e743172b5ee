//! The files of reports: known to be writable before a long run, and replaced when the report is whole.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::cli::args::{ReportArgs, ReportTo};
use crate::cli::error::CliError;
use crate::cli::printer::Out;
use crate::outcome::check::Check;
use crate::report::check::Format;

/// Reports that are to be written. Where it is dropped before, what was there is as it was.
pub(in crate::cli) struct ReportFiles(Vec<Waiting>);

struct Waiting {
    format: Format,
    /// As it was typed.
    path: PathBuf,
    place: Place,
}

enum Place {
    Stdout,
    /// A file beside, which takes the place of the one behind a link.
    Replace(NamedTempFile, PathBuf),
    /// Where nothing can be put beside it, and what is no ordinary file: a pipe, a device.
    Within(PathBuf),
}

impl Place {
    /// Whether one report would take the place of the other, however its path was typed.
    fn is_that_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Stdout, Self::Stdout) => true,
            (Self::Replace(_, one), Self::Replace(_, other)) => one == other,
            _ => false,
        }
    }
}

impl ReportFiles {
    /// Sees to it that each can be written.
    pub fn open(args: &ReportArgs) -> Result<Self, CliError> {
        let all: Vec<&ReportTo> = args.report.iter().flat_map(|list| &list.0).collect();
        for (place, one) in all.iter().enumerate() {
            if all.iter().take(place).any(|other| one.format == other.format) {
                let message = format!("--report names {} twice", one.format);
                return Err(CliError::usage(message).help("each format can go to one file"));
            }
        }
        let mut files: Vec<Waiting> = Vec::new();
        for one in all {
            let waiting = Waiting::open(one)?;
            if let Some(other) = files.iter().find(|other| other.place.is_that_of(&waiting.place)) {
                let (format, path) = (waiting.format, waiting.path.display());
                let message = format!("--report sends {} and {format} to {path}", other.format);
                return Err(CliError::usage(message).help("each report needs a file of its own"));
            }
            files.push(waiting);
        }
        Ok(Self(files))
    }

    /// Whether one of them goes to standard output, which then takes nothing else.
    pub fn takes_stdout(&self) -> bool {
        self.0.iter().any(|waiting| matches!(waiting.place, Place::Stdout))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes each. Where one cannot be written, the others are all the same.
    pub fn write(self, check: &Check) -> Result<(), CliError> {
        let mut errors = self.0.into_iter().filter_map(|waiting| waiting.write(check).err());
        let Some(mut first) = errors.next() else { return Ok(()) };
        for another in errors {
            first = first.help(another.message);
        }
        Err(first)
    }
}

impl Waiting {
    fn open(to: &ReportTo) -> Result<Self, CliError> {
        let ReportTo { format, path } = to;
        let place = if path.as_os_str() == "-" { Place::Stdout } else { place(*format, path)? };
        Ok(Self { format: *format, path: path.clone(), place })
    }

    fn write(self, check: &Check) -> Result<(), CliError> {
        let Self { format, path, place } = self;
        let report = format.render(check).map_err(|error| CliError::could_not(error.to_string()))?;
        let written = match place {
            Place::Stdout => {
                Out::open().text(&report);
                Ok(())
            }
            Place::Within(path) => fs::write(path, &report),
            Place::Replace(mut beside, target) => {
                let whole = beside.write_all(report.as_bytes()).and_then(|()| beside.as_file().sync_all());
                whole.and_then(|()| match beside.persist(&target) {
                    Ok(_) => Ok(()),
                    // A file that is mounted alone can be written to, and not replaced.
                    Err(_) if target.exists() => fs::write(&target, &report),
                    Err(error) => Err(error.error),
                })
            }
        };
        written.map_err(|error| {
            CliError::could_not(format!("cannot write the {format} report {}: {error}", path.display()))
        })
    }
}

fn place(format: Format, path: &Path) -> Result<Place, CliError> {
    let cannot = |error: std::io::Error| {
        let why = match error.kind() {
            ErrorKind::NotFound => "there is no such folder".to_owned(),
            ErrorKind::IsADirectory => "it is a folder".to_owned(),
            ErrorKind::PermissionDenied => "this user may not write it".to_owned(),
            _ => error.to_string(),
        };
        CliError::usage(format!("cannot write the {format} report {}: {why}", path.display())).about("report")
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
        if !is_ours(&mut file).map_err(cannot)? {
            let message = format!("{} is there already, and is no report of wms-sim", path.display());
            return Err(CliError::usage(message)
                .about("report")
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
            Ok(Place::Replace(file, target))
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

/// Whether the file is empty, or begins as a report does.
fn is_ours(file: &mut File) -> std::io::Result<bool> {
    let longest = Format::ALL.iter().map(|format| format.begin().len()).max().unwrap_or_default();
    let mut begin = Vec::new();
    file.take(longest as u64).read_to_end(&mut begin)?;
    Ok(begin.is_empty() || Format::ALL.iter().any(|format| begin.starts_with(format.begin().as_bytes())))
}
