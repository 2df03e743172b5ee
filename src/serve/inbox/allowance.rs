//! How often something costly may be done for whoever asks.

use std::time::Duration;

use crate::clock::Moment;

/// So many at once, and one more each time a while has passed.
#[derive(Debug)]
pub(super) struct Allowance {
    most: u32,
    every: Duration,
    left: u32,
    /// Up to when what has come back was counted.
    counted: Moment,
}

impl Allowance {
    pub(super) const fn new(most: u32, every: Duration) -> Self {
        Self { most, every, left: most, counted: Moment::ZERO }
    }

    /// Takes one, where there is one.
    pub(super) fn take(&mut self, now: Moment) -> bool {
        let every = crate::clock::nanos(self.every).max(1);
        let back = crate::clock::nanos(now.since(self.counted)) / every;
        let lacking = u64::from(self.most - self.left);
        if back >= lacking {
            // Full again. Time that is left over buys nothing later; a moment before the last one changes nothing.
            self.left = self.most;
            self.counted = self.counted.max(now);
        } else {
            self.left += u32::try_from(back).unwrap_or(0);
            self.counted = self.counted.after(back * every);
        }
        let may = self.left > 0;
        self.left -= u32::from(may);
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_allowed_and_no_more() {
        let second = |number: f64| Moment::from(Duration::from_secs_f64(number));
        let mut allowance = Allowance::new(3, Duration::from_secs(1));
        let mut taken = |at: f64, times: u32| (0..times).filter(|_| allowance.take(second(at))).count();
        assert_eq!(taken(0.0, 10), 3);
        assert_eq!(taken(0.9, 10), 0);
        assert_eq!(taken(1.0, 10), 1);
        // Half a second each: every other one, although none waits a whole second.
        assert_eq!((taken(1.5, 1), taken(2.0, 1), taken(2.5, 1), taken(3.0, 1)), (0, 1, 0, 1));
        assert_eq!(taken(1000.0, 10), 3);
        // Time that runs backwards gives nothing.
        assert_eq!(taken(5.0, 10), 0);
        assert_eq!(taken(1000.5, 10), 0);
        assert_eq!(taken(1001.0, 10), 1);
    }

    #[test]
    fn none_is_none() {
        let mut allowance = Allowance::new(0, Duration::ZERO);
        assert!(!allowance.take(Moment::ZERO) && !allowance.take(Moment::NEVER));
    }
}
