//! The search for the stamps that a receiver takes: which to try next, and what follows from the answers.

/// What is tried first, in seconds off: now, an hour, a day, a month, ten years.
const LADDER: [u64; 5] = [0, HOUR, DAY, 30 * DAY, 10 * YEAR];
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;
/// No more events than this are sent.
const MOST: usize = 16;

/// A search under way. It tries ever farther stamps until one is refused, halves what lies between (in proportion, as
/// windows are minutes or months), and then looks on both sides of what it found whether that holds.
#[derive(Clone, Debug, Default)]
pub struct Search {
    tries: Vec<(u64, bool)>,
}

/// What a search found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Whatever was tried is taken.
    Open,
    /// Not even an event of this moment is taken.
    Shut,
    /// Taken up to so many seconds off, refused from so many on.
    Between(u64, u64),
    /// The same was taken and refused, or one farther off was taken and a nearer one refused.
    Unsteady(u64),
}

impl Search {
    /// How many seconds off the next event is to be; `None` where enough is known.
    pub fn next(&self) -> Option<u64> {
        if self.tries.len() >= MOST || self.unsteady().is_some() {
            return None;
        }
        if let Some(step) = LADDER.get(self.tries.len())
            && self.refused().is_none()
        {
            return Some(*step);
        }
        let refused = self.refused()?;
        let Some(taken) = self.taken() else {
            // Refused right away: once more, so that a hiccup is not taken for a rule.
            return (self.count(refused) < 2).then_some(refused);
        };
        if let Some(middle) = middle(taken, refused) {
            return Some(middle);
        }
        // Not at the ends themselves: whether a stamp at the edge is taken depends on fractions of a second.
        let inner = taken.saturating_sub((taken / 10).max(2));
        let outer = refused.saturating_add((refused / 10).max(2));
        let wanted = |off: u64| if off == taken { 2 } else { 1 };
        [inner, outer].into_iter().find(|off| self.count(*off) < wanted(*off))
    }

    /// What became of the event that was tried last.
    pub fn saw(&mut self, off: u64, taken: bool) {
        self.tries.push((off, taken));
    }

    /// What is known by now; of a search that is not over, what it comes to if nothing else follows.
    pub fn window(&self) -> Window {
        if let Some(off) = self.unsteady() {
            return Window::Unsteady(off);
        }
        match (self.taken(), self.refused()) {
            (_, None) => Window::Open,
            (None, Some(_)) => Window::Shut,
            (Some(taken), Some(refused)) => Window::Between(taken, refused),
        }
    }

    /// The farthest that was taken.
    fn taken(&self) -> Option<u64> {
        self.tries.iter().filter(|(_, taken)| *taken).map(|(off, _)| *off).max()
    }

    /// The nearest that was refused.
    fn refused(&self) -> Option<u64> {
        self.tries.iter().filter(|(_, taken)| !*taken).map(|(off, _)| *off).min()
    }

    fn unsteady(&self) -> Option<u64> {
        match (self.taken(), self.refused()) {
            // An event of this moment is at no edge.
            (Some(taken), Some(refused)) if refused < taken || taken == 0 && refused == 0 => Some(refused),
            _ => None,
        }
    }

    fn count(&self, off: u64) -> usize {
        self.tries.iter().filter(|(tried, _)| *tried == off).count()
    }
}

/// What lies between in proportion; `None` where both are within a second or a tenth of each other.
fn middle(taken: u64, refused: u64) -> Option<u64> {
    if refused - taken <= 1 || refused - taken <= taken / 10 {
        return None;
    }
    let product = u128::from(taken.max(1)) * u128::from(refused);
    let root = u64::try_from(product.isqrt()).unwrap_or(taken);
    Some(root.clamp(taken + 1, refused - 1))
}

impl Window {
    /// In a sentence. `ahead`: the stamps are those of a clock that is ahead.
    pub fn words(self, ahead: bool) -> String {
        let side = if ahead { "ahead" } else { "old" };
        let farthest = span(LADDER[LADDER.len() - 1]);
        match self {
            Self::Open if ahead => {
                format!("events of clocks that are ahead are taken (tried up to {farthest})")
            }
            Self::Open => format!("events of any age are taken (tried up to {farthest})"),
            Self::Shut => "an event of this moment is refused, so no window can be measured".to_owned(),
            Self::Between(0, refused) => {
                format!("taken if of this moment, refused from {} {side} on", span(refused))
            }
            Self::Between(taken, refused) => {
                format!("taken up to {} {side}, refused from {} on", span(taken), span(refused))
            }
            Self::Unsteady(0) => {
                "no window can be told: an event of this moment is now taken and now refused".to_owned()
            }
            Self::Unsteady(off) => {
                format!("no window can be told: an event {} {side} is now taken and now refused", span(off))
            }
        }
    }
}

