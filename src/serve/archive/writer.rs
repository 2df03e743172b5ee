//! The thread that writes what changes.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::error::ArchiveError;
use super::history::Targets;
use super::place::Place;
use super::row::row;
use super::session::text;
use super::store::{Entry, Store};
use crate::clock::Moment;
use crate::serve::hub::{Hub, Persisting};
use crate::serve::ledger::{Change, Kept, Ledger, News, Record, Side, What};

/// How much is taken from the ledger at once: it is locked meanwhile.
const AT_ONCE: usize = 256;
/// How much of that goes into one transaction, at the most.
const TOGETHER: usize = 32;
/// How long is waited between two transactions: what changes in between is written once.
const PAUSE: Duration = Duration::from_millis(100);
/// How long what was deleted may lie there until its room is given back: that takes longer than deleting, and under load
/// the room is needed again. For as long what was written lies beside the file; and so often it is looked at whether the
/// file is still there.
const TIDY_AFTER: Duration = Duration::from_secs(1);
/// How long is waited after one that failed.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// Writes what changes, until it is ended.
pub struct Writer {
    end: watch::Sender<bool>,
    thread: JoinHandle<()>,
}

impl Writer {
    /// Begins to write what changes from now on, on a thread of its own; `known` is the number of the latest change that
    /// is in the file already. What goes wrong is told by `warn`, once, and again when it is over.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn start(
        store: Store,
        hub: Arc<Hub>,
        targets: Targets,
        file: String,
        known: u64,
        warn: impl Fn(&str) + Send + 'static,
    ) -> io::Result<Self> {
        let (end, ending) = watch::channel(false);
        hub.persisting().send_replace(Some(Persisting { file: file.clone(), error: None }));
        let runtime = Handle::current();
        let mut mirror = Mirror::new(store, hub, targets, known);
        let thread = std::thread::Builder::new()
            .name("persist".to_owned())
            .spawn(move || mirror.run(&runtime, ending, &file, &warn))?;
        Ok(Self { end, thread })
    }

    /// Writes the last, and ends. It waits for the disk.
    pub fn finish(self) {
        self.end.send_replace(true);
        // One that panicked has nothing more to write.
        let _ = self.thread.join();
    }
}

/// What is to be written, as it was found in the ledger.
enum Found {
    Session(Arc<str>, Kept),
    Record(Arc<str>, Side, Record),
    Removed(Vec<Arc<str>>),
}

/// What is to be written, and the change up to which everything is then there.
struct Batch {
    known: u64,
    found: Vec<Found>,
    /// Everything has to be looked at again.
    anew: bool,
}

/// The file and what it mirrors.
pub(super) struct Mirror {
    pub store: Store,
    hub: Arc<Hub>,
    targets: Targets,
    known: u64,
    /// The file may lack anything: everything has to be written, however often that fails half way.
    anew: bool,
    /// When something was last written that still lies beside the file.
    written: Option<Moment>,
    /// When something was deleted whose room was not given back yet.
    deleted: Option<Moment>,
}

impl Mirror {
    pub fn new(store: Store, hub: Arc<Hub>, targets: Targets, known: u64) -> Self {
        Self { store, hub, targets, known, anew: false, written: None, deleted: None }
    }

    fn run(&mut self, runtime: &Handle, mut ending: watch::Receiver<bool>, file: &str, warn: &dyn Fn(&str)) {
        let mut changes = self.hub.changes();
        loop {
            // Looked at before the last is written, so that nothing is left out. Whoever drops the writer ends it too.
            let last = *ending.borrow_and_update() || ending.has_changed().is_err();
            changes.borrow_and_update();
            let result = self.catch_up().and_then(|()| self.tidy(self.hub.now(), last));
            let failed = result.as_ref().err().map(ToString::to_string);
            self.tell(file, failed, last, warn);
            if last {
                return;
            }
            let pause = if result.is_ok() { PAUSE } else { AFTER_FAILURE };
            runtime.block_on(async {
                let _ = tokio::time::timeout(pause, ending.wait_for(|end| *end)).await.map(drop);
                if result.is_ok() && !*ending.borrow() {
                    tokio::select! {
                        // The hub is held here, so it does not end first.
                        _ = changes.changed() => {}
                        _ = ending.changed() => {}
                        () = tokio::time::sleep(TIDY_AFTER) => {}
                    }
                }
            });
        }
    }

    /// Tells once that the file cannot be written, and once that it can be again.
    fn tell(&self, file: &str, failed: Option<String>, last: bool, warn: &dyn Fn(&str)) {
        let known = self.hub.persisting().borrow().as_ref().and_then(|persisting| persisting.error.clone());
        match (&known, &failed) {
            (_, Some(error)) if last => {
                warn(&format!("{file} was not written to the end: {error}; what happened last is not in it"));
            }
            (None, Some(error)) => {
                warn(&format!("{file} cannot be written: {error}; the server goes on, and tries again"));
            }
            (Some(_), None) => warn(&format!("{file} is written again, and nothing is missing in it")),
            _ => {}
        }
        if known != failed {
            let now = Persisting { file: file.to_owned(), error: failed };
            self.hub.persisting().send_replace(Some(now));
        }
    }

