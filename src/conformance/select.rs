//! Which cases are run.

use super::case::Case;

/// Why nothing can be selected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no case is called '{pattern}'{}", nearest.as_ref().map(|nearest| format!("; did you mean {nearest}?")).unwrap_or_default())]
pub struct NoSuchCase {
    /// What was asked for.
    pub pattern: String,
    /// What comes nearest.
    pub nearest: Option<String>,
}

/// The cases that some patterns name, in the order of the suite; all where there are no patterns. A pattern is an ID with
/// `*` for anything and `?` for a character, or the name of a section.
///
/// # Errors
/// A pattern that names none.
pub fn select<'a>(cases: &'a [Case], patterns: &[String]) -> Result<Vec<&'a Case>, NoSuchCase> {
    if patterns.is_empty() {
        return Ok(cases.iter().collect());
    }
    for pattern in patterns {
        if !cases.iter().any(|case| matches(pattern, case)) {
            return Err(NoSuchCase { pattern: pattern.clone(), nearest: nearest(cases, pattern) });
        }
    }
    Ok(cases.iter().filter(|case| patterns.iter().any(|pattern| matches(pattern, case))).collect())
}

/// The ID or section that is spelled most alike.
pub fn nearest(cases: &[Case], text: &str) -> Option<String> {
    cases
        .iter()
        .flat_map(|case| [case.id, case.section()])
        .map(|name| (strsim::jaro_winkler(name, &text.to_ascii_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name.to_owned())
}

fn matches(pattern: &str, case: &Case) -> bool {
    let pattern = pattern.trim_end_matches('/');
    pattern == case.section() || glob(pattern.as_bytes(), case.id.as_bytes())
}

/// `*` stands for anything, `?` for one character. Goes back to the last star only, so that it takes no longer than the
/// product of both lengths.
pub fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(letter) if *letter == b'?' || *letter == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (pattern, text, fits) in [
            ("mac/*", "mac/missing", true),
            ("*", "mac/missing", true),
            ("mac/m?ssing", "mac/missing", true),
            ("*/miss*", "mac/missing", true),
            ("*s*n*", "mac/missing", true),
            ("mac", "mac/missing", false),
            ("mac/", "mac/missing", false),
            ("", "mac/missing", false),
            ("mac/missing?", "mac/missing", false),
            ("*x*", "mac/missing", false),
            ("****g", "mac/missing", true),
        ] {
            assert_eq!(glob(pattern.as_bytes(), text.as_bytes()), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn patterns_select_in_the_order_of_the_suite() {
        let case = |id| Case { id, ..Case::MUST };
        let cases = [case("mac/missing"), case("mac/empty"), case("order/swapped")];
        let ids = |patterns: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
            select(&cases, &patterns).map(|cases| cases.iter().map(|case| case.id).collect::<Vec<_>>())
        };
        assert_eq!(ids(&[]).unwrap().len(), 3);
        assert_eq!(ids(&["order", "mac/e*"]).unwrap(), ["mac/empty", "order/swapped"]);
        assert_eq!(ids(&["mac/"]).unwrap(), ["mac/missing", "mac/empty"]);
        let error = ids(&["mac/mising"]).unwrap_err();
        assert_eq!(error.to_string(), "no case is called 'mac/mising'; did you mean mac/missing?");
        assert_eq!(ids(&["zzz"]).unwrap_err().to_string(), "no case is called 'zzz'");
    }
}
