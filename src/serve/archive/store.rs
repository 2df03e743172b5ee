//! The tables: what is written to them and read from them.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::{Connection, Transaction, params};

use super::error::ArchiveError;
use super::history::{History, Told};
use super::open;
use super::row::{Read, Row};
use super::session::About;

/// The open file.
pub struct Store {
    connection: Connection,
    path: PathBuf,
    /// Which file it is; `None` while there is none.
    which: Option<(u64, u64)>,
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
    pub(super) const fn new(connection: Connection, path: PathBuf, which: Option<(u64, u64)>) -> Self {
        Self { connection, path, which }
    }

    /// Whether its file is still there. One that was removed while it is open can be written to, and nobody sees it.
    pub(super) fn is_in_place(&self) -> bool {
        self.which.is_some() && open::which(&self.path) == self.which
    }

    /// Opens the file at its path anew.
    pub(super) fn reopen(&mut self) -> Result<(), ArchiveError> {
        // The old one is closed first: it takes away what lies beside it, which has the names of the new one's.
        self.which = None;
        self.connection = Connection::open_in_memory()?;
        *self = open::open(&self.path)?;
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