/// A time in its two largest units: `5 min 10 s`.
pub fn span(seconds: u64) -> String {
    const UNITS: [(u64, &str, &str); 5] =
        [(YEAR, "year", "years"), (DAY, "day", "days"), (HOUR, "h", "h"), (60, "min", "min"), (1, "s", "s")];
    let mut left = seconds;
    let mut words = Vec::new();
    for (unit, one, many) in UNITS {
        let count = left / unit;
        left %= unit;
        if count > 0 {
            words.push(format!("{count} {}", if count == 1 { one } else { many }));
        } else if !words.is_empty() {
            break;
        }
        if words.len() == 2 {
            break;
        }
    }
    if words.is_empty() { "0 s".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;

    /// Searches a receiver that answers so; gives what was found and how many events it took.
    fn search(mut receiver: impl FnMut(u64, usize) -> bool) -> (Window, usize) {
        let mut search = Search::default();
        while let Some(off) = search.next() {
            let taken = receiver(off, search.tries.len());
            search.saw(off, taken);
        }
        (search.window(), search.tries.len())
    }

    #[test]
    fn the_whole_table() {
        for (limit, words) in [
            (u64::MAX, "events of any age are taken (tried up to 10 years)"),
            (0, "taken if of this moment, refused from 1 s old on"),
            (1, "taken up to 1 s old, refused from 2 s on"),
            (5, "taken up to 5 s old, refused from 6 s on"),
        ] {
            let (window, events) = search(|off, _| off <= limit);
            assert_eq!(window.words(false), words);
            assert!(events <= MOST, "{limit}: {events}");
        }
        let (window, _) = search(|off, _| off <= 300);
        let Window::Between(taken, refused) = window else { panic!("{window:?}") };
        assert!(taken <= 300 && refused > 300 && refused - taken <= 30, "{taken} {refused}");
        assert_eq!(search(|_, _| false), (Window::Shut, 2));
        assert_eq!(search(|_, tried| tried > 0).0, Window::Unsteady(0));
        // What was found is looked at again, from both sides.
        let (_, events) = search(|off, _| off <= 300);
        for wrong in [events - 2, events - 1] {
            let (window, _) = search(|off, tried| (off <= 300) != (tried == wrong));
            assert!(matches!(window, Window::Unsteady(_)), "{window:?}");
        }
        // At the edge itself fractions of a second decide.
        let (window, _) = search(|off, tried| off < 5 || off == 5 && tried % 2 == 0);
        assert!(matches!(window, Window::Between(4..=5, 5..=6)), "{window:?}");
        let ahead = Window::Between(60, 66).words(true);
        assert_eq!(ahead, "taken up to 1 min ahead, refused from 1 min 6 s on");
    }

    #[test]
    fn spans() {
        for (seconds, words) in [
            (0, "0 s"),
            (59, "59 s"),
            (310, "5 min 10 s"),
            (3600, "1 h"),
            (3601, "1 h"),
            (3660, "1 h 1 min"),
            (90_000, "1 day 1 h"),
            (30 * DAY, "30 days"),
            (YEAR, "1 year"),
            (10 * YEAR, "10 years"),
            (YEAR + 40 * DAY + 5, "1 year 40 days"),
        ] {
            assert_eq!(span(seconds), words);
        }
    }

    proptest! {
        #[test]
        fn a_steady_window_is_found(limit in 0..9 * YEAR) {
            let (window, events) = search(|off, _| off <= limit);
            let Window::Between(taken, refused) = window else { panic!("{window:?}") };
            prop_assert!(taken <= limit && limit < refused && events <= MOST, "{taken} {refused} {events}");
            prop_assert!(refused - taken <= (taken / 10).max(1), "{taken} {refused} after {events}");
        }

        #[test]
        fn whatever_is_answered_it_ends(answers in proptest::collection::vec(any::<bool>(), MOST)) {
            let (window, events) = search(|_, tried| answers[tried]);
            prop_assert!(events <= MOST);
            prop_assert!(!window.words(true).is_empty());
        }
    }
}
