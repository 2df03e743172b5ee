//! The signal-to-noise ratio: its marks and the rule by which a low one cancels a measurement.
//!
//! Documented by the service: results come every 5 s; SNR is in dB with a threshold of 0.5; -100 means "too low to
//! compute", -90 and -91 "fake". A low SNR never cancels before the 15 s result.

/// Below this many dB a signal is low.
pub const THRESHOLD: f64 = 0.5;
/// "Too low to compute".
pub const TOO_LOW: f64 = -100.0;
/// The two marks of a fake signal.
pub const FAKE: [f64; 2] = [-90.0, -91.0];
/// The place of the 15 s result, counted from 0.
pub const FIRST_JUDGED: usize = 2;

/// True where the newest of an attempt's results cancels it. `last` says that no further result is to come.
///
/// The rule: the 15 s result is -100 or -91; or a later one is -90 or -91; or two later ones are -100; or the last
/// is -100.
pub fn cancels(results: &[f64], last: bool) -> bool {
    let Some(newest) = results.len().checked_sub(1) else { return false };
    if newest < FIRST_JUDGED {
        return false;
    }
    let is = |place: usize, mark: f64| (results[place] - mark).abs() < 1e-9;
    if newest == FIRST_JUDGED {
        return is(newest, TOO_LOW) || is(newest, -91.0) || (last && is(newest, TOO_LOW));
    }
    let too_low_later = (FIRST_JUDGED + 1..=newest).filter(|place| is(*place, TOO_LOW)).count();
    FAKE.iter().any(|mark| is(newest, *mark)) || is(newest, TOO_LOW) && (last || too_low_later >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_clause_by_clause() {
        let low = TOO_LOW;
        for (results, last, expected) in [
            (&[][..], true, false),
            (&[low], false, false),
            (&[low, low], false, false),
            (&[low, low, low], false, true),
            (&[2.0, 2.0, -91.0], false, true),
            (&[2.0, 2.0, -90.0], false, false),
            (&[2.0, 2.0, 0.2], false, false),
            (&[2.0, 2.0, 2.0, -90.0], false, true),
            (&[2.0, 2.0, 2.0, -91.0], false, true),
            (&[2.0, 2.0, 2.0, low], false, false),
            (&[2.0, 2.0, 2.0, low, low], false, true),
            (&[2.0, 2.0, 2.0, low, 2.0, low], false, true),
            (&[2.0, 2.0, 2.0, 2.0, low], false, false),
            (&[2.0, 2.0, 2.0, 2.0, low], true, true),
            (&[2.0, 2.0, 2.0, 2.0, 0.3], true, false),
            (&[2.0, 2.0, 2.0, low, 2.0], true, false),
        ] {
            assert_eq!(cancels(results, last), expected, "{results:?} last: {last}");
        }
    }
}
