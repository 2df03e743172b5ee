//! Bars, as drawings: lengths, and the words for those who do not see them.

use super::super::counts;
use crate::outcome::check::{Score, Standing};

/// The length of a whole bar.
const WHOLE: usize = 1000;

/// A bar of what came of cases.
pub(super) struct Bar {
    /// The same in words.
    pub label: String,
    pub pieces: Vec<Piece>,
}

/// A piece of one colour.
pub(super) struct Piece {
    pub class: &'static str,
    pub from: usize,
    pub length: usize,
}

impl Bar {
    pub fn of(score: &Score) -> Self {
        let demanded = score.demanded();
        let mut pieces = Vec::new();
        let mut done = 0;
        for (class, standings) in [
            ("good", &[Standing::Passed][..]),
            ("bad", &[Standing::Failed, Standing::Stale]),
            ("warn", &[Standing::Error, Standing::Known, Standing::Advice]),
        ] {
            let count: usize = standings.iter().map(|standing| score.count(*standing)).sum();
            if count > 0 {
                let (from, to) = (done * WHOLE / demanded, (done + count) * WHOLE / demanded);
                pieces.push(Piece { class, from, length: to - from });
                done += count;
            }
        }
        Self { label: counts(score), pieces }
    }
}
