//! Finding sessions by a text. Thousands are searched while the ledger is locked, so nothing is built to look at one.

use std::sync::Arc;

use super::entry::Entry;

/// The protocol has 21 names. Whoever makes up more is found by the first ones.
const MOST_NAMES: usize = 64;

/// The names of a session's events, each once.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<Arc<str>>);

impl Names {
    pub fn note(&mut self, name: &Arc<str>) {
        if self.0.len() < MOST_NAMES && !self.0.contains(name) {
            self.0.push(Arc::clone(name));
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|name| &**name)
    }
}

/// True where the ID, the scenario, its title or the name of an event has a text in it, which is in lower case.
pub(super) fn has_text(id: &str, entry: &Entry, wanted: &str) -> bool {
    let begun = entry.begun.iter().flat_map(|begun| [&*begun.scenario, &*begun.title]);
    std::iter::once(id).chain(begun).chain(entry.names.iter()).any(|text| contains(text, wanted))
}

fn contains(text: &str, wanted: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().contains(wanted);
    }
    let wanted = wanted.as_bytes();
    wanted.is_empty() || text.as_bytes().windows(wanted.len()).any(|part| part.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_kept_once_and_bounded() {
        let mut names = Names::default();
        for number in 0..1_000 {
            names.note(&format!("EVENT {}", number % 500).into());
        }
        assert_eq!(names.0.len(), MOST_NAMES);
        assert_eq!((&*names.0[0], &*names.0[63]), ("EVENT 0", "EVENT 63"));
    }

    proptest! {
        /// The way without allocations finds what the plain one does.
        #[test]
        fn case_means_nothing(text in "[a-cA-C_\u{e4}\u{c4}\u{212a} ]{0,12}", wanted in "[a-cA-C_\u{e4}\u{c4}k ]{0,3}") {
            let wanted = wanted.to_lowercase();
            prop_assert_eq!(contains(&text, &wanted), text.to_lowercase().contains(&wanted));
        }
    }
}
