//! The tables: what is written to them and read from them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::{Connection, Transaction, params};

use super::error::ArchiveError;
use super::history::{History, Told};
use super::open;
use super::place::{Log, Place, Which, has_other_log, unmake, which};
use super::row::{Read, Row};
use super::session::About;

/// The open file.
pub struct Store {
    connection: Connection,
    path: PathBuf,
    /// Which file it is; `None` once it was given up.
    which: Option<Which>,
    log: Option<Log>,
}

/// Something to write.
#[derive(Debug)]
pub(super) enum Entry {
    /// A session, as it looks now: its ID and its text.
    Session(Arc<str>, String),
    /// A record of a session, which is written before it.
    Record(Arc<str>, Row),
    /// Sessions that are gone.
    Removed(Vec<Arc<str>>),
}

impl Store {
    pub(super) fn new(connection: Connection, path: PathBuf, which: Option<Which>) -> Self {
        let log = connection.path().and_then(|file| Log::of(Path::new(file)));
        Self { connection, path, which, log }
    }

    /// What stands where the file was opened.
    pub(super) fn place(&self) -> Result<Place, ArchiveError> {
        Ok(match which(&self.path)? {
            None => Place::Empty,
            there if there == self.which => Place::Own,
            Some(_) => Place::Taken,
        })
    }

    /// Gives up a file that was removed or replaced: nothing is written to it any more.
    pub(super) fn give_up(&mut self) {
        if self.which.take().is_none() {
            return;
        }
        // SQLite leaves its log beside a file that is not where it was, and would add it to the one that is there now. It
        // is emptied through the open file, so that only our own can be hit, and the old file is whole wherever it is.
        let emptied = self.empty_log().is_ok();
        if let Some(log) = self.log.take()
            && !emptied
        {
            // One that stays is a danger to a file that is not ours; more than this cannot be done about it.
            let _ = log.remove();
        }
        if let Ok(nothing) = Connection::open_in_memory() {
            self.connection = nothing;
        }
    }

    /// Makes the file again, empty, where none is.
    pub(super) fn make_again(&mut self) -> Result<(), ArchiveError> {
        // It would become part of the file, or be deleted.
        if has_other_log(&self.path, self.log.as_ref())? {
            return Err(ArchiveError::Replaced);
        }
        // The old file stays open until then: where its folder comes back, nothing has happened.
        open::make(&self.path)?;
        let made = which(&self.path)?;
        self.give_up();
        match (open::begin(&self.path), made) {
            (Ok(store), _) => *self = store,
            // An empty file would stand in the way of the next attempt.
            (Err(error), Some(made)) => {
                unmake(&self.path, made)?;
                return Err(error);
            }
            (Err(error), None) => return Err(error),
        }
        Ok(())
    }

    /// Writes entries in their order, and the number of the change up to which everything is there: all of it or none.
    pub(super) fn write(&mut self, entries: &[Entry], latest: u64) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        put(&transaction, entries)?;
        let latest = i64::try_from(latest).unwrap_or(i64::MAX);
        transaction.execute("UPDATE latest SET change = max(change, ?1)", [latest])?;
        transaction.commit()
    }

    /// The IDs of the sessions that are there.
    pub(super) fn ids(&self) -> rusqlite::Result<Vec<String>> {
        self.connection.prepare("SELECT id FROM session")?.query_map([], |row| row.get(0))?.collect()
    }

    /// Gives the room of what was deleted back to the system.
    pub(super) fn shrink(&self) -> rusqlite::Result<()> {
        // Each step frees a page.
        let mut statement = self.connection.prepare("PRAGMA incremental_vacuum")?;
        let mut pages = statement.query([])?;
        while pages.next()?.is_some() {}
        drop(pages);
        drop(statement);
        // The file itself changes with this, and what was forgotten is not to be found beside it either.
        self.empty_log()
    }

    /// Moves what stands beside the file into it.
    pub(super) fn empty_log(&self) -> rusqlite::Result<()> {
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
    }

    /// Reads everything. Rows that are damaged are passed over and counted; they are deleted, for nothing else ever
    /// would.
    ///
    /// # Errors
    /// The file itself is damaged, or cannot be read.
    pub fn read(&mut self) -> Result<History, ArchiveError> {
        let (mut sessions, mut by_number) = (Vec::new(), HashMap::new());
        let (mut bad_sessions, mut bad_records) = (Vec::new(), Vec::new());
        let mut statement = self.connection.prepare("SELECT number, id, about FROM session")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(0)?;
            let read =
                || Some((row.get::<_, String>(1).ok()?, About::of(row.get_ref(2).ok()?.as_str().ok()?)?));
            match read() {
                Some((id, about)) => {
                    by_number.insert(number, sessions.len());
                    sessions.push(Told { id: id.into(), about, records: Vec::new() });
                }
                None => bad_sessions.push(number),
            }
        }
        drop(rows);
        drop(statement);
        let mut statement = self
            .connection
            .prepare("SELECT key, session, side, about, body, answer FROM record ORDER BY key")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(0)?;
            let mut read = || {
                let place = *by_number.get(&row.get::<_, i64>(1).ok()?)?;
                let bytes = |at| Some(Bytes::copy_from_slice(row.get_ref(at).ok()?.as_bytes().ok()?));
                let (side, about) = (row.get(2).ok()?, row.get(3).ok()?);
                let read = Read::of(Row { key, side, about, body: bytes(4)?, answer: bytes(5)? })?;
                sessions.get_mut(place)?.records.push(read);
                Some(())
            };
            if read().is_none() {
                bad_records.push(key);
            }
        }
        drop(rows);
        drop(statement);
        let latest: i64 =
            self.connection.query_row("SELECT coalesce(max(change), 0) FROM latest", [], |row| row.get(0))?;
        let damaged = bad_sessions.len() + bad_records.len();
        let transaction = self.connection.transaction()?;
        for number in bad_sessions {
            transaction.execute("DELETE FROM session WHERE number = ?1", [number])?;
        }
        for key in bad_records {
            transaction.execute("DELETE FROM record WHERE key = ?1", [key])?;
        }
        transaction.commit()?;
        Ok(History::new(sessions, u64::try_from(latest).unwrap_or(0), damaged))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Where it is in its place SQLite itself takes away what is beside it.
        if !matches!(self.place(), Ok(Place::Own)) {
            self.give_up();
        }
    }
}

fn put(transaction: &Transaction<'_>, entries: &[Entry]) -> rusqlite::Result<()> {
    let mut session = transaction.prepare(
        "INSERT INTO session (id, about) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET about = excluded.about",
    )?;
    let mut record = transaction.prepare(
        "INSERT INTO record (session, key, side, about, body, answer)
         SELECT number, ?2, ?3, ?4, ?5, ?6 FROM session WHERE id = ?1
         ON CONFLICT (key) DO UPDATE SET session = excluded.session, side = excluded.side, about = excluded.about,
             body = excluded.body, answer = excluded.answer",
    )?;
    let mut remove_records = transaction
        .prepare("DELETE FROM record WHERE session = (SELECT number FROM session WHERE id = ?1)")?;
    let mut remove = transaction.prepare("DELETE FROM session WHERE id = ?1")?;
    for entry in entries {
        match entry {
            Entry::Session(id, about) => session.execute(params![&**id, about])?,
            Entry::Record(id, row) => {
                record.execute(params![&**id, row.key, row.side, row.about, &*row.body, &*row.answer])?
            }
            Entry::Removed(ids) => {
                for id in ids {
                    remove_records.execute([&**id])?;
                    remove.execute([&**id])?;
                }
                0
            }
        };
    }
    Ok(())
}
