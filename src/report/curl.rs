//! What would be sent, as commands to copy.

use super::planned::Planned;
use crate::protocol::mac;

/// A curl command, with a comment that says when.
pub fn command(planned: Planned<'_>, url: &str) -> String {
    let mut command = format!(
        "# session {} ({}), {:.3} s after its begin\ncurl -sS -X POST",
        planned.session.number,
        planned.session.scenario,
        planned.due.as_millis_f64() / 1e3
    );
    for (name, value) in planned.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())) {
        command.push_str(" \\\n  -H ");
        command.push_str(&quote(&format!("{name}: {value}")));
    }
    if let Some(mac) = planned.mac {
        command.push_str(" \\\n  -H ");
        // curl leaves a header without a value out, unless it ends in a semicolon.
        let field =
            if mac.is_empty() { format!("{};", mac::HEADER) } else { format!("{}: {mac}", mac::HEADER) };
        command.push_str(&quote(&field));
    }
    command.push_str(" \\\n  --data-binary ");
    command.push_str(&quote(&String::from_utf8_lossy(planned.body)));
    command.push_str(" \\\n  ");
    command.push_str(&quote(url));
    command
}

/// A word as a POSIX shell reads it.
pub fn quote(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quote("it's"), r"'it'\''s'");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("5%"), "5%");
    }
}
