//! How many files and connections the system lets this program have.

/// More are of no use.
#[cfg(unix)]
const ENOUGH: u64 = 65_536;

/// Asks for as many as there may be; gives how many that is, where the system says.
#[cfg(unix)]
pub(super) fn raise() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let maximum = limit.maximum.unwrap_or(ENOUGH).min(ENOUGH);
    let current = limit.current.unwrap_or(ENOUGH);
    if current >= maximum {
        return usize::try_from(current).ok();
    }
    let wanted = Rlimit { current: Some(maximum), maximum: limit.maximum };
    let got = if setrlimit(Resource::Nofile, wanted).is_ok() { maximum } else { current };
    usize::try_from(got).ok()
}

/// Not known here.
#[cfg(not(unix))]
pub(super) fn raise() -> Option<usize> {
    None
}