    /// Writes everything that is new.
    pub(super) fn catch_up(&mut self) -> Result<(), ArchiveError> {
        loop {
            match self.store.place()? {
                Place::Own => {}
                Place::Taken => {
                    self.anew = true;
                    self.store.give_up();
                    return Err(ArchiveError::Replaced);
                }
                Place::Empty => {
                    // Whoever removed it may well have meant to, until there is something to write.
                    if !self.anew && self.hub.look(Ledger::latest) == self.known {
                        return Ok(());
                    }
                    self.anew = true;
                    self.store.make_again()?;
                }
            }
            if self.anew {
                self.write_anew()?;
            }
            let Batch { known, found, anew } = self.batch();
            self.anew = anew;
            if !anew {
                if known == self.known {
                    return Ok(());
                }
                self.write(found, known)?;
                self.known = known;
            }
        }
    }

    /// Moves what was written into the file, and gives the room of what was deleted back, where that is due.
    pub(super) fn tidy(&mut self, now: Moment, at_once: bool) -> Result<(), ArchiveError> {
        let is_due = |since: Option<Moment>| since.is_some_and(|since| now.since(since) >= TIDY_AFTER);
        if is_due(self.deleted) || (at_once && self.deleted.is_some()) {
            self.store.shrink()?;
            (self.deleted, self.written) = (None, None);
        } else if is_due(self.written) {
            // So that hardly anything is there to be added to a file that is put in the place of this one.
            self.store.empty_log()?;
            self.written = None;
        }
        Ok(())
    }

    /// What is new, as far as it goes into one transaction.
    fn batch(&self) -> Batch {
        let mut batch = Batch { known: self.known, found: Vec::new(), anew: false };
        for _ in 0..TOGETHER {
            let more = self.hub.look(|ledger| match ledger.since(batch.known, AT_ONCE) {
                News::None => false,
                News::TooMuch(latest) => {
                    (batch.known, batch.anew) = (latest, true);
                    false
                }
                News::Removed(number, ids) => {
                    batch.known = number;
                    batch.found.push(Found::Removed(ids.to_vec()));
                    true
                }
                News::Changes(changes) => {
                    batch.known = changes.last().map_or(batch.known, |change| change.number);
                    look_up(ledger, &changes, &mut batch.found);
                    true
                }
            });
            if !more {
                break;
            }
        }
        batch
    }

    /// Writes every session, each in a transaction of its own, and deletes what is no more.
    fn write_anew(&mut self) -> Result<(), ArchiveError> {
        // What changes from here on comes again as a change, so it does no harm where some of it is written here.
        let (ids, known) = self.hub.look(|ledger| (ledger.ids(), ledger.latest()));
        for id in &ids {
            let found = self.all_of(id);
            // Not everything is there before the last of them is.
            self.write(found, self.known)?;
        }
        let there: HashSet<&str> = ids.iter().map(|id| &**id).collect();
        let gone = self.store.ids()?.into_iter().filter(|id| !there.contains(&**id)).map(Arc::from).collect();
        self.write(vec![Found::Removed(gone)], known)?;
        (self.known, self.anew) = (known, false);
        Ok(())
    }

    /// A session and its records. It is taken from the ledger in pieces: thousands of them take a while.
    fn all_of(&self, id: &Arc<str>) -> Vec<Found> {
        // Records in the file can be those of a session that was forgotten, and had the same ID.
        let mut found = vec![Found::Removed(vec![Arc::clone(id)])];
        let kept = self.hub.look(|ledger| ledger.kept(id));
        found.extend(kept.map(|kept| Found::Session(Arc::clone(id), kept)));
        for side in [Side::Sent, Side::Received] {
            let mut after = 0;
            loop {
                let piece: Vec<Record> = self.hub.look(|ledger| {
                    let records = ledger.records(id, side);
                    let first = records.partition_point(|record| record.key <= after);
                    records.iter().skip(first).take(AT_ONCE).cloned().collect()
                });
                let Some(last) = piece.last() else { break };
                after = last.key;
                found.extend(piece.into_iter().map(|record| Found::Record(Arc::clone(id), side, record)));
            }
        }
        found
    }

    fn write(&mut self, found: Vec<Found>, known: u64) -> Result<(), ArchiveError> {
        self.written = Some(self.hub.now());
        if found.iter().any(|found| matches!(found, Found::Removed(_))) {
            self.deleted.get_or_insert(self.hub.now());
        }
        let epoch = self.hub.epoch();
        let entry = |found| match found {
            Found::Session(id, kept) => Entry::Session(id, text(epoch, &kept, &self.targets)),
            Found::Record(id, side, record) => Entry::Record(id, row(epoch, side, &record)),
            Found::Removed(ids) => Entry::Removed(ids),
        };
        let entries: Vec<Entry> = found.into_iter().map(entry).collect();
        Ok(self.store.write(&entries, known)?)
    }
}

/// What changes are about, as it looks now, each thing once. It is copied, and made into text when the ledger is free
/// again: requests wait for it. Bodies are shared, not copied.
fn look_up(ledger: &Ledger, changes: &[&Change], found: &mut Vec<Found>) {
    let mut told = HashSet::new();
    for change in changes {
        let id = &change.session;
        if told.insert((id, None)) {
            found.extend(ledger.kept(id).map(|kept| Found::Session(Arc::clone(id), kept)));
        }
        if let What::Record(side, key) = change.what
            && told.insert((id, Some(key)))
            && let Some(record) = ledger.record(id, key)
        {
            found.push(Found::Record(Arc::clone(id), side, record.clone()));
        }
    }
}
