//! Opening the file: only one that is new, empty or ours is ever written to.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::error::ArchiveError;
use super::place::which;
use super::store::Store;

/// By this number, which SQLite keeps in the header, the file is known as ours ("wmsS").
const APPLICATION: u32 = 0x776d_7353;
/// The version of the tables. A newer program reads the older ones; an older program refuses the newer.
const VERSION: u32 = 1;
/// A server that is being replaced may still write its last.
const PATIENCE: Duration = Duration::from_secs(1);

const TABLES: &str = "
    CREATE TABLE session (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        about TEXT NOT NULL
    );
    CREATE TABLE record (
        key INTEGER PRIMARY KEY,
        session INTEGER NOT NULL,
        side INTEGER NOT NULL,
        about TEXT NOT NULL,
        body BLOB NOT NULL,
        answer BLOB NOT NULL
    );
    CREATE INDEX record_of_session ON record (session);
    CREATE TABLE latest (one INTEGER PRIMARY KEY CHECK (one = 1), change INTEGER NOT NULL);
    INSERT INTO latest VALUES (1, 0);
";

/// Opens a file, or makes it. From now on no other program can open it.
///
/// # Errors
/// It is not ours, or the system says no. Nothing was changed in it.
pub fn open(path: &Path) -> Result<Store, ArchiveError> {
    if !is_there(path)? {
        create(path)?;
    }
    begin(path)
}

/// Makes a file where none is. Unlike [`open`] it never opens one that is there.
///
/// # Errors
/// There is one; or the system says no.
pub(super) fn make(path: &Path) -> Result<(), ArchiveError> {
    if create(path)? { Ok(()) } else { Err(ArchiveError::Replaced) }
}

/// Opens a file that is there.
pub(super) fn begin(path: &Path) -> Result<Store, ArchiveError> {
    // SQLite takes some names, such as :memory:, for something else than a file.
    let path = std::path::absolute(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // The lock is taken with the first transaction, and kept until the end.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    // Takes effect on an empty file only, which it has to be set on before anything is written.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    // What was forgotten is not to be found in what is left of a page. Free pages are given back anyway.
    connection.pragma_update(None, "secure_delete", "FAST")?;
    let begun = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let number = |name: &str| begun.pragma_query_value(None, name, |row| row.get::<_, u32>(0));
    match (number("application_id")?, number("user_version")?) {
        (0, 0) if is_empty(&begun)? => {
            begun.pragma_update(None, "application_id", APPLICATION)?;
            begun.pragma_update(None, "user_version", VERSION)?;
            begun.execute_batch(TABLES)?;
        }
        (APPLICATION, VERSION) => {
            // A file that cannot be written is told now, and not with the first event.
            begun.execute("UPDATE latest SET change = change", [])?;
        }
        (APPLICATION, 0) => return Err(ArchiveError::Damaged("its format is not said".to_owned())),
        (APPLICATION, found) => return Err(ArchiveError::Newer { found, known: VERSION }),
        _ => return Err(ArchiveError::Foreign(OF_ANOTHER)),
    }
    begun.commit()?;
    // What was committed outlives a kill of the program; a loss of power can cost the last moment, and never the file.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "journal_size_limit", 8 << 20)?;
    // With the first that is read SQLite makes what lies beside the file, by which it is known later on.
    connection.query_row("SELECT count(*) FROM latest", [], |_| Ok(()))?;
    let which = which(&path)?;
    Ok(Store::new(connection, path, which))
}

const OF_ANOTHER: &str = "a database of another program";

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
}

/// Whether there is a file that may be written to. It is looked at without SQLite, which can change a file by opening it:
/// it finishes what another program has left undone.
fn is_there(path: &Path) -> Result<bool, ArchiveError> {
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    if about.is_dir() {
        return Err(ArchiveError::Foreign("a folder"));
    }
    if !about.is_file() {
        return Err(ArchiveError::Foreign("no file on a disk"));
    }
    // Both are needed, and SQLite would say less clearly what is missing.
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    if about.len() == 0 {
        return Ok(true);
    }
    let mut header = Vec::new();
    file.take(100).read_to_end(&mut header)?;
    let number = |at: usize| {
        let bytes = header.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u32::from_be_bytes)
    };
    if !header.starts_with(b"SQLite format 3\0") {
        return Err(ArchiveError::Foreign("no database"));
    }
    // Where the two stand in the header of every SQLite database.
    match (number(68), number(60)) {
        (APPLICATION, found) if found > VERSION => Err(ArchiveError::Newer { found, known: VERSION }),
        (APPLICATION, _) => Ok(true),
        _ => Err(ArchiveError::Foreign(OF_ANOTHER)),
    }
}

/// Makes the file; false where there is one by now. It will hold bodies, which are nobody else's business. What SQLite puts
/// beside it has the same mode.
fn create(path: &Path) -> Result<bool, ArchiveError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // Another server was quicker, and has the lock.
            if path.exists() { Ok(false) } else { Err(ArchiveError::Foreign("a link that leads nowhere")) }
        }
        Err(error) => Err(error.into()),
    }
}
