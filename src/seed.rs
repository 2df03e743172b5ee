//! Randomness by purpose.
//!
//! There is no generator whose state advances: every draw is a function of (seed, session, purpose), so that
//! session 7 of ten thousand can be played alone, and a new draw in one place shifts no other. The function is
//! written out here and will not change: the bodies of a seed are part of what the program promises.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The seed of a run: with scenario, dialect, secret, start and pace it fixes every byte that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(pub u64);

impl Seed {
    /// A seed that nobody chose. The caller tells the user which one it was.
    #[expect(clippy::disallowed_methods, reason = "this is the place that asks for randomness")]
    pub fn random() -> Self {
        // 40 bits are plenty to tell runs apart, and short enough to copy by hand.
        Self(rand::random::<u64>() >> 24)
    }

    /// The seed of session `number` (counted from 1) of a run.
    pub const fn session(self, number: u64) -> SessionSeed {
        SessionSeed(mix(mix(self.0 ^ 0x7765_626d_6561_7375) ^ mix(number)))
    }

    /// A draw that belongs to the run and to no session.
    pub const fn draw(self, purpose: Purpose) -> Draw {
        Draw(mix(mix(self.0) ^ purpose.0))
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Seed {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The seed of one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionSeed(u64);

impl SessionSeed {
    /// The draw for a purpose: always the same one.
    pub const fn draw(self, purpose: Purpose) -> Draw {
        Draw(mix(self.0 ^ purpose.0))
    }

    /// The seed of the n-th repetition of something inside the session; the 0th draws what the session draws.
    #[must_use]
    pub const fn nth(self, n: u64) -> Self {
        if n == 0 { self } else { Self(mix(self.0 ^ mix(n.rotate_left(32)))) }
    }
}

/// What a draw is for. Purposes are built from names and counts, never from positions in a file, so that a line
/// added in one place gives no other place another number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Purpose(u64);

impl Purpose {
    /// A purpose with a name of its own.
    pub const fn named(name: &str) -> Self {
        Self(Self::of_bytes(name.as_bytes()))
    }

    /// The number that stands for some bytes.
    pub const fn of_bytes(bytes: &[u8]) -> u64 {
        // FNV-1a, then mixed: stable across platforms and releases, unlike std's hashers.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut i = 0;
        while i < bytes.len() {
            hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
            i += 1;
        }
        mix(hash)
    }

    /// A purpose inside this one, by name.
    #[must_use]
    pub const fn of(self, name: &str) -> Self {
        self.number(Self::named(name).0)
    }

    /// The n-th of this purpose's siblings.
    #[must_use]
    pub const fn number(self, n: u64) -> Self {
        Self(mix(self.0.rotate_left(17) ^ mix(n)))
    }
}

/// 64 drawn bits, and the ways to read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw(u64);

impl Draw {
    /// The bits themselves.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Another draw that depends on this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(mix(self.0))
    }

    /// Uniform in `0.0 <= x < 1.0`, with 53 bits.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub fn unit(self) -> f64 {
        (self.0 >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Uniform in `low..=high`; `low` where the range is empty.
    pub const fn between(self, low: u64, high: u64) -> u64 {
        if high <= low {
            return low;
        }
        match (high - low).checked_add(1) {
            // Multiply and shift: the bias is below 2^-40 for every range that a scenario can hold.
            Some(span) => low + ((self.0 as u128 * span as u128) >> 64) as u64,
            None => self.0,
        }
    }

    /// True with the given probability.
    pub fn chance(self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Standard normal (Box-Muller). From `libm`, so that every platform draws the same bytes.
    pub fn normal(self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(std::f64::consts::TAU * self.next().unit())
    }

    /// Exponential with mean 1.
    pub fn exponential(self) -> f64 {
        -libm::log(1.0 - self.unit())
    }

    /// Sixteen bytes, for IDs.
    pub const fn bytes(self) -> [u8; 16] {
        (((self.0 as u128) << 64) | self.next().0 as u128).to_be_bytes()
    }
}

/// The finalizer of splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
const fn mix(value: u64) -> u64 {
    let z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_never_changes() {
        // Published numbers: a change here changes the bytes of every seed that users wrote down.
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
        let draw = Seed(7).session(417).draw(Purpose::named("gap").of("WMS_LOADED").number(2));
        assert_eq!(draw.bits(), 18_041_117_354_531_285_361);
    }

    #[test]
    fn sessions_and_purposes_are_independent() {
        let mut seen = std::collections::HashSet::new();
        for session in 1..200 {
            for purpose in 0..50 {
                let draw = Seed(1).session(session).draw(Purpose::named("x").number(purpose));
                assert!(seen.insert(draw.bits()));
            }
        }
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "20,000 draws fit a double exactly")]
    fn draws_are_spread_as_they_should_be() {
        let draws: Vec<Draw> =
            (0..20_000).map(|n| Seed(3).session(n).draw(Purpose::named("spread"))).collect();
        let count = draws.len() as f64;
        let mean = draws.iter().map(|d| d.unit()).sum::<f64>() / count;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
        let normal = draws.iter().map(|d| d.normal()).sum::<f64>() / count;
        let spread = draws.iter().map(|d| d.normal().powi(2)).sum::<f64>() / count;
        assert!(normal.abs() < 0.03 && (spread - 1.0).abs() < 0.05, "{normal} {spread}");
        let exponential = draws.iter().map(|d| d.exponential()).sum::<f64>() / count;
        assert!((exponential - 1.0).abs() < 0.03, "{exponential}");
        for draw in draws {
            assert!((3..=5).contains(&draw.between(3, 5)));
        }
    }

    #[test]
    fn between_covers_its_ends() {
        let all: std::collections::HashSet<u64> =
            (0..200).map(|n| Seed(3).session(n).draw(Purpose::named("b")).between(1, 3)).collect();
        assert_eq!(all.len(), 3);
        assert_eq!(Seed(1).session(1).draw(Purpose::named("b")).between(9, 4), 9);
        let _ = Seed(1).session(1).draw(Purpose::named("b")).between(0, u64::MAX);
    }
}
