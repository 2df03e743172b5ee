//! What stands where the history stood: it is made again where nothing does, and nobody else's file is touched.

use std::path::{Path, PathBuf};

use super::*;

/// One event of a session, as it came.
fn came(hub: &Hub, id: &str) {
    hub.write(|ledger, now| {
        ledger.add(&id.into(), Side::Received, empty(), now);
    });
}

/// What a program that opens the file next finds: whether it is whole, and its sessions.
fn found_in(path: &Path) -> (String, Vec<String>) {
    let connection = rusqlite::Connection::open(path).unwrap();
    let whole = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    let mut ids = connection.prepare("SELECT id FROM session ORDER BY id").unwrap();
    let ids = ids.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    (whole, ids)
}

/// A history of another server, which has ended.
fn other_history(folder: &Path) -> PathBuf {
    let path = folder.join("other");
    let hub = hub(None);
    let mut mirror = mirror(&hub, &path);
    for number in 0..3 {
        came(&hub, &format!("other-{number}"));
    }
    mirror.catch_up().unwrap();
    path
}

#[test]
fn a_file_that_takes_the_place_of_the_history_is_left_alone() {
    for looks in [true, false] {
        let (folder, path) = scratch();
        let other = other_history(folder.path());
        let hub = hub(None);
        let mut mirror = mirror(&hub, &path);
        for number in 0..4 {
            came(&hub, &format!("own-{number}"));
            mirror.catch_up().unwrap();
        }
        std::fs::rename(&other, &path).unwrap();
        let before = std::fs::read(&path).unwrap();
        if looks {
            // It is told whether or not something else happens.
            for _ in 0..2 {
                assert!(matches!(mirror.catch_up(), Err(ArchiveError::Replaced)));
                assert_eq!(std::fs::read(&path).unwrap(), before);
                came(&hub, "own-4");
            }
            let others = ["other-0", "other-1", "other-2"].map(str::to_owned).to_vec();
            assert_eq!(found_in(&path), ("ok".to_owned(), others));
            // Once it is gone, everything is written to a new file.
            std::fs::remove_file(&path).unwrap();
            mirror.catch_up().unwrap();
            assert_eq!(all_in(&mut mirror.store, hub.epoch()), all_of(&hub));
            drop(mirror);
            assert_eq!(found_in(&path).1.len(), 4);
        } else {
            // A server that ends before it looks leaves nothing beside the file that belongs to another one.
            drop(mirror);
            assert_eq!(std::fs::read(&path).unwrap(), before);
            assert_eq!(found_in(&path).1.len(), 3);
        }
    }
}

#[test]
fn a_history_that_is_moved_away_is_whole_and_a_new_one_is_begun() {
    let (folder, path) = scratch();
    let away = folder.path().join("away");
    let hub = hub(None);
    let mut mirror = mirror(&hub, &path);
    came(&hub, "one");
    mirror.catch_up().unwrap();
    std::fs::rename(&path, &away).unwrap();
    came(&hub, "two");
    mirror.catch_up().unwrap();
    assert_eq!(all_in(&mut mirror.store, hub.epoch()), all_of(&hub));
    assert_eq!(found_in(&away), ("ok".to_owned(), vec!["one".to_owned()]));
    // A file that would become part of the new one is somebody else's.
    std::fs::remove_file(&path).unwrap();
    std::fs::remove_file(folder.path().join("history-wal")).unwrap();
    std::fs::write(folder.path().join("history-wal"), "not ours").unwrap();
    came(&hub, "three");
    assert!(matches!(mirror.catch_up(), Err(ArchiveError::Replaced)));
    assert_eq!(std::fs::read(folder.path().join("history-wal")).unwrap(), b"not ours");
    assert!(!path.exists());
    std::fs::remove_file(folder.path().join("history-wal")).unwrap();
    mirror.catch_up().unwrap();
    drop(mirror);
    assert_eq!(found_in(&path).1, ["one", "three", "two"]);
}

#[test]
fn a_folder_that_is_away_for_a_while_costs_nothing() {
    let (folder, _) = scratch();
    let (there, away) = (folder.path().join("there"), folder.path().join("away"));
    std::fs::create_dir(&there).unwrap();
    let path = there.join("history");
    let hub = hub(None);
    let mut mirror = mirror(&hub, &path);
    came(&hub, "one");
    mirror.catch_up().unwrap();
    std::fs::rename(&there, &away).unwrap();
    came(&hub, "two");
    assert!(matches!(mirror.catch_up(), Err(ArchiveError::NoFolder)));
    std::fs::rename(&away, &there).unwrap();
    mirror.catch_up().unwrap();
    drop(mirror);
    assert_eq!(found_in(&path), ("ok".to_owned(), vec!["one".to_owned(), "two".to_owned()]));
}

#[test]
fn a_quiet_moment_leaves_nothing_beside_the_file() {
    let (folder, path) = scratch();
    let hub = hub(None);
    let mut mirror = mirror(&hub, &path);
    came(&hub, "one");
    mirror.catch_up().unwrap();
    let beside = || std::fs::metadata(folder.path().join("history-wal")).unwrap().len();
    assert!(beside() > 0);
    mirror.tidy(crate::clock::Moment(u64::MAX), false).unwrap();
    assert_eq!(beside(), 0);
    came(&hub, "two");
    mirror.catch_up().unwrap();
    assert_eq!(all_in(&mut mirror.store, hub.epoch()), all_of(&hub));
}
