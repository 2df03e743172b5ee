//! `--rotate-at`: one secret takes the other's place in the middle of a run.

use crate::cli::error::CliError;
use crate::clock::Moment;
use crate::delivery::{Numbers, Scenarios, Signers};
use crate::protocol::mac::Signer;

/// The signers of a run: the first secret's, and from some moment on the second's.
pub(in crate::cli) fn signers(
    rotate_at: Option<&str>,
    secrets: &[Signer],
    scenarios: &Scenarios,
    numbers: &Numbers,
) -> Result<Signers, CliError> {
    match (secrets, rotate_at) {
        ([only], None) => Ok(only.clone().into()),
        // Two secrets and no moment: the first signs, and a receiver that knows both accepts.
        ([first, _], None) => Ok(first.clone().into()),
        ([first, second], Some(text)) => {
            let share = percent(text)?;
            Ok(Signers::rotating(first.clone(), part(scenarios.longest(numbers), share), second.clone()))
        }
        ([_], Some(_)) => Err(CliError::usage("--rotate-at needs two secrets, and there is one")
            .help("--secret-file OLD --secret-file NEW --rotate-at 50%")),
        _ => Err(CliError::usage(format!("there are {} secrets; two are the most", secrets.len()))),
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a session's length, to the microsecond; `as` saturates"
)]
fn part(longest: Moment, share: f64) -> Moment {
    Moment((longest.0 as f64 * share) as u64)
}

fn percent(text: &str) -> Result<f64, CliError> {
    text.strip_suffix('%')
        .and_then(|number| number.trim().parse::<f64>().ok())
        .filter(|number| (0.0..=100.0).contains(number))
        .map(|number| number / 100.0)
        .ok_or_else(|| {
            CliError::usage(format!("--rotate-at '{text}' is not a share of the run, such as 50%"))
        })
}
