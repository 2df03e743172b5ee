//! Drawing gaps, and the bounds within which they lie.

use std::fmt;

use super::file::types::Gap;
use crate::seed::Draw;

const SECOND: u64 = 1_000_000_000;
/// Beyond this many standard deviations a normal or log-normal draw is cut, so that every gap has a bound: 1 in 16,000
/// draws are.
const CUT_SIGMAS: f64 = 4.0;
/// Beyond this many means an exponential draw is cut: 1 in 1,100 draws are.
const CUT_MEANS: u64 = 7;
/// The standard normal's 95th percentile.
const Z95: f64 = 1.644_853_626_951_472_2;

impl Gap {
    /// The gap that a draw gives, in nanoseconds.
    pub fn draw(self, draw: Draw) -> u64 {
        match self {
            Self::Fixed(gap) => gap,
            Self::Range(low, high) => draw.between(low, high),
            Self::Exp(mean) => to_nanos(draw.exponential() * to_f64(mean)).min(self.upper()),
            Self::Normal(mean, deviation) => to_nanos(sigmas(draw).mul_add(to_f64(deviation), to_f64(mean))),
            Self::LogNormal(median, p95) => {
                to_nanos(to_f64(median) * libm::exp(sigmas(draw) * log_deviation(median, p95)))
            }
        }
    }

    /// No draw is below this.
    pub fn lower(self) -> u64 {
        match self {
            Self::Fixed(gap) => gap,
            Self::Range(low, _) => low,
            Self::Exp(_) => 0,
            Self::Normal(mean, deviation) => to_nanos((-CUT_SIGMAS).mul_add(to_f64(deviation), to_f64(mean))),
            Self::LogNormal(median, p95) => {
                to_nanos(to_f64(median) * libm::exp(-CUT_SIGMAS * log_deviation(median, p95)))
            }
        }
    }

    /// No draw is above this.
    pub fn upper(self) -> u64 {
        match self {
            Self::Fixed(gap) => gap,
            Self::Range(_, high) => high,
            Self::Exp(mean) => mean.saturating_mul(CUT_MEANS),
            Self::Normal(mean, deviation) => to_nanos(CUT_SIGMAS.mul_add(to_f64(deviation), to_f64(mean))),
            Self::LogNormal(median, p95) => {
                to_nanos(to_f64(median) * libm::exp(CUT_SIGMAS * log_deviation(median, p95)))
            }
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |nanos: u64| Duration(nanos);
        match *self {
            Self::Fixed(gap) => show(gap).fmt(f),
            Self::Range(low, high) => write!(f, "{}..{}", show(low), show(high)),
            Self::Exp(mean) => write!(f, "exp({})", show(mean)),
            Self::Normal(mean, deviation) => write!(f, "normal({}, {})", show(mean), show(deviation)),
            Self::LogNormal(median, p95) => write!(f, "lognormal({}, {})", show(median), show(p95)),
        }
    }
}

/// Nanoseconds as scenario files write them.
struct Duration(u64);

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            nanos if nanos >= 120 * SECOND && nanos.is_multiple_of(60 * SECOND) => {
                write!(f, "{}m", nanos / (60 * SECOND))
            }
            nanos if nanos >= SECOND || nanos == 0 => write!(f, "{}s", to_f64(nanos) / to_f64(SECOND)),
            nanos => write!(f, "{}ms", to_f64(nanos) / 1e6),
        }
    }
}

fn sigmas(draw: Draw) -> f64 {
    draw.normal().clamp(-CUT_SIGMAS, CUT_SIGMAS)
}

fn log_deviation(median: u64, p95: u64) -> f64 {
    if median == 0 { 0.0 } else { libm::log(to_f64(p95) / to_f64(median)) / Z95 }
}

#[expect(clippy::cast_precision_loss, reason = "a gap of 366 days is off by 4 ns at most")]
fn to_f64(nanos: u64) -> f64 {
    nanos as f64
}

/// Below zero becomes zero: a draw is never negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, which is meant")]
fn to_nanos(nanos: f64) -> u64 {
    nanos as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::{Purpose, Seed};

    const S: u64 = 1_000_000_000;

    fn sorted(gap: Gap) -> Vec<u64> {
        let purpose = Purpose::named("gap");
        let mut draws: Vec<u64> = (0..20_000).map(|n| gap.draw(Seed(1).session(n).draw(purpose))).collect();
        draws.sort_unstable();
        draws
    }

    #[test]
    fn draws_stay_within_their_bounds() {
        for gap in [
            Gap::Fixed(S),
            Gap::Range(4 * S, 6 * S),
            Gap::Exp(2 * S),
            Gap::Normal(5 * S, 400_000_000),
            Gap::Normal(S, 2 * S),
            Gap::LogNormal(3 * S, 15 * S),
            Gap::LogNormal(0, 0),
        ] {
            let draws = sorted(gap);
            assert!(draws[0] >= gap.lower() && draws[draws.len() - 1] <= gap.upper(), "{gap:?}");
        }
    }

    #[test]
    fn figures_mean_what_they_say() {
        let near = |value: u64, wanted: u64| value.abs_diff(wanted) * 20 < wanted;
        let mean = |draws: &[u64]| draws.iter().sum::<u64>() / draws.len() as u64;
        assert!(near(mean(&sorted(Gap::Exp(2 * S))), 2 * S));
        assert!(near(mean(&sorted(Gap::Normal(5 * S, S))), 5 * S));
        let draws = sorted(Gap::LogNormal(3 * S, 15 * S));
        assert!(near(draws[10_000], 3 * S), "{}", draws[10_000]);
        assert!(near(draws[19_000], 15 * S), "{}", draws[19_000]);
    }
}
