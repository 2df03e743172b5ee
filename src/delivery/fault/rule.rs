//! `--fault SPEC`: a kind, and where it strikes.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::kind::{FaultKind, KINDS};
use crate::clock::{nanos, parse_duration};
use crate::seed::{Purpose, SessionSeed};

const SHORTEST_DELAY: Duration = Duration::from_millis(1);
const LONGEST_DELAY: Duration = Duration::from_secs(3600);
/// The longest burst.
const LONGEST_BURST: u32 = 100;

/// A kind, and where it strikes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaultRule {
    /// What it does.
    pub kind: FaultKind,
    /// Where it strikes.
    pub when: When,
}

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// The event with this sequence, in every session.
    At(u32),
    /// Each event with this probability, drawn from the seed.
    Rate(f64),
}

impl FaultRule {
    /// True where the rule strikes an event: always the same for the same seed, session and sequence.
    pub fn strikes(&self, seed: SessionSeed, sequence: u32) -> bool {
        match self.when {
            When::At(at) => at == sequence,
            When::Rate(rate) => {
                seed.draw(Purpose::named("fault").of(self.kind.name()).number(sequence.into())).chance(rate)
            }
        }
    }
}

impl fmt::Display for FaultRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.when {
            When::At(at) => {
                let shown = self.kind.to_string();
                let (name, parameter) = shown.split_once('=').unwrap_or((&shown, ""));
                let equals = if parameter.is_empty() { "" } else { "=" };
                write!(f, "{name}@{at}{equals}{parameter}")
            }
            When::Rate(rate) => {
                let shown = self.kind.to_string();
                let (name, parameter) = shown.split_once('=').unwrap_or((&shown, ""));
                let comma = if parameter.is_empty() { "" } else { "," };
                write!(f, "{name}={}%{comma}{parameter}", rate * 100.0)
            }
        }
    }
}

impl FromStr for FaultRule {
    type Err = String;

    /// `drop@3`, `duplicate=10%`, `delay@5=8s`, `delay=1%,8s`, `burst@4=3`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (head, value) = match text.split_once('=') {
            Some((head, value)) => (head, Some(value)),
            None => (text, None),
        };
        let (name, at) = match head.split_once('@') {
            Some((name, at)) => (name, Some(at)),
            None => (head, None),
        };
        let info = KINDS.iter().find(|info| info.name == name).ok_or_else(|| unknown(name))?;
        let (when, parameter) = if let Some(at) = at {
            let at = at
                .parse()
                .map_err(|_| format!("'{at}' in '{text}' is not the sequence of an event, such as @3"))?;
            (When::At(at), value)
        } else {
            let Some(value) = value else {
                return Err(format!(
                    "'{text}' does not say where: {name}@3 is the event with sequence 3, {name}=10% every tenth event by chance"
                ));
            };
            let (rate, parameter) = match value.split_once(',') {
                Some((rate, parameter)) => (rate, Some(parameter)),
                None => (value, None),
            };
            (When::Rate(percent(rate, text)?), parameter)
        };
        let kind = match (info.kind(), parameter) {
            (kind, None) => kind,
            (FaultKind::Delay(_), Some(duration)) => FaultKind::Delay(delay(duration, text)?),
            (FaultKind::Burst(_), Some(count)) => FaultKind::Burst(burst(count, text)?),
            (_, Some(parameter)) => return Err(format!("{name} takes no '{parameter}'")),
        };
        Ok(Self { kind, when })
    }
}

fn unknown(name: &str) -> String {
    let nearest = KINDS
        .iter()
        .map(|info| (strsim::jaro_winkler(name, info.name), info.name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = nearest.map_or_else(String::new, |(_, name)| format!("; did you mean {name}?"));
    format!("'{name}' is not a fault{hint}")
}

fn percent(text: &str, whole: &str) -> Result<f64, String> {
    let wrong = || format!("'{text}' in '{whole}' is not a rate, such as 10% or 0.5%");
    let number: f64 = text.strip_suffix('%').ok_or_else(wrong)?.trim().parse().map_err(|_| wrong())?;
    if (0.0..=100.0).contains(&number) { Ok(number / 100.0) } else { Err(wrong()) }
}

fn delay(text: &str, whole: &str) -> Result<u64, String> {
    parse_duration(text)
        .filter(|delay| (SHORTEST_DELAY..=LONGEST_DELAY).contains(delay))
        .map(nanos)
        .ok_or_else(|| format!("'{text}' in '{whole}' is not a delay from 1ms to 1h, such as 8s"))
}

fn burst(text: &str, whole: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|count| (2..=LONGEST_BURST).contains(count))
        .ok_or_else(|| format!("'{text}' in '{whole}' is not a number of events from 2 to {LONGEST_BURST}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::fault::MacFault;
    use crate::seed::Seed;

    #[test]
    fn specs_read_and_show() {
        for (text, kind, when) in [
            ("drop@3", FaultKind::Drop, When::At(3)),
            ("duplicate=10%", FaultKind::Duplicate, When::Rate(0.1)),
            ("swap@4", FaultKind::Swap, When::At(4)),
            ("delay@5=8s", FaultKind::Delay(8_000_000_000), When::At(5)),
            ("delay=1%,250ms", FaultKind::Delay(250_000_000), When::Rate(0.01)),
            ("delay@0", FaultKind::Delay(5_000_000_000), When::At(0)),
            ("burst@4=5", FaultKind::Burst(5), When::At(4)),
            ("mac:missing@2", FaultKind::Mac(MacFault::Missing), When::At(2)),
            ("mac:wrong-secret=1%", FaultKind::Mac(MacFault::WrongSecret), When::Rate(0.01)),
        ] {
            let rule: FaultRule = text.parse().unwrap();
            assert_eq!(rule, FaultRule { kind, when }, "{text}");
            assert_eq!(rule.to_string().parse::<FaultRule>().unwrap(), rule, "{rule}");
        }
    }

    #[test]
    fn slips_are_explained() {
        for (text, hint) in [
            ("drop", "drop@3"),
            ("dorp@3", "did you mean drop?"),
            ("mac:mising@1", "mac:missing"),
            ("drop=10", "10%"),
            ("drop=101%", "rate"),
            ("drop@x", "@3"),
            ("drop@3=5", "takes no"),
            ("delay@3=8", "8s"),
            ("delay@3=2h", "1h"),
            ("burst@3=1", "from 2"),
            ("", "is not a fault"),
        ] {
            let error = text.parse::<FaultRule>().unwrap_err();
            assert!(error.contains(hint), "{text}: {error}");
        }
    }

    #[test]
    fn rates_are_what_they_say_and_belong_to_the_event() {
        let rule: FaultRule = "drop=10%".parse().unwrap();
        let struck = (0..20_000).filter(|n| rule.strikes(Seed(1).session(n / 20), (n % 20) as u32)).count();
        assert!((1700..2300).contains(&struck), "{struck}");
        let again: FaultRule = "drop=20%".parse().unwrap();
        for n in 0..2000 {
            let seed = Seed(1).session(n);
            assert!(
                !rule.strikes(seed, 3) || again.strikes(seed, 3),
                "a higher rate strikes where a lower one does"
            );
        }
    }
}
