//! Why a file cannot hold the history.

use std::io;

/// Why a file cannot hold the history. Nothing was changed in it.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It holds something else.
    #[error("it is there already, and is {0}")]
    Foreign(&'static str),
    /// It was written by a program that knows more.
    #[error("it was made by a newer wms-sim (its format is {found}, and this one knows {known})")]
    Newer {
        /// The version of the file's format.
        found: u32,
        /// The one of this program.
        known: u32,
    },
    /// Another program has it open.
    #[error("another wms-sim is writing it")]
    Locked,
    /// It is not the file that was opened any more.
    #[error("another file was put in its place, and is left as it is; move that one away")]
    Replaced,
    /// What it holds cannot be read.
    #[error("it is damaged ({0})")]
    Damaged(String),
    /// There is no such folder.
    #[error("there is no such folder")]
    NoFolder,
    /// This user may not.
    #[error("this user may not read and write it, or may not create files beside it")]
    Denied,
    /// The system says no.
    #[error("{0}")]
    Failed(String),
}

impl ArchiveError {
    /// What to do about it.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::Foreign(_) => "nothing was changed; name another file, or remove this one",
            Self::Newer { .. } => "nothing was changed; use that wms-sim, or name another file",
            Self::Locked => {
                "give each server a file of its own, or end the other one; nor may a SQLite shell have it open"
            }
            Self::Replaced => "move that one away, and the history is written to a new file",
            Self::Damaged(_) => {
                "move it away, and what lies beside it with -wal at its end, to begin with an empty history"
            }
            Self::NoFolder => "create it, or name a file in a folder that is there",
            Self::Denied => "name a file in a folder that you may write to",
            Self::Failed(_) => "name a file on a local disk with room",
        }
    }
}

impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::NoFolder,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Denied,
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<rusqlite::Error> for ArchiveError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{
            CannotOpen, ConstraintViolation, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, NotADatabase,
            PermissionDenied, ReadOnly, SchemaChanged, TypeMismatch, Unknown,
        };
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => Self::Locked,
            // The tables are not those that this program makes: SQLite has no code of its own for that.
            Some(Unknown | SchemaChanged | ConstraintViolation | TypeMismatch) | None => {
                Self::Damaged(said(error))
            }
            Some(NotADatabase | DatabaseCorrupt) => Self::Damaged(said(error)),
            Some(ReadOnly | PermissionDenied | CannotOpen) => Self::Denied,
            Some(_) => Self::Failed(said(error)),
        }
    }
}

/// What SQLite says, without the statement that it was asked.
fn said(error: rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg,
        other => other.to_string(),
    }
}
