//! `matrix.txt`: a block for each broken receiver.
//!
//! ```text
//! header-optional: exit 1
//!   fails mac/missing mac/empty
//!   says accepts-missing-mac
//! ```

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

/// What came of a broken receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    pub name: String,
    pub exit: i32,
    /// What it fails depends on chance: only some of it is the same each time.
    pub by_chance: bool,
    pub failed: BTreeSet<String>,
    /// The diagnoses, the likeliest first.
    pub diagnoses: Vec<String>,
}

pub struct Table {
    pub rows: Vec<Row>,
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/check_matrix/matrix.txt")
}

impl Table {
    pub fn read() -> Self {
        let text = std::fs::read_to_string(path()).unwrap_or_default();
        let mut rows: Vec<Row> = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            if let (Some(rest), Some(row)) = (line.strip_prefix("  "), rows.last_mut()) {
                let (word, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                let words = rest.split_whitespace().map(str::to_owned);
                match word {
                    "fails" => row.failed.extend(words),
                    "says" => row.diagnoses.extend(words),
                    other => panic!("matrix.txt: {other}"),
                }
                continue;
            }
            let (name, rest) = line.split_once(": exit ").unwrap_or_else(|| panic!("matrix.txt: {line}"));
            let (exit, by_chance) = rest.split_once(' ').map_or((rest, false), |(exit, _)| (exit, true));
            let (name, exit) = (name.to_owned(), exit.parse().unwrap());
            rows.push(Row { name, exit, by_chance, ..Row::default() });
        }
        Self { rows }
    }

    /// Writes the rows, and of the others what is known, in the order of the names.
    pub fn update(names: &[String], new: Vec<Row>) {
        let mut rows = new;
        let known = Self::read().rows.into_iter();
        let missing: Vec<Row> = known.filter(|row| rows.iter().all(|new| new.name != row.name)).collect();
        rows.extend(missing);
        rows.retain(|row| names.contains(&row.name));
        rows.sort_by_key(|row| names.iter().position(|name| *name == row.name));
        Self::write(&rows);
    }

    fn write(rows: &[Row]) {
        let mut text = String::from(
            "# What broken receivers come to: written by UPDATE_MATRIX=1 cargo test --test check_matrix\n",
        );
        for row in rows {
            let chance = if row.by_chance { " by chance" } else { "" };
            write!(text, "\n{}: exit {}{chance}\n", row.name, row.exit).unwrap();
            for section in sections(&row.failed) {
                writeln!(text, "  fails {}", section.join(" ")).unwrap();
            }
            writeln!(text, "  says {}", row.diagnoses.join(" ")).unwrap();
        }
        std::fs::write(path(), text).unwrap();
    }

    #[track_caller]
    pub fn row(&self, name: &str) -> &Row {
        self.rows.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("matrix.txt has no {name}"))
    }

    pub fn names(&self) -> BTreeSet<&str> {
        self.rows.iter().map(|row| row.name.as_str()).collect()
    }
}

fn sections(failed: &BTreeSet<String>) -> Vec<Vec<&str>> {
    let mut sections: Vec<Vec<&str>> = Vec::new();
    for id in failed {
        let section = id.split('/').next();
        match sections.last_mut() {
            Some(last) if last[0].split('/').next() == section => last.push(id),
            _ => sections.push(vec![id]),
        }
    }
    sections
}

impl Row {
    /// Whether it fails a case, or one that a pattern with a star at its end names.
    pub fn fails(&self, pattern: &str) -> bool {
        match pattern.strip_suffix('*') {
            Some(begin) => self.failed.iter().any(|id| id.starts_with(begin)),
            None => self.failed.contains(pattern),
        }
    }

    /// What another run came to that this one did not. Where chance has a part in it, more or fewer cases may fail than last
    /// time, but each one `meant` for the receiver fails, and the first diagnosis is one that is `named` for its bug.
    pub fn differences(&self, other: &Self, meant: &[String], named: &[String]) -> Vec<String> {
        let mut found = Vec::new();
        if self.exit != other.exit {
            found.push(format!("{}: exit {} and not {}", self.name, other.exit, self.exit));
        }
        let spared = meant.iter().filter(|pattern| !other.fails(pattern));
        found.extend(spared.map(|pattern| format!("{}: does not fail {pattern}", self.name)));
        let sides = [("fails", &other.failed, &self.failed), ("does not fail", &self.failed, &other.failed)];
        for (what, one, two) in sides.into_iter().filter(|_| !self.by_chance) {
            let more: Vec<&str> = one.difference(two).map(String::as_str).collect();
            if !more.is_empty() {
                found.push(format!("{}: now {what} {}", self.name, more.join(" ")));
            }
        }
        let first = other.diagnoses.first();
        let as_before = first == self.diagnoses.first();
        let names_it = self.by_chance && first.is_some_and(|first| named.contains(first));
        if !as_before && !names_it {
            found.push(format!(
                "{}: the first diagnosis is {first:?} and not {:?}",
                self.name,
                self.diagnoses.first()
            ));
        }
        found
    }
}
